"""The demo's season collections in Volda: one whose last day has just passed, with answers at every stage, and one that waits for answers.

Beside them the yearly question about standing offers, which one clinic has answered. Everything goes through the actions, so that the
demo's mailbox holds the mails with their links.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

from catalogue.actions import collection as actions
from catalogue.actions.collection import Ask, Said, dates_if_same
from catalogue.actions.seasons import season_from_code
from catalogue.collected import half_year, is_standing
from catalogue.enums import SeasonAnswer
from catalogue.forms.rosters import season_of
from catalogue.models import CollectionRound, CollectionRow, Run, Season, SeasonListing
from catalogue.queries import collection as queries
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.context import acting_as, current
from lms_portal.common.clock import oslo_date

ADVISER = "lms.volda@demo.example"
HOSPITAL = "volda"
GREETING = (
    "No planlegg vi neste sesong. Sei frå om det de held er som sist, om noko er endra, eller om det ikkje blir noko denne gongen. "
    "Tenk òg på om rommet framleis er ledig."
)
WEEKS_AGO = 4
MOST = 12
# what the courses answer, one after another; empty: nobody has answered
ANSWERS = ("put_in", "put_in", "checked", "same", "changed", "", "not_held", "same", "", "put_in", "checked", "same")
REASONS = ("Kursleiaren har permisjon til sommaren.", "Vi manglar brukarrepresentant denne gongen.")
NOTE = "Vi byter rom, og kan ta imot fire fleire."


@contextmanager
def _as(person: User) -> Iterator[None]:
    """What follows is done by a person, with the roles that they have today."""
    acting = replace(current(), actor_id=str(person.pk), role="lms_adviser", purpose="collect_season", system="")
    with acting_as(acting):
        yield


def _next_without_poster(unit: Unit, now: datetime) -> list[Season]:
    """The coming seasons whose poster nobody has begun to fill."""
    first = half_year(oslo_date(now)) + 1
    found = []
    for number in range(first, first + 6):
        kind, year = season_of(number)
        season = season_from_code(f"{kind.value}-{year}")
        if not SeasonListing.objects.filter(season=season, hospital_area=unit.hospital_area).exists():
            found.append(season)
    return found


def _asks(unit: Unit, season: Season, *, most: int) -> list[Ask]:
    found = [one for one in queries.candidates(unit, season) if one.last_run is not None and not one.has_dates and one.email]
    return [Ask(one.course, one.last_run, one.email, one.position) for one in found[:most]]


def _answer(row: CollectionRow, what: str, *, number: int, by: User, now: datetime) -> None:
    days = () if number % 2 else [_season_day(row, number)]
    dates = dates_if_same(row, days=days)
    if what == "not_held":
        said = Said(SeasonAnswer.NOT_HELD, reason=REASONS[number % len(REASONS)])
    elif what == "changed":
        sites = [
            {"unit": str(site.unit_id), "mode": str(site.mode), "meeting_place": "Auditoriet", "places": (site.places or 8) + 4}
            for site in (row.last_run.sites.all() if row.last_run else [])
        ]
        said = Said(SeasonAnswer.CHANGED, dates=dates, sites=sites, notes=NOTE)
    else:
        said = Said(SeasonAnswer.SAME, dates=dates)
    actions.answer(row=row, said=said, seen_version=row.version, now=now)
    if what in ("checked", "put_in"):
        later = now + timedelta(days=3)
        with _as(by):
            done = actions.check(row=row, seen_version=row.version + 1, by=by, now=later)
            if what == "put_in":
                actions.put_in_catalogue(row=done, by=by, now=later)


def _season_day(row: CollectionRow, number: int) -> date:
    """A Tuesday some weeks into the season."""
    season = row.round.season
    month = 9 if season is not None and season.season == "autumn" else 2
    day = date(season.year if season else 2027, month, 7)
    return day + timedelta(days=(1 - day.weekday()) % 7, weeks=number % 4)


def _answers(round_: CollectionRound, *, by: User, now: datetime) -> None:
    rows = queries.with_details(CollectionRow.objects.filter(round=round_)).select_related("round__season")
    for number, row in enumerate(rows):
        what = ANSWERS[number % len(ANSWERS)]
        if what and not (is_standing(row.last_run) and what == "changed"):
            _answer(row, what, number=number, by=by, now=now + timedelta(days=1 + number % 5))


def _ask_about_standing_offers(unit: Unit, *, now: datetime) -> None:
    """They have stood for more than a year; the time to answer about them ran out a week ago, and one has answered."""
    standing = queries.standing_runs().filter(course__owner__path__startswith=unit.path_prefix)
    Run.objects.filter(pk__in=list(standing.values_list("pk", flat=True))).update(created_at=now - timedelta(days=500))
    asked_at = now - timedelta(days=actions.YEARLY_DAYS + 7)
    actions.ask_whether_still_running(now=asked_at)
    rows = queries.with_details(CollectionRow.objects.filter(round__season__isnull=True)).select_related("round__season")
    for row in rows[:1]:
        actions.answer(row=row, said=Said(SeasonAnswer.SAME), seen_version=row.version, now=asked_at + timedelta(days=2))


def load(*, now: datetime) -> None:
    """This will ask Volda's clinics about the next seasons, and answer for some of them."""
    unit = Unit.objects.select_related("hospital_area").get(code=HOSPITAL)
    adviser = User.objects.get(email=ADVISER)
    asked_at = now - timedelta(weeks=WEEKS_AGO)
    seasons = _next_without_poster(unit, now)
    _ask_about_standing_offers(unit, now=now)
    with _as(adviser):
        first = actions.open_round(
            unit=unit,
            season=seasons[0],
            last_on=oslo_date(now) - timedelta(days=1),
            greeting=GREETING,
            asks=_asks(unit, seasons[0], most=MOST),
            by=adviser,
            now=asked_at,
        )
    _answers(first, by=adviser, now=asked_at)
    begun = now - timedelta(days=2)
    asks = _asks(unit, seasons[1], most=MOST)
    with _as(adviser):
        second = actions.open_round(
            unit=unit, season=seasons[1], last_on=oslo_date(now) + timedelta(weeks=3), greeting=GREETING, asks=asks, by=adviser, now=begun
        )
    rows = queries.with_details(CollectionRow.objects.filter(round=second)).select_related("round__season")
    for number, row in enumerate(rows[:2]):
        _answer(row, "same", number=number, by=adviser, now=now - timedelta(days=1))
