"""Forms of the course editor: the texts in bokmål and nynorsk side by side, review, archive."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.differences import FACET_LABELS, LANGUAGE_NAMES, TEXT_LABELS, Difference, difference, in_words
from catalogue.enums import AgeGroup, Audience, CourseFormat, Delivery, Field, LanguageState, SignUpRoute, SpokenLanguage, Topic
from catalogue.models import Course, CourseVersion
from catalogue.models.courses import FACETS, TEXT_LANGUAGES, TEXTS
from catalogue.policies import Remark
from catalogue.queries.desk import owning_units
from catalogue.workflow import COURSE
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.common.forms import FilterForm, HintedRadios, PortalForm, Text

TITLE_LENGTH = 160
DIAGNOSIS = re.compile(r"^(ICD-10|ICPC-2) [A-Z][A-Z0-9.\-]{1,14}$")
CODE = re.compile(r"^[A-Z0-9-]{3,16}$")
CLINIC_KINDS = (UnitKind.CLINIC, UnitKind.LEARNING_CENTRE, UnitKind.HOSPITAL)
# rows of each text area, and what helps to fill it in
TEXT_SHAPES: dict[str, tuple[int, Any]] = {
    "summary": (3, _("Two or three sentences on what the course is and what it is good for. Stands in lists and searches.")),
    "learn": (5, _("One point a line.")),
    "for_whom": (4, ""),
    "programme": (7, _("One part a line, such as a topic or a day.")),
    "practical": (5, _("Food, parking, price, what to bring, companions.")),
    "referral_note": (3, _("Only for courses that need a referral.")),
    "user_representative": (2, _("Role and organisation; a name only with consent.")),
    "before": (3, ""),
    "after": (3, _("What the way on is: self-help group, new course, whom to call.")),
    "keywords": (2, _("Other words for the same, with commas between them.")),
}
ROUTE_HINTS: dict[str, Text] = {
    SignUpRoute.REFERRAL: _("A doctor or another clinician refers; the clinic assesses."),
    SignUpRoute.SELF: _("People sign up in this portal."),
    SignUpRoute.EXTERNAL: _("People sign up elsewhere; the page leads there."),
    SignUpRoute.CONTACT: _("People call or write to the centre."),
    SignUpRoute.WARD: _("For people who are inpatients."),
    SignUpRoute.OPEN: _("People just come."),
}


def _text_field(name: str, language: str) -> forms.CharField:
    label = format_lazy("{text}, {language}", text=TEXT_LABELS[name], language=LANGUAGE_NAMES[language])
    if name == "title":
        return forms.CharField(label=label, required=False, max_length=TITLE_LENGTH, widget=forms.TextInput({"lang": language}))
    rows, help_text = TEXT_SHAPES[name]
    return forms.CharField(label=label, required=False, help_text=help_text, widget=forms.Textarea({"lang": language, "rows": rows}))


def _state_field(language: str) -> forms.ChoiceField:
    choices = [(state.value, state.label) for state in (LanguageState.DRAFT, LanguageState.CHECKED)]
    label = format_lazy("{text}, {language}", text=_("State of the text"), language=LANGUAGE_NAMES[language])
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.RadioSelect)


class _Lines(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class _Clinics(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Clinics by name; the place is part of the name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Unit.objects.filter(kind__in=CLINIC_KINDS).order_by("place", "sort_key"), **options)


@dataclass(frozen=True)
class Pair:
    """One text in bokmål and nynorsk, as bound fields."""

    nb: forms.BoundField
    nn: forms.BoundField


class CourseForm(PortalForm):
    """Everything that is said about a course. Nothing need be complete: what is missing is shown before review."""

    marks_fields = False
    submit_text = ""

    topic = forms.ChoiceField(label=FACET_LABELS["topic"], choices=Topic)
    field = forms.ChoiceField(label=FACET_LABELS["field"], choices=Field)
    diagnosis_specific = forms.TypedChoiceField(
        label=FACET_LABELS["diagnosis_specific"],
        choices=[("yes", _("For one diagnosis")), ("no", _("Whatever the diagnosis"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    diagnoses = _Lines(
        label=FACET_LABELS["diagnoses"],
        required=False,
        help_text=_("One a line, with the code system: ICD-10 E11 or ICPC-2 T90. A code stands for everything below it."),
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )
    audiences = forms.MultipleChoiceField(
        label=FACET_LABELS["audiences"], required=False, choices=Audience, widget=forms.CheckboxSelectMultiple
    )
    age_groups = forms.MultipleChoiceField(
        label=FACET_LABELS["age_groups"], required=False, choices=AgeGroup, widget=forms.CheckboxSelectMultiple
    )
    format = forms.ChoiceField(label=FACET_LABELS["format"], choices=CourseFormat, widget=forms.RadioSelect)
    delivery = forms.ChoiceField(label=FACET_LABELS["delivery"], choices=Delivery, widget=forms.RadioSelect)
    spoken_language = forms.ChoiceField(label=FACET_LABELS["spoken_language"], choices=SpokenLanguage)
    places = forms.IntegerField(
        label=FACET_LABELS["places"],
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("Leave empty where there is no limit."),
        widget=forms.NumberInput({"size": 5}),
    )
    sign_up = forms.ChoiceField(label=FACET_LABELS["sign_up"], choices=SignUpRoute, widget=HintedRadios(hints=ROUTE_HINTS, tiles=False))
    refer_to = _Clinics(label=FACET_LABELS["refer_to"], required=False, help_text=_("Only where a referral is needed."))
    external_name = forms.CharField(
        label=FACET_LABELS["external_name"], required=False, max_length=80, help_text=_("Only where people sign up elsewhere.")
    )
    external_url = forms.URLField(
        label=FACET_LABELS["external_url"], required=False, assume_scheme="https", help_text=_("Begins with https://")
    )
    edit_version = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def pairs(self) -> list[Pair]:
        """This will return the texts in the order of the page, bokmål beside nynorsk."""
        return [Pair(self[f"{name}_nb"], self[f"{name}_nn"]) for name in TEXTS]

    def states(self) -> Pair:
        """This will return the state of the two texts."""
        return Pair(self["state_nb"], self["state_nn"])

    def english(self) -> list[forms.BoundField]:
        """This will return the English texts, with their state last."""
        return [*(self[f"{name}_en"] for name in TEXTS), self["state_en"]]

    def has_english(self) -> bool:
        """This will say whether anything stands in English, or is wrong there."""
        return any(field.value() or field.errors for field in self.english()[:-1])

    def clean_diagnoses(self) -> list[str]:
        """This will check the form of each code; whether the code exists is for the code lists, which are not whole here."""
        codes = [re.sub(r"\s+", " ", line).upper() for line in self.cleaned_data["diagnoses"]]
        for code in codes:
            if not DIAGNOSIS.match(code):
                raise ValidationError(
                    _("“%(code)s” is not a code: write the code system and the code, such as ICD-10 E11"), params={"code": code}
                )
        return list(dict.fromkeys(codes))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for column, value in cleaned.items():
            if isinstance(value, str):
                cleaned[column] = value.replace("\r\n", "\n")
        if cleaned.get("sign_up") != SignUpRoute.REFERRAL:
            cleaned["refer_to"] = None
        return cleaned

    def values(self) -> dict[str, Any]:
        """This will return what was written, by column."""
        return {name: value for name, value in self.cleaned_data.items() if name in COLUMNS}


CourseForm.base_fields = {
    **{f"{name}_{language}": _text_field(name, language) for name in TEXTS for language in TEXT_LANGUAGES},
    **{f"state_{language}": _state_field(language) for language in TEXT_LANGUAGES},
    **CourseForm.base_fields,
}
COLUMNS = frozenset(
    {
        *(f"{name}_{language}" for name in TEXTS for language in TEXT_LANGUAGES),
        *(f"state_{language}" for language in TEXT_LANGUAGES),
        *FACETS,
    }
)


# Two editors at once


def _plain(value: Any) -> Any:
    return str(value.pk) if isinstance(value, Unit) else value


def fingerprint(value: Any) -> str:
    """This will make the short mark of a value, by which the form knows later whether it was changed here."""
    return hashlib.sha256(json.dumps(_plain(value)).encode()).hexdigest()[:10]


def fingerprints(content: Mapping[str, Any]) -> str:
    """This will make the marks of all values that a form was opened with."""
    return json.dumps({column: fingerprint(value) for column, value in content.items()}, separators=(",", ":"))


def initial_of(version: CourseVersion, content: Mapping[str, Any]) -> dict[str, Any]:
    """This will return what a form shows of a text."""
    return {
        **content,
        "diagnosis_specific": "yes" if content["diagnosis_specific"] else "no",
        "refer_to": version.refer_to_id,
        "edit_version": version.edit_version,
        "base": fingerprints(content),
    }


@dataclass(frozen=True)
class Clash:
    """One field in which what was typed is not what somebody else saved. `theirs_alone`: only they changed it."""

    column: str
    label: str
    theirs: str
    mine: str
    theirs_alone: bool
    language: str
    field: forms.BoundField


def clashes(form: CourseForm, written: Mapping[str, Any], current: Mapping[str, Any]) -> list[Clash]:
    """This will list where what was written and the saved text differ, field by field. The form has been checked."""
    try:
        base = json.loads(form.cleaned_data.get("base") or "{}")
    except ValueError:
        base = {}
    found = []
    for column, mine in written.items():
        theirs = current[column]
        if mine == theirs:
            continue
        words: Difference = difference(column, theirs, mine)
        found.append(
            Clash(
                column=column,
                label=words.label,
                theirs=in_words(column, theirs),
                mine=in_words(column, mine),
                theirs_alone=fingerprint(mine) == base.get(column),
                language=words.language,
                field=form[column],
            )
        )
    return found


def with_choices(data: QueryDict, current: Mapping[str, Any]) -> QueryDict:
    """This will put the saved value in each field for which an editor chose it, on the page that shows both."""
    merged = data.copy()
    for column, value in current.items():
        if data.get(f"take-{column}") != "theirs":
            continue
        shown = _plain(value)
        if column == "diagnosis_specific":
            merged[column] = "yes" if value else "no"
        elif column == "diagnoses":
            merged[column] = "\n".join(value)
        elif isinstance(shown, list):
            merged.setlist(column, shown)
        else:
            merged[column] = "" if shown is None else str(shown)
    return merged


# New course


class NewCourseForm(PortalForm):
    """What a course needs to exist: whose it is, its code, a title and a topic."""

    submit_text = _("Make the course")
    owner = forms.ModelChoiceField(Unit.objects.none(), label=_("Whose course is it?"), help_text=_("The clinic or centre that gives it."))
    title_nb = forms.CharField(label=_("Title, bokmål"), required=False, max_length=TITLE_LENGTH, widget=forms.TextInput({"lang": "nb"}))
    title_nn = forms.CharField(label=_("Title, nynorsk"), required=False, max_length=TITLE_LENGTH, widget=forms.TextInput({"lang": "nn"}))
    topic = forms.ChoiceField(label=FACET_LABELS["topic"], choices=[("", "---------"), *Topic.choices])
    code = forms.CharField(
        label=_("Short code"),
        max_length=16,
        help_text=_("Stands on posters and in QR codes and never changes. Capital letters, digits and hyphens, such as VOLDA-MECFS."),
        widget=forms.TextInput({"size": 18, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = owning_units(by)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]  # a ModelChoiceField has one
        if not self.is_bound and len(owners) == 1:
            self.initial["owner"] = owners[0].pk

    def clean_code(self) -> str:
        """This will make capitals, and check the form."""
        code: str = self.cleaned_data["code"].strip().upper()
        if not CODE.match(code):
            raise ValidationError(_("Write the short code with 3 to 16 capital letters, digits and hyphens"))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("title_nb") and not cleaned.get("title_nn"):
            self.add_error("title_nb", _("Write the title in bokmål or nynorsk"))
        return cleaned


# Review, archive, desk


class VersionForm(PortalForm):
    """What every decision carries: the version of the course that the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class SubmitForm(VersionForm):
    """Sends a draft to review. Each warning wants an answer."""

    submit_text = _("Send to review")

    def __init__(self, *args: Any, warnings: Iterable[Remark], answers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for remark in warnings:
            name = f"answer_{remark.code}"
            text: Any = remark.text
            self.fields[name] = forms.CharField(
                label=text,
                max_length=300,
                help_text=_("Say why it is right as it is, or put it right first."),
                widget=forms.Textarea({"rows": 2}),
                error_messages={"required": format_lazy("{text} {advice}", text=remark.text, advice=_("Write an answer."))},
            )
            self.initial.setdefault(name, answers.get(remark.code, ""))

    def answers(self) -> dict[str, str]:
        """This will return what was answered, by the warning's code."""
        return {name.removeprefix("answer_"): text for name, text in self.cleaned_data.items() if name.startswith("answer_")}


class PublishForm(VersionForm):
    """The reviewer's yes."""

    submit_text = pgettext_lazy("button", "Publish")
    marks_fields = False
    verb = forms.CharField(widget=forms.HiddenInput, initial="publish")
    seen = forms.BooleanField(label=_("I have read the course, and looked at it as page and as poster row"))


class SendBackForm(VersionForm):
    """The reviewer's no, with what is to be done."""

    submit_text = _("Send back")
    marks_fields = False
    verb = forms.CharField(widget=forms.HiddenInput, initial="send_back")
    reason = forms.CharField(
        label=_("Comment to the author"), max_length=1000, help_text=_("Say what must be put right."), widget=forms.Textarea({"rows": 4})
    )


class ArchiveForm(VersionForm):
    """Takes a course out of the catalogue."""

    submit_text = _("Archive the course")
    reason = forms.CharField(label=_("Why is the course taken out?"), max_length=500, widget=forms.Textarea({"rows": 3}))
    successor = forms.ModelChoiceField(
        Course.objects.none(),
        label=_("Is there another course instead?"),
        required=False,
        help_text=_("The old address and the QR codes then lead on to it."),
    )

    def __init__(self, *args: Any, courses: QuerySet[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        field.queryset = courses
        field.label_from_instance = lambda course: f"{course.shown_version.title} ({course.code})"


class DeskFilter(FilterForm):
    """Narrows the course desk."""

    q = forms.CharField(
        label=_("Title or code"), required=False, max_length=80, widget=forms.TextInput({"type": "search", "autocomplete": "off"})
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), required=False, to_field_name="code", empty_label=_("All units"))
    show = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a ModelChoiceField has one
        self.fields["state"].choices = [("", _("All states")), *((code, str(words)) for code, words in COURSE.labels.items())]  # type: ignore[attr-defined]
