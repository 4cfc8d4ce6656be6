"""The first account of an installation: made once, by whoever runs the server, and without a password that anybody knows."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Membership, User
from lms_portal.accounts.notifications import PASSWORD_RESET
from lms_portal.accounts.roles import ADMINISTRATOR
from lms_portal.audit.models import Change
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_person, make_unit

pytestmark = pytest.mark.django_db


def _add(*, email: str = "Kari@Sykehus.example", unit: str = "midt") -> str:
    said = StringIO()
    call_command("add_first_administrator", email, "Kari Prøve", unit, language="nn", stdout=said)
    return said.getvalue()


def test_first_administrator_gets_a_role_and_a_link() -> None:
    region = make_unit("midt", UnitKind.REGION)

    assert _add() == "kari@sykehus.example will get a mail with a link to set a password; it works for two hours\n"

    user = User.objects.get()
    assert (user.email, user.name, user.language, user.has_usable_password()) == ("kari@sykehus.example", "Kari Prøve", "nn", False)
    assert Membership.objects.values_list("user", "unit", "role_code").get() == (user.pk, region.pk, ADMINISTRATOR.code)
    message = Message.objects.select_related("data_key").get()
    assert (message.kind, message.recipient_address, message.language) == (PASSWORD_RESET, "kari@sykehus.example", "nn")
    assert set(Change.objects.filter(table="accounts_user").values_list("system", flat=True)) == {"add_first_administrator"}


def test_second_administrator_is_refused() -> None:
    region = make_unit("midt", UnitKind.REGION)
    make_person("Ola Prøve", "", (ADMINISTRATOR, region))

    with pytest.raises(CommandError, match="There is an administrator already"):
        _add()
    assert Message.objects.count() == 0


def test_closed_administrator_does_not_keep_everybody_out() -> None:
    region = make_unit("midt", UnitKind.REGION)
    make_person("Ola Prøve", "", (ADMINISTRATOR, region), is_active=False)

    _add()

    assert Membership.objects.filter(user__is_active=True).count() == 1


def test_administrator_of_a_clinic_is_refused() -> None:
    make_clinic("nevrologi")

    with pytest.raises(CommandError, match="belongs to a region or a health trust"):
        _add(unit="nevrologi")
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("email", "unit", "problem"),
    [("kari", "midt", "kari is not an e-mail address"), ("kari@sykehus.example", "nord", "there is no unit with the code nord")],
)
def test_misspelt_argument_is_named(email: str, unit: str, problem: str) -> None:
    make_unit("midt", UnitKind.REGION)

    with pytest.raises(CommandError, match=problem):
        _add(email=email, unit=unit)
