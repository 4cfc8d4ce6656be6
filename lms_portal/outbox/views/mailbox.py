"""The demo's mailbox: what would have been sent. Outside the demo the page does not exist."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lms_portal.outbox.models import DeliveredMail

PER_PAGE = 20


@login_not_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """This will show the mails, the newest first; `to` narrows them to one address."""
    if not settings.DEMO:
        raise Http404
    wanted = request.GET.get("to", "").strip().lower()
    mails = DeliveredMail.objects.order_by("-at", "-pk")
    if wanted:
        mails = mails.filter(recipient__iexact=wanted)
    context = {
        "page": Paginator(mails, PER_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "breadcrumbs": [{"text": _("Mailbox of the demo")}],
    }
    return render(request, "outbox/mailbox.html", context)
