"""The component page of the demo: every component and every state of a field, for whoever builds or judges pages."""

from datetime import UTC, date, datetime
from typing import Any

from crispy_forms.bootstrap import AppendedText, FormActions
from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms_portal.common import charts
from lms_portal.common.form_fields import KronerField, PhoneField
from lms_portal.common.forms import DateTripleField, FilterForm, HintedRadios, LinkButton, PortalForm, SubmitButton

AREAS = [("", "---------"), ("molde", "Molde"), ("volda", "Volda"), ("aalesund", "Ålesund")]
THEMES = [("heart", gettext_lazy("Heart and lungs")), ("pain", gettext_lazy("Pain and fatigue")), ("mind", gettext_lazy("Mental health"))]
WHO = [("self", gettext_lazy("Myself")), ("child", gettext_lazy("A child")), ("other", gettext_lazy("Another adult"))]


class SampleForm(PortalForm):
    """One field of each kind."""

    submit_text = gettext_lazy("Send")
    name = forms.CharField(label=gettext_lazy("Full name"), max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("We only write about this course."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    phone = PhoneField(label=gettext_lazy("Phone"), required=False)
    born_on = DateTripleField(
        label=gettext_lazy("Date of birth"), latest=date(2026, 12, 31), help_text=gettext_lazy("For example 3 2 1960")
    )
    area = forms.ChoiceField(label=gettext_lazy("Hospital area"), choices=AREAS)
    who = forms.ChoiceField(
        label=gettext_lazy("Who is it for?"),
        choices=WHO,
        widget=HintedRadios(hints={"child": gettext_lazy("Under 16 years"), "other": gettext_lazy("You need the person's consent")}),
    )
    themes = forms.MultipleChoiceField(label=gettext_lazy("Themes"), choices=THEMES, widget=forms.CheckboxSelectMultiple, required=False)
    cost = KronerField(label=gettext_lazy("Travel costs"), required=False)
    needs = forms.CharField(label=gettext_lazy("What should we know?"), widget=forms.Textarea, max_length=200, required=False)
    document = forms.FileField(label=gettext_lazy("Document"), required=False, help_text=gettext_lazy("PDF, at most 10 MB"))
    consent = forms.BooleanField(label=gettext_lazy("I have read how my information is used"))

    def build_layout(self) -> Layout:
        return Layout(
            Fieldset(_("About you"), "name", Row("email", "phone"), "born_on", "area"),
            Fieldset(_("About the course"), "who", "themes", AppendedText("cost", "kr"), "needs", "document", "consent"),
            FormActions(
                SubmitButton(self.submit_text),
                SubmitButton(_("Save draft"), name="draft", value="1", variant="secondary"),
                LinkButton(_("Cancel"), "#forms"),
            ),
        )


class DisabledForm(PortalForm):
    """What cannot be changed now."""

    submit_text = ""
    name = forms.CharField(label=gettext_lazy("Full name"), disabled=True, initial="Kari Nordmann")
    area = forms.ChoiceField(label=gettext_lazy("Hospital area"), choices=AREAS, disabled=True, initial="volda")


class SampleFilter(FilterForm):
    """Filters beside a list."""

    themes = forms.MultipleChoiceField(label=gettext_lazy("Themes"), choices=THEMES, widget=forms.CheckboxSelectMultiple, required=False)
    area = forms.ChoiceField(label=gettext_lazy("Hospital area"), choices=AREAS, required=False)


WRONG: dict[str, Any] = {
    "wrong-email": "kari",
    "wrong-phone": "12",
    "wrong-born_on_day": "31",
    "wrong-born_on_month": "2",
    "wrong-born_on_year": "1960",
    "wrong-cost": "12,50",
    "wrong-needs": "Kari " * 42,
}


def _lists() -> dict[str, Any]:
    at = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)
    return {
        "items": [
            {"term": _("Full name"), "value": "Kari Nordmann", "change_url": "#lists"},
            {"term": _("Themes"), "lines": [_("Heart and lungs"), _("Pain and fatigue")], "change_url": "#lists"},
            {"term": _("Phone"), "value": "", "change_url": "#lists"},
        ],
        "tasks": [
            {"title": _("About the organisation"), "url": "#lists", "status": _("Finished"), "tone": "done"},
            {"title": _("Budget"), "url": "#lists", "hint": _("Whole kroner"), "status": _("Begun"), "tone": "waiting"},
            {"title": _("Look over and send"), "status": _("Cannot begin yet"), "tone": "stopped"},
        ],
        "events": [
            {"at": at.replace(day=17), "title": _("Accepted with a place"), "by": "Per Hansen, Molde", "current": True},
            {"at": at.replace(day=12), "title": _("Assessment begun"), "by": "Per Hansen, Molde"},
            {"at": at.replace(day=10), "title": _("Sent"), "text": _("To the clinic in Molde, because it takes referrals to this course.")},
        ],
        "tiles": [
            {"count": 12, "text": _("Not assessed"), "url": "#navigation", "current": True},
            {"count": 2, "text": _("Past the deadline"), "url": "#navigation", "tone": "late"},
            {"count": 5, "text": _("Waiting for information"), "url": "#navigation"},
            {"count": 0, "text": _("Finished this week"), "url": "#navigation"},
        ],
        "chips": [{"text": "Volda", "url": "#navigation"}, {"text": _("Pain and fatigue"), "url": "#navigation"}],
        "tabs": [
            {"text": _("Open"), "url": "#navigation", "current": True, "count": 12},
            {"text": _("Finished"), "url": "#navigation", "count": 340},
        ],
    }


def _tables() -> dict[str, Any]:
    return {
        "columns": [_("Organisation"), _("Status"), {"text": _("Applied for"), "number": True}, {"text": _("Granted"), "number": True}],
        "rows": [
            [
                {"text": "LHL Sunnmøre", "url": "#tables"},
                {"text": _("Finished"), "tone": "done"},
                {"text": "120\u00a0000", "number": True},
                {"text": "90\u00a0000", "number": True},
            ],
            [
                {"text": "ME-foreningen Trøndelag", "url": "#tables"},
                {"text": _("Not assessed"), "tone": "waiting"},
                {"text": "45\u00a0000", "number": True},
                {"text": "–", "number": True},
            ],
        ],
        "total": [_("Total"), "", {"text": "165\u00a0000", "number": True}, {"text": "90\u00a0000", "number": True}],
    }


def _cards() -> dict[str, Any]:
    return {
        "cards": [
            {
                "title": _("Living with ME/CFS"),
                "lead": _("Volda, and by video from Molde"),
                "text": _("Four days with professionals and people who have been through it themselves."),
                "tags": [{"text": _("Places left"), "color": "success"}, {"text": _("Referral needed"), "color": "neutral"}],
                "facts": [
                    {"term": _("When"), "value": "26. oktober–16. november 2026"},
                    {"term": _("For"), "value": _("Adults and their next of kin")},
                ],
            },
            {
                "title": _("Heart school"),
                "lead": "Ålesund",
                "text": _("For you who have had a heart attack or an operation, and for those close to you."),
                "tags": [{"text": _("Full, waiting list"), "color": "warning"}, {"text": _("Sign up yourself"), "color": "neutral"}],
                "facts": [{"term": _("When"), "value": "Januar og mars 2027"}, {"term": _("For"), "value": _("Adults")}],
            },
        ],
        "tones": [
            ("draft", _("Draft")),
            ("waiting", _("Waiting")),
            ("active", _("Under way")),
            ("done", _("Accepted")),
            ("stopped", _("Withdrawn")),
            ("late", _("Past the deadline")),
        ],
        "colors": ["neutral", "primary", "accent", "warm", "info", "success", "warning", "danger"],
    }


def _values(*numbers: int | None) -> list[charts.Value]:
    words = _("under 5")
    return [charts.Value(number, str(number)) if number is not None else charts.Value(None, words, "<5") for number in numbers]


def _charts() -> dict[str, Any]:
    areas = [str(name) for code, name in AREAS if code]
    terms = ["Haust 2024", "Vår 2025", "Haust 2025", "Vår 2026"]
    short = ["H 24", "V 25", "H 25", "V 26"]
    people = [
        charts.Series(_("Participants"), _values(42, 120, None)),
        charts.Series(_("Completed the course"), _values(36, 97, None)),
    ]
    wide = charts.Series(_("Places"), _values(60, 140, 20))
    return {
        "chart_groups": charts.bars(
            "groups", title=_("Bars beside each other"), description=_("Three places"), head=_("Place"), categories=areas, series=people
        ),
        "chart_stack": charts.bars(
            "stack",
            title=_("Bars one after another"),
            description=_("Three places"),
            head=_("Place"),
            categories=areas,
            series=[*people, wide],
            stacked=True,
        ),
        "chart_lines": charts.over_terms(
            "lines",
            title=_("Lines over terms"),
            description=_("Four terms"),
            head=_("Term"),
            categories=terms,
            short_names=short,
            series=[
                charts.Series(_("Places"), _values(60, 80, 110, 140)),
                charts.Series(_("Participants"), _values(31, 52, None, 88)),
            ],
        ),
        "chart_columns": charts.over_terms(
            "columns",
            title=_("Standing bars over terms"),
            description=_("Four terms"),
            head=_("Term"),
            categories=terms,
            short_names=short,
            series=[charts.Series(_("Courses"), _values(31, 52, 60, 88)), charts.Series(_("Runs"), _values(44, 71, 96, 120))],
            as_columns=True,
        ),
    }


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """This will show each component in each state, with made-up content."""
    filled = SampleForm(
        initial={"name": "Kari Nordmann", "born_on": date(1960, 2, 3), "area": "volda", "who": "child", "themes": ["pain"], "cost": 12500}
    )
    context = {
        "breadcrumbs": [{"url": "#", "text": _("Courses")}, {"text": _("Components")}],
        "filled_form": filled,
        "wrong_form": SampleForm(WRONG, prefix="wrong"),
        "disabled_form": DisabledForm(prefix="disabled"),
        "filter_form": SampleFilter({"filter-themes": ["pain"]}, prefix="filter"),
        "page": Paginator(range(240), 20).page(4),
        "today": date(2026, 11, 17),
        "moment": datetime(2026, 11, 17, 8, 30, tzinfo=UTC),
        **_lists(),
        **_tables(),
        **_cards(),
        **_charts(),
    }
    return render(request, "portal/components.html", context)
