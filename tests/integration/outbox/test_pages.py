"""The pages of messages: who sees which, what they say, and a person's word about one in doubt."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from lms_portal.accounts import roles
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.models import StatusChange
from lms_portal.common.ids import new_id
from lms_portal.outbox import kinds, queries, sweeps
from lms_portal.outbox.models import DeliveredMail, Message
from tests.factories.accounts import make_clinic, make_hospital, make_person, make_unit
from tests.factories.outbox import ASKS, RESENDS, make_message
from tests.mail_sink import Sink

pytestmark = pytest.mark.django_db
PAGE = "/nb/meldinger/"
Status = Message.Status


@pytest.fixture
def hospital() -> Unit:
    return make_hospital("volda")


@pytest.fixture
def clinic(hospital: Unit) -> Unit:
    return make_clinic("volda-clinic", hospital)


@pytest.fixture
def region(hospital: Unit) -> Unit:
    return Unit.objects.get(path=hospital.path.split("/")[0])


@pytest.fixture
def administrator(region: Unit) -> User:
    return make_person("Anders Prøve", "", (roles.ADMINISTRATOR, region))


def in_doubt(now: datetime, **fields: Any) -> Message:
    message = make_message(now=now, kind=ASKS, **fields)
    Message.objects.filter(pk=message.pk).update(status=Status.CLAIMED, claim=new_id(), lease_until=now, version=1)
    Message.objects.filter(pk=message.pk).update(status=Status.UNCERTAIN, claim=None, lease_until=None, version=2, why="lease_ran_out")
    message.refresh_from_db()
    return message


def shown(client: Client, query: str = "") -> list[Message]:
    return [line.message for line in client.get(PAGE + query).context["lines"]]


def test_pages_are_closed_to_whoever_sees_no_messages(client: Client, clinic: Unit, now: datetime) -> None:
    message = make_message(now=now, unit_id=clinic.pk)
    client.force_login(make_person("Vidar Prøve", "", (roles.ASSESSOR, clinic)))
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}{message.pk}/").status_code == 403


def test_each_sees_the_messages_of_their_units(client: Client, hospital: Unit, clinic: Unit, region: Unit, now: datetime) -> None:
    other_hospital = make_hospital("molde")
    of_clinic, of_other, of_none = (make_message(now=now, unit_id=unit) for unit in (clinic.pk, other_hospital.pk, None))
    client.force_login(make_person("Lillian Prøve", "", (roles.LMS_ADVISER, hospital)))
    assert shown(client, "?status=waiting") == [of_clinic]
    assert client.get(f"{PAGE}{of_other.pk}/").status_code == 404
    assert client.get(f"{PAGE}{of_none.pk}/").status_code == 404
    assert client.get(f"{PAGE}{of_clinic.pk}/").status_code == 200


def test_grant_office_sees_the_messages_about_grants(client: Client, now: datetime) -> None:
    office = make_unit("hmn-grants", UnitKind.GRANT_OFFICE)
    message, other = make_message(now=now), make_message(now=now)
    Message.objects.filter(pk=message.pk).update(kind="grants.deadline")
    client.force_login(make_person("Sara Prøve", "", (roles.CASE_OFFICER, office)))
    assert [line.pk for line in shown(client, "?status=waiting")] == [message.pk]
    assert client.get(f"{PAGE}{other.pk}/").status_code == 404


def test_administrator_of_the_region_sees_all(client: Client, administrator: User, now: datetime) -> None:
    messages = {make_message(now=now).pk, make_message(now=now, unit_id=new_id()).pk}
    client.force_login(administrator)
    assert {message.pk for message in shown(client, "?status=waiting")} == messages


def test_sealed_address_is_not_shown(client: Client, administrator: User, now: datetime) -> None:
    message = make_message(now=now, address="pasient@example.org")
    client.force_login(administrator)
    for page in (f"{PAGE}?status=waiting", f"{PAGE}{message.pk}/"):
        assert "pasient@example.org" not in client.get(page).content.decode()


def test_states_are_counted_and_what_needs_a_person_comes_first(client: Client, administrator: User, now: datetime) -> None:
    make_message(now=now)
    message = in_doubt(now)
    client.force_login(administrator)
    page = client.get(PAGE)
    assert [(tab["count"], tab["current"]) for tab in page.context["tabs"]] == [(1, True), (1, False), (0, False), (0, False)]
    assert [line.message for line in page.context["lines"]] == [message]
    assert [message.kind for message in shown(client, "?status=waiting&kind=tests.resends")] == ["tests.resends"]
    assert shown(client, "?status=waiting&kind=tests.asks") == []


@pytest.mark.parametrize("group", ["attention", "waiting", "sent", "skipped"])
def test_empty_list_says_so(client: Client, administrator: User, group: str) -> None:
    client.force_login(administrator)
    page = client.get(f"{PAGE}?status={group}")
    assert page.status_code == 200
    assert 'class="empty"' in page.content.decode()


def test_list_costs_the_same_at_1_and_at_30(client: Client, administrator: User, now: datetime, django_assert_num_queries: Any) -> None:
    client.force_login(administrator)
    make_message(now=now, unit_id=new_id())
    client.get(PAGE)
    with django_assert_num_queries(10) as one:
        client.get(PAGE)
    for _ in range(40):
        make_message(now=now, unit_id=new_id())
    with django_assert_num_queries(len(one)):
        page = client.get(PAGE)
    assert len(page.context["lines"]) == 30


def settle(client: Client, message: Message, verb: str, **data: str) -> Any:
    return client.post(f"{PAGE}{message.pk}/", {"verb": verb, "reason": "Står i loggen.", "version": str(message.version), **data})


@pytest.mark.parametrize(("verb", "status"), [("settle_as_sent", Status.SENT), ("settle_as_skipped", Status.SKIPPED)])
def test_message_in_doubt_is_settled_with_a_reason(client: Client, administrator: User, now: datetime, verb: str, status: str) -> None:
    message = in_doubt(now)
    client.force_login(administrator)
    assert settle(client, message, verb).status_code == 302
    message.refresh_from_db()
    assert message.status == status
    step = StatusChange.objects.get(object_id=message.pk)
    assert (step.verb, step.reason, step.actor_id) == (verb, "Står i loggen.", administrator.pk)
    assert "Står i loggen." in client.get(f"{PAGE}{message.pk}/").content.decode()


def tried_in_vain(now: datetime) -> Message:
    message = make_message(now=now)
    Message.objects.filter(pk=message.pk).update(status=Status.CLAIMED, claim=new_id(), lease_until=now, version=1)
    Message.objects.filter(pk=message.pk).update(status=Status.FAILED, claim=None, lease_until=None, version=2, why="deferred_450")
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("tried", [True, False])
def test_message_that_waits_is_skipped_and_says_why_wherever_it_is_listed(
    client: Client, administrator: User, sink: Sink, now: datetime, *, tried: bool
) -> None:
    message, other = tried_in_vain(now) if tried else make_message(now=now), make_message(now=now, address="annen@example.org")
    client.force_login(administrator)
    assert settle(client, message, "skip_by_hand", reason="Ringt i stedet.").status_code == 302
    message.refresh_from_db()
    assert (message.status, message.why) == (Status.SKIPPED, "skipped_by_person")
    step = StatusChange.objects.get(object_id=message.pk)
    assert (step.verb, step.reason, step.actor_id) == ("skip_by_hand", "Ringt i stedet.", administrator.pk)
    sweeps.deliver_due(now + timedelta(days=1))
    assert len(sink.mails) == 1
    other.refresh_from_db()
    assert other.status == Status.SENT
    assert queries.messages_of([message.object_id])[0].why.endswith(" Ringt i stedet.")
    assert "Ringt i stedet." in client.get(f"{PAGE}?status=skipped").content.decode()
    assert "skip_by_hand" not in client.get(f"{PAGE}{message.pk}/").content.decode()


def test_skipped_message_stays_so_when_it_is_planned_again(client: Client, administrator: User, now: datetime) -> None:
    message = make_message(now=now)
    client.force_login(administrator)
    settle(client, message, "skip_by_hand")
    again = make_message(now=now, object_id=message.object_id)
    assert (again.pk, again.status) == (message.pk, Status.SKIPPED)


def test_skip_needs_a_reason_and_a_message_that_no_sweep_has_taken(client: Client, administrator: User, now: datetime) -> None:
    message = make_message(now=now)
    client.force_login(administrator)
    assert settle(client, message, "skip_by_hand", reason="").context["form"].errors
    Message.objects.filter(pk=message.pk).update(status=Status.CLAIMED, claim=new_id(), lease_until=now, version=1)
    assert settle(client, message, "skip_by_hand").status_code == 200
    Message.objects.filter(pk=message.pk).update(status=Status.PLANNED, claim=None, lease_until=None, version=2)
    assert settle(client, message, "skip_by_hand").context["form"].errors  # the page was older than the sweep
    message.refresh_from_db()
    assert message.status == Status.PLANNED


def test_reasons_of_people_cost_one_query_for_all(
    client: Client, administrator: User, now: datetime, django_assert_num_queries: Any
) -> None:
    client.force_login(administrator)
    for _ in range(5):
        settle(client, make_message(now=now), "skip_by_hand")
    rows = list(Message.objects.all())
    with django_assert_num_queries(1):
        assert [line.why.endswith(" Står i loggen.") for line in queries.lines_of(rows)] == [True] * 5


def test_message_that_gave_up_is_planned_again(client: Client, administrator: User, now: datetime) -> None:
    message = make_message(now=now, expires_at=now + timedelta(days=1))
    Message.objects.filter(pk=message.pk).update(status=Status.CLAIMED, claim=new_id(), lease_until=now, version=1)
    Message.objects.filter(pk=message.pk).update(status=Status.DEAD, claim=None, lease_until=None, version=2, why="refused_550", attempts=3)
    message.refresh_from_db()
    client.force_login(administrator)
    assert settle(client, message, "plan_again").status_code == 302
    message.refresh_from_db()
    assert (message.status, message.attempts, message.why) == (Status.PLANNED, 0, "")


def test_reason_is_needed(client: Client, administrator: User, now: datetime) -> None:
    message = in_doubt(now)
    client.force_login(administrator)
    page = settle(client, message, "settle_as_sent", reason="")
    assert page.status_code == 200
    assert page.context["form"].errors
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN


def test_second_person_sees_that_it_is_settled(client: Client, administrator: User, now: datetime) -> None:
    message = in_doubt(now)
    client.force_login(administrator)
    settle(client, message, "settle_as_sent")
    page = settle(client, message, "settle_as_skipped")
    assert page.status_code == 200
    message.refresh_from_db()
    assert message.status == Status.SENT


@pytest.mark.parametrize("verb", ["plan_again", "deliver", "", "claim", "skip_by_hand"])
def test_verb_that_the_state_does_not_allow_changes_nothing(client: Client, administrator: User, now: datetime, verb: str) -> None:
    message = in_doubt(now)
    client.force_login(administrator)
    assert settle(client, message, verb).status_code == 200
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN


def test_messages_of_a_case_are_listed_with_their_fate(now: datetime) -> None:
    message = in_doubt(now)
    lines = queries.messages_of([message.object_id])
    assert [(line.message, line.tone) for line in lines] == [(message, "late")]
    assert lines[0].why != "lease_ran_out"
    assert queries.messages_of([new_id()]) == []


@pytest.mark.parametrize("demo", [True, False])
def test_mailbox_exists_in_the_demo_only(client: Client, settings: Any, now: datetime, *, demo: bool) -> None:
    settings.DEMO = demo
    DeliveredMail.objects.create(recipient="a@example.org", subject="Påminnelse <b>", body="Se http://testserver/nb/", at=now)
    page = client.get(f"{PAGE}demo-postkasse/")
    assert page.status_code == (200 if demo else 404)
    if demo:
        assert "Påminnelse &lt;b&gt;" in page.content.decode()
        assert client.get(f"{PAGE}demo-postkasse/?to=b@example.org").content.decode().count("Påminnelse") == 0


def test_demo_mail_backend_keeps_what_would_be_sent(settings: Any, now: datetime) -> None:
    settings.EMAIL_BACKEND = "lms_portal.outbox.mailbox.MailboxBackend"
    message = make_message(now=now)
    sweeps.deliver_due(now)
    mail = DeliveredMail.objects.get()
    assert (mail.recipient, mail.subject, mail.message_id) == ("mottaker@example.org", "Påminnelse", message.message_id)


def test_every_kind_has_a_name_for_people() -> None:
    assert [code for code, kind in kinds.all_kinds().items() if code not in (RESENDS, ASKS) and not kind.name] == []
