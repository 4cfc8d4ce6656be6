"""The advisers' desk: what needs them now, and one course with its dates and what can be done with it."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue import permissions
from catalogue.actions.courses import text_edited
from catalogue.enums import LanguageState, Visibility
from catalogue.forms.courses import DeskFilter
from catalogue.forms.visibility import VISIBILITY_HINTS
from catalogue.models import Course, CourseVersion, Run
from catalogue.papers import short_url
from catalogue.plain_language import hints_on
from catalogue.policies import remarks_on
from catalogue.queries import desk as queries
from catalogue.queries.following import has_representative
from catalogue.queries.pages import with_runs
from catalogue.queries.papers import short_hits
from catalogue.wording import label_of, place_line
from catalogue.workflow import COURSE, PUBLIC_COURSE_STATES, REVIEW_COURSE_STATES
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import has_permission, role_for
from lms_portal.audit import context as audit_context
from lms_portal.audit.models import StatusChange
from lms_portal.audit.transitions import history_of
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.people import directory

PER_PAGE = 25
COURSE_TONES = {
    "draft": "draft",
    "in_review": "waiting",
    "published": "done",
    "changed": "active",
    "change_in_review": "waiting",
    "archived": "stopped",
}
RUN_TONES = {"planned": "draft", "open": "active", "closed": "stopped", "postponed": "waiting", "cancelled": "late", "completed": "done"}


def editor_of(request: PortalRequest) -> User:
    """Whoever edits no course anywhere gets 403: the page exists, and its address tells nothing."""
    if not (has_permission(request.user, Permission.EDIT_COURSE) or has_permission(request.user, Permission.PUBLISH_COURSE)):
        raise PermissionDenied
    return cast("User", request.user)


def course_of(request: PortalRequest, code: str) -> Course:
    """This will load a course that the person may see on the desk; 404 for every other, as for none."""
    rows = Course.objects.visible_to(request.user).select_related("owner", "public_version", "draft_version", "successor__public_version")
    return get_object_or_404(rows, code=code)


def acting_on(course: Course, user: User, purpose: str, permission: Permission = Permission.EDIT_COURSE) -> AbstractContextManager[Any]:
    """This will name purpose, role and unit for what is written next."""
    return audit_context.for_purpose(purpose, role=role_for(user, permission, course.owner), unit_id=course.owner_id)


def crumbs(course: Course | None = None, last: str = "") -> list[dict[str, str]]:
    """This will build the way to a page of the desk."""
    items = [{"text": _("Course desk"), "url": reverse("catalogue:desk")}]
    if course is not None:
        items.append({"text": text_edited(course).title or course.code, "url": reverse("catalogue:course_desk", args=[course.code])})
    return [*items, {"text": last}] if last else items


def names_of(ids: Iterable[Any]) -> dict[Any, str]:
    """This will look up people's names, empty for the portal itself (one query at most)."""
    wanted = {person for person in ids if person}
    return dict(directory().names_of_people(wanted)) if wanted else {}


# The desk


def desk_tabs(current: str, user: object) -> list[dict[str, Any]]:
    """This will list the pages of the course desk that a person may open."""
    pages = [
        ("desk", _("Courses"), "catalogue:desk"),
        ("collections", _("Season collection"), "catalogue:collections"),
        ("quality", _("Quality list"), "catalogue:quality"),
        ("statistics", _("Statistics"), "catalogue:statistics"),
        ("demand", _("Looked for, not found"), "catalogue:demand"),
        ("news", _("News"), "catalogue:news_desk"),
        ("posters", _("Prints out of date"), "catalogue:posters_desk"),
        ("imports", _("Import and export"), "catalogue:imports"),
        ("costs", _("Costs and practical texts"), "catalogue:costs"),
    ]
    if permissions.may_read_feedback(user):
        pages.append(("feedback", _("Feedback on pages"), "catalogue:feedback_desk"))
    return [{"text": text, "url": reverse(name), "current": code == current} for code, text, name in pages]


def _written(version: CourseVersion, language: str) -> dict[str, str]:
    state = LanguageState(getattr(version, f"state_{language}"))
    tone = {LanguageState.MISSING: "late", LanguageState.DRAFT: "draft", LanguageState.CHECKED: "done"}[state]
    return {"label": str(state.label), "tone": tone}


def _line(course: Course) -> dict[str, Any]:
    version = text_edited(course)
    runs: list[Run] = course.runs_ahead  # type: ignore[attr-defined]  # loaded by queries.runs_ahead
    return {
        "course": course,
        "title": version.title or course.code,
        "title_language": version.language_shown(),
        "tone": COURSE_TONES[course.status],
        "nb": _written(version, "nb"),
        "nn": _written(version, "nn"),
        "next": label_of(runs[0]) if runs else "",
        "further": len(runs) - 1,
        "lacks_dates": not runs and course.status in PUBLIC_COURSE_STATES,
    }


@require_safe
def desk(request: PortalRequest) -> HttpResponse:
    """What needs the person now, and all courses that they edit."""
    user = editor_of(request)
    today = oslo_date(request.now)
    units = queries.units_on_desk(user)
    chosen = DeskFilter(request.GET, units=units)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    need = wanted.get("show", "") if wanted.get("show", "") in {need.code for need in queries.NEEDS} else ""
    text = " ".join(wanted.get("q", "").replace("\0", "").split())
    rows = queries.courses_on_desk(user, today=today, need=need, state=wanted.get("state", ""), unit=wanted.get("unit"), text=text)
    page = Paginator(rows.prefetch_related(queries.runs_ahead(today)), PER_PAGE).get_page(request.GET.get("page"))
    counts = queries.counts(user, today=today)
    address = reverse("catalogue:desk")
    return render(
        request,
        "catalogue/desk.html",
        {
            "page": page,
            "lines": [_line(course) for course in page.object_list],
            "filter": chosen,
            "need": next((need_.text for need_ in queries.NEEDS if need_.code == need), ""),
            "is_narrowed": bool(need or text or wanted.get("state") or wanted.get("unit")),
            "tiles": [
                {
                    "count": counts[item.code],
                    "text": item.text,
                    "tone": item.tone,
                    "url": address if item.code == need else f"{address}?show={item.code}",
                    "current": item.code == need,
                }
                for item in queries.NEEDS
            ],
            "tabs": desk_tabs("desk", request.user),
            "may_make": has_permission(user, Permission.EDIT_COURSE),
            "breadcrumbs": [{"text": _("My page"), "url": reverse("home_signed_in")}, {"text": _("Course desk")}],
        },
    )


# One course


def _run_line(run: Run) -> dict[str, Any]:
    sites = sorted(run.sites.all(), key=lambda site: site.role != "origin")
    return {
        "run": run,
        "label": label_of(run),
        "tone": RUN_TONES[run.status],
        "place": place_line(sites),
        "taken": sum(site.taken for site in sites),
        "places": None if not sites or any(site.places is None for site in sites) else sum(site.places or 0 for site in sites),
    }


def events_of(moves: Iterable[StatusChange]) -> list[dict[str, Any]]:
    """This will put a course's moves into words, the newest first (one query)."""
    rows = list(moves)
    names = names_of(row.actor_id for row in rows)
    return [
        {
            "at": row.portal_at,
            "title": str(COURSE.labels[row.target]),
            "text": row.reason,
            "by": names.get(row.actor_id, "") if row.actor_id else "",
        }
        for row in reversed(rows)
    ]


def sent_back_with(course: Course, moves: Iterable[StatusChange]) -> str:
    """This will return the reviewer's comment where the last thing that happened is that the course was sent back."""
    last = max(moves, key=lambda move: move.version, default=None)
    return last.reason if last and last.verb == "send_back" and last.target == course.status else ""


@require_safe
def course_desk(request: PortalRequest, code: str) -> HttpResponse:
    """One course: its state, what is missing, its dates, and what can be done now."""
    found = course_of(request, code)
    user = cast("User", request.user)
    version = text_edited(found)
    loaded = Course.objects.prefetch_related(with_runs()).get(pk=found.pk)
    today = oslo_date(request.now)
    runs = sorted(loaded.runs.all(), key=lambda run: run.sort_key)
    ended = [run for run in runs if (run.last_possible_on and run.last_possible_on < today) or run.status in ("cancelled", "completed")]
    moves = list(history_of(COURSE, found.pk))
    return render(
        request,
        "catalogue/course_desk.html",
        {
            "course": found,
            "version": version,
            "title": version.title or found.code,
            "tone": COURSE_TONES[found.status],
            "texts": [(language, _written(version, language)) for language in ("nb", "nn")],
            "hints": hints_on(version),
            "remarks": remarks_on(version, has_representative=has_representative(found)) if found.draft_version else [],
            "sent_back": sent_back_with(found, moves),
            "in_review": found.status in REVIEW_COURSE_STATES,
            "why_not_edit": permissions.why_not_edit(user, found),
            "why_not_publish": permissions.why_not_publish(user, found, found.draft_version)
            if found.status in REVIEW_COURSE_STATES
            else "",
            "why_not_archive": permissions.why_not_archive(user, found),
            "why_not_set_visibility": permissions.why_not_set_visibility(user, found),
            "visibility_hint": VISIBILITY_HINTS[Visibility(found.visibility)],
            "why_not_reopen": permissions.why_not_reopen(user, found),
            "runs_now": [_run_line(run) for run in runs if run not in ended],
            "runs_before": [_run_line(run) for run in reversed(ended)],
            "events": events_of(moves),
            "short_hits": short_hits(found, today=today) if found.public_version else [],
            "short_url": short_url("course_short", found.code),
            "may_edit": permissions.may_own(user, found.owner),
            "sees_people": permissions.may_see_participants(user, found),
            "breadcrumbs": [*crumbs(), {"text": version.title or found.code}],
        },
    )
