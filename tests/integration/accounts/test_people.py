"""Invitations, roles and accounts: who may, what fits, and what each person sees of the others."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from lms_portal.accounts import actions, roles
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Invitation, Membership, Unit, User
from lms_portal.accounts.permissions import roles_of
from lms_portal.audit.context import Acting, acting_as
from lms_portal.common.clock import oslo_date, real_now
from lms_portal.outbox import sweeps
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_hospital, make_membership, make_person, make_unit

pytestmark = pytest.mark.django_db
NEW = "another sentence that is long enough"


@pytest.fixture
def hospital() -> Unit:
    return make_hospital("volda")


@pytest.fixture
def clinic(hospital: Unit) -> Unit:
    return make_clinic("volda-clinic", hospital, name="Medisinsk poliklinikk, Volda")


@pytest.fixture
def administrator(hospital: Unit) -> User:
    region = Unit.objects.get(path=hospital.path.split("/")[0])
    return make_person("Anders Prøve", "anders@sykehus.example", (roles.ADMINISTRATOR, region))


@pytest.fixture
def lead() -> User:
    organisation = make_unit("org-hjarte", UnitKind.USER_ORGANISATION, name="Hjartelaget")
    return make_person("Oddveig Prøve", "oddveig@lag.example", (roles.ORGANISATION_LEAD, organisation))


def invite(by: User, unit: Unit, now: datetime, role: roles.Role = roles.ASSESSOR, email: str = "Ny@Sykehus.example") -> actions.Invited:
    return actions.invite_person(email=email, name="Ny Prøve", unit=unit, role_code=role.code, language="nn", by=by, now=now)


def secret_of_mail() -> str:
    found = re.search(r"/invitasjon/([\w-]+)/", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def test_invitation_goes_all_the_way(client: Client, administrator: User, clinic: Unit) -> None:
    now = real_now()
    client.force_login(administrator)
    data = {"email": "ny@sykehus.example", "name": "Ny Prøve", "unit": str(clinic.pk), "role_code": "assessor", "language": "nn"}
    assert client.post("/nb/konto/folk/inviter/", data)["Location"] == "/nb/konto/folk/"
    client.logout()
    sweeps.deliver_due(now + timedelta(seconds=5))
    assert mail.outbox[-1].to == ["ny@sykehus.example"]
    assert "Medisinsk poliklinikk, Volda" in mail.outbox[-1].body
    opened = client.get(f"/nn/konto/invitasjon/{secret_of_mail()}/")
    assert opened["Location"] == "/nn/konto/invitasjon/"
    assert client.get("/nn/konto/invitasjon/").status_code == 200
    answer = {"name": "Ny Prøve", "phone": "", "language": "nn", "password": NEW, "password_again": NEW}
    assert client.post("/nn/konto/invitasjon/", answer)["Location"] == "/nn/konto/inn/"
    assert client.post("/nn/konto/inn/", {"login": "ny@sykehus.example", "password": NEW})["Location"] == "/nn/hjem/"
    user = User.objects.get(email="ny@sykehus.example")
    assert list(user.memberships.values_list("unit__code", "role_code")) == [("volda-clinic", "assessor")]


def test_secret_stands_in_no_table(administrator: User, clinic: Unit, now: datetime) -> None:
    invite(administrator, clinic, now)
    sweeps.deliver_due(now)
    secret = secret_of_mail()
    assert secret not in str(list(Invitation.objects.values()) + list(Message.objects.values()))


@pytest.mark.parametrize(("after", "works"), [(timedelta(hours=72) - timedelta(microseconds=1), True), (timedelta(hours=72), False)])
def test_invitation_works_for_72_hours(administrator: User, clinic: Unit, now: datetime, after: timedelta, *, works: bool) -> None:
    invite(administrator, clinic, now)
    sweeps.deliver_due(now)
    assert (actions.find_invitation(secret_of_mail(), now=now + after) is not None) is works


def accept(secret: str, now: datetime, password: str = NEW) -> User:
    return actions.accept_invitation(secret=secret, name="Ny Prøve", phone="", language="nn", password=password, now=now)


def test_invitation_works_once(administrator: User, clinic: Unit, now: datetime) -> None:
    invite(administrator, clinic, now)
    sweeps.deliver_due(now)
    secret = secret_of_mail()
    accept(secret, now)
    with pytest.raises(actions.UnableToAcceptError):
        accept(secret, now)


def test_weak_password_keeps_the_invitation(administrator: User, clinic: Unit, now: datetime) -> None:
    invite(administrator, clinic, now)
    sweeps.deliver_due(now)
    with pytest.raises(ValidationError):
        accept(secret_of_mail(), now, password="kort")
    assert accept(secret_of_mail(), now).email == "ny@sykehus.example"


def test_new_invitation_makes_the_earlier_one_stop(administrator: User, clinic: Unit, now: datetime) -> None:
    invite(administrator, clinic, now)
    sweeps.deliver_due(now)
    first = secret_of_mail()
    invite(administrator, clinic, now + timedelta(hours=1))
    assert actions.find_invitation(first, now=now + timedelta(hours=1)) is None


def test_withdrawn_invitation_is_not_even_sent(administrator: User, clinic: Unit, now: datetime) -> None:
    invited = invite(administrator, clinic, now)
    assert invited.invitation
    actions.withdraw_invitation(invitation=invited.invitation, by=administrator, now=now)
    sweeps.deliver_due(now + timedelta(seconds=1))
    assert mail.outbox == []
    assert Message.objects.get().why == "invitation_over"


def test_somebody_with_an_account_gets_the_role_at_once(administrator: User, clinic: Unit, now: datetime) -> None:
    known = make_person("Ny Prøve", "ny@sykehus.example")
    invited = invite(administrator, clinic, now)
    assert invited.membership
    assert roles_of(known) == {"assessor"}
    sweeps.deliver_due(now)
    assert [message.to for message in mail.outbox] == [["ny@sykehus.example"]]


def test_role_that_does_not_fit_the_unit_is_refused(administrator: User, clinic: Unit, now: datetime) -> None:
    with pytest.raises(actions.UnableToManageError):
        invite(administrator, clinic, now, role=roles.CASE_OFFICER)


def test_lead_of_an_organisation_reaches_that_organisation_alone(lead: User, clinic: Unit, now: datetime) -> None:
    own = lead.memberships.get().unit
    assert invite(lead, own, now, role=roles.APPLICANT).invitation
    with pytest.raises(actions.UnableToManageError):
        invite(lead, clinic, now)


def test_nobody_gives_themselves_a_role(administrator: User, clinic: Unit, now: datetime) -> None:
    with pytest.raises(actions.UnableToManageError):
        actions.give_role(user=administrator, unit=clinic, role_code="assessor", by=administrator, now=now)


def test_role_ends_at_once_and_can_be_given_again(administrator: User, clinic: Unit, now: datetime) -> None:
    person = make_person("Ny Prøve", "ny@sykehus.example")
    today = oslo_date(now)
    with acting_as(Acting(portal_at=now.isoformat())):
        membership = actions.give_role(user=person, unit=clinic, role_code="assessor", by=administrator, now=now)
        assert roles_of(User.objects.get(pk=person.pk)) == {"assessor"}
        actions.end_membership(membership=membership, by=administrator, now=now)
        assert roles_of(User.objects.get(pk=person.pk)) == frozenset()
        actions.give_role(user=person, unit=clinic, role_code="assessor", by=administrator, now=now)
        assert roles_of(User.objects.get(pk=person.pk)) == {"assessor"}
    assert Membership.objects.get(user=person).valid_from == today


def test_account_with_a_role_elsewhere_is_not_closed_from_here(lead: User, clinic: Unit, now: datetime) -> None:
    own = lead.memberships.get().unit
    person = make_person("Ny Prøve", "ny@sykehus.example", (roles.APPLICANT, own))
    make_membership(person, roles.ASSESSOR, clinic)
    with pytest.raises(actions.UnableToManageError):
        actions.close_account(user=person, by=lead, now=now)


def test_closed_account_gets_no_mail_and_opens_again(administrator: User, clinic: Unit, now: datetime) -> None:
    person = make_person("Ny Prøve", "ny@sykehus.example", (roles.ASSESSOR, clinic))
    actions.close_account(user=person, by=administrator, now=now)
    assert roles_of(person) == frozenset()
    actions.open_account(user=person, by=administrator, now=now)
    assert User.objects.get(pk=person.pk).is_active is True


PAGES = ["/nb/konto/folk/", "/nb/konto/folk/inviter/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_people_are_for_whoever_manages_somebody(client: Client, clinic: Unit, page: str) -> None:
    client.force_login(make_person("Vidar Prøve", "vidar@sykehus.example", (roles.ASSESSOR, clinic)))
    assert client.get(page).status_code == 403


def test_person_of_another_unit_is_not_there(client: Client, lead: User, clinic: Unit) -> None:
    other = make_person("Vidar Prøve", "vidar@sykehus.example", (roles.ASSESSOR, clinic))
    client.force_login(lead)
    assert client.get(f"/nb/konto/folk/{other.pk}/").status_code == 404
    assert client.post(f"/nb/konto/folk/{other.pk}/konto/").status_code == 404
    assert client.post(f"/nb/konto/folk/rolle/{other.memberships.get().pk}/avslutt/").status_code == 404


def test_list_of_people_costs_the_same_at_1_and_at_30(
    client: Client, administrator: User, clinic: Unit, django_assert_num_queries: Any
) -> None:
    client.force_login(administrator)
    client.get("/nb/konto/folk/")
    with django_assert_num_queries(7):
        client.get("/nb/konto/folk/")
    for number in range(30):
        make_person(f"Person {number:02}", f"p{number}@sykehus.example", (roles.ASSESSOR, clinic))
    with django_assert_num_queries(7):
        page = client.get("/nb/konto/folk/")
    assert len(page.context["page"].object_list) == 25


def test_list_is_narrowed_by_name_and_unit(client: Client, administrator: User, clinic: Unit) -> None:
    make_person("Åse Prøve", "aase@sykehus.example", (roles.ASSESSOR, clinic))
    client.force_login(administrator)
    page = client.get("/nb/konto/folk/", {"q": "åse", "unit": str(clinic.pk)})
    assert [row.user.name for row in page.context["page"].object_list] == ["Åse Prøve"]
    assert client.get("/nb/konto/folk/", {"q": "finnes ikke"}).status_code == 200


def test_roles_are_ended_and_accounts_closed_from_the_page(client: Client, administrator: User, clinic: Unit) -> None:
    person = make_person("Ny Prøve", "ny@sykehus.example", (roles.ASSESSOR, clinic))
    client.force_login(administrator)
    page = f"/nb/konto/folk/{person.pk}/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"unit": str(clinic.pk), "role_code": "intake_secretary"})["Location"] == page
    ended = person.memberships.get(role_code="assessor")
    assert client.post(f"/nb/konto/folk/rolle/{ended.pk}/avslutt/")["Location"] == page
    assert client.post(f"{page}konto/")["Location"] == page
    assert User.objects.get(pk=person.pk).is_active is False
    assert client.post(f"{page}konto/", {"open": "1"})["Location"] == page
    assert User.objects.get(pk=person.pk).is_active is True


def test_wrong_secret_tells_nothing(client: Client) -> None:
    assert client.get("/nb/konto/invitasjon/not-a-secret/")["Location"] == "/nb/konto/invitasjon/"
    assert client.get("/nb/konto/invitasjon/").status_code == 404
