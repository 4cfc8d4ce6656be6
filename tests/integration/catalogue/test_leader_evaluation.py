"""What the two leaders of a course thought of it: asked once, answered by a link or from the desk, read beside the participants."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import coproduction, evaluations
from catalogue.actions import leader_evaluations as actions
from catalogue.links import LEADER, secret_of
from catalogue.models import Course, LeaderEvaluation, Run
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_run
from tests.integration.catalogue import test_rosters
from tests.integration.catalogue.test_rosters import address, give
from tests.integration.pages import cells_of, texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    cache.clear()
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def run(course: Course, now: datetime) -> Run:
    run = make_run(course, Dates.on(date(2026, 11, 3)), places=None)
    for number in range(6):
        give(run, now, f"Person {number}")
    return run


def of(run: Run, side: str) -> LeaderEvaluation:
    return LeaderEvaluation.objects.select_related("data_key").get(run=run, side=side)


def link(asked: LeaderEvaluation) -> str:
    return reverse("catalogue:leader_answer", args=[secret_of(asked.pk, purpose=LEADER)])


def test_opening_the_evaluation_asks_both_leaders_once(course: Course, run: Run, now: datetime) -> None:
    coproduction.add_representative(
        course=course, organisation="Pusteklubben", contribution="Fortel", name="Birger", email="birger@lag.example", now=now
    )
    evaluations.open_evaluation(run=run, now=now)
    evaluations.open_evaluation(run=run, now=now)
    assert LeaderEvaluation.objects.filter(run=run).count() == 2
    mails = Message.objects.filter(kind="catalogue.leader_evaluation").order_by("id")
    assert [bool(mail.recipient_unit_id) for mail in mails] == [True, False]
    text = kinds.get("catalogue.leader_evaluation").render(mails[1]).text
    assert link(of(run, "representative")) in text
    assert not any(word in text for word in (course.code, course.shown_version.title, course.owner.name))


def test_representative_answers_by_the_link_and_changes_it(client: Client, run: Run, now: datetime) -> None:
    actions.ask_leaders(run=run, now=now)
    asked = of(run, "representative")
    shown = client.get(link(asked))
    assert (shown.status_code, shown["X-Robots-Tag"]) == (200, "noindex")
    assert run.course.shown_version.title not in shown.content.decode()
    assert client.post(link(asked), {"together": "5", "good": "Vi var to"})["Location"] == reverse("catalogue:leader_thanks")
    client.post(link(asked), {"together": "4", "good": "Vi var to"})
    answered = of(run, "representative")
    assert (answered.together, answered.good, answered.answered_at, answered.answered_by) == (4, "Vi var to", now, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT good FROM catalogue_leaderevaluation WHERE side = 'representative'")
        assert b"Vi var" not in bytes(cursor.fetchone()[0])


def test_empty_answer_is_sent_back_and_the_form_closes(client: Client, run: Run, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.ask_leaders(run=run, now=now)
    asked = of(run, "representative")
    answer = client.post(link(asked), {"good": " "})
    assert (answer.status_code, texts_of(answer, "title")[0].startswith("Feil:")) == (200, True)
    late = now + timedelta(days=29)
    with pytest.raises(actions.UnableToAnswer):
        actions.answer(asked=asked, values={"together": 5}, now=late)
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: late)
    assert "Evalueringen er stengt" in client.get(link(asked)).content.decode()
    assert client.get(reverse("catalogue:leader_answer", args=["finnesikke"])).status_code == 404


def test_answers_stand_beside_those_of_participants_from_five_up(page: Client, run: Run, adviser: User, now: datetime) -> None:
    found = evaluations.open_evaluation(run=run, now=now)
    assert found is not None
    for _number in range(4):
        evaluations.answer(evaluation=found, values={"learnt": 5}, now=now)
    page.post(address("leader_own", run), {"learnt": "4", "together": "5", "better": "Kortere dager"})
    assert of(run, "professional").answered_by == adviser
    actions.answer(asked=of(run, "representative"), values={"learnt": 2}, now=now)
    learnt = cells_of(page.get(address("evaluation", run)), columns=4)[0]
    assert learnt[1:] == ["færre enn 5 svar", "Litt enig", "Litt uenig"]
    evaluations.answer(evaluation=found, values={"learnt": 1}, now=now)
    answer = page.get(address("evaluation", run))
    beside = [row for row in cells_of(answer, columns=4) if row[2:3] == ["Litt enig"]]
    assert [row[1] for row in beside] == ["80 %"]
    assert "Kortere dager" in answer.content.decode()


def test_professional_form_is_not_the_representatives(page: Client, run: Run, adviser: User, now: datetime) -> None:
    actions.ask_leaders(run=run, now=now)
    with pytest.raises(actions.UnableToAnswer):
        actions.answer(asked=of(run, "representative"), values={"learnt": 5}, by=adviser, now=now)


def test_leaders_are_asked_by_hand_from_the_first_day(page: Client, run: Run, course: Course) -> None:
    page.post(address("leaders_ask", run))
    assert LeaderEvaluation.objects.filter(run=run).count() == 2
    ahead = make_run(course)
    page.post(address("leaders_ask", ahead))
    assert not LeaderEvaluation.objects.filter(run=ahead).exists()


def test_another_hospital_finds_nothing(client: Client, page: Client, run: Run, now: datetime) -> None:
    other = make_run()
    actions.ask_leaders(run=other, now=now)
    assert page.get(address("leader_own", other)).status_code == 404
    assert page.post(address("leaders_ask", other)).status_code == 404
    client.force_login(make_person())
    assert client.get(address("leader_own", run)).status_code == 404


def test_database_refuses_scores_outside_the_scale(run: Run, now: datetime) -> None:
    actions.ask_leaders(run=run, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        LeaderEvaluation.objects.filter(run=run).update(together=6)
