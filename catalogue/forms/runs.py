"""Forms of the run editor: dates of every kind, places, the time in which people may join."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalogue import schedule
from catalogue.actions.runs import RUN_COLUMNS, SiteFields
from catalogue.enums import Frequency, RunReason, ScheduleKind, SignUpRoute, SiteMode, SiteRole, TermSeason
from catalogue.models import DeliverySite, Run
from catalogue.schedule import Dates, Meeting
from catalogue.wording import dates_of, language_now
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit
from lms_portal.common.clock import oslo_date, start_of_day
from lms_portal.common.dates import format_date, month_name, weekday_name
from lms_portal.common.forms import HintedRadios, LinkButton, PortalForm, SubmitButton, Text

DAY_FORMATS = ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%d %m %Y"]
CLOCK_FORMATS = ["%H.%M", "%H:%M", "%H"]
MOST_ROWS = 60
A_MONDAY = date(2024, 1, 1)
KIND_HINTS: dict[str, Text] = {
    ScheduleKind.SESSIONS: _("The days are set, with or without times."),
    ScheduleKind.MONTHS: _("Only the months are known."),
    ScheduleKind.TERM: _("Only spring or autumn is known."),
    ScheduleKind.RECURRING: _("The same course again and again."),
    ScheduleKind.CONTINUOUS: _("People can begin at any time."),
    ScheduleKind.TO_BE_ANNOUNCED: _("Nothing is known yet."),
}
# which rows and fields each kind of dates uses
ROWS_OF = {ScheduleKind.SESSIONS: "sessions", ScheduleKind.MONTHS: "months"}
FIELDS_OF = {
    ScheduleKind.TERM: ("season", "year"),
    ScheduleKind.RECURRING: ("frequency", "weekday", "from_on", "until_on"),
    ScheduleKind.CONTINUOUS: ("from_on",),
}
DATE_FIELDS = ("season", "year", "frequency", "weekday", "from_on", "until_on")
SITE_KINDS = (UnitKind.HOSPITAL, UnitKind.CLINIC, UnitKind.LEARNING_CENTRE, UnitKind.MUNICIPALITY)


def _weekdays() -> list[tuple[str, str]]:
    names = [weekday_name(A_MONDAY + timedelta(days=number)) for number in range(7)]
    return [("", gettext("Any day")), *((str(number), name) for number, name in enumerate(names))]


def _months() -> list[tuple[str, str]]:
    return [(str(number), month_name(number)) for number in range(1, 13)]


class DayField(forms.DateField):
    """A day in one box; advisers write many of them."""

    def __init__(self, *, needed: bool = False, **options: Any) -> None:
        widget = forms.DateInput({"size": 11, "inputmode": "numeric", "autocomplete": "off"}, format="%d.%m.%Y")
        super().__init__(input_formats=DAY_FORMATS, widget=widget, required=needed, **options)


class ClockField(forms.TimeField):
    """A time of day on the wall."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput({"size": 6, "inputmode": "numeric", "autocomplete": "off"}, format="%H.%M")
        super().__init__(input_formats=CLOCK_FORMATS, widget=widget, required=False, **options)


class UnitChoice(forms.ChoiceField):
    """A unit out of a list that the page has loaded once, however many rows it has."""

    def __init__(self, *, empty: Text, **options: Any) -> None:
        self.empty = empty
        self.units: Mapping[str, Unit] = {}
        super().__init__(required=False, **options)

    def offer(self, units: Mapping[str, Unit]) -> None:
        """This will set the units to choose from."""
        self.units = units
        self.choices = [("", self.empty), *((key, unit.name) for key, unit in units.items())]

    def clean(self, value: Any) -> Unit | None:
        return self.units.get(super().clean(value))


@dataclass(frozen=True)
class Units:
    """The units that the editor's menus offer, by primary key as text."""

    sites: Mapping[str, Unit]
    clinics: Mapping[str, Unit]

    @classmethod
    def load(cls) -> "Units":
        """This will load them all (one query)."""
        rows = list(Unit.objects.filter(kind__in=SITE_KINDS).order_by("place", "sort_key"))
        clinics = {str(unit.pk): unit for unit in rows if unit.kind in (UnitKind.CLINIC, UnitKind.LEARNING_CENTRE)}
        return cls({str(unit.pk): unit for unit in rows}, clinics)


class RunForm(PortalForm):
    """A run without its rows. `kind` decides which of the dates' fields count."""

    marks_fields = False
    shows_summary = False
    submit_text = ""
    messages_when_empty = {"kind": _("Choose what is known of the dates")}

    edit_version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What is known of the dates?"), choices=ScheduleKind, widget=HintedRadios(hints=KIND_HINTS, tiles=False)
    )
    season = forms.ChoiceField(label=_("Term"), required=False, choices=[("", "---------"), *TermSeason.choices])
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2100, widget=forms.NumberInput({"size": 5}))
    frequency = forms.ChoiceField(label=_("How often?"), required=False, choices=[("", "---------"), *Frequency.choices])
    weekday = forms.TypedChoiceField(label=_("Which day of the week?"), required=False, choices=_weekdays, coerce=int, empty_value=None)
    from_on = DayField(label=_("First possible day"), help_text=_("Leave empty where it is not known."))
    until_on = DayField(label=_("Last possible day"), help_text=_("Leave empty where there is none."))
    day_count = forms.IntegerField(
        label=_("Number of days, where the dates do not say"),
        required=False,
        min_value=1,
        max_value=60,
        widget=forms.NumberInput({"size": 5}),
    )
    sign_up = forms.ChoiceField(
        label=_("How people get a place on these dates"), required=False, choices=[("", _("As the course")), *SignUpRoute.choices]
    )
    refer_to = UnitChoice(label=_("Unit that takes referrals to these dates"), empty=_("As the course"))
    opens_on = DayField(label=_("First day to refer or sign up"), help_text=_("Leave empty to open when you say so."))
    closes_on = DayField(label=_("Last day to refer or sign up"))
    minimum = forms.IntegerField(
        label=_("Fewest participants"), required=False, min_value=1, max_value=1000, widget=forms.NumberInput({"size": 5})
    )
    decide_on = DayField(label=_("Day to decide whether it is held"))
    note_nb = forms.CharField(
        label=_("Note on the page, bokmål"), required=False, max_length=300, widget=forms.Textarea({"rows": 2, "lang": "nb"})
    )
    note_nn = forms.CharField(
        label=_("Note on the page, nynorsk"), required=False, max_length=300, widget=forms.Textarea({"rows": 2, "lang": "nn"})
    )

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["refer_to"].offer(units.clinics)  # type: ignore[attr-defined]  # a UnitChoice

    def chosen_kind(self) -> ScheduleKind:
        """This will return the kind that the page shows the fields of."""
        value = self["kind"].value()
        return ScheduleKind(value) if value in ScheduleKind.values else ScheduleKind.SESSIONS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind", "")
        shown = FIELDS_OF.get(kind, ())
        for name in DATE_FIELDS:  # what stands in the fields of other kinds is kept on the page, and neither checked nor saved
            if name not in shown:
                self.errors.pop(name, None)
                cleaned[name] = None
        self._ask_for(kind, cleaned)
        self._in_order("from_on", "until_on")
        self._in_order("opens_on", "closes_on")
        return cleaned

    def _ask_for(self, kind: str, cleaned: Mapping[str, Any]) -> None:
        wanted: dict[str, Text] = {}
        if kind == ScheduleKind.TERM:
            wanted = {"season": _("Choose the term"), "year": _("Write the year of the term")}
        if kind == ScheduleKind.RECURRING:
            wanted = {"frequency": _("Choose how often the course is held")}
        for name, sentence in wanted.items():
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, str(sentence))

    def _in_order(self, first: str, last: str) -> None:
        before, after = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if before and after and after < before:
            self.add_error(
                last,
                gettext("“%(last)s” must not be before “%(first)s”") % {"last": self.fields[last].label, "first": self.fields[first].label},
            )

    def fields_to_save(self) -> dict[str, Any]:
        """This will return the run's columns. A window opens and closes at midnight in Norway; its last day counts in full."""
        cleaned = self.cleaned_data
        opens, closes = cleaned["opens_on"], cleaned["closes_on"]
        return {
            **{name: cleaned[name] for name in ("day_count", "refer_to", "minimum", "decide_on", "note_nb", "note_nn")},
            "sign_up": cleaned["sign_up"] or "",
            "opens_at": start_of_day(opens) if opens else None,
            "closes_at": start_of_day(closes + timedelta(days=1)) if closes else None,
        }


# Rows


class _Row(PortalForm):
    """One row; a row with nothing in it counts for nothing."""

    marks_fields = False
    shows_summary = False
    submit_text = ""

    def is_blank(self) -> bool:
        """This will say whether nothing was written in the row."""
        return not any(self.cleaned_data.get(name) for name in self.fields if name not in self.unsaying)

    unsaying: tuple[str, ...] = ()


class SessionRow(_Row):
    """One meeting."""

    held_on = DayField(label=_("Day"))
    starts = ClockField(label=pgettext_lazy("time of day", "From"))
    ends = ClockField(label=pgettext_lazy("time of day", "To"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("starts") or cleaned.get("ends")) and not cleaned.get("held_on") and "held_on" not in self.errors:
            self.add_error("held_on", _("Write the day of the meeting"))
        if cleaned.get("ends") and not cleaned.get("starts") and "starts" not in self.errors:
            self.add_error("starts", _("Write when the meeting begins"))
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("The meeting must end after it begins"))
        return cleaned


class MonthRow(_Row):
    """One month."""

    unsaying = ("month",)
    month = forms.TypedChoiceField(label=_("Month"), choices=_months, coerce=int)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2100, widget=forms.NumberInput({"size": 5}))


class SiteRow(_Row):
    """One place where the run is given or received."""

    unsaying = ("role", "mode", "site_id")
    site_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    unit = UnitChoice(label=_("Hospital or unit"), empty=pgettext_lazy("the empty first choice of a menu", "Choose"))
    role = forms.ChoiceField(label=_("Given or received here"), choices=SiteRole)
    mode = forms.ChoiceField(label=_("How people take part"), choices=SiteMode)
    meeting_place = forms.CharField(
        label=_("Where people meet"), required=False, max_length=120, help_text=_("Building and room, as people on the spot call it.")
    )
    places = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=_("Leave empty where there is no limit."),
        widget=forms.NumberInput({"size": 5}),
    )
    contact = UnitChoice(label=_("Unit to ask"), empty=_("The same unit"))
    meeting_url = forms.URLField(
        label=_("Address of the video meeting"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("Shown to people with a confirmed place, on their own page. Never public, and never in a mail."),
    )
    wayfinding_nb = forms.CharField(
        label=_("How to find it, bokmål"), required=False, max_length=300, widget=forms.TextInput({"lang": "nb"})
    )
    wayfinding_nn = forms.CharField(
        label=_("How to find it, nynorsk"), required=False, max_length=300, widget=forms.TextInput({"lang": "nn"})
    )

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units.sites)  # type: ignore[attr-defined]  # UnitChoices both
        self.fields["contact"].offer(units.sites)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("unit") and "unit" not in self.errors and not self.is_blank():
            self.add_error("unit", _("Choose the hospital or unit of this place"))
        return cleaned


class _Rows(BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that may be left blank."""

    row_name: Any = _("Row")

    def written(self) -> list[dict[str, Any]]:
        """This will return what stands in the rows that are not blank."""
        return [form.cleaned_data for form in self.forms if not form.is_blank()]


class SessionRows(_Rows):
    """The meetings of a run."""

    row_name = _("Meeting")

    def clean(self) -> None:
        if any(self.errors):
            return
        held = [(row["held_on"], row["starts"]) for row in self.written()]
        if not held:
            raise ValidationError(_("Write at least one day"))
        if len(set(held)) < len(held):
            raise ValidationError(_("The same day and time stand twice. Take one of them away"))

    def meetings(self) -> tuple[Meeting, ...]:
        """This will return the meetings in order."""
        meetings = [Meeting(row["held_on"], row["starts"], row["ends"]) for row in self.written()]
        return tuple(sorted(meetings, key=lambda meeting: (meeting.held_on, str(meeting.starts or ""))))


class MonthRows(_Rows):
    """The months of a run."""

    row_name = _("Month")

    def clean(self) -> None:
        if any(self.errors):
            return
        if not self.written():
            raise ValidationError(_("Write at least one month with its year"))

    def months(self) -> tuple[date, ...]:
        """This will return the months in order, each once."""
        return tuple(sorted({date(row["year"], row["month"], 1) for row in self.written()}))


class SiteRows(_Rows):
    """The places of a run."""

    row_name = pgettext_lazy("of a course", "Place")

    def clean(self) -> None:
        if any(self.errors):
            return
        rows = self.written()
        if rows and sum(row["role"] == SiteRole.ORIGIN for row in rows) != 1:
            raise ValidationError(_("Say for exactly one place that the course is given there. The others receive it"))
        if len({(row["unit"].pk, row["mode"]) for row in rows}) < len(rows):
            raise ValidationError(_("The same unit stands twice with the same way to take part. Put them together"))

    def sites(self) -> list[SiteFields]:
        """This will return the places as the action takes them."""
        return [
            SiteFields(
                id=row["site_id"],
                unit=row["unit"],
                role=SiteRole(row["role"]),
                mode=SiteMode(row["mode"]),
                meeting_place=row["meeting_place"],
                wayfinding_nb=row["wayfinding_nb"],
                wayfinding_nn=row["wayfinding_nn"],
                meeting_url=row["meeting_url"],
                contact=row["contact"],
                places=row["places"],
            )
            for row in self.written()
        ]


ROWS: dict[str, tuple[type[_Row], type[_Rows]]] = {
    "sessions": (SessionRow, SessionRows),
    "months": (MonthRow, MonthRows),
    "sites": (SiteRow, SiteRows),
}


def _rows(name: str, units: Units, *, data: QueryDict | None = None, initial: Sequence[Mapping[str, Any]] = ()) -> Any:
    row, rows = ROWS[name]
    factory = formset_factory(row, formset=rows, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    return factory(data, prefix=name, initial=list(initial), form_kwargs={"units": units} if name == "sites" else {})


BUTTON = re.compile(r"^(sessions|months|sites)(\+|-\d+)$")


def raw_rows(data: QueryDict, name: str) -> list[dict[str, Any]]:
    """This will read the rows of a form as they were typed."""
    written = data.get(f"{name}-TOTAL_FORMS", "0")
    count = min(int(written) if written.isascii() and written.isdigit() else 0, MOST_ROWS)
    return [{field: data.get(f"{name}-{number}-{field}", "") for field in ROWS[name][0].base_fields} for number in range(count)]


def change_rows(rows: dict[str, list[dict[str, Any]]], button: str) -> None:
    """This will add or take away the row that a button names: `sessions+`, `sites-2`."""
    found = BUTTON.match(button)
    if not found:
        return
    chosen = rows[found[1]]
    if found[2] == "+":
        last = chosen[-1] if chosen else {}
        # the next meeting is mostly at the same time of day
        chosen.append(
            {name: last.get(name, "") for name in ("starts", "ends", "year", "mode")}
            if found[1] != "sites"
            else {"role": SiteRole.RECEIVER}
        )
    elif (number := int(found[2][1:])) < len(chosen):
        del chosen[number]


class RunEditor:
    """The whole form of a run: its fields, and the rows of days, months and places."""

    def __init__(
        self,
        units: Units,
        *,
        data: QueryDict | None = None,
        initial: Mapping[str, Any] | None = None,
        rows: Mapping[str, Any] | None = None,
    ) -> None:
        self.form = RunForm(data, units=units, initial=dict(initial or {}))
        self.kind = self.form.chosen_kind()
        given = rows or {}
        self.rows = {name: _rows(name, units, data=data, initial=given.get(name, ())) for name in ROWS}

    @property
    def sites(self) -> Any:
        """The rows of places."""
        return self.rows["sites"]

    @property
    def date_rows(self) -> Any:
        """The rows that the kind of dates uses; None where it uses none."""
        return self.rows.get(ROWS_OF.get(self.kind, ""))

    @property
    def date_fields(self) -> list[forms.BoundField]:
        """The fields that the kind of dates uses."""
        return [self.form[name] for name in FIELDS_OF.get(self.kind, ())]

    @property
    def hidden_fields(self) -> list[str]:
        """What was written for other kinds of dates, kept unseen."""
        unseen: list[str] = [self.form[name].as_hidden() for name in DATE_FIELDS if name not in FIELDS_OF.get(self.kind, ())]
        for name, rows in self.rows.items():
            if name not in ("sites", ROWS_OF.get(self.kind)):
                unseen += [str(rows.management_form), *(field.as_hidden() for row in rows.forms for field in row)]
        return unseen

    def is_valid(self) -> bool:
        """This will check the fields and the rows that count."""
        checked = [self.form.is_valid(), self.sites.is_valid()]
        if self.date_rows is not None:
            checked.append(self.date_rows.is_valid())
        return all(checked)

    @property
    def shown(self) -> list[Any]:
        """What the summary of errors reads."""
        return [part for part in (self.form, self.date_rows, self.sites) if part is not None]

    def dates(self) -> Dates:
        """This will return the dates as written. Call after `is_valid`."""
        cleaned = self.form.cleaned_data
        kind = ScheduleKind(cleaned["kind"])
        match kind:
            case ScheduleKind.SESSIONS:
                return Dates(kind, meetings=self.rows["sessions"].meetings())
            case ScheduleKind.MONTHS:
                return Dates(kind, months=self.rows["months"].months())
            case ScheduleKind.TERM:
                return Dates(kind, season=TermSeason(cleaned["season"]), year=cleaned["year"])
            case ScheduleKind.RECURRING:
                return Dates(
                    kind,
                    frequency=Frequency(cleaned["frequency"]),
                    weekday=cleaned["weekday"],
                    from_on=cleaned["from_on"],
                    until_on=cleaned["until_on"],
                )
            case _:
                return Dates(kind, from_on=cleaned["from_on"])


# From a run, and in words


def initial_of(run: Run) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """This will return what the form shows of a loaded run: its fields and its rows."""
    dates = dates_of(run)
    initial = {
        "edit_version": run.edit_version,
        "kind": run.kind,
        "season": dates.season or "",
        "year": dates.year,
        "frequency": dates.frequency or "",
        "weekday": "" if dates.weekday is None else str(dates.weekday),
        "from_on": dates.from_on,
        "until_on": dates.until_on,
        "refer_to": str(run.refer_to_id or ""),
        "opens_on": oslo_date(run.opens_at) if run.opens_at else None,
        "closes_on": oslo_date(run.closes_at) - timedelta(days=1) if run.closes_at else None,
        **{name: getattr(run, name) for name in ("day_count", "sign_up", "minimum", "decide_on", "note_nb", "note_nn")},
    }
    rows: dict[str, list[dict[str, Any]]] = {
        "sessions": [{"held_on": meeting.held_on, "starts": meeting.starts, "ends": meeting.ends} for meeting in dates.meetings],
        "months": [{"month": str(month.month), "year": month.year} for month in dates.months],
        "sites": [_site_initial(site) for site in sorted(run.sites.all(), key=lambda site: site.role != SiteRole.ORIGIN)],
    }
    return initial, rows


def _site_initial(site: DeliverySite) -> dict[str, Any]:
    return {
        "site_id": site.pk,
        "unit": str(site.unit_id),
        "contact": str(site.contact_id or ""),
        **{
            name: getattr(site, name)
            for name in ("role", "mode", "meeting_place", "places", "meeting_url", "wayfinding_nb", "wayfinding_nn")
        },
    }


def described(dates: Dates, fields: Mapping[str, Any], sites: Sequence[SiteFields | DeliverySite]) -> dict[str, str]:
    """This will say in words what a run is like, by heading; to show two editors what differs."""
    words = {gettext("Dates"): _dates_in_words(dates)}
    for name in RUN_COLUMNS:
        form_name = {"opens_at": "opens_on", "closes_at": "closes_on"}.get(name, name)
        words[str(RunForm.base_fields[form_name].label)] = _field_in_words(name, fields[name])
    words[gettext("Places where it is held")] = "\n".join(sorted(_site_in_words(site) for site in sites))
    return words


def _dates_in_words(dates: Dates) -> str:
    text = schedule.label(dates, language_now())
    meetings = [schedule.meeting_label(meeting, language_now()) for meeting in dates.meetings]
    return "\n".join([text, *meetings]) if any(meeting.starts for meeting in dates.meetings) else text


def _field_in_words(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name == "opens_at":
        return format_date(oslo_date(value))
    if name == "closes_at":
        return format_date(oslo_date(value) - timedelta(days=1))
    if name == "sign_up":
        return str(SignUpRoute(value).label)
    return format_date(value) if isinstance(value, date) else str(value)


def _site_in_words(site: SiteFields | DeliverySite) -> str:
    parts = [site.unit.name, str(SiteRole(site.role).label), str(SiteMode(site.mode).label), site.meeting_place]
    if site.places is not None:
        parts.append(gettext("%(number)s places") % {"number": site.places})
    if site.contact:
        parts.append(gettext("ask %(unit)s") % {"unit": site.contact.name})
    parts += [site.meeting_url, site.wayfinding_nb, site.wayfinding_nn]
    return ", ".join(part for part in parts if part)


class RunMoveForm(PortalForm):
    """A move of a run; where people are told why, with the reason."""

    marks_fields = False
    submit_text = ""
    version = forms.IntegerField(widget=forms.HiddenInput)
    public_reason = forms.ChoiceField(
        label=_("What the message to the participants says"), required=False, choices=[("", _("No reason")), *RunReason.choices]
    )
    reason = forms.CharField(
        label=_("Why?"), max_length=500, widget=forms.Textarea({"rows": 3}), help_text=_("Stands in the history. Nothing about people.")
    )

    def __init__(self, *args: Any, needs_reason: bool, step: Text, back_url: str, **kwargs: Any) -> None:
        self.step, self.back_url, self.is_heavy = step, back_url, needs_reason
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["reason"], self.fields["public_reason"]

    def build_layout(self) -> Layout:
        """This will name the button after what it does."""
        button = SubmitButton(self.step, color="danger" if self.is_heavy else "")
        return Layout(*self.fields, FormActions(button, LinkButton(_("Back to the course"), self.back_url)))
