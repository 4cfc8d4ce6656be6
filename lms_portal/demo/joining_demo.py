"""The demo's sign-ups without a referral: people with a place, in line, with an offer to answer, and who want to hear of new dates.

Everything goes through the actions, so that the demo's mailbox holds the receipts with their links. People are invented.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from catalogue.actions import joining, waiting_lists
from catalogue.actions.joining import SignUpFields
from catalogue.enums import Relation, SiteMode
from catalogue.models import Course, CourseInterest, DeliverySite, Run
from catalogue.needs import Needs
from catalogue.policies import why_not_sign_up
from lms_portal.audit.context import for_purpose

COURSE = "FRAMOVER-ALESUND"
PLACES = 3
FORMS = UUID("0199aaaa-0000-7000-8000-00000000f0f0")
PEOPLE = (
    SignUpFields("Eirin Prøvelund", email="eirin@post.example", needs=Needs(wheelchair=True)),
    SignUpFields("Leif Prøvemo", phone="+4740000001", needs=Needs(interpreter="tigrinja", companion=True), language="nn"),
    SignUpFields(
        "Iben Prøvenes", email="dagny@post.example", relation=Relation.OTHER, contact_name="Dagny Prøvenes", needs=Needs(diet="nøtter")
    ),
    SignUpFields("Njål Prøvevik", email="njal@post.example"),
    SignUpFields("Kaia Prøvehaug", email="kaia@post.example"),
)


def _open_runs() -> list[Run]:
    runs = Run.objects.filter(status="open", course__public_version__sign_up="self", sign_up="", first_possible_on__isnull=False)
    return list(runs.select_related("course__owner", "course__public_version").prefetch_related("sites__unit").order_by("sort_key"))


def _show_waiting_list(run: Run, now: datetime) -> None:
    """Few places, so that the last of the people stand in line; one gives up a place, and the next gets an offer."""
    site = run.sites.all()[0]
    DeliverySite.objects.filter(pk=site.pk).update(places=site.taken + PLACES)
    made = [
        joining.sign_up(run=run, fields=fields, form_key=uuid5(FORMS, fields.name), now=now - timedelta(hours=9 - number))
        for number, fields in enumerate(PEOPLE)
    ]
    joining.cancel(sign_up=made[0], now=now - timedelta(hours=2))
    waiting_lists.offer_free_places(now=now - timedelta(hours=1))


def load(*, now: datetime) -> None:
    """This will sign people up for a course that takes them without a referral, and ask to be told of new dates."""
    runs = [run for run in _open_runs() if why_not_sign_up(run, list(run.sites.all()), now=now) is None]
    with for_purpose("self_sign_up", role="participant"):
        shown = next((run for run in runs if run.course.code == COURSE), None)
        if shown is not None:
            _show_waiting_list(shown, now)
        for number, run in enumerate([run for run in runs if run.course.code != COURSE][:4]):
            fields = SignUpFields(f"Gudrun Prøve{('dal', 'fjell', 'bakk', 'eide')[number]}", email=f"gudrun{number}@post.example")
            joining.sign_up(run=run, fields=fields, form_key=uuid5(FORMS, fields.name), now=now - timedelta(days=1))
        course = Course.objects.select_related("owner").filter(code=COURSE).first()
        if course is not None:
            for name in ("alva", "birk"):
                joining.ask_to_be_told(course=course, email=f"{name}@post.example", language="nb", now=now - timedelta(days=2))
            joining.confirm_interest(interest=CourseInterest.objects.select_related("course").earliest("id"), now=now - timedelta(days=2))
    _show_video_meetings()


def _show_video_meetings() -> None:
    DeliverySite.objects.filter(mode=SiteMode.DIGITAL, run__status="open").update(meeting_url="https://video.example/rom")
