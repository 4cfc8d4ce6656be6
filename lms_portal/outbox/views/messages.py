"""What was sent, what will be, why something was not; and a person's word where the portal cannot know."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lms_portal.audit.transitions import history_of
from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory
from lms_portal.outbox import actions, forecasts, pauses, queries
from lms_portal.outbox.forms import MessageFilter, SettleForm, SkipForm
from lms_portal.outbox.models import Message
from lms_portal.outbox.workflow import ADMINISTRATORS, MESSAGE

PER_PAGE = 30
SETTLE: dict[str, Callable[..., None]] = {
    "settle_as_sent": actions.settle_as_sent,
    "settle_as_skipped": actions.settle_as_skipped,
    "skip_by_hand": actions.skip_by_hand,
    "plan_again": actions.plan_again,
}
BUTTONS = {
    "settle_as_sent": gettext_lazy("It was sent"),
    "settle_as_skipped": gettext_lazy("It is not to be sent"),
    "skip_by_hand": gettext_lazy("Skip this one"),
    "plan_again": gettext_lazy("Send it again"),
}


def check_may_look(request: PortalRequest) -> None:
    """This will refuse whoever does not look after messages."""
    if not directory().roles_of(request.user) & ADMINISTRATORS:
        raise PermissionDenied


def message_list(request: PortalRequest) -> HttpResponse:
    """This will list the messages that the person may see."""
    check_may_look(request)
    visible = Message.objects.visible_to(request.user)
    counts = queries.counts(visible)
    group = request.GET.get("status", "")
    if group not in queries.GROUPS:
        group = "attention" if counts["attention"] else "waiting"
    present = queries.kinds_present(visible)
    kind = request.GET.get("kind", "")
    page = Paginator(queries.filtered(visible, group=group, kind=kind), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    context = {
        "page": page,
        "lines": queries.lines_of(page.object_list),
        "tabs": _tabs(counts, group, kind),
        "group": group,
        "ahead": [
            {"kind": queries.kind_name(each.kind), "due_at": each.due_at, "recipients": each.recipients, "about": each.about}
            for each in (forecasts.ahead_for(request.user, now=request.now, kind=kind) if group == "waiting" else [])
        ],
        "filter": MessageFilter({"kind": kind, "status": group}, kinds=present),
        "now": request.now,
        "standing": pauses.standing(now=request.now),
        "breadcrumbs": [{"text": _("My page"), "url": reverse("home_signed_in")}, {"text": _("Messages")}],
    }
    return render(request, "outbox/list.html", context)


def _tabs(counts: dict[str, int], group: str, kind: str) -> list[dict[str, Any]]:
    names = {
        "attention": pgettext("messages", "To look at"),
        "waiting": pgettext("messages", "To be sent"),
        "sent": pgettext("messages", "Sent"),
        "skipped": pgettext("messages", "Not sent, and why"),
    }
    suffix = f"&kind={kind}" if kind else ""
    return [
        {"text": text, "url": f"?status={name}{suffix}", "current": name == group, "count": counts[name]} for name, text in names.items()
    ]


def message_detail(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will show one message's life, and take a person's word about one in doubt."""
    check_may_look(request)
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    allowed = [step.verb for step in MESSAGE.from_state(message.status, roles=directory().roles_of(request.user))]
    verbs = [(verb, BUTTONS[verb]) for verb in BUTTONS if verb in allowed]
    form_class = SkipForm if "skip_by_hand" in allowed else SettleForm
    form = form_class(request.POST or None, verbs=verbs, initial={"version": message.version})
    if request.method == "POST" and form.is_valid():
        settle = SETTLE.get(request.POST.get("verb", ""))
        if settle is None:
            form.add_error(None, _("Choose what is to happen with the message."))
        else:
            try:
                settle(message=message, reason=form.cleaned_data["reason"], seen_version=form.cleaned_data["version"], now=request.now)
            except actions.UnableToSettleError as error:
                form.add_error(None, str(error))
            else:
                notices.success(request, _("The message has been settled."))
                return redirect("outbox:detail", pk=message.pk)
    steps = list(history_of(MESSAGE, message.pk))
    names = directory().names_of_people(step.actor_id for step in steps if step.actor_id)
    context = {
        "line": queries.lines_of([message])[0],
        "standing": pauses.standing(now=request.now),
        "message": message,
        "form": form if verbs else None,
        "is_waiting": "skip_by_hand" in allowed,
        "events": [
            {
                "at": step.portal_at,
                "title": str(MESSAGE.labels[step.target]),
                "text": step.reason,
                "by": names.get(step.actor_id, "") if step.actor_id else "",
            }
            for step in steps
        ],
        "breadcrumbs": [{"text": _("Messages"), "url": reverse("outbox:list")}, {"text": queries.kind_name(message.kind)}],
    }
    return render(request, "outbox/detail.html", context)
