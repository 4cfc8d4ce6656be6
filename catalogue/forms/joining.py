"""The forms of joining without a referral. They ask for what is needed to hold a place, and for nothing about health."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID, uuid4

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalogue.actions.joining import SignUpFields
from catalogue.enums import AgeGroup, Relation, SiteMode
from catalogue.models import CourseVersion, DeliverySite
from catalogue.needs import Needs
from catalogue.wording import AT_HOME, language_now
from lms_portal.accounts.models import LANGUAGES
from lms_portal.common.form_fields import PhoneField
from lms_portal.common.forms import LinkButton, PortalForm, SubmitButton

MAX_NAME = 120
MAX_NEED = 200
MAX_OTHER = 500
OLDEST = 115
NEEDS = ("interpreter", "diet", "wheelchair", "companion", "other")
YOUNG = frozenset({AgeGroup.CHILDREN, AgeGroup.YOUTH})


def asks_birth_year(version: CourseVersion) -> bool:
    """This will say whether the year of birth is needed: only where a course is for the young and not for adults too."""
    groups = set(version.age_groups)
    return bool(groups & YOUNG) and AgeGroup.ADULTS not in groups


def site_label(site: DeliverySite) -> str:
    """This will name a place to choose, with how many places are left there."""
    where = AT_HOME.in_language(language_now()) if site.mode == SiteMode.DIGITAL else site.unit.name
    if site.free is None:
        return where
    if not site.free:
        return _("%(where)s (full, waiting list)") % {"where": where}
    left = ngettext("one place left", "%(free)s places left", site.free) % {"free": site.free}
    return f"{where} ({left})"


def _needs_fields() -> dict[str, forms.Field]:
    return {
        "interpreter": forms.CharField(
            label=gettext_lazy("Interpreter, which language"),
            required=False,
            max_length=MAX_NEED,
            help_text=gettext_lazy("Leave it empty if you need none."),
        ),
        "diet": forms.CharField(label=gettext_lazy("Food that must be avoided"), required=False, max_length=MAX_NEED),
        "wheelchair": forms.BooleanField(label=gettext_lazy("Uses a wheelchair"), required=False),
        "companion": forms.BooleanField(label=gettext_lazy("Brings a companion"), required=False),
        "other": forms.CharField(
            label=gettext_lazy("Anything else that we should arrange"),
            required=False,
            max_length=MAX_OTHER,
            widget=forms.Textarea({"rows": 3}),
            help_text=gettext_lazy("Do not write about illness here."),
        ),
    }


class _Guarded(PortalForm):
    """A form that anybody may send: a field that people do not see must stay empty, which programs that fill in everything do not know."""

    homepage = forms.CharField(
        label=gettext_lazy("Leave this field empty"), required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    def guard(self) -> Div:
        """This will lay out the field that stays empty."""
        return Div("homepage", css_class="ds-sr-only")

    def clean_homepage(self) -> str:
        """This will refuse what a program has filled in; a person reads what to do."""
        if self.cleaned_data.get("homepage"):
            raise ValidationError(_("One field must stay empty. Empty it, and send the form again."))
        return ""


class SignUpForm(_Guarded):
    """Everything on one page. `sites` are the places to choose between; one alone is not asked about."""

    submit_text = gettext_lazy("Sign up")
    messages_when_empty: ClassVar[dict[str, Any]] = {
        "relation": gettext_lazy("Choose whom you sign up"),
        "site": gettext_lazy("Choose where you will take part"),
        "name": gettext_lazy("Write the name of whoever takes part"),
    }

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    relation = forms.ChoiceField(label=gettext_lazy("Whom do you sign up?"), choices=Relation.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("Name of whoever takes part"), max_length=MAX_NAME)
    contact_name = forms.CharField(label=gettext_lazy("Your own name, if you sign up somebody else"), required=False, max_length=MAX_NAME)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=gettext_lazy("The receipt, reminders and offers from the waiting list are sent here. They never say which course it is."),
    )
    phone = PhoneField(
        label=gettext_lazy("Mobile phone"), required=False, own=True, help_text=gettext_lazy("Write at least one of e-mail and phone.")
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth of whoever takes part"), widget=forms.NumberInput({"size": 4, "autocomplete": "off"})
    )
    site = forms.ChoiceField(label=gettext_lazy("Where will you take part?"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=gettext_lazy("Language of messages to you"), choices=LANGUAGES)

    def __init__(self, *args: Any, sites: Sequence[DeliverySite], version: CourseVersion, today: date, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites, self.back = {str(site.pk): site for site in sites}, back
        self.fields |= _needs_fields()
        self.fields["form_key"].initial = uuid4
        self.fields["language"].initial = language_now()
        if len(sites) > 1:
            self.fields["site"].choices = [(str(site.pk), site_label(site)) for site in sites]  # type: ignore[attr-defined]
        else:
            del self.fields["site"]
        if not asks_birth_year(version):
            del self.fields["birth_year"]
        self.today = today

    def build_layout(self) -> Layout:
        """This will lay the questions out in groups."""
        where = ["site"] if "site" in self.fields else []
        year = ["birth_year"] if "birth_year" in self.fields else []
        return Layout(
            "form_key",
            *where,
            "relation",
            "name",
            "contact_name",
            *year,
            "email",
            "phone",
            "language",
            Fieldset(gettext_lazy("What is needed to take part"), *NEEDS),
            self.guard(),
            FormActions(SubmitButton(self.submit_text), LinkButton(gettext_lazy("Back to the course"), self.back)),
        )

    def clean_birth_year(self) -> int:
        """This will take a year that somebody alive can be born in."""
        year: int = self.cleaned_data["birth_year"]
        if not self.today.year - OLDEST <= year <= self.today.year:
            raise ValidationError(_("Write the year of birth with four digits, like 2012"))
        return year

    def clean(self) -> dict[str, Any]:
        """This will ask for a way to reach the person, and for who signs up somebody else."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("email") and not cleaned.get("phone") and not {"email", "phone"} & set(self.errors):
            self.add_error("email", _("Write an e-mail address or a phone number, so that we can reach you"))
        if cleaned.get("relation") not in (None, "", Relation.SELF) and not cleaned.get("contact_name"):
            self.add_error("contact_name", _("Write your own name too when you sign up somebody else"))
        return cleaned

    @property
    def key(self) -> UUID:
        """What makes the same form the same sign-up."""
        key: UUID = self.cleaned_data["form_key"]
        return key

    def answers(self) -> SignUpFields:
        """This will gather what was written for the action."""
        written = self.cleaned_data
        return SignUpFields(
            name=written["name"],
            email=written["email"] or "",
            phone=written["phone"] or "",
            relation=Relation(written["relation"]),
            contact_name=written["contact_name"],
            birth_year=written.get("birth_year"),
            needs=Needs.of(written),
            site=self.sites.get(written.get("site", "")),
            language=written["language"],
        )


class NeedsForm(PortalForm):
    """Changes what is needed, and the language of messages."""

    language = forms.ChoiceField(label=gettext_lazy("Language of messages to you"), choices=LANGUAGES)

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back = back
        self.fields = {**_needs_fields(), **self.fields}

    def build_layout(self) -> Layout:
        """This will put the way back beside the button."""
        return Layout(*self.fields, FormActions(SubmitButton(self.submit_text), LinkButton(gettext_lazy("Back"), self.back)))


class SiteForm(PortalForm):
    """Chooses another place of the same dates."""

    messages_when_empty: ClassVar[dict[str, Any]] = {"site": gettext_lazy("Choose where you will take part")}
    site = forms.ChoiceField(label=gettext_lazy("Where will you take part?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, sites: Sequence[DeliverySite], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites, self.back = {str(site.pk): site for site in sites}, back
        self.fields["site"].choices = [(str(site.pk), site_label(site)) for site in sites]  # type: ignore[attr-defined]

    build_layout = NeedsForm.build_layout

    @property
    def chosen(self) -> DeliverySite:
        """The place that was chosen."""
        return self.sites[self.cleaned_data["site"]]


class CancelForm(PortalForm):
    """Nothing to fill in: a button that cancels, and a link that does not."""

    submit_text = gettext_lazy("Yes, cancel the place")

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back = back

    def build_layout(self) -> Layout:
        """This will lay out the two ways on."""
        return Layout(
            FormActions(SubmitButton(self.submit_text, color="danger"), LinkButton(gettext_lazy("No, keep the place"), self.back))
        )


class LostLinkForm(_Guarded):
    """Asks for a new link."""

    submit_text = gettext_lazy("Send me a new link")
    email = forms.EmailField(
        label=gettext_lazy("The e-mail address that you signed up with"), widget=forms.EmailInput({"autocomplete": "email"})
    )

    def build_layout(self) -> Layout:
        """This will add the field that stays empty."""
        return Layout("email", self.guard(), FormActions(SubmitButton(self.submit_text)))


class InterestForm(_Guarded):
    """Asks to be told of new dates."""

    submit_text = gettext_lazy("Tell me")
    email = forms.EmailField(label=gettext_lazy("Your e-mail address"), widget=forms.EmailInput({"autocomplete": "email"}))
    language = forms.ChoiceField(label=gettext_lazy("Language of the message"), choices=LANGUAGES)

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back = back
        self.fields["language"].initial = language_now()

    def build_layout(self) -> Layout:
        """This will add the field that stays empty, and the way back."""
        return Layout(
            "email",
            "language",
            self.guard(),
            FormActions(SubmitButton(self.submit_text), LinkButton(gettext_lazy("Back to the course"), self.back)),
        )


class ButtonForm(PortalForm):
    """Nothing to fill in: one button, so that a program that opens every link in a mail changes nothing."""

    def __init__(self, *args: Any, button: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button = button

    def build_layout(self) -> Layout:
        """This will lay out the button."""
        return Layout(FormActions(SubmitButton(self.button)))
