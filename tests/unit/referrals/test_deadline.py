"""The ten working days, against days counted by hand on a calendar."""

from datetime import date

import pytest

from referrals.deadline import Countdown, Light, answer_due_on, may_ask_on

BY_HAND = [
    ("plain fortnight", date(2026, 11, 2), date(2026, 11, 16)),
    ("received on a Friday", date(2026, 11, 6), date(2026, 11, 20)),
    ("received on a Saturday", date(2026, 11, 7), date(2026, 11, 20)),
    # 2027: Maundy Thursday 25 March, Good Friday 26, Easter Monday 29
    ("over Easter", date(2027, 3, 22), date(2027, 4, 8)),
    # 2027: 1 May is a Saturday, Ascension 6 May, 17 May and Whit Monday the same Monday
    ("over Ascension and 17 May", date(2027, 5, 3), date(2027, 5, 19)),
    # 2026: 1 May is a Friday, Ascension 14 May, 17 May a Sunday, Whit Monday 25 May
    ("over 1 May", date(2026, 4, 29), date(2026, 5, 15)),
    # 2026: 25 December is a Friday, 26 a Saturday, 1 January 2027 a Friday; Christmas Eve counts
    ("over Christmas", date(2026, 12, 18), date(2027, 1, 5)),
]


@pytest.mark.parametrize(("name", "received", "due"), BY_HAND, ids=[name for name, _received, _due in BY_HAND])
def test_answer_is_due_on_the_tenth_working_day(name: str, received: date, due: date) -> None:
    assert (name, answer_due_on(received)) == (name, due)


LIGHTS = [
    (date(2026, 11, 2), 0, 10, Light.CALM),
    (date(2026, 11, 6), 4, 6, Light.CALM),
    (date(2026, 11, 9), 5, 5, Light.WATCH),
    (date(2026, 11, 11), 7, 3, Light.WATCH),
    (date(2026, 11, 12), 8, 2, Light.URGENT),
    (date(2026, 11, 16), 10, 0, Light.URGENT),
    (date(2026, 11, 17), 11, -1, Light.OVERDUE),
]


@pytest.mark.parametrize(("today", "day", "left", "light"), LIGHTS)
def test_light_follows_the_working_day(today: date, day: int, left: int, light: Light) -> None:
    countdown = Countdown(date(2026, 11, 2), date(2026, 11, 16), today)
    assert (countdown.day, countdown.left, countdown.light) == (day, left, light)


@pytest.mark.parametrize(("today", "may"), [(date(2026, 11, 11), True), (date(2026, 11, 12), False), (date(2026, 11, 16), False)])
def test_no_question_from_the_eighth_working_day(today: date, *, may: bool) -> None:
    assert may_ask_on(date(2026, 11, 2), today) == may


def test_words_say_how_much_is_left() -> None:
    def words(today: date) -> str:
        return Countdown(date(2026, 11, 2), date(2026, 11, 16), today).words.nn

    told = [words(date(2026, 11, day)) for day in (2, 13, 16, 17, 18)]
    assert told == ["10 virkedagar igjen", "1 virkedag igjen", "Frist i dag", "1 virkedag over fristen", "2 virkedagar over fristen"]


def test_deadline_passed_on_a_weekend_is_overdue() -> None:
    countdown = Countdown(date(2026, 11, 6), date(2026, 11, 20), date(2026, 11, 21))
    assert (countdown.light, countdown.words.nb) == (Light.OVERDUE, "1 virkedag over fristen")
