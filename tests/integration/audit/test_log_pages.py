"""The auditor's pages: a purpose first, every look written down, nobody else gets in, each sees the units below their own."""

from typing import Any

import pytest
from django.test import Client

from lms_portal.accounts import roles
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.access import record_read
from lms_portal.audit.context import Acting, acting_as
from lms_portal.audit.models import Access, Change
from lms_portal.common.ids import new_id
from tests.factories.accounts import make_clinic, make_hospital, make_person

pytestmark = pytest.mark.django_db
PAGE = "/nb/innsyn/"


@pytest.fixture
def hospital() -> Unit:
    return make_hospital("volda")


@pytest.fixture
def auditor(hospital: Unit) -> User:
    region = Unit.objects.get(path=hospital.path.split("/")[0])
    return make_person("Ida Prøve", "", (roles.AUDITOR, region))


@pytest.fixture
def audit_client(client: Client, auditor: User) -> Client:
    client.force_login(auditor)
    return client


def state(client: Client) -> Any:
    return client.post(PAGE, {"purpose": "patient_request", "reference": "2026/17"})


@pytest.mark.parametrize("path", ["", "lest/", "endret/"])
def test_pages_are_closed_to_others(client: Client, path: str) -> None:
    client.force_login(make_person("Anders Prøve", "", (roles.ASSESSOR, make_clinic())))
    assert client.get(PAGE + path).status_code == 403


@pytest.mark.parametrize("path", ["lest/", "endret/"])
def test_nothing_is_shown_before_a_purpose_is_stated(audit_client: Client, path: str) -> None:
    assert audit_client.get(PAGE + path)["Location"] == PAGE
    assert not Access.objects.exists()


def test_purpose_and_case_are_both_needed(audit_client: Client) -> None:
    assert audit_client.post(PAGE, {"purpose": "patient_request"}).status_code == 200
    assert audit_client.post(PAGE, {"reference": "2026/17"}).status_code == 200
    assert state(audit_client)["Location"] == f"{PAGE}lest/"


@pytest.mark.parametrize(("path", "object_type"), [("lest/", "audit.reads"), ("endret/", "audit.changes")])
def test_look_is_itself_written_down(audit_client: Client, auditor: User, path: str, object_type: str) -> None:
    state(audit_client)
    assert audit_client.get(PAGE + path).status_code == 200
    row = Access.objects.get()
    assert (row.actor_id, row.role, row.purpose, row.basis) == (auditor.pk, "auditor", "audit:patient_request", "case 2026/17")
    assert (row.action, row.object_type) == ("list", object_type)


def read_in(unit: Unit | None, object_id: Any) -> Access:
    with acting_as(Acting(actor_id=str(new_id()), role="assessor", unit_id=str(unit.pk) if unit else "", purpose="assess")):
        return record_read(action=Access.Action.VIEW, object_type="referral", object_ids=[object_id], basis="assigned clinic")


def shown(client: Client, path: str = "lest/", **query: str) -> list[Any]:
    return [line["row"] for line in client.get(PAGE + path, query).context["rows"]]


def test_who_has_opened_one_referral(audit_client: Client, hospital: Unit) -> None:
    wanted = new_id()
    mine, _other = read_in(hospital, wanted), read_in(hospital, new_id())
    state(audit_client)
    assert shown(audit_client, object_id=str(wanted)) == [mine]
    searched = Access.objects.filter(action="search").get()
    assert wanted in searched.object_ids


def test_auditor_of_a_trust_sees_that_trust_alone(client: Client, hospital: Unit) -> None:
    elsewhere = make_hospital("molde")
    trust = Unit.objects.get(children=hospital)
    client.force_login(make_person("Ida Prøve", "", (roles.AUDITOR, trust)))
    inside, outside, nowhere = read_in(hospital, new_id()), read_in(elsewhere, new_id()), read_in(None, new_id())
    state(client)
    rows = shown(client)
    assert inside in rows
    assert outside not in rows
    assert nowhere not in rows


def test_values_are_shown_for_one_object_only(audit_client: Client) -> None:
    person = make_person("Kari Hemmelig", "")
    state(audit_client)
    assert "Kari Hemmelig" not in audit_client.get(f"{PAGE}endret/").content.decode()
    assert "Kari Hemmelig" in audit_client.get(f"{PAGE}endret/", {"object_id": str(person.pk)}).content.decode()


def test_hidden_fields_are_named_and_never_shown(audit_client: Client) -> None:
    person = make_person("Kari Prøve", "")
    assert Change.objects.get(table="accounts_user", object_id=str(person.pk), operation="insert").changes["password"] == "changed"
    state(audit_client)
    assert person.password not in audit_client.get(f"{PAGE}endret/", {"object_id": str(person.pk)}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"since": "31.02.2027"}, {"actor": "nobody"}, {"object_id": "1"}, {"page": "9999"}, {"since": "01.01.2020", "until": "02.01.2020"}],
)
def test_odd_filters_are_no_error(audit_client: Client, query: dict[str, str]) -> None:
    state(audit_client)
    for path in ("lest/", "endret/"):
        assert audit_client.get(PAGE + path, query).status_code == 200


def test_pages_cost_the_same_at_1_and_at_60(audit_client: Client, hospital: Unit, django_assert_num_queries: Any) -> None:
    state(audit_client)
    read_in(hospital, new_id())
    audit_client.get(f"{PAGE}lest/")
    with django_assert_num_queries(10) as few:
        audit_client.get(f"{PAGE}lest/")
    for _ in range(60):
        read_in(hospital, new_id())
    with django_assert_num_queries(len(few)):
        audit_client.get(f"{PAGE}lest/")
