"""The demo's grants, loaded at different times of the year."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from grants.models import Application, CarryOver, LedgerAccount, Report, Round
from grants.policies import phase
from grants.queries import announced_round
from lms_portal.audit.context import acting_as_system
from lms_portal.demo import accounts_demo, grants_demo
from lms_portal.outbox.models import Message

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def loaded(now: datetime) -> None:
    """This will load units, people and grants, as the demo does."""
    call_command("load_reference")
    with acting_as_system("load_demo", now=now):
        accounts_demo.load(now=now)
        grants_demo.load(now=now)


def test_demo_has_three_years_and_an_open_round_in_november() -> None:
    loaded(NOVEMBER)
    states = dict(Round.objects.values_list("grant_year", "status"))
    assert states == {2025: "settled", 2026: "paid_out", 2027: "open"}
    current = announced_round(NOVEMBER)
    assert current is not None
    assert (current.grant_year, phase(current, NOVEMBER)) == (2027, "open")
    assert set(Application.objects.filter(round=current).values_list("status", flat=True)) == {"draft", "submitted"}

    assert LedgerAccount.objects.filter(year=2026, origin_year=2025, carried_in_nok__gt=0).count() == 2
    assert set(CarryOver.objects.values_list("status", flat=True)) == {"approved", "requested"}
    assert set(Report.objects.values_list("status", flat=True)) == {"approved", "submitted", "returned", "draft"}
    assert not Message.objects.filter(status="planned", due_at__year__lt=2026).exists()


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (datetime(2026, 9, 30, 21, 59, tzinfo=UTC), {2024: "settled", 2025: "paid_out", 2026: "closed", 2027: "planned"}),
        (datetime(2026, 10, 1, 4, 0, tzinfo=UTC), {2025: "settled", 2026: "paid_out", 2027: "open"}),
        (datetime(2026, 12, 31, 12, 0, tzinfo=UTC), {2025: "settled", 2026: "paid_out", 2027: "closed", 2028: "planned"}),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), {2026: "settled", 2027: "paid_out", 2028: "closed", 2029: "planned"}),
    ],
)
def test_demo_loads_at_any_time_of_the_year(now: datetime, status: dict[int, str]) -> None:
    loaded(now)
    assert dict(Round.objects.values_list("grant_year", "status")) == status


def test_demo_organisations_are_invented_here() -> None:
    text = Path(grants_demo.SOURCE).read_text(encoding="utf-8")
    assert text.count("[[organisation]]") == 14
