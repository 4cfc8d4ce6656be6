"""Forms of sign-in, second factor, invitations, people and profiles. Those of allauth get the portal's look, labels and messages."""

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lms_portal.accounts import notifications, policies, queries
from lms_portal.accounts.models import LANGUAGES, Unit, User
from lms_portal.accounts.roles import ROLES, Role
from lms_portal.common.forms import FilterForm, LinkButton, PortalForm, PortalFormMixin, SubmitButton, Text
from lms_portal.common.http import PortalRequest

PASSWORD_HELP = gettext_lazy("At least %(length)d characters. Several words in a row are easy to remember and hard to guess.")
CODE = gettext_lazy("Code")


def _password_help() -> str:
    return PASSWORD_HELP % {"length": settings.PASSWORD_MIN_LENGTH}


def _relabel(form: Any, labels: dict[str, Text], **attributes: dict[str, str]) -> None:
    """Give allauth's fields our labels, and no placeholder: a placeholder vanishes as soon as one writes."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = ""
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs.update(attributes.get(name, {}))


class AllauthForm(PortalFormMixin):
    """An allauth form in the portal's look. `labels`: our words for its fields."""

    labels: ClassVar[dict[str, Text]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, self.labels)


# Sign-in


class SignInForm(AllauthForm, account_forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    """E-mail and password."""

    submit_text = gettext_lazy("Sign in")
    marks_fields = False
    labels = {"login": gettext_lazy("E-mail"), "password": gettext_lazy("Password")}


class PasswordResetForm(PortalForm):
    """Asks for a link by mail. Looks nothing up: the answer, and its time, are the same for every address."""

    submit_text = gettext_lazy("Send me a link")
    marks_fields = False
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))

    def save(self, request: PortalRequest) -> None:
        """This will plan the mail; called by allauth's view after its rate limit."""
        notifications.plan_password_reset(email=self.cleaned_data["email"], language=request.LANGUAGE_CODE, now=request.now)


class NewPasswordForm(AllauthForm, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A new password after the link."""

    submit_text = gettext_lazy("Save the new password")
    marks_fields = False
    labels = {"password1": gettext_lazy("New password"), "password2": gettext_lazy("New password once more")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _password_help()


class ChangePasswordForm(AllauthForm, account_forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """A new password for somebody who knows the present one."""

    submit_text = gettext_lazy("Change password")
    marks_fields = False
    labels = {
        "oldpassword": gettext_lazy("Present password"),
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password once more"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _password_help()


class ReauthenticateForm(AllauthForm, account_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The password again, before something that matters."""

    submit_text = gettext_lazy("Go on")
    marks_fields = False
    labels = {"password": gettext_lazy("Password")}


# Second factor


class _CodeForm(AllauthForm):
    labels = {"code": CODE}
    marks_fields = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code", "size": "10"})


class CodeForm(_CodeForm, mfa_forms.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code from the app, or a recovery code, at sign-in."""

    submit_text = gettext_lazy("Sign in")


class CodeAgainForm(_CodeForm, mfa_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code from the app, before something that matters."""

    submit_text = gettext_lazy("Go on")


class ActivateAppForm(_CodeForm, totp_forms.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code from a new authenticator app."""

    submit_text = gettext_lazy("Add the app")


class RemoveAppForm(AllauthForm, totp_forms.DeactivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """Removes the authenticator app."""

    submit_text = gettext_lazy("Remove the app")


class AddPasskeyForm(AllauthForm, webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey; its button is the script's."""

    submit_text = ""
    labels = {"name": gettext_lazy("Name of the passkey")}


class RenamePasskeyForm(AllauthForm, webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Another name for a passkey."""

    submit_text = gettext_lazy("Save")
    labels = {"name": gettext_lazy("Name of the passkey")}


# Invitations and people


def _language_choice(initial: str = "nb") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Language of pages and messages"), choices=LANGUAGES, initial=initial, widget=forms.RadioSelect
    )


class RoleChoiceMixin:
    """A unit that the person manages, and a role that fits it."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def offer(self, by: User) -> None:
        """This will fill the choices with what `by` may give."""
        units = queries.managed_units(by)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        kinds = set(units.order_by().values_list("kind", flat=True).distinct())
        roles: list[Role] = [role for role in ROLES.values() if kinds & role.kinds]
        self.fields["role_code"].choices = [("", "–"), *((role.code, str(role)) for role in roles)]  # type: ignore[attr-defined]

    def check_fit(self) -> None:
        """This will refuse a role that cannot be held in the unit. Raises: ValidationError."""
        unit, role_code = self.cleaned_data.get("unit"), self.cleaned_data.get("role_code")
        if isinstance(unit, Unit) and role_code and not policies.fits(role_code, unit):
            fitting = ", ".join(str(role) for role in policies.roles_for(unit))
            raise ValidationError(
                {
                    "role_code": _("This role cannot be held in %(unit)s. There one can be: %(roles)s")
                    % {"unit": unit.name, "roles": fitting}
                }
            )


class InvitationForm(RoleChoiceMixin, PortalForm):
    """Invites one person."""

    submit_text = gettext_lazy("Send the invitation")
    email = forms.EmailField(label=gettext_lazy("The person's e-mail"), max_length=254)
    name = forms.CharField(label=gettext_lazy("The person's name"), max_length=120)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"))
    role_code = forms.ChoiceField(label=gettext_lazy("Role"))
    language = _language_choice()

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(by)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_fit()
        return cleaned


class GiveRoleForm(RoleChoiceMixin, PortalForm):
    """Gives somebody who has an account another role."""

    submit_text = gettext_lazy("Give the role")
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"))
    role_code = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(by)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_fit()
        return cleaned


class PeopleFilter(FilterForm):
    """Narrows the list of people."""

    q = forms.CharField(label=gettext_lazy("Name or e-mail"), required=False, max_length=120)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Unit"), required=False, empty_label=pgettext_lazy("units", "All units")
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.managed_units(by)  # type: ignore[attr-defined]


class AcceptInvitationForm(PortalForm):
    """The first sign-in: name, phone, language, password."""

    submit_text = gettext_lazy("Make my account")
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=gettext_lazy("Phone at work"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )
    language = _language_choice()
    password = forms.CharField(label=gettext_lazy("Password"), max_length=128, widget=forms.PasswordInput({"autocomplete": "new-password"}))
    password_again = forms.CharField(
        label=gettext_lazy("Password once more"), max_length=128, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _password_help()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("password_again") and cleaned["password"] != cleaned["password_again"]:
            self.add_error("password_again", _("The two passwords differ. Write the same one twice"))
        return cleaned


class ProfileForm(PortalForm):
    """What a person says about themselves."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=gettext_lazy("Phone at work"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )
    language = _language_choice()


class ConfirmForm(PortalForm):
    """A question with one button, and the way back."""

    marks_fields = False

    def __init__(self, *args: Any, question_button: Text, back: str, **kwargs: Any) -> None:
        self.question_button, self.back = question_button, back
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        """This will put the button that does it beside the one that does not."""
        return Layout(FormActions(SubmitButton(self.question_button, color="danger"), LinkButton(_("Cancel"), self.back)))
