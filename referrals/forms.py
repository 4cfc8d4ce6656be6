"""The forms of the referrals: one page to write on, one to look over and send, and one for each thing that a clinic does."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalogue.models import Code, Course, DeliverySite, Run
from lms_portal.accounts.models import Municipality, Unit
from lms_portal.common import personal_ids, phones
from lms_portal.common.forms import DateTripleField, FilterForm, LinkButton, PortalForm, SubmitButton
from referrals import queries
from referrals.actions.drafts import Contents, Person
from referrals.enums import CodeSystem, DiagnosisSystem, ErrorReason, ParticipantKind, ReopenReason, Urgency, WithdrawnBy
from referrals.models import Referral, ReferralParticipant

MAX_TEXT = 4000
MAX_PEOPLE = 8
OTHERS = [choice for choice in ParticipantKind.choices if choice[0] != ParticipantKind.PATIENT]
LETTER_LANGUAGES = [("nb", gettext_lazy("Bokmål")), ("nn", gettext_lazy("Nynorsk")), ("en", gettext_lazy("English"))]


class PersonalIdField(forms.CharField):
    """An identity number, checked digit by digit, with or without spaces; `today` refuses days of birth to come."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        self.today: date | None = None
        super().__init__(widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "size": 14}), **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text:
            return ""
        try:
            return personal_ids.parse(text, today=self.today).number
        except personal_ids.InvalidPersonalId as error:
            raise ValidationError(str(error.message), code=error.code) from None


class PhoneField(forms.CharField):
    """A phone number, kept as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        super().__init__(widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", "size": 16}), **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text:
            return ""
        try:
            return phones.parse_phone(text)
        except phones.InvalidPhone as error:
            raise ValidationError(str(error.message), code=error.code) from None


def _text(label: Any, *, help_text: Any = "", required: bool = False, rows: int = 4, limit: int = MAX_TEXT) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=limit, widget=forms.Textarea({"rows": rows}))


class CourseChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Courses by their titles in the language of the moment."""

    def label_from_instance(self, obj: Course) -> str:
        return obj.shown_version.title


class ChooseCourseForm(FilterForm):
    """The first question where no course is given: which one."""

    submit_text = gettext_lazy("Go on")
    course = CourseChoice(
        label=gettext_lazy("Course"), queryset=Course.objects.none(), to_field_name="slug", empty_label=gettext_lazy("Choose a course")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = queries.courses_by_referral()  # type: ignore[attr-defined]


class PersonForm(PortalForm):
    """One other participant. An empty row counts for nothing."""

    marks_fields = False
    submit_text = ""
    kind = forms.ChoiceField(label=gettext_lazy("Relation to the patient"), choices=OTHERS)
    name = forms.CharField(label=gettext_lazy("Name of the participant"), max_length=120, required=False)
    number = PersonalIdField(label=gettext_lazy("Identity number of the participant"), required=False)
    phone = PhoneField(label=gettext_lazy("Phone of the participant"), required=False)
    attends = forms.BooleanField(label=gettext_lazy("Attends the course"), required=False, initial=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not any(str(self[name].value() or "").strip() for name in ("name", "number", "phone"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_empty:
            for name, sentence in (
                ("name", _("Fill in the participant's name")),
                ("number", _("Fill in the participant's identity number, eleven digits")),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return cleaned

    def person(self) -> Person:
        """This will return the participant as typed, right or wrong: a draft loses nothing."""
        return Person(
            ParticipantKind(_choice(self, "kind", ParticipantKind.NEXT_OF_KIN)),
            attends=bool(self.cleaned_data.get("attends")),
            name=_typed(self, "name", 120),
            identity_number=_typed(self, "number", 30),
            phone=_typed(self, "phone", 30),
        )


class BasePeople(BaseFormSet):  # type: ignore[type-arg]
    """The other participants."""

    row_name = gettext_lazy("Participant")


PeopleFormSet = forms.formset_factory(PersonForm, formset=BasePeople, extra=0, max_num=MAX_PEOPLE, absolute_max=MAX_PEOPLE)


def people_initial(participants: list[ReferralParticipant]) -> list[dict[str, Any]]:
    """This will fill the rows of the other participants from a draft."""
    return [
        {
            "kind": one.kind,
            "name": one.name or "",
            "number": one.identity_number or "",
            "phone": phones.format_phone(one.phone) if one.phone else "",
            "attends": one.attends,
        }
        for one in participants
        if not one.is_patient
    ]


def _typed(form: forms.Form, name: str, limit: int) -> str:
    """What was checked, or else what was typed."""
    value = form.cleaned_data.get(name)
    if value is None:
        value = form[name].value()
    return str(value or "").replace("\0", "").strip()[:limit]


def _choice(form: forms.Form, name: str, default: str) -> str:
    value = form.cleaned_data.get(name) or default
    return str(value)


class RunChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The dates of a course in words; none is chosen where any will do."""

    def label_from_instance(self, obj: Run) -> str:
        return queries.run_words(obj).in_language(get_language())


class WriteForm(PortalForm):
    """The one page of a referral. Saving a draft takes what is typed as it is; going on checks everything."""

    submit_text = ""
    shows_summary = False
    messages_when_empty: ClassVar[Mapping[str, Any]] = {
        "patient_name": gettext_lazy("Fill in the patient's name"),
        "patient_number": gettext_lazy("Fill in the patient's identity number, eleven digits"),
        "municipality": gettext_lazy("Choose the municipality where the patient lives"),
        "reason": gettext_lazy("Say why the patient is referred"),
        "patient_is_informed": gettext_lazy("Confirm that the patient knows about the referral and agrees"),
    }

    token = forms.UUIDField(widget=forms.HiddenInput)
    edit_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    unit = forms.ModelChoiceField(label=gettext_lazy("You refer from"), queryset=Unit.objects.none(), empty_label=None)
    run = RunChoice(
        label=gettext_lazy("Wanted date"), queryset=Run.objects.none(), required=False, empty_label=gettext_lazy("No particular date")
    )

    patient_name = forms.CharField(
        label=gettext_lazy("The patient's name"), max_length=120, widget=forms.TextInput({"autocomplete": "off"})
    )
    patient_number = PersonalIdField(
        label=gettext_lazy("The patient's identity number"), help_text=gettext_lazy("Birth number or D-number, eleven digits")
    )
    municipality = forms.ModelChoiceField(
        label=gettext_lazy("Municipality where the patient lives"),
        queryset=Municipality.objects.none(),
        empty_label=gettext_lazy("Choose a municipality"),
    )
    patient_phone = PhoneField(label=gettext_lazy("The patient's phone number"), required=False)
    patient_attends = forms.BooleanField(label=gettext_lazy("The patient attends the course"), required=False, initial=True)

    diagnosis_system = forms.ChoiceField(
        label=gettext_lazy("Code system of the diagnosis"), choices=DiagnosisSystem.choices, widget=forms.RadioSelect
    )
    diagnosis_code = forms.CharField(
        label=gettext_lazy("Diagnosis code"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("For example A04 in ICPC-2 or G93.3 in ICD-10"),
        widget=forms.TextInput({"autocomplete": "off", "list": "diagnoses", "size": 10}),
    )
    diagnosis_text = forms.CharField(label=gettext_lazy("Diagnosis in words"), max_length=200, required=False)
    reason = _text(
        gettext_lazy("Why is the patient referred?"),
        help_text=gettext_lazy("What is the problem now, and what should the course help with?"),
        required=True,
    )
    what_matters = _text(
        gettext_lazy("What matters to the patient?"),
        help_text=gettext_lazy("In the patient's own words. The leaders of the course read this if the patient agrees."),
    )
    history = _text(gettext_lazy("History, other conditions and findings"))
    medication = _text(gettext_lazy("Medication and critical information"))
    needs_interpreter = forms.BooleanField(label=gettext_lazy("An interpreter is needed"), required=False)
    interpreter_language = forms.CharField(label=gettext_lazy("Language of the interpreter"), max_length=60, required=False)
    other_needs = _text(
        gettext_lazy("Other needs"),
        help_text=gettext_lazy("For example wheelchair, hearing loop, diet or somebody to come along"),
        rows=2,
        limit=500,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Written form of the patient's letters"),
        choices=LETTER_LANGUAGES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The form that the patient uses"),
    )
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=Urgency.choices, widget=forms.RadioSelect)
    patient_is_informed = forms.BooleanField(label=gettext_lazy("The patient knows about the referral and agrees"))
    consents_to_sharing = forms.BooleanField(
        label=gettext_lazy("The patient agrees that the leaders of the course see the reason"), required=False
    )
    copy_to_gp = forms.BooleanField(
        label=gettext_lazy("Send a copy of the answer to the general practitioner"), required=False, initial=True
    )
    gp_name = forms.CharField(
        label=gettext_lazy("General practitioner and office"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("Only where somebody else than the GP refers"),
    )

    def __init__(self, *args: Any, course: Course, units: list[Unit], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = course
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units]).order_by("path")  # type: ignore[attr-defined]
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = units[0].pk
        runs = Run.objects.filter(course=course, status__in=["open", "planned", "closed", "postponed"]).not_over(today)
        self.fields["run"].queryset = queries.with_dates(runs).order_by("sort_key")  # type: ignore[attr-defined]
        self.fields["municipality"].queryset = Municipality.objects.filter(valid_to__isnull=True)  # type: ignore[attr-defined]
        number = self.fields["patient_number"]
        if isinstance(number, PersonalIdField):
            number.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("diagnosis_code") and not cleaned.get("diagnosis_text"):
            self.add_error("diagnosis_code", _("Give a diagnosis, as a code or in words"))
        if cleaned.get("needs_interpreter") and not cleaned.get("interpreter_language"):
            self.add_error("interpreter_language", _("Write which language the interpreter should speak"))
        return cleaned

    def contents(self, others: list[Person]) -> Contents:
        """This will gather the draft: checked values where they are right, typed ones where they are not."""
        cleaned = self.cleaned_data
        patient = Person(
            ParticipantKind.PATIENT,
            attends=bool(cleaned.get("patient_attends")),
            name=_typed(self, "patient_name", 120),
            identity_number=_typed(self, "patient_number", 30),
            phone=_typed(self, "patient_phone", 30),
        )
        return Contents(
            people=(patient, *others),
            run=cleaned.get("run"),
            urgency=Urgency(_choice(self, "urgency", Urgency.ROUTINE)),
            diagnosis_system=DiagnosisSystem(_choice(self, "diagnosis_system", DiagnosisSystem.ICPC2)),
            diagnosis_code=_typed(self, "diagnosis_code", 10).upper(),
            diagnosis_text=_typed(self, "diagnosis_text", 200),
            reason=_typed(self, "reason", MAX_TEXT * 4),
            what_matters=_typed(self, "what_matters", MAX_TEXT * 4),
            history=_typed(self, "history", MAX_TEXT * 4),
            medication=_typed(self, "medication", MAX_TEXT * 4),
            needs_interpreter=bool(cleaned.get("needs_interpreter")),
            interpreter_language=_typed(self, "interpreter_language", 60),
            other_needs=_typed(self, "other_needs", MAX_TEXT),
            language=_choice(self, "language", "nb"),
            patient_is_informed=bool(cleaned.get("patient_is_informed")),
            consents_to_sharing=bool(cleaned.get("consents_to_sharing")),
            copy_to_gp=bool(cleaned.get("copy_to_gp")),
            gp_name=_typed(self, "gp_name", 160),
            municipality=cleaned.get("municipality"),
        )


def write_initial(referral: Referral, participants: list[ReferralParticipant]) -> dict[str, Any]:
    """This will fill the page from a draft."""
    patient = next((one for one in participants if one.is_patient), None)
    initial: dict[str, Any] = {name: getattr(referral, name) for name in WriteForm.base_fields if hasattr(referral, name)}
    return initial | {
        "token": referral.form_token,
        "edit_version": referral.edit_version,
        "unit": referral.referrer_unit_id,
        "run": referral.run_id,
        "municipality": referral.municipality_id,
        "patient_name": patient.name if patient else "",
        "patient_number": patient.identity_number if patient else "",
        "patient_phone": phones.format_phone(patient.phone) if patient and patient.phone else "",
        "patient_attends": patient.attends if patient else True,
    }


class SendForm(PortalForm):
    """Sending, where the rules say or somewhere else with a reason."""

    submit_text = ""
    marks_fields = False
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    seen_edit_version = forms.IntegerField(widget=forms.HiddenInput)
    chosen_unit = forms.ModelChoiceField(
        label=gettext_lazy("Send to another clinic"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("The clinic named above"),
    )
    override_reason = _text(gettext_lazy("Why to another clinic?"), help_text=gettext_lazy("The clinic reads this."), rows=2, limit=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen_unit"].queryset = queries.receiving_clinics()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("chosen_unit") and not cleaned.get("override_reason"):
            self.add_error("override_reason", _("Say why the referral should go somewhere else than the rules say."))
        return cleaned


# What a clinic, or the referrer, does with a sent referral


class ActForm(PortalForm):
    """One thing to do. `seen_version` is the version that the person saw; `referral` and `today` fill the choices."""

    button_text = ""
    color: ClassVar[str] = ""
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, referral: Referral, today: date, is_referrer: bool = False, **kwargs: Any) -> None:
        self.referral, self.today, self.is_referrer = referral, today, is_referrer
        kwargs.setdefault("initial", {}).setdefault("seen_version", referral.version)
        super().__init__(*args, **kwargs)
        self.fill()

    def fill(self) -> None:
        """Override to set choices that depend on the referral."""

    def build_layout(self) -> Layout:
        return Layout(
            *self.fields,
            FormActions(SubmitButton(self.button_text, color=self.color), LinkButton(_("Cancel"), self.referral.get_absolute_url())),
        )


class AskForm(ActForm):
    """A question to the referrer."""

    text = _text(
        gettext_lazy("What do you need to know?"),
        help_text=gettext_lazy("The referrer gets a notice and answers in the portal."),
        required=True,
    )


class AnswerForm(ActForm):
    """The answer to it."""

    text = _text(gettext_lazy("Your answer"), required=True)


class SiteChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Dates and places with room for everybody who attends."""

    def label_from_instance(self, obj: DeliverySite) -> str:
        when = queries.run_words(obj.run).in_language(get_language())
        free = _("no limit of places") if obj.free is None else _("%(count)d free") % {"count": obj.free}
        return f"{when} · {obj.get_mode_display()} · {obj.unit.name} · {free}"


def _site_queryset(referral: Referral, today: date) -> Any:
    needed = sum(one.attends for one in referral.participants.all())
    ids = [site.pk for site in queries.free_sites(referral.course, today, needed=needed)]
    runs = "run__term", "run__recurrence", "unit"
    sites = DeliverySite.objects.filter(pk__in=ids).select_related("run", *runs)
    return sites.prefetch_related("run__sessions", "run__months").order_by("run__sort_key", "role", "id")


RIGHT_BY_HELP = gettext_lazy("The last day for the course to begin (frist for helsehjelp)")


class _SiteForm(ActForm):
    """Choosing a date and place with room."""

    site = SiteChoice(
        label=gettext_lazy("Date and place"), queryset=DeliverySite.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def fill(self) -> None:
        self.fields["site"].queryset = _site_queryset(self.referral, self.today)  # type: ignore[attr-defined]

    @property
    def has_sites(self) -> bool:
        """Whether any date has room."""
        return bool(self.fields["site"].queryset.count())  # type: ignore[attr-defined]


class AcceptForm(_SiteForm):
    """A place for everybody who attends."""

    right_by_on = DateTripleField(label=gettext_lazy("Right to health care by"), help_text=RIGHT_BY_HELP)
    text = _text(
        gettext_lazy("Words to the participants and the referrer"),
        help_text=gettext_lazy("Stands in every letter. Leave empty if the letter says enough."),
        rows=3,
    )


class GiveDateForm(_SiteForm):
    """A date for those who wait."""

    text = _text(
        gettext_lazy("Words to the participants and the referrer"),
        help_text=gettext_lazy("Stands in every letter. Leave empty if the letter says enough."),
        rows=3,
    )


class AcceptWithoutDateForm(ActForm):
    """The right to the course, with the period in which a place is expected."""

    from_on = DateTripleField(label=gettext_lazy("The place is expected from"))
    to_on = DateTripleField(label=gettext_lazy("The place is expected until"))
    right_by_on = DateTripleField(label=gettext_lazy("Right to health care by"), help_text=RIGHT_BY_HELP)
    text = _text(
        gettext_lazy("Words to the participants and the referrer"),
        help_text=gettext_lazy("Stands in every letter. Leave empty if the letter says enough."),
        rows=3,
    )


def _reasons(system: str, today: date) -> list[tuple[str, str]]:
    nynorsk = (get_language() or "nb")[:2] == "nn"
    return [(code.code, (code.display_nn if nynorsk else "") or code.display_nb) for code in Code.objects.of(system, today=today)]


class RejectForm(ActForm):
    """No, with a reason of the list and an explanation."""

    color = "danger"
    reason_code = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("That the course is full is no reason: use the waiting list."),
    )
    text = _text(
        gettext_lazy("Explanation that the patient reads"),
        help_text=gettext_lazy("In plain words, in the written form of the patient's letters."),
        required=True,
    )

    def fill(self) -> None:
        self.fields["reason_code"].choices = _reasons(CodeSystem.REJECTION, self.today)  # type: ignore[attr-defined]


class AdviseForm(ActForm):
    """Advice instead of a place."""

    text = _text(gettext_lazy("Advice to the referrer"), help_text=gettext_lazy("The patient reads it too."), required=True)


class ForwardForm(ActForm):
    """On to another clinic of the portal."""

    to_unit = forms.ModelChoiceField(
        label=gettext_lazy("Send on to"), queryset=Unit.objects.none(), empty_label=gettext_lazy("Choose a clinic")
    )
    reason_code = forms.ChoiceField(label=gettext_lazy("Reason"), widget=forms.RadioSelect)
    text = _text(
        gettext_lazy("Words to the participants and the referrer"),
        help_text=gettext_lazy("Stands in every letter. Leave empty if the letter says enough."),
        rows=3,
    )

    def fill(self) -> None:
        others = queries.receiving_clinics().exclude(pk=self.referral.clinic.pk)
        self.fields["to_unit"].queryset = others  # type: ignore[attr-defined]
        self.fields["reason_code"].choices = _reasons(CodeSystem.FORWARDING, self.today)  # type: ignore[attr-defined]


class ForwardOutsideForm(ActForm):
    """On to a unit outside the portal."""

    to_name = forms.CharField(label=gettext_lazy("Name of the unit outside the portal"), max_length=160)
    reason_code = forms.ChoiceField(label=gettext_lazy("Reason"), widget=forms.RadioSelect)
    text = _text(
        gettext_lazy("Words to the participants and the referrer"),
        help_text=gettext_lazy("Stands in every letter. Leave empty if the letter says enough."),
        rows=3,
    )

    def fill(self) -> None:
        self.fields["reason_code"].choices = _reasons(CodeSystem.FORWARDING, self.today)  # type: ignore[attr-defined]


class WithdrawForm(ActForm):
    """Withdrawing, on the wish of patient or referrer."""

    color = "danger"
    wish_of = forms.ChoiceField(label=gettext_lazy("Who wants to withdraw it?"), choices=WithdrawnBy.choices, widget=forms.RadioSelect)
    reason_code = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    text = _text(gettext_lazy("Words to the participants"), help_text=gettext_lazy("Stands in the letters."), rows=3)

    def fill(self) -> None:
        if self.is_referrer:
            del self.fields["wish_of"], self.fields["reason_code"]
            return
        nothing = ("", _("The referrer's wish"))
        self.fields["reason_code"].choices = [nothing, *_reasons(CodeSystem.END_OF_WAITING, self.today)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("wish_of") == WithdrawnBy.PATIENT and not cleaned.get("reason_code"):
            self.add_error("reason_code", _("Choose the patient's reason"))
        return cleaned


class CloseForm(ActForm):
    """Closing with a note of the result."""

    result_note = _text(
        gettext_lazy("Short note of the result"),
        help_text=gettext_lazy("For the referrer: what was covered, and what may come next."),
        required=True,
        limit=1000,
    )


class ReopenForm(ActForm):
    """Taking up an answered referral again."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=ReopenReason.choices, widget=forms.RadioSelect)


class ErrorForm(ActForm):
    """Saying that the referral was entered in error."""

    color = "danger"
    reason = forms.ChoiceField(label=gettext_lazy("What is wrong?"), choices=ErrorReason.choices, widget=forms.RadioSelect)
    text = _text(gettext_lazy("Explain"), rows=2, limit=500)


class ConfirmForm(ActForm):
    """Nothing to fill in: the button is the answer."""


class PatientPageForm(PortalForm):
    """The two words that open the patient's page."""

    submit_text = gettext_lazy("Open the page")
    secret = forms.CharField(
        label=gettext_lazy("Secret word from the letter"),
        max_length=20,
        help_text=gettext_lazy("Eight letters and digits"),
        widget=forms.TextInput({"autocomplete": "off", "size": 12}),
    )
    code = forms.CharField(
        label=gettext_lazy("Code from the clinic"),
        max_length=10,
        help_text=gettext_lazy("Six digits, read out on the phone"),
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "size": 8}),
    )
