"""Deadline reminders: planned once whatever runs twice, right after downtime, told anew when the deadline moves."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from grants import notifications
from grants.actions import applications, rounds
from grants.actions.reminders import plan_deadline_reminders
from grants.models import Application, Round
from grants.rounds import reminder_chain
from grants.tasks import OPEN_AND_CLOSE, PLAN_REMINDERS, open_and_close_rounds
from grants.tasks import plan_deadline_reminders as reminder_task
from lms_portal.accounts.roles import APPLICANT
from lms_portal.outbox import forecasts, kinds
from lms_portal.outbox.models import Heartbeat, Message
from tests.factories import grants as make
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db


def drafted(*, started: datetime = datetime(2026, 10, 6, tzinfo=UTC)) -> tuple[make.Office, make.Applicant, Round, Application]:
    office, applicant = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    return office, applicant, round_, make.make_draft(round_, applicant, now=started)


def reminders(user_id: UUID | None = None) -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind=notifications.DEADLINE_REMINDER)
    if user_id:
        rows = rows.filter(recipient_user_id=user_id)
    return sorted(rows.values_list("revision", "status"))


def test_reminder_is_due_at_seven_in_the_morning() -> None:
    _office, applicant, _round, _application = drafted()
    assert plan_deadline_reminders(now=datetime(2026, 11, 1, 5, 59, 59, tzinfo=UTC)) == 0
    assert plan_deadline_reminders(now=datetime(2026, 11, 1, 6, 0, tzinfo=UTC)) == 2
    message = Message.objects.get(kind=notifications.DEADLINE_REMINDER, recipient_user_id=applicant.writer.pk)
    assert message.due_at == datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    assert message.expires_at == datetime(2026, 11, 17, 6, 0, tzinfo=UTC)


def test_sweep_that_runs_twice_plans_once() -> None:
    _office, applicant, _round, _application = drafted()
    now = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    assert [plan_deadline_reminders(now=now) for _ in range(3)] == [2, 0, 0]
    assert reminders(applicant.lead.pk) == [("r1-30d", "planned")]


def test_after_downtime_only_the_most_urgent_is_planned() -> None:
    _office, applicant, _round, _application = drafted()
    plan_deadline_reminders(now=datetime(2026, 11, 29, 12, 0, tzinfo=UTC))
    assert reminders(applicant.writer.pk) == [("r1-14d", "skipped"), ("r1-30d", "skipped"), ("r1-3d", "planned"), ("r1-7d", "skipped")]
    assert set(Message.objects.filter(status="skipped").values_list("why", flat=True)) == {"newer_reminder"}


def test_the_whole_chain_is_planned_one_by_one() -> None:
    _office, applicant, round_, _application = drafted()
    now = round_.opens_at
    while now < round_.closes_at + timedelta(days=2):
        plan_deadline_reminders(now=now)
        now += timedelta(hours=6)
    assert reminders(applicant.writer.pk) == [(f"r1-{days}d", "planned") for days in ("0", "14", "1", "30", "3", "7")]


def test_draft_started_after_a_reminder_is_not_reminded_of_it() -> None:
    _office, applicant, _round, _application = drafted(started=datetime(2026, 11, 25, tzinfo=UTC))
    plan_deadline_reminders(now=datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    assert {why for _revision, why in reminders(applicant.writer.pk)} == {"skipped"}
    assert set(Message.objects.filter(kind=notifications.DEADLINE_REMINDER).values_list("why", flat=True)) == {"started_later"}


def test_submitted_application_is_not_reminded() -> None:
    _office, applicant, _round, application = drafted()
    applications.submit_application(
        application=make.fill(application, applicant), seen_version=0, by=applicant.lead, now=datetime(2026, 10, 20, tzinfo=UTC)
    )
    assert plan_deadline_reminders(now=datetime(2026, 11, 1, 7, 0, tzinfo=UTC)) == 0


def test_reminder_is_asked_again_at_sending_whether_it_still_applies() -> None:
    _office, applicant, _round, application = drafted()
    now = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    plan_deadline_reminders(now=now)
    message = Message.objects.filter(kind=notifications.DEADLINE_REMINDER).first()
    assert message is not None
    kind = kinds.get(message.kind)
    before = kind.skip_reason(message, now)
    applications.submit_application(application=make.fill(application, applicant), seen_version=0, by=applicant.lead, now=now)
    assert (before, kind.skip_reason(message, now)) == ("", "not_a_draft")


def test_moved_deadline_reminds_anew_and_the_old_reminder_no_longer_applies() -> None:
    office, applicant, round_, _application = drafted()
    now = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
    plan_deadline_reminders(now=now)
    old = Message.objects.get(kind=notifications.DEADLINE_REMINDER, revision="r1-14d", recipient_user_id=applicant.writer.pk)
    rounds.move_deadline(round=round_, last_day=date(2026, 12, 15), by=office.officer, now=now)
    plan_deadline_reminders(now=now)
    assert reminders(applicant.writer.pk) == [("r1-14d", "planned"), ("r1-30d", "skipped"), ("r2-30d", "planned")]
    assert kinds.get(old.kind).skip_reason(old, now) == "deadline_moved"


def test_person_who_left_the_organisation_is_not_reminded() -> None:
    _office, applicant, _round, _application = drafted()
    now = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    plan_deadline_reminders(now=now)
    message = Message.objects.get(kind=notifications.DEADLINE_REMINDER, recipient_user_id=applicant.writer.pk)
    applicant.writer.memberships.update(valid_to=date(2026, 10, 31))
    assert kinds.get(message.kind).skip_reason(message, now) == "no_longer_a_member"


def test_organisation_without_people_is_reminded_at_its_mailbox() -> None:
    _office, applicant, _round, _application = drafted()
    applicant.organisation.unit.memberships.update(valid_to=date(2026, 10, 7))
    plan_deadline_reminders(now=datetime(2026, 11, 1, 6, 0, tzinfo=UTC))
    assert list(Message.objects.filter(kind=notifications.DEADLINE_REMINDER).values_list("recipient_unit_id", flat=True)) == [
        applicant.organisation.unit_id
    ]


def test_organisations_with_money_and_no_application_hear_that_the_round_has_opened() -> None:
    office, with_money, without = make.make_office(), make.make_applicant(), make.make_applicant()
    make.make_award(office, with_money, 2026)
    round_ = make.make_round(office, 2027)
    first_morning = datetime(2026, 10, 1, 5, 0, tzinfo=UTC)  # 07.00 in summer time
    plan_deadline_reminders(now=first_morning - timedelta(seconds=1))
    assert Message.objects.filter(kind=notifications.ROUND_OPENED).count() == 0
    plan_deadline_reminders(now=first_morning)
    plan_deadline_reminders(now=first_morning)
    told = set(Message.objects.filter(kind=notifications.ROUND_OPENED).values_list("recipient_user_id", flat=True))
    assert told == {with_money.writer.pk, with_money.lead.pk}
    message = Message.objects.filter(kind=notifications.ROUND_OPENED).first()
    assert message is not None
    make.make_draft(round_, with_money)
    assert kinds.get(message.kind).skip_reason(message, make.DURING) == "has_started"
    assert not Message.objects.filter(context__organisation=str(without.organisation.pk)).exists()


def test_tasks_leave_a_heartbeat() -> None:
    drafted()
    open_and_close_rounds()
    reminder_task()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {OPEN_AND_CLOSE, PLAN_REMINDERS}


def test_round_opens_only_when_confirmed() -> None:
    office = make.make_office()
    round_ = make.make_round(office, opened=False)
    assert rounds.open_and_close_rounds(now=round_.opens_at) == 0
    make.confirm(round_, office, now=round_.opens_at - timedelta(days=1))
    assert rounds.open_and_close_rounds(now=round_.opens_at - timedelta(microseconds=1)) == 0
    assert rounds.open_and_close_rounds(now=round_.opens_at) == 1
    assert rounds.open_and_close_rounds(now=round_.opens_at) == 0


def test_round_that_was_missed_altogether_is_opened_and_closed() -> None:
    office = make.make_office()
    round_ = make.make_round(office, opened=False)
    make.confirm(round_, office, now=round_.opens_at - timedelta(days=1))
    assert rounds.open_and_close_rounds(now=round_.closes_at) == 2
    round_.refresh_from_db()
    assert round_.status == "closed"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_kind_can_be_written_in_every_language(language: str) -> None:
    from django.utils import translation

    _office, _applicant, _round, _application = drafted()
    plan_deadline_reminders(now=datetime(2026, 12, 1, 6, 0, tzinfo=UTC))
    message = Message.objects.filter(revision="r1-0d").first()
    assert message is not None
    with translation.override(language):
        rendered = kinds.get(message.kind).render(message)
    assert "\n" not in rendered.subject
    assert f"/{language}/tilskudd/soknader/" in rendered.text


def test_reminders_take_the_same_number_of_queries_for_many() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    office = make.make_office()
    round_ = make.make_round(office)
    counts = []
    for size in (1, 15):
        for _ in range(size):
            applicant = make.make_applicant()
            make_person("En Til", "", (APPLICANT, applicant.organisation.unit))
            make.make_draft(round_, applicant)
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            plan_deadline_reminders(now=datetime(2026, 11, 1, 6, 0, tzinfo=UTC))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_messages_page_says_what_is_still_to_come(client: Client) -> None:
    office, _applicant, round_, _application = drafted()
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    ahead = forecasts.ahead_for(office.officer, now=moment)
    days = [rule.due_at for rule in reminder_chain(round_.closes_at) if rule.due_at > moment]
    assert [(each.kind, each.due_at, each.recipients, each.about) for each in ahead] == [
        (notifications.DEADLINE_REMINDER, day, 2, "Tilskudd for 2027") for day in days
    ]
    assert len(days) > 1
    stranger = make.make_applicant()
    assert forecasts.ahead_for(stranger.writer, now=moment) == []
    assert forecasts.ahead_for(office.officer, now=round_.closes_at) == []
    assert forecasts.ahead_for(office.officer, now=moment, kind="referrals.answered") == []


def test_messages_page_shows_the_days(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    office, _applicant, _round, _application = drafted()
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    client.force_login(office.officer)
    page = client.get("/nn/meldinger/?status=waiting")
    assert "Seinare, dersom det framleis gjeld den dagen" in page.text
    assert "24.11.2026" in page.text
    assert "Ingen meldingar her" not in page.text
