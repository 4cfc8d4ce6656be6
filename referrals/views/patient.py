"""The patient's own page: opened by the secret of the letter and a code that the clinic reads out. No sign-in, no session that stays."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms_portal.audit.access import readers_of, record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory
from referrals import queries
from referrals.actions import letters as letter_actions
from referrals.forms import PatientPageForm
from referrals.models import Letter, Referral
from referrals.workflow import PATIENT_LABELS


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will ask for the two words, and show the state of the referral where they fit."""
    form = PatientPageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = letter_actions.open_page(
                letter_id=pk, secret=form.cleaned_data["secret"], code=form.cleaned_data["code"], now=request.now, real_now=request.real_now
            )
            return _show(request, opened)
        except letter_actions.UnableToOpen as error:
            form.add_error(None, str(error))
    return render(request, "referrals/patient_open.html", {"form": form})


def _show(request: PortalRequest, letter: Letter) -> HttpResponse:
    with transaction.atomic():
        row = get_object_or_404(Referral.objects.with_case(), pk=letter.referral_id)
        one = letter.participant
        with for_purpose("patient_page", role="patient", unit_id=row.receiving_unit_id):
            record_read(
                action=Access.Action.VIEW,
                object_type="referral",
                object_ids=[row.pk],
                basis="own_letter",
                categories=["identity"],
                subject_hashes=queries.subject_hashes([one] if one else []),
            )
        letters = queries.share_key(row, row.letters.filter(participant=one).order_by("made_at"))
        reads = [read for read in readers_of(row.pk) if read.action != Access.Action.LIST][:50]
        names = directory().names_of_people({read.actor_id for read in reads if read.actor_id})
        units = directory().names_of_units({read.unit_id for read in reads if read.unit_id})
        context = {
            "referral": row,
            "state": PATIENT_LABELS[row.status],
            "participant": one,
            "course_title": row.course.shown_version.title,
            "letters": [
                {"made_at": each.made_at, "paragraphs": (each.body or "").split("\n\n"), "language": each.language} for each in letters
            ],
            "readers": [
                {
                    "at": read.recorded_at,
                    "who": names.get(read.actor_id, "") if read.actor_id else _("Patient's page"),
                    "unit": units.get(read.unit_id, "") if read.unit_id else "",
                }
                for read in reads
            ],
        }
    return render(request, "referrals/patient_page.html", context)
