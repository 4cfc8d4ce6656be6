"""Joining without a referral: the form, the receipt, and the page that a link opens without an account."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import following, joining, policies
from catalogue.actions import joining as actions
from catalogue.actions.joining import UnableToJoin
from catalogue.forms.joining import ButtonForm, CancelForm, InterestForm, LostLinkForm, NeedsForm, SignUpForm, SiteForm
from catalogue.joining_mails import LIVE, plan_links
from catalogue.links import SIGN_UP, secret_of
from catalogue.models import Enrolment, Run, SignUp
from catalogue.needs import Needs
from catalogue.queries import joining as queries
from catalogue.queries.following import public_steps
from catalogue.queries.pages import answered_courses
from catalogue.wording import label_of, language_now, run_words
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.phones import format_phone

View = Callable[..., HttpResponse]
PURPOSE = "self_sign_up"
ROLE = "participant"


SENDS_A_FORM = b'method="post"'


def own_page(view: View) -> Any:
    """This will open a page to everybody, keep it out of caches, and tell no other site where somebody came from.

    A page without a form tells nobody. One with a form tells the portal itself: under `no-referrer` a browser sends a form with the origin
    “null”, which the check against forged forms refuses.
    """

    @wraps(view)
    def answer(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "same-origin" if SENDS_A_FORM in response.content else "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return login_not_required(never_cache(require_http_methods(["GET", "HEAD", "POST"])(answer)))


def _limited(request: PortalRequest, action: str, key: str = "") -> HttpResponse | None:
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action=action, key=key or None)
    return limited


# Signing up


@own_page
def join(request: PortalRequest, run_id: UUID) -> HttpResponse:
    """This will take a sign-up for one run; why it cannot be done stands on the page."""
    run = get_object_or_404(queries.run_to_join(run_id))
    version = run.course.public_version
    if version is None or not run.course.is_public:
        raise Http404
    sites = list(run.sites.all())
    back = run.course.get_absolute_url()
    words = run_words(run, version, now=request.now)
    context = {"run": words, "course_title": version.title, "back": back, "unit": run.course.owner}
    if reason := policies.why_not_sign_up(run, sites, now=request.now):
        return render(request, "catalogue/join_closed.html", {**context, "reason": reason}, status=409 if request.method == "POST" else 200)
    form = SignUpForm(
        request.POST or None, sites=[words.site for words in words.sites], version=version, today=oslo_date(request.now), back=back
    )
    if request.method == "POST":
        if limited := _limited(request, "course_sign_up"):
            return limited
        if form.is_valid():
            try:
                with for_purpose(PURPOSE, role=ROLE, unit_id=run.course.owner_id):
                    made = actions.sign_up(run=run, fields=form.answers(), form_key=form.key, now=request.now)
            except UnableToJoin as error:
                form.add_error(None, str(error))
            else:
                return redirect("catalogue:joined", secret=_secret(made))
    return render(request, "catalogue/join.html", {**context, "form": form})


def _secret(sign_up: SignUp) -> str:
    return secret_of(sign_up.pk, purpose=SIGN_UP, number=sign_up.link_number)


# What a link opens


def _opened(request: PortalRequest, secret: str) -> SignUp | None:
    """Found by the secret of its link alone, and written in the reading log; part of the transaction that reads."""
    sign_up = queries.sign_up_of(secret, now=request.now)
    if sign_up is not None:
        known = sign_up.enrolment.participant.contact_hash
        record_read(
            action=Access.Action.VIEW,
            object_type="enrolment",
            object_ids=[sign_up.enrolment_id],
            basis="own_link",
            categories=["identity", "needs"],
            subject_hashes=[bytes(known)] if known else [],
        )
    return sign_up


def link_page(view: View) -> Any:
    """This will open what a link leads to, or say how to get a new link; everything in one transaction, as a participant."""

    @wraps(view)
    def answer(request: PortalRequest, secret: str) -> HttpResponse:
        if limited := _limited(request, "place_page"):
            return limited
        with for_purpose(PURPOSE, role=ROLE), transaction.atomic():
            sign_up = _opened(request, secret)
            if sign_up is None:
                return render(request, "catalogue/place_gone.html", status=404)
            with for_purpose(PURPOSE, role=ROLE, unit_id=sign_up.enrolment.course.owner_id):
                return view(request, secret, sign_up)

    return own_page(answer)


def _run_of(sign_up: SignUp) -> Run:
    return queries.run_in_words(sign_up.enrolment.run_id or sign_up.wished_run_id).get()


def _place_context(request: PortalRequest, secret: str, sign_up: SignUp) -> dict[str, Any]:
    enrolment = sign_up.enrolment
    run = _run_of(sign_up)
    version = run.course.public_version
    if version is None:
        raise Http404
    waits = enrolment.status in (Enrolment.Status.WAITING, Enrolment.Status.REQUESTED)
    site = enrolment.site or (sign_up.wished_site if waits else None)
    words = run_words(run, version, now=request.now)
    gone = joining.is_gone(run, oslo_date(request.now))
    person = enrolment.participant
    took_part = following.has_begun(run, oslo_date(request.now)) and enrolment.status in following.TOOK_PART
    is_live = enrolment.status in LIVE and not (gone and enrolment.status == Enrolment.Status.CONFIRMED)
    return {
        "secret": secret,
        "enrolment": enrolment,
        "run": words,
        "run_label": label_of(run),
        "site": next((each for each in words.sites if site and each.site.pk == site.pk), None),
        "course_title": version.title,
        "course_url": run.course.get_absolute_url(),
        "person": {
            "name": person.name,
            "email": person.email,
            "phone": format_phone(person.phone) if person.phone else "",
            "contact_name": sign_up.contact_name,
        },
        "needs": Needs.opened(sign_up.needs).lines(language_now()),
        "unit": run.course.owner,
        "waits": waits,
        "position": queries.position_of(sign_up, now=request.now) if waits else None,
        "waits_for_next": waits and gone,
        "is_live": is_live,
        "may_wait_again": enrolment.status in joining.MAY_WAIT_AGAIN and run.course.is_public,
        "may_change_site": is_live and not gone and len(words.sites) > 1 and enrolment.status in ("confirmed", "waiting"),
        "meeting_url": site.meeting_url if site and enrolment.status == Enrolment.Status.CONFIRMED and not gone else "",
        "took_part": took_part,
        "steps_after": public_steps(run.course, "after") if took_part else [],
        "minimum": run.minimum,
        "decide_on": run.decide_on if run.decide_on and run.decide_on >= oslo_date(request.now) else None,
    }


@link_page
def joined(request: PortalRequest, secret: str, sign_up: SignUp) -> HttpResponse:
    """This will show the receipt: what somebody has now, the reference, and the link."""
    return render(request, "catalogue/joined.html", _place_context(request, secret, sign_up))


@link_page
def place(request: PortalRequest, secret: str, sign_up: SignUp) -> HttpResponse:
    """This will show what somebody has signed up for, and what can be done with it; an answer to an offer is sent here."""
    if request.method != "POST":
        return render(request, "catalogue/place.html", _place_context(request, secret, sign_up))
    said = ANSWERS.get(request.POST.get("answer", ""))
    if said is None:
        return HttpResponseRedirect(reverse("catalogue:place", kwargs={"secret": secret}))
    act, thanks = said
    return _do(request, secret, lambda: act(sign_up=sign_up, now=request.now), str(thanks()))


ANSWERS: dict[str, tuple[Callable[..., SignUp], Callable[[], str]]] = {
    "accept": (actions.accept_offer, lambda: _("You have the place.")),
    "decline": (actions.cancel, lambda: _("You have said no, and are no longer on the waiting list.")),
    "pass": (actions.pass_offer, lambda: _("You keep your place in line for other dates.")),
    "wait": (actions.wait_again, lambda: _("You are on the waiting list again.")),
}


def _do(request: PortalRequest, secret: str, act: Callable[[], object], thanks: str) -> HttpResponse:
    """This will do one thing and go back to the page, which says what came of it."""
    try:
        act()
    except UnableToJoin as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, thanks)
    return HttpResponseRedirect(reverse("catalogue:place", kwargs={"secret": secret}))


@link_page
def place_needs(request: PortalRequest, secret: str, sign_up: SignUp) -> HttpResponse:
    """This will change what somebody needs."""
    needs = Needs.opened(sign_up.needs)
    written = {name: getattr(needs, name) for name in Needs.__dataclass_fields__}
    back = reverse("catalogue:place", kwargs={"secret": secret})
    form = NeedsForm(request.POST or None, initial={**written, "language": sign_up.enrolment.participant.language}, back=back)
    if request.method == "POST" and form.is_valid():
        return _do(
            request,
            secret,
            lambda: actions.change_needs(
                sign_up=sign_up, needs=Needs.of(form.cleaned_data), language=form.cleaned_data["language"], now=request.now
            ),
            _("What you need is saved."),
        )
    return render(request, "catalogue/place_form.html", {"form": form, "heading": _("What you need"), "secret": secret})


@link_page
def place_site(request: PortalRequest, secret: str, sign_up: SignUp) -> HttpResponse:
    """This will move somebody to another place of the same dates, or between the room and digital."""
    run = _run_of(sign_up)
    sites = list(run.sites.all())
    back = reverse("catalogue:place", kwargs={"secret": secret})
    now_at = sign_up.enrolment.site_id or sign_up.wished_site_id
    form = SiteForm(request.POST or None, initial={"site": str(now_at or "")}, sites=sites, back=back)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_site(sign_up=sign_up, site=form.chosen, now=request.now)
        except UnableToJoin as error:
            form.add_error("site", str(error))
        else:
            messages.success(request, _("Your choice is saved."))
            return HttpResponseRedirect(back)
    return render(request, "catalogue/place_form.html", {"form": form, "heading": _("Where you take part"), "secret": secret})


@link_page
def place_cancel(request: PortalRequest, secret: str, sign_up: SignUp) -> HttpResponse:
    """This will ask once more, and cancel."""
    back = reverse("catalogue:place", kwargs={"secret": secret})
    if request.method == "POST":
        return _do(
            request,
            secret,
            lambda: actions.cancel(sign_up=sign_up, now=request.now),
            _("The place is cancelled. Thank you for telling us."),
        )
    context = {**_place_context(request, secret, sign_up), "form": CancelForm(back=back)}
    return render(request, "catalogue/place_cancel.html", context)


@own_page
def lost_link(request: PortalRequest) -> HttpResponse:
    """This will send new links to an address; the answer is the same whether it is known or not."""
    form = LostLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if limited := _limited(request, "place_link", key=email.strip().lower()):
            return limited
        plan_links(email=email, language=language_now(), now=request.now)
        return redirect("catalogue:lost_link_sent")
    return render(request, "catalogue/lost_link.html", {"form": form})


@own_page
def lost_link_sent(request: PortalRequest) -> HttpResponse:
    """This will say what happens now, whoever asked."""
    return render(request, "catalogue/lost_link_sent.html")


# New dates


@own_page
def interest(request: PortalRequest, slug: str) -> HttpResponse:
    """This will take the address of somebody who wants to hear of new dates."""
    course = get_object_or_404(answered_courses(), slug=slug)
    version = course.public_version
    if version is None or not course.is_public:
        raise Http404
    form = InterestForm(request.POST or None, back=course.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if limited := _limited(request, "course_interest", key=email.strip().lower()):
            return limited
        actions.ask_to_be_told(course=course, email=email, language=form.cleaned_data["language"], now=request.now)
        return redirect("catalogue:interest_sent")
    context = {"form": form, "course_title": version.title, "back": course.get_absolute_url()}
    return render(request, "catalogue/interest.html", context)


@own_page
def interest_sent(request: PortalRequest) -> HttpResponse:
    """This will say that a mail is on its way, whoever asked."""
    return render(request, "catalogue/interest_sent.html")


@own_page
def interest_confirm(request: PortalRequest, secret: str) -> HttpResponse:
    """This will confirm an address, by a button."""
    found = queries.interest_of(secret, now=request.now)
    if found is None:
        return render(request, "catalogue/interest_over.html", status=404)
    form = ButtonForm(request.POST or None, button=_("Yes, tell me of new dates"))
    if request.method == "POST":
        actions.confirm_interest(interest=found, now=request.now)
        return redirect("catalogue:interest_confirm", secret=secret)
    return render(
        request, "catalogue/interest_confirm.html", {"form": form, "secret": secret, "is_confirmed": found.confirmed_at is not None}
    )


@own_page
def interest_stop(request: PortalRequest, secret: str) -> HttpResponse:
    """This will delete an address, by a button."""
    found = queries.interest_of(secret, now=request.now)
    if found is None:
        return render(request, "catalogue/interest_over.html", status=404)
    form = ButtonForm(request.POST or None, button=_("Delete my address"))
    if request.method == "POST":
        actions.forget_interest(interest=found, now=request.now)
        return redirect("catalogue:interest_stopped")
    return render(request, "catalogue/interest_stop.html", {"form": form})


@own_page
def interest_stopped(request: PortalRequest) -> HttpResponse:
    """This will say that the address is deleted."""
    return render(request, "catalogue/interest_over.html", {"stopped": True})


@login_not_required
@require_safe
def run_link(request: PortalRequest, run_id: UUID) -> HttpResponse:
    """The address of a date in mails, which do not name the course: leads to the course page."""
    run = get_object_or_404(queries.run_to_join(run_id))
    return HttpResponseRedirect(run.course.get_absolute_url() + "#dates")
