"""The page of one referral: the clinic's, and the sender's. Opening it is written down before it is answered."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms_portal.audit.access import readers_of, record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.audit.transitions import history_of
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory
from lms_portal.common.phones import format_phone
from referrals import permissions, policies, queries
from referrals.deadline import Countdown
from referrals.models import Referral, ReferralParticipant
from referrals.views.lists import masked
from referrals.views.shared import case_crumbs, crumbs, person, worklist_crumbs
from referrals.workflow import BUTTONS, EVENTS, REFERRAL, TONES

READERS_SHOWN = 50
VERB_ORDER = (
    *("submit", "start", "answer", "accept", "give_date", "accept_without_date", "ask", "assess_as_it_is", "advise", "reject", "forward"),
    *("forward_outside", "close", "reopen", "withdraw", "enter_in_error"),
)
PLAIN_VERBS = frozenset({"forward_outside", "withdraw", "enter_in_error"})
CATEGORIES = ["identity", "clinical"]


def visible(request: PortalRequest, pk: UUID) -> Referral:
    """This will load a referral that the person may see; everything else is not there."""
    rows = (
        Referral.objects.visible_to(request.user)
        .with_case()
        .select_related("municipality__hospital_area", "prepared_by", "error_reported_by")
    )
    return get_object_or_404(rows, pk=pk)


def log_view(
    request: PortalRequest, row: Referral, participants: list[ReferralParticipant], *, action: Access.Action = Access.Action.VIEW
) -> None:
    """This will write down who sees which people of a referral, and why. Call inside a transaction."""
    of_clinic = bool(permissions.clinic_roles(request.user, row))
    role = next(iter(sorted(permissions.roles_towards(request.user, row))), "")
    unit_id = row.receiving_unit_id if of_clinic else row.referrer_unit_id
    with for_purpose("referral_view", role=role, unit_id=unit_id):
        record_read(
            action=action,
            object_type="referral",
            object_ids=[row.pk],
            basis="assigned_clinic" if of_clinic else "own_referral",
            categories=CATEGORIES,
            subject_hashes=queries.subject_hashes(participants),
        )


@require_safe
def referral(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will show a referral to its clinic or to whoever sent it."""
    with transaction.atomic():
        row = visible(request, pk)
        if row.is_draft:
            return redirect("referrals:draft", pk=row.pk)
        participants = queries.participants_of(row)
        log_view(request, row, participants)
        context = _context(request, row, participants)
    template = "referrals/referral_clinic.html" if context["of_clinic"] else "referrals/referral_sender.html"
    return render(request, template, context)


def _context(request: PortalRequest, row: Referral, participants: list[ReferralParticipant]) -> dict[str, Any]:
    user = person(request)
    of_clinic = bool(permissions.clinic_roles(user, row))
    today = oslo_date(request.now)
    in_error = row.status == Referral.Status.ENTERED_IN_ERROR
    verbs = list(dict.fromkeys(one.verb for one in permissions.available(user, row)))
    if policies.why_no_question(row, today) and "ask" in verbs:
        verbs.remove("ask")
    if row.error_reported_by_id and "enter_in_error" in verbs:
        verbs.remove("enter_in_error")
    letters = [] if in_error else list(row.letters.select_related("data_key").order_by("made_at", "id"))
    queries.share_key(row, letters)
    if not of_clinic:
        letters = [letter for letter in letters if letter.recipient_kind == "referrer"]
    crumb = (
        worklist_crumbs((row.reference, "")) if of_clinic else crumbs((_("My referrals"), reverse("referrals:mine")), (row.reference, ""))
    )
    return {
        "referral": row,
        "of_clinic": of_clinic,
        "in_error": in_error,
        "tone": TONES[row.status],
        "course_title": row.course.shown_version.title,
        "countdown": Countdown(row.received_on, row.deadline_on, today)
        if row.awaits_answer and row.received_on and row.deadline_on
        else None,
        "people": [] if in_error else [_person_row(one) for one in participants],
        "patient": next((one for one in participants if one.is_patient), None),
        "buttons": _buttons(row, verbs),
        "may_take_over": of_clinic and row.awaits_answer and row.assigned_to_id != user.pk,
        "thread": [] if in_error else queries.share_key(row, row.thread.select_related("author", "author_unit", "data_key")),
        "decisions": [] if in_error else queries.share_key(row, row.decisions.select_related("decided_by", "unit", "to_unit", "data_key")),
        "letters": letters,
        "events": _events(row),
        "readers": _readers(row) if of_clinic else [],
        "breadcrumbs": crumb,
    }


def _buttons(row: Referral, verbs: list[str]) -> list[dict[str, Any]]:
    """What is done most stands first and filled; what ends a case without an answer stands last and plain."""
    buttons: list[dict[str, Any]] = []
    for verb in sorted(verbs, key=VERB_ORDER.index):
        variant = "tertiary" if verb in PLAIN_VERBS else "secondary" if buttons else ""
        buttons.append({"verb": verb, "text": BUTTONS[verb], "url": reverse("referrals:act", args=[row.pk, verb]), "variant": variant})
    return buttons


def _person_row(one: ReferralParticipant) -> dict[str, Any]:
    return {
        "participant": one,
        "number": masked(one.identity_number),
        "phone": format_phone(one.phone) if one.phone else "",
        "enrolment": one.enrolment,
    }


def _events(row: Referral) -> list[dict[str, Any]]:
    moves = list(history_of(REFERRAL, row.pk))
    names = directory().names_of_people({move.actor_id for move in moves if move.actor_id})
    units = directory().names_of_units({move.unit_id for move in moves if move.unit_id})
    return [
        {
            "at": move.portal_at or move.recorded_at,
            "title": EVENTS[move.verb],
            "by": ", ".join(part for part in (names.get(move.actor_id or row.pk, ""), units.get(move.unit_id or row.pk, "")) if part)
            or _("The portal"),
            "current": move is moves[-1],
        }
        for move in moves
    ]


def _readers(row: Referral) -> list[dict[str, Any]]:
    reads = readers_of(row.pk)[:READERS_SHOWN]
    names = directory().names_of_people({read.actor_id for read in reads if read.actor_id})
    units = directory().names_of_units({read.unit_id for read in reads if read.unit_id})
    words = {
        Access.Action.LIST: _("Saw it in a list"),
        Access.Action.VIEW: _("Opened it"),
        Access.Action.UNMASK: _("Saw an identity number"),
        Access.Action.PRINT: _("Printed a letter"),
    }
    return [
        {
            "at": read.recorded_at,
            "who": names.get(read.actor_id, "") if read.actor_id else _("Patient's page"),
            "unit": units.get(read.unit_id, "") if read.unit_id else "",
            "what": words.get(Access.Action(read.action), read.action),
        }
        for read in reads
    ]


@require_safe
def receipt(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will confirm that a referral is sent: reference, where to, and when the answer is due."""
    row = get_object_or_404(Referral.objects.sent_by(request.user).with_case(), pk=pk)
    if row.is_draft:
        raise Http404
    return render(
        request,
        "referrals/receipt.html",
        {"referral": row, "breadcrumbs": crumbs((_("My referrals"), reverse("referrals:mine")), (_("Receipt"), ""))},
    )


@require_POST
def show_number(request: PortalRequest, pk: UUID, participant: UUID) -> HttpResponse:
    """This will show one whole identity number, after that has been written down."""
    with transaction.atomic():
        row = visible(request, pk)
        if row.status == Referral.Status.ENTERED_IN_ERROR:
            raise Http404
        one = get_object_or_404(ReferralParticipant, pk=participant, referral=row)
        queries.share_key(row, [one])
        log_view(request, row, [one], action=Access.Action.UNMASK)
        number = one.identity_number or ""
    context = {
        "referral": row,
        "participant": one,
        "number": f"{number[:6]} {number[6:]}",
        "breadcrumbs": case_crumbs(person(request), row, (row.reference, row.get_absolute_url()), (_("Identity number"), "")),
    }
    return render(request, "referrals/show_number.html", context)
