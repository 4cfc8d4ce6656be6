"""Keeping in touch after a course: everybody's own page by a link, and the papers that the leader takes in.

Staff see who has said yes, so that papers are taken in once; what somebody shares is opened for those who said yes, and for nobody else.
"""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import following, permissions
from catalogue.actions import self_help as actions
from catalogue.forms.following import PaperForm, SharedForm
from catalogue.models import Enrolment, Run, SelfHelpGroup, SelfHelpMember, SignUp
from catalogue.queries import following as queries
from catalogue.views.desk import RUN_TONES
from catalogue.views.joining import ROLE, _limited, link_page, own_page
from catalogue.views.rosters import log_read, run_with_participants, seeing, way_to
from catalogue.wording import label_of
from lms_portal.accounts.models import User
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.phones import format_phone

PURPOSE = "keeping_in_touch"


def _seen(members: list[SelfHelpMember]) -> list[dict[str, str]]:
    """Opens what the others share, and writes in the reading log who is looked at; part of the transaction that reads."""
    if members:
        record_read(
            action=Access.Action.LIST,
            object_type="self_help_member",
            object_ids=[one.pk for one in members],
            basis="own_link",
            categories=["identity", "contact"],
        )
    return [
        {"name": one.name, "email": one.email or "", "number": one.phone or "", "phone": format_phone(one.phone) if one.phone else ""}
        for one in members
    ]


def _known(enrolment: Enrolment, member: SelfHelpMember | None) -> dict[str, str]:
    """What the form begins with: what is shared now, else what we know of the person, theirs to change."""
    if member is not None:
        return {"name": member.name, "email": member.email or "", "phone": member.phone or ""}
    person = enrolment.participant
    return {"name": (person.name or "").split(" ")[0], "email": person.email or "", "phone": person.phone or ""}


def _page(
    request: PortalRequest, *, enrolment: Enrolment, run: Run | None, member: SelfHelpMember | None, here: str, back: str, left: str
) -> HttpResponse:
    """The page of one who took part: say yes, change, see the others when the day has come, withdraw."""
    group = SelfHelpGroup.objects.filter(run=run).first() if run else None
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do == "withdraw":
        actions.withdraw(enrolment=enrolment, now=request.now)
        messages.success(request, _("You are off the list, and what you shared is deleted."))
        return redirect(left)
    form = SharedForm(
        request.POST if request.method == "POST" else None, initial=_known(enrolment, member), back=back, is_member=member is not None
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_yes(enrolment=enrolment, shared=form.shared(), now=request.now)
        except actions.UnableToKeepInTouch as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("What you share is saved."))
            return redirect(here)
    shared = group is not None and following.is_shared(group, now=request.now)
    share_on = group.share_on if group else (following.share_day(run, today=oslo_date(request.now)) if run else None)
    context = {
        "form": form,
        "member": member,
        "why_not": following.why_not_join_group(enrolment, run, group, now=request.now),
        "is_shared": shared,
        "share_on": share_on,
        "forget_on": following.forget_day(share_on) if share_on else None,
        "others": _seen(queries.others_in_group(member)) if shared and member else [],
        "back": back,
    }
    return render(request, "catalogue/group.html", context)


@link_page
def place_group(request: PortalRequest, secret: str, sign_up: SignUp) -> HttpResponse:
    """This will let somebody say yes from the page of their place."""
    enrolment = sign_up.enrolment
    member = SelfHelpMember.objects.public().select_related("data_key", "group").filter(enrolment=enrolment).first()
    back = reverse("catalogue:place", kwargs={"secret": secret})
    here = reverse("catalogue:place_group", kwargs={"secret": secret})
    return _page(request, enrolment=enrolment, run=enrolment.run, member=member, here=here, back=back, left=back)


@own_page
def my_group(request: PortalRequest, secret: str) -> HttpResponse:
    """This will show the page that the link in the mail opens."""
    if limited := _limited(request, "place_page"):
        return limited
    with for_purpose(PURPOSE, role=ROLE), transaction.atomic():
        member = queries.member_of(secret, today=oslo_date(request.now))
        if member is None:
            return render(request, "catalogue/group_gone.html", status=404)
        enrolment = member.enrolment
        record_read(
            action=Access.Action.VIEW,
            object_type="enrolment",
            object_ids=[enrolment.pk],
            basis="own_link",
            categories=["contact"],
        )
        here, left = reverse("catalogue:my_group", kwargs={"secret": secret}), reverse("catalogue:group_left")
        return _page(request, enrolment=enrolment, run=member.group.run, member=member, here=here, back="", left=left)


@login_not_required
@require_safe
def group_left(request: PortalRequest) -> HttpResponse:
    """This will say that everything is deleted."""
    return render(request, "catalogue/group_gone.html", {"left": True})


# For the leader of the course


@require_http_methods(["GET", "HEAD", "POST"])
def group_papers(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """Who has said yes, and the papers of those who have no link. What anybody shares is not shown here."""
    course, run = run_with_participants(request, code, run_id)
    user = cast("User", request.user)
    with transaction.atomic(), seeing(request, course, PURPOSE):
        people = list(queries.people_to_ask(run, request.user))
        log_read(people, Access.Action.LIST)
        lines = [_line(one) for one in people]
        waiting = [line["enrolment"] for line in lines if not line["yes"]]
        group = SelfHelpGroup.objects.filter(run=run).first()
        do = request.POST.get("do", "") if request.method == "POST" else ""
        form = PaperForm(request.POST if do == "yes" else None, people=waiting)
        if done := _take_in(request, do, form, {str(one.pk): one for one in people}, user):
            messages.success(request, done)
            return redirect("catalogue:group_papers", code=code, run_id=run_id)
    share_on = group.share_on if group else following.share_day(run, today=oslo_date(request.now))
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "lines": lines,
        "count": sum(line["yes"] for line in lines),
        "form": form if waiting else None,
        "has_begun": following.has_begun(run, oslo_date(request.now)),
        "share_on": share_on,
        "forget_on": following.forget_day(share_on),
        "may_edit": permissions.may_own(request.user, course.owner),
        "breadcrumbs": way_to(
            request, course, (_("Participants"), reverse("catalogue:roster", args=[code, run_id])), (_("Keep in touch"), "")
        ),
    }
    return render(request, "catalogue/group_papers.html", context)


def _line(one: Enrolment) -> dict[str, Any]:
    member: SelfHelpMember | None = getattr(one, "self_help", None)
    return {
        "enrolment": one,
        "name": one.participant.name or one.reference,
        "yes": member is not None,
        "said_yes_at": member.said_yes_at if member else None,
        "by_paper": bool(member and member.taken_in_by_id),
    }


def _take_in(request: PortalRequest, do: str, form: PaperForm, people: dict[str, Enrolment], user: User) -> str:
    """Takes in a paper, or strikes somebody off who has asked for it; what was done, empty where nothing was."""
    try:
        if do == "yes" and form.is_valid():
            actions.say_yes(enrolment=form.chosen, shared=form.shared(), by=user, now=request.now)
            return _("The yes is noted.")
        if do == "withdraw" and request.POST.get("person", "") in people:
            actions.withdraw(enrolment=people[request.POST["person"]], by=user, now=request.now)
            return _("The person is off the list, and what they shared is deleted.")
    except actions.UnableToKeepInTouch as error:
        if do == "yes":
            form.add_error(None, str(error))
        else:
            messages.warning(request, str(error))
    return ""
