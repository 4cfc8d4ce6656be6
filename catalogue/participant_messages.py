"""The messages to those who take part: dates moved or cancelled, a place given or moved, the evaluation; and to the course's owner.

They name neither the course, the clinic nor anything about health: the reference and the dates say enough to whom it concerns.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.enums import RunReason
from catalogue.joining_mails import link_of
from catalogue.models import DeliverySite, Enrolment, Evaluation, Run, RunNotice, SignUp
from catalogue.policies import lacks_people
from catalogue.wording import SiteWords, label_of
from catalogue.workflow import ENDED_STATES, LIVE_RUN_STATES, WAITING_STATES
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.phones import format_phone
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

RUN_POSTPONED = "catalogue.run_postponed"
RUN_CANCELLED = "catalogue.run_cancelled"
PLACE_GIVEN = "catalogue.place_given"
PLACE_MOVED = "catalogue.place_moved"
EVALUATION = "catalogue.evaluation"
MINIMUM = "catalogue.minimum_not_reached"
NOTICE = "catalogue.run_notice"
OF_MOVE = {"postpone": RUN_POSTPONED, "cancel": RUN_CANCELLED}
ASKED_AFTER = frozenset({"confirmed", "completed", "not_completed"})
DECISION_DAYS = 14  # how long after the day an owner is still told, if the portal stood still on it


# Planning


def can_be_told(enrolment: Enrolment) -> bool:
    """This will say whether somebody has an e-mail address; the others must be rung or written to."""
    return bool(enrolment.participant.email)


def _draft(enrolment: Enrolment, kind: str, revision: str, *, now: datetime, **context: Any) -> Draft | None:
    person = enrolment.participant
    if not person.email:
        return None
    recipient = Recipient(address=person.email, data_key=person.data_key, language=person.language)
    return Draft(
        kind,
        "catalogue.enrolment",
        enrolment.pk,
        recipient,
        due_at=now,
        revision=revision,
        context=context,
        unit_id=enrolment.course.owner_id,
    )


def _plan(drafts: Iterable[Draft | None], *, now: datetime) -> int:
    wanted = [draft for draft in drafts if draft]
    return plan(wanted, now=now) if wanted else 0


def people_concerned(run: Run) -> list[Enrolment]:
    """This will list who has a place on a run, and who waits for one on its course."""
    waits = Q(course=run.course_id, status__in=WAITING_STATES)
    rows = Enrolment.objects.filter(Q(run=run, status__in=("offered", "confirmed")) | waits)
    return list(rows.select_related("participant__data_key", "course").order_by("created_at", "id"))


def plan_run_moved(run: Run, *, verb: str, public_reason: str, now: datetime) -> int:
    """This will plan the message that dates are postponed or cancelled, once a person and event. Call before the places are called off."""
    drafts = [
        _draft(one, OF_MOVE[verb], f"{run.pk}:{run.version}", now=now, run=str(run.pk), held=bool(one.run_id), reason=public_reason)
        for one in people_concerned(run)
    ]
    return _plan(drafts, now=now)


def plan_place(enrolment: Enrolment, kind: str, *, now: datetime) -> int:
    """This will plan the message that a place was given, or moved to other dates; `kind` is PLACE_GIVEN or PLACE_MOVED."""
    draft = _draft(enrolment, kind, f"v{enrolment.version}", now=now, run=str(enrolment.run_id), site=str(enrolment.site_id))
    return _plan([draft], now=now)


def plan_evaluation(evaluation: Evaluation, *, now: datetime) -> int:
    """This will plan the link to an evaluation to those who took part, once each."""
    rows = evaluation.run.enrolments.filter(status__in=ASKED_AFTER).select_related("participant__data_key", "course")
    return _plan([_draft(one, EVALUATION, str(evaluation.pk), now=now, evaluation=str(evaluation.pk)) for one in rows], now=now)


def plan_notice(notice: RunNotice, people: Iterable[Enrolment], *, now: datetime) -> int:
    """This will plan what an adviser has written, once to each person with an address."""
    return _plan([_draft(one, NOTICE, str(notice.pk), now=now, notice=str(notice.pk)) for one in people], now=now)


def owner_mailbox(unit: Unit) -> Unit:
    """This will find whose role mailbox hears about a unit's courses: its own, else that of the nearest unit above it."""
    if unit.mailbox:
        return unit
    above = Unit.objects.filter(code__in=unit.path.split("/")[:-1]).exclude(mailbox="")
    return max(above, key=lambda one: len(one.path), default=unit)


def plan_minimum(run: Run, *, now: datetime) -> int:
    """This will plan the message to a course's owner that too few have signed up, once a decision day."""
    unit = owner_mailbox(run.course.owner)
    draft = Draft(
        MINIMUM,
        "catalogue.run",
        run.pk,
        Recipient(unit_id=unit.pk, language=unit.default_language),
        due_at=now,
        revision=str(run.decide_on),
        unit_id=run.course.owner_id,
    )
    return plan([draft], now=now)


# Rendering


def _contact(run: Run, site: DeliverySite | None) -> dict[str, str]:
    """Whom to ask: the place's own contact; a hospital instead of a clinic, whose name would say too much."""
    unit = (site.contact or site.unit) if site else run.course.owner
    if unit.kind == UnitKind.CLINIC:
        above = Unit.objects.filter(code__in=unit.path.split("/")[:-1], kind__in=(UnitKind.HOSPITAL, UnitKind.HEALTH_TRUST))
        unit = max(above, key=lambda one: len(one.path), default=unit)
    is_clinic = unit.kind == UnitKind.CLINIC
    return {
        "unit": "" if is_clinic else unit.name,
        "phone": format_phone(unit.phone) if unit.phone else "",
        "mailbox": "" if is_clinic else unit.mailbox,
    }


def _run(pk: str) -> Run:
    rows = Run.objects.select_related("course__owner", "term", "recurrence").prefetch_related(
        "sessions", "months", "sites__unit", "sites__contact"
    )
    return rows.get(pk=pk)


def next_run(run: Run, *, today: date) -> Run | None:
    """This will find the course's next dates that take people, after a run that is off."""
    rows = Run.objects.filter(course=run.course_id, status="open").exclude(pk=run.pk).not_over(today)
    return rows.select_related("term", "recurrence").prefetch_related("sessions", "months").order_by("sort_key").first()


def _moved_context(message: Message) -> dict[str, Any]:
    run = _run(message.context["run"])
    following = next_run(run, today=oslo_date(message.planned_at))
    code = message.context.get("reason", "")
    return {
        "dates": label_of(run),
        "held": message.context.get("held"),
        "why": RunReason(code).label if code in RunReason.values else "",
        "next": label_of(following) if following else "",
        "link": _own_link(message),
        **_contact(run, next(iter(run.sites.all()), None)),
    }


def _own_link(message: Message) -> str:
    """The page of whoever signed up without a referral; the others are told whom to ask."""
    sign_up = SignUp.objects.filter(enrolment=message.object_id).first()
    return link_of(sign_up, language=message.language) if sign_up else ""


def _place_context(message: Message) -> dict[str, Any]:
    run = _run(message.context["run"])
    site = next((site for site in run.sites.all() if str(site.pk) == message.context["site"]), None)
    place = SiteWords(site, site.unit.place, site.meeting_place, site.mode == "digital", is_receiver=False, free=None).place if site else ""
    return {"dates": label_of(run), "place": place, **_contact(run, site)}


def _evaluation_context(message: Message) -> dict[str, Any]:
    found = Evaluation.objects.select_related("run__course__owner").get(pk=message.context["evaluation"])
    return {"link": address_of(found), "closes_on": found.closes_on, **_contact(found.run, None)}


def _minimum_context(message: Message) -> dict[str, Any]:
    run = _run(str(message.object_id))
    taken = sum(site.taken for site in run.sites.all())
    link = absolute("catalogue:roster", language=message.language, code=run.course.code, run_id=str(run.pk))
    return {"code": run.course.code, "dates": label_of(run), "taken": taken, "minimum": run.minimum, "link": link}


def _notice_context(message: Message) -> dict[str, Any]:
    notice = RunNotice.objects.select_related("data_key", "site__unit", "site__contact").get(pk=message.context["notice"])
    run = _run(str(notice.run_id))
    return {"written": notice.text_in(message.language), "dates": label_of(run), "link": _own_link(message), **_contact(run, notice.site)}


def address_of(evaluation: Evaluation) -> str:
    """This will build the whole address of an evaluation in the language of the moment."""
    return settings.PORTAL_BASE_URL + reverse("catalogue:evaluate", args=[evaluation.code])


def _rendered(event: str, build: Callable[[Message], dict[str, Any]], message: Message) -> kinds.Rendered:
    context = build(message)
    if message.object_type == "catalogue.enrolment":
        context["reference"] = Enrolment.objects.values_list("reference", flat=True).get(pk=message.object_id)
    prefix = f"emails/catalogue/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
    )


# May it still be sent


def _always(message: Message, now: datetime) -> str:
    return ""


def _still_postponed(message: Message, now: datetime) -> str:
    return "" if Run.objects.filter(pk=message.context["run"], status="postponed").exists() else "run_moved_on"


def _still_placed(message: Message, now: datetime) -> str:
    held = Enrolment.objects.filter(pk=message.object_id, site=message.context["site"], status__in=("offered", "confirmed"))
    return "" if held.exists() else "place_moved_on"


def _still_concerned(message: Message, now: datetime) -> str:
    held = Enrolment.objects.filter(pk=message.object_id).exclude(status__in=ENDED_STATES)
    return "" if held.exists() else "place_moved_on"


def _still_open(message: Message, now: datetime) -> str:
    return (
        "" if Evaluation.objects.filter(pk=message.context["evaluation"], closes_on__gte=oslo_date(now)).exists() else "evaluation_closed"
    )


def _still_too_few(message: Message, now: datetime) -> str:
    run = Run.objects.prefetch_related("sites").filter(pk=message.object_id, status__in=LIVE_RUN_STATES).first()
    return "" if run and lacks_people(run, run.sites.all()) else "enough_people"


def runs_to_decide(*, now: datetime) -> list[Run]:
    """This will list the runs whose decision day has come without enough people, and whose owner has not been told (three queries)."""
    today = oslo_date(now)
    rows = Run.objects.filter(
        minimum__isnull=False,
        decide_on__lte=today,
        decide_on__gt=today - timedelta(days=DECISION_DAYS),
        status__in=("open", "closed"),
    ).exclude(first_possible_on__lt=today)
    lacking = [run for run in rows.select_related("course__owner").prefetch_related("sites") if lacks_people(run, run.sites.all())]
    told = set(Message.objects.filter(kind=MINIMUM, object_id__in=[run.pk for run in lacking]).values_list("object_id", "revision"))
    return [run for run in lacking if (run.pk, str(run.decide_on)) not in told]


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    resend = kinds.OnDoubt.RESEND
    known: list[tuple[str, str, Callable[[Message], dict[str, Any]], Callable[[Message, datetime], str], Any]] = [
        (RUN_POSTPONED, "run_postponed", _moved_context, _still_postponed, _("Dates are postponed")),
        (RUN_CANCELLED, "run_cancelled", _moved_context, _always, _("Dates are cancelled")),
        (PLACE_GIVEN, "place_given", _place_context, _still_placed, _("A place was given")),
        (PLACE_MOVED, "place_moved", _place_context, _still_placed, _("A place was moved")),
        (NOTICE, "run_notice", _notice_context, _still_concerned, _("Written by an adviser to those on a course")),
        (EVALUATION, "evaluation", _evaluation_context, _still_open, _("Evaluation of a course")),
        (MINIMUM, "minimum_not_reached", _minimum_context, _still_too_few, _("Too few on the day to decide")),
    ]
    for code, event, build, skip, name in known:
        render = partial(_rendered, event, build)
        kinds.register(kinds.Kind(code, resend, skip, render, name, (f"emails/catalogue/{event}",)))
    reasons.register(
        {
            "run_moved_on": _("The dates had changed again before the message could be sent."),
            "place_moved_on": _("The place had changed again before the message could be sent."),
            "evaluation_closed": _("The evaluation was closed."),
            "enough_people": _("Enough people had signed up, or the dates were off."),
        }
    )
