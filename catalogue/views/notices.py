"""Writing to everybody who has a place on a run, or waits for the course: written, looked at, sent."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catalogue import permissions
from catalogue.actions import notices as actions
from catalogue.forms.notices import NoticeForm
from catalogue.models import RunNotice
from catalogue.views.desk import RUN_TONES
from catalogue.views.rosters import log_read, run_with_participants, seeing, way_to
from catalogue.wording import label_of
from lms_portal.accounts.models import User
from lms_portal.audit.models import Access
from lms_portal.common.http import PortalRequest

MOST_SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """A message to everybody on these dates. It is shown as it will be before it is sent; what was sent before stands below."""
    course, run = run_with_participants(request, code, run_id)
    user = cast("User", request.user)
    form = NoticeForm(request.POST if request.method == "POST" else None, run=run, sites=list(run.sites.all()))
    preview = None
    if request.method == "POST" and form.is_valid():
        fields = form.answers()
        if request.POST.get("do") == "send":
            try:
                with seeing(request, course, "write_to_participants"):
                    notice = actions.write_to_people(run=run, fields=fields, form_key=form.key, by=user, now=request.now)
            except actions.UnableToWrite as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _said(notice))
                return redirect("catalogue:write", code=course.code, run_id=run.pk)
        else:
            with transaction.atomic(), seeing(request, course):
                people = actions.people_for(run, fields.to, fields.site)
                log_read(people, Access.Action.LIST, "contact")
                with_mail = sum(bool(one.participant.email) for one in people)
            texts = [(language, text) for language, text in (("nb", fields.text_nb), ("nn", fields.text_nn)) if text.strip()]
            preview = {"texts": texts, "mailed": with_mail, "unreached": len(people) - with_mail}
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "may_edit": permissions.may_own(user, course.owner),
        "form": form,
        "preview": preview,
        "has_errors": bool(form.errors),
        "sent": RunNotice.objects.visible_to(user)
        .filter(run=run)
        .select_related("data_key", "created_by")
        .order_by("-created_at")[:MOST_SHOWN],
        "breadcrumbs": way_to(
            request, course, (_("Participants"), reverse("catalogue:roster", args=[course.code, run.pk])), (_("Write to everybody"), "")
        ),
    }
    return render(request, "catalogue/write.html", context)


def _said(notice: RunNotice) -> str:
    sent = ngettext("The message goes to one person.", "The message goes to %(number)s people.", notice.mailed) % {"number": notice.mailed}
    if not notice.unreached:
        return sent
    others = ngettext(
        "One has no e-mail address: ring or write.", "%(number)s have no e-mail address: ring or write.", notice.unreached
    ) % {"number": notice.unreached}
    return f"{sent} {others}"
