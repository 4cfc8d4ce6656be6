"""Runs, places and ways to join, in words. Everything here reads rows that are already loaded, and asks the database nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import get_language

from catalogue import schedule
from catalogue.enums import Delivery, Frequency, ScheduleKind, SignUpRoute, SiteMode, SiteRole, TermSeason
from catalogue.models import CourseVersion, DeliverySite, Run
from catalogue.policies import JOINABLE, TAKES_NOW, TAKES_SIGN_UPS, RunState, free_places, refer_by, run_state
from catalogue.schedule import Dates, Meeting
from lms_portal.accounts.models import Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.text import Words

DIGITAL = Words("Digitalt", "Digitalt", "Digital")
AT_HOME = Words("Digitalt, der du er", "Digitalt, der du er", "Digital, wherever you are")
SENT_TO = Words("overført til", "overført til", "sent to")
OPEN_FOR = {
    SignUpRoute.REFERRAL: Words("Åpent for henvisning", "Ope for tilvising", "Open for referral"),
    SignUpRoute.SELF: Words("Åpent for påmelding", "Ope for påmelding", "Open for sign-up"),
    SignUpRoute.EXTERNAL: Words("Åpent for påmelding", "Ope for påmelding", "Open for sign-up"),
    SignUpRoute.CONTACT: Words("Ta kontakt", "Ta kontakt", "Get in touch"),
    SignUpRoute.WARD: Words("For innlagte", "For innlagde", "For inpatients"),
    SignUpRoute.OPEN: Words("Åpent for alle", "Ope for alle", "Open to all"),
}
PLACES_LEFT = Words("ledige", "ledige", "free")


def language_now() -> str:
    """This will return nb, nn or en, by the language of the moment."""
    code = (get_language() or "nb")[:2]
    return code if code in ("nb", "nn", "en") else "nb"


def dates_of(run: Run) -> Dates:
    """This will read a run's dates from its loaded child rows."""
    kind = ScheduleKind(run.kind)
    match kind:
        case ScheduleKind.SESSIONS:
            meetings = tuple(Meeting(row.held_on, row.starts_at_clock, row.ends_at_clock) for row in run.sessions.all())
            return Dates(kind, meetings=meetings)
        case ScheduleKind.MONTHS:
            return Dates(kind, months=tuple(row.month_on for row in run.months.all()))
        case ScheduleKind.TERM:
            return Dates(kind, season=TermSeason(run.term.season), year=run.term.year)
        case ScheduleKind.RECURRING:
            row = run.recurrence
            return Dates(kind, frequency=Frequency(row.frequency), weekday=row.weekday, from_on=row.from_on, until_on=row.until_on)
        case _:
            return Dates(kind, from_on=run.first_possible_on)


def label_of(run: Run, language: str = "") -> str:
    """This will write a run's dates in a language, that of the moment unless another is named."""
    return schedule.label(dates_of(run), language or language_now())


@dataclass(frozen=True, slots=True)
class SiteWords:
    """One place of a run, in words."""

    site: DeliverySite
    name: str
    meeting_place: str
    is_digital: bool
    is_receiver: bool
    free: int | None

    @property
    def place(self) -> str:
        """Where to go: the meeting place and the hospital, or that it is digital."""
        if self.is_digital:
            return AT_HOME.in_language(language_now())
        return ", ".join(part for part in (self.meeting_place, self.name) if part)


@dataclass(frozen=True, slots=True)
class RunWords:
    """One run, in words."""

    run: Run
    state: RunState
    state_label: str
    label: str
    meetings: list[str]
    sites: list[SiteWords]
    free: int | None
    route: str
    refer_to: Unit | None
    opens_on: date | None = None
    closes_on: date | None = None
    refer_by: date | None = None
    note: str = ""
    detail: str = field(default="")

    @property
    def is_over(self) -> bool:
        """Whether nobody can come any more because the days have passed."""
        return self.state is RunState.OVER

    @property
    def is_unknown(self) -> bool:
        """Whether the date is to come."""
        return self.run.kind == ScheduleKind.TO_BE_ANNOUNCED

    @property
    def can_join(self) -> bool:
        """Whether asking for a place makes sense now."""
        return self.state in JOINABLE

    @property
    def takes_now(self) -> bool:
        """Whether there is a free place now."""
        return self.state in TAKES_NOW

    @property
    def can_sign_up(self) -> bool:
        """Whether the form for signing up without a referral is open."""
        return self.route == SignUpRoute.SELF and self.state in TAKES_SIGN_UPS

    @property
    def tone(self) -> str:
        """Which look the status tag has."""
        return self.state.tone

    @property
    def changed_on(self) -> date | None:
        """The Norwegian day on which an editor last changed it, where one has: what is printed may say something else."""
        return oslo_date(self.run.edited_at) if self.run.edited_at and self.run.edit_version else None

    @property
    def starts_on(self) -> date | None:
        """The exact first day, where there is one."""
        return self.run.first_possible_on if self.run.kind == ScheduleKind.SESSIONS else None

    @property
    def place(self) -> str:
        """Where, on one line."""
        return place_line([words.site for words in self.sites])


def place_line(sites: Sequence[DeliverySite]) -> str:
    """This will say on one line where a run is: the hospitals' places, and whether it is digital."""
    parts = list(dict.fromkeys(site.unit.place or site.unit.name for site in sites if site.mode == SiteMode.IN_PERSON))
    if any(site.mode == SiteMode.DIGITAL for site in sites):
        digital = DIGITAL.in_language(language_now())
        parts.append(digital if not parts else digital.lower())
    return ", ".join(parts)


def delivery_of(sites: Iterable[DeliverySite], otherwise: str) -> str:
    """This will say how a run is attended by its sites; as the course says where it has none."""
    modes = {site.mode for site in sites}
    if modes == {SiteMode.IN_PERSON, SiteMode.DIGITAL}:
        return Delivery.HYBRID.value
    if modes == {SiteMode.DIGITAL}:
        return Delivery.DIGITAL.value
    return Delivery.IN_PERSON.value if modes else otherwise


def state_label(state: RunState, route: str) -> str:
    """This will name a state; an open one says what it is open for."""
    if state is RunState.OPEN and route in OPEN_FOR:
        return str(OPEN_FOR[SignUpRoute(route)])
    return str(state.label)


def run_words(run: Run, version: CourseVersion, *, now: datetime) -> RunWords:
    """This will put one run into words. Loaded before: sessions, months, term, recurrence, sites with their units."""
    sites = sorted(run.sites.all(), key=lambda site: (site.role != SiteRole.ORIGIN, site.mode, site.unit.sort_key))
    state = run_state(run, sites, now=now)
    route = run.sign_up or version.sign_up
    language = language_now()
    dates = dates_of(run)
    meetings = [schedule.meeting_label(meeting, language) for meeting in dates.meetings]
    return RunWords(
        run=run,
        state=state,
        state_label=state_label(state, route),
        label=schedule.label(dates, language),
        meetings=meetings if len(meetings) > 1 or (dates.meetings and dates.meetings[0].starts) else [],
        sites=[
            SiteWords(site, site.unit.name, site.meeting_place, site.mode == SiteMode.DIGITAL, site.role == SiteRole.RECEIVER, site.free)
            for site in sites
        ],
        free=free_places(sites),
        route=route,
        refer_to=run.refer_to or version.refer_to,
        opens_on=oslo_date(run.opens_at) if run.opens_at and run.opens_at > now and state is RunState.NOT_YET else None,
        closes_on=oslo_date(run.closes_at - timedelta(microseconds=1))
        if run.closes_at and run.closes_at > now and state in JOINABLE
        else None,
        refer_by=refer_by(run, today=oslo_date(now)) if route == SignUpRoute.REFERRAL and state in JOINABLE else None,
        note=run.note,
    )
