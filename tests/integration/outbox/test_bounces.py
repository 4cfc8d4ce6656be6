"""Delivery reports as mail servers write them, read from a Maildir and from an mbox."""

import mailbox
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lms_portal.outbox import bounces, sweeps
from lms_portal.outbox.models import Message
from tests.factories.outbox import make_message
from tests.mail_sink import Sink

pytestmark = pytest.mark.django_db
Status = Message.Status

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: ikke-svar@portal.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1/mx.example.org"

This is a MIME-encapsulated message.

--b1/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--b1/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4XyZ
Arrival-Date: Tue, 17 Nov 2026 12:00:00 +0100 (CET)

Final-Recipient: rfc822; mottaker@example.org
Original-Recipient: rfc822;mottaker@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <mottaker@example.org>: Recipient address rejected

--b1/mx.example.org
Content-Description: Undelivered Message
Content-Type: {original_type}

From: =?utf-8?q?L=C3=A6ring?= <ikke-svar@portal.example>
To: mottaker@example.org
Subject: =?utf-8?q?P=C3=A5minnelse?=
Message-ID: {message_id}
Auto-Submitted: auto-generated
{body}
--b1/mx.example.org--
"""


def report(message_id: str, *, action: str = "failed", status: str = "5.1.1", whole: bool = True) -> bytes:
    kind, body = ("message/rfc822", "\nHei.\n") if whole else ("text/rfc822-headers", "")
    text = REPORT.format(action=action, status=status, original_type=kind, message_id=message_id, body=body)
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def sent(sink: Sink, now: datetime) -> Message:
    message = make_message(now=now)
    sweeps.deliver_due(now)
    message.refresh_from_db()
    return message


def maildir(folder: Path, *mails: bytes) -> Path:
    box = mailbox.Maildir(folder / "Maildir")
    for mail in mails:
        box.add(mail)
    return folder / "Maildir"


def mbox(folder: Path, *mails: bytes) -> Path:
    path = folder / "mbox"
    box = mailbox.mbox(path)
    for mail in mails:
        box.add(mail)
    box.close()
    return path


def read(path: Path) -> str:
    out = StringIO()
    call_command("read_bounces", str(path), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("box", [maildir, mbox])
@pytest.mark.parametrize("whole", [True, False])
def test_returned_message_is_marked(sent: Message, tmp_path: Path, box: Callable[..., Path], *, whole: bool) -> None:
    path = box(tmp_path, report(sent.message_id, whole=whole))
    assert read(path) == "1 mails read, 1 messages marked as returned\n"
    sent.refresh_from_db()
    assert (sent.status, sent.why) == (Status.BOUNCED, "bounced_5.1.1")


def test_maildir_is_read_once(sent: Message, tmp_path: Path) -> None:
    path = maildir(tmp_path, report(sent.message_id))
    read(path)
    assert read(path) == "0 mails read, 0 messages marked as returned\n"


def test_mbox_read_twice_marks_once(sent: Message, tmp_path: Path) -> None:
    path = mbox(tmp_path, report(sent.message_id))
    read(path)
    assert read(path) == "1 mails read, 0 messages marked as returned\n"


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "odd")])
def test_report_that_is_not_final_marks_nothing(sent: Message, tmp_path: Path, action: str, status: str) -> None:
    read(maildir(tmp_path, report(sent.message_id, action=action, status=status)))
    sent.refresh_from_db()
    assert sent.status == Status.SENT


def test_reports_of_others_and_other_mail_are_passed_over(sent: Message, tmp_path: Path) -> None:
    others = [report("<someone@else.example>"), b"From: a@example.org\r\nSubject: Hei\r\n\r\nHei.\r\n", b"\xff\xfe not a mail", b""]
    assert read(maildir(tmp_path, *others)) == "4 mails read, 0 messages marked as returned\n"


def test_message_in_another_state_is_left_alone(now: datetime, tmp_path: Path) -> None:
    message = make_message(now=now)
    read(maildir(tmp_path, report(message.message_id)))
    message.refresh_from_db()
    assert message.status == Status.PLANNED


def test_missing_mailbox_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("read_bounces", str(tmp_path / "nowhere"))


def test_report_tells_what_it_says() -> None:
    found = bounces.read_report(report("<a@portal.example>"))
    assert found == bounces.Report("<a@portal.example>", "failed", "5.1.1")
