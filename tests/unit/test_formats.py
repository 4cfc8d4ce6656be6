"""Dates, times and numbers as the pages show them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import engines
from django.utils.translation import override

AT = datetime(2027, 3, 3, 9, 30, tzinfo=ZoneInfo("Europe/Oslo"))


@pytest.mark.parametrize(
    ("template", "nb", "nn", "en"),
    [
        ("{{ at|date }}", "3. mars 2027", "3. mars 2027", "3 March 2027"),
        ('{{ at|date:"SHORT_DATE_FORMAT" }}', "03.03.2027", "03.03.2027", "3 Mar 2027"),
        ("{{ at|time }}", "9.30", "9.30", "09:30"),
        ("{{ at }}", "3. mars 2027 kl. 9.30", "3. mars 2027 kl. 9.30", "3 March 2027 at 09:30"),
        ('{{ at|date:"SHORT_DATETIME_FORMAT" }}', "03.03.2027 kl. 09.30", "03.03.2027 kl. 09.30", "3 Mar 2027, 09:30"),
        ("{{ 2.5 }}", "2,5", "2,5", "2.5"),
    ],
)
def test_shown(template: str, nb: str, nn: str, en: str) -> None:
    shown = []
    for language in ("nb", "nn", "en"):
        with override(language):
            shown.append(engines["django"].from_string(template).render({"at": AT}))
    assert shown == [nb, nn, en]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("written", ["03.03.2027", "3.3.2027", "2027-03-03", "3/3/2027", "3-3-2027", "3 3 2027"])
def test_dates_are_read_day_first(written: str, language: str) -> None:
    with override(language):
        assert forms.DateField().clean(written) == date(2027, 3, 3)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("written", ["9.30", "09:30", "9:30"])
def test_times_are_read_with_dot_or_colon(written: str, language: str) -> None:
    with override(language):
        assert forms.TimeField().clean(written) == time(9, 30)
