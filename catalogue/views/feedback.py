"""Whether a page helped: the question for everybody, and the answers for advisers."""

import re
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import permissions
from catalogue.actions.feedback import take_feedback
from catalogue.forms.feedback import FeedbackForm
from catalogue.models.feedback import LONGEST_PATH
from catalogue.queries import feedback as queries
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from catalogue.views.joining import _limited
from catalogue.wording import language_now
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.feedback_pages import FEEDBACK_PAGES
from lms_portal.common.http import PortalRequest

PER_PAGE = 25
OURS = re.compile(r"^/(nb|nn|en)/[\w./-]*$", re.ASCII)


def page_of_ours(path: str) -> str:
    """This will return the path where it is one of the pages that ask, without a query; the front page's where it is not."""
    found = OURS.match(path) if len(path) <= LONGEST_PATH else None
    if found:
        try:
            with translation.override(found[1]):
                if resolve(path).view_name in FEEDBACK_PAGES:
                    return path
        except Resolver404:
            pass
    return f"/{language_now()}/"


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: PortalRequest) -> HttpResponse:
    """Two buttons and a text. Sets no cookie; a form that another site sends is refused by what the browser says of it."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise PermissionDenied
    page = page_of_ours((request.POST if request.method == "POST" else request.GET).get("page", ""))
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial={"page": page})
    if request.method == "POST" and request.POST.get("found") not in ("yes", "no"):
        form.add_error(None, _("Press one of the two buttons"))
    if request.method == "POST" and form.is_valid():
        if limited := _limited(request, "page_feedback"):
            return limited
        is_found = request.POST["found"] == "yes"
        text = form.cleaned_data["text"].strip()
        take_feedback(page=page, is_found=is_found, text=text, language=language_now(), today=oslo_date(request.now))
        return redirect("catalogue:feedback_thanks")
    response = render(request, "catalogue/feedback.html", {"form": form, "page": page})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def feedback_thanks(request: PortalRequest) -> HttpResponse:
    """This will say that the answer has come, whatever it was."""
    response = render(request, "catalogue/feedback_thanks.html")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def feedback_desk(request: PortalRequest) -> HttpResponse:
    """The answers: how many of each page, or the texts, the newest first. Who reads texts stands in the reading log."""
    user = editor_of(request)
    if not permissions.may_read_feedback(user):
        raise PermissionDenied
    show = "texts" if request.GET.get("show") == "texts" else "pages"
    address = reverse("catalogue:feedback_desk")
    views = (("pages", _("Page by page")), ("texts", _("What people wrote")))
    context = {
        "show": show,
        "tabs": desk_tabs("feedback", request.user),
        "views": [{"text": text, "url": f"{address}?show={code}", "current": code == show} for code, text in views],
        "breadcrumbs": crumbs(None, _("Feedback on pages")),
    }
    rows: Any = queries.texts_newest_first() if show == "texts" else queries.pages_answered()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    with transaction.atomic(), for_purpose("page_feedback"):
        shown = list(page.object_list)
        if show == "texts" and shown:
            record_read(action=Access.Action.LIST, object_type="page_feedback", object_ids=[row.pk for row in shown], basis="page_feedback")
        return render(request, "catalogue/feedback_desk.html", {**context, "page": page, "lines": shown})
