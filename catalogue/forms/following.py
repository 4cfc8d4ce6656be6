"""The forms of what follows a course: keeping in touch, the leaders' evaluation, working together, steps around a course, news."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalogue.actions.self_help import Shared
from catalogue.enums import Topic
from catalogue.forms.joining import MAX_NAME, _Guarded
from catalogue.forms.rosters import ANSWERS
from catalogue.forms.rosters import QUESTIONS as PARTICIPANTS_QUESTIONS
from catalogue.forms.runs import ClockField, DayField
from catalogue.models import Course, Enrolment, NewsItem, Run
from catalogue.models.following import LEADER_SCORES, StepKind, StepSide
from catalogue.wording import label_of, language_now
from lms_portal.accounts.models import LANGUAGES, HospitalArea, Unit
from lms_portal.common.clock import at_local_time, oslo_date
from lms_portal.common.form_fields import PhoneField
from lms_portal.common.forms import LinkButton, PortalForm, SubmitButton, Text

# Keeping in touch


class SharedForm(PortalForm):
    """What somebody wants the others to see. Filled in with what is known, and theirs to change."""

    submit_text = _("Yes, I want to keep in touch")
    messages_when_empty: ClassVar[dict[str, Any]] = {"name": _("Write the name that the others see")}
    name = forms.CharField(label=_("Name that the others see"), max_length=MAX_NAME, help_text=_("Your first name is enough."))
    email = forms.EmailField(label=_("E-mail that the others see"), required=False)
    phone = PhoneField(
        label=_("Phone number that the others see"), required=False, help_text=_("Write at least one of e-mail and phone, and only what you want to share.")
    )  # fmt: skip

    def __init__(self, *args: Any, back: str, is_member: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back, self.is_member = back, is_member

    def build_layout(self) -> Layout:
        """This will name the button after what it does."""
        button = _("Save what I share") if self.is_member else self.submit_text
        return Layout(*self.fields, FormActions(SubmitButton(button), *([LinkButton(_("Back"), self.back)] if self.back else [])))

    def clean(self) -> dict[str, Any]:
        """This will ask for one way to be reached."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("email") and not cleaned.get("phone") and not {"email", "phone"} & set(self.errors):
            self.add_error("email", gettext("Write an e-mail address or a phone number that the others can use."))
        return cleaned

    def shared(self) -> Shared:
        """This will gather what was written for the action."""
        written = self.cleaned_data
        return Shared(name=written["name"], email=written["email"] or "", phone=written["phone"] or "")


class PaperForm(SharedForm):
    """Takes in what somebody has written on paper."""

    submit_text = _("Note the yes")
    messages_when_empty: ClassVar[dict[str, Any]] = {
        **SharedForm.messages_when_empty,
        "person": _("Choose who has said yes"),
        "on_paper": _("Tick that you have the paper, or let the person say yes by their own link"),
    }
    person = forms.ChoiceField(label=_("Who has said yes?"))
    on_paper = forms.BooleanField(label=_("I have a paper on which the person has written this and said yes"))

    def __init__(self, *args: Any, people: Sequence[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, back="", **kwargs)
        self.people = {str(one.pk): one for one in people}
        names = [(key, f"{one.participant.name or one.reference} ({one.reference})") for key, one in self.people.items()]
        self.fields["person"].choices = [("", pgettext_lazy("the empty first choice of a menu", "Choose")), *names]  # type: ignore[attr-defined]
        self.order_fields(["person", "name", "email", "phone", "on_paper"])

    @property
    def chosen(self) -> Enrolment:
        """Whose paper it is."""
        return self.people[self.cleaned_data["person"]]


# The leaders' evaluation

LEADER_QUESTIONS: dict[str, Text] = {
    "learnt": _("The participants learnt something that they needed"),
    "everyday": _("The course helps them to manage everyday life better"),
    "sharing": PARTICIPANTS_QUESTIONS["sharing"],
    "practical": PARTICIPANTS_QUESTIONS["practical"],
    "together": _("Professional and user representative planned and led it as equals"),
}


class LeaderForm(PortalForm):
    """The same statements as the participants answer, and one about working together; nothing has to be answered."""

    marks_fields = False
    submit_text = _("Save the answers")
    good = forms.CharField(label=_("What was good?"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))
    better = forms.CharField(
        label=_("What will you do otherwise next time?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Do not write names or about anybody's illness."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = {name: self.fields.pop(name) for name in ("good", "better")}
        for name in LEADER_SCORES:
            self.fields[name] = forms.TypedChoiceField(
                label=str(LEADER_QUESTIONS[name]), choices=ANSWERS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
            )
        self.fields |= texts


# Working together


class RepresentativeForm(PortalForm):
    """Links a user representative to a course or to some of its dates."""

    submit_text = _("Add the user representative")
    messages_when_empty: ClassVar[dict[str, Any]] = {"contribution": _("Write what the user representative does on the course")}
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("User organisation"), required=False, empty_label=_("Not in the list"))
    organisation = forms.CharField(label=_("Organisation, if it is not in the list"), required=False, max_length=120)
    run = forms.ChoiceField(label=_("For which dates?"), required=False)
    contribution = forms.CharField(
        label=_("What they do, as agreed"),
        max_length=300,
        help_text=_("Such as: tells of their own experience on the first day, and plans the programme with us."),
        widget=forms.Textarea({"rows": 2}),
    )
    name = forms.CharField(
        label=_("Name"), required=False, max_length=MAX_NAME, help_text=_("Shown on the course page only with the tick below.")
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Used for the evaluation alone, and never shown."), widget=forms.EmailInput
    )
    name_is_public = forms.BooleanField(label=_("The person has agreed that the name stands on the course page"), required=False)

    def __init__(self, *args: Any, organisations: QuerySet[Unit], runs: Sequence[Run], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runs = {str(run.pk): run for run in runs}
        self.fields["unit"].queryset = organisations  # type: ignore[attr-defined]  # a ModelChoiceField has one
        self.fields["run"].choices = [("", _("The whole course")), *((key, label_of(run)) for key, run in self.runs.items())]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This will ask for the organisation, and for the name that is to be shown."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("unit") and not cleaned.get("organisation") and "unit" not in self.errors:
            self.add_error("organisation", gettext("Choose or write the organisation that the user representative comes from."))
        if cleaned.get("name_is_public") and not cleaned.get("name"):
            self.add_error("name", gettext("Write the name that is to be public."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """This will gather what was written for the action."""
        written = dict(self.cleaned_data)
        return {**written, "run": self.runs.get(written["run"])}


class PhaseForm(PortalForm):
    """One of the four phases: both sides by role, and the day on which it was done."""

    marks_fields = False
    professional = forms.CharField(
        label=_("Professional, by role"), required=False, max_length=160, help_text=_("Such as: nurse, medical outpatient clinic.")
    )
    representative = forms.CharField(
        label=_("User representative, by organisation"), required=False, max_length=160, help_text=_("No names: the record outlives them.")
    )
    note = forms.CharField(label=_("What you did together"), required=False, max_length=300, widget=forms.Textarea({"rows": 2}))
    done_on = DayField(label=_("Done on"), help_text=_("Leave it empty until both have taken part."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """This will ask for both sides before a phase is done."""
        cleaned = super().clean() or self.cleaned_data
        done_on = cleaned.get("done_on")
        if done_on and done_on > self.today:
            self.add_error("done_on", gettext("Write a day that has been."))
        for name in ("professional", "representative"):
            if done_on and not cleaned.get(name):
                self.add_error(name, gettext("A phase is done when both took part: write the role of both."))
        return cleaned


# Steps around a course


class StepForm(PortalForm):
    """Adds a step before or after a course."""

    submit_text = _("Add the step")
    messages_when_empty: ClassVar[dict[str, Any]] = {
        "side": _("Choose whether it comes before or after"),
        "kind": _("Choose what the step is"),
    }
    side = forms.ChoiceField(label=_("When?"), choices=StepSide.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What is it?"), choices=StepKind.choices, widget=forms.RadioSelect)
    target = forms.ModelChoiceField(
        Course.objects.none(), label=_("Which course?"), required=False, help_text=_("Only for another course here.")
    )
    text_nb = forms.CharField(label=_("In words, bokmål"), required=False, max_length=200, widget=forms.TextInput({"lang": "nb"}))
    text_nn = forms.CharField(label=_("In words, nynorsk"), required=False, max_length=200, widget=forms.TextInput({"lang": "nn"}))
    url = forms.URLField(label=_("Web address, if there is one"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, courses: QuerySet[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.queryset = courses
        field.label_from_instance = lambda course: f"{course.shown_version.title} ({course.code})"

    def clean(self) -> dict[str, Any]:
        """This will ask for the course, or for the words in both written forms."""
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind == StepKind.COURSE and not cleaned.get("target") and "target" not in self.errors:
            self.add_error("target", gettext("Choose another published course."))
        if kind and kind != StepKind.COURSE:
            for name in ("text_nb", "text_nn"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Write what the step is in both bokmål and nynorsk."))
        return cleaned


# News


class NewsAskForm(_Guarded):
    """Asks for news by mail: where it is to go, about what and from where. Nothing about whoever asks."""

    submit_text = _("Send me the news")
    messages_when_empty: ClassVar[dict[str, Any]] = {"area": _("Choose from where you want news")}
    email = forms.EmailField(label=_("Your e-mail address"), widget=forms.EmailInput({"autocomplete": "email"}))
    topics = forms.MultipleChoiceField(
        label=_("News about"),
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick nothing to get news about everything. What you tick is stored encrypted."),
    )
    area = forms.ModelChoiceField(HospitalArea.objects.all(), label=_("From where?"), required=False, empty_label=_("The whole region"))
    language = forms.ChoiceField(label=_("Language of the messages"), choices=LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = language_now()

    def build_layout(self) -> Layout:
        """This will add the field that stays empty."""
        return Layout("email", "topics", "area", "language", self.guard(), FormActions(SubmitButton(self.submit_text)))


class NewsItemForm(PortalForm):
    """A piece of news in both written forms. A draft may be half written."""

    submit_text = _("Save draft")
    edit_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("From which centre?"))
    topic = forms.ChoiceField(
        label=_("About"), required=False, choices=[], help_text=_("Goes to those who have chosen this, and to those who want everything.")
    )
    title_nb = forms.CharField(label=_("Title, bokmål"), required=False, max_length=120, widget=forms.TextInput({"lang": "nb"}))
    title_nn = forms.CharField(label=_("Title, nynorsk"), required=False, max_length=120, widget=forms.TextInput({"lang": "nn"}))
    text_nb = forms.CharField(label=_("Text, bokmål"), required=False, max_length=3000, widget=forms.Textarea({"rows": 8, "lang": "nb"}))
    text_nn = forms.CharField(label=_("Text, nynorsk"), required=False, max_length=3000, widget=forms.Textarea({"rows": 8, "lang": "nn"}))

    def __init__(self, *args: Any, units: QuerySet[Unit], item: NewsItem | None = None, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back = back
        self.fields["topic"].choices = [("", _("For everybody on the list")), *Topic.choices]  # type: ignore[attr-defined]
        if item is not None:
            del self.fields["unit"]  # whose news it is does not change
        else:
            self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a ModelChoiceField has one
            if not self.is_bound and len(units) == 1:
                self.initial["unit"] = units[0].pk

    def build_layout(self) -> Layout:
        """This will offer to go on to the preview."""
        buttons = FormActions(
            SubmitButton(_("Save and preview"), name="then", value="preview"),
            SubmitButton(self.submit_text, variant="secondary"),
            LinkButton(_("Back to the news"), self.back),
        )
        return Layout(*self.fields, buttons)

    def clean(self) -> dict[str, Any]:
        """This will ask for a title in one form at least, by which the draft is found again."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("title_nb") and not cleaned.get("title_nn"):
            self.add_error("title_nb", gettext("Write the title in bokmål or nynorsk"))
        return cleaned


class SendNewsForm(PortalForm):
    """When a piece of news is sent."""

    submit_text = _("Send the news then")
    edit_version = forms.IntegerField(widget=forms.HiddenInput)
    day = DayField(label=_("Day"), needed=True)
    clock = ClockField(label=_("Time"), help_text=_("Norwegian time, such as 09.00. Leave it empty to send as soon as possible that day."))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.initial.setdefault("day", oslo_date(now))

    def clean(self) -> dict[str, Any]:
        """This will refuse a time that has been."""
        cleaned = super().clean() or self.cleaned_data
        day, clock = cleaned.get("day"), cleaned.get("clock")
        if day and "clock" not in self.errors:
            if day < oslo_date(self.now) or (clock and at_local_time(day, clock) < self.now - timedelta(minutes=1)):
                raise ValidationError(gettext("Choose a time to come."))
            earliest = self.now if day == oslo_date(self.now) else at_local_time(day, datetime.min.time())
            cleaned["send_at"] = at_local_time(day, clock) if clock else earliest
        return cleaned
