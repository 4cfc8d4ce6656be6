"""What state the public sees a run in, just before, at and just after each limit. The rows are not stored."""

from datetime import date, datetime, timedelta

import pytest

from catalogue.enums import ScheduleKind, SiteMode, SiteRole
from catalogue.models import DeliverySite, Run
from catalogue.policies import RunState, changes_on, free_places, refer_by, run_state
from lms_portal.common.clock import start_of_day

FIRST, LAST = date(2027, 3, 3), date(2027, 3, 10)
BEFORE = date(2027, 1, 4)


def _run(**fields: object) -> Run:
    values = {"status": "open", "kind": ScheduleKind.SESSIONS, "first_possible_on": FIRST, "last_possible_on": LAST, **fields}
    return Run(**values)


def _site(places: int | None = 10, taken: int = 0) -> DeliverySite:
    return DeliverySite(role=SiteRole.ORIGIN, mode=SiteMode.IN_PERSON, places=places, taken=taken)


def _state(run: Run, day: date, *sites: DeliverySite, at: timedelta = timedelta(hours=12)) -> RunState:
    return run_state(run, sites or [_site()], now=start_of_day(day) + at)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (FIRST - timedelta(days=15), RunState.OPEN),
        (FIRST - timedelta(days=14), RunState.SOON),
        (FIRST - timedelta(days=1), RunState.SOON),
        (FIRST, RunState.ONGOING),
        (LAST, RunState.ONGOING),
        (LAST + timedelta(days=1), RunState.OVER),
    ],
)
def test_run_state_follows_exact_days(day: date, state: RunState) -> None:
    assert _state(_run(), day) == state


def test_run_state_turns_at_midnight_in_norway() -> None:
    last_moment, first_moment = timedelta(hours=23, minutes=59, seconds=59), timedelta(0)
    assert _state(_run(), LAST, at=last_moment) == RunState.ONGOING
    assert _state(_run(), LAST + timedelta(days=1), at=first_moment) == RunState.OVER


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "cancelled"}, RunState.CANCELLED),
        ({"status": "completed"}, RunState.OVER),
        ({"status": "postponed"}, RunState.POSTPONED),
        ({"status": "closed"}, RunState.CLOSED),
        ({"closes_at": start_of_day(BEFORE)}, RunState.CLOSED),
        ({"closes_at": start_of_day(BEFORE + timedelta(days=1))}, RunState.OPEN),
        ({"opens_at": start_of_day(BEFORE + timedelta(days=1))}, RunState.NOT_YET),
        ({"opens_at": start_of_day(BEFORE)}, RunState.OPEN),
        ({"kind": ScheduleKind.TO_BE_ANNOUNCED, "first_possible_on": None, "last_possible_on": None}, RunState.TO_COME),
        ({"kind": ScheduleKind.CONTINUOUS, "first_possible_on": None, "last_possible_on": None}, RunState.OPEN),
    ],
)
def test_run_state_of_each_kind(fields: dict[str, object], state: RunState) -> None:
    assert _state(_run(**fields), BEFORE) == state


@pytest.mark.parametrize("kind", [ScheduleKind.TERM, ScheduleKind.MONTHS])
def test_vague_dates_never_say_that_it_has_begun(kind: ScheduleKind) -> None:
    run = _run(kind=kind)
    assert [_state(run, day) for day in (FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1))] == [RunState.OPEN] * 3 + [
        RunState.OVER
    ]


def test_continuous_is_never_over() -> None:
    run = _run(kind=ScheduleKind.CONTINUOUS, first_possible_on=None, last_possible_on=None)
    assert _state(run, date(2099, 1, 1)) == RunState.OPEN


@pytest.mark.parametrize(
    ("sites", "free", "state"),
    [
        ([_site(10, 9)], 1, RunState.OPEN),
        ([_site(10, 10)], 0, RunState.FULL),
        ([_site(10, 10), _site(5, 4)], 1, RunState.OPEN),
        ([_site(10, 10), _site(None, 40)], None, RunState.OPEN),
        ([], None, RunState.OPEN),
    ],
)
def test_places_are_counted_over_all_sites(sites: list[DeliverySite], free: int | None, state: RunState) -> None:
    assert free_places(sites) == free
    assert run_state(_run(), sites, now=start_of_day(BEFORE)) == state


def test_changes_on_is_the_next_day_that_alters_what_is_shown() -> None:
    run, moments = _run(), [BEFORE]
    while (day := changes_on(run, now=start_of_day(moments[-1]))) is not None:
        moments.append(day)
    too_late_to_refer = date(2027, 2, 4)  # ten working days to answer, and two weeks' notice, before the first day
    assert moments[1:] == [too_late_to_refer, FIRST - timedelta(days=14), FIRST, LAST + timedelta(days=1)]
    assert all(_state(run, day) != _state(run, day - timedelta(days=1)) for day in moments[2:])
    assert (refer_by(run, today=date(2027, 2, 3)), refer_by(run, today=too_late_to_refer)) == (date(2027, 2, 3), None)


def test_state_has_words_in_both_forms() -> None:
    now = datetime.fromisoformat("2027-01-04T12:00:00+00:00")
    label = run_state(_run(), [_site(1, 1)], now=now).label
    assert (label.nb, label.nn) == ("Fulltegnet, venteliste", "Fullteikna, venteliste")
