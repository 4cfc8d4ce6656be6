"""Places: never more than there are, given back when they are given up, and whoever registered is told."""

from datetime import date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection

from catalogue import hooks
from catalogue.actions import places
from catalogue.actions.places import UnableToGivePlace
from catalogue.models import DeliverySite, Enrolment, Run
from catalogue.workflow import RUN
from lms_portal.audit.transitions import NotAllowed, Stale, move
from tests.factories.catalogue import make_participant, make_run, make_waiting

SINCE = date(2026, 10, 1)


def _give(run: Run, now: datetime, **fields: object) -> Enrolment:
    participant = fields.pop("participant", None) or make_participant()
    return places.give_place(
        course=run.course, run=run, site=run.sites.get(), participant=participant, data_key=participant.data_key, waiting_since=SINCE, now=now, **fields  # type: ignore[attr-defined,arg-type]
    )  # fmt: skip


def _taken(run: Run) -> int:
    return run.sites.get().taken


@pytest.mark.django_db
def test_give_place_up_to_the_last_and_no_further(now: datetime) -> None:
    run = make_run(places=2)
    _give(run, now)
    _give(run, now)
    with pytest.raises(UnableToGivePlace):
        _give(run, now)
    assert _taken(run) == Enrolment.objects.filter(run=run).count() == 2


@pytest.mark.django_db
def test_give_place_without_limit_takes_everybody(now: datetime) -> None:
    run = make_run(places=None)
    for _number in range(3):
        _give(run, now)
    assert _taken(run) == 3


@pytest.mark.django_db
def test_give_place_twice_to_one_person_is_refused(now: datetime) -> None:
    run, participant = make_run(), make_participant()
    _give(run, now, participant=participant)
    with pytest.raises(UnableToGivePlace):
        _give(run, now, participant=participant)
    assert _taken(run) == 1


@pytest.mark.django_db
def test_give_place_on_a_cancelled_run_is_refused(now: datetime) -> None:
    run = make_run()
    move(RUN, run, verb="cancel", now=now, reason="for få")
    with pytest.raises(UnableToGivePlace):
        _give(run, now)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["cancel", "call_off", "return_to_queue"])
def test_a_place_that_is_given_up_is_free_again(now: datetime, verb: str) -> None:
    run = make_run(places=1)
    enrolment = _give(run, now)
    places.change_enrolment(enrolment=enrolment, verb=verb, now=now, reason="sjuk")
    stored = Enrolment.objects.get()
    assert (_taken(run), stored.run, stored.last_run) == (0, None, run)


@pytest.mark.django_db
def test_whoever_registered_is_told_when_a_place_ends(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(hooks, "_enrolment_ended", [lambda enrolment, _now: told.append(enrolment.status)])
    enrolment = _give(make_run(), now)
    places.change_enrolment(enrolment=enrolment, verb="complete", now=now)
    assert told == ["completed"]


@pytest.mark.django_db
def test_waiting_list_is_by_priority_then_seniority_then_arrival(now: datetime) -> None:
    run = make_run()
    late = make_waiting(run.course, waiting_since=date(2026, 9, 1))
    early = make_waiting(run.course, waiting_since=date(2026, 8, 1))
    urgent = make_waiting(run.course, waiting_since=date(2026, 10, 1), priority=1)
    assert list(Enrolment.objects.waiting()) == [urgent, early, late]
    placed = places.place_from_waiting_list(enrolment=early, run=run, site=run.sites.get(), now=now, verb="offer")
    assert (placed.status, placed.waiting_since, _taken(run)) == ("offered", date(2026, 8, 1), 1)


@pytest.mark.django_db
def test_join_waiting_list_twice_is_refused(now: datetime) -> None:
    waiting = make_waiting()
    with pytest.raises(UnableToGivePlace):
        places.join_waiting_list(
            course=waiting.course, participant=waiting.participant, data_key=waiting.data_key, waiting_since=SINCE, now=now
        )


@pytest.mark.django_db
def test_move_place_takes_one_there_and_frees_one_here(now: datetime) -> None:
    here = make_run(places=1)
    there = make_run(here.course, places=1)
    moved = places.move_place(enrolment=_give(here, now), run=there, site=there.sites.get(), now=now)
    assert (_taken(here), _taken(there), moved.run, moved.waiting_since) == (0, 1, there, SINCE)
    with pytest.raises(UnableToGivePlace):
        places.move_place(enrolment=_give(here, now), run=there, site=there.sites.get(), now=now)
    assert (_taken(here), _taken(there)) == (1, 1)


@pytest.mark.django_db
def test_change_enrolment_that_somebody_changed_is_refused(now: datetime) -> None:
    enrolment = _give(make_run(), now)
    stale = Enrolment.objects.get(pk=enrolment.pk)
    places.change_enrolment(enrolment=enrolment, verb="complete", now=now)
    with pytest.raises(Stale):
        places.change_enrolment(enrolment=stale, verb="cancel", now=now)
    with pytest.raises(NotAllowed):
        places.change_enrolment(enrolment=enrolment, verb="offer", now=now)


@pytest.mark.django_db(transaction=True)
def test_last_places_asked_for_at_once_are_never_oversold(now: datetime) -> None:
    run = make_run(places=3)
    participants = [make_participant() for _number in range(8)]
    start, outcomes = Barrier(len(participants)), []

    def ask(participant: object) -> None:
        try:
            start.wait()
            _give(Run.objects.select_related("course").get(pk=run.pk), now, participant=participant)
            outcomes.append("given")
        except UnableToGivePlace:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=ask, args=[participant]) for participant in participants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given"] * 3 + ["refused"] * 5
    assert DeliverySite.objects.get(run=run).taken == Enrolment.objects.filter(run=run).count() == 3
