"""A delivering process is killed between the mail server's yes and its own mark, again and again."""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from lms_portal.common.clock import portal_now
from lms_portal.outbox.models import Message
from tests.factories.outbox import ASKS, RESENDS, make_message, registered_kinds
from tests.faults.database import own_database_url
from tests.mail_sink import Sink, mail_sink

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 24
EVERY = 6  # the process is killed at every sixth mail


@dataclass
class KillingSink(Sink):
    """Takes each mail, and at every sixth one kills whoever sent it before the answer can be marked."""

    victim: subprocess.Popen[bytes] | None = None
    kills: int = 0
    taken: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the mail for good; then perhaps kill."""
        answer = await super().handle_DATA(server, session, envelope)
        self.taken.append(str(self.mails[-1]["Message-ID"]))
        if len(self.taken) % EVERY == 0 and self.victim is not None:
            os.kill(self.victim.pid, signal.SIGKILL)
            self.kills += 1
        return answer


def leases_run_out() -> None:
    """Two minutes pass, as the database sees it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_message SET lease_until = now() - interval '1 second' WHERE status = 'claimed'")


def deliver_under_fire(sink: KillingSink) -> None:
    environment = {**os.environ, "DATABASE_URL": own_database_url(), "DJANGO_SETTINGS_MODULE": "lms_portal.settings.test"}
    for _round in range(MESSAGES):
        sink.victim = subprocess.Popen([sys.executable, "-m", "tests.faults.deliver", str(sink.port)], cwd=ROOT, env=environment)
        sink.victim.wait(timeout=60)
        if sink.victim.returncode == 0:
            return
        assert sink.victim.returncode == -signal.SIGKILL
        leases_run_out()
    pytest.fail("the processes never came to an end")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [RESENDS, ASKS])
def test_kill_loses_nothing_and_doubles_only_what_may_be_doubled(kind: str) -> None:
    now = portal_now()
    with registered_kinds():
        planned = {make_message(now=now, kind=kind, address=f"mottaker{n}@example.org").message_id for n in range(MESSAGES)}
    with mail_sink(sink=KillingSink()) as sink:
        assert isinstance(sink, KillingSink)
        deliver_under_fire(sink)
    copies = Counter(sink.taken)
    states = Counter(Message.objects.values_list("status", flat=True))
    assert sink.kills >= 3
    assert set(copies) == planned, "a message is lost, or one nobody planned was sent"
    if kind == RESENDS:
        assert states == {"sent": MESSAGES}
        assert copies.total() - MESSAGES <= sink.kills
    else:
        assert set(copies.values()) == {1}, "a kind that asks was sent twice"
        assert states == {"sent": MESSAGES - sink.kills, "uncertain": sink.kills}
