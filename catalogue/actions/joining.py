"""Joining without a referral: signing up, answering an offer, changing, cancelling, and being told of new dates."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from catalogue import joining, joining_mails, policies
from catalogue.actions.places import UnableToGivePlace, change_enrolment, move_place, place_from_waiting_list
from catalogue.enums import Relation
from catalogue.links import INTEREST, SIGN_UP, hash_of, secret_of
from catalogue.models import Course, CourseInterest, DeliverySite, Enrolment, Participant, Run, SignUp
from catalogue.needs import Needs
from catalogue.queries import joining as queries
from catalogue.workflow import ENROLMENT
from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import new_id, new_reference
from lms_portal.common.models import DataKey

CLOSED_TO_CHANGES = _("This sign-up has ended, so nothing can be changed.")


class UnableToJoin(Exception):
    """It cannot be done as asked; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class SignUpFields:
    """What somebody wrote in the form. `name` is whoever takes part; at least one of e-mail and phone is given."""

    name: str
    email: str = ""
    phone: str = ""
    relation: Relation = Relation.SELF
    contact_name: str = ""
    birth_year: int | None = None
    needs: Needs = field(default_factory=Needs)
    site: DeliverySite | None = None
    language: str = "nb"


PATIENCE_MS = 12_000  # when many sign up at once, waiting some seconds beats being sent away; a statement may take 15


def _lock_run(run_id: UUID) -> Run:
    """Held until commit: those who sign up at once for the same dates come one after the other, and nobody cancels the run meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(PATIENCE_MS)])
    return Run.objects.select_for_update(of=("self",)).select_related("course__owner", "course__public_version").get(pk=run_id)


@transaction.atomic
def sign_up(*, run: Run, fields: SignUpFields, form_key: UUID, now: datetime) -> SignUp:
    """This will give somebody a place on a run, or one in line where it is full or others wait, and plan the receipt.

    The same form sent twice gives the sign-up of the first time. Raises: UnableToJoin.
    """
    locked = _lock_run(run.pk)
    before = SignUp.objects.with_case().filter(form_key=form_key).first()
    if before is not None:
        if before.wished_run_id != run.pk:
            raise UnableToJoin(_("This form was sent already, for other dates. Open it anew from the course page."))
        return before
    sites = list(locked.sites.select_related("unit"))
    if reason := policies.why_not_sign_up(locked, sites, now=now):
        raise UnableToJoin(reason)
    if fields.site is not None and fields.site.pk not in {site.pk for site in sites}:
        raise UnableToJoin(_("Choose one of the places where the course is held."))
    if not (fields.email or fields.phone):
        raise UnableToJoin(_("Write an e-mail address or a phone number, so that we can reach you."))
    made = _new_sign_up(locked, fields, form_key, now)
    _place_or_queue(made, locked, sites, now)
    joining_mails.plan_receipt(sign_up=made, now=now)
    return made


def _new_sign_up(run: Run, fields: SignUpFields, form_key: UUID, now: datetime) -> SignUp:
    key = DataKey.create()
    for_another = fields.relation != Relation.SELF
    known_as = fields.contact_name if for_another else fields.name
    participant = Participant.objects.create(
        data_key=key,
        name=fields.name,
        email=fields.email or None,
        phone=fields.phone or None,
        needs="\n".join(fields.needs.lines(run.course.owner.default_language)) or None,
        contact_hash=queries.contact_hash(name=fields.name, email=fields.email, phone=fields.phone),
        language=fields.language,
        created_at=now,
    )
    enrolment = Enrolment.objects.create(
        reference=new_reference("P"),
        course=run.course,
        participant=participant,
        data_key=key,
        status=Enrolment.Status.REQUESTED,
        waiting_since=oslo_date(now),
        created_at=now,
    )
    sign_up_id = new_id()
    return SignUp.objects.create(
        id=sign_up_id,
        enrolment=enrolment,
        data_key=key,
        form_key=form_key,
        relation=fields.relation,
        contact_name=known_as if for_another else None,
        birth_year=str(fields.birth_year) if fields.birth_year else None,
        needs=fields.needs.stored(),
        email_hash=queries.email_hash(fields.email) if fields.email else None,
        wished_run=run,
        wished_site=fields.site,
        link_hash=hash_of(secret_of(sign_up_id, purpose=SIGN_UP), purpose=SIGN_UP),
        link_expires_at=joining.link_expires_at(run, now=now),
        created_at=now,
    )


def _free_for_newcomers(run: Run, sites: list[DeliverySite], now: datetime, wish: DeliverySite | None) -> list[DeliverySite]:
    """Places that are free and that nobody in line would take: who comes now does not pass those who wait."""
    free = [site for site in sites if (wish is None or site.pk == wish.pk) and (site.free is None or site.free)]
    line = queries.queue_for(run, now=now) if free else []  # nobody looks through a long line where there is nothing to give
    return [
        site
        for site in sorted(free, key=lambda site: (site.role, site.pk))
        if site.free is None or site.free > sum(site in joining.would_take(one, run, sites) for one in line)
    ]


def _place_or_queue(made: SignUp, run: Run, sites: list[DeliverySite], now: datetime) -> None:
    for site in _free_for_newcomers(run, sites, now, made.wished_site):
        try:
            place_from_waiting_list(enrolment=made.enrolment, run=run, site=site, now=now)
        except UnableToGivePlace:  # taken by a referral a moment ago
            continue
        return
    transitions.move(ENROLMENT, made.enrolment, verb="queue", now=now)


# On the page of the link


def _lock(sign_up: SignUp) -> SignUp:
    return SignUp.objects.with_case().select_for_update(of=("self", "enrolment")).get(pk=sign_up.pk)


def _lock_with_run(sign_up: SignUp) -> SignUp:
    """First the run and then the place, in the order in which places are given."""
    run = Enrolment.objects.values_list("run_id", flat=True).get(pk=sign_up.enrolment_id)
    if run is not None:
        _lock_run(run)
    return _lock(sign_up)


@transaction.atomic
def cancel(*, sign_up: SignUp, now: datetime) -> SignUp:
    """This will cancel a place, a place in line or an offer; the place is free for the next. Cancelling twice changes nothing.

    Raises: UnableToJoin where the course has been held, or the place has ended otherwise.
    """
    locked = _lock_with_run(sign_up)
    status = locked.enrolment.status
    if status == Enrolment.Status.CANCELLED_BY_PARTICIPANT:
        return locked
    verb = "decline" if status == Enrolment.Status.OFFERED else "cancel"
    try:
        change_enrolment(enrolment=locked.enrolment, verb=verb, now=now)
    except transitions.NotAllowed:
        raise UnableToJoin(CLOSED_TO_CHANGES) from None
    return locked


@transaction.atomic
def change_needs(*, sign_up: SignUp, needs: Needs, language: str, now: datetime) -> SignUp:
    """This will change what somebody needs, and the language that they are written to in. Raises: UnableToJoin."""
    locked = _lock(sign_up)
    if locked.enrolment.status not in joining_mails.LIVE:
        raise UnableToJoin(CLOSED_TO_CHANGES)
    locked.needs = needs.stored()
    locked.save(update_fields=["needs"])
    participant = locked.enrolment.participant
    participant.needs = "\n".join(needs.lines(locked.enrolment.course.owner.default_language)) or None
    participant.language = language
    participant.save(update_fields=["needs", "language"])
    return locked


@transaction.atomic
def change_site(*, sign_up: SignUp, site: DeliverySite, now: datetime) -> SignUp:
    """This will move somebody to another place of the same dates, or from the room to digital; the place in line is kept.

    Raises: UnableToJoin where it is full, or others wait for it.
    """
    run = _lock_run(site.run_id)
    locked = _lock(sign_up)
    enrolment = locked.enrolment
    sites = list(run.sites.select_related("unit"))
    if enrolment.status == Enrolment.Status.WAITING and locked.wished_run_id == run.pk:
        locked.wished_site = site
        locked.save(update_fields=["wished_site"])
        return locked
    if enrolment.status != Enrolment.Status.CONFIRMED or enrolment.run_id != run.pk or joining.is_gone(run, oslo_date(now)):
        raise UnableToJoin(CLOSED_TO_CHANGES)
    if enrolment.site_id == site.pk:
        return locked
    if site not in _free_for_newcomers(run, sites, now, site):
        raise UnableToJoin(_("All places there are taken, or kept for those who wait. You still have the place that you had."))
    try:
        move_place(enrolment=enrolment, run=run, site=site, now=now)
    except UnableToGivePlace as error:
        raise UnableToJoin(error.args[0]) from None
    return _lock(sign_up)


# Offers


@transaction.atomic
def accept_offer(*, sign_up: SignUp, now: datetime) -> SignUp:
    """This will confirm an offered place. Accepting twice changes nothing. Raises: UnableToJoin where the time has run out."""
    locked = _lock_with_run(sign_up)
    enrolment = locked.enrolment
    if enrolment.status == Enrolment.Status.CONFIRMED:
        return locked
    if enrolment.status != Enrolment.Status.OFFERED or (enrolment.offer_expires_at and enrolment.offer_expires_at <= now):
        raise UnableToJoin(_("The time to answer has run out, and the place goes to the next in line."))
    change_enrolment(enrolment=enrolment, verb="confirm", now=now)
    joining_mails.plan_receipt(sign_up=locked, now=now)
    return locked


@transaction.atomic
def pass_offer(*, sign_up: SignUp, now: datetime) -> SignUp:
    """This will give an offered place on, and keep the person's place in line for other dates. Raises: UnableToJoin."""
    locked = _lock_with_run(sign_up)
    enrolment = locked.enrolment
    if enrolment.status != Enrolment.Status.OFFERED or enrolment.run_id is None:
        raise UnableToJoin(_("There is no offer to answer any more."))
    locked.passed_runs = [*locked.passed_runs, enrolment.run_id]
    locked.save(update_fields=["passed_runs"])
    change_enrolment(enrolment=enrolment, verb="return_to_queue", now=now)
    return locked


@transaction.atomic
def wait_again(*, sign_up: SignUp, now: datetime) -> SignUp:
    """This will put somebody back in line who declined, did not answer in time, or whose place was called off.

    They keep the day from which they have waited.

    Raises: UnableToJoin.
    """
    locked = _lock(sign_up)
    if locked.enrolment.status == Enrolment.Status.WAITING:
        return locked
    if locked.enrolment.status not in joining.MAY_WAIT_AGAIN or not locked.enrolment.course.is_public:
        raise UnableToJoin(CLOSED_TO_CHANGES)
    change_enrolment(enrolment=locked.enrolment, verb="return_to_queue", now=now)
    return locked


# New dates


@transaction.atomic
def ask_to_be_told(*, course: Course, email: str, language: str, now: datetime) -> None:
    """This will keep an address for a course until it is confirmed, and plan the mail that asks; the answer tells nothing of what was there."""
    known = queries.email_hash(email, purpose="catalogue.interest.email")
    Course.objects.select_for_update(no_key=True).only("pk").get(pk=course.pk)  # two forms at once are one wish
    interest = CourseInterest.objects.select_related("data_key", "course").filter(course=course, email_hash=known).first()
    if interest is None:
        interest_id = new_id()
        interest = CourseInterest.objects.create(
            id=interest_id,
            course=course,
            data_key=DataKey.create(),
            email=email.strip().lower(),
            email_hash=known,
            language=language,
            link_hash=hash_of(secret_of(interest_id, purpose=INTEREST), purpose=INTEREST),
            created_at=now,
            expires_at=now + joining.INTEREST_TO_CONFIRM,
        )
    joining_mails.plan_interest_confirm(interest=interest, now=now)


@transaction.atomic
def confirm_interest(*, interest: CourseInterest, now: datetime) -> None:
    """This will keep the address until there are new dates; dates that stand there already are not news. Twice changes nothing."""
    seen = sorted(queries.dated_runs(interest.course, now=now))
    CourseInterest.objects.filter(pk=interest.pk, confirmed_at__isnull=True).update(
        confirmed_at=now, expires_at=now + joining.INTEREST_KEPT, seen_runs=seen
    )


@transaction.atomic
def forget_interest(*, interest: CourseInterest, now: datetime) -> None:
    """This will delete an address and the key that it is sealed with."""
    key = interest.data_key_id
    CourseInterest.objects.filter(pk=interest.pk).delete()
    DataKey.objects.filter(pk=key).update(wrapped=None, erased_at=now)
