"""Rule sets: put in force only when whole, kept by the referral that they sent, asked by the catalogue."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from catalogue import hooks as catalogue_hooks
from catalogue.actions.places import change_enrolment
from lms_portal.common.clock import oslo_date
from referrals.actions import rules
from referrals.actions.rules import UnableToPutInForce
from referrals.models import Referral, RuleSet
from tests.factories.accounts import make_person
from tests.factories.referrals import make_draft, make_in_state, make_rule_set, make_sent, make_world

pytestmark = pytest.mark.django_db


def test_referral_keeps_rule_set_reasons_and_text(now: datetime) -> None:
    world = make_world()
    rule_set = make_rule_set(
        now,
        {"course": world.course, "receiving_unit": world.clinic, "legal_basis": "Fordeling"},
        {"hospital_area_id": "volda", "receiving_unit": world.other_clinic},
    )
    sent = make_sent(world, now)
    rule = rule_set.rules.get(course=world.course)
    assert (sent.receiving_unit, sent.route, sent.route_rule, sent.rule_set_number) == (world.clinic, "rule", rule, 1)
    assert sent.route_reasons == [{"code": "course", "params": {}}]
    assert sent.route_text.startswith("Nevrologisk inntakskontor, Molde tar imot henvisningen fordi enheten har ansvaret for kurset.")
    assert "Medisinsk poliklinikk, Volda" in sent.route_text


def test_later_set_changes_nothing_for_what_is_sent(now: datetime) -> None:
    world = make_world()
    make_rule_set(now, {"course": world.course, "receiving_unit": world.clinic})
    sent = make_sent(world, now)
    make_rule_set(now, {"course": world.course, "receiving_unit": world.other_clinic})
    assert list(RuleSet.objects.order_by("number").values_list("status", flat=True)) == ["retired", "in_force"]
    assert Referral.objects.get(pk=sent.pk).rule_set_number == 1
    assert make_sent(world, now).receiving_unit == world.other_clinic


def test_new_set_reaches_the_kept_course_page(client: Client, now: datetime) -> None:
    world = make_world()
    make_rule_set(now, {"course": world.course, "receiving_unit": world.clinic})
    address = f"/nb/kurs/{world.course.slug}/"
    assert f"<strong>{world.clinic.name}</strong>" in client.get(address).text
    make_rule_set(now, {"course": world.course, "receiving_unit": world.other_clinic})
    assert f"<strong>{world.other_clinic.name}</strong>" in client.get(address).text


def test_set_with_a_tie_is_refused_and_the_old_one_stays(now: datetime) -> None:
    world = make_world()
    make_rule_set(now, {"course": world.course, "receiving_unit": world.clinic})
    with pytest.raises(UnableToPutInForce) as caught:
        make_rule_set(
            now, {"course": world.course, "receiving_unit": world.clinic}, {"course": world.course, "receiving_unit": world.other_clinic}
        )
    assert caught.value.coverage is not None
    assert len(caught.value.coverage.ties) == 1
    assert RuleSet.objects.get(status="in_force").number == 1


def test_only_whoever_keeps_the_rules_may_change_them(now: datetime) -> None:
    with pytest.raises(UnableToPutInForce):
        rules.new_rule_set(note="", by=make_person(), now=now)


def test_catalogue_asks_where_referrals_go(now: datetime) -> None:
    world = make_world()
    today = oslo_date(now)
    assert catalogue_hooks.referral_destination(world.course, None, today=today) == world.clinic
    make_rule_set(now, {"course": world.course, "receiving_unit": world.other_clinic})
    assert catalogue_hooks.referral_destination(world.course, None, today=today) == world.other_clinic


def test_referral_closes_itself_when_the_last_place_has_ended(now: datetime) -> None:
    world = make_world()
    referral = make_in_state(world, "accepted_dated", now)
    enrolments = [one.enrolment for one in referral.participants.order_by("position") if one.enrolment]
    change_enrolment(enrolment=enrolments[0], verb="complete", now=now)
    assert Referral.objects.get(pk=referral.pk).status == "accepted_dated"
    change_enrolment(enrolment=enrolments[1], verb="complete", now=now)
    closed = Referral.objects.select_related("data_key").get(pk=referral.pk)
    assert (closed.status, "Fullført" in (closed.result_note or "")) == ("closed", True)


def test_withdrawing_gives_the_places_back(now: datetime) -> None:
    from tests.factories.referrals import act

    world = make_world()
    referral = make_in_state(world, "accepted_dated", now)
    act(world, referral, "withdraw", world.assessor, now)
    world.site.refresh_from_db()
    assert (world.site.taken, Referral.objects.get(pk=referral.pk).status) == (0, "withdrawn")


def test_closing_gives_up_places_that_are_still_to_come(now: datetime) -> None:
    world = make_world()
    referral = make_in_state(world, "closed", now)
    world.site.refresh_from_db()
    assert world.site.taken == 0
    assert {one.enrolment.status for one in referral.participants.all() if one.enrolment} == {"cancelled_by_participant"}


def test_closing_completes_places_on_a_course_that_is_over(now: datetime) -> None:
    from tests.factories.referrals import act

    world = make_world()
    referral = make_in_state(world, "accepted_dated", now)
    act(world, referral, "close", world.assessor, now + timedelta(days=300))
    assert {one.enrolment.status for one in referral.participants.all() if one.enrolment} == {"completed"}


def test_unit_of_the_wanted_date_comes_before_the_rules(now: datetime) -> None:
    world = make_world()
    make_rule_set(now, {"course": world.course, "receiving_unit": world.other_clinic})
    draft = make_draft(world, now, run=world.run)
    from referrals.actions.sending import resolve_route

    resolved = resolve_route(Referral.objects.with_case().get(pk=draft.pk), now=now)
    assert (resolved.routed.unit.id, resolved.routed.route) == (world.clinic.pk, "run")
