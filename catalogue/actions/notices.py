"""Writing to everybody on a run: one notice, one message a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue import participant_messages, permissions
from catalogue.enums import NoticeTo
from catalogue.models import DeliverySite, Enrolment, Run, RunNotice
from catalogue.models.courses import TEXT_LANGUAGES
from catalogue.workflow import WAITING_STATES
from lms_portal.accounts.models import User
from lms_portal.common.models import DataKey
from lms_portal.common.norwegian_text import fold


class UnableToWrite(Exception):
    """The notice cannot be sent; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class NoticeFields:
    """What somebody wrote: at least one of the two texts; `site` narrows down to one place of the run."""

    to: NoticeTo
    text_nb: str = ""
    text_nn: str = ""
    site: DeliverySite | None = None


def people_for(run: Run, to: NoticeTo, site: DeliverySite | None) -> list[Enrolment]:
    """This will list who a notice goes to: those with a place, those who wait for the course, or both (one query)."""
    placed = Q(run=run, status__in=("offered", "confirmed"))
    if site is not None:
        placed &= Q(site=site)
    waits = Q(course=run.course_id, status__in=WAITING_STATES)
    wanted = {NoticeTo.PLACED: placed, NoticeTo.WAITING: waits, NoticeTo.BOTH: placed | waits}[to]
    rows = Enrolment.objects.filter(wanted).select_related("participant__data_key", "course")
    return list(rows.order_by("created_at", "id"))


def why_not_say(run: Run, text: str) -> str:
    """This will say what in a text may not stand in an e-mail: the course's name or code, which may tell of an illness."""
    version = run.course.shown_version
    named = [run.course.code, *(version.text("title", language) for language in TEXT_LANGUAGES)]
    folded = fold(text)
    if any(fold(name) in folded for name in named if name):
        return str(_("Leave out the name of the course: it may tell of an illness, and others may see the e-mail."))
    return ""


@transaction.atomic
def write_to_people(*, run: Run, fields: NoticeFields, form_key: UUID, by: User, now: datetime) -> RunNotice:
    """This will keep a notice and plan one message to each person with an address. The same form sent twice is one notice.

    Raises: UnableToWrite.
    """
    locked = Run.objects.select_for_update(of=("self",)).select_related("course__owner", "course__public_version", "course__draft_version")
    run = locked.get(pk=run.pk)
    before = RunNotice.objects.filter(form_key=form_key).first()
    if before is not None:
        return before
    if not permissions.may_see_participants(by, run.course):
        raise UnableToWrite(_("Your roles do not let you write to those who take part."))
    if not (fields.text_nb.strip() or fields.text_nn.strip()):
        raise UnableToWrite(_("Write the message in bokmål, in nynorsk, or in both."))
    if reason := why_not_say(run, f"{fields.text_nb} {fields.text_nn}"):
        raise UnableToWrite(reason)
    people = people_for(run, fields.to, fields.site)
    if not people:
        raise UnableToWrite(_("There is nobody to write to."))
    notice = RunNotice.objects.create(
        run=run,
        site=fields.site,
        to=fields.to,
        data_key=DataKey.create(),
        text_nb=fields.text_nb.strip() or None,
        text_nn=fields.text_nn.strip() or None,
        form_key=form_key,
        mailed=sum(participant_messages.can_be_told(one) for one in people),
        unreached=sum(not participant_messages.can_be_told(one) for one in people),
        created_at=now,
        created_by=by,
    )
    participant_messages.plan_notice(notice, people, now=now)
    return notice
