"""The Norwegian form fields: what they give, show again, refuse, and put on the input."""

from datetime import date
from html.parser import HTMLParser

import pytest
from django import forms
from django.utils.translation import override

from lms_portal.common.form_fields import AccountNumberField, KronerField, OrganisationNumberField, PersonalIdField, PhoneField
from lms_portal.common.personal_ids import PersonalId, make_synthetic

PERSON = make_synthetic(date(1977, 5, 12), 3)
NBSP = "\u00a0"


class Everything(forms.Form):
    """One of each."""

    person = PersonalIdField()
    organisation = OrganisationNumberField()
    account = AccountNumberField()
    phone = PhoneField()
    own_phone = PhoneField(own=True, required=False)
    amount = KronerField(min_value=1000, max_value=50_000)


GOOD = {
    "person": PERSON.spaced,
    "organisation": "974 760 673",
    "account": "8601.11.17947",
    "phone": "900 12 345",
    "own_phone": "",
    "amount": "kr 12 500,-",
}


def form_with(**changes: str) -> Everything:
    return Everything({**GOOD, **changes})


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.found[dict(attrs)["name"] or ""] = dict(attrs)


def inputs_of(form: forms.Form) -> dict[str, dict[str, str | None]]:
    parser = _Inputs()
    parser.feed("".join(str(form[name]) for name in form.fields))
    return parser.found


def test_cleaned_values_have_one_stored_form() -> None:
    form = form_with()
    assert form.is_valid()
    assert form.cleaned_data == {
        "person": PERSON,
        "organisation": "974760673",
        "account": "86011117947",
        "phone": "+4790012345",
        "own_phone": None,
        "amount": 12_500,
    }
    assert isinstance(form.cleaned_data["person"], PersonalId)


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("person", "123", "The number must have eleven digits: six for the date of birth and five more"),
        ("organisation", "974 760 674", "The organisation number has a typing error. Check it in the Brønnøysund register at brreg.no"),
        ("account", "8601", "The account number must have eleven digits, like 8601 11 17947"),
        ("phone", "ring meg", "Write the phone number with digits only, like 90 01 23 45"),
        ("amount", "12,50", "Write the amount in whole kroner, without øre"),
        ("amount", "999", f"The amount must be at least NOK{NBSP}1,000"),
        ("amount", "50001", f"The amount can be at most NOK{NBSP}50,000"),
    ],
)
def test_refusals_say_what_to_do_and_keep_what_was_typed(field: str, typed: str, message: str) -> None:
    with override("en"):
        form = form_with(**{field: typed})
        assert form.errors == {field: [message]}
        assert form[field].value() == typed


def test_refusal_in_the_language_of_the_moment() -> None:
    with override("nn"):
        assert form_with(amount="-5").errors == {"amount": ["Beløpet kan ikkje vere under null"]}


@pytest.mark.parametrize("field", ["person", "organisation", "account", "phone", "amount"])
def test_white_space_alone_is_empty(field: str) -> None:
    form = form_with(**{field: "  "})
    assert form.errors.as_data()[field][0].code == "required"


def test_limits_are_included() -> None:
    assert form_with(amount="1000").is_valid()
    assert form_with(amount="50 000").is_valid()
    assert KronerField().clean("0") == 0


def test_initial_values_are_shown_as_people_read_them() -> None:
    initial = {"person": PERSON, "organisation": "974760673", "account": "86011117947", "phone": "+4790012345", "amount": 12_500}
    with override("nb"):
        form = Everything(initial=initial)
        assert {name: form[name].value() for name in initial} == {
            "person": PERSON.spaced,
            "organisation": f"974{NBSP}760{NBSP}673",
            "account": "8601.11.17947",
            "phone": f"90{NBSP}01{NBSP}23{NBSP}45",
            "amount": f"12{NBSP}500",
        }


def test_what_is_shown_counts_as_unchanged() -> None:
    initial = {"person": PERSON, "organisation": "974760673", "account": "86011117947", "phone": "+4790012345", "amount": 12_500}
    with override("nb"):
        shown = {name: str(Everything(initial=initial)[name].value()) for name in initial}
        assert Everything(shown, initial=initial).changed_data == []
        assert Everything({**shown, "amount": "12 501", "phone": "x"}, initial=initial).changed_data == ["phone", "amount"]


def test_birth_dates_to_come_are_refused_where_the_form_knows_today() -> None:
    born = make_synthetic(date(2030, 1, 2), 0)
    with pytest.raises(forms.ValidationError) as refused:
        PersonalIdField(today=date(2030, 1, 1)).clean(born.number)
    assert refused.value.code == "future"
    assert PersonalIdField(today=date(2030, 1, 2)).clean(born.number) == born


def test_keyboards_and_autofill() -> None:
    inputs = inputs_of(Everything())
    assert {name: (found["type"], found["inputmode"], found["autocomplete"]) for name, found in inputs.items()} == {
        "person": ("text", "numeric", "off"),
        "organisation": ("text", "numeric", "off"),
        "account": ("text", "numeric", "off"),
        "phone": ("tel", "tel", "off"),
        "own_phone": ("tel", "tel", "tel"),
        "amount": ("text", "numeric", "off"),
    }
    assert {found.get("maxlength") for found in inputs.values()} == {None}
    assert {found["spellcheck"] for found in inputs.values()} == {"false"}
