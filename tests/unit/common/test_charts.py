"""Charts: what is drawn is what the table says, nothing inline, the same in every language, and nothing is told that is kept back."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from lms_portal.common import charts
from lms_portal.common.charts import Chart, Series, Value

SVG = "{http://www.w3.org/2000/svg}"
PLACES = ["Volda", "Molde"]
TWO = [
    Series("Places", [Value(40, "40"), Value(10, "10")]),
    Series("Participants", [Value(33, "33"), Value(None, "under 5", "<5")]),
]


def drawn(chart: Chart, template: str) -> ET.Element:
    html = render_to_string(f"components/chart_{template}.html", {"chart": chart})
    svg = html[html.index("<svg") : html.index("</svg>\n<ul class") + len("</svg>")]
    return ET.fromstring(svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))  # noqa: S314 - our own template


def made(**options: bool) -> Chart:
    return charts.bars("k", title="T", description="D", head="Place", categories=PLACES, series=TWO, **options)


def terms(*, as_columns: bool = False) -> Chart:
    return charts.over_terms("k", title="T", description="D", head="Term", categories=PLACES, series=TWO, as_columns=as_columns)


def test_longest_bar_leaves_room_for_its_number() -> None:
    lengths = [[bar.length for bar in group.bars] for group in made().groups]
    assert lengths == [["72%", "59.4%"], ["18%", "0%"]]


def test_stacked_bars_begin_where_the_last_one_ends() -> None:
    first = made(stacked=True).groups[0].bars
    assert [bar.x for bar in first] == ["0%", "39.45%", "72%"]
    assert first[-1].words == "40 + 33"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_shares_are_written_as_svg_reads_them_in_every_language(language: str) -> None:
    with translation.override(language):
        svg = drawn(made(), "bars")
    assert [bar.get("width") for bar in svg.iter(f"{SVG}rect") if bar.get("class")] == ["72%", "59.4%", "18%", "0%"]


@pytest.mark.parametrize(("make", "template"), [(made, "bars"), (terms, "terms"), (lambda: terms(as_columns=True), "terms")])
def test_drawing_has_a_name_a_description_and_nothing_inline(make: Callable[[], Chart], template: str) -> None:
    svg = drawn(make(), template)
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "k-name k-text")
    assert [svg.findtext(f"{SVG}{tag}") for tag in ("title", "desc")] == ["T", "D"]
    assert not any("style" in element.attrib for element in svg.iter())
    assert "<5" in "".join(svg.itertext())


def test_table_says_what_the_chart_says() -> None:
    chart = made()
    assert [[cell["text"] if isinstance(cell, dict) else cell for cell in row] for row in chart.table_rows] == [
        ["Volda", "40", "33"],
        ["Molde", "10", "under 5"],
    ]


def test_line_is_broken_where_a_number_is_kept_back() -> None:
    values = [Value(10, "10"), Value(None, "under 5"), Value(20, "20"), Value(30, "30")]
    chart = charts.over_terms("k", title="T", description="D", head="H", categories=["a", "b", "c", "d"], series=[Series("S", values)])
    assert [bool(point.from_x) for point in chart.lines[0].points] == [False, False, False, True]
    assert [point.is_told for point in chart.lines[0].points] == [True, False, True, True]


def test_series_differ_in_more_than_colour() -> None:
    legend = made().legend
    assert len({one.pattern for one in legend}) == len({one.mark for one in legend}) == len(legend)


@pytest.mark.parametrize(("highest", "top"), [(0, 4), (4, 4), (7, 8), (11, 15), (16, 20), (140, 150), (999, 1000)])
def test_scale_ends_at_a_round_number(highest: int, top: int) -> None:
    assert charts.round_top(highest) == top


def test_too_many_series_and_missing_values_are_refused() -> None:
    with pytest.raises(ValueError, match="4 series"):
        charts.bars("k", title="", description="", head="", categories=PLACES, series=TWO * 3)
    with pytest.raises(ValueError, match="each category"):
        charts.bars("k", title="", description="", head="", categories=["one"], series=TWO)


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    assert charts.bars("k", title="", description="", head="", categories=[], series=[Series("S", [])]).groups == []
