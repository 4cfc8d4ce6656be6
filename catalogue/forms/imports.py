"""Forms of import and export: the file, its columns, and which courses to export."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalogue.enums import Topic
from catalogue.forms.rosters import half_year, season_label
from catalogue.import_columns import COURSE_COLUMNS, RUN_COLUMNS
from catalogue.models import CourseImport
from catalogue.workflow import COURSE, RUN
from lms_portal.accounts.models import Unit
from lms_portal.common.forms import FilterForm, PortalForm

SEASONS_BACK, SEASONS_AHEAD = 4, 3
FORMATS = [("xlsx", _("Excel, courses and dates together")), ("courses", _("CSV, courses")), ("runs", _("CSV, dates"))]


class UploadForm(PortalForm):
    """A file, and the centre whose courses it is about."""

    submit_text = _("Go on to the columns")
    marks_fields = False
    centre = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Which centre is the file about?"), help_text=_("Its own courses, and those of the units below it.")
    )
    file = forms.FileField(
        label=_("Excel or CSV file"),
        help_text=_("At most 10 MB and 5,000 rows. Files with macros or a password cannot be read."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
        max_length=255,
    )

    def __init__(self, *args: Any, centres: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = centres  # type: ignore[attr-defined]  # a ModelChoiceField has one
        if not self.is_bound and len(centres) == 1:
            self.initial["centre"] = centres[0].pk


class ExportForm(FilterForm):
    """Which courses and dates to export."""

    submit_text = _("Save the file")
    centre = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Centre"), required=False, to_field_name="code", empty_label=_("All that I edit")
    )
    season = forms.ChoiceField(label=_("Season"), required=False)
    state = forms.ChoiceField(label=_("State of the course"), required=False)
    run_state = forms.ChoiceField(label=_("State of the dates"), required=False)
    format = forms.ChoiceField(label=_("File"), choices=FORMATS, required=False)

    def __init__(self, *args: Any, centres: QuerySet[Unit], today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = half_year(today)
        fields: dict[str, Any] = self.fields
        fields["centre"].queryset = centres
        numbers = range(now - SEASONS_BACK, now + SEASONS_AHEAD + 1)
        fields["season"].choices = [("", _("All seasons")), *((str(number), season_label(number)) for number in numbers)]
        fields["state"].choices = [("", _("All states")), *((code, str(words)) for code, words in COURSE.labels.items())]
        fields["run_state"].choices = [("", _("All states")), *((code, str(words)) for code, words in RUN.labels.items())]


def _column_choices() -> list[Any]:
    return [
        ("", gettext("Not read")),
        (gettext("Courses"), [(column.code, str(column.label)) for column in COURSE_COLUMNS]),
        (gettext("Course dates"), [(column.code, str(column.label)) for column in RUN_COLUMNS]),
    ]


class ColumnsForm(PortalForm):
    """Which sheets are read, where their heads stand, and what each column is."""

    submit_text = ""
    marks_fields = False
    year = forms.IntegerField(
        label=_("Year of dates that are written without one"),
        required=False,
        min_value=2000,
        max_value=2100,
        widget=forms.NumberInput({"size": 5}),
    )
    topic = forms.ChoiceField(
        label=_("Topic of new courses, where the file does not say"), required=False, choices=[("", _("The file says it")), *Topic.choices]
    )

    def __init__(self, *args: Any, course_import: CourseImport, **kwargs: Any) -> None:
        initial = {"year": course_import.default_year, "topic": course_import.default_topic}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.sheets: list[dict[str, Any]] = course_import.sheets
        choices = _column_choices()
        for place, sheet in enumerate(self.sheets):
            name = sheet["name"] or gettext("The table")
            self.fields[f"use_{place}"] = forms.BooleanField(
                label=gettext("Read “%(sheet)s”") % {"sheet": name}, required=False, initial=sheet["use"]
            )
            self.fields[f"head_{place}"] = forms.TypedChoiceField(
                label=gettext("The heads stand in row"), choices=[(row, str(row)) for row in sheet["rows"]], coerce=int, initial=sheet["head"],
                required=False, empty_value=sheet["head"],
            )  # fmt: skip
            for number, head in enumerate(sheet["heads"]):
                label = head or gettext("Column without a head")
                self.fields[f"column_{place}_{number}"] = forms.ChoiceField(
                    label=label, choices=choices, required=False, initial=sheet["columns"][number]
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        used = [place for place in range(len(self.sheets)) if cleaned.get(f"use_{place}")]
        if not used:
            self.add_error(None, gettext("Tick at least one sheet to read"))
        for place in used:
            seen: dict[str, str] = {}
            chosen = self.columns_of(place)
            for number, code in enumerate(chosen):
                name = f"column_{place}_{number}"
                if code and code in seen:
                    self.add_error(
                        name,
                        gettext("“%(head)s” is read as the same. Let one of them be “Not read”")
                        % {"head": seen[code] or self.fields[name].label},
                    )
                seen.setdefault(code, self.sheets[place]["heads"][number])
            if not any(chosen):
                self.add_error(f"use_{place}", gettext("Choose what at least one column is, or do not read the sheet"))
        return cleaned

    def columns_of(self, place: int) -> list[str]:
        """This will return what each column of a sheet is read as. Call after checking."""
        return [self.cleaned_data.get(f"column_{place}_{number}", "") for number in range(len(self.sheets[place]["heads"]))]

    def chosen(self) -> dict[int, Sequence[str]]:
        """This will return the columns of the sheets that are read."""
        return {place: self.columns_of(place) for place in range(len(self.sheets)) if self.cleaned_data.get(f"use_{place}")}

    def heads(self) -> dict[int, int]:
        """This will return the head row of each sheet."""
        return {place: self.cleaned_data.get(f"head_{place}", sheet["head"]) for place, sheet in enumerate(self.sheets)}

    def groups(self) -> list[dict[str, Any]]:
        """This will return what the page shows of each sheet."""
        return [
            {
                "name": sheet["name"] or gettext("The table"),
                "hidden": sheet["hidden"],
                "number": place,
                "use": self[f"use_{place}"],
                "head": self[f"head_{place}"],
                "lines": [
                    {"field": self[f"column_{place}_{number}"], "letter": _letter(number), "sample": sheet["samples"][number]}
                    for number in range(len(sheet["heads"]))
                ],
                "known": sum(bool(code) for code in sheet["columns"]),
            }
            for place, sheet in enumerate(self.sheets)
        ]


def _letter(number: int) -> str:
    """The column's name in a spreadsheet: A, B … Z, AA."""
    first, second = divmod(number, 26)
    return f"{chr(64 + first) if first else ''}{chr(65 + second)}"


STAGES: dict[str, tuple[Any, str]] = {
    "columns": (pgettext_lazy("of an import", "The columns are not chosen"), "draft"),
    "reading": (pgettext_lazy("of an import", "Is being read"), "waiting"),
    "preview": (pgettext_lazy("of an import", "Ready to look at"), "active"),
    "applying": (pgettext_lazy("of an import", "Is being saved"), "waiting"),
    "applied": (pgettext_lazy("of an import", "Saved"), "done"),
    "discarded": (pgettext_lazy("of an import", "Put away"), "stopped"),
}
