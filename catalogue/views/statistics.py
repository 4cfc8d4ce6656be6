"""The catalogue in numbers, for those who run it: tables with charts, files of the same, and a draft for the annual report."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from catalogue import facets
from catalogue.annual_report import report_text
from catalogue.forms.statistics import ReportFilter, StatisticsFilter
from catalogue.queries import statistics as queries
from catalogue.queries.desk import units_on_desk
from catalogue.queries.statistics import Line, Scope, Table
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from lms_portal.accounts.models import User
from lms_portal.common import charts
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.small_numbers import Count, Showing
from lms_portal.common.spreadsheets import csv_response
from lms_portal.common.workbooks import Sheet, excel_response

MOST_BARS = 20


def term_name(number: int) -> str:
    """This will name a half-year in the language of the moment: `Haust 2026`."""
    return facets.term_label(facets.TERM.number * facets.GROUP + number - facets.FIRST_YEAR * 2)


def _short_term(number: int) -> str:
    """`H 26`: what stands under a chart on a phone."""
    letter = pgettext("short for autumn", "A") if number % 2 else pgettext("short for spring", "S")
    return f"{letter} {number // 2 % 100:02}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, understood."""

    scope: Scope
    form: StatisticsFilter
    query: str


def _asked(request: PortalRequest, user: User) -> Asked:
    """This will read period, unit and topic; what makes no sense leaves the last four half-years (two queries)."""
    today = oslo_date(request.now)
    known = queries.terms_known(user, today=today)
    this = queries.term_of(today)
    usual = (max(known[0], this - queries.TERMS_SHOWN + 1), this)
    data = request.GET.copy()
    data.setdefault("first", queries.term_code(usual[0]))
    data.setdefault("last", queries.term_code(usual[1]))
    form = StatisticsFilter(
        data, units=units_on_desk(user), terms=[(queries.term_code(number), term_name(number)) for number in reversed(known)][::-1]
    )
    wanted = form.cleaned_data if form.is_valid() else {}
    first = queries.term_from_code(wanted.get("first") or "") or usual[0]
    last = max(first, queries.term_from_code(wanted.get("last") or "") or usual[1])
    first = max(first, last - queries.MOST_TERMS + 1)
    scope = Scope(user, first, last, wanted.get("unit"), wanted.get("topic") or "")
    kept = [(key, value) for key in ("first", "last", "unit", "topic") if (value := data.get(key))]
    return Asked(scope, form, "&".join(f"{key}={value}" for key, value in kept if value.replace("-", "").isalnum() or "_" in value))


def _heads() -> list[tuple[str, str]]:
    return [
        ("courses", _("Courses")),
        ("runs", _("Dates held or to be held")),
        ("cancelled", _("Dates cancelled")),
        ("places", pgettext("seats on courses", "Places")),
        ("held", _("People with a place")),
        ("came", _("Participants")),
        ("completed", _("Completed the course")),
    ]


def _titles() -> dict[str, tuple[str, str]]:
    """For each table its title, and what its rows are."""
    return {
        "term": (_("By term"), _("Term")),
        "hospital": (_("By hospital"), _("Hospital")),
        "audience": (_("By target group"), _("Target group")),
        "delivery": (_("By way of taking part"), _("How you take part")),
        "door": (_("By way of getting a place"), _("How you get a place")),
        "topic": (_("By topic"), _("Topic")),
    }


def _number(count: Count) -> dict[str, Any]:
    return {"text": str(count), "number": True}


def _value(count: Count) -> charts.Value:
    """A number for a drawing, where a phone has no room for words; the table under it has them."""
    return charts.Value(count.value, str(count.words), {Showing.FEW: "<5", Showing.HIDDEN: "–"}.get(count.showing, ""))


def _row(line: Line, name: str) -> list[Any]:
    places = _number(line.told("places"))
    if line.numbers["unlimited"]:  # a site without a limit adds nothing to the sum
        places["text"] += "+"
    return [name, *(places if key == "places" else _number(line.told(key)) for key, _head in _heads())]


def _section(table: Table, scope: Scope) -> dict[str, Any]:
    title, head = _titles()[table.dimension]
    # a group that nobody came to is told in the table; every half-year is drawn, so that time stays even
    peopled = [line for line in table.lines if line.people["came"].value or line.people["came"].is_masked]
    drawn = table.lines if table.dimension == "term" else peopled[:MOST_BARS]
    names = [line.name for line in drawn]
    heads = dict(_heads())
    series = [charts.Series(heads[key], [_value(line.told(key)) for line in drawn]) for key in ("came", "completed")]
    common: dict[str, Any] = {"head": head, "categories": names, "series": series}
    if table.dimension == "term":
        describe = _("Participants and those who completed, term by term. The table under it says the same.")
        chart = charts.over_terms(
            "term", title=title, description=describe, short_names=[_short_term(number) for number in scope.terms], **common
        )
    else:
        describe = _("Participants and those who completed, one group of bars a row. The table under it says the same.")
        chart = charts.bars(table.dimension, title=title, description=describe, **common)
    columns: list[Any] = [head, *({"text": words, "number": True} for _key, words in _heads())]
    total = _row(table.total, _("All of them")) if table.total and len(table.lines) > 1 else ()
    return {
        "id": table.dimension,
        "is_term": table.dimension == "term",
        "title": title,
        "chart": replace(chart, table_columns=columns, table_rows=[_row(line, line.name) for line in table.lines], table_total=total),
        "has_people": bool(peopled),
        "is_cut": len(peopled) > MOST_BARS,
    }


def _terms_chart(table: Table, scope: Scope) -> charts.Chart:
    heads = dict(_heads())
    series = [charts.Series(heads[key], [_value(line.told(key)) for line in table.lines]) for key in ("courses", "runs")]
    return charts.over_terms(
        "runs",
        title=_("Courses and dates, by term"),
        description=_("How many courses had dates in each term, and how many dates there were."),
        head=_("Term"),
        categories=[line.name for line in table.lines],
        short_names=[_short_term(number) for number in scope.terms],
        series=series,
        as_columns=True,
    )


@require_safe
def statistics(request: PortalRequest) -> HttpResponse:
    """Courses, dates, places and people by term, hospital, target group, delivery, sign-up route and topic."""
    user = editor_of(request)
    asked = _asked(request, user)
    scope = asked.scope
    tables = queries.tables(scope)
    total = tables["term"].total
    assert total is not None  # noqa: S101 - half-years have a sum, and there is always one
    heads = dict(_heads())
    waiting = queries.waiting(scope)
    context = {
        "tabs": desk_tabs("statistics", request.user),
        "filter": asked.form,
        "query": asked.query,
        "period": (term_name(scope.first_term), term_name(scope.last_term)),
        "last_in_text": term_name(scope.last_term).lower(),
        "sums": [{"term": heads[key], "value": total.told(key)} for key, _head in _heads()],
        "has_runs": bool(total.numbers["runs"] or total.numbers["cancelled"]),
        "has_unlimited": bool(total.numbers["unlimited"]),
        "runs_chart": _terms_chart(tables["term"], scope),
        "sections": [_section(tables[name], scope) for name in _titles() if tables[name].lines],
        "sites": [
            [
                use.name,
                _("Received here") if use.is_receiver else _("Given here"),
                {"text": str(use.runs), "number": True},
                {"text": f"{use.places}{'+' if use.unlimited else ''}", "number": True},
                _number(use.taken),
                {"text": str(use.empty_runs), "number": True},
            ]
            for use in queries.digital_sites(scope)
        ],
        "site_columns": [
            _("Hospital"),
            _("Part"),
            *(
                {"text": words, "number": True}
                for words in (_("Dates"), _("Digital places"), _("Places used"), _("Dates nobody followed here"))
            ),
        ],
        "waiting": [[line.name, _number(Count(line.numbers["courses"])), _number(line.people["waiting"])] for line in waiting.lines],
        "waiting_total": [_("All of them"), "", _number(waiting.total.people["waiting"])] if waiting.total else (),
        "waiting_columns": [_("How you get a place"), *({"text": words, "number": True} for words in (_("Courses"), _("People who wait")))],
        "undated": queries.undated_runs(scope),
        "breadcrumbs": crumbs(None, _("Statistics")),
    }
    return render(request, "catalogue/statistics.html", context)


def _sheets(request: PortalRequest) -> list[Sheet]:
    """The tables of the page, as rows for a file; masked as they are there."""
    scope = _asked(request, editor_of(request)).scope
    tables = queries.tables(scope)
    sheets = []
    for name, (title, head) in _titles().items():
        table = tables[name]
        lines: Sequence[Line] = [*table.lines, *([table.total] if table.total and len(table.lines) > 1 else [])]
        rows = [
            [
                line.name or _("All of them"),
                *(told.value if (told := line.told(key)).value is not None else str(told) for key, _h in _heads()),
            ]
            for line in lines
        ]
        sheets.append(Sheet(title, [head, *(words for _key, words in _heads())], rows))
    heads = [_("Hospital"), _("Part"), _("Dates"), _("Digital places"), _("Places used"), _("Dates nobody followed here")]
    sites = [
        [
            use.name,
            _("Received here") if use.is_receiver else _("Given here"),
            use.runs,
            use.places,
            use.taken.value if use.taken.value is not None else str(use.taken),
            use.empty_runs,
        ]
        for use in queries.digital_sites(scope)
    ]
    return [*sheets, Sheet(_("Digital places"), heads, sites)]


@require_safe
def statistics_csv(request: PortalRequest) -> HttpResponse:
    """Every table of the page in one list: the table's name stands in the first column."""
    sheets = [sheet for sheet in _sheets(request) if sheet.name != _("Digital places")]
    columns = [_("Table"), _("Row"), *sheets[0].columns[1:]]
    return csv_response("statistics", columns, [[sheet.name, *row] for sheet in sheets for row in sheet.rows])


@require_safe
def statistics_excel(request: PortalRequest) -> HttpResponse:
    """Every table of the page, one sheet each."""
    return excel_response("statistics", _sheets(request))


# The annual report


@require_safe
def annual_report(request: PortalRequest) -> HttpResponse:
    """A draft in bokmål or nynorsk, made of the same numbers, to be copied and gone on with."""
    user = editor_of(request)
    today = oslo_date(request.now)
    years = sorted({number // 2 for number in queries.terms_known(user, today=today)}, reverse=True)
    data = request.GET.copy()
    data.setdefault("year", str(today.year if today.month > 6 else max(today.year - 1, years[-1])))
    data.setdefault("form", "nn" if translation.get_language() == "nn" else "nb")
    form = ReportFilter(data, units=units_on_desk(user), years=years)
    wanted = form.cleaned_data if form.is_valid() else {}
    year, language = int(wanted.get("year") or today.year), wanted.get("form") or "nb"
    unit = wanted.get("unit")
    with translation.override(language):
        scope = Scope(user, year * 2, year * 2 + 1, unit)
        text = report_text(
            year, unit.name if unit else "", queries.tables(scope), [use for use in queries.digital_sites(scope) if use.is_receiver]
        )
    context = {
        "filter": form,
        "text": text,
        "language": language,
        "rows": text.count("\n") + len(text) // 70 + 3,
        "tabs": desk_tabs("statistics", request.user),
        "breadcrumbs": [*crumbs(), {"text": _("Statistics"), "url": reverse("catalogue:statistics")}, {"text": _("Annual report")}],
    }
    return render(request, "catalogue/annual_report.html", context)
