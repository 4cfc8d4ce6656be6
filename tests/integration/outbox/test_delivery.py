"""Delivery against a real mail server: once, later, never, or nobody knows; and each time the row says which."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from lms_portal.common.ids import new_id
from lms_portal.outbox import delivery, kinds, sweeps
from lms_portal.outbox.models import Heartbeat, Message
from tests.factories.outbox import ASKS, RESENDS, make_message, never_skips, render
from tests.mail_sink import Sink

pytestmark = pytest.mark.django_db
Status = Message.Status


def outcome(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.why


def test_delivery_sends_once_however_often_the_sweep_runs(sink: Sink, now: datetime) -> None:
    message = make_message(now=now)
    for _ in range(3):
        sweeps.deliver_due(now)
    assert outcome(message) == (Status.SENT, "")
    assert message.sent_at == now
    assert len(sink.mails) == 1


def test_mail_carries_its_headers(sink: Sink, now: datetime) -> None:
    message = make_message(now=now)
    sweeps.deliver_due(now)
    mail = sink.mails[0]
    assert mail["To"] == "mottaker@example.org"
    assert mail["Subject"] == "Påminnelse"
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(message.object_id) in mail.get_content()  # type: ignore[attr-defined]


def test_message_id_is_the_same_for_the_same_message(now: datetime) -> None:
    about = new_id()
    first = make_message(now=now, object_id=about)
    again = make_message(now=now + timedelta(days=1), object_id=about)
    assert first.pk == again.pk
    assert Message.objects.count() == 1


def test_many_messages_share_one_line(sink: Sink, now: datetime) -> None:
    for number in range(delivery.BATCH + 5):
        make_message(now=now, address=f"mottaker{number}@example.org")
    swept = sweeps.deliver_due(now)
    assert swept.handled == len(sink.mails) == delivery.BATCH + 5
    assert sink.connections == 2


def test_message_that_is_not_due_waits(sink: Sink, now: datetime) -> None:
    message = make_message(now=now, due_at=now + timedelta(seconds=1))
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.PLANNED, "")
    sweeps.deliver_due(now + timedelta(seconds=1))
    assert outcome(message) == (Status.SENT, "")


@pytest.mark.parametrize("answers", ["data_answers", "recipient_answers"])
def test_temporary_refusal_is_tried_again_after_a_while(sink: Sink, now: datetime, answers: str) -> None:
    message = make_message(now=now)
    getattr(sink, answers).append("451 Try later")
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.FAILED, "deferred_451")
    assert message.due_at == now + timedelta(minutes=1)
    sweeps.deliver_due(now + timedelta(seconds=59))
    assert sink.mails == []
    sweeps.deliver_due(now + timedelta(seconds=60))
    assert outcome(message) == (Status.SENT, "")
    assert len(sink.mails) == 1


@pytest.mark.parametrize("answers", ["data_answers", "recipient_answers"])
def test_final_refusal_is_not_tried_again(sink: Sink, now: datetime, answers: str) -> None:
    message = make_message(now=now)
    getattr(sink, answers).append("550 No such person")
    sweeps.deliver_due(now)
    sweeps.deliver_due(now + timedelta(days=1))
    assert outcome(message) == (Status.DEAD, "refused_550")
    assert sink.mails == []


def test_waits_grow_and_end(sink: Sink, now: datetime) -> None:
    message = make_message(now=now)
    sink.recipient_answers.extend(["450 Busy"] * delivery.MAX_ATTEMPTS)
    waits = []
    moment = now
    for _ in range(delivery.MAX_ATTEMPTS):
        sweeps.deliver_due(moment)
        message.refresh_from_db()
        waits.append(int((message.due_at - moment).total_seconds() // 60))
        moment = max(moment, message.due_at)
    assert waits == [1, 5, 15, 60, 60, 60, 60, 60, 60, 0]
    assert outcome(message) == (Status.DEAD, "deferred_450")


def test_retry_that_would_come_too_late_gives_up(sink: Sink, now: datetime) -> None:
    message = make_message(now=now, expires_at=now + timedelta(seconds=30))
    sink.recipient_answers.append("450 Busy")
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.DEAD, "deferred_450")


@pytest.mark.parametrize(
    ("kind", "expected"), [(RESENDS, (Status.FAILED, "connection_lost")), (ASKS, (Status.UNCERTAIN, "connection_lost"))]
)
@pytest.mark.parametrize("fault", ["drop", "silence"])
def test_lost_answer_is_resent_or_asked_about_by_kind(sink: Sink, now: datetime, kind: str, expected: tuple[str, str], fault: str) -> None:
    message = make_message(now=now, kind=kind)
    sink.data_answers.append(fault)
    sweeps.deliver_due(now)
    assert outcome(message) == expected
    sweeps.deliver_due(now + timedelta(minutes=1))
    copies = 2 if kind == RESENDS else 1
    assert [mail["Message-ID"] for mail in sink.mails] == [message.message_id] * copies


def test_mail_server_that_is_down_costs_no_attempt(settings: Any, now: datetime) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    messages = [make_message(now=now) for _ in range(3)]
    swept = sweeps.deliver_due(now)
    assert swept.stopped == "mail_server_down"
    for message in messages:
        assert outcome(message) == (Status.FAILED, "mail_server_down")
        assert (message.attempts, message.due_at) == (0, now + timedelta(minutes=1))


def test_five_timeouts_end_the_sweep_and_give_the_rest_back(sink: Sink, now: datetime, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    for number in range(8):
        make_message(now=now, address=f"mottaker{number}@example.org")
    sink.data_answers.extend(["silence"] * 8)
    swept = sweeps.deliver_due(now)
    assert swept.stopped == "timeouts"
    assert sorted(Message.objects.values_list("status", "attempts")) == [("failed", 1)] * 5 + [("planned", 0)] * 3


def test_unknown_kind_is_dead_with_the_reason(sink: Sink, now: datetime) -> None:
    message = make_message(now=now)
    Message.objects.filter(pk=message.pk).update(kind="gone.kind")
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.DEAD, "unknown_kind")


def already_submitted(message: Message, now: datetime) -> str:
    return "already_submitted"


def test_guard_is_asked_at_sending(sink: Sink, now: datetime) -> None:
    kinds.register(kinds.Kind(RESENDS, kinds.OnDoubt.RESEND, already_submitted, render))
    message = make_message(now=now)
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.SKIPPED, "already_submitted")
    assert sink.mails == []


def test_expired_message_is_skipped(sink: Sink, now: datetime) -> None:
    message = make_message(now=now, expires_at=now + timedelta(hours=1))
    sweeps.deliver_due(now + timedelta(hours=1))
    assert outcome(message) == (Status.SKIPPED, "expired")


def test_error_while_writing_keeps_the_others_going(sink: Sink, now: datetime) -> None:
    def broken(message: Message) -> kinds.Rendered:
        raise ValueError(message.object_type)

    kinds.register(kinds.Kind(ASKS, kinds.OnDoubt.ASK, never_skips, broken))
    bad, good = make_message(now=now, kind=ASKS), make_message(now=now)
    sweeps.deliver_due(now)
    assert outcome(bad) == (Status.FAILED, "could_not_be_written")
    assert outcome(good) == (Status.SENT, "")


@pytest.mark.parametrize("subject", ["Hei\r\nBcc: alle@example.org", "Hei\nBcc: alle@example.org", "Hei\x0bBcc: x", "Hei\u2028Bcc: x"])
def test_line_breaks_in_a_subject_make_no_header(sink: Sink, now: datetime, subject: str) -> None:
    kinds.register(kinds.Kind(RESENDS, kinds.OnDoubt.RESEND, never_skips, lambda _message: kinds.Rendered(subject, "Hei")))
    make_message(now=now)
    sweeps.deliver_due(now)
    assert [mail["Bcc"] for mail in sink.mails] == [None]
    assert sink.mails[0]["Subject"].startswith("Hei Bcc:")


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "ikke en adresse"])
def test_address_that_could_become_a_header_is_never_used(sink: Sink, now: datetime, address: str) -> None:
    message = make_message(now=now, address=address)
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.DEAD, "bad_address")
    assert sink.mails == []


def hold(message: Message, *, seconds: int, attempts: int = 1, on_its_way: bool = False) -> None:
    """Make the row look as a worker left it that died."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_message SET status = 'claimed', claim = %s, lease_until = now() + make_interval(secs => %s),"
            " attempts = %s, version = version + 1, sending_since = CASE WHEN %s THEN now() END WHERE id = %s",
            [uuid4(), seconds, attempts, on_its_way, message.pk],
        )


@pytest.mark.parametrize(
    ("kind", "on_its_way", "expected"),
    [(RESENDS, False, (Status.SENT, "")), (ASKS, True, (Status.UNCERTAIN, "lease_ran_out")), (ASKS, False, (Status.SENT, ""))],
)
def test_lease_that_ran_out_is_resent_or_asked_about(
    sink: Sink, now: datetime, kind: str, *, on_its_way: bool, expected: tuple[str, str]
) -> None:
    message = make_message(now=now, kind=kind)
    hold(message, seconds=-1, on_its_way=on_its_way)
    sweeps.deliver_due(now)
    assert outcome(message) == expected


def test_lease_in_force_is_left_alone(sink: Sink, now: datetime) -> None:
    message = make_message(now=now)
    hold(message, seconds=60)
    sweeps.deliver_due(now + timedelta(days=3))  # portal time does not run leases out
    assert outcome(message) == (Status.CLAIMED, "")
    assert sink.mails == []


def test_message_that_kills_its_worker_again_and_again_is_given_up(sink: Sink, now: datetime) -> None:
    message = make_message(now=now)
    hold(message, seconds=-1, attempts=delivery.MAX_ATTEMPTS)
    sweeps.deliver_due(now)
    assert outcome(message) == (Status.DEAD, "too_many_attempts")


@pytest.mark.parametrize(("kind", "copies"), [(RESENDS, 1), (ASKS, 0)])
def test_worker_that_was_away_too_long_marks_nothing(sink: Sink, now: datetime, kind: str, copies: int) -> None:
    message = make_message(now=now, kind=kind)
    token, batch = delivery.claim(due_before=now)
    hold(message, seconds=60)  # somebody else's now
    with delivery._Courier() as courier:
        assert delivery._bring_to_outcome(batch[0], token, courier=courier, now=now) is delivery.Outcome.LOST_CLAIM
    assert outcome(message) == (Status.CLAIMED, "")
    assert len(sink.mails) == copies


def test_no_new_send_begins_near_the_end_of_the_lease(sink: Sink, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    message = make_message(now=now)
    monkeypatch.setattr(delivery, "SAFE_SECONDS", -1)
    swept = delivery.Swept()
    delivery.deliver_batch(now=now, swept=swept)
    assert (swept.stopped, sink.mails) == ("lease", [])
    assert outcome(message) == (Status.PLANNED, "")
    assert message.attempts == 0


def test_sweep_leaves_a_heartbeat(now: datetime) -> None:
    sweeps.deliver_due(now)
    first = Heartbeat.objects.get(name=sweeps.DELIVER_DUE).at
    sweeps.deliver_due(now)
    assert Heartbeat.objects.get(name=sweeps.DELIVER_DUE).at > first
