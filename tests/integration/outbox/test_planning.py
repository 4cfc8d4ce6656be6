"""Planning: in the caller's transaction, once for each key, and never broken by a broker that is away."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lms_portal.common.ids import new_id
from lms_portal.outbox import actions
from lms_portal.outbox.models import Message
from tests.factories.outbox import RESENDS, make_message

Status = Message.Status


@pytest.mark.django_db
def test_rolled_back_change_leaves_no_message(now: datetime) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        make_message(now=now)
        raise ZeroDivisionError
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_new_revision_is_a_new_message(now: datetime) -> None:
    about, user = new_id(), new_id()
    for revision in ("7d", "7d", "1d"):
        draft = actions.Draft(RESENDS, "tests.case", about, actions.Recipient(user_id=user), due_at=now, revision=revision)
        actions.plan([draft], now=now)
    assert sorted(Message.objects.values_list("revision", flat=True)) == ["1d", "7d"]
    assert Message.objects.values("message_id").distinct().count() == 2


@pytest.mark.django_db
def test_unknown_kind_is_refused_when_planned(now: datetime) -> None:
    with pytest.raises(LookupError):
        make_message(now=now, kind="tests.unknown")


@pytest.mark.django_db(transaction=True)
def test_planning_wakes_the_sweep_after_the_commit(now: datetime) -> None:
    woken: list[bool] = []
    before = list(actions._waker)
    actions.set_waker(lambda: woken.append(Message.objects.exists()))
    try:
        with transaction.atomic():
            make_message(now=now)
            assert woken == []
    finally:
        actions._waker[:] = before
    assert woken == [True]


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_away_breaks_no_request(now: datetime, settings: Any) -> None:
    from celery import current_app

    before = current_app.conf.broker_write_url
    current_app.conf.update(broker_write_url="redis://127.0.0.1:1/0")
    try:
        message = make_message(now=now)
    finally:
        current_app.conf.update(broker_write_url=before)
    assert Message.objects.filter(pk=message.pk, status=Status.PLANNED).exists()


FORBIDDEN = {
    "sent without a moment": "UPDATE outbox_message SET status = 'claimed', version = 1, claim = gen_random_uuid(), lease_until = now();"
    " UPDATE outbox_message SET status = 'sent', version = 2, claim = NULL, lease_until = NULL",
    "claimed without a lease": "UPDATE outbox_message SET status = 'claimed', version = 1, claim = gen_random_uuid()",
    "a lease on a row that nobody claimed": "UPDATE outbox_message SET lease_until = now()",
    "skipped without a reason": "UPDATE outbox_message SET status = 'skipped', version = 1",
    "an unknown state": "UPDATE outbox_message SET status = 'perhaps', version = 1",
    "straight to sent": "UPDATE outbox_message SET status = 'sent', sent_at = now(), version = 1",
    "a state without a new version": "UPDATE outbox_message SET status = 'skipped', why = 'x'",
    "an end before it is due": "UPDATE outbox_message SET expires_at = due_at",
    "two recipients": "UPDATE outbox_message SET recipient_user_id = gen_random_uuid()",
    "no recipient": "UPDATE outbox_message SET recipient_address = NULL",
    "an address without a key": "UPDATE outbox_message SET data_key_id = NULL",
    "the same message twice": "INSERT INTO outbox_message SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid()))).* FROM outbox_message m",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_database_refuses(now: datetime, statement: str) -> None:
    make_message(now=now)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
