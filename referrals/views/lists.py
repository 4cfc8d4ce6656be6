"""Lists: the sender's own, the clinic's worklist, and who takes part with which needs."""

from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalogue.models import Enrolment
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.permissions import has_permission
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.personal_ids import InvalidPersonalId, parse
from referrals import permissions, queries
from referrals.deadline import Countdown
from referrals.models import Referral
from referrals.views.shared import crumbs
from referrals.workflow import TONES

SHELF_TEXTS = {
    "unanswered": gettext_lazy("Not answered"),
    "submitted": gettext_lazy("Received, not assessed"),
    "under_assessment": gettext_lazy("Being assessed"),
    "info_requested": gettext_lazy("Waiting for information"),
    "accepted_pending": gettext_lazy("Granted, date to come"),
    "accepted_dated": gettext_lazy("Called in"),
    "ended": gettext_lazy("Ended"),
}
SHELF_RULES = {
    "unanswered": gettext_lazy("Everything that has no answer yet, the nearest deadline first."),
    "submitted": gettext_lazy("Received and opened by nobody, the nearest deadline first."),
    "under_assessment": gettext_lazy("Opened for assessment, the nearest deadline first."),
    "info_requested": gettext_lazy("The referrer has been asked. The deadline runs on; the nearest comes first."),
    "accepted_pending": gettext_lazy("On the waiting list, the last answered first."),
    "accepted_dated": gettext_lazy("With a place, the last answered first."),
    "ended": gettext_lazy("Closed, turned down, advised, withdrawn or sent on; the last one first."),
}


def masked(number: str | None) -> str:
    """This will show an identity number with its last five digits hidden."""
    if not number:
        return ""
    try:
        return parse(number).masked
    except InvalidPersonalId:
        return "***********"


def _row(row: Referral, today: date) -> dict[str, Any]:
    patient = next(iter(queries.share_key(row, row.patients)), None)  # type: ignore[attr-defined]  # prefetched by queries
    countdown = Countdown(row.received_on, row.deadline_on, today) if row.awaits_answer and row.received_on and row.deadline_on else None
    return {
        "referral": row,
        "url": row.get_absolute_url(),
        "patient": patient,
        "course": row.course.shown_version.title,
        "number": masked(patient.identity_number) if patient else "",
        "tone": TONES[row.status],
        "countdown": countdown,
    }


def _logged(page: Page[Referral], rows: list[dict[str, Any]], basis: str, purpose: str) -> None:
    """Write one row for the list, with the ids and the people shown on this page."""
    with for_purpose(purpose):
        record_read(
            action=Access.Action.LIST,
            object_type="referral",
            object_ids=[row.pk for row in page.object_list],
            basis=basis,
            categories=["identity"],
            subject_hashes=queries.subject_hashes(row["patient"] for row in rows if row["patient"]),
        )


@require_safe
def worklist(request: PortalRequest) -> HttpResponse:
    """This will list what the person's clinics have received: one tile at a time, thirty a page."""
    if not has_permission(request.user, Permission.SEE_UNIT_REFERRALS):
        raise Http404
    today = oslo_date(request.now)
    shelf = queries.shelf(request.GET.get("list", ""))
    received = Referral.objects.received_by(request.user)
    with transaction.atomic():
        counts = queries.worklist_counts(received, today)
        page = Paginator(queries.worklist(received, shelf), queries.PAGE_SIZE).get_page(request.GET.get("page"))
        rows = [_row(row, today) for row in page.object_list]
        _logged(page, rows, "assigned_clinic", "referral_worklist")
    tiles = [
        {
            "count": counts.by_shelf[one.code],
            "text": SHELF_TEXTS[one.code],
            "url": f"{reverse('referrals:worklist')}?list={one.code}",
            "current": one.code == shelf.code,
        }
        for one in queries.SHELVES
    ]
    context = {
        "tiles": tiles,
        "rule": SHELF_RULES[shelf.code],
        "shelf_text": SHELF_TEXTS[shelf.code],
        "rows": rows,
        "page": page,
        "counts": counts,
        "breadcrumbs": crumbs((_("Worklist"), "")),
    }
    return render(request, "referrals/worklist.html", context)


@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    """This will list what the person has written, and what colleagues have handed over, the newest first."""
    if not permissions.writing_units(request.user):
        raise Http404
    today = oslo_date(request.now)
    with transaction.atomic():
        page = Paginator(queries.sent_list(Referral.objects.sent_by(request.user)), queries.PAGE_SIZE).get_page(request.GET.get("page"))
        rows = [_row(row, today) for row in page.object_list]
        _logged(page, rows, "own_referral", "referral_mine")
    for row in rows:
        if row["referral"].is_draft:
            row["url"] = reverse("referrals:draft", args=[row["referral"].pk])
    return render(request, "referrals/mine.html", {"rows": rows, "page": page, "breadcrumbs": crumbs((_("My referrals"), ""))})


@require_safe
def participants(request: PortalRequest) -> HttpResponse:
    """This will list who has a place or waits by referral, with their needs, for those who run the courses; never why they are referred."""
    if not has_permission(request.user, Permission.SEE_ENROLMENTS):
        raise Http404
    with transaction.atomic():
        enrolments = (
            Enrolment.objects.visible_to(request.user)
            .filter(referral_participant__isnull=False, status__in=["waiting", "offered", "confirmed"])
            .select_related("course__public_version", "course__draft_version", "participant__data_key", "run__term", "run__recurrence")
            .prefetch_related("run__sessions", "run__months")
            .order_by("course__code", "status", "waiting_since", "id")
        )
        page = Paginator(enrolments, queries.PAGE_SIZE).get_page(request.GET.get("page"))
        rows = [
            {
                "enrolment": one,
                "name": one.participant.name,
                "needs": one.participant.needs,
                "phone": one.participant.phone,
                "dates": queries.run_words(one.run) if one.run else None,
                "course": one.course.shown_version.title,
            }
            for one in page.object_list
        ]
        with for_purpose("course_participants"):
            record_read(
                action=Access.Action.LIST,
                object_type="enrolment",
                object_ids=[one.pk for one in page.object_list],
                basis="course_of_unit",
                categories=["identity", "needs"],
                subject_hashes=[bytes(one.participant.identity_hash) for one in page.object_list if one.participant.identity_hash],
            )
    return render(
        request, "referrals/participants.html", {"rows": rows, "page": page, "breadcrumbs": crumbs((_("Participants by referral"), ""))}
    )
