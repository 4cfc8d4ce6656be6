"""Dates postponed or cancelled: whoever has a place or waits is told once; too few on the day to decide: the owner is told once."""

from datetime import date, datetime, timedelta

import pytest

from catalogue.actions.rosters import tell_too_few
from catalogue.actions.runs import move_run
from catalogue.models import Enrolment, Run
from catalogue.schedule import Dates
from catalogue.workflow import RUN
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import LMS_ADVISER
from lms_portal.audit.models import StatusChange
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_participant, make_run, make_waiting
from tests.integration.catalogue.test_rosters import give

pytestmark = pytest.mark.django_db


def adviser_of(run: Run) -> User:
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, run.course.owner.parent))  # type: ignore[arg-type]


def told(kind: str) -> list[str]:
    return sorted(str(message.recipient_address) for message in Message.objects.filter(kind=kind))


def filled(now: datetime) -> Run:
    run = make_run()
    give(run, now, "Kari Prøve", email="kari@deltaker.example")
    give(run, now, "Per Prøve")
    make_waiting(run.course, make_participant("Ventar Prøve", email="ventar@deltaker.example"))
    return run


def test_cancelling_calls_places_off_and_tells_holders_and_waiters(now: datetime) -> None:
    run = filled(now)
    move_run(run=run, verb="cancel", by=adviser_of(run), now=now, reason="for få", public_reason="too_few")
    assert told("catalogue.run_cancelled") == ["kari@deltaker.example", "ventar@deltaker.example"]
    assert sorted(Enrolment.objects.values_list("status", flat=True)) == ["cancelled_by_provider", "cancelled_by_provider", "waiting"]
    assert StatusChange.objects.filter(verb="cancel").values_list("reason_code", "reason").get() == ("too_few", "for få")


def test_cancelling_offers_the_next_dates_and_keeps_the_inner_reason_inside(now: datetime) -> None:
    run = filled(now)
    make_run(run.course, Dates.on(date(2027, 5, 4)))
    move_run(run=run, verb="cancel", by=adviser_of(run), now=now, reason="kursleiaren har fått diabetes", public_reason="leader_away")
    texts = [kinds.get(one.kind).render(one).text for one in Message.objects.order_by("context__held")]
    assert all("4. mai 2027" in text and "3.–4. mars 2027" in text for text in texts)
    assert all("diabetes" not in text and run.course.code not in text for text in texts)
    assert all("Kurslederen kan ikke komme" in text for text in texts)


def test_postponing_tells_everybody_and_a_second_time_anew(now: datetime) -> None:
    run, by = filled(now), None
    by = adviser_of(run)
    move_run(run=run, verb="postpone", by=by, now=now, reason="sjuk")
    assert told("catalogue.run_postponed") == ["kari@deltaker.example", "ventar@deltaker.example"]
    move_run(run=Run.objects.get(pk=run.pk), verb="open", by=by, now=now)
    message = Message.objects.first()
    assert message is not None
    assert kinds.get(message.kind).skip_reason(message, now) == "run_moved_on"
    move_run(run=Run.objects.get(pk=run.pk), verb="postpone", by=by, now=now, reason="sjuk")
    assert len(told("catalogue.run_postponed")) == 4
    assert run.sites.get().taken == 2


def test_refused_cancelling_tells_nobody(now: datetime) -> None:
    run = filled(now)
    with pytest.raises(Exception, match="reason"):
        move_run(run=run, verb="cancel", by=adviser_of(run), now=now, reason=" ")
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("minimum", "days", "people", "expected"),
    [(2, 0, 1, 1), (2, 0, 2, 0), (2, 1, 1, 0), (2, -3, 1, 1), (2, -14, 1, 0), (None, 0, 1, 0)],
)
def test_owner_is_told_on_the_day_when_too_few_have_a_place(
    now: datetime, minimum: int | None, days: int, people: int, expected: int
) -> None:
    run = make_run(minimum=minimum, decide_on=oslo_date(now) + timedelta(days=days))
    for _number in range(people):
        give(run, now)
    assert tell_too_few(now=now) == expected
    assert tell_too_few(now=now) == 0
    assert [one.recipient_unit_id for one in Message.objects.all()] == [run.course.owner_id] * expected


def test_owner_without_a_mailbox_is_told_through_the_unit_above(now: datetime) -> None:
    run = make_run(minimum=2, decide_on=oslo_date(now))
    owner = run.course.owner
    owner.mailbox = ""
    owner.save(update_fields=["mailbox"])
    tell_too_few(now=now)
    message = Message.objects.get()
    assert message.recipient_unit_id == owner.parent_id
    assert "0 har plass" in kinds.get(message.kind).render(message).text
    for _number in range(2):
        give(run, now)
    assert kinds.get(message.kind).skip_reason(message, now) == "enough_people"


@pytest.mark.parametrize("verb", ["cancel", "postpone"])
def test_owner_of_dates_that_are_off_is_not_told(now: datetime, verb: str) -> None:
    run = make_run(minimum=2, decide_on=oslo_date(now))
    move(RUN, run, verb=verb, now=now, reason="for få")
    assert tell_too_few(now=now) == 0
