"""What forms say to whoever fills them in, and the date in three boxes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from lms_portal.common.forms import DateTripleField, HintedCheckboxes, PortalForm, errors_by_field

DAYS = [("mon", "Monday"), ("tue", "Tuesday")]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


def messages(field: forms.Field, data: Any, files: Any = None, **attributes: Any) -> list[str]:
    kind = type("Asking", (PortalForm,), {"answer": field, **attributes})
    return [str(message) for message in kind(data, files).errors.get("answer", [])]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (forms.CharField(label="Name"), "Fill in “Name”"),
        (forms.CharField(label="100 % sure?"), "Fill in “100 % sure?”"),
        (forms.CharField(), "Fill in “Answer”"),
        (forms.ChoiceField(label="Day", choices=DAYS), "Choose an option in “Day”"),
        (forms.ChoiceField(label="Day", choices=DAYS, widget=forms.RadioSelect), "Choose an option in “Day”"),
        (forms.MultipleChoiceField(label="Days", choices=DAYS), "Choose at least one option in “Days”"),
        (forms.MultipleChoiceField(label="Days", choices=DAYS, widget=HintedCheckboxes), "Choose at least one option in “Days”"),
        (forms.BooleanField(label="Agreed"), "Tick “Agreed” to go on"),
        (forms.FileField(label="Accounts"), "Choose a file in “Accounts”"),
        (forms.DateField(label="From"), "Fill in the date in “From”"),
        (DateTripleField(label="Born"), "Fill in the date in “Born”"),
    ],
)
def test_empty_required_field_says_what_to_do(field: forms.Field, message: str) -> None:
    assert messages(field, {}) == [message]


@pytest.mark.parametrize(
    ("field", "written", "message"),
    [
        (forms.EmailField(label="E-mail"), "kari", "Write the e-mail address in “E-mail” in full, like name@example.org"),
        (
            forms.URLField(label="Page", assume_scheme="https"),
            "not an address",
            "Write the address in “Page” in full, like https://example.org",
        ),
        (forms.DateField(label="From"), "soon", "Write the date in “From” as day, month and year, like 03.02.2027"),
        (forms.TimeField(label="At"), "soon", "Write the time in “At” like 09.30"),
        (forms.DateTimeField(label="At"), "soon", "Write date and time in “At” like 03.02.2027 09.30"),
        (forms.IntegerField(label="Places"), "many", "Write “Places” as a whole number"),
        (forms.IntegerField(label="Places", min_value=1), "0", "“Places” must be at least 1"),
        (forms.IntegerField(label="Places", max_value=20), "21", "“Places” can be 20 at most"),
        (forms.IntegerField(label="100 % places", max_value=20), "21", "“100 % places” can be 20 at most"),
        (forms.DecimalField(label="Share"), "much", "Write “Share” as a number"),
        (forms.ChoiceField(label="Day", choices=DAYS), "sun", "Choose one of the options in “Day”"),
        (forms.CharField(label="Name", max_length=3), "Anne", "“Name” can have at most 3 characters. You have written 4"),
        (forms.CharField(label="Name", min_length=3), "Jo", "“Name” must have at least 3 characters. You have written 2"),
    ],
)
def test_wrong_answer_says_what_to_do(field: forms.Field, written: str, message: str) -> None:
    assert messages(field, {"answer": written}) == [message]


def test_empty_file_says_what_to_do() -> None:
    assert messages(forms.FileField(label="Accounts"), {}, {"answer": SimpleUploadedFile("a.pdf", b"")}) == [
        "The file in “Accounts” is empty. Choose another file"
    ]


def test_author_of_the_form_has_the_last_word() -> None:
    said = forms.CharField(label="Who?", error_messages={"required": "Say who it is"})
    assert messages(said, {}) == ["Say who it is"]
    assert messages(forms.CharField(label="Who?"), {}, messages_when_empty={"answer": _("Choose one of the options in “%(label)s”")}) == [
        "Choose one of the options in “%(label)s”"
    ]


@pytest.mark.parametrize(("language", "message"), [("nb", "Fyll ut «Navn»"), ("nn", "Fyll ut «Navn»"), ("en", "Fill in “Navn”")])
def test_message_is_in_the_language_of_the_page(language: str, message: str) -> None:
    with override(language):
        assert messages(forms.CharField(label="Navn"), {}) == [message]


def test_forms_do_not_change_the_class_they_are_made_from() -> None:
    class Numbers(PortalForm):
        places = forms.IntegerField(label="Places", min_value=1)

    Numbers()
    assert Numbers.base_fields["places"].widget.input_type == "number"
    assert Numbers().fields["places"].widget.input_type == "text"
    assert Numbers().fields["places"].widget.attrs == {"inputmode": "numeric"}


def test_errors_by_field_are_in_the_order_of_the_page() -> None:
    class Two(PortalForm):
        hidden = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "Something is missing"})
        first = forms.CharField(label="First")
        second = forms.CharField(label="Second")

    form = Two({})
    form.add_error(None, "No places left")
    found = [(field.name if field else "", messages) for field, messages in errors_by_field(form)]
    assert found == [("", ["No places left", "Something is missing"]), ("first", ["Fill in “First”"]), ("second", ["Fill in “Second”"])]


# A date in three boxes


class Born(PortalForm):
    """A birthday."""

    on = DateTripleField(label="Born", required=False, earliest=date(1900, 1, 1), latest=date(2026, 11, 17))


def born(day: str = "", month: str = "", year: str = "") -> Born:
    return Born({"on_day": day, "on_month": month, "on_year": year})


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("", "", ""), None),
        (("3", "2", "1960"), date(1960, 2, 3)),
        (("03", "02", "1960"), date(1960, 2, 3)),
        ((" 3 ", "2", "1960 "), date(1960, 2, 3)),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("03.02.1960", "", ""), date(1960, 2, 3)),
        (("", "", "3/2/1960"), date(1960, 2, 3)),
        (("3 2 1960", "", ""), date(1960, 2, 3)),
        (("1960-02-03", "", ""), date(1960, 2, 3)),
        (("1", "1", "1900"), date(1900, 1, 1)),
        (("17", "11", "2026"), date(2026, 11, 17)),
    ],
)
def test_date_triple_accepts(parts: tuple[str, str, str], expected: date | None) -> None:
    form = born(*parts)
    assert form.errors == {}
    assert form.cleaned_data["on"] == expected


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("3", "", "1960"), "The date in “Born” lacks month"),
        (("3", "", ""), "The date in “Born” lacks month and year"),
        (("31", "2", "1960"), "There is no such date as 31.2.1960. Check day, month and year in “Born”"),
        (("29", "2", "2023"), "There is no such date as 29.2.2023. Check day, month and year in “Born”"),
        (("0", "1", "1960"), "There is no such date as 0.1.1960. Check day, month and year in “Born”"),
        (("3", "feb", "1960"), "There is no such date as 3.feb.1960. Check day, month and year in “Born”"),
        (("٣", "2", "1960"), "There is no such date as ٣.2.1960. Check day, month and year in “Born”"),
        (("3", "2", "60"), "Write the year in “Born” with four digits, like 1960"),
        (("3.2.60", "", ""), "Write the year in “Born” with four digits, like 1960"),
        (("31", "12", "1899"), "The date in “Born” must be 1 January 1900 or later"),
        (("18", "11", "2026"), "The date in “Born” must be 17 November 2026 or earlier"),
    ],
)
def test_date_triple_refuses(parts: tuple[str, str, str], message: str) -> None:
    assert born(*parts).errors == {"on": [message]}


def test_date_triple_keeps_what_was_typed() -> None:
    assert born("31", "feb", "").fields["on"].widget.get_context("on", ["31", "feb", ""], {})["widget"]["subwidgets"][1]["value"] == "feb"


def test_date_triple_knows_whether_it_has_changed() -> None:
    field = DateTripleField(label="Born")
    assert not field.has_changed(date(1960, 2, 3), ["3", "2", "1960"])
    assert field.has_changed(date(1960, 2, 3), ["4", "2", "1960"])
    assert field.has_changed(date(1960, 2, 3), ["4", "", "1960"])


def test_date_triple_cleans_a_date_as_it_is() -> None:
    assert DateTripleField(label="Born").clean(date(1960, 2, 3)) == date(1960, 2, 3)
    with pytest.raises(ValidationError):
        DateTripleField(label="Born").clean(None)
