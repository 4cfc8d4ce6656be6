"""Forms of the adviser's daily work: places, attendance, days by a rule, a season forward, evaluation, duplicate."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.enums import AttendanceMark, CompletionRule, Frequency, SiteMode, TermSeason
from catalogue.forms.courses import CODE
from catalogue.forms.runs import DAY_FORMATS, ClockField, DayField
from catalogue.models import DeliverySite, Enrolment, Run
from catalogue.models.rosters import SCORES
from catalogue.queries.desk import owning_units
from catalogue.recurrence import MOST_DAYS
from catalogue.wording import label_of
from catalogue.workflow import ENROLMENT
from lms_portal.accounts.models import HospitalArea, Unit, User
from lms_portal.common.forms import LinkButton, PortalForm, SubmitButton, Text

# What an adviser may do with a place beside moving it; the buttons' own words
VERBS: dict[str, Text] = {
    "cancel": _("The person gives up the place"),
    "decline": _("The person says no to the offer"),
    "confirm": _("The person says yes to the offer"),
    "return_to_queue": _("Back to the waiting list, with the place in the queue kept"),
    "call_off": _("We call the place off"),
    "turn_down": _("We cannot give a place"),
    "close": _("Close it: no new offer"),
}
OUTCOME_WORDS: dict[str, Text] = {
    "complete": _("Has completed the course"),
    "leave_incomplete": _("Has not completed the course"),
    "note_absence": _("Never came"),
}


def site_label(site: DeliverySite) -> str:
    """This will name a place to move somebody to: dates, where, how, and how many places are free."""
    parts = [label_of(site.run), site.unit.place or site.unit.name]
    if site.mode == SiteMode.DIGITAL:
        parts.append(str(SiteMode.DIGITAL.label).lower())
    free = gettext("no limit") if site.free is None else gettext("%(number)s free") % {"number": site.free}
    return f"{', '.join(parts)} ({free})"


class PlaceForm(PortalForm):
    """Chooses dates and place out of those with room."""

    submit_text = ""
    marks_fields = False
    messages_when_empty = {"site": _("Choose dates and place")}
    version = forms.IntegerField(widget=forms.HiddenInput)
    site = forms.ChoiceField(label=_("Dates and place"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, sites: Sequence[DeliverySite], button: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button = button
        self.sites = {str(site.pk): site for site in sites if site.free is None or site.free > 0}
        self.fields["site"].choices = [(key, site_label(site)) for key, site in self.sites.items()]  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self) -> DeliverySite:
        """This will return the place that was chosen. Call after `is_valid`."""
        return self.sites[self.cleaned_data["site"]]

    def build_layout(self) -> Layout:
        """This will name the button after what it does."""
        return Layout(*self.fields, FormActions(SubmitButton(self.button, name="do", value="place")))


class ChangeForm(PortalForm):
    """Another change of a place, with a reason where the workflow wants one."""

    marks_fields = False
    messages_when_empty = {"verb": _("Choose what has happened")}
    version = forms.IntegerField(widget=forms.HiddenInput)
    verb = forms.ChoiceField(label=_("What has happened?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason, where we call the place off"),
        required=False,
        max_length=300,
        help_text=_("Stands in the history. Nothing about health."),
    )

    def __init__(self, *args: Any, enrolment: Enrolment, verbs: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        held = set(verbs)
        chosen = [(verb, words) for verb, words in VERBS.items() if verb in held and (verb != "confirm" or enrolment.status == "offered")]
        self.fields["verb"].choices = chosen  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def has_choices(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.fields["verb"].choices)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        verb = cleaned.get("verb")
        if verb and ENROLMENT.find(verb, self.enrolment.status).needs_reason and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Write a short reason"))
        return cleaned

    def build_layout(self) -> Layout:
        """This will keep the two forms of the page apart."""
        return Layout(*self.fields, FormActions(SubmitButton(_("Save the change"), name="do", value="change", variant="secondary")))


class RuleForm(PortalForm):
    """How many meetings somebody must come to."""

    submit_text = _("Save the rule")
    marks_fields = False
    completion_rule = forms.ChoiceField(label=_("To have completed the course, somebody comes to at least"), choices=CompletionRule)


MARKS = [("", "–"), *AttendanceMark.choices]


# Days by a rule


class RepeatForm(PortalForm):
    """First day, how often, and until when. Nothing is saved before the days have been seen."""

    marks_fields = False
    submit_text = _("Show the days")
    first_on = DayField(label=_("First day"), needed=True)
    frequency = forms.ChoiceField(label=_("How often?"), choices=[("", "---------"), *Frequency.choices])
    starts = ClockField(label=_("Begins at"))
    ends = ClockField(label=_("Ends at"))
    count = forms.IntegerField(
        label=_("How many times?"), required=False, min_value=1, max_value=MOST_DAYS, widget=forms.NumberInput({"size": 5}),
        help_text=_("Public holidays do not count: the course goes on a time later."),
    )  # fmt: skip
    last_on = DayField(label=_("Or until, at the latest"))
    as_one = forms.ChoiceField(
        label=_("What are the days?"),
        choices=[("one", _("One course that meets on all these days")), ("each", _("A course of its own each day"))],
        initial="one",
        widget=forms.RadioSelect,
    )
    like = forms.ChoiceField(label=_("Places and sign-up as for"), required=False)

    def __init__(self, *args: Any, runs: Sequence[Run], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runs = {str(run.pk): run for run in runs}
        patterns = [*((key, label_of(run)) for key, run in self.runs.items()), ("", _("None: write the places afterwards"))]
        self.fields["like"].choices = patterns  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "count" not in self.errors and "last_on" not in self.errors and not cleaned.get("count") and not cleaned.get("last_on"):
            self.add_error("count", _("Write how many times, or the last day"))
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day must not be before the first"))
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Write when the meeting begins"))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The meeting must end after it begins"))
        return cleaned


# A season forward

SOURCES_BACK = 4


def half_year(day: date) -> int:
    """This will number the half-years: even ones are springs."""
    return day.year * 2 + (day.month > 6)


def season_of(number: int) -> tuple[TermSeason, int]:
    """This will name a half-year by its number."""
    return (TermSeason.AUTUMN if number % 2 else TermSeason.SPRING), number // 2


def season_label(number: int) -> str:
    """This will write a half-year: `Haust 2027`."""
    season, year = season_of(number)
    return f"{season.label} {year}"


class SeasonCopyForm(PortalForm):
    """Which season to copy, of whom, and to when."""

    marks_fields = False
    submit_text = _("Show the dates")
    scope = forms.ChoiceField(label=_("Courses of"))
    source = forms.ChoiceField(label=_("Copy the season"))
    halves = forms.ChoiceField(
        label=_("To"),
        choices=[("2", _("the same season a year later")), ("1", _("the next season, half a year later"))],
        widget=forms.RadioSelect,
        initial="2",
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], areas: Iterable[HospitalArea], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {f"unit:{unit.code}": unit for unit in units}
        self.areas = {f"area:{area.code}": area for area in areas}
        choices = [(gettext("Hospital areas"), [(key, area.name) for key, area in self.areas.items()])] if self.areas else []
        choices.append((gettext("Units and what lies below them"), [(key, unit.name) for key, unit in self.units.items()]))
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]  # ChoiceFields both
        now = half_year(today)
        self.fields["source"].choices = [(str(number), season_label(number)) for number in range(now + 1, now - SOURCES_BACK, -1)]  # type: ignore[attr-defined]
        self.fields["source"].initial = str(now)


DAY = re.compile(r"\s*[,;\n]\s*")


def read_days(text: str) -> list[date]:
    """This will read days with commas between them. Raises: ValidationError."""
    found: list[date] = []
    for part in DAY.split(text.strip()):
        if not part:
            continue
        for pattern in DAY_FORMATS:
            try:
                found.append(datetime.strptime(part, pattern).date())  # noqa: DTZ007 - a calendar day
                break
            except ValueError:
                continue
        else:
            raise ValidationError(gettext("“%(text)s” is no day. Write days like 26.10.2027, with commas between them") % {"text": part})
    if not found:
        raise ValidationError(gettext("Write at least one day"))
    return sorted(set(found))


# Evaluation

QUESTIONS: dict[str, Text] = {
    "learnt": _("I learnt something that I needed"),
    "everyday": _("The course helps me to manage everyday life better"),
    "sharing": _("There was room to share experiences with others"),
    "practical": _("Place, time and information were good"),
    "recommend": _("I would recommend the course to others"),
}
ANSWERS: tuple[tuple[int, Text], ...] = (
    (1, _("Disagree")),
    (2, _("Disagree somewhat")),
    (3, _("Neither agree nor disagree")),
    (4, _("Agree somewhat")),
    (5, _("Agree")),
)


class EvaluationForm(PortalForm):
    """Five statements and two open questions; nothing has to be answered, and nothing says who answers."""

    marks_fields = False
    submit_text = _("Send the answers")
    good = forms.CharField(label=_("What was good?"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))
    better = forms.CharField(
        label=_("What could be better?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Do not write names or about illness: others read the answers."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = {name: self.fields.pop(name) for name in ("good", "better")}
        for name in SCORES:
            self.fields[name] = forms.TypedChoiceField(
                label=str(QUESTIONS[name]), choices=ANSWERS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
            )
        self.fields |= texts


# Duplicate


class DuplicateForm(PortalForm):
    """Whose the new course is, and its code."""

    submit_text = ""
    owner = forms.ModelChoiceField(Unit.objects.none(), label=_("Whose course is it?"), help_text=_("The clinic or centre that gives it."))
    code = forms.CharField(
        label=_("Short code"),
        max_length=16,
        help_text=_("Stands on posters and in QR codes and never changes. Capital letters, digits and hyphens, such as VOLDA-MECFS."),
        widget=forms.TextInput({"size": 18, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, by: User, back_url: str, **kwargs: Any) -> None:
        self.back_url = back_url
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owning_units(by)  # type: ignore[attr-defined]  # a ModelChoiceField has one

    def clean_code(self) -> str:
        """This will make capitals, and check the form."""
        code: str = self.cleaned_data["code"].strip().upper()
        if not CODE.match(code):
            raise ValidationError(_("Write the short code with 3 to 16 capital letters, digits and hyphens"))
        return code

    def build_layout(self) -> Layout:
        """This will name the button after what it does."""
        buttons = FormActions(SubmitButton(_("Make the new course")), LinkButton(_("Back to the course"), self.back_url))
        return Layout(*self.fields, buttons)
