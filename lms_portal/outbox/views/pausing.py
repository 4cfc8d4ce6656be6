"""The page on which all sending is paused, and goes on again; and when that has happened before."""

from typing import cast
from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory
from lms_portal.outbox import pauses
from lms_portal.outbox.forms import PauseForm, ResumeForm
from lms_portal.outbox.models import Pause
from lms_portal.outbox.views.messages import check_may_look

PER_PAGE = 10


def pause(request: PortalRequest) -> HttpResponse:
    """This will pause all sending with a reason, or end the pause that stands."""
    check_may_look(request)
    resuming = request.method == "POST" and "pause" in request.POST
    standing = pauses.standing(now=request.now)
    form: PauseForm | ResumeForm
    if resuming:
        form = ResumeForm(request.POST)
    elif standing and request.method != "POST":
        form = ResumeForm(initial={"pause": standing.pause.pk})
    else:
        form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = cast("UUID", request.user.pk)  # nobody comes here without having signed in
        try:
            if resuming:
                pauses.resume_sending(pause_id=form.cleaned_data["pause"], by=by, now=request.now)
            else:
                pauses.pause_sending(reason=form.cleaned_data["reason"], by=by, now=request.now)
        except pauses.UnableToPauseError as error:
            notices.warning(request, str(error))
        else:
            notices.success(
                request, _("Sending goes on. What is due is sent within a minute.") if resuming else _("All sending is paused.")
            )
        return redirect("outbox:pause")
    page = Paginator(Pause.objects.order_by("-begun_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    names = directory().names_of_people({person for row in rows for person in (row.begun_by_id, row.ended_by_id) if person})
    context = {
        "form": form,
        "standing": standing,
        "page": page,
        "rows": [
            {
                "pause": row,
                "begun_by": names.get(row.begun_by_id, ""),
                "ended_by": names.get(row.ended_by_id, "") if row.ended_by_id else "",
            }
            for row in rows
        ],
        "breadcrumbs": [{"text": _("Messages"), "url": reverse("outbox:list")}, {"text": _("Pause")}],
    }
    return render(request, "outbox/pause.html", context)
