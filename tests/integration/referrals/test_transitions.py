"""Every state with every verb and every role, through the actions: what the table allows happens, and nothing else."""

from datetime import datetime

import pytest

from lms_portal.audit import transitions
from lms_portal.audit.models import StatusChange
from referrals.actions.case import UnableToAct
from referrals.actions.drafts import UnableToSave
from referrals.models import Decision, Letter, Referral
from referrals.workflow import REFERRAL
from tests.factories.referrals import WAYS, World, act, make_in_state, make_world

pytestmark = pytest.mark.django_db

VERBS = sorted({transition.verb for transition in REFERRAL.transitions})
PEOPLE = ("clinician", "assistant", "assessor", "secretary", "other_assessor", "stranger")
ROLE_OF = {"clinician": "referrer", "assistant": "referrer_assistant", "assessor": "assessor", "secretary": "intake_secretary"}


def allowed(state: str, verb: str, person: str) -> str:
    """The target that the table gives, or nothing."""
    try:
        transition = REFERRAL.find(verb, state)
    except LookupError:
        return ""
    return transition.target if ROLE_OF.get(person) in transition.roles else ""


@pytest.mark.parametrize("state", sorted(WAYS))
def test_each_verb_by_each_person_does_what_the_table_says(state: str, now: datetime) -> None:
    from django.db import transaction

    world = make_world()
    referral = make_in_state(world, state, now)
    assert referral.status == state
    for verb in VERBS:
        for person in PEOPLE:
            target = allowed(state, verb, person)
            with transaction.atomic():
                happened = ""
                try:
                    happened = act(world, referral, verb, getattr(world, person), now).status
                except (UnableToAct, UnableToSave):
                    happened = ""
                assert (verb, person, happened) == (verb, person, target)
                transaction.set_rollback(True)


def test_stale_version_is_refused_even_where_the_state_is_the_same_again(now: datetime) -> None:
    world = make_world()
    referral = make_in_state(world, "submitted", now)
    seen = Referral.objects.get(pk=referral.pk)
    forwarded = act(world, referral, "forward", world.assessor, now)
    from referrals.actions import assessing

    back = assessing.forward(
        referral=forwarded,
        to_unit=world.clinic,
        reason_code="home_area",
        text="",
        by=world.other_assessor,
        now=now,
        seen_version=forwarded.version,
    )
    assert (back.status, back.receiving_unit) == ("submitted", world.clinic)
    with pytest.raises(transitions.Stale):
        act(world, seen, "start", world.assessor, now)
    assert back.received_on == seen.received_on


def _answers(world: World, referral: Referral) -> tuple[int, int, int]:
    decisions = Decision.objects.filter(referral=referral)
    return decisions.count(), Letter.objects.filter(referral=referral).count(), StatusChange.objects.filter(object_id=referral.pk).count()


def test_full_run_leaves_nothing_half_done(now: datetime) -> None:
    world = make_world(places=1)
    referral = make_in_state(world, "under_assessment", now)
    before = _answers(world, referral)
    with pytest.raises(UnableToAct):
        act(world, referral, "accept", world.assessor, now)
    world.site.refresh_from_db()
    assert (_answers(world, referral), world.site.taken) == (before, 0)
    assert Referral.objects.get(pk=referral.pk).status == "under_assessment"
