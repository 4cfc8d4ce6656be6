"""Several people at once, on real connections: never more places than there are, never two decisions on one referral."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, transaction

from catalogue.models import DeliverySite
from lms_portal.audit import transitions
from lms_portal.audit.models import StatusChange
from referrals.actions.case import UnableToAct
from referrals.models import Decision, Letter, Referral
from tests.factories.referrals import act, make_in_state, make_under_assessment, make_world, patient

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run every call in a thread of its own, all let go at the same moment; exceptions are results too."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - what happened is what the test is about
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def test_last_place_goes_to_one_of_two(now: datetime) -> None:
    world = make_world(places=1)
    referrals = [make_under_assessment(world, now, people=(patient(),)) for _number in range(2)]
    results = at_once(
        lambda: act(world, referrals[0], "accept", world.assessor, now),
        lambda: act(world, referrals[1], "accept", world.second_assessor, now),
    )
    assert sorted(type(result).__name__ for result in results) == ["Referral", "UnableToAccept"]
    world.site.refresh_from_db()
    assert world.site.taken == 1
    assert sorted(Referral.objects.values_list("status", flat=True)) == ["accepted_dated", "under_assessment"]
    accepted = Referral.objects.get(status="accepted_dated")
    assert set(Letter.objects.values_list("referral_id", flat=True)) == {accepted.pk}


def test_naive_counting_oversells_the_last_place(now: datetime) -> None:
    """The negative control: look first, then take, is what the conditional update is there to prevent."""
    world = make_world(places=1)
    make_under_assessment(world, now, people=(patient(),))
    DeliverySite.objects.filter(pk=world.site.pk).update(places=None)  # the CHECK would hide the race
    looked = threading.Barrier(2)

    def naive() -> bool:
        with transaction.atomic():
            free = DeliverySite.objects.get(pk=world.site.pk).taken < 1
            looked.wait(timeout=10)
            if free:
                site = DeliverySite.objects.select_for_update().get(pk=world.site.pk)
                site.taken += 1
                site.save(update_fields=["taken"])
            return free

    assert at_once(naive, naive) == [True, True]
    world.site.refresh_from_db()
    assert world.site.taken == 2


def test_accept_and_forward_at_once_make_one_decision(now: datetime) -> None:
    world = make_world()
    referral = make_under_assessment(world, now)
    results = at_once(
        lambda: act(world, Referral.objects.get(pk=referral.pk), "accept", world.assessor, now),
        lambda: act(world, Referral.objects.get(pk=referral.pk), "forward", world.secretary, now),
    )
    done = [result for result in results if isinstance(result, Referral)]
    refused = [result for result in results if isinstance(result, transitions.Stale | UnableToAct)]
    assert (len(done), len(refused)) == (1, 1)
    assert Decision.objects.filter(referral=referral).count() == 1
    assert StatusChange.objects.filter(object_id=referral.pk, version=referral.version + 1).count() == 1


def test_same_decision_twice_by_double_click_happens_once(now: datetime) -> None:
    world = make_world()
    referral = make_in_state(world, "under_assessment", now)
    results = at_once(*[lambda: act(world, Referral.objects.get(pk=referral.pk), "reject", world.assessor, now)] * 2)
    assert sum(isinstance(result, Referral) for result in results) == 1
    assert Decision.objects.filter(referral=referral).count() == 1
