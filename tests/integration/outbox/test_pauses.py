"""Pausing all sending: nothing is claimed, nothing is lost, what becomes too late says why, and everybody concerned sees it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from lms_portal.accounts import roles
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.models import Change
from lms_portal.common.clock import real_now
from lms_portal.common.ids import new_id
from lms_portal.outbox import delivery, kinds, pauses, sweeps
from lms_portal.outbox.models import Heartbeat, Message, Pause
from tests.factories.accounts import make_clinic, make_hospital, make_person
from tests.factories.outbox import RESENDS, make_message, never_skips
from tests.mail_sink import Sink

pytestmark = pytest.mark.django_db
PAGE = "/nb/meldinger/pause/"
REASON = "Feil tekst i påminnelsene."
Status = Message.Status


@pytest.fixture
def hospital() -> Unit:
    return make_hospital("volda")


@pytest.fixture
def administrator(hospital: Unit) -> User:
    return make_person("Anders Prøve", "", (roles.ADMINISTRATOR, Unit.objects.get(path=hospital.path.split("/")[0])))


def paused(now: datetime, *, by: User | None = None) -> Pause:
    return pauses.pause_sending(reason=REASON, by=by.pk if by else new_id(), now=now)


def resume(pause: Pause, now: datetime) -> None:
    pauses.resume_sending(pause_id=pause.pk, by=new_id(), now=now)


def outcome(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.why


def test_nothing_is_claimed_in_a_pause_and_all_is_sent_after_it(sink: Sink, now: datetime) -> None:
    pause = paused(now)
    message = make_message(now=now)
    assert sweeps.deliver_due(now).claimed == 0
    assert outcome(message) == (Status.PLANNED, "")
    assert message.attempts == 0
    resume(pause, now + timedelta(hours=3))
    sweeps.deliver_due(now + timedelta(hours=3))
    assert outcome(message) == (Status.SENT, "")
    assert len(sink.mails) == 1


def test_sweep_still_leaves_its_heartbeat_in_a_pause(now: datetime) -> None:
    paused(now)
    sweeps.deliver_due(now)
    assert Heartbeat.objects.filter(name=sweeps.DELIVER_DUE).exists()


def test_pause_stops_the_rest_of_a_batch_that_is_claimed_already(sink: Sink, now: datetime) -> None:
    def render_and_pause(message: Message) -> kinds.Rendered:
        if not Pause.objects.exists():
            paused(now)
        return kinds.Rendered("Hei", "Hei")

    kinds.register(kinds.Kind(RESENDS, kinds.OnDoubt.RESEND, never_skips, render_and_pause))
    for number in range(3):
        make_message(now=now, address=f"mottaker{number}@example.org")
    swept = sweeps.deliver_due(now)
    assert swept.stopped == "paused"
    assert sorted(Message.objects.values_list("status", "attempts")) == [("planned", 0), ("planned", 0), ("sent", 1)]
    assert len(sink.mails) == 1


def test_message_that_became_too_late_in_a_pause_says_so(sink: Sink, now: datetime) -> None:
    message = make_message(now=now, expires_at=now + timedelta(hours=1))
    pause = paused(now)
    sweeps.deliver_due(now + timedelta(hours=2))
    assert outcome(message) == (Status.PLANNED, "")
    resume(pause, now + timedelta(hours=2))
    sweeps.deliver_due(now + timedelta(hours=2))
    assert outcome(message) == (Status.SKIPPED, "expired_in_pause")
    assert sink.mails == []


def test_message_that_was_too_late_before_the_pause_does_not_blame_it(sink: Sink, now: datetime) -> None:
    message = make_message(now=now, expires_at=now + timedelta(hours=1))
    resume(paused(now + timedelta(hours=2)), now + timedelta(hours=3))
    sweeps.deliver_due(now + timedelta(hours=3))
    assert outcome(message) == (Status.SKIPPED, "expired")


@pytest.mark.parametrize(("hours", "loud"), [(23, 0), (24, 1)])
def test_pause_of_a_day_is_an_error_in_the_log(now: datetime, caplog: pytest.LogCaptureFixture, hours: int, loud: int) -> None:
    paused(now)
    sweeps.deliver_due(now + timedelta(hours=hours))
    assert len([line for line in caplog.records if "has been paused since" in line.message]) == loud


def test_age_of_the_oldest_message_is_counted_from_the_end_of_the_pause(now: datetime) -> None:
    assert pauses.waits_since(None) is None
    assert pauses.waits_since(now) == now
    pause = paused(now)
    assert pauses.waits_since(now) is None
    resume(pause, now + timedelta(hours=1))
    assert pauses.waits_since(now) == now + timedelta(hours=1)
    assert pauses.waits_since(now + timedelta(hours=2)) == now + timedelta(hours=2)


def test_second_pause_and_second_end_are_refused(now: datetime) -> None:
    pause = paused(now)
    with pytest.raises(pauses.UnableToPauseError):
        paused(now)
    resume(pause, now)
    with pytest.raises(pauses.UnableToPauseError):
        resume(pause, now)
    assert paused(now).pk != pause.pk


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO outbox_pause (id, reason, begun_at, begun_by_id) VALUES (gen_random_uuid(), 'x', now(), gen_random_uuid())",
        "UPDATE outbox_pause SET reason = ''",
        "UPDATE outbox_pause SET ended_at = begun_at",
        "UPDATE outbox_pause SET ended_at = begun_at - interval '1 second', ended_by_id = gen_random_uuid()",
    ],
    ids=["two at once", "no reason", "ended by nobody", "ended before it began"],
)
def test_database_refuses(now: datetime, statement: str) -> None:
    paused(now)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Pages


def test_page_pauses_and_goes_on_and_the_log_says_who_and_when(client: Client, administrator: User, now: datetime) -> None:
    client.force_login(administrator)
    assert client.post(PAGE, {"reason": REASON})["Location"] == PAGE
    pause = Pause.objects.get()
    assert (pause.reason, pause.begun_by_id, pause.ended_at) == (REASON, administrator.pk, None)
    page = client.get(PAGE).content.decode()
    assert page.count(REASON) == 2
    assert administrator.name in page
    client.post(PAGE, {"pause": str(pause.pk)})
    pause.refresh_from_db()
    assert pause.ended_by_id == administrator.pk
    logged = Change.objects.filter(table="outbox_pause", object_id=str(pause.pk)).order_by("id")
    assert [(row.operation, row.actor_id) for row in logged] == [("insert", administrator.pk), ("update", administrator.pk)]
    assert all(row.portal_at for row in logged)


def test_page_wants_a_reason(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    page = client.post(PAGE, {"reason": " "})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Pause.objects.exists()


def test_second_person_sees_the_first_ones_pause_and_its_end(client: Client, administrator: User, now: datetime) -> None:
    client.force_login(administrator)
    pause = paused(now)
    page = client.post(PAGE, {"reason": "Noe annet"}, follow=True)
    assert [str(notice) for notice in page.context["messages"]] != []
    assert REASON in page.content.decode()
    assert Pause.objects.get() == pause
    resume(pause, now)
    page = client.post(PAGE, {"pause": str(pause.pk)}, follow=True)
    assert len(page.context["messages"]) == 1
    assert Pause.objects.filter(ended_at__isnull=True).count() == 0


def test_old_page_does_not_end_a_newer_pause(client: Client, administrator: User, now: datetime) -> None:
    client.force_login(administrator)
    old = paused(now)
    resume(old, now)
    new = paused(now)
    client.post(PAGE, {"pause": str(old.pk)})
    new.refresh_from_db()
    assert new.ended_at is None


@pytest.mark.parametrize("page", [PAGE, "/nb/meldinger/", "/nb/hjem/", "/nn/meldinger/pause/", "/en/meldinger/pause/"])
def test_banner_stands_where_administrators_look(client: Client, administrator: User, page: str) -> None:
    now = real_now()
    client.force_login(administrator)
    assert client.get(page).context["standing"] is None
    paused(now)
    make_message(now=now)
    shown = client.get(page)
    assert shown.context["standing"].waiting == 1
    assert 'data-color="warning"' in shown.content.decode()
    Pause.objects.update(begun_at=now - timedelta(days=2))
    assert 'data-color="danger"' in client.get(page).content.decode()


def test_banner_stands_on_a_message_and_not_for_others(client: Client, administrator: User, hospital: Unit, now: datetime) -> None:
    message = make_message(now=now)
    paused(now)
    client.force_login(administrator)
    assert REASON in client.get(f"/nb/meldinger/{message.pk}/").content.decode()
    client.force_login(make_person("Vidar Prøve", "", (roles.ASSESSOR, make_clinic("volda-clinic", hospital))))
    assert REASON not in client.get("/nb/hjem/").content.decode()


def test_banner_counts_what_will_soon_be_too_late(now: datetime) -> None:
    paused(now)
    make_message(now=now, expires_at=now + timedelta(hours=5))
    make_message(now=now, expires_at=now + timedelta(days=5))
    make_message(now=now, due_at=now + timedelta(hours=1))
    standing = pauses.standing(now=now)
    assert standing is not None
    assert (standing.waiting, standing.soon_too_late, standing.is_long) == (2, 1, False)


def test_page_is_closed_to_others(client: Client, hospital: Unit) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(make_person("Vidar Prøve", "", (roles.ASSESSOR, make_clinic("volda-clinic", hospital))))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"reason": REASON}).status_code == 403
    assert not Pause.objects.exists()


def test_page_costs_the_same_at_1_and_at_30(client: Client, administrator: User, now: datetime, django_assert_num_queries: Any) -> None:
    client.force_login(administrator)
    resume(paused(now), now)
    client.get(PAGE)
    with django_assert_num_queries(7) as one:
        client.get(PAGE)
    for _ in range(30):
        resume(paused(now), now)
    with django_assert_num_queries(len(one)):
        page = client.get(PAGE)
    assert len(page.context["rows"]) == 10


def test_claim_names_the_table_of_pauses() -> None:
    assert Pause._meta.db_table in delivery.CLAIM
