"""The demo's people on one course in Volda: held last month with attendance and evaluation, under way now, and ahead with too few so far."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from catalogue.actions import evaluations, places, rosters
from catalogue.actions.runs import new_run
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import SiteMode, SiteRole
from catalogue.models import Course, DeliverySite, Enrolment, Participant, Run
from catalogue.schedule import Dates
from catalogue.workflow import RUN
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.transitions import move
from lms_portal.common import sealing
from lms_portal.common.clock import oslo_date
from lms_portal.common.models import DataKey
from lms_portal.common.working_days import is_working_day

COURSE = "DIA2-VOLDA"
LEADER = "kurs.volda"
STARTS, ENDS = time(10), time(14)
# name, what they need, written form, whether they have an address
PEOPLE: Sequence[tuple[str, str, str, bool]] = (
    ("Alva Prøvebakk", "Rullestol: treng inngang utan trapp", "nn", True),
    ("Birk Prøvedal", "", "nn", True),
    ("Dagny Prøveeide", "Tolk, polsk", "nb", True),
    ("Eirin Prøvefjell", "Har med seg ein pårørande", "nn", False),
    ("Frode Prøvehaug", "", "nb", True),
    ("Gudrun Prøvelund", "Glutenfri mat", "nn", True),
    ("Halvard Prøvemo", "", "nn", False),
    ("Iben Prøvenes", "", "nb", True),
)
# how each came to the two meetings that were held last month
CAME = ("PP", "PP", "PP", "PE", "PA", "PP", "AA", "PP")
MARKS = {"P": "present", "E": "excused", "A": "absent"}
ANSWERS = (
    ({"learnt": 5, "everyday": 4, "sharing": 5, "practical": 4, "recommend": 5}, "Å møte andre i same situasjon.", ""),
    ({"learnt": 4, "everyday": 4, "sharing": 5, "practical": 3, "recommend": 5}, "", "Litt lange dagar."),
    ({"learnt": 5, "everyday": 5, "sharing": 4, "practical": 5, "recommend": 5}, "Likepersonen fortalde godt.", ""),
    ({"learnt": 3, "everyday": 4, "sharing": 4, "practical": 2, "recommend": 4}, "", "Vanskeleg å finne parkering."),
    ({"learnt": 4, "everyday": 3, "sharing": 5, "practical": 4, "recommend": 4}, "Tid til spørsmål.", "Meir om kosthald."),
    ({"learnt": 5, "everyday": 4, "sharing": 5, "practical": 4, "recommend": 5}, "", ""),
)


def _days(first: date, count: int) -> list[date]:
    """So many days, a week apart; a holiday is held the day after."""
    found = []
    for number in range(count):
        day = first + timedelta(weeks=number)
        while not is_working_day(day):
            day += timedelta(days=1)
        found.append(day)
    return found


def _run(course: Course, days: list[date], *, now: datetime, places_here: int, **fields: object) -> Run:
    run = new_run(course=course, dates=Dates.on(*days, starts=STARTS, ends=ENDS), now=now, **fields)
    hospital = Unit.objects.get(code="volda")
    DeliverySite.objects.create(
        run=run, unit=hospital, role=SiteRole.ORIGIN, mode=SiteMode.IN_PERSON, meeting_place="Kløvertun", places=places_here
    )
    DeliverySite.objects.create(run=run, unit=hospital, role=SiteRole.RECEIVER, mode=SiteMode.DIGITAL, places=4)
    move(RUN, run, verb="open", now=now)
    return run


def _give(run: Run, number: int, *, now: datetime) -> Enrolment:
    name, needs, language, has_address = PEOPLE[number % len(PEOPLE)]
    person = Participant(
        data_key=DataKey.create(),
        name=name,
        needs=needs or None,
        email=f"deltakar{number + 1}@demo.example" if has_address else None,
        phone=f"+479900{number + 1:04}",
        language=language,
        created_at=now,
    )
    person.contact_hash = sealing.lookup_hash(f"{person.pk} {name}", purpose="participant.contact")
    person.save(force_insert=True)
    sites = list(run.sites.order_by("role", "id"))
    site = sites[1] if number % 4 == 3 else sites[0]
    since = oslo_date(now) - timedelta(days=60 - number)
    return places.give_place(
        course=run.course, run=run, site=site, participant=person, data_key=person.data_key, waiting_since=since, now=now
    )


def _note(run: Run, people: Sequence[Enrolment], meetings: int, *, by: User, now: datetime) -> None:
    sessions = list(run.sessions.all())[:meetings]
    marks = {
        (one.pk, session.pk): MARKS[came[place]] for one, came in zip(people, CAME, strict=False) for place, session in enumerate(sessions)
    }
    rosters.note_attendance(run=run, marks=marks, by=by, now=now)


def load(*, now: datetime) -> None:
    """This will add the three runs to the course, relative to the day."""
    course = Course.objects.select_related("owner", "public_version").get(code=COURSE)
    by = User.objects.get(email__startswith=f"{LEADER}@")
    today = oslo_date(now)

    held = _run(course, _days(today - timedelta(days=32), 2), now=now, places_here=10)
    people = [_give(held, number, now=now) for number in range(len(PEOPLE))]
    _note(held, people, 2, by=by, now=now)
    outcomes = {one.pk: "complete" if came.count("P") >= 2 else "leave_incomplete" for one, came in zip(people, CAME, strict=True)}
    outcomes[people[6].pk] = "note_absence"
    rosters.settle_outcomes(run=held, outcomes=outcomes, by=by, now=now)
    opened = evaluations.open_evaluation(run=held, now=now)
    if opened is not None:
        for scores, good, better in ANSWERS:
            evaluations.answer(evaluation=opened, values={**scores, "good": good, "better": better}, now=now)
    for verb in ("close", "complete"):
        move(RUN, held, verb=verb, now=now)

    ongoing = _run(course, _days(today - timedelta(days=5), 2), now=now, places_here=10)
    _note(ongoing, [_give(ongoing, number, now=now) for number in range(6)], 1, by=by, now=now)
    move(RUN, ongoing, verb="close", now=now)

    ahead = _run(course, _days(today + timedelta(days=65), 2), now=now, places_here=10, minimum=6, decide_on=today + timedelta(days=3))
    for number in range(2):
        _give(ahead, number, now=now)
    refresh_search(courses=[course.pk], now=now)
    note_change(courses=[course.pk], now=now)
