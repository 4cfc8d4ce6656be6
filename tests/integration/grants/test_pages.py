"""Pages and who may open them: the same 404 for another's row as for none, the same queries at one row and at thirty."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grants.actions import payments, reports
from grants.models import Application, ApplicationPart, BudgetLine, CarryOver, Payment, Report
from lms_portal.accounts.models import User
from lms_portal.audit.models import Access
from tests.factories import grants as make

pytestmark = pytest.mark.django_db


def get(client: Client, user: User | None, path: str) -> int:
    """This will open a page in November as somebody."""
    with time_machine.travel(make.DURING, tick=False):
        if user:
            client.force_login(user)
        else:
            client.logout()
        return client.get(f"/en/tilskudd/{path}").status_code


def test_call_page_is_open_to_everybody(client: Client) -> None:
    assert get(client, None, "") == 200
    make.make_round(make.make_office())
    assert get(client, None, "") == 200


def test_other_pages_ask_for_sign_in(client: Client) -> None:
    assert get(client, None, "mine/") == 302


OWN_PAGES: list[Callable[[Application], str]] = [
    lambda a: f"soknader/{a.reference}/",
    lambda a: f"soknader/{a.reference}/del/organisation/",
    lambda a: f"soknader/{a.reference}/del/activities/",
    lambda a: f"soknader/{a.reference}/del/budget/",
    lambda a: f"soknader/{a.reference}/del/confirmation/",
    lambda a: f"soknader/{a.reference}/se-over/",
    lambda a: f"soknader/{a.reference}/hele/",
    lambda a: f"soknader/{a.reference}/trekk/",
    lambda a: f"organisasjoner/{a.organisation_id}/",
]


@pytest.mark.parametrize("page", OWN_PAGES)
def test_draft_belongs_to_its_organisation_alone(client: Client, page: Callable[[Application], str]) -> None:
    office, own, other = make.make_office(), make.make_applicant(), make.make_applicant()
    application = make.make_draft(make.make_round(office), own)
    make.make_draft(application.round, other)
    assert get(client, own.writer, page(application)) == 200
    assert get(client, other.lead, page(application)) == 404


def test_office_opens_an_application_once_it_is_submitted(client: Client) -> None:
    office, own, elsewhere = make.make_office(), make.make_applicant(), make.make_office()
    application = make.make_draft(make.make_round(office), own)
    path = f"saksbehandling/soknader/{application.reference}/"
    assert get(client, office.officer, path) == 404
    make.fill(application, own)
    from grants.actions.applications import submit_application

    submit_application(application=application, seen_version=0, by=own.lead, now=make.DURING)
    assert [get(client, user, path) for user in (office.officer, office.decider, office.adviser)] == [200, 200, 200]
    assert get(client, elsewhere.officer, path) == 404
    assert get(client, own.lead, path) == 404


def test_reading_contact_and_account_is_recorded(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    application = make.make_submitted(make.make_round(office), own)
    get(client, office.officer, f"saksbehandling/soknader/{application.reference}/")
    row = Access.objects.get()
    assert (row.object_ids, row.categories, row.actor_id) == ([application.pk], ["contact", "account_number"], office.officer.pk)


@pytest.mark.parametrize("path", ["saksbehandling/", "saksbehandling/rapporter/", "saksbehandling/overforinger/"])
def test_desk_pages_open_for_the_office(client: Client, path: str) -> None:
    office, own = make.make_office(), make.make_applicant()
    make.make_award(office, own, 2026)
    assert [get(client, user, path) for user in (office.officer, office.decider, office.adviser)] == [200, 200, 200]


def test_desk_is_not_there_for_applicants(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    assert get(client, own.lead, "saksbehandling/") == 404
    assert get(client, own.lead, f"saksbehandling/runder/{round_.pk}/") == 404
    assert get(client, own.lead, f"saksbehandling/runder/{round_.pk}/utbetalinger/") == 404


def queries(client: Client, user: User, path: str) -> int:
    """This will count the queries of a page."""
    get(client, user, path)
    with CaptureQueriesContext(connection) as captured:
        assert get(client, user, path) == 200
    return len([query for query in captured if "INSERT" not in query["sql"] and "UPDATE" not in query["sql"]])


def test_lists_take_the_same_number_of_queries_for_many(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    make.make_submitted(round_, own)
    path = f"saksbehandling/runder/{round_.pk}/"
    before = queries(client, office.officer, path)
    for _ in range(12):
        make.make_submitted(round_, make.make_applicant())
    assert queries(client, office.officer, path) == before


def test_form_without_script_saves_an_unfinished_part(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    application = make.make_draft(make.make_round(office), own)
    with time_machine.travel(make.DURING, tick=False):
        client.force_login(own.writer)
        answer = client.post(
            f"/en/tilskudd/soknader/{application.reference}/del/activities/", {"seen_version": 0, "goals": "Half a thought", "go": "list"}
        )
    part = ApplicationPart.objects.get(application=application, key="activities")
    assert answer.status_code == 200
    assert (part.answers["goals"], part.is_complete, part.version) == ("Half a thought", False, 1)


def test_script_is_told_when_it_was_saved(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    application = make.make_draft(make.make_round(office), own)
    path = f"/en/tilskudd/soknader/{application.reference}/del/activities/"
    with time_machine.travel(make.DURING, tick=False):
        client.force_login(own.writer)
        first = client.post(path, {"seen_version": 0, "goals": "a", "autosave": "1"})
        stale = client.post(path, {"seen_version": 0, "goals": "b", "autosave": "1"})
    assert first.json() == {"saved": "Saved at 12:00", "version": 1}
    assert stale.status_code == 409
    assert ApplicationPart.objects.get(application=application, key="activities").answers["goals"] == "a"


def budget(*rows: tuple[str, str, str, str]) -> dict[str, str]:
    """This will write a budget as the page would send it."""
    sent = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0", "explanation": ""}
    for number, (text, category, cost, own) in enumerate(rows):
        sent |= {
            f"lines-{number}-text": text,
            f"lines-{number}-category": category,
            f"lines-{number}-cost_nok": cost,
            f"lines-{number}-own_nok": own,
        }
    return sent


def test_budget_sums_on_the_server_and_leaves_empty_lines_out(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    application = make.make_draft(make.make_round(office), own)
    path = f"/en/tilskudd/soknader/{application.reference}/del/budget/"
    with time_machine.travel(make.DURING, tick=False):
        client.force_login(own.writer)
        client.post(path, {**budget(("Course", "courses", "12 500", "2.500"), ("", "", "", "")), "seen_version": "0", "go": "list"})
        page = client.get(path).content.decode()
    assert list(BudgetLine.objects.values_list("cost_nok", "own_nok")) == [(12_500, 2_500)]
    assert "NOK\u00a010,000" in page


def test_budget_line_that_cannot_be_read_is_kept_as_typed(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    application = make.make_draft(make.make_round(office), own)
    path = f"/en/tilskudd/soknader/{application.reference}/del/budget/"
    with time_machine.travel(make.DURING, tick=False):
        client.force_login(own.writer)
        client.post(path, {**budget(("Course", "courses", "about ten", "")), "seen_version": "0", "go": "list"})
        page = client.get(path).content.decode()
    assert "about ten" in page
    assert not ApplicationPart.objects.get(application=application, key="budget").is_complete


def test_payment_list_holds_accounts_and_control_sum_and_is_recorded(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    round_ = make.make_award(office, own, 2026, amount_nok=80_000)
    Access.objects.filter(action="export").exists()
    path = f"saksbehandling/runder/{round_.pk}/utbetalinger/"
    assert get(client, office.officer, path) == 200
    with time_machine.travel(make.DURING, tick=False):
        client.force_login(office.officer)
        listed = client.get(f"/en/tilskudd/{path}liste.csv").content.decode("utf-8-sig")
    assert make.ACCOUNT in listed
    assert listed.splitlines()[-1].endswith(";80000")
    assert Access.objects.filter(action="export").count() == 1
    assert get(client, office.decider, f"{path}liste.csv") == 404


def test_payment_is_not_approved_by_who_prepared_it() -> None:
    office, own = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    application = make.make_submitted(round_, own)
    make.decide(round_, office, {application: 10_000})
    prepared = payments.prepare_payments(round=round_, by=office.officer, now=make.DURING)
    with pytest.raises(payments.UnableToPay):
        payments.approve_payments(payments=prepared, by=office.officer, now=make.DURING)
    payments.approve_payments(payments=prepared, by=office.decider, now=make.DURING)
    assert Payment.objects.get().status == "approved"


def test_report_goes_through_its_pages(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    make.make_award(office, own, 2026, amount_nok=80_000)
    report = reports.start_report(organisation=own.organisation, scheme=office.scheme, grant_year=2026, by=own.writer, now=make.DURING)
    page = f"/en/tilskudd/rapporter/{report.pk}/"
    sent = {
        "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "1", "lines-0-text": "Course", "lines-0-category": "courses",
        "lines-0-used_nok": "60 000", "lines-0-planned_nok": "5 000", "activities": "Five meetings", "difference": "",
        "carry_over_nok": "15 000", "carry_over_purpose": "One more meeting", "repay_nok": "", "seen_version": "0", "go": "list",
    }  # fmt: skip
    with time_machine.travel(make.DURING, tick=False):
        client.force_login(own.lead)
        saved = client.post(page, sent)
        delivered = client.post(f"{page}se-over/", {"seen_version": "0"})
        client.force_login(office.officer)
        approved = client.post(f"/en/tilskudd/saksbehandling/rapporter/{report.pk}/approve/", {})
        client.force_login(office.decider)
        request = CarryOver.objects.get()
        kept = client.post(f"/en/tilskudd/saksbehandling/overforinger/{request.pk}/approve/", {})
    assert [answer.status_code for answer in (saved, delivered, approved, kept)] == [302, 302, 302, 302]
    assert Report.objects.get().status == "approved"
    assert CarryOver.objects.get().status == "approved"


def test_report_that_does_not_add_up_is_saved_and_not_delivered(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    make.make_award(office, own, 2026, amount_nok=80_000)
    report = reports.start_report(organisation=own.organisation, scheme=office.scheme, grant_year=2026, by=own.writer, now=make.DURING)
    make.fill_report(report, own, used_nok=79_999, now=make.DURING)
    report.refresh_from_db()
    with pytest.raises(reports.UnableToReport) as refusal:
        reports.submit_report(report=report, seen_version=0, by=own.lead, now=make.DURING)
    assert "1" in refusal.value.reason


def test_desk_walks_an_application_to_a_recommendation(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    application = make.make_submitted(round_, own)
    make.close(round_)
    base = f"/en/tilskudd/saksbehandling/soknader/{application.reference}"
    with time_machine.travel(round_.closes_at + timedelta(days=5), tick=False):
        client.force_login(office.officer)
        steps = [
            client.post(f"/en/tilskudd/saksbehandling/runder/{round_.pk}/start_assessment/"),
            client.post(f"{base}/screen/", {"screen-user_run": "yes", "screen-board": "yes"}),
            client.post(f"{base}/review/"),
            client.post(f"{base}/assess/", {"assess-score": "4", "assess-comment": "Good", "assess-amounts_add_up": "on"}),
            client.post(f"{base}/recommend/", {"recommend-amount_nok": "50 000", "recommend-text": "A good plan"}),
        ]
    application.refresh_from_db()
    assert [answer.status_code for answer in steps] == [302] * 5
    assert (application.status, application.recommended_nok) == ("recommended", 50_000)


def test_conflict_of_interest_takes_the_steps_away(client: Client) -> None:
    office, own = make.make_office(), make.make_applicant()
    round_ = make.make_round(office)
    application = make.make_submitted(round_, own)
    make.close(round_)
    base = f"/en/tilskudd/saksbehandling/soknader/{application.reference}"
    with time_machine.travel(round_.closes_at + timedelta(days=5), tick=False):
        client.force_login(office.officer)
        client.post(f"/en/tilskudd/saksbehandling/runder/{round_.pk}/start_assessment/")
        client.post(f"{base}/conflict/")
        refused = client.post(f"{base}/screen/", {"screen-user_run": "yes", "screen-board": "yes"})
    assert refused.status_code == 404
