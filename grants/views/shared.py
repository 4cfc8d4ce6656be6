"""What several pages share: finding rows or answering 404, breadcrumbs, an application's content as sections, the reading log."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from grants.enums import Category, PartKey
from grants.models import Application, Report, Round
from grants.queries import Case, with_everything
from lms_portal.accounts.models import User
from lms_portal.audit.access import record_read
from lms_portal.audit.models import Access
from lms_portal.common.business_ids import format_account_number, format_organisation_number
from lms_portal.common.dates import format_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.money import format_kroner
from lms_portal.common.phones import format_phone

Item = dict[str, Any]


def person(request: HttpRequest) -> User:
    """This will return the signed-in person; LoginRequiredMiddleware has seen to it that there is one."""
    return cast("User", request.user)


def crumbs(*steps: tuple[str | Promise, str]) -> list[dict[str, str]]:
    """This will build breadcrumbs under “Grants”; the last one has no address."""
    first = {"text": _("Grants"), "url": reverse("grants:overview")}
    return [first, *({"text": str(text), "url": url} for text, url in steps)]


def own_application(request: PortalRequest, reference: str) -> Application:
    """This will fetch an application of the person's own organisations with all that its pages show, or answer 404."""
    found = with_everything(Application.objects.of(request.user)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def office_application(request: PortalRequest, reference: str) -> Application:
    """This will fetch an application of the person's office, or answer 404."""
    found = with_everything(Application.objects.in_office_of(request.user)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def office_round(request: PortalRequest, key: UUID) -> Round:
    """This will fetch a round of the person's office, or answer 404."""
    found = Round.objects.visible_to(request.user).select_related("scheme__office", "guideline", "confirmed_by").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def log_read(application: Application, basis: str) -> None:
    """This will record that somebody sees an application's contact person and account number; call it inside the page's transaction."""
    record_read(
        action=Access.Action.VIEW,
        object_type="grants.application",
        object_ids=[application.pk],
        basis=basis,
        categories=["contact", "account_number"],
    )


def _words(values: Iterable[str]) -> str:
    labels = dict(Category.choices)
    return ", ".join(str(labels.get(value, value)) for value in values)


def _date(value: Any) -> str:
    if isinstance(value, str):
        try:
            return format_date(date.fromisoformat(value))
        except ValueError:
            return value
    return " ".join(str(part) for part in value or [] if part)


def _yes(value: Any) -> str:
    return _("Yes") if value else ""


def sections_of(case: Case, change_urls: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """This will lay out an application's whole content for reading; `change_urls` (part key to address) adds a way to change each part."""
    application = case.application
    urls = change_urls or {}
    answers = {key: (case.parts[key].answers if key in case.parts else {}) for key in PartKey.values}
    about, does, money, board = (answers[key] for key in ("organisation", "activities", "budget", "confirmation"))
    sections: list[dict[str, Any]] = [
        {
            "key": PartKey.ORGANISATION,
            "items": [
                {"term": _("Organisation"), "value": application.organisation.unit.name},
                {"term": _("Organisation number"), "value": format_organisation_number(application.organisation.organisation_number)},
                {"term": _("What does the organisation do, and for whom?"), "value": about.get("about", "")},
                {"term": _("Number of members"), "value": about.get("members") or ""},
                {"term": _("Date of the last annual meeting"), "value": _date(about.get("annual_meeting_on"))},
                {"term": _("Contact person"), "value": application.contact_name or ""},
                {"term": _("E-mail"), "value": application.contact_email or ""},
                {"term": _("Phone"), "value": format_phone(application.contact_phone or "")},
                {"term": _("Account number"), "value": format_account_number(application.account_number or "")},
            ],
        },
        {
            "key": PartKey.ACTIVITIES,
            "items": [
                {"term": _("What do you want to achieve?"), "value": does.get("goals", "")},
                {"term": _("What will you do?"), "value": does.get("activities", "")},
                {"term": _("How many people do you expect to reach?"), "value": does.get("participants") or ""},
                {"term": _("Whom do you work together with?"), "value": does.get("cooperation", "")},
                {"term": _("What is the money mainly for?"), "value": _words(does.get("priorities") or [])},
            ],
        },
        {
            "key": PartKey.BUDGET,
            "budget": list(application.budget_lines.all()),
            "sums": case.budget,
            "items": [{"term": _("Comments on the budget"), "value": money.get("explanation", "")}],
        },
    ]
    if case.report:
        sections.append({"key": PartKey.REPORT, "report": case.report, "items": report_items(case.report), **report_table(case.report)})
    sections.append(
        {
            "key": PartKey.CONFIRMATION,
            "items": [
                {"term": _("The organisation is run by users or next of kin"), "value": _yes(board.get("is_user_run"))},
                {"term": _("The members elect the board at the annual meeting"), "value": _yes(board.get("is_democratic"))},
                {"term": _("Date on which the board approved this application"), "value": _date(board.get("board_approved_on"))},
                {
                    "term": _("We know that we must report on how the money was used, and repay what is not used unless we may keep it"),
                    "value": _yes(board.get("knows_report_duty")),
                },
                {"term": _("What we have written is correct"), "value": _yes(board.get("is_correct"))},
            ],
        }
    )
    for section in sections:
        section["title"] = section["key"].label
        section["change_url"] = urls.get(section["key"], "")
    return sections


def report_items(report: Report) -> list[Item]:
    """This will lay out a report's texts and what becomes of the rest."""
    return [
        {"term": _("What have you done with the money?"), "value": report.activities},
        {"term": _("Why does the use differ from the budget?"), "value": report.difference},
        {"term": _("Amount that you ask to use next year"), "value": format_kroner(report.carry_over_nok)},
        {"term": _("What will the carried-over money be used for?"), "value": report.carry_over_purpose},
        {"term": _("Amount that you will repay"), "value": format_kroner(report.repay_nok)},
    ]


def report_table(report: Report) -> dict[str, Any]:
    """This will return a report's lines with their sums."""
    lines = list(report.lines.all())
    return {
        "report_lines": lines,
        "totals": {
            "budgeted": sum(line.budgeted_nok for line in lines),
            "used": sum(line.used_nok for line in lines),
            "planned": sum(line.planned_nok for line in lines),
            "admitted": sum(line.admitted_nok or 0 for line in lines),
        },
        "spent": sum(line.used_nok + line.planned_nok for line in lines),
    }
