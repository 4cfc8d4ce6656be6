"""The tag library of the components: addresses that keep the query, windows of page numbers, Norwegian figures."""

from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import RequestContext, engines
from django.test import RequestFactory
from django.utils.translation import override

from lms_portal.common.templatetags import components


def context(query: str = "") -> RequestContext:
    request = RequestFactory().get(f"/nb/kurs/{query}")
    made = RequestContext(request)
    made["request"] = request
    return made


def window(number: int, pages: int) -> list[Any]:
    shown = components.pagination(context(), Paginator(range(pages * 10), 10).page(number))["steps"]
    return ["…" if step.get("gap") else step["number"] for step in shown]


@pytest.mark.parametrize(
    ("number", "pages", "expected"),
    [
        (1, 1, []),
        (1, 2, [1, 2]),
        (1, 5, [1, 2, "…", 5]),
        (3, 5, [1, 2, 3, 4, 5]),
        (4, 12, [1, 2, 3, 4, 5, "…", 12]),
        (6, 12, [1, "…", 5, 6, 7, "…", 12]),
        (12, 12, [1, "…", 11, 12]),
    ],
)
def test_pagination_shows_the_ends_and_what_is_near(number: int, pages: int, expected: list[Any]) -> None:
    assert window(number, pages) == expected


def test_pagination_keeps_filters_and_leaves_out_page_one() -> None:
    shown = components.pagination(context("?tema=hjerte&tema=smerte&page=2"), Paginator(range(30), 10).page(2))
    assert shown["previous"] == "?tema=hjerte&tema=smerte"
    assert shown["next"] == "?tema=hjerte&tema=smerte&page=3"


@pytest.mark.parametrize(
    ("query", "direction", "url"),
    [
        ("", "", "?o=received"),
        ("?o=received&page=3", "ascending", "?o=-received"),
        ("?o=-received", "descending", "?o=received"),
        ("?sted=volda&o=name", "", "?sted=volda&o=received"),
    ],
)
def test_sort_header_turns_the_order_around(query: str, direction: str, url: str) -> None:
    shown = components.sort_header(context(query), "Received", "received")
    assert (shown["direction"], shown["url"]) == (direction, url)


def test_sort_header_shows_the_order_that_a_list_begins_with() -> None:
    assert components.sort_header(context(), "Deadline", "deadline", default="deadline")["direction"] == "ascending"


def test_query_with_changes_and_leaves_out() -> None:
    assert components.query_with(context("?a=1&page=2"), a=2, page="") == "?a=2"


@pytest.mark.parametrize(("language", "expected"), [("nb", "1\u00a0250\u00a0000\u00a0kr"), ("en", "NOK\u00a01,250,000")])
def test_kroner(language: str, expected: str) -> None:
    with override(language):
        assert components.kroner(1_250_000) == expected
    assert components.kroner(None) == ""


def test_phone() -> None:
    assert components.phone("+4790012345") == "90\u00a001\u00a023\u00a045"
    assert components.phone(None) == ""


def rendered(name: str, **variables: Any) -> str:
    html = " ".join(engines["django"].get_template(f"components/{name}.html").render(variables).split())
    return html.replace(" </", "</")  # each part ends with a line break


def test_card_without_link_tags_or_facts_prints_none() -> None:
    assert rendered("card", title="Heart school") == (
        '<li class="ds-card card" data-color="neutral"> <h3 class="ds-heading" data-size="xs">Heart school</h3></li>'
    )


def test_table_cells_may_be_plain_linked_or_states() -> None:
    with override("en"):
        html = rendered("table", caption="Cases", columns=["Name", "State", {"text": "Sum", "number": True}], rows=[[
            {"text": "A", "url": "/a"}, {"text": "Sent", "tone": "active"}, {"text": "0", "number": True}]])  # fmt: skip
    assert '<th scope="row"><a class="ds-link" href="/a">A</a></th>' in html
    assert '<td><span class="ds-tag status" data-tone="active" data-color="primary">Sent</span></td>' in html
    assert '<td class="number">0</td>' in html
    assert '<div class="scroll" role="region" aria-labelledby="table-caption" tabindex="0">' in html


def test_empty_lists_print_nothing() -> None:
    assert rendered("filter_chips", chips=[]) == ""
    assert rendered("breadcrumbs", items=[]) == ""
    assert rendered("messages", messages=[]) == ""


def test_description_list_says_what_is_not_given() -> None:
    with override("nb"):
        html = rendered("description_list", items=[{"term": "Telefon", "value": ""}, {"term": "Antall", "value": 0}])
    assert html.count("Ikke oppgitt") == 1
    assert "<dd>0</dd>" in html


def test_breadcrumbs_offer_the_way_back_on_narrow_screens() -> None:
    with override("nb"):
        html = rendered(
            "breadcrumbs", items=[{"url": "/nb/a/", "text": "A"}, {"url": "/nb/a/b/", "text": "B"}, {"text": "C"}], portal={"home": "/nb/"}
        )
    assert html.index('<a class="ds-link" href="/nb/a/b/">B</a>') < html.index("<ol>")
    assert html.count('<a class="ds-link" href="/nb/a/">') == 1
    assert '<span class="ds-link" aria-current="page">C</span>' in html
