"""Every text that the portal sends, side by side in its languages; and each to oneself as a test."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from lms_portal.common.http import PortalRequest
from lms_portal.outbox import kinds, pauses, previews, queries, trial_mails
from lms_portal.outbox.views.messages import check_may_look

# What the first part of a kind's code is called; a part that nobody has named is shown as it is.
AREAS = {
    "referrals": pgettext_lazy("texts", "Referrals"),
    "catalogue": pgettext_lazy("texts", "Courses and sign-up"),
    "grants": pgettext_lazy("texts", "Grants"),
    "accounts": pgettext_lazy("texts", "Accounts and roles"),
    "outbox": pgettext_lazy("texts", "Messages themselves"),
}


def _by_area() -> dict[str, list[kinds.Kind]]:
    found: dict[str, list[kinds.Kind]] = {}
    for code, kind in kinds.all_kinds().items():
        found.setdefault(code.partition(".")[0], []).append(kind)
    order = {area: index for index, area in enumerate(AREAS)}
    return dict(sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))


def texts(request: PortalRequest) -> HttpResponse:
    """This will show the texts of one area, and plan one of them as a test to the person who asks."""
    check_may_look(request)
    areas = _by_area()
    chosen = request.GET.get("area", "")
    chosen = chosen if chosen in areas else next(iter(areas))
    if request.method == "POST":
        return _send_to_myself(request, chosen)
    shown: list[dict[str, Any]] = [
        {"code": kind.code, "name": queries.kind_name(kind.code), "texts": previews.previews_of(kind)} for kind in areas[chosen]
    ]
    context = {
        "tabs": [
            {"text": AREAS.get(area, area), "url": f"?area={area}", "current": area == chosen, "count": len(found)}
            for area, found in areas.items()
        ],
        "kinds": sorted(shown, key=lambda kind: str(kind["name"])),
        "standing": pauses.standing(now=request.now),
        "breadcrumbs": [{"text": _("Messages"), "url": reverse("outbox:list")}, {"text": _("Texts")}],
    }
    return render(request, "outbox/texts.html", context)


def _send_to_myself(request: PortalRequest, area: str) -> HttpResponse:
    asked = {name: request.POST.get(name, "") for name in ("kind", "text", "language")}
    try:
        trial_mails.plan_trial(
            **asked, user_id=cast("UUID", request.user.pk), now=request.now
        )  # nobody comes here without having signed in
    except LookupError:
        raise Http404 from None
    notices.success(request, _("The text is on its way to your own e-mail address, marked as a test."))
    return redirect(f"{reverse('outbox:texts')}?area={area}#{asked['kind']}")
