"""The evaluation: asked once, answered without a name, never by more than took part, read from five answers up."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import evaluations as actions
from catalogue.actions.runs import complete_past_runs, move_run
from catalogue.models import Course, Evaluation, EvaluationAnswer, Run
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.audit.models import Change
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.catalogue import make_run
from tests.integration.catalogue import test_rosters
from tests.integration.catalogue.test_rosters import address, give
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, and requests come at the moment of the test."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def run(course: Course, now: datetime) -> Run:
    run = make_run(course, Dates.on(date(2026, 11, 3)), places=None)
    for number in range(7):
        give(run, now, f"Person {number}", email=f"person{number}@deltaker.example" if number else "")
    return run


def opened(run: Run, now: datetime) -> Evaluation:
    found = actions.open_evaluation(run=run, now=now)
    assert found is not None
    return found


def answered(found: Evaluation, times: int, now: datetime, **values: Any) -> None:
    for _number in range(times):
        actions.answer(evaluation=found, values={"learnt": 5, **values}, now=now)


def test_completing_a_run_asks_those_who_took_part_once(run: Run, adviser: User, now: datetime) -> None:
    move_run(run=run, verb="close", by=adviser, now=now)
    move_run(run=Run.objects.get(pk=run.pk), verb="complete", by=adviser, now=now)
    actions.open_evaluation(run=run, now=now)
    assert Message.objects.filter(kind="catalogue.evaluation").count() == 6
    message = Message.objects.first()
    assert message is not None
    text = kinds.get(message.kind).render(message).text
    assert reverse("catalogue:evaluate", args=[Evaluation.objects.get().code]) in text
    assert run.course.code not in text


def test_sweep_that_completes_a_run_asks_too(run: Run, now: datetime) -> None:
    assert complete_past_runs(now=now + timedelta(days=20)) == 1
    assert Evaluation.objects.get().run == run


def test_run_without_people_asks_nobody(course: Course, now: datetime) -> None:
    make_run(course, Dates.on(date(2026, 10, 3)))
    complete_past_runs(now=now)
    assert not Evaluation.objects.exists()


def test_answer_is_given_without_sign_in_or_name(client: Client, run: Run, now: datetime) -> None:
    where = reverse("catalogue:evaluate", args=[opened(run, now).code])
    shown = client.get(where).content.decode()
    assert not any(word in shown for word in (run.course.code, run.course.shown_version.title, run.course.owner.name))
    before = Change.objects.count()
    thanks = client.post(where, {"learnt": "4", "good": "Fine folk"})
    stored = EvaluationAnswer.objects.get()
    assert (thanks.status_code, stored.learnt, stored.everyday, stored.good) == (302, 4, None, "Fine folk")
    assert Change.objects.count() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT good FROM catalogue_evaluationanswer")
        assert b"Fine" not in bytes(cursor.fetchone()[0])


def test_empty_answer_is_sent_back(client: Client, run: Run, now: datetime) -> None:
    answer = client.post(reverse("catalogue:evaluate", args=[opened(run, now).code]), {"good": " "})
    assert (answer.status_code, EvaluationAnswer.objects.count()) == (200, 0)
    assert texts_of(answer, "title")[0].startswith("Feil:")


def test_never_more_answers_than_people(run: Run, now: datetime) -> None:
    found = opened(run, now)
    answered(found, 7, now)
    with pytest.raises(actions.UnableToEvaluate):
        answered(found, 1, now)


def test_answers_stop_after_four_weeks(client: Client, run: Run, now: datetime) -> None:
    found = opened(run, now)
    answered(found, 1, now + timedelta(days=28))
    with pytest.raises(actions.UnableToEvaluate):
        answered(found, 1, now + timedelta(days=29))
    Evaluation.objects.update(closes_on=date(2026, 11, 16))
    assert "Evalueringen er stengt" in client.get(reverse("catalogue:evaluate", args=[found.code])).content.decode()


def test_results_are_hidden_below_five_answers(page: Client, run: Run, now: datetime) -> None:
    found = opened(run, now)
    answered(found, 4, now, good="Løynd tekst")
    text = page.get(address("evaluation", run)).content.decode()
    assert "Løynd tekst" not in text
    assert "<table" not in text
    answered(found, 1, now)
    text = page.get(address("evaluation", run)).content.decode()
    assert "Løynd tekst" in text
    assert "5 har svart" in text
    assert text.count("Færre enn 5 svarte på dette") == 4


def test_evaluation_is_opened_by_hand_on_the_first_day_and_not_before(page: Client, run: Run, course: Course, now: datetime) -> None:
    page.post(address("evaluation", run))
    assert Evaluation.objects.get().run == run
    assert page.get(reverse("catalogue:evaluation_code", args=[run.course.code, run.pk])).headers["Content-Type"] == "image/svg+xml"
    ahead = make_run(course)
    give(ahead, now)
    page.post(address("evaluation", ahead))
    assert Evaluation.objects.count() == 1


def test_results_of_another_hospital_are_not_there(client: Client, adviser: User, now: datetime) -> None:
    other = make_run()
    give(other, now)
    opened(other, now)
    client.force_login(adviser)
    assert client.get(address("evaluation", other)).status_code == 404


def test_database_refuses_scores_outside_the_scale(run: Run, now: datetime) -> None:
    found = opened(run, now)
    for wrong in (0, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvaluationAnswer.objects.create(evaluation=found, data_key=found.data_key, learnt=wrong)


def test_unknown_code_is_no_page(client: Client) -> None:
    assert client.get("/nb/evaluering/FINNESIKKE/").status_code == 404
    assert client.get("/nn/evaluering/takk/").status_code == 200
