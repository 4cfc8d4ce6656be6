"""The people of the units that one manages: list, invite, give and end roles, close and open accounts."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms_portal.accounts import actions, queries
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.forms import GiveRoleForm, InvitationForm, PeopleFilter
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import has_permission
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

PER_PAGE = 25


def _manager(request: PortalRequest) -> User:
    """Whoever manages nobody gets 403: the page exists, and its address tells nothing."""
    if not has_permission(request.user, Permission.MANAGE_PEOPLE):
        raise PermissionDenied
    return cast("User", request.user)


def people(request: PortalRequest) -> HttpResponse:
    """This will list who has a role in one's units."""
    by = _manager(request)
    chosen = PeopleFilter(request.GET or None, by=by)
    unit, text = None, ""
    if chosen.is_bound and chosen.is_valid():
        unit, text = chosen.cleaned_data["unit"], chosen.cleaned_data["q"].strip()
    rows = queries.memberships_managed_by(by, today=oslo_date(request.now), unit=unit.pk if unit else None, text=text)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "filter": chosen if chosen.is_bound else PeopleFilter(by=by),
        "is_narrowed": bool(unit or text),
        "invitations": list(queries.waiting_invitations(by, now=request.now)[:PER_PAGE]),
        "breadcrumbs": [{"text": _("My page"), "url": reverse("home_signed_in")}, {"text": _("People")}],
    }
    return render(request, "accounts/people.html", context)


def invite(request: PortalRequest) -> HttpResponse:
    """This will invite one person."""
    by = _manager(request)
    form = InvitationForm(request.POST or None, by=by, initial={"language": by.language})
    if request.method == "POST" and form.is_valid():
        try:
            invited = actions.invite_person(**form.cleaned_data, by=by, now=request.now)
        except actions.UnableToManageError as error:
            form.add_error(None, str(error))
        else:
            if invited.invitation:
                messages.success(request, _("The invitation is on its way. It can be used once, within 72 hours."))
            else:
                messages.success(request, _("The person already has an account, and has been given the role."))
            return redirect("accounts:people")
    context = {"form": form, "breadcrumbs": [{"text": _("People"), "url": reverse("accounts:people")}, {"text": _("Invite")}]}
    return render(request, "accounts/invite.html", context)


@require_POST
def withdraw_invitation(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will make an invitation stop working."""
    by = _manager(request)
    invitation = get_object_or_404(queries.waiting_invitations(by, now=request.now), pk=pk)
    try:
        actions.withdraw_invitation(invitation=invitation, by=by, now=request.now)
    except actions.UnableToManageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation has been withdrawn."))
    return redirect("accounts:people")


def person(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will show one person's roles in one's units, and take a new one."""
    by = _manager(request)
    shown = get_object_or_404(queries.people_managed_by(by), pk=pk)
    form = GiveRoleForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_role(user=shown, **form.cleaned_data, by=by, now=request.now)
        except actions.UnableToManageError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The role has been given, and the person is told by e-mail."))
            return redirect("accounts:person", pk=shown.pk)
    context = {
        "person": shown,
        "is_oneself": shown.pk == by.pk,
        "memberships": queries.memberships_managed_by(by, today=oslo_date(request.now)).filter(user=shown),
        "form": form,
        "breadcrumbs": [{"text": _("People"), "url": reverse("accounts:people")}, {"text": shown.name}],
    }
    return render(request, "accounts/person.html", context)


@require_POST
def end_membership(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will end one role."""
    by = _manager(request)
    membership = get_object_or_404(queries.memberships_managed_by(by, today=oslo_date(request.now)), pk=pk)
    try:
        actions.end_membership(membership=membership, by=by, now=request.now)
    except actions.UnableToManageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The role has ended."))
    return redirect("accounts:person", pk=membership.user_id)


@require_POST
def switch_account(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will close an account, or open it again."""
    by = _manager(request)
    shown = get_object_or_404(queries.people_managed_by(by), pk=pk)
    try:
        if request.POST.get("open") == "1":
            actions.open_account(user=shown, by=by, now=request.now)
            messages.success(request, _("The account is open again."))
        else:
            actions.close_account(user=shown, by=by, now=request.now)
            messages.success(request, _("The account is closed. The person is signed out everywhere."))
    except actions.UnableToManageError as error:
        messages.error(request, str(error))
    return redirect("accounts:person", pk=shown.pk)
