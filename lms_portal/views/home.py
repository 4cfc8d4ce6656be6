"""The page after sign-in, and the control of the demo's clock."""

from datetime import timedelta
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms_portal.accounts import desk
from lms_portal.accounts.models import User
from lms_portal.common.clock import OSLO
from lms_portal.common.demo_clock import move_clock
from lms_portal.common.forms import PortalForm
from lms_portal.common.http import PortalRequest
from lms_portal.outbox import pauses
from lms_portal.outbox.actions import wake_sweep

STEPS = (
    ("1h", gettext_lazy("One hour ahead"), timedelta(hours=1)),
    ("1d", gettext_lazy("One day ahead"), timedelta(days=1)),
    ("7d", gettext_lazy("One week ahead"), timedelta(days=7)),
    ("30d", gettext_lazy("Thirty days ahead"), timedelta(days=30)),
)


def home_signed_in(request: PortalRequest) -> HttpResponse:
    """This will show what waits for this person, by role."""
    user = cast("User", request.user)
    cards = desk.cards_for(user, request.now)
    context = {
        "waiting": [card for card in cards if card.count],
        "calm": [card for card in cards if card.count == 0],
        "links": [card for card in cards if card.count is None],
        "person": user,
        "standing": pauses.standing_for(user, now=request.now),
    }
    return render(request, "portal/home.html", context)


class MomentForm(PortalForm):
    """A moment that the demo's clock is set to."""

    submit_text = gettext_lazy("Set the clock")
    marks_fields = False
    moment = forms.DateTimeField(
        label=gettext_lazy("Day and time in Norway"),
        help_text=gettext_lazy("Like 01.12.2026 23.58"),
        input_formats=["%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M"],
    )


@login_not_required
def demo_clock(request: PortalRequest) -> HttpResponse:
    """This will move the portal's clock in the demo, so that deadlines can be seen to pass."""
    if not settings.DEMO:
        raise Http404
    form = MomentForm(request.POST if "moment" in request.POST else None)
    if request.method == "POST":
        step = {key: ahead for key, _text, ahead in STEPS}.get(request.POST.get("step", ""))
        target = None
        if "real" in request.POST:
            target = request.real_now
        elif step is not None:
            target = request.now + step
        elif form.is_valid():
            target = form.cleaned_data["moment"]
        if target is not None:
            move_clock(to=target, real_now=request.real_now)
            wake_sweep()
            messages.success(request, _("The portal's clock has been set."))
            return redirect("demo_clock")
    context = {
        "form": form,
        "steps": [(key, text) for key, text, _ahead in STEPS],
        "now": request.now.astimezone(OSLO),
        "is_moved": abs(request.now - request.real_now) > timedelta(seconds=1),
        "real_now": request.real_now.astimezone(OSLO),
        "breadcrumbs": [{"text": _("The demo's clock")}],
    }
    return render(request, "portal/demo_clock.html", context)
