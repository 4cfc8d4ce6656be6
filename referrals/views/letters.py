"""Letters: the queue to print and post, the page that prints, and the code that opens the patient's page."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.permissions import has_permission
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.common.http import PortalRequest
from referrals import queries
from referrals.actions import letters as letter_actions
from referrals.models import Letter, Referral
from referrals.views.shared import crumbs, person, worklist_crumbs


@require_safe
def queue(request: PortalRequest) -> HttpResponse:
    """This will list the letters that the person's clinics are to print and post, the oldest first."""
    if not has_permission(request.user, Permission.SEE_UNIT_REFERRALS):
        raise Http404
    with transaction.atomic():
        page = Paginator(queries.letters_to_post(Letter.objects.of_clinic(request.user)), queries.PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        referrals = Referral.objects.visible_to(request.user).filter(pk__in={letter.referral_id for letter in page.object_list})
        may_open = set(referrals.values_list("pk", flat=True))
        rows = [
            {"letter": letter, "recipient": letter.recipient_name, "may_open": letter.referral_id in may_open}
            for letter in page.object_list
        ]
        with for_purpose("referral_letter"):
            record_read(
                action=Access.Action.LIST,
                object_type="letter",
                object_ids=[letter.pk for letter in page.object_list] + list({letter.referral_id for letter in page.object_list}),
                basis="assigned_clinic",
                categories=["identity"],
            )
    return render(
        request, "referrals/letters.html", {"rows": rows, "page": page, "breadcrumbs": worklist_crumbs((_("Letters to post"), ""))}
    )


def _visible(request: PortalRequest, pk: UUID) -> Letter:
    rows = Letter.objects.visible_to(request.user).select_related("data_key", "unit", "referral__receiving_unit", "participant")
    return get_object_or_404(rows, pk=pk)


@require_safe
def print_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will show a letter as it is printed."""
    with transaction.atomic():
        letter = _visible(request, pk)
        with for_purpose("referral_letter", unit_id=letter.unit_id):
            record_read(
                action=Access.Action.PRINT,
                object_type="letter",
                object_ids=[letter.pk, letter.referral_id],
                basis="assigned_clinic" if letter.recipient_kind != "referrer" else "own_referral",
                categories=["identity", "clinical"],
                subject_hashes=queries.subject_hashes([letter.participant] if letter.participant else []),
            )
        paragraphs = (letter.body or "").split("\n\n")
    of_clinic = Letter.objects.of_clinic(request.user).filter(pk=letter.pk).exists()
    # a clinic that has sent the referral on posts its own letter, but no longer sees the referral
    may_open = Referral.objects.visible_to(request.user).filter(pk=letter.referral_id).exists()
    above = (
        (letter.referral.reference, letter.referral.get_absolute_url())
        if may_open
        else (_("Letters to post"), reverse("referrals:letters"))
    )
    steps = (above, (_("Letter"), ""))
    context = {
        "letter": letter,
        "may_open": may_open,
        "paragraphs": paragraphs,
        "of_clinic": of_clinic,
        "breadcrumbs": worklist_crumbs(*steps) if of_clinic else crumbs((_("My referrals"), reverse("referrals:mine")), *steps),
    }
    return render(request, "referrals/letter_print.html", context)


@require_POST
def posted(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will mark a letter as posted."""
    letter = _visible(request, pk)
    try:
        letter_actions.mark_posted(letter=letter, by=person(request), now=request.now)
        messages.success(request, _("Marked as posted."))
    except letter_actions.UnableToPost as error:
        messages.warning(request, str(error))
    return redirect("referrals:letters")


@require_POST
def code(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will make the code that is read out on the phone, and show it once."""
    letter = _visible(request, pk)
    try:
        made = letter_actions.new_code(letter=letter, by=person(request), real_now=request.real_now)
    except letter_actions.UnableToOpen as error:
        messages.warning(request, str(error))
        return redirect(letter.referral.get_absolute_url())
    context = {
        "letter": letter,
        "code": made,
        "breadcrumbs": worklist_crumbs(
            (letter.referral.reference, letter.referral.get_absolute_url()), (_("Code for the patient's page"), "")
        ),
    }
    return render(request, "referrals/letter_code.html", context)
