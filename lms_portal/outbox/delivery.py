"""Delivery: claim a batch, commit, ask each message's guard, send, mark. Nothing else in the portal speaks SMTP.

No transaction is open while the mail server is spoken to. A row is marked only while the claim is still ours, so that a worker
that was away for longer than its lease changes nothing. Source: docs/adr/0005-outbox.md.
"""

import logging
import smtplib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils import translation

from lms_portal.common.ids import new_id
from lms_portal.outbox import kinds, pauses
from lms_portal.outbox.models import Message

logger = logging.getLogger(__name__)

BATCH = 50
LEASE_SECONDS = 120
SAFE_SECONDS = 80  # after this much of the lease no new send begins: one send may take the whole of EMAIL_TIMEOUT, twice
BACKOFF_MINUTES = (1, 5, 15, 60)
MAX_ATTEMPTS = 10
TIMEOUTS_THAT_BREAK = 5
PERMANENT = 500
OURS_TO_MEND = (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError)

# One statement: what is due and nobody holds becomes ours, unless sending is paused. MATERIALIZED, so that the limit is applied once.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_message
     WHERE status IN ('planned', 'failed') AND due_at <= %(due_before)s
       AND NOT EXISTS (SELECT 1 FROM outbox_pause WHERE ended_at IS NULL)
     ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE outbox_message AS message
   SET status = 'claimed', claim = %(claim)s, lease_until = now() + make_interval(secs => %(lease)s),
       attempts = message.attempts + 1, version = message.version + 1, status_changed_at = %(due_before)s
  FROM due WHERE message.id = due.id
"""


class Outcome(Enum):
    """What became of one message."""

    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    DEAD = "dead"
    UNCERTAIN = "uncertain"
    LOST_CLAIM = "lost_claim"


class MailServerDownError(Exception):
    """No connection, or none that may send: not the message's fault, so it costs no attempt."""


@dataclass
class Swept:
    """What one run did."""

    claimed: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    stopped: str = ""

    @property
    def handled(self) -> int:
        """How many messages reached an outcome."""
        return self.outcomes.total()


def release_expired(*, now: datetime) -> int:
    """This will free what a dead worker held: uncertain where a kind that asks was on its way, planned again otherwise.

    `now` is portal time, for the column that people read; whether a lease has run out is the database's own clock.
    """
    in_doubt = Q(sending_since__isnull=False)
    worn_out = Q(sending_since__isnull=True, attempts__gte=MAX_ATTEMPTS)
    expired = Message.objects.filter(status=Message.Status.CLAIMED, lease_until__lt=Now())
    return expired.update(
        status=Case(
            When(in_doubt, then=Value(Message.Status.UNCERTAIN)),
            When(worn_out, then=Value(Message.Status.DEAD)),
            default=Value(Message.Status.PLANNED),
        ),
        why=Case(When(in_doubt, then=Value("lease_ran_out")), When(worn_out, then=Value("too_many_attempts")), default=Value("")),
        claim=None,
        lease_until=None,
        sending_since=None,
        version=F("version") + 1,
        status_changed_at=now,
    )


def claim(*, due_before: datetime, limit: int = BATCH) -> tuple[UUID, list[Message]]:
    """This will take up to `limit` messages that are due before a moment of portal time; nobody else gets them meanwhile."""
    token = new_id()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"due_before": due_before, "limit": limit, "claim": token, "lease": LEASE_SECONDS})
        taken = cursor.rowcount
    if not taken:
        return token, []
    return token, list(Message.objects.filter(claim=token).select_related("data_key").order_by("due_at", "pk"))


def deliver_batch(*, now: datetime, swept: Swept) -> bool:
    """This will claim one batch and bring each message of it to an outcome; returns whether there may be more to do."""
    begun = time.monotonic()
    token, batch = claim(due_before=now)
    swept.claimed += len(batch)
    with _Courier() as courier:
        for index, message in enumerate(batch):
            if time.monotonic() - begun > SAFE_SECONDS:
                swept.stopped = "lease"
            elif pauses.open_pause() is not None:
                swept.stopped = "paused"  # somebody has stopped the sending after the batch was claimed: the rest of it stays
            if swept.stopped:
                _give_back(batch[index:], token, now=now)
                return False
            try:
                outcome = _bring_to_outcome(message, token, courier=courier, now=now)
            except MailServerDownError:
                swept.stopped = "mail_server_down"
                _give_back(batch[index:], token, now=now, why="mail_server_down")
                return False
            swept.outcomes[outcome] += 1
            if courier.timeouts >= TIMEOUTS_THAT_BREAK:
                swept.stopped = "timeouts"
    return len(batch) == BATCH and not swept.stopped


def _bring_to_outcome(message: Message, token: UUID, *, courier: "_Courier", now: datetime) -> Outcome:
    try:
        kind = kinds.get(message.kind)
    except LookupError:
        return _mark(message, token, now=now, outcome=Outcome.DEAD, why="unknown_kind")
    if message.expires_at and message.expires_at <= now:
        why = "expired_in_pause" if pauses.held_back(message, now=now) else "expired"
        return _mark(message, token, now=now, outcome=Outcome.SKIPPED, why=why)
    try:
        with translation.override(message.language):
            reason = kind.skip_reason(message, now)
            if reason:
                return _mark(message, token, now=now, outcome=Outcome.SKIPPED, why=reason)
            address = _address(message)
            rendered = kind.render(message) if address else None
    except Exception:
        logger.exception("a message of kind %s could not be written", message.kind)
        return _try_again(message, token, now=now, why="could_not_be_written")
    if not address or rendered is None:
        return _mark(message, token, now=now, outcome=Outcome.SKIPPED, why="no_address")
    return _send(message, token, kind=kind, mail=_mail(message, rendered, address), courier=courier, now=now)


def _address(message: Message) -> str:
    if message.recipient_user_id:
        return kinds.address_book().mail_of_user(message.recipient_user_id)
    if message.recipient_unit_id:
        return kinds.address_book().mail_of_unit(message.recipient_unit_id)
    return str(message.recipient_address or "")


def _mail(message: Message, rendered: kinds.Rendered, address: str) -> EmailMessage:
    return EmailMessage(
        subject=" ".join(rendered.subject.split()),
        body=rendered.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={
            **rendered.headers,
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )


def _send(message: Message, token: UUID, *, kind: kinds.Kind, mail: EmailMessage, courier: "_Courier", now: datetime) -> Outcome:
    try:
        validate_email(mail.to[0])
        mail.message()  # refuses what cannot be written, before anything is said to the server
        courier.open()
        if kind.on_doubt is kinds.OnDoubt.ASK and not _mark_as_on_its_way(message, token):
            return Outcome.LOST_CLAIM
        courier.send(mail)
    except (ValidationError, ValueError):  # ValueError: a line break in a header, an address that cannot be written
        return _mark(message, token, now=now, outcome=Outcome.DEAD, why="bad_address")
    except OSError as error:  # smtplib's errors are OSErrors too
        return _after_failure(message, token, kind=kind, error=error, now=now)
    return _mark(message, token, now=now, outcome=Outcome.SENT)


def _after_failure(message: Message, token: UUID, *, kind: kinds.Kind, error: OSError, now: datetime) -> Outcome:
    if isinstance(error, OURS_TO_MEND):
        raise MailServerDownError from error  # the portal's own set-up is wrong: no message is to die of that
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException):
        return _refused(message, token, code=_code_of(error), now=now)
    # the line broke or nothing came: the server may have taken the message, or not
    if kind.on_doubt is kinds.OnDoubt.ASK:
        return _mark(message, token, now=now, outcome=Outcome.UNCERTAIN, why="connection_lost")
    return _try_again(message, token, now=now, why="connection_lost")


def _mark_as_on_its_way(message: Message, token: UUID) -> bool:
    """Only a message that was really being handed over is in doubt after a crash, not the whole batch of its worker."""
    mine = Message.objects.filter(pk=message.pk, status=Message.Status.CLAIMED, claim=token)
    return mine.update(sending_since=Now()) == 1


def _code_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _text in error.recipients.values())
    return error.smtp_code


def _refused(message: Message, token: UUID, *, code: int, now: datetime) -> Outcome:
    if code >= PERMANENT:
        return _mark(message, token, now=now, outcome=Outcome.DEAD, why=f"refused_{code}")
    return _try_again(message, token, now=now, why=f"deferred_{code}")


def _try_again(message: Message, token: UUID, *, now: datetime, why: str) -> Outcome:
    wait = BACKOFF_MINUTES[min(message.attempts, len(BACKOFF_MINUTES)) - 1]
    due_at = now + timedelta(minutes=wait)
    if message.attempts >= MAX_ATTEMPTS or (message.expires_at and message.expires_at <= due_at):
        return _mark(message, token, now=now, outcome=Outcome.DEAD, why=why)
    return _mark(message, token, now=now, outcome=Outcome.FAILED, why=why, due_at=due_at)


def _mark(message: Message, token: UUID, *, now: datetime, outcome: Outcome, why: str = "", due_at: datetime | None = None) -> Outcome:
    values: dict[str, object] = {"why": why[:200]}
    if outcome is Outcome.SENT:
        values["sent_at"] = now
    if due_at:
        values["due_at"] = due_at
    changed = Message.objects.filter(pk=message.pk, status=Message.Status.CLAIMED, claim=token).update(
        status=outcome.value,
        claim=None,
        lease_until=None,
        sending_since=None,
        version=F("version") + 1,
        status_changed_at=now,
        **values,
    )
    if changed != 1:
        logger.warning("the lease of message %s ran out before it was marked %s", message.pk, outcome.value)
        return Outcome.LOST_CLAIM
    return outcome


def _give_back(messages: list[Message], token: UUID, *, now: datetime, why: str = "") -> None:
    """Untouched messages are planned again at once; where the server is down, in a minute. Neither costs an attempt."""
    target = Message.Status.FAILED if why else Message.Status.PLANNED
    mine = Message.objects.filter(pk__in=[message.pk for message in messages], status=Message.Status.CLAIMED, claim=token)
    later = now + timedelta(minutes=BACKOFF_MINUTES[0])
    due_at = (
        Case(When(Q(expires_at__isnull=True) | Q(expires_at__gt=later), then=Value(later)), default=F("due_at")) if why else F("due_at")
    )
    mine.update(
        status=target,
        why=why,
        claim=None,
        lease_until=None,
        sending_since=None,
        due_at=due_at,
        attempts=F("attempts") - 1,
        version=F("version") + 1,
        status_changed_at=now,
    )


class _Courier:
    """One connection to the mail server for a batch, opened at the first mail and again after it broke."""

    def __init__(self) -> None:
        self.timeouts = 0
        self._line: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._hang_up()

    def _hang_up(self) -> None:
        if self._line is not None:
            try:
                self._line.close()
            except OSError:
                logger.info("the mail server had already closed the line")
            self._line = None

    def open(self) -> BaseEmailBackend:
        """This will ring the server, unless the line is open. Raises: MailServerDownError."""
        if self._line is not None:
            return self._line
        line = get_connection()
        try:
            line.open()
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("the mail server cannot be reached: %s", type(error).__name__)
            raise MailServerDownError from error
        self._line = line
        return line

    def send(self, mail: EmailMessage) -> None:
        """This will hand one mail to the server. Raises: what smtplib raises; MailServerDownError where there is no line."""
        line = self.open()
        try:
            line.send_messages([mail])
        except OSError as error:  # smtplib's errors are OSErrors too
            self.timeouts = self.timeouts + 1 if _is_timeout(error) else 0
            self._hang_up()  # whatever was said last, the next mail gets a fresh line
            raise
        self.timeouts = 0


def _is_timeout(error: OSError) -> bool:
    """Smtplib turns a timeout while it waits for an answer into a disconnection, and keeps the timeout as the context."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
