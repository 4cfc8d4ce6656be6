"""The demo's courses, written out in lms_portal/demo/courses, with runs of every date shape around the day it is loaded.

Deterministic: the same day gives the same runs. People who take part are made up.
"""

import random
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from catalogue.actions import courses, places
from catalogue.actions.runs import new_run
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change_of_all
from catalogue.enums import Frequency, LanguageState, ScheduleKind, SignUpRoute, SiteMode, SiteRole, TermSeason
from catalogue.models import Course, DeliverySite, Participant, Run, Season, SeasonListing
from catalogue.models.courses import TEXT_LANGUAGES, TEXTS
from catalogue.schedule import Dates, Meeting
from catalogue.workflow import COURSE, RUN
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Unit
from lms_portal.audit.transitions import move
from lms_portal.common import sealing
from lms_portal.common.clock import oslo_date, start_of_day
from lms_portal.common.models import DataKey
from lms_portal.common.working_days import is_working_day

FOLDER = Path(__file__).parent / "courses"
SEED = 20260201
ROOMS = {
    "volda": "Kløvertun",
    "alesund": "Lærings- og meistringssenteret, inngang C",
    "molde": "Møterom Fjord, 1. etasje",
    "kristiansund": "Auditoriet, 2. etasje",
    "levanger": "Læringssenteret, blokk D",
    "namsos": "Møterom Havn, underetasjen",
    "trondheim": "Kunnskapssenteret, 2. etasje",
    "orkdal": "Møterom Orkla, 1. etasje",
}
FIRST_NAMES = (
    "Alva",
    "Birk",
    "Dagny",
    "Eirin",
    "Frode",
    "Gudrun",
    "Halvard",
    "Iben",
    "Jostein",
    "Kaia",
    "Leif",
    "Målfrid",
    "Njål",
    "Oda",
    "Per",
)
LAST_NAMES = ("Prøvebakk", "Prøvedal", "Prøveeide", "Prøvefjell", "Prøvehaug", "Prøvelund", "Prøvemo", "Prøvenes", "Prøvesund", "Prøvevik")
# what the walks through the portal need, whatever the order of the files
SHAPES = {
    "MECFS-MOLDE": 0,
    "DIA2-VOLDA": 6,
    "HJREHAB-VOLDA": 1,
    "BRYST-ALESUND": 0,
    "OSTEO-KRSUND": 4,
    "IBD-VOLDA": 0,
    "FRAMOVER-ALESUND": 0,
}
# continuous offers that the printed season of Volda brings with it
FROM_POSTER = frozenset({"ORTO-VOLDA", "BUP-VOLDA", "DPS-VOLDA"})
FILLED_EVERY = 5
DRAFT_EVERY, REVIEW_EVERY, CHANGED_EVERY = 61, 53, 29
POSTER_ROWS = 18
DEFAULT_HOURS = (time(9), time(15))


def read_courses(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """This will read every course file, in the order of the courses' codes."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as source:
            found += tomllib.load(source)["course"]
    return sorted(found, key=lambda entry: entry["code"])


def version_values(entry: Mapping[str, Any], units: Mapping[str, Unit]) -> dict[str, Any]:
    """This will turn one entry into the columns of a course's text."""
    values: dict[str, Any] = {
        "topic": entry["topic"],
        "field": entry["field"],
        "diagnosis_specific": entry["diagnosis_specific"],
        "format": entry["format"],
        "delivery": entry["delivery"],
        "audiences": entry["audiences"],
        "age_groups": entry["age_groups"],
        "spoken_language": entry["language"],
        "sign_up": entry["sign_up"],
        "refer_to": units[entry["refer_to"]] if "refer_to" in entry else None,
        "external_name": "Læringsportalen" if entry["sign_up"] == SignUpRoute.EXTERNAL else "",
        "places": entry.get("places"),
        "diagnoses": entry.get("diagnoses", []),
    }
    for language in TEXT_LANGUAGES:
        for name in TEXTS:
            written = entry.get(f"{name}_{language}", "")
            joined = (", " if name == "keywords" else "\n").join(written) if isinstance(written, list) else written.strip()
            values[f"{name}_{language}"] = joined
        values[f"state_{language}"] = LanguageState.CHECKED if values[f"title_{language}"] else LanguageState.MISSING
    return values


@dataclass
class _Plan:
    """One run to make: its dates, and how far it has come."""

    dates: Dates
    status: str = "open"
    filled: float = 0.0
    waiting: int = 0
    opens_on: date | None = None
    closes_on: date | None = None
    reason: str = ""


@dataclass
class _Loader:
    now: datetime
    units: dict[str, Unit]
    draw: random.Random = field(default_factory=lambda: random.Random(SEED))

    @property
    def today(self) -> date:
        return oslo_date(self.now)

    # Days

    def _working(self, day: date) -> date:
        while not is_working_day(day) or day.weekday() in (0, 4):
            day += timedelta(days=1)
        return day

    def _meetings(self, entry: Mapping[str, Any], start: date) -> Dates:
        hours = entry.get("session_hours", "")
        starts, ends = (time.fromisoformat(part) for part in hours.split("-")) if hours else DEFAULT_HOURS
        step = {"weekly": 7, "monthly": 28}.get(entry["rhythm"], 1)
        days: list[date] = []
        day = self._working(start)
        for _number in range(max(1, entry["sessions"])):
            while not is_working_day(day) or day in days:
                day += timedelta(days=1)
            days.append(day)
            day += timedelta(days=step)
        return Dates(ScheduleKind.SESSIONS, meetings=tuple(Meeting(held, starts, ends) for held in days))

    def term(self, ahead: int) -> tuple[TermSeason, int]:
        """The term so many half-years from now."""
        halves = self.today.year * 2 + (self.today.month > 6) + ahead
        return (TermSeason.AUTUMN if halves % 2 else TermSeason.SPRING), halves // 2

    def _in_term(self, ahead: int) -> Dates:
        season, year = self.term(ahead)
        return Dates(ScheduleKind.TERM, season=season, year=year)

    def _month(self, ahead: int) -> date:
        number = self.today.year * 12 + self.today.month - 1 + ahead
        return date(number // 12, number % 12 + 1, 1)

    # Runs

    def _past(self, entry: Mapping[str, Any]) -> _Plan:
        return _Plan(self._meetings(entry, self.today - timedelta(days=self.draw.randint(140, 330))), "completed")

    def _ahead(self, entry: Mapping[str, Any], first: int = 25, last: int = 110, **more: Any) -> _Plan:
        return _Plan(self._meetings(entry, self.today + timedelta(days=self.draw.randint(first, last))), **more)

    def _plans(self, entry: Mapping[str, Any], shape: int) -> list[_Plan]:
        if entry["code"] in FROM_POSTER:
            return []
        if entry["rhythm"] == "continuous" or not entry["sessions"]:
            return [_Plan(Dates(ScheduleKind.CONTINUOUS))]
        to_come = Dates(ScheduleKind.TO_BE_ANNOUNCED)
        months = Dates(ScheduleKind.MONTHS, months=(self._month(2), self._month(4)))
        shapes: list[Callable[[], list[_Plan]]] = [
            lambda: [self._ahead(entry, filled=0.4), _Plan(self._in_term(2))],
            lambda: [_Plan(months)],
            lambda: [_Plan(self._in_term(1)), _Plan(self._in_term(2))],
            lambda: [_Plan(to_come)],
            lambda: [self._ahead(entry, 4, 9, filled=0.7), _Plan(self._in_term(2))],
            lambda: [_Plan(self._meetings(entry, self.today - timedelta(days=2)), "closed", 0.8), _Plan(self._in_term(1))],
            lambda: [self._ahead(entry, 20, 50, filled=1.0, waiting=2), _Plan(to_come)],
            lambda: [self._ahead(entry, 10, 40, status="cancelled", reason="for få påmelde"), self._ahead(entry, 70, 120)],
            lambda: [self._ahead(entry, 15, 40, status="postponed", reason="kursleiaren er sjuk"), _Plan(self._in_term(2))],
            lambda: [self._ahead(entry, 12, 20, status="closed", filled=0.9), self._ahead(entry, 100, 140)],
            lambda: [_Plan(Dates(ScheduleKind.RECURRING, frequency=Frequency.MONTHLY))],
            lambda: [self._ahead(entry, 70, 110, opens_on=self.today + timedelta(days=30))],
        ]
        return [self._past(entry), *shapes[shape % len(shapes)]()]

    def _hospital(self, unit: Unit) -> Unit:
        return next((self.units[code] for code in reversed(unit.path.split("/")) if self.units[code].kind == UnitKind.HOSPITAL), unit)

    def _sites(self, entry: Mapping[str, Any], run: Run) -> list[DeliverySite]:
        hospital = self._hospital(self.units[entry["owner"]])
        count = entry.get("places")
        sites = []
        if entry["delivery"] != "digital":
            sites.append(
                DeliverySite(
                    run=run, unit=hospital, role=SiteRole.ORIGIN, mode=SiteMode.IN_PERSON, meeting_place=ROOMS[hospital.code], places=count
                )
            )
        receivers = [self.units[code] for code in entry.get("receivers", []) if code != hospital.code]
        if entry["delivery"] == "digital" or (entry["delivery"] == "hybrid" and not receivers):
            role = SiteRole.RECEIVER if sites else SiteRole.ORIGIN
            sites.append(DeliverySite(run=run, unit=hospital, role=role, mode=SiteMode.DIGITAL, places=count))
        sites += [
            DeliverySite(run=run, unit=unit, role=SiteRole.RECEIVER, mode=SiteMode.IN_PERSON, meeting_place=ROOMS[unit.code], places=count)
            for unit in receivers
        ]
        return DeliverySite.objects.bulk_create(sites)

    def _make_run(self, entry: Mapping[str, Any], course: Course, plan: _Plan) -> Run:
        run = new_run(
            course=course,
            dates=plan.dates,
            now=self.now,
            opens_at=start_of_day(plan.opens_on) if plan.opens_on else None,
            closes_at=start_of_day(plan.closes_on) if plan.closes_on else None,
        )
        sites = self._sites(entry, run)
        move(RUN, run, verb="open", now=self.now)
        for site in sites:
            for _number in range(round((site.places or 0) * plan.filled)):
                self._give_place(course, run, site)
        for _number in range(plan.waiting):
            person = self._person()
            places.join_waiting_list(
                course=course, participant=person, data_key=person.data_key, waiting_since=self.today - timedelta(days=9), now=self.now
            )
        for verb in {"closed": ["close"], "completed": ["close", "complete"], "cancelled": ["cancel"], "postponed": ["postpone"]}.get(
            plan.status, []
        ):
            move(RUN, run, verb=verb, now=self.now, reason=plan.reason)
        return run

    def _person(self) -> Participant:
        key = DataKey.create()
        name = f"{self.draw.choice(FIRST_NAMES)} {self.draw.choice(LAST_NAMES)}"
        return Participant.objects.create(
            data_key=key,
            name=name,
            language=self.draw.choice(["nb", "nn"]),
            contact_hash=sealing.lookup_hash(f"{key.pk} {name}", purpose="participant.contact"),
            created_at=self.now,
        )

    def _give_place(self, course: Course, run: Run, site: DeliverySite) -> None:
        person = self._person()
        since = self.today - timedelta(days=self.draw.randint(10, 90))
        places.give_place(
            course=course, run=run, site=site, participant=person, data_key=person.data_key, waiting_since=since, now=self.now
        )

    # Courses

    def load_course(self, position: int, entry: Mapping[str, Any]) -> Course:
        """This will make one course with its runs; a few stay drafts, in review or with changes on their way, for the work desk."""
        values = version_values(entry, self.units)
        protected = entry["code"] in SHAPES or entry["code"].endswith("-VOLDA")
        if not protected and position % DRAFT_EVERY == DRAFT_EVERY - 1:
            values |= {f"{name}_nn": "" for name in TEXTS}  # somebody has written one form so far
        course = courses.create_course(
            owner=self.units[entry["owner"]], code=entry["code"], slug=entry["slug"], values=values, now=self.now
        )
        if not protected and position % DRAFT_EVERY == DRAFT_EVERY - 1:
            return course
        if not protected and position % REVIEW_EVERY == REVIEW_EVERY - 1:
            move(COURSE, course, verb="submit", now=self.now)
            return course
        courses.publish_loaded(course=course, now=self.now)
        for plan in self._plans(entry, SHAPES.get(entry["code"], position)):
            full = plan.filled == 1
            if not (full or entry["code"] in SHAPES or position % FILLED_EVERY == 0):
                plan.filled = 0.0  # people in every run would make the load slow and show nothing more
            self._make_run(entry, course, plan)
        if not protected and position % CHANGED_EVERY == CHANGED_EVERY - 1:
            courses.lay_draft(course=course, now=self.now)
        return course


def _make_posters(*, now: datetime, term: tuple[TermSeason, int]) -> None:
    """This will put each area's runs of a term on its poster, in the order of their dates."""
    season, _made = Season.objects.get_or_create(season=term[0], year=term[1], defaults={"code": f"{term[0].value}-{term[1]}"})
    first, last = (
        (date(term[1], 1, 1), date(term[1], 6, 30)) if term[0] == TermSeason.SPRING else (date(term[1], 8, 1), date(term[1], 12, 31))
    )
    runs = (
        Run.objects.filter(status__in=["open", "closed", "postponed"], sites__isnull=False, course__public_version__isnull=False)
        .exclude(first_possible_on__gt=last)
        .exclude(last_possible_on__lt=first)
        .order_by("sort_key", "course__code")
    )
    for area in HospitalArea.objects.all():
        wanted: dict[Any, Run] = {}
        for run in runs.filter(sites__unit__hospital_area=area):
            wanted.setdefault(run.course_id, run)
        SeasonListing.objects.bulk_create(
            SeasonListing(season=season, hospital_area=area, run=run, position=position, changed_at=now)
            for position, run in enumerate(list(wanted.values())[:POSTER_ROWS], start=1)
        )


def load(*, now: datetime) -> None:
    """This will load every course with its runs, places and posters, and build the search."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    loader = _Loader(now=now, units=units)
    entries: Iterable[dict[str, Any]] = read_courses()
    for position, entry in enumerate(entries):
        loader.load_course(position, entry)
    _make_posters(now=now, term=loader.term(1))
    refresh_search(now=now)
    note_change_of_all(now=now)
