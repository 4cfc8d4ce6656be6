"""From a change to a delivered mail through a real worker, over the transport that the demo uses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from lms_portal.accounts.notifications import plan_sign_in_changed
from lms_portal.common.clock import portal_now
from lms_portal.outbox import sweeps
from lms_portal.outbox.models import DeliveredMail, Heartbeat, Message
from tests.factories.accounts import make_person
from tests.faults.database import own_database_url

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Path]:
    """The test's own process talks to the queue in files, as a web process of the demo does."""
    folder = tmp_path / "queue"
    (folder / "control").mkdir(parents=True)
    before = (current_app.conf.broker_write_url, dict(current_app.conf.broker_transport_options))
    current_app.conf.update(broker_write_url="filesystem://")
    current_app.conf.broker_transport_options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
    }
    yield folder
    current_app.conf.update(broker_write_url=before[0], broker_transport_options=before[1])


@pytest.fixture
def worker(queue: Path, transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of the demo's kind. No beat: only a wake-up makes it sweep."""
    environment = {
        **os.environ,
        "DATABASE_URL": own_database_url(),
        "DJANGO_SETTINGS_MODULE": "lms_portal.settings.dev",
        "PORTAL_QUEUE_DIR": str(queue),
        "REDIS_URL": "",
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "lms_portal",
        "worker",
        "--pool=solo",
        "-Q",
        "messages",
        "--without-gossip",
        "--without-mingle",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    yield process
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
def test_planned_message_is_delivered_by_a_worker_that_was_woken() -> None:
    person = make_person("Kari Prøve", "kari@sykehus.example", language="nn")
    plan_sign_in_changed(user=person, change="password_changed", now=portal_now())
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not Heartbeat.objects.filter(name=sweeps.DELIVER_DUE).exists():
        assert time.monotonic() < deadline, "no sweep has run"
        time.sleep(0.2)
    assert Message.objects.get().status == Message.Status.SENT
    mail = DeliveredMail.objects.get()
    assert (mail.recipient, mail.message_id) == ("kari@sykehus.example", Message.objects.get().message_id)
