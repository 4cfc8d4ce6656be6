"""Who takes part in a run, over all its sites; who waits for the course; and places given, moved and given up."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import hooks, permissions
from catalogue.actions import rosters as actions
from catalogue.enums import SiteMode
from catalogue.forms import rosters as forms
from catalogue.joining import has_begun
from catalogue.models import Course, DeliverySite, Enrolment, Run
from catalogue.policies import free_places, lacks_people
from catalogue.queries import rosters as queries
from catalogue.views.desk import RUN_TONES, acting_on, crumbs
from catalogue.wording import label_of
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.audit.access import record_read
from lms_portal.audit.models import Access
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_date, format_short_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.phones import format_phone
from lms_portal.common.spreadsheets import Sheet, csv_response, xlsx_response

PER_PAGE = 50
# Source: Volven 8432, contact type: with it the clinic registers the activity; teaching is not coded as treatment
CONTACT_TYPE = "13 Opplæring"
TONES = {
    "requested": "waiting",
    "waiting": "waiting",
    "offered": "waiting",
    "confirmed": "active",
    "completed": "done",
    "not_completed": "stopped",
    "no_show": "late",
}


def course_with_participants(request: PortalRequest, code: str) -> Course:
    """This will load a course whose participants the person may see; 404 for every other, as for none."""
    rows = Course.objects.with_participants_for(request.user).select_related("owner", "public_version", "draft_version")
    return get_object_or_404(rows, code=code)


def run_with_participants(request: PortalRequest, code: str, run_id: UUID) -> tuple[Course, Run]:
    """This will load a run of such a course with its dates and places."""
    course = course_with_participants(request, code)
    rows = Run.objects.with_participants_for(request.user).filter(course=course).select_related("course__owner", "term", "recurrence")
    return course, get_object_or_404(rows.prefetch_related("sessions", "months", "sites__unit", "sites__contact"), pk=run_id)


def way_to(request: PortalRequest, course: Course, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """This will build the way to a page about participants; those who give places but edit no course do not come by the desk."""
    may_edit = permissions.may_own(request.user, course.owner)
    items = crumbs(course) if may_edit else [{"text": _("My page"), "url": reverse("home_signed_in")}]
    return [*items, *({"text": text, "url": url} if url else {"text": text} for text, url in steps)]


def log_read(people: Iterable[Enrolment], action: Access.Action, *categories: str) -> None:
    """This will write in the reading log who is looked at; call it in the transaction that reads them."""
    rows = list(people)
    record_read(
        action=action,
        object_type="enrolment",
        object_ids=[one.pk for one in rows],
        basis="course_of_unit",
        categories=["identity", *categories],
        subject_hashes=[bytes(one.participant.identity_hash) for one in rows if one.participant.identity_hash],
    )


def seeing(request: PortalRequest, course: Course, purpose: str = "course_participants") -> Any:
    """This will name why participants are looked at, and in which role."""
    return acting_on(course, cast("User", request.user), purpose, Permission.SEE_ENROLMENTS)


def line_of(one: Enrolment) -> dict[str, Any]:
    """This will put one person into words; the sealed values are opened here."""
    person = one.participant
    return {
        "enrolment": one,
        "name": person.name or one.reference,
        "phone": format_phone(person.phone) if person.phone else "",
        "email": person.email or "",
        "needs": person.needs or "",
        "tone": TONES.get(one.status, "stopped"),
    }


def site_name(site: DeliverySite) -> str:
    """This will name a place of a run on one line."""
    parts = [site.unit.place or site.unit.name, site.meeting_place if site.mode == SiteMode.IN_PERSON else str(SiteMode.DIGITAL.label)]
    return ", ".join(part for part in parts if part)


# One run


@require_safe
def roster(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """Everybody who has a place on a run, by place."""
    course, run = run_with_participants(request, code, run_id)
    with transaction.atomic(), seeing(request, course):
        people = list(queries.people_of(run, request.user))
        gone = list(queries.people_gone_from(run, request.user))
        lines = [line_of(one) for one in people]
        log_read([*people, *gone], Access.Action.LIST, "needs", "contact")
    sites = sorted(run.sites.all(), key=lambda site: (site.role != "origin", site.mode, str(site.pk)))
    waiting = queries.waiting_for(course, request.user).count()
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "groups": [
            {
                "site": site,
                "name": site_name(site),
                "lines": [line for line in lines if line["enrolment"].site_id == site.pk],
            }
            for site in sites
        ],
        "count": len(lines),
        "free": free_places(sites),
        "without_mail": sum(not line["email"] for line in lines),
        "with_needs": sum(bool(line["needs"]) for line in lines),
        "gone": [line_of(one) for one in gone],
        "waiting": waiting,
        "lacking": lacks_people(run, sites) if run.status in ("planned", "open", "closed") else 0,
        "may_edit": permissions.may_own(request.user, course.owner),
        "has_sessions": bool(run.sessions.all()),
        "breadcrumbs": way_to(request, course, (_("Participants"), "")),
    }
    return render(request, "catalogue/roster.html", context)


@require_safe
def sign_list(request: PortalRequest, code: str, run_id: UUID) -> HttpResponse:
    """The list to print and sign: one page for each place, one column for each meeting."""
    course, run = run_with_participants(request, code, run_id)
    with transaction.atomic(), seeing(request, course):
        people = [
            one for one in queries.people_of(run, request.user) if one.status in ("offered", "confirmed", "completed", "not_completed")
        ]
        lines = [line_of(one) for one in people]
        log_read(people, Access.Action.PRINT)
    days = sorted({session.held_on for session in run.sessions.all()})
    context = {
        "course": course,
        "run": run,
        "label": label_of(run),
        "days": [format_short_date(day) for day in days] or [_("Day"), ""],
        "groups": [
            {"site": site, "name": site_name(site), "lines": [line for line in lines if line["enrolment"].site_id == site.pk]}
            for site in sorted(run.sites.all(), key=lambda site: (site.role != "origin", site.mode, str(site.pk)))
        ],
        "breadcrumbs": way_to(
            request, course, (_("Participants"), reverse("catalogue:roster", args=[course.code, run.pk])), (_("List to sign"), "")
        ),
    }
    return render(request, "catalogue/roster_sign.html", context)


@require_safe
def roster_file(request: PortalRequest, code: str, run_id: UUID, extension: str) -> HttpResponse:
    """The list as a file for a spreadsheet, Excel's own or CSV."""
    course, run = run_with_participants(request, code, run_id)
    with transaction.atomic(), seeing(request, course):
        people = list(queries.people_of(run, request.user))
        lines = [line_of(one) for one in people]
        log_read(people, Access.Action.EXPORT, "needs", "contact")
    columns = [
        _("Reference"),
        _("Name"),
        _("State"),
        pgettext("of a course", "Place"),
        _("Phone"),
        _("E-mail"),
        _("Needs"),
        _("Language"),
        _("In the queue since"),
        _("Contact type (code list 8432)"),
    ]
    rows = [
        [
            line["enrolment"].reference,
            line["name"],
            line["enrolment"].label,
            site_name(line["enrolment"].site),
            line["phone"],
            line["email"],
            line["needs"],
            line["enrolment"].participant.get_language_display(),
            line["enrolment"].waiting_since if extension == "xlsx" else format_short_date(line["enrolment"].waiting_since),
            CONTACT_TYPE,
        ]
        for line in lines
    ]
    if extension == "xlsx":
        return xlsx_response(f"participants-{run.pk}", [Sheet(_("Participants"), columns, rows)])
    return csv_response(f"participants-{run.pk}", columns, rows)


# The waiting list


def _order_reason(one: Enrolment, by_referral: set[UUID]) -> str:
    """Why somebody stands where they stand."""
    since = _("waits since %(day)s") % {"day": format_date(one.waiting_since)}
    parts = [_("priority %(number)s") % {"number": one.priority}, since] if one.priority != 5 else [since]
    if one.pk in by_referral:
        parts.append(_("by referral"))
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


@require_safe
def waiting_list(request: PortalRequest, code: str) -> HttpResponse:
    """Who waits for a place on a course, in the order in which they get one, and why in that order."""
    course = course_with_participants(request, code)
    with transaction.atomic(), seeing(request, course):
        page = Paginator(queries.waiting_for(course, request.user), PER_PAGE).get_page(request.GET.get("page"))
        shown = list(page.object_list)
        lines = [line_of(one) for one in shown]
        log_read(shown, Access.Action.LIST, "needs", "contact")
    referred = hooks.by_referral([one.pk for one in shown])
    for number, line in enumerate(lines, start=page.start_index() if shown else 1):
        line |= {"number": number, "why": _order_reason(line["enrolment"], referred), "by_referral": line["enrolment"].pk in referred}
    today = oslo_date(request.now)
    sites = [site for site in queries.sites_to_give(course, today=today) if not has_begun(site.run, today)]
    context = {
        "course": course,
        "page": page,
        "lines": lines,
        "next": next((line for line in lines if not line["by_referral"]), None) if page.number == 1 else None,
        "sites": [forms.site_label(site) for site in sites if site.free is None or site.free > 0],
        "breadcrumbs": way_to(request, course, (_("Waiting list"), "")),
    }
    return render(request, "catalogue/waiting_list.html", context)


# One person


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: PortalRequest, code: str, enrolment_id: UUID) -> HttpResponse:
    """One person's place: given, moved, given up."""
    course = course_with_participants(request, code)
    user = cast("User", request.user)
    with transaction.atomic(), seeing(request, course):
        one = get_object_or_404(queries.one_person(course, request.user), pk=enrolment_id)
        line = line_of(one)
        log_read([one], Access.Action.VIEW, "needs", "contact")
    verbs = permissions.enrolment_verbs(user, one)
    waits = "confirm" in verbs and one.run_id is None
    moves = one.status in ("offered", "confirmed")
    referred = bool(hooks.by_referral([one.pk]))
    sites = (
        [site for site in queries.sites_to_give(course, today=oslo_date(request.now)) if site.pk != one.site_id] if waits or moves else []
    )
    do = request.POST.get("do", "") if request.method == "POST" else ""
    button = _("Give the place") if waits else _("Move to these dates")
    start = {"version": one.version}
    placing = forms.PlaceForm(request.POST if do == "place" else None, sites=sites, button=button, initial=start, auto_id="place_%s")
    changing = forms.ChangeForm(
        request.POST if do == "change" else None, enrolment=one, verbs=verbs - {"offer"}, initial=start, auto_id="change_%s"
    )
    used = {"place": placing, "change": changing}.get(do)
    if used is not None and used.is_valid():
        try:
            with seeing(request, course, "change_place"):
                _act(one, used, waits=waits, user=user, request=request)
        except actions.UnableToChangeRoster as error:
            used.add_error(None, str(error))
        else:
            return redirect("catalogue:person", code=course.code, enrolment_id=one.pk)
    back = (
        reverse("catalogue:roster", args=[course.code, one.run_id]) if one.run_id else reverse("catalogue:waiting_list", args=[course.code])
    )
    context = {
        "course": course,
        "line": line,
        "enrolment": one,
        "facts": _facts(line),
        "run_label": label_of(one.run) if one.run else "",
        "placing": placing if (waits and not referred) or moves else None,
        "changing": changing if changing.has_choices else None,
        "is_referred": referred,
        "waits": waits,
        "has_room": bool(placing.sites),
        "has_errors": bool(used is not None and used.errors),
        "back": back,
        "breadcrumbs": way_to(request, course, (_("Participants") if one.run_id else _("Waiting list"), back), (one.reference, "")),
    }
    return render(request, "catalogue/person.html", context)


def _act(one: Enrolment, form: Any, *, waits: bool, user: User, request: PortalRequest) -> None:
    cleaned = form.cleaned_data
    common: dict[str, Any] = {"enrolment": one, "by": user, "now": request.now, "seen_version": cleaned["version"]}
    if isinstance(form, forms.ChangeForm):
        actions.change_place(verb=cleaned["verb"], reason=cleaned["reason"], **common)
        messages.success(request, _("The change has been saved."))
        return
    (actions.give_place if waits else actions.move_person)(site=form.chosen(), **common)
    told = bool(one.participant.email)
    done = _("The place has been given.") if waits else _("The place has been moved.")
    messages.success(
        request, f"{done} {_('The person is told by e-mail.') if told else _('The person has no e-mail address: ring or write.')}"
    )


def _facts(line: dict[str, Any]) -> list[dict[str, Any]]:
    one: Enrolment = line["enrolment"]
    return [
        {"term": _("Name"), "value": line["name"]},
        {"term": _("Reference"), "value": one.reference},
        {"term": _("Phone"), "value": line["phone"]},
        {"term": _("E-mail"), "value": line["email"]},
        {"term": _("Needs"), "value": line["needs"]},
        {"term": _("Dates"), "value": label_of(one.run) if one.run else _("None yet")},
        {"term": pgettext("of a course", "Place"), "value": site_name(one.site) if one.site else "–"},
        {"term": _("In the queue since"), "value": format_date(one.waiting_since)},
    ]


def meetings_of(run: Run) -> list[Any]:
    """This will list a run's meetings in order."""
    return sorted(run.sessions.all(), key=lambda session: (session.held_on, str(session.starts_at_clock or "")))
