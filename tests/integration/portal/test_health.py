"""Health: the process answers by itself; readiness names the check that fails, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from lms_portal.celery import beat_schedule
from lms_portal.common.clock import real_now
from lms_portal.common.ids import new_id
from lms_portal.outbox import pauses, sweeps
from lms_portal.outbox.models import Heartbeat, Message, Pause
from tests.factories.outbox import make_message, registered_kinds


def beat(*, seconds_ago: float = 0, leave_out: str = "") -> None:
    for name in beat_schedule():
        if name != leave_out:
            sweeps.record_heartbeat(name, handled=0)
    Heartbeat.objects.update(at=real_now() - timedelta(seconds=seconds_ago))


def failing(client: Client) -> tuple[int, list[str]]:
    response = client.get("/readyz")
    return response.status_code, [name for name, state in response.json()["checks"].items() if state != "ok"]


def test_healthz_asks_the_database_nothing(client: Client) -> None:
    response = client.get("/healthz")  # without a mark for the database, a query would be an error
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_when_everything_is_there(client: Client) -> None:
    beat()
    assert failing(client) == (200, [])


@pytest.mark.django_db
def test_not_ready_before_the_first_sweep(client: Client) -> None:
    assert failing(client) == (503, ["sweeps"])


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "status"), [(179, 200), (181, 503)])
def test_sweep_may_be_three_intervals_old(client: Client, seconds: int, status: int) -> None:
    beat()
    Heartbeat.objects.filter(name=sweeps.DELIVER_DUE).update(at=real_now() - timedelta(seconds=seconds))
    assert failing(client)[0] == status


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 503)])
def test_untouched_message_may_be_a_quarter_of_an_hour_late(client: Client, minutes: int, status: int) -> None:
    beat()
    with registered_kinds():
        make_message(now=real_now() - timedelta(minutes=minutes))
    assert failing(client)[0] == status


@pytest.mark.django_db
def test_message_that_waits_for_the_mail_server_does_not_count(client: Client) -> None:
    beat()
    with registered_kinds():
        message = make_message(now=real_now() - timedelta(hours=3))
    Message.objects.filter(pk=message.pk).update(attempts=2)
    assert failing(client) == (200, [])


@pytest.mark.django_db
def test_message_that_a_pause_holds_back_does_not_count_nor_just_after_it(client: Client) -> None:
    beat()
    with registered_kinds():
        make_message(now=real_now() - timedelta(hours=3))
    pause = pauses.pause_sending(reason="Prøve", by=new_id(), now=real_now() - timedelta(hours=4))
    assert failing(client) == (200, [])
    pauses.resume_sending(pause_id=pause.pk, by=new_id(), now=real_now() - timedelta(minutes=14))
    assert failing(client) == (200, [])
    Pause.objects.update(ended_at=real_now() - timedelta(minutes=16))
    assert failing(client) == (503, ["messages"])


@pytest.mark.django_db
def test_missing_migration_is_noticed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms_portal.views import health

    beat()
    monkeypatch.setattr(health, "_expected_migrations", lambda: frozenset({("accounts", "9999_of_tomorrow")}))
    assert failing(client) == (503, ["migrations"])


@pytest.mark.django_db
def test_cache_that_fails_is_noticed(client: Client, settings: Any) -> None:
    beat()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert failing(client) == (503, ["cache"])
    cache.close()


@pytest.mark.django_db
def test_full_disk_is_noticed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms_portal.views import health

    beat()
    monkeypatch.setattr(health, "FREE_BYTES", 10**18)
    assert failing(client) == (503, ["disk"])


@pytest.mark.django_db(transaction=True)
def test_lost_database_is_a_failed_check_and_no_error_page(client: Client) -> None:
    before = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        status, names = failing(client)
    finally:
        connection.close()
        connection.settings_dict["HOST"] = before
    assert status == 503
    assert {"database", "migrations", "sweeps", "messages"} <= set(names)


@pytest.mark.django_db
def test_answer_holds_nothing_but_names_and_states(client: Client) -> None:
    assert set(client.get("/readyz").json()) == {"ready", "checks"}
