"""Courses, runs and participants for tests."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.db import transaction

from catalogue.actions import runs as run_actions
from catalogue.enums import SiteMode, SiteRole
from catalogue.models import Course, CourseVersion, DeliverySite, Enrolment, Participant, Run
from catalogue.schedule import Dates
from catalogue.workflow import COURSE, RUN
from lms_portal.accounts.models import Unit
from lms_portal.audit.transitions import move
from lms_portal.common import sealing
from lms_portal.common.ids import new_id, new_reference
from lms_portal.common.models import DataKey
from tests.factories.accounts import make_clinic

_serial = count(1)
MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FACTORY_DAYS = (date(2027, 3, 3), date(2027, 3, 4))


@transaction.atomic
def make_draft_course(owner: Unit | None = None, *, code: str = "", **version: Any) -> Course:
    """This will make a course that has only a draft. `version` are columns of its text."""
    serial = next(_serial)
    owner = owner or make_clinic()
    code = code or f"COURSE-{serial}"
    values: dict[str, Any] = {
        "topic": "heart",
        "audiences": ["patients"],
        "age_groups": ["adults"],
        "sign_up": "referral",
        "title_nb": f"Kurs {serial}",
        "title_nn": f"Opplæring {serial}",
        "summary_nb": f"Sammendrag av kurs nummer {serial}.",
        "summary_nn": f"Samandrag av kurs nummer {serial}.",
        **version,
    }
    if values["sign_up"] == "referral":
        values.setdefault("refer_to", owner)
    for language in ("nb", "nn", "en"):
        values.setdefault(f"state_{language}", "checked" if values.get(f"title_{language}") else "missing")
    version_id = new_id()
    course = Course.objects.create(code=code, slug=code.lower(), owner=owner, draft_version_id=version_id, created_at=MADE_AT)
    CourseVersion.objects.create(id=version_id, course=course, number=1, created_at=MADE_AT, **values)
    return Course.objects.select_related("owner", "draft_version").get(pk=course.pk)


def make_course(owner: Unit | None = None, *, code: str = "", **version: Any) -> Course:
    """This will make a published course, without runs."""
    course = make_draft_course(owner, code=code, **version)
    draft = course.draft_version
    assert draft is not None
    move(COURSE, course, verb="submit", now=MADE_AT)
    draft.published_at = MADE_AT
    draft.save(update_fields=["published_at"])
    move(COURSE, course, verb="publish", now=MADE_AT, public_version=draft, draft_version=None, published_at=MADE_AT)
    return Course.objects.select_related("owner", "public_version").get(pk=course.pk)


def make_run(
    course: Course | None = None, dates: Dates | None = None, *, places: int | None = 12, is_open: bool = True, **fields: Any
) -> Run:
    """This will make a run with one site at the course's owner; open unless told otherwise."""
    course = course or make_course()
    site_fields = {key: fields.pop(key) for key in ("mode", "meeting_place", "taken") if key in fields}
    run = run_actions.new_run(course=course, dates=dates or Dates.on(*FACTORY_DAYS), now=MADE_AT, **fields)
    make_site(run, course.owner, places=places, **site_fields)
    if is_open:
        move(RUN, run, verb="open", now=MADE_AT)
    return run


def make_site(run: Run, unit: Unit | None = None, **fields: Any) -> DeliverySite:
    """This will make a delivery site: the origin, in person, unless told otherwise."""
    values = {"role": SiteRole.ORIGIN, "mode": SiteMode.IN_PERSON, "places": 12, **fields}
    return DeliverySite.objects.create(run=run, unit=unit or run.course.owner, **values)


def make_participant(name: str = "Ola Prøve", *, data_key: DataKey | None = None, identity_number: str = "", **fields: Any) -> Participant:
    """This will make a participant with a sealed name. Identity numbers in tests have the month + 80."""
    hashed = sealing.lookup_hash(identity_number, purpose="participant.identity") if identity_number else None
    return Participant.objects.create(
        data_key=data_key or DataKey.create(),
        name=name,
        identity_number=identity_number or None,
        identity_hash=hashed,
        created_at=MADE_AT,
        **fields,
    )


def make_waiting(course: Course | None = None, participant: Participant | None = None, **fields: Any) -> Enrolment:
    """This will put somebody on a course's waiting list, without the action's checks."""
    participant = participant or make_participant()
    values = {"waiting_since": date(2026, 1, 5), "status": "waiting", **fields}
    return Enrolment.objects.create(
        reference=new_reference("P"),
        course=course or make_course(),
        participant=participant,
        data_key=participant.data_key,
        created_at=MADE_AT,
        **values,
    )
