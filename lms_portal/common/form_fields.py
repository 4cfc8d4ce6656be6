"""Form fields for what Norwegians type: identity, organisation, account and phone numbers, and whole kroner.

They take every usual way of writing, give back one stored form, and refuse with a sentence that says what to do. Keyboards and
autofill are set for phones; nothing about a person is ever filled in by the browser.
"""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms_portal.common import business_ids, money, personal_ids, phones
from lms_portal.common.invalid_input import InvalidInput
from lms_portal.common.personal_ids import PersonalId


class _TypedField(forms.Field):
    """Text that is read into one stored form. `attributes` go on the input."""

    attributes: dict[str, str | int] = {}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """This will return keyboard, autofill and width of the input. No maxlength: a browser that cuts what is pasted hides a mistake."""
        return {**super().widget_attrs(widget), "spellcheck": "false", **self.attributes}

    def read(self, text: str) -> Any:
        """This will read what was typed. Raises: InvalidInput."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = value.strip()
        if not text:
            return None
        try:
            return self.read(text)
        except InvalidInput as error:
            raise ValidationError(str(error.message), code=error.code) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class PersonalIdField(_TypedField):
    """A personal identity number; gives a `PersonalId`. Set `today` in the form's `__init__` to refuse birth dates to come."""

    attributes = {"inputmode": "numeric", "autocomplete": "off", "size": 14}

    def __init__(self, *, today: date | None = None, **kwargs: Any) -> None:
        self.today = today
        super().__init__(**kwargs)

    def read(self, text: str) -> PersonalId:
        """This will read the eleven digits."""
        return personal_ids.parse(text, today=self.today)

    def prepare_value(self, value: Any) -> Any:
        return value.spaced if isinstance(value, PersonalId) else value


class OrganisationNumberField(_TypedField):
    """An organisation number; gives nine digits."""

    attributes = {"inputmode": "numeric", "autocomplete": "off", "size": 14}

    def read(self, text: str) -> str:
        """This will read the nine digits."""
        return business_ids.parse_organisation_number(text)

    def prepare_value(self, value: Any) -> Any:
        return business_ids.format_organisation_number(value) if isinstance(value, str) else value


class AccountNumberField(_TypedField):
    """A Norwegian bank account number; gives eleven digits."""

    attributes = {"inputmode": "numeric", "autocomplete": "off", "size": 16}

    def read(self, text: str) -> str:
        """This will read the eleven digits."""
        return business_ids.parse_account_number(text)

    def prepare_value(self, value: Any) -> Any:
        return business_ids.format_account_number(value) if isinstance(value, str) else value


class PhoneField(_TypedField):
    """A phone number; gives E.164. `own=True` where people write their own, so that the browser may offer it."""

    widget = forms.TelInput
    attributes = {"inputmode": "tel", "size": 20}

    def __init__(self, *, own: bool = False, **kwargs: Any) -> None:
        self.own = own
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "tel" if self.own else "off"}

    def read(self, text: str) -> str:
        """This will read the number, Norwegian where no country is written."""
        return phones.parse_phone(text)

    def prepare_value(self, value: Any) -> Any:
        return phones.format_phone(value) if isinstance(value, str) and phones.is_stored_form(value) else value


class KronerField(_TypedField):
    """An amount in whole kroner; gives an int. Limits are kroner, included."""

    attributes = {"inputmode": "numeric", "autocomplete": "off", "size": 14}
    default_error_messages = {
        "min_value": _("The amount must be at least %(limit)s"),
        "max_value": _("The amount can be at most %(limit)s"),
    }

    def __init__(self, *, min_value: int = 0, max_value: int = money.LARGEST, **kwargs: Any) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def read(self, text: str) -> int:
        """This will read the amount."""
        return money.parse_kroner(text)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        for code, limit, broken in (
            ("min_value", self.min_value, value < self.min_value),
            ("max_value", self.max_value, value > self.max_value),
        ):
            if broken:
                raise ValidationError(self.error_messages[code], code=code, params={"limit": money.format_kroner(limit)})

    def prepare_value(self, value: Any) -> Any:
        return money.group_thousands(value) if isinstance(value, int) else value
