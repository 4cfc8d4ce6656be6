"""What was collected before a season, as plain values: half-years, dates as they are stored in an answer, and what “same as last time” means."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from catalogue import recurrence
from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.models import CollectionRound, CollectionRow, Run, Season
from catalogue.schedule import Dates, Meeting

LINK_DAYS_AFTER = 30
STANDING = frozenset({ScheduleKind.CONTINUOUS, ScheduleKind.RECURRING})


def half_year(day: date) -> int:
    """This will number the half-years: even ones are springs."""
    return day.year * 2 + (day.month > 6)


def number_of(season: Season) -> int:
    """This will number a season as `half_year` does."""
    return season.year * 2 + (season.season == TermSeason.AUTUMN)


def is_standing(run: Run | None) -> bool:
    """This will say whether a run goes on by itself: continuous, or repeated without an end. It is confirmed, never copied."""
    return run is not None and run.kind in STANDING and run.last_possible_on is None


def is_overdue(row: CollectionRow, round_: CollectionRound, today: date) -> bool:
    """This will say whether an answer lacks after the last day."""
    return row.status == CollectionRow.Status.INVITED and round_.last_on < today


def may_answer(row: CollectionRow, round_: CollectionRound, today: date) -> bool:
    """This will say whether whoever has the link may answer: changes until the last day and until it is checked; a first answer late too."""
    if row.status == CollectionRow.Status.INVITED:
        return True
    return row.status == CollectionRow.Status.ANSWERED and round_.last_on >= today


# Dates in an answer


def dates_as_json(dates: Dates) -> dict[str, Any]:
    """This will write dates as an answer stores them; the fields of other kinds are left out."""
    written: dict[str, Any] = {"kind": str(dates.kind)}
    if dates.meetings:
        written["meetings"] = [
            [one.held_on.isoformat(), one.starts.isoformat() if one.starts else "", one.ends.isoformat() if one.ends else ""]
            for one in dates.meetings
        ]
    if dates.months:
        written["months"] = [month.isoformat() for month in dates.months]
    if dates.season:
        written |= {"season": str(dates.season), "year": dates.year}
    if dates.frequency:
        written |= {"frequency": str(dates.frequency), "weekday": dates.weekday}
    for name in ("from_on", "until_on"):
        if day := getattr(dates, name):
            written[name] = day.isoformat()
    return written


def dates_from_json(written: Mapping[str, Any]) -> Dates:
    """This will read dates out of a stored answer."""
    days = {name: date.fromisoformat(written[name]) for name in ("from_on", "until_on") if written.get(name)}
    return Dates(
        ScheduleKind(written["kind"]),
        meetings=tuple(
            Meeting(date.fromisoformat(day), time.fromisoformat(starts) if starts else None, time.fromisoformat(ends) if ends else None)
            for day, starts, ends in written.get("meetings", ())
        ),
        months=tuple(date.fromisoformat(month) for month in written.get("months", ())),
        season=TermSeason(written["season"]) if written.get("season") else None,
        year=written.get("year"),
        frequency=Frequency(written["frequency"]) if written.get("frequency") else None,
        weekday=written.get("weekday"),
        from_on=days.get("from_on"),
        until_on=days.get("until_on"),
    )


def term_of(season: Season) -> Dates:
    """This will write that a course is held some time in a season."""
    return Dates(ScheduleKind.TERM, season=TermSeason(season.season), year=season.year)


def same_dates(
    last_run: Run | None, old: Dates | None, season: Season | None, *, days: Sequence[date] = (), to_come: bool = False
) -> Dates | None:
    """This will make the dates of “same as last time”: on new days at the old hours, else in the season, else to come.

    `old`: the last run's dates. None where the run goes on by itself.
    """
    if season is None or is_standing(last_run):
        return None
    if days:
        at_hours = old if old is not None and old.kind == ScheduleKind.SESSIONS else Dates(ScheduleKind.SESSIONS)
        return recurrence.on_days(at_hours, days)
    if to_come:
        return Dates(ScheduleKind.TO_BE_ANNOUNCED)
    if last_run is not None and old is not None and old.kind == ScheduleKind.RECURRING and last_run.first_possible_on:
        moved = recurrence.move(old, number_of(season) - half_year(last_run.first_possible_on))
        if moved is not None:
            return moved.dates
    return term_of(season)


def answered_dates(row: CollectionRow) -> Dates | None:
    """This will return the dates that an answer gives; None where the run goes on as it is, or nothing is answered."""
    return dates_from_json(row.dates) if row.dates else None
