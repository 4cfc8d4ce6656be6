"""The deadline, with real requests on both sides of it: what came before is in, what came after is refused with its text kept."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from grants.actions import applications, rounds
from grants.models import Application, ApplicationPart, Round, Submission
from lms_portal.outbox.models import Message
from tests.factories import grants as make

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def ready() -> tuple[make.Office, make.Applicant, Round, Application]:
    office, applicant = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    return office, applicant, round_, make.fill(make.make_draft(round_, applicant), applicant)


def submit_at(client: Client, moment: datetime, applicant: make.Applicant, application: Application) -> tuple[int, str]:
    """This will send the request that submits, as it would arrive at that moment."""
    with time_machine.travel(moment, tick=False):
        client.force_login(applicant.lead)
        answer = client.post(f"/en/tilskudd/soknader/{application.reference}/se-over/", {"seen_version": application.version})
    return answer.status_code, answer.content.decode()


def test_deadline_is_midnight_after_the_first_of_december(client: Client) -> None:
    _office, _applicant, round_, _application = ready()
    assert round_.closes_at.isoformat() == "2026-12-01T23:00:00+00:00"


def test_submission_in_the_last_microsecond_is_accepted(client: Client) -> None:
    _office, applicant, round_, application = ready()
    status, _page = submit_at(client, round_.closes_at - TICK, applicant, application)
    application.refresh_from_db()
    assert (status, application.status) == (302, "submitted")
    assert application.submitted_at == round_.closes_at - TICK


@pytest.mark.parametrize("late_by", [timedelta(0), TICK, timedelta(seconds=1), timedelta(days=1)])
def test_submission_at_or_after_the_deadline_is_refused(client: Client, late_by: timedelta) -> None:
    _office, applicant, round_, application = ready()
    status, page = submit_at(client, round_.closes_at + late_by, applicant, application)
    application.refresh_from_db()
    assert (status, application.status) == (409, "draft")
    assert Submission.objects.count() == 0
    assert "1 December 2026" in page
    assert "23:59" in page


def test_refusal_states_the_clock_of_the_server(client: Client) -> None:
    _office, applicant, round_, application = ready()
    _status, page = submit_at(client, round_.closes_at, applicant, application)
    assert "2 December 2026" in page
    assert "00:00:00" in page


def test_submission_a_second_before_is_accepted_though_the_round_was_swept_late(client: Client) -> None:
    _office, applicant, round_, application = ready()
    status, _page = submit_at(client, round_.closes_at - timedelta(seconds=1), applicant, application)
    assert status == 302
    assert rounds.open_and_close_rounds(now=round_.closes_at) == 1


def test_text_that_comes_after_the_deadline_is_kept_beside_the_application(client: Client) -> None:
    _office, applicant, round_, application = ready()
    before = ApplicationPart.objects.get(application=application, key="activities")
    with time_machine.travel(round_.closes_at, tick=False):
        client.force_login(applicant.writer)
        answer = client.post(
            f"/en/tilskudd/soknader/{application.reference}/del/activities/",
            {"seen_version": before.version, "goals": "Written too late", "activities": "x", "participants": "5", "cooperation": "y"},
        )
    part = ApplicationPart.objects.get(pk=before.pk)
    assert answer.status_code == 200
    assert "Written too late" in answer.content.decode()
    assert part.answers == before.answers
    assert part.late_answers is not None
    assert part.late_answers["goals"] == "Written too late"


def test_late_text_counts_when_a_case_officer_takes_it_in(client: Client) -> None:
    office, applicant, round_, application = ready()
    after = round_.closes_at + timedelta(hours=1)
    part = ApplicationPart.objects.get(application=application, key="activities")
    with pytest.raises(applications.UnableToSave) as refusal:
        applications.save_part(
            application=application,
            key=part.key,  # type: ignore[arg-type]  # stored as its value
            answers={**part.answers, "goals": "Sent a minute late"},
            is_complete=True,
            seen_version=part.version,
            by=applicant.writer,
            now=after,
        )
    assert refusal.value.is_late
    make.close(round_)
    applications.take_in_late(application=application, reason="Strømbrudd", use_late_text=True, by=office.officer, now=after)
    application.refresh_from_db()
    part.refresh_from_db()
    assert (application.status, application.late_reason) == ("submitted", "Strømbrudd")
    assert part.answers["goals"] == "Sent a minute late"


def test_late_intake_needs_a_reason() -> None:
    office, _applicant, round_, application = ready()
    make.close(round_)
    with pytest.raises(applications.UnableToSubmit):
        applications.take_in_late(application=application, reason=" ", use_late_text=False, by=office.officer, now=round_.closes_at)


def test_late_intake_is_refused_while_the_round_is_open() -> None:
    office, _applicant, round_, application = ready()
    with pytest.raises(applications.UnableToSubmit):
        applications.take_in_late(application=application, reason="x", use_late_text=False, by=office.officer, now=round_.closes_at - TICK)


def test_submission_needs_somebody_who_may_sign(client: Client) -> None:
    _office, applicant, round_, application = ready()
    with pytest.raises(applications.UnableToSubmit):
        applications.submit_application(application=application, seen_version=0, by=applicant.writer, now=round_.closes_at - TICK)


def test_submission_of_a_stale_page_is_refused() -> None:
    _office, applicant, _round, application = ready()
    now = make.DURING
    applications.submit_application(application=application, seen_version=0, by=applicant.lead, now=now)
    applications.reopen_application(application=application, seen_version=1, by=applicant.lead, now=now)
    with pytest.raises(applications.UnableToSubmit):
        applications.submit_application(application=application, seen_version=0, by=applicant.lead, now=now)


def test_unfinished_application_is_refused_by_name_of_its_parts() -> None:
    office, applicant = make.make_office(), make.make_applicant()
    application = make.make_draft(make.make_round(office), applicant)
    with pytest.raises(applications.UnableToSubmit) as refusal:
        applications.submit_application(application=application, seen_version=0, by=applicant.lead, now=make.DURING)
    assert "budget" in refusal.value.reason.lower() or "budsjett" in refusal.value.reason.lower()


def test_reopened_application_can_be_submitted_again_with_a_new_receipt() -> None:
    _office, applicant, _round, application = ready()
    now = make.DURING
    first = applications.submit_application(application=application, seen_version=0, by=applicant.lead, now=now)
    applications.reopen_application(application=application, seen_version=1, by=applicant.lead, now=now)
    second = applications.submit_application(application=application, seen_version=2, by=applicant.lead, now=now)
    assert (first.number, second.number) == (1, 2)
    assert first.content_hash == second.content_hash
    assert Message.objects.filter(kind="grants.application_submitted", recipient_user_id=applicant.lead.pk).count() == 2


def test_submitted_application_is_not_reopened_after_the_deadline() -> None:
    _office, applicant, round_, application = ready()
    applications.submit_application(application=application, seen_version=0, by=applicant.lead, now=make.DURING)
    with pytest.raises(applications.UnableToChange):
        applications.reopen_application(application=application, seen_version=1, by=applicant.lead, now=round_.closes_at)


def test_withdrawn_application_is_taken_up_again_before_the_deadline() -> None:
    _office, applicant, _round, application = ready()
    now = make.DURING
    applications.withdraw_application(application=application, seen_version=0, by=applicant.writer, now=now)
    applications.reopen_application(application=application, seen_version=1, by=applicant.lead, now=now)
    application.refresh_from_db()
    assert application.status == "draft"


def test_second_writer_is_told_and_overwrites_nothing() -> None:
    _office, applicant, _round, application = ready()
    part = ApplicationPart.objects.get(application=application, key="activities")
    with pytest.raises(applications.UnableToSave) as refusal:
        applications.save_part(
            application=application, key=part.key, answers={}, is_complete=False, seen_version=0, by=applicant.lead, now=make.DURING  # type: ignore[arg-type]
        )  # fmt: skip
    part.refresh_from_db()
    assert refusal.value.is_stale
    assert part.answers["participants"] == 60


def test_copy_fills_only_what_nobody_has_begun() -> None:
    office, applicant = make.make_office(), make.make_applicant()
    make.make_award(office, applicant, 2026)
    application = make.make_draft(make.make_round(office, 2027), applicant)
    applications.save_part(
        application=application, key="activities", answers={"goals": "New"}, is_complete=False, seen_version=0, by=applicant.writer, now=make.DURING  # type: ignore[arg-type]
    )  # fmt: skip
    copied = applications.copy_last_year(application=application, by=applicant.writer, now=make.DURING)
    parts = {part.key: part for part in copied.parts.all()}
    assert parts["activities"].answers == {"goals": "New"}
    assert parts["organisation"].answers["members"] == 120
    assert "annual_meeting_on" not in parts["organisation"].answers
    assert [line.cost_nok for line in copied.budget_lines.all()] == [80_000]
    assert copied.contact_name == "Kontakt Person"
    assert not any(part.is_complete for part in parts.values())
