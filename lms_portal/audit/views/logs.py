"""The logs, for whoever may read them. A purpose is stated first, and each look at a log is itself a row in the log."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lms_portal.audit import queries, wording
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.forms import LogFilter, PurposeForm
from lms_portal.audit.models import Access, Change
from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory

PER_PAGE = 50
STATED = "audit_purpose"
ROLE = "auditor"


def _check_may_read(request: PortalRequest) -> None:
    if not directory().may_read_logs(request.user):
        raise PermissionDenied


def _stated(request: PortalRequest) -> dict[str, Any] | None:
    """The purpose of this session, until as long has passed as a session may stand idle."""
    stated: dict[str, Any] | None = request.session.get(STATED)
    if stated and request.real_now.timestamp() - stated["at"] < settings.SESSION_IDLE_SECONDS:
        return stated
    return None


def log(request: PortalRequest) -> HttpResponse:
    """This will ask for the purpose before anything is shown."""
    _check_may_read(request)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session[STATED] = {
            "purpose": form.cleaned_data["purpose"],
            "reference": form.cleaned_data["reference"],
            "at": int(request.real_now.timestamp()),
        }
        return redirect("audit:reads")
    return render(request, "audit/log.html", {"form": form, "breadcrumbs": _breadcrumbs()})


def _breadcrumbs(*further: str) -> list[dict[str, str]]:
    home = [{"text": _("My page"), "url": reverse("home_signed_in")}]
    if not further:
        return [*home, {"text": _("Audit log")}]
    return [*home, {"text": _("Audit log"), "url": reverse("audit:log")}, *({"text": text} for text in further)]


def reads(request: PortalRequest) -> HttpResponse:
    """This will list who has read what."""
    return _page(request, "reads", queries.reads, _("Who has read"))


def changes(request: PortalRequest) -> HttpResponse:
    """This will list who has changed what; values only where one object is asked for."""
    return _page(request, "changes", queries.changes, _("Who has changed"))


def _page(request: PortalRequest, name: str, query: Callable[..., QuerySet[Access] | QuerySet[Change]], title: str) -> HttpResponse:
    _check_may_read(request)
    stated = _stated(request)
    if stated is None:
        return redirect("audit:log")
    narrowed = LogFilter(request.GET)
    asked = {name: value for name, value in narrowed.cleaned_data.items() if value} if narrowed.is_valid() else {}
    with transaction.atomic(), for_purpose(f"audit:{stated['purpose']}", role=ROLE):
        page: Page[Any] = Paginator(query(request.user, **asked), PER_PAGE).get_page(request.GET.get("page"))
        page.object_list = list(page.object_list)
        shown = [row.pk for row in page.object_list if isinstance(row.pk, UUID)]
        record_read(
            action=Access.Action.SEARCH if asked else Access.Action.LIST,
            object_type=f"audit.{name}",
            object_ids=[*shown, *([asked["object_id"]] if "object_id" in asked else [])],
            basis=f"case {stated['reference']}",
        )
    people = directory().names_of_people(row.actor_id for row in page.object_list if row.actor_id)
    units = directory().names_of_units(row.unit_id for row in page.object_list if row.unit_id)
    context = {
        "title": title,
        "page": page,
        "rows": [
            {
                "row": row,
                "who": people.get(row.actor_id) or row.system or "–",
                "role": directory().name_of_role(row.role),
                "unit": units.get(row.unit_id, ""),
                "did": wording.DID.get(row.action if name == "reads" else row.operation, ""),
                "purpose": wording.purpose(row.purpose),
            }
            for row in page.object_list
        ],
        "shows_values": "object_id" in asked,
        "filter": narrowed,
        "stated": stated,
        "tabs": [
            {"text": _("Who has read"), "url": reverse("audit:reads"), "current": name == "reads"},
            {"text": _("Who has changed"), "url": reverse("audit:changes"), "current": name == "changes"},
        ],
        "breadcrumbs": _breadcrumbs(title),
    }
    return render(request, f"audit/{name}.html", context)
