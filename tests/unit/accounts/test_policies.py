"""Rules about people: just before, at and just after their limits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms_portal.accounts import policies, roles
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.invitations import hash_of, secret_of
from lms_portal.accounts.models import Unit
from lms_portal.common.ids import new_id

TODAY = date(2026, 11, 17)


@pytest.mark.parametrize(
    ("began", "days"),
    [
        (None, (None, date(2026, 11, 16))),
        (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 11, 16))),
        (date(2026, 11, 16), (date(2026, 11, 16), date(2026, 11, 16))),
        (TODAY, (date(2026, 11, 16), date(2026, 11, 16))),
    ],
)
def test_membership_that_ends_today_is_over_today(began: date | None, days: tuple[date | None, date]) -> None:
    assert policies.last_day_of(began, TODAY) == days


@pytest.mark.parametrize("kind", list(UnitKind))
def test_roles_for_a_unit_are_those_that_fit(kind: UnitKind) -> None:
    unit = Unit(kind=kind)
    assert {role.code for role in policies.roles_for(unit)} == {code for code in roles.ROLES if policies.fits(code, unit)}


def test_unknown_role_fits_nowhere() -> None:
    assert policies.fits("doctor", Unit(kind=UnitKind.CLINIC)) is False


def test_invitation_lasts_72_hours_across_the_change_of_the_clock() -> None:
    before_winter_time = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert policies.invitation_ends(before_winter_time) - before_winter_time == timedelta(hours=72)


def test_secret_is_the_same_each_time_and_differs_between_invitations() -> None:
    first, second = new_id(), new_id()
    assert secret_of(first) == secret_of(first)
    assert secret_of(first) != secret_of(second)
    assert len(secret_of(first)) >= 42
    assert hash_of(secret_of(first)) != secret_of(first).encode()
