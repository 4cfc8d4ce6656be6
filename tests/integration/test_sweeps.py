"""Beat's schedule: every sweep leaves a heartbeat, runs on a plain interval, and its task does not pile up behind a stopped worker."""

import pytest
from celery import current_app
from django.conf import settings

from lms_portal.celery import app, beat_schedule
from lms_portal.outbox.models import Heartbeat


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(beat_schedule()))
def test_sweep_leaves_a_heartbeat_under_its_own_name(name: str) -> None:
    app.loader.import_default_modules()

    current_app.tasks[beat_schedule()[name]["task"]].run()

    assert list(Heartbeat.objects.values_list("name", flat=True)) == [name]


@pytest.mark.parametrize("name", sorted(beat_schedule()))
def test_sweep_runs_on_a_plain_interval_and_expires(name: str) -> None:
    entry = beat_schedule()[name]

    assert float(entry["schedule"]) == settings.SWEEP_SECONDS
    assert entry["options"] == {"expires": settings.SWEEP_SECONDS * 5.0}
