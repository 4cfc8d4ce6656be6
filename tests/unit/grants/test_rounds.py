"""When rounds open, close and remind."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from grants.rounds import clock_words, closing_moment, deadline_words, last_day_of, opening_notice, reminder_chain, window_of
from lms_portal.common.clock import OSLO, oslo_date


def test_window_opens_in_summer_time_and_closes_in_winter_time() -> None:
    window = window_of(2027)
    assert window.opens_at.astimezone(UTC) == datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
    assert window.closes_at.astimezone(UTC) == datetime(2026, 12, 1, 23, 0, tzinfo=UTC)


def test_last_day_is_the_first_of_december() -> None:
    assert last_day_of(window_of(2027).closes_at) == date(2026, 12, 1)


def test_reminders_come_at_seven_on_both_sides_of_the_change_of_clocks() -> None:
    # 30 days before 20 November is 21 October, in summer time; the others are in winter time
    chain = reminder_chain(closing_moment(date(2026, 11, 20)))
    assert [rule.due_at.astimezone(OSLO).hour for rule in chain] == [7] * 6
    assert [rule.due_at.astimezone(UTC).hour for rule in chain] == [5, 6, 6, 6, 6, 6]


def test_reminders_over_the_change_of_year_keep_their_days() -> None:
    chain = reminder_chain(closing_moment(date(2027, 1, 5)))
    assert [oslo_date(rule.due_at) for rule in chain] == [
        date(2026, 12, 6), date(2026, 12, 22), date(2026, 12, 29), date(2027, 1, 2), date(2027, 1, 4), date(2027, 1, 5)
    ]  # fmt: skip


def test_each_reminder_expires_when_the_next_is_due_and_the_last_at_the_deadline() -> None:
    closes_at = window_of(2027).closes_at
    chain = reminder_chain(closes_at)
    assert [rule.expires_at for rule in chain[:-1]] == [rule.due_at for rule in chain[1:]]
    assert chain[-1].expires_at == closes_at


def test_spring_deadline_after_the_change_to_summer_time() -> None:
    # 29 March 2026 has 23 hours
    chain = {rule.code: rule.due_at.astimezone(UTC) for rule in reminder_chain(closing_moment(date(2026, 3, 30)))}
    assert chain["3d"] == datetime(2026, 3, 27, 6, 0, tzinfo=UTC)
    assert chain["1d"] == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)


def test_leap_day_is_a_day_like_another() -> None:
    assert closing_moment(date(2028, 2, 29)).astimezone(UTC) == datetime(2028, 2, 29, 23, 0, tzinfo=UTC)
    assert last_day_of(closing_moment(date(2028, 2, 29))) == date(2028, 2, 29)


def test_opening_notice_comes_at_seven_on_the_first_day() -> None:
    window = window_of(2027)
    notice = opening_notice(window.opens_at, window.closes_at)
    assert notice.due_at.astimezone(UTC) == datetime(2026, 10, 1, 5, 0, tzinfo=UTC)
    assert notice.expires_at == reminder_chain(window.closes_at)[0].due_at


@pytest.mark.parametrize(
    ("language", "words"),
    [("nb", "1. desember 2026 kl. 23.59"), ("nn", "1. desember 2026 kl. 23.59"), ("en", "1 December 2026 at 23:59")],
)
def test_deadline_is_written_as_the_last_minute_in_time(language: str, words: str) -> None:
    with translation.override(language):
        assert deadline_words(window_of(2027).closes_at) == words


def test_clock_is_written_to_the_second_in_norwegian_time() -> None:
    with translation.override("nb"):
        assert clock_words(datetime(2026, 12, 1, 23, 0, 1, tzinfo=UTC)) == "2. desember 2026 kl. 0.00.01"
