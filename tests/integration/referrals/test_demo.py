"""The demo's referrals: every state, both clinics, near and past deadlines, two rules that disagree."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import oslo_date
from lms_portal.demo import accounts_demo, catalogue_demo, referrals_demo
from referrals.models import Letter, Referral, RuleSet
from referrals.workflow import REFERRAL

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("now", [datetime(2026, 11, 17, 11, 0, tzinfo=UTC), datetime(2027, 4, 1, 6, 0, tzinfo=UTC)])
def test_demo_has_referrals_in_every_state_of_two_clinics(now: datetime) -> None:
    with acting_as_system("load_demo", now=now):
        call_command("load_reference")
        accounts_demo.load(now=now)
        catalogue_demo.load(now=now)
        referrals_demo.load(now=now)
    states = set(Referral.objects.values_list("status", flat=True))
    assert states >= set(REFERRAL.labels) - {"accepted_dated"}
    clinics = Referral.objects.open().values_list("receiving_unit__code", flat=True)
    assert {"molde-neurology-intake", "volda-medical-outpatient"} <= set(clinics)
    today = oslo_date(now)
    unanswered = Referral.objects.filter(status__in=["submitted", "under_assessment", "info_requested"])
    assert unanswered.filter(deadline_on__lt=today).exists()
    assert unanswered.filter(deadline_on__range=(today, today + timedelta(days=3))).exists()
    me = Referral.objects.filter(course__code="MECFS-MOLDE", status="submitted", municipality_id="1577").first()
    assert me is not None
    assert me.receiving_unit is not None
    assert (me.receiving_unit.code, "Volda" in me.route_text) == ("molde-neurology-intake", True)
    assert RuleSet.objects.get(status="in_force").rules.count() > 20
    assert Letter.objects.filter(channel="post", posted_at__isnull=True).exists()
