"""Rules on records and dates alone: what state a run is in on a day, and what is missing before a course is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.enums import AttendanceMark, CompletionRule, LanguageState, ScheduleKind, SignUpRoute
from catalogue.joining import route_of
from catalogue.models import CourseVersion, DeliverySite, Run
from catalogue.models.courses import TEXTS
from catalogue.schedule import SOON_DAYS, is_over
from lms_portal.common.clock import oslo_date
from lms_portal.common.text import Words
from lms_portal.common.working_days import add_working_days

FEW_PLACES = 3
ASSESSMENT_WORKING_DAYS = 10


class RunState(Enum):
    """What the public reads about a run. Source: docs/workflows/run.md, the computed states."""

    OPEN = "open"
    SOON = "soon"
    FULL = "full"
    TO_COME = "to_come"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    ONGOING = "ongoing"
    OVER = "over"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Words:
        """The word for it; `route_label` says more where the route is known."""
        return RUN_STATE_WORDS[self]

    @property
    def tone(self) -> str:
        """Which of the status tag's looks it has."""
        return RUN_STATE_TONES[self]


RUN_STATE_WORDS = {
    RunState.OPEN: Words("Ledige plasser", "Ledige plassar", "Places free"),
    RunState.SOON: Words("Starter snart", "Startar snart", "Starts soon"),
    RunState.FULL: Words("Fulltegnet, venteliste", "Fullteikna, venteliste", "Full, waiting list"),
    RunState.TO_COME: Words("Dato kommer", "Dato kjem", "Date to come"),
    RunState.NOT_YET: Words("Ikke åpnet ennå", "Ikkje opna enno", "Not open yet"),
    RunState.CLOSED: Words("Stengt for nye", "Stengt for nye", "Closed to new people"),
    RunState.ONGOING: Words("Pågår", "Pågår", "Under way"),
    RunState.OVER: Words("Over", "Over", "Over"),
    RunState.POSTPONED: Words("Utsatt", "Utsett", "Postponed"),
    RunState.CANCELLED: Words("Avlyst", "Avlyst", "Cancelled"),
}
RUN_STATE_TONES = {
    RunState.OPEN: "done",
    RunState.SOON: "done",
    RunState.FULL: "waiting",
    RunState.TO_COME: "draft",
    RunState.NOT_YET: "draft",
    RunState.CLOSED: "stopped",
    RunState.ONGOING: "active",
    RunState.OVER: "stopped",
    RunState.POSTPONED: "waiting",
    RunState.CANCELLED: "late",
}
# the states in which somebody who asks now may still come
JOINABLE = frozenset({RunState.OPEN, RunState.SOON, RunState.FULL, RunState.TO_COME, RunState.NOT_YET, RunState.POSTPONED})
TAKES_NOW = frozenset({RunState.OPEN, RunState.SOON})
# the states in which a form for signing up is open; a full run has a waiting list
TAKES_SIGN_UPS = TAKES_NOW | {RunState.FULL, RunState.TO_COME}


def free_places(sites: Iterable[DeliverySite]) -> int | None:
    """This will count the places left over all sites; None where one has no limit, or there is none yet."""
    left = [site.free for site in sites]
    if not left or None in left:
        return None
    return sum(free for free in left if free)


def run_state(run: Run, sites: Iterable[DeliverySite], *, now: datetime) -> RunState:  # noqa: PLR0911 - one line a state reads best
    """This will say what state the public sees a run in. `now` is portal time; days are Norwegian."""
    today = oslo_date(now)
    if run.status == Run.Status.CANCELLED:
        return RunState.CANCELLED
    if run.status == Run.Status.COMPLETED or is_over(run.last_possible_on, today):
        return RunState.OVER
    if run.status == Run.Status.POSTPONED:
        return RunState.POSTPONED
    # vague dates do not say that it has begun; only exact days do
    if run.kind == ScheduleKind.SESSIONS and run.first_possible_on and run.first_possible_on <= today:
        return RunState.ONGOING
    if run.status == Run.Status.CLOSED or (run.closes_at and run.closes_at <= now):
        return RunState.CLOSED
    if run.opens_at and now < run.opens_at:
        return RunState.NOT_YET
    if free_places(sites) == 0:
        return RunState.FULL
    if run.kind == ScheduleKind.TO_BE_ANNOUNCED:
        return RunState.TO_COME
    if run.kind == ScheduleKind.SESSIONS and run.first_possible_on and run.first_possible_on <= today + timedelta(days=SOON_DAYS):
        return RunState.SOON
    return RunState.OPEN


def why_not_sign_up(run: Run, sites: Iterable[DeliverySite], *, now: datetime) -> str | Promise | None:
    """This will say why nobody can sign up for a run by themselves now. Loaded before: the course and its public text."""
    if not run.course.is_public or route_of(run) != SignUpRoute.SELF or run.status == Run.Status.PLANNED:
        return _("You cannot sign up for these dates here. The course page says how to get a place.")
    state = run_state(run, sites, now=now)
    if state in TAKES_SIGN_UPS:
        return None
    if state is RunState.NOT_YET:
        return _("The sign-up has not opened yet. The course page says when it does.")
    if state is RunState.POSTPONED:
        return _("These dates are postponed. Sign up when the new dates are set.")
    return _("It is too late to sign up for these dates.")


def refer_by(run: Run, *, today: date) -> date | None:
    """This will return the last day on which a referral makes sense: before the first day, the time to assess it and the notice.

    None where the days are not exact, or that day has passed. Source: the ten working days of the assessment; REFERRAL_NOTICE_DAYS.
    """
    if run.kind != ScheduleKind.SESSIONS or run.first_possible_on is None:
        return None
    day = add_working_days(run.first_possible_on - timedelta(days=settings.REFERRAL_NOTICE_DAYS), -ASSESSMENT_WORKING_DAYS)
    return day if day >= today else None


def changes_on(run: Run, *, now: datetime) -> date | None:
    """This will return the next Norwegian day on which time alone changes what is shown of a run; None where none does."""
    today = oslo_date(now)
    days = []
    if run.last_possible_on:
        days.append(run.last_possible_on + timedelta(days=1))
    if run.kind == ScheduleKind.SESSIONS and run.first_possible_on:
        days += [run.first_possible_on, run.first_possible_on - timedelta(days=SOON_DAYS)]
        if latest := refer_by(run, today=today):
            days.append(latest + timedelta(days=1))
    # windows open and close at midnight in Norway (the run editor takes days)
    days += [oslo_date(moment) for moment in (run.opens_at, run.closes_at) if moment]
    ahead = [day for day in days if day > today]
    return min(ahead, default=None)


def why_not_open(run: Run) -> str | Promise | None:
    """This will say why a run cannot be opened yet: a referral needs a clinic that takes it. Source: docs/workflows/run.md."""
    version = run.course.public_version
    if version is None:
        return _("Publish the course first: nobody sees the dates of a course that is not public.")
    if (run.sign_up or version.sign_up) == SignUpRoute.REFERRAL and not (run.refer_to_id or version.refer_to_id):
        return _("Choose the clinic that takes the referral.")
    return None


def why_not_complete(run: Run, *, today: date) -> str | Promise | None:
    """This will say why a run cannot be marked as held on a Norwegian day: it has not begun."""
    if run.first_possible_on and run.first_possible_on > today:
        return _("The first day has not come yet.")
    return None


# After the course

SHARES = {CompletionRule.HALF: (1, 2), CompletionRule.TWO_THIRDS: (2, 3), CompletionRule.FOUR_FIFTHS: (4, 5), CompletionRule.EVERY: (1, 1)}
LEAST_ANSWERS = 5  # fewer, and somebody could guess who said what


def outcome_of(marks: Sequence[str], meetings: int, rule: str) -> str:
    """This will propose how a place ends, by the verb of the workflow: from who came to which meetings. Empty where nothing is noted.

    Source: docs/workflows/enrolment.md; two thirds unless the course says otherwise.
    """
    came = sum(mark == AttendanceMark.PRESENT for mark in marks)
    if not marks:
        return ""
    if not came:
        return "note_absence"
    part, whole = SHARES[CompletionRule(rule)]
    return "complete" if came * whole >= meetings * part else "leave_incomplete"


def why_not_settle(run: Run, *, today: date) -> str | Promise | None:
    """This will say why it cannot be said yet who completed a run on a Norwegian day: its last day has not come."""
    if run.last_possible_on and run.last_possible_on > today:
        return _("The last day has not come yet.")
    return None


def lacks_people(run: Run, sites: Iterable[DeliverySite]) -> int:
    """This will count how many more must come for a run to be held; 0 where it has enough, or needs no number."""
    return max(0, (run.minimum or 0) - sum(site.taken for site in sites))


# Before publishing


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a draft. An error stops it; a warning must be answered."""

    code: str
    text: str | Promise
    is_error: bool = False


UNTITLED = {
    "nb": _("Write the title in bokmål too: other texts are written in it, and without a title nobody sees them."),
    "nn": _("Write the title in nynorsk too: other texts are written in it, and without a title nobody sees them."),
    "en": _("Write the title in English too: other texts are written in it, and without a title nobody sees them."),
}


def _untitled(version: CourseVersion, language: str) -> bool:
    return not version.text("title", language) and any(version.text(name, language) for name in TEXTS if name != "keywords")


def remarks_on(version: CourseVersion, *, has_representative: bool = False) -> list[Remark]:
    """This will list what is missing in a draft before it may be published. Source: docs/workflows/course.md.

    `has_representative`: whether a user representative is linked to the course, beside what the text says.
    """
    errors = [
        (
            not any(version.text("title", language) and version.text("summary", language) for language in ("nb", "nn")),
            Remark("no_text", _("Write title and summary in bokmål or nynorsk."), is_error=True),
        ),
        (
            version.sign_up == SignUpRoute.REFERRAL and version.refer_to_id is None,
            Remark("no_clinic", _("Choose the clinic that takes the referral."), is_error=True),
        ),
        (not version.audiences, Remark("no_audience", _("Choose who the course is for."), is_error=True)),
        *((_untitled(version, language), Remark(f"untitled_{language}", text, is_error=True)) for language, text in UNTITLED.items()),
    ]
    warnings = [
        (
            version.state_nb == LanguageState.MISSING,
            Remark("missing_nb", _("The bokmål text is missing. Readers of bokmål will see the nynorsk text.")),
        ),
        (
            version.state_nn == LanguageState.MISSING,
            Remark("missing_nn", _("The nynorsk text is missing. Readers of nynorsk will see the bokmål text.")),
        ),
        (version.state_nb == LanguageState.DRAFT, Remark("draft_nb", _("The bokmål text is marked as a draft."))),
        (version.state_nn == LanguageState.DRAFT, Remark("draft_nn", _("The nynorsk text is marked as a draft."))),
        (
            not (has_representative or version.user_representative_nb or version.user_representative_nn),
            Remark("no_user_representative", _("No user representative is named or linked. Courses are made and held together with one.")),
        ),
    ]
    return [remark for applies, remark in errors + warnings if applies]
