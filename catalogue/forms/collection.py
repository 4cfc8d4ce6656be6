"""Forms of the season collection: the round, who is asked, and the answers. They ask about dates and places, and nothing about patients."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalogue.actions.collection import Said, dates_if_same
from catalogue.collected import answered_dates, half_year, is_standing
from catalogue.enums import ScheduleKind, SeasonAnswer, TermSeason
from catalogue.forms.rosters import read_days, season_label
from catalogue.forms.runs import ClockField, DayField, UnitChoice
from catalogue.models import CollectionRow, DeliverySite, Season
from catalogue.schedule import Dates, Meeting
from catalogue.wording import dates_of
from lms_portal.accounts.models import Unit
from lms_portal.common.dates import month_name
from lms_portal.common.forms import LinkButton, PortalForm, SubmitButton, Text

SEASONS_AHEAD = 4
ABOUT_PATIENTS = _("Nothing about patients.")
TERM, TO_COME, DAYS = "term", "to_come", "days"


def season_text(season: Season) -> str:
    """This will write a season: `Haust 2027`."""
    return season_label(season.year * 2 + (season.season == TermSeason.AUTUMN))


# The round


class RoundForm(PortalForm):
    """Whose courses, which season, until when, and what the mail says first."""

    marks_fields = False
    submit_text = ""
    unit = forms.ChoiceField(label=_("Courses of"))
    season = forms.ChoiceField(label=_("Season"))
    last_on = DayField(needed=True, label=_("Last day to answer"), help_text=_("A reminder goes out each week until then."))
    greeting = forms.CharField(
        label=_("What the mail says first"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("A greeting, and what you want them to think of. Nothing about patients."),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units, self.today = {unit.code: unit for unit in units}, today
        self.fields["unit"].choices = [(code, unit.name) for code, unit in self.units.items()]  # type: ignore[attr-defined]  # ChoiceFields both
        now = half_year(today)
        self.fields["season"].choices = [(str(number), season_label(number)) for number in range(now, now + SEASONS_AHEAD)]  # type: ignore[attr-defined]
        self.fields["season"].initial = str(now + 1)

    def clean_last_on(self) -> date:
        """This will take a day that has not passed."""
        day: date = self.cleaned_data["last_on"]
        if day < self.today:
            raise ValidationError(_("The last day to answer must not have passed."))
        return day


class ExtendForm(PortalForm):
    """A new last day."""

    marks_fields = False
    submit_text = _("Move the last day")
    last_on = DayField(needed=True, label=_("New last day to answer"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    clean_last_on = RoundForm.clean_last_on


class RecipientForm(PortalForm):
    """Where a new link goes."""

    submit_text = ""
    email = forms.EmailField(
        label=_("E-mail of whoever answers"),
        help_text=_("A shared mailbox is best: it is read when somebody is away. Work addresses only."),
    )

    def __init__(self, *args: Any, back_url: str, **kwargs: Any) -> None:
        self.back_url = back_url
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        """This will name the button after what it does."""
        return Layout("email", FormActions(SubmitButton(_("Send a new link")), LinkButton(_("Back to the answers"), self.back_url)))


class AnswerContactForm(PortalForm):
    """Who answers for one course."""

    submit_text = ""
    email = forms.EmailField(
        label=_("E-mail of whoever answers"),
        required=False,
        help_text=_("A shared mailbox is best: it is read when somebody is away. Leave empty to use the mailbox of the unit."),
    )
    build_layout_button: Text = _("Save")

    def __init__(self, *args: Any, back_url: str, **kwargs: Any) -> None:
        self.back_url = back_url
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        """This will put the way back beside the button."""
        return Layout("email", FormActions(SubmitButton(self.build_layout_button), LinkButton(_("Back to the course"), self.back_url)))


# Answers


class SameForm(PortalForm):
    """“Same as last time” for one course on the page of a link: in the season unless days are typed, or to come."""

    marks_fields = False
    shows_summary = False
    submit_text = ""
    version = forms.IntegerField(widget=forms.HiddenInput)
    when = forms.ChoiceField(label=_("When is it held this time?"), widget=forms.RadioSelect)
    days = forms.CharField(
        label=_("Days"),
        required=False,
        max_length=400,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Write days like 26.10.2027, with commas between them. The hours are as last time."),
    )

    def __init__(self, *args: Any, row: CollectionRow, **kwargs: Any) -> None:
        self.row = row
        season = row.round.season
        kwargs.setdefault("initial", {"version": row.version, "when": TERM})
        super().__init__(*args, prefix=str(row.pk), **kwargs)
        self.asks_dates = season is not None and not is_standing(row.last_run)
        if season is None or not self.asks_dates:
            del self.fields["when"], self.fields["days"]
            return
        in_season = gettext("%(season)s, the days come later") % {"season": season_text(season)}
        self.fields["when"].choices = [(TERM, in_season), (TO_COME, gettext("Date to come")), (DAYS, gettext("These days:"))]  # type: ignore[attr-defined]

    @property
    def is_typed(self) -> bool:
        """Whether somebody has written or chosen something here."""
        return self.asks_dates and bool(self["days"].value() or self["when"].value() not in (TERM, None))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.asks_dates:
            return cleaned
        cleaned["read"] = []
        typed = str(cleaned.get("days") or "").strip()
        # days that are written count, whatever is chosen above them
        if typed or cleaned.get("when") == DAYS:
            try:
                cleaned["read"] = read_days(typed)
            except ValidationError as error:
                self.add_error("days", error)
        return cleaned

    def dates(self) -> Dates | None:
        """This will return the dates. Call after `is_valid`."""
        days = self.cleaned_data.get("read", ())
        return dates_if_same(self.row, days=days, to_come=self.cleaned_data.get("when") == TO_COME)


KINDS = {
    ScheduleKind.TERM: _("Some time in the season; the days come later"),
    ScheduleKind.SESSIONS: _("On these days"),
    ScheduleKind.MONTHS: _("In these months"),
    ScheduleKind.TO_BE_ANNOUNCED: _("Date to come"),
}
AS_IT_STANDS = "as_it_stands"


def site_text(site: DeliverySite) -> str:
    """This will name a place of last time."""
    return f"{site.unit.name}, {site.get_mode_display().lower()}"


class ChangeForm(PortalForm):
    """What differs this time: dates of a kind, and for each place the room and the number. An adviser chooses the answer itself too."""

    submit_text = ""
    messages_when_empty = {
        "kind": _("Choose what is known of the dates"),
        "answer": _("Choose the answer"),
        "reason": _("Write why it is not held"),
    }
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("The answer"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("When is it held this time?"), widget=forms.RadioSelect)
    days = forms.CharField(
        label=_("Days"),
        required=False,
        max_length=600,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Write days like 26.10.2027, with commas between them."),
    )
    starts = ClockField(label=pgettext_lazy("time of day", "From"))
    ends = ClockField(label=pgettext_lazy("time of day", "To"))
    months = forms.MultipleChoiceField(label=_("Months"), required=False, widget=forms.CheckboxSelectMultiple)
    contact = UnitChoice(label=_("Unit to ask"), empty=_("As last time"))
    notes = forms.CharField(
        label=_("Note to the centre"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("More dates, another hospital, a new title: write it here. Nothing about patients."),
    )
    reason = forms.CharField(label=_("Why is it not held?"), required=False, max_length=300, help_text=ABOUT_PATIENTS)

    def __init__(
        self, *args: Any, row: CollectionRow, contacts: Mapping[str, Unit], by_adviser: bool = False, back_url: str, **kwargs: Any
    ) -> None:
        self.row, self.back_url, self.by_adviser = row, back_url, by_adviser
        self.sites = sorted(row.last_run.sites.all(), key=lambda site: site.role != "origin") if row.last_run else []
        super().__init__(*args, initial={**_initial(row, self.sites), **kwargs.pop("initial", {})}, **kwargs)
        season = row.round.season
        self.asks_dates = season is not None and not is_standing(row.last_run)
        self.fields["contact"].offer(contacts)  # type: ignore[attr-defined]  # a UnitChoice
        if self.asks_dates and season is not None:
            self.fields["kind"].choices = self._kinds()  # type: ignore[attr-defined]  # ChoiceFields both
            first = 7 if season.season == TermSeason.AUTUMN else 1
            self.fields["months"].choices = [(str(number), month_name(number)) for number in range(first, first + 6)]  # type: ignore[attr-defined]
            if by_adviser:
                self.fields["kind"].required = False
        else:
            for name in ("kind", "days", "starts", "ends", "months"):
                del self.fields[name]
        if by_adviser:
            last = _("Stopped") if row.round.is_yearly else SeasonAnswer.NOT_HELD.label
            same = _("Yes, as it stands") if row.round.is_yearly else SeasonAnswer.SAME.label
            self.fields["answer"].choices = [("same", same), ("changed", SeasonAnswer.CHANGED.label), ("not_held", last)]  # type: ignore[attr-defined]
        else:
            del self.fields["answer"], self.fields["reason"]
        self._add_sites()

    def _kinds(self) -> list[tuple[str, Text]]:
        kinds: list[tuple[str, Text]] = [(str(kind), words) for kind, words in KINDS.items()]
        if self.row.dates and self.row.dates["kind"] not in KINDS:
            kinds.append((AS_IT_STANDS, _("As it stands in the answer")))
        return kinds

    def _add_sites(self) -> None:
        for number, site in enumerate(self.sites or [None]):
            where = f" ({site_text(site)})" if site is not None and len(self.sites) > 1 else ""
            self.fields[f"meeting_place_{number}"] = forms.CharField(
                label=gettext("Where people meet") + where,
                required=False,
                max_length=120,
                help_text=_("Building and room, as people on the spot call it."),
            )
            self.fields[f"places_{number}"] = forms.IntegerField(
                label=gettext("Places") + where,
                required=False,
                min_value=0,
                max_value=1000,
                help_text=_("Leave empty where there is no limit."),
                widget=forms.TextInput({"inputmode": "numeric", "size": 5}),
            )

    def build_layout(self) -> Layout:
        """This will put dates first, then places, then words."""
        sites = [name for name in self.fields if name.startswith(("meeting_place_", "places_"))]
        dates = ["kind", "days", Div("starts", "ends", css_class="form-row"), "months"] if "kind" in self.fields else []
        first = ["version", *(["answer", "reason"] if self.by_adviser else [])]
        button = SubmitButton(_("Save the answer"))
        back = LinkButton(pgettext_lazy("to a list", "Back"), self.back_url)
        return Layout(*first, *dates, *sites, "contact", "notes", FormActions(button, back))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == SeasonAnswer.NOT_HELD:
            if not cleaned.get("reason"):
                self.add_error("reason", _("Write why it is not held"))
            return cleaned
        if not self.asks_dates:
            return cleaned
        kind = cleaned.get("kind")
        if not kind and "kind" not in self.errors:
            self.add_error("kind", _("Choose what is known of the dates"))
        if kind == ScheduleKind.SESSIONS:
            self._read_days(cleaned)
        if kind == ScheduleKind.MONTHS and not cleaned.get("months") and "months" not in self.errors:
            self.add_error("months", _("Choose at least one month"))
        return cleaned

    def _read_days(self, cleaned: dict[str, Any]) -> None:
        try:
            cleaned["read"] = read_days(cleaned.get("days") or "")
        except ValidationError as error:
            self.add_error("days", error)
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Write when the meeting begins"))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The meeting must end after it begins"))

    def _dates(self) -> Dates | None:
        season, cleaned = self.row.round.season, self.cleaned_data
        if season is None or not self.asks_dates:
            return None
        match cleaned["kind"]:
            case ScheduleKind.SESSIONS:
                return Dates(
                    ScheduleKind.SESSIONS, meetings=tuple(Meeting(day, cleaned["starts"], cleaned["ends"]) for day in cleaned["read"])
                )
            case ScheduleKind.MONTHS:
                return Dates(
                    ScheduleKind.MONTHS, months=tuple(date(season.year, int(month), 1) for month in sorted(cleaned["months"], key=int))
                )
            case ScheduleKind.TERM:
                return Dates(ScheduleKind.TERM, season=TermSeason(season.season), year=season.year)
            case "as_it_stands":
                return answered_dates(self.row)
            case _:
                return Dates(ScheduleKind.TO_BE_ANNOUNCED)

    def said(self) -> Said:
        """This will gather the answer for the action. Call after `is_valid`."""
        cleaned = self.cleaned_data
        chosen = SeasonAnswer(cleaned.get("answer") or SeasonAnswer.CHANGED)
        if chosen == SeasonAnswer.NOT_HELD:
            return Said(chosen, notes=cleaned["notes"], reason=cleaned["reason"])
        sites = [
            {
                "unit": str(site.unit_id) if site else "",
                "mode": str(site.mode) if site else "",
                "meeting_place": cleaned[f"meeting_place_{number}"],
                "places": cleaned[f"places_{number}"],
            }
            for number, site in enumerate(self.sites or [None])
        ]
        return Said(chosen, dates=self._dates(), sites=sites, contact=cleaned["contact"], notes=cleaned["notes"])


def _initial(row: CollectionRow, sites: Sequence[DeliverySite]) -> dict[str, Any]:
    """What was answered, else what was last time."""
    old = dates_of(row.last_run) if row.last_run else None
    dates = answered_dates(row)
    shown = dates or Dates(ScheduleKind.TERM)
    kind = str(shown.kind) if shown.kind in KINDS else AS_IT_STANDS
    hours = next(iter(shown.meetings or (old.meetings if old else ())), None)
    said = {(str(site.get("unit", "")), str(site.get("mode", ""))): site for site in row.sites}
    initial: dict[str, Any] = {
        "version": row.version,
        "answer": row.answer,
        "kind": kind,
        "days": ", ".join(dict.fromkeys(f"{meeting.held_on:%d.%m.%Y}" for meeting in shown.meetings)),
        "starts": hours.starts if hours else None,
        "ends": hours.ends if hours else None,
        "months": [str(month.month) for month in shown.months],
        "contact": str(row.contact_id or ""),
        "notes": row.notes,
        "reason": row.why_not,
    }
    for number, site in enumerate(sites or [None]):
        known = said.get((str(site.unit_id), str(site.mode)) if site else ("", ""))
        initial[f"meeting_place_{number}"] = known["meeting_place"] if known else (site.meeting_place if site else "")
        initial[f"places_{number}"] = known["places"] if known else (site.places if site else None)
    return initial


class DropForm(PortalForm):
    """Not this season, and why."""

    marks_fields = False
    submit_text = ""
    messages_when_empty = {"reason": _("Write why it is not held")}
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why is it not held?"), max_length=300, widget=forms.Textarea({"rows": 2}), help_text=ABOUT_PATIENTS)

    def __init__(self, *args: Any, row: CollectionRow, back_url: str, **kwargs: Any) -> None:
        self.back_url, self.row = back_url, row
        super().__init__(*args, initial={"version": row.version, "reason": row.why_not}, **kwargs)

    def build_layout(self) -> Layout:
        """This will name the button after what it does."""
        text = gettext_lazy("It has stopped") if self.row.round.is_yearly else gettext_lazy("Not this season")
        back = LinkButton(pgettext_lazy("to a list", "Back"), self.back_url)
        return Layout("version", "reason", FormActions(SubmitButton(text), back))

    def said(self) -> Said:
        """This will gather the answer for the action."""
        return Said(SeasonAnswer.NOT_HELD, reason=self.cleaned_data["reason"])
