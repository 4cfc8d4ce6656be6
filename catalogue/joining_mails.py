"""The mails to people who sign up without a referral, and to those who wait for new dates.

They name the day, the place and the reference; never the course, which may tell of an illness. Secret links are made here, at sending, and
stand in no table.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from catalogue.enums import ScheduleKind, SiteMode
from catalogue.joining import REMINDER_DAYS, link_expires_at
from catalogue.links import INTEREST, SIGN_UP, hash_of, secret_of
from catalogue.models import CourseInterest, DeliverySite, Enrolment, Run, SignUp
from catalogue.queries.joining import dated_runs, email_hash, run_in_words
from catalogue.wording import AT_HOME, label_of
from lms_portal.accounts.links import absolute
from lms_portal.common.clock import at_local_time, oslo_date, start_of_day
from lms_portal.common.dates import format_date_with_weekday, format_moment, format_time
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

RECEIPT = "catalogue.sign_up_receipt"
OFFER = "catalogue.place_offered"
OFFER_BY_PHONE = "catalogue.place_offered_by_phone"
CHANGED = "catalogue.sign_up_changed"
REMINDER = "catalogue.sign_up_reminder"
LINKS = "catalogue.place_links"
INTEREST_CONFIRM = "catalogue.interest_confirm"
INTEREST_NEWS = "catalogue.interest_news"

LIVE = frozenset({"requested", "waiting", "offered", "confirmed"})
LINKS_ARE_USELESS_AFTER = timedelta(hours=24)
REMINDED_AT = time(9)


def _written(event: str, context: dict[str, Any]) -> kinds.Rendered:
    prefix = f"emails/catalogue/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
    )


def _sign_up(message: Message) -> SignUp:
    rows = SignUp.objects.with_case().select_related("enrolment__site__unit", "wished_site__unit")
    return rows.get(pk=message.object_id)


def link_of(sign_up: SignUp, *, language: str) -> str:
    """This will make the address by which somebody sees and changes what they signed up for."""
    secret = secret_of(sign_up.pk, purpose=SIGN_UP, number=sign_up.link_number)
    return absolute("catalogue:place", language=language, secret=secret)


def _where(site: DeliverySite | None, language: str) -> str:
    if site is None:
        return ""
    if site.mode == SiteMode.DIGITAL:
        return AT_HOME.in_language(language)
    return ", ".join(part for part in (site.meeting_place, site.unit.name) if part)


def _words(sign_up: SignUp, language: str) -> dict[str, Any]:
    enrolment = sign_up.enrolment
    site = enrolment.site or (sign_up.wished_site if enrolment.status in ("requested", "waiting") else None)
    run = run_in_words(enrolment.run_id or sign_up.wished_run_id).get()
    owner = enrolment.course.owner
    return {
        "reference": enrolment.reference,
        "status": enrolment.status,
        "when": label_of(run, language),
        "where": _where(site, language),
        "unit": owner,
        "link": link_of(sign_up, language=language),
    }


def _to(sign_up: SignUp) -> Recipient | None:
    person = sign_up.enrolment.participant
    return Recipient(address=person.email, data_key=sign_up.data_key, language=person.language) if person.email else None


def _plan(
    kind: str, sign_up: SignUp, *, now: datetime, revision: str, expires_at: datetime | None = None, recipient: Recipient | None = None
) -> None:
    to = recipient or _to(sign_up)
    if to is None:
        return  # rung up by the centre, which sees in its list who has no e-mail
    owner = sign_up.enrolment.course.owner_id
    plan(
        [Draft(kind, "catalogue.sign_up", sign_up.pk, to, due_at=now, revision=revision, expires_at=expires_at, unit_id=owner)],
        now=now,
    )


# The receipt


def plan_receipt(*, sign_up: SignUp, now: datetime) -> None:
    """This will plan the mail that says what somebody has: a place, or a place in line."""
    _plan(RECEIPT, sign_up, now=now, revision=f"v{sign_up.enrolment.version}")


def _receipt_skip(message: Message, now: datetime) -> str:
    sign_up = _sign_up(message)
    return "" if message.revision == f"v{sign_up.enrolment.version}" else "changed_since"


def _is_twice(sign_up: SignUp) -> bool:
    """Whether the same name and address is signed up for the same dates once more; told to the address alone, never on a page."""
    same = SignUp.objects.filter(
        wished_run=sign_up.wished_run_id,
        enrolment__status__in=LIVE,
        enrolment__participant__contact_hash=sign_up.enrolment.participant.contact_hash,
    )
    return same.exclude(pk=sign_up.pk).exists()


def _render_receipt(message: Message) -> kinds.Rendered:
    sign_up = _sign_up(message)
    return _written("sign_up_receipt", {**_words(sign_up, message.language), "is_twice": _is_twice(sign_up)})


# A place is free


def plan_offer(*, sign_up: SignUp, now: datetime) -> None:
    """This will plan the mail that a place is free for somebody who waits; the centre is told where they have no e-mail."""
    enrolment = sign_up.enrolment
    revision, expires_at = f"v{enrolment.version}", enrolment.offer_expires_at
    if _to(sign_up):
        _plan(OFFER, sign_up, now=now, revision=revision, expires_at=expires_at)
    else:
        owner = enrolment.course.owner
        to = Recipient(unit_id=owner.pk, language=owner.default_language)
        _plan(OFFER_BY_PHONE, sign_up, now=now, revision=revision, expires_at=expires_at, recipient=to)


def _offer_skip(message: Message, now: datetime) -> str:
    enrolment = _sign_up(message).enrolment
    still = enrolment.status == Enrolment.Status.OFFERED and message.revision == f"v{enrolment.version}"
    return "" if still else "answered_already"


def _render_offer(message: Message) -> kinds.Rendered:
    sign_up = _sign_up(message)
    until = sign_up.enrolment.offer_expires_at
    answer_before = format_moment(until, language=message.language) if until else ""
    event = "place_offered" if message.kind == OFFER else "place_offered_by_phone"
    return _written(event, {**_words(sign_up, message.language), "answer_before": answer_before})


# Something has changed


def enrolment_ended(enrolment: Enrolment, now: datetime) -> None:
    """This will tell whoever signed up without a referral that their place has ended; registered as a hook of the places.

    Where the dates themselves are cancelled, the message about that says it.
    """
    told = {"cancelled_by_participant", "cancelled_by_provider", "declined_by_provider", "expired"}
    if enrolment.last_run is not None and enrolment.last_run.status == Run.Status.CANCELLED:
        told -= {"cancelled_by_provider"}
    sign_up = SignUp.objects.with_case().filter(enrolment=enrolment).first() if enrolment.status in told else None
    if sign_up:
        _plan(CHANGED, sign_up, now=now, revision=f"v{sign_up.enrolment.version}")


def _render_changed(message: Message) -> kinds.Rendered:
    return _written("sign_up_changed", _words(_sign_up(message), message.language))


# Reminders


def reminder_drafts(*, sign_up: SignUp, run: Run, now: datetime) -> list[Draft]:
    """This will draft the reminders of an exact first day that are due; what is no longer of use is kept as skipped, with the reason."""
    to, first = _to(sign_up), run.first_possible_on
    if to is None or first is None or run.kind != ScheduleKind.SESSIONS:
        return []
    days_due = [days for days in REMINDER_DAYS if _reminded_at(first, days) <= now]
    return [_reminder(sign_up, first, days, min(days_due), to, now) for days in days_due]


def _reminded_at(first: date, days: int) -> datetime:
    return at_local_time(first - timedelta(days=days), REMINDED_AT)


def _reminder(sign_up: SignUp, first: date, days: int, most_urgent: int, to: Recipient, now: datetime) -> Draft:  # noqa: PLR0917 - what decides one message
    due_at = _reminded_at(first, days)
    skip = ""
    if due_at <= (sign_up.enrolment.status_changed_at or sign_up.created_at):
        skip = "placed_later"
    elif days != most_urgent:
        skip = "newer_reminder"
    later = [_reminded_at(first, each) for each in REMINDER_DAYS if each < days]
    return Draft(
        REMINDER,
        "catalogue.sign_up",
        sign_up.pk,
        to,
        due_at=due_at,
        revision=f"{first:%Y%m%d}-{days}d",
        expires_at=min([*later, start_of_day(first + timedelta(days=1))]),
        context={"first_on": first.isoformat()},
        skip_why=skip,
        unit_id=sign_up.enrolment.course.owner_id,
    )


def _reminder_skip(message: Message, now: datetime) -> str:
    enrolment = _sign_up(message).enrolment
    if enrolment.status != Enrolment.Status.CONFIRMED or enrolment.run_id is None:
        return "no_longer_placed"
    run = Run.objects.get(pk=enrolment.run_id)
    if run.status not in ("open", "closed"):
        return "run_not_held"
    same_day = run.first_possible_on is not None and run.first_possible_on.isoformat() == message.context.get("first_on")
    return "" if same_day else "date_moved"


def _render_reminder(message: Message) -> kinds.Rendered:
    sign_up = _sign_up(message)
    run = Run.objects.prefetch_related("sessions").get(pk=sign_up.enrolment.run_id or sign_up.wished_run_id)
    meeting = run.sessions.all()[0]
    begins = format_date_with_weekday(meeting.held_on, language=message.language)
    if meeting.starts_at_clock:
        begins += " " + format_time(meeting.starts_at_clock, language=message.language)
    return _written("sign_up_reminder", {**_words(sign_up, message.language), "begins": begins})


# The link again: the row is the same whether the address is known or not; that is found out at sending.


def plan_links(*, email: str, language: str, now: datetime) -> None:
    """This will plan the mail with new links, for an address that may not be known; the answer and its time tell nothing."""
    to = Recipient(address=email.strip().lower(), data_key=DataKey.create(), language=language)
    plan([Draft(LINKS, "catalogue.place_links", new_id(), to, due_at=now, expires_at=now + LINKS_ARE_USELESS_AFTER)], now=now)


def _known(message: Message) -> list[SignUp]:
    known = email_hash(message.recipient_address or "")
    return list(SignUp.objects.with_case().filter(email_hash=known, enrolment__status__in=LIVE).order_by("created_at"))


def _links_skip(message: Message, now: datetime) -> str:
    return "" if _known(message) else "no_such_sign_up"


@transaction.atomic
def _render_links(message: Message) -> kinds.Rendered:
    """New secrets: the old links stop working. A mail written once more carries the newest."""
    rows = []
    for sign_up in _known(message):
        run = Run.objects.get(pk=sign_up.enrolment.run_id or sign_up.wished_run_id)
        renew_link(sign_up, run, now=message.due_at)
        rows.append(_words(sign_up, message.language))
    return _written("place_links", {"places": rows})


def renew_link(sign_up: SignUp, run: Run, *, now: datetime) -> None:
    """This will give a sign-up a new link; the one before stops working."""
    sign_up.link_number += 1
    sign_up.link_hash = hash_of(secret_of(sign_up.pk, purpose=SIGN_UP, number=sign_up.link_number), purpose=SIGN_UP)
    sign_up.link_expires_at = link_expires_at(run, now=now)
    sign_up.save(update_fields=["link_number", "link_hash", "link_expires_at"])


# New dates


def _interest_link(interest: UUID, name: str, language: str) -> str:
    return absolute(name, language=language, secret=secret_of(interest, purpose=INTEREST))


def plan_interest_confirm(*, interest: CourseInterest, now: datetime) -> None:
    """This will plan the mail that asks whether the address may be kept; one a day at most."""
    to = Recipient(address=interest.email, data_key=interest.data_key, language=interest.language)
    draft = Draft(
        INTEREST_CONFIRM,
        "catalogue.interest",
        interest.pk,
        to,
        due_at=now,
        revision=oslo_date(now).isoformat(),
        expires_at=interest.expires_at,
        unit_id=interest.course.owner_id,
    )
    plan([draft], now=now)


def _interest_skip(message: Message, now: datetime) -> str:
    return "" if CourseInterest.objects.filter(pk=message.object_id, expires_at__gt=now).exists() else "interest_over"


def _render_interest_confirm(message: Message) -> kinds.Rendered:
    interest = CourseInterest.objects.get(pk=message.object_id)
    context = {
        "is_confirmed": interest.confirmed_at is not None,
        "link": _interest_link(interest.pk, "catalogue:interest_confirm", message.language),
        "stop_link": _interest_link(interest.pk, "catalogue:interest_stop", message.language),
    }
    return _written("interest_confirm", context)


def plan_interest_news(*, interest: CourseInterest, run: Run, now: datetime) -> None:
    """This will plan the mail that there are new dates, under a key of its own: the wish itself is deleted with its key."""
    to = Recipient(address=interest.email, data_key=DataKey.create(), language=interest.language)
    draft = Draft(INTEREST_NEWS, "catalogue.run", run.pk, to, due_at=now, unit_id=interest.course.owner_id)
    plan([draft], now=now)


def _news_skip(message: Message, now: datetime) -> str:
    run = Run.objects.select_related("course").get(pk=message.object_id)
    return "" if run.pk in dated_runs(run.course, now=now) else "run_not_held"


def _render_interest_news(message: Message) -> kinds.Rendered:
    run = run_in_words(message.object_id).get()
    link = absolute("catalogue:run_link", language=message.language, run_id=str(run.pk))
    return _written("interest_news", {"when": label_of(run, message.language), "unit": run.course.owner, "link": link})


def _never(message: Message, now: datetime) -> str:
    return ""


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    resend = kinds.OnDoubt.RESEND
    table: tuple[tuple[str, Callable[[Message, datetime], str], Callable[[Message], kinds.Rendered], Any, str], ...] = (
        (RECEIPT, _receipt_skip, _render_receipt, _("Receipt for a sign-up"), "sign_up_receipt"),
        (OFFER, _offer_skip, _render_offer, _("A place is offered"), "place_offered"),
        (OFFER_BY_PHONE, _offer_skip, _render_offer, _("A place is offered to somebody without e-mail"), "place_offered_by_phone"),
        (CHANGED, _never, _render_changed, _("A sign-up has ended"), "sign_up_changed"),
        (REMINDER, _reminder_skip, _render_reminder, _("Reminder before a course"), "sign_up_reminder"),
        (LINKS, _links_skip, _render_links, _("New link to a sign-up"), "place_links"),
        (INTEREST_CONFIRM, _interest_skip, _render_interest_confirm, _("May we tell you of new dates?"), "interest_confirm"),
        (INTEREST_NEWS, _news_skip, _render_interest_news, _("A course has new dates"), "interest_news"),
    )
    for code, skip, render, name, event in table:
        kinds.register(kinds.Kind(code, resend, skip, render, name, (f"emails/catalogue/{event}",)))
    reasons.register(
        {
            "changed_since": _("Something newer was sent about the same sign-up."),
            "answered_already": _("The offer had already been answered, or its time had run out."),
            "placed_later": _("The place was given after this reminder was due."),
            "no_longer_placed": _("The person no longer had the place."),
            "run_not_held": _("The dates were no longer open."),
            "date_moved": _("The first day had been moved."),
            "no_such_sign_up": _("No sign-up is known under the address."),
            "interest_over": _("The person no longer wanted to be told."),
        }
    )
