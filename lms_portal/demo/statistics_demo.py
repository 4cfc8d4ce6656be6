"""What the pages of numbers show in the demo: courses held in the last terms with their people, searches without an answer, a dead link."""

from datetime import date, datetime, time, timedelta

from catalogue.actions import demand, places, rosters
from catalogue.actions.runs import new_run
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import LinkState, SiteMode, SiteRole
from catalogue.models import Course, CourseLink, DeliverySite, Enrolment, Participant, Run
from catalogue.permissions import may_see_participants
from catalogue.schedule import Dates
from catalogue.workflow import ENROLMENT, PUBLIC_COURSE_STATES, RUN
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.transitions import move
from lms_portal.common import sealing
from lms_portal.common.clock import oslo_date
from lms_portal.common.models import DataKey
from lms_portal.common.working_days import is_working_day

# months ago, which of a hospital's courses, people at the hospital, people who followed from elsewhere
HELD = (
    ("volda", 20, 0, 9, 0),
    ("volda", 15, 1, 12, 3),
    ("volda", 9, 2, 7, 0),
    ("volda", 4, 1, 14, 6),
    ("alesund", 14, 0, 11, 0),
    ("alesund", 8, 1, 6, 5),
    ("molde", 10, 0, 8, 0),
    ("kristiansund", 5, 0, 3, 0),
)
# words, written form, how often, on how many of the last days
SEARCHES = (
    ("fibromyalgi nettkurs", "nb", 9, 6),
    ("slitasjegikt i hofta", "nn", 7, 4),
    ("long covid", "nb", 12, 9),
    ("migrene hos barn", "nn", 5, 3),
    ("lipødem", "nb", 4, 4),
    ("pots", "nb", 6, 5),
    ("tinnitus digitalt", "nn", 3, 3),
    ("ord som ingen andre skriv", "nn", 1, 1),
)
DEAD = "https://www.gamal-adresse.example/brosjyre.pdf"


def _day(today: date, months: int) -> date:
    day = today - timedelta(days=30 * months)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def _person(run: Run, site: DeliverySite, number: int, *, now: datetime) -> Enrolment:
    key = DataKey.create()
    person = Participant(data_key=key, name=f"Prøve Deltakar {number + 1}", language="nn" if number % 2 else "nb", created_at=now)
    person.contact_hash = sealing.lookup_hash(f"{person.pk}", purpose="participant.contact")
    person.save(force_insert=True)
    return places.give_place(course=run.course, run=run, site=site, participant=person, data_key=key, waiting_since=oslo_date(now), now=now)


def _leader(course: Course) -> User | None:
    """Somebody of the demo who sees who takes part; some hospitals have nobody there yet."""
    return next((user for user in User.objects.order_by("email") if may_see_participants(user, course)), None)


def _hold(course: Course, hospital: Unit, other: Unit, day: date, *, here: int, there: int, now: datetime) -> None:
    run = new_run(course=course, dates=Dates.on(day, starts=time(10), ends=time(14)), now=now)
    origin = DeliverySite.objects.create(run=run, unit=hospital, role=SiteRole.ORIGIN, mode=SiteMode.IN_PERSON, places=16)
    far = DeliverySite.objects.create(run=run, unit=other, role=SiteRole.RECEIVER, mode=SiteMode.DIGITAL, places=8)
    move(RUN, run, verb="open", now=now)
    people = [_person(run, origin, number, now=now) for number in range(here)]
    people += [_person(run, far, here + number, now=now) for number in range(there)]
    session = run.sessions.get()
    marks = {(one.pk, session.pk): "absent" if number % 7 == 6 else "present" for number, one in enumerate(people)}
    if leader := _leader(course):
        rosters.note_attendance(run=run, marks=marks, by=leader, now=now)
    for number, one in enumerate(people):
        verb = "note_absence" if number % 7 == 6 else "leave_incomplete" if number % 9 == 8 else "complete"
        move(ENROLMENT, one, verb=verb, now=now)
    for verb in ("close", "complete"):
        move(RUN, run, verb=verb, now=now)


def load(*, now: datetime) -> None:
    """This will add courses that were held, searches and a link, relative to the day."""
    today = oslo_date(now)
    hospitals = {unit.code: unit for unit in Unit.objects.filter(kind=UnitKind.HOSPITAL)}
    touched = []
    for code, months, which, here, there in HELD:
        hospital = hospitals[code]
        rows = Course.objects.filter(owner__path__startswith=hospital.path_prefix, status__in=PUBLIC_COURSE_STATES)
        course = rows.select_related("owner", "public_version").order_by("code")[which]
        other = hospitals["alesund" if code != "alesund" else "kristiansund"]
        _hold(course, hospital, other, _day(today, months), here=here, there=there, now=now)
        touched.append(course.pk)
    for words, language, times, days in SEARCHES:
        for number in range(times):
            demand.note_miss(written=words, words=words.split(), language=language, today=today - timedelta(days=2 + 5 * (number % days)))
    course = Course.objects.get(code="DIA2-VOLDA")
    CourseLink.objects.create(course=course, url=DEAD, state=LinkState.BROKEN, answer="404", failures=2, checked_at=now)
    refresh_search(courses=touched, now=now)
    note_change(courses=touched, now=now)
