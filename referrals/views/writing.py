"""Writing a referral: one page that is saved at any time, one page to look over and send from."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.models import Code, Course
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.access import record_read
from lms_portal.audit.context import for_purpose
from lms_portal.audit.models import Access
from lms_portal.audit.transitions import Stale
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.ids import new_id
from referrals import permissions, policies, queries
from referrals.actions import drafts, sending
from referrals.actions.case import UnableToAct
from referrals.forms import ChooseCourseForm, PeopleFormSet, SendForm, WriteForm, people_initial, write_initial
from referrals.models import Referral, ReferralParticipant
from referrals.views.shared import crumbs, person

PREFIX = "people"


def _offices(request: PortalRequest) -> list[Unit]:
    offices = permissions.writing_units(request.user)
    if not offices:
        raise Http404
    return offices


@require_http_methods(["GET", "POST"])
def start(request: PortalRequest) -> HttpResponse:
    """This will begin a referral: choose the course where none is named, then write. The course pages lead everybody here."""
    offices = permissions.writing_units(request.user)
    if not offices:
        raise PermissionDenied(_("Your role may not do this. Somebody with another role in your unit can."))
    slug = request.GET.get("course", "")
    if not slug:
        return render(request, "referrals/referral_choose.html", {"form": ChooseCourseForm(), "breadcrumbs": crumbs()})
    course = queries.course_to_refer_to(slug)
    if course is None:
        raise Http404
    if refusal := policies.why_course_takes_no_referral(course):
        context = {"form": ChooseCourseForm(), "course": course, "refusal": refusal, "breadcrumbs": crumbs()}
        return render(request, "referrals/referral_choose.html", context)
    if request.method == "POST":
        return _save(request, None, course, offices)
    initial = {
        "token": new_id(),
        "urgency": "routine",
        "diagnosis_system": "ICPC-2",
        "language": "nn" if person(request).language == "nn" else "nb",
    }
    form = WriteForm(initial=initial, course=course, units=offices, today=oslo_date(request.now))
    return _write_page(request, None, course, form, PeopleFormSet(prefix=PREFIX, initial=[]))


def _own_draft(request: PortalRequest, pk: UUID) -> Referral:
    draft = get_object_or_404(Referral.objects.sent_by(request.user).with_case().select_related("municipality__hospital_area"), pk=pk)
    if not draft.is_draft:
        raise Http404
    return draft


@require_http_methods(["GET", "POST"])
def draft(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will show a draft to write on, or save what is typed; the script that saves by itself posts here too."""
    row = _own_draft(request, pk)
    offices = _offices(request)
    if request.method == "POST":
        return _save(request, row, row.course, offices)
    with transaction.atomic():
        participants = _read(row)
    form = WriteForm(initial=write_initial(row, participants), course=row.course, units=offices, today=oslo_date(request.now))
    initial = people_initial(participants)
    extra = min(int(request.GET.get("rows", "0") or 0) if request.GET.get("rows", "0").isdigit() else 0, 3)
    people = PeopleFormSet(prefix=PREFIX, initial=initial)
    people.extra = extra
    return _write_page(request, row, row.course, form, people)


def _read(row: Referral) -> list[ReferralParticipant]:
    """Read the people of a draft, and write down that they were read. Call inside a transaction."""
    participants = queries.participants_of(row)
    with for_purpose(drafts.PURPOSE, unit_id=row.referrer_unit_id):
        record_read(
            action=Access.Action.VIEW,
            object_type="referral",
            object_ids=[row.pk],
            basis="own_referral",
            categories=["identity", "clinical"],
            subject_hashes=queries.subject_hashes(participants),
        )
    return participants


def _write_page(
    request: PortalRequest, row: Referral | None, course: Course, form: WriteForm, people: Any, *, stale: bool = False, status: int = 200
) -> HttpResponse:
    systems = ("ICPC-2", "ICD-10")
    today = oslo_date(request.now)
    context = {
        "form": form,
        "people": people,
        "course": course,
        "draft": row,
        "stale": stale,
        "has_errors": bool(form.errors) or (people.is_bound and not people.is_valid()),
        "saved": saved_at_words(row) if row else "",
        "diagnoses": [code for system in systems for code in Code.objects.of(system, today=today)[:50]],
        "breadcrumbs": crumbs((_("My referrals"), reverse("referrals:mine")), (_("Write a referral"), "")),
    }
    return render(request, "referrals/referral_write.html", context, status=status)


def saved_at_words(row: Referral) -> str:
    """This will say when a draft was last saved, in Norwegian time."""
    moment = localtime(row.saved_at)
    return _("Saved %(day)s at %(time)s") % {"day": date_format(moment, "SHORT_DATE_FORMAT"), "time": time_format(moment, "H.i")}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a request to save brought: both parts of the page, checked, and the rows that stay."""

    form: WriteForm
    people: Any
    others: list[drafts.Person]
    fits: bool
    removed: str


def _typed(request: PortalRequest, course: Course, offices: list[Unit]) -> Typed:
    form = WriteForm(request.POST, course=course, units=offices, today=oslo_date(request.now))
    people = PeopleFormSet(request.POST, prefix=PREFIX)
    fits = all([form.is_valid(), people.is_valid()])
    removed = request.POST.get("remove", "")
    others = [one.person() for index, one in enumerate(people.forms) if not one.is_empty and str(index) != removed]
    if fits and _twice(form, others):
        form.add_error(None, _("The same identity number is typed for two participants."))
        fits = False
    return Typed(form, people, others, fits, removed)


def _save(request: PortalRequest, row: Referral | None, course: Course, offices: list[Unit]) -> HttpResponse:
    """Save what is typed, right or wrong; then go where the button says."""
    typed = _typed(request, course, offices)
    autosaving = request.POST.get("autosave") == "1"
    try:
        saved = _store(request, row, course, typed)
    except Stale:
        if autosaving:
            return JsonResponse(
                {"message": _("A colleague has changed this draft. Reload the page to see it; copy your text first.")}, status=409
            )
        return _write_page(request, row, course, typed.form, typed.people, stale=True, status=409)
    except drafts.UnableToSave as error:
        if autosaving:
            return JsonResponse({"message": str(error)}, status=409)
        typed.form.add_error(None, str(error))
        return _write_page(request, row, course, typed.form, typed.people)
    if autosaving:
        return JsonResponse({"saved": saved_at_words(saved), "version": saved.edit_version})
    return _after_saving(request, saved, course, typed)


def _store(request: PortalRequest, row: Referral | None, course: Course, typed: Typed) -> Referral:
    cleaned = typed.form.cleaned_data
    if cleaned.get("token") is None or cleaned.get("unit") is None:
        raise drafts.UnableToSave(_("Choose the office that you refer from."))
    return drafts.save_draft(
        referral=row,
        course=course,
        unit=cleaned["unit"],
        token=cleaned["token"],
        contents=typed.form.contents(typed.others),
        by=person(request),
        now=request.now,
        seen_edit_version=cleaned.get("edit_version") if row else None,
    )


def _after_saving(request: PortalRequest, saved: Referral, course: Course, typed: Typed) -> HttpResponse:
    address = reverse("referrals:draft", args=[saved.pk])
    if "add" in request.POST:
        return redirect(f"{address}?rows=1#participants")
    if typed.removed:
        return redirect(f"{address}#participants")
    if "save" in request.POST:
        messages.success(request, _("The draft is saved."))
        return redirect(address)
    if typed.fits:
        return redirect("referrals:review", pk=saved.pk)
    return _write_page(request, saved, course, _at_version(request, typed.form, saved), typed.people)


def _twice(form: WriteForm, others: list[drafts.Person]) -> bool:
    numbers = [form.cleaned_data.get("patient_number"), *(one.identity_number for one in others)]
    return len(set(numbers)) < len(numbers)


def _at_version(request: PortalRequest, form: WriteForm, saved: Referral) -> WriteForm:
    """The form is shown again after its draft was saved: it answers to the new version from now on."""
    data = request.POST.copy()
    data["edit_version"] = str(saved.edit_version)
    form.data = data
    return form


@require_http_methods(["GET", "POST"])
def review(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will show what is sent, where it goes and why, and send it."""
    row = _own_draft(request, pk)
    user = person(request)
    today = oslo_date(request.now)
    with transaction.atomic():
        participants = _read(row)
    may_send = "submit" in {one.verb for one in permissions.available(user, row)}
    form = SendForm(request.POST or None, initial={"seen_version": row.version, "seen_edit_version": row.edit_version})
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            sent = sending.send_referral(
                referral=row,
                by=user,
                now=request.now,
                seen_version=form.cleaned_data["seen_version"],
                seen_edit_version=form.cleaned_data["seen_edit_version"],
                chosen_unit=form.cleaned_data["chosen_unit"],
                override_reason=form.cleaned_data["override_reason"],
            )
            return redirect("referrals:receipt", pk=sent.pk)
        except Stale:
            stale = True
            form = SendForm(initial={"seen_version": row.version, "seen_edit_version": row.edit_version})
        except (sending.UnableToSend, UnableToAct) as error:
            form.add_error(None, str(error))
    try:
        resolved = sending.resolve_route(row, now=request.now)
    except sending.UnableToSend as error:
        resolved = None
        if not form.is_bound:
            form = SendForm({}, initial={})
        form.add_error(None, str(error))
    patient = next((one for one in participants if one.is_patient), None)
    earlier = queries.earlier_referrals(row, patient) if patient else []
    context = {
        "draft": row,
        "participants": participants,
        "patient": patient,
        "form": form,
        "stale": stale,
        "may_send": may_send,
        "resolved": resolved,
        "missing": policies.what_is_missing(row, participants),
        "earlier": [{"reference": one.reference, "received_on": one.received_on, "own": _is_own(one, user)} for one in earlier],
        "age_warning": policies.age_warning(row, patient, today) if patient else "",
        "breadcrumbs": crumbs((_("My referrals"), reverse("referrals:mine")), (_("Look over and send"), "")),
    }
    return render(request, "referrals/referral_review.html", context, status=409 if stale else 200)


def _is_own(one: Referral, user: User) -> bool:
    return user.pk in (one.prepared_by_id, one.referrer_id)


@require_POST
def hand_over(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will give a prepared draft to the clinicians of the office."""
    row = _own_draft(request, pk)
    drafts.hand_over(referral=row, by=person(request), now=request.now)
    messages.success(request, _("The clinicians of your office can now see and send it."))
    return redirect("referrals:mine")


@require_http_methods(["GET", "POST"])
def delete(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will ask before a draft is deleted, and delete it."""
    row = _own_draft(request, pk)
    if request.method == "POST":
        drafts.delete_draft(referral=row, by=person(request))
        messages.success(request, _("The draft is deleted."))
        return redirect("referrals:mine")
    return render(
        request,
        "referrals/referral_delete.html",
        {"draft": row, "breadcrumbs": crumbs((_("My referrals"), reverse("referrals:mine")), (_("Delete the draft"), ""))},
    )
