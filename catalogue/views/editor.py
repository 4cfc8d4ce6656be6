"""Writing a course: both written forms side by side, preview, review, archive, history."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue import permissions
from catalogue.actions import courses as actions
from catalogue.differences import differences
from catalogue.forms import courses as forms
from catalogue.models import Course, CourseVersion, Run, SeasonListing
from catalogue.plain_language import hints_on
from catalogue.policies import Remark, remarks_on
from catalogue.poster import PosterRow, poster_row
from catalogue.queries.desk import owning_units
from catalogue.queries.following import has_representative
from catalogue.queries.pages import hospitals, with_runs
from catalogue.views.courses import course_words, door_of
from catalogue.views.desk import COURSE_TONES, acting_on, course_of, crumbs, editor_of, events_of, names_of
from catalogue.wording import language_now
from catalogue.workflow import COURSE, LIVE_RUN_STATES, REVIEW_COURSE_STATES
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.audit.transitions import NotAllowed, ReasonMissing, Stale, history_of
from lms_portal.common.clock import OSLO, oslo_date
from lms_portal.common.dates import format_time
from lms_portal.common.forms import PortalForm
from lms_portal.common.http import PortalRequest
from lms_portal.common.norwegian_text import slugify_norwegian

VERSIONS_A_PAGE = 20
CONFLICT, UNPROCESSABLE = 409, 422
NEXT_PAGES = {"preview": "catalogue:course_preview", "publish": "catalogue:course_publish", "desk": "catalogue:course_desk"}


def _stale() -> str:
    return _("Somebody else has done something with this course in the meantime. Look at it again before you go on.")


@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: PortalRequest) -> HttpResponse:
    """A course with its owner, code and title; everything else is written in the editor."""
    user = editor_of(request)
    form = forms.NewCourseForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        slug = slugify_norwegian(f"{cleaned['title_nn'] or cleaned['title_nb']} {cleaned['code']}")
        values = {name: cleaned[name] for name in ("title_nb", "title_nn", "topic")}
        try:
            made = actions.create_course(owner=cleaned["owner"], code=cleaned["code"], slug=slug, values=values, now=request.now, by=user)
        except actions.UnableToEditCourse as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The course has been made. Now write it."))
            return redirect("catalogue:course_edit", code=made.code)
    has_units = owning_units(user).exists()
    return render(request, "catalogue/course_new.html", {"form": form, "has_units": has_units, "breadcrumbs": crumbs(last=_("New course"))})


# Writing


@require_http_methods(["GET", "HEAD", "POST"])
def course_edit(request: PortalRequest, code: str) -> HttpResponse:  # noqa: PLR0911 - one line a way out reads best
    """The editor. It saves by itself to this same address; where somebody else saved in between, both texts are shown and nothing is lost."""
    course = course_of(request, code)
    user = cast("User", request.user)
    by_itself = request.method == "POST" and bool(request.POST.get("autosave"))
    version = actions.text_edited(course)
    content = actions.content_of(version)
    if reason := permissions.why_not_edit(user, course):
        return _refused(request, course, str(reason), by_itself=by_itself)
    if request.method != "POST":
        form = forms.CourseForm(initial=forms.initial_of(version, content))
        return _editor(request, course, form)
    form = forms.CourseForm(forms.with_choices(request.POST, content))
    if not form.is_valid():
        if by_itself:
            first = next(iter(next(iter(form.errors.values()))))
            return JsonResponse({"message": _("Not saved yet: %(why)s") % {"why": first}}, status=UNPROCESSABLE)
        return _editor(request, course, form)
    try:
        with acting_on(course, user, "edit_course"):
            saved = actions.save_draft(
                course=course, values=form.values(), seen_edit_version=form.cleaned_data["edit_version"], by=user, now=request.now
            )
    except actions.EditedMeanwhile as error:
        return _clash(request, course, form, error.current, by_itself=by_itself)
    except actions.UnableToEditCourse as error:
        return _refused(request, course, str(error), by_itself=by_itself)
    if by_itself:
        at = format_time(request.now.astimezone(OSLO).time())
        return JsonResponse({"saved": _("Saved %(at)s") % {"at": at}, "version": saved.edit_version})
    messages.success(request, _("The draft has been saved."))
    return redirect(NEXT_PAGES.get(request.POST.get("then", ""), "catalogue:course_edit"), code=course.code)


def _editor(request: PortalRequest, course: Course, form: forms.CourseForm) -> HttpResponse:
    version = course.draft_version
    context = {
        "course": course,
        "form": form,
        "tone": COURSE_TONES[course.status],
        "saved_at": (version.edited_at or version.created_at) if version else None,
        "breadcrumbs": crumbs(course, _("Edit the text")),
    }
    return render(request, "catalogue/course_edit.html", context)


def _refused(request: PortalRequest, course: Course, reason: str, *, by_itself: bool) -> HttpResponse:
    """Nothing can be saved now. What was typed is shown to be copied, so that it is not lost either."""
    if by_itself:
        return JsonResponse({"message": reason}, status=CONFLICT)
    typed = [
        (label, request.POST[column])
        for column, label in (
            (name, form_field.label) for name, form_field in forms.CourseForm.base_fields.items() if name in forms.COLUMNS
        )
        if request.POST.get(column) and not column.startswith("state_")
    ]
    context = {"course": course, "reason": reason, "typed": typed, "breadcrumbs": crumbs(course, _("Edit the text"))}
    return render(request, "catalogue/course_edit_closed.html", context, status=CONFLICT if typed else 200)


def _clash(request: PortalRequest, course: Course, form: forms.CourseForm, current: CourseVersion, *, by_itself: bool) -> HttpResponse:
    who = names_of([current.edited_by_id]).get(current.edited_by_id, "")
    if by_itself:
        text = _("Not saved: %(who)s has saved this course too. Press “Save draft” to see what differs; nothing you wrote is lost.")
        return JsonResponse({"message": text % {"who": who or _("somebody else")}}, status=CONFLICT)
    content = actions.content_of(current)
    found = forms.clashes(form, actions.settle_states(form.values()), content)
    clashing = {clash.column for clash in found}
    # answers what stands now; the marks too, so that the next comparison is with this text
    kept = request.POST.copy()
    kept["edit_version"], kept["base"] = str(current.edit_version), forms.fingerprints(content)
    again = forms.CourseForm(kept)
    again.is_valid()
    context = {
        "course": course,
        "form": again,
        "who": who,
        "at": current.edited_at or current.created_at,
        "clashes": [{"clash": clash, "field": again[clash.column]} for clash in found],
        "hidden": [field.as_hidden() for field in again if field.name not in clashing],
        "has_errors": True,
        "breadcrumbs": crumbs(course, _("Edit the text")),
    }
    return render(request, "catalogue/course_edit_clash.html", context, status=CONFLICT)


# Preview


def _poster_row(course: Course, version: CourseVersion, runs: list[Run], *, now: datetime) -> PosterRow | None:
    """The course as a row of the next poster: its next run, or none."""
    today = oslo_date(now)
    ahead = [run for run in runs if run.status in LIVE_RUN_STATES and (run.last_possible_on is None or run.last_possible_on >= today)]
    if not ahead:
        return None
    run = ahead[0]
    run.course = Course(id=course.pk, code=course.code, slug=course.slug, owner=course.owner, public_version=version)
    return poster_row(SeasonListing(run=run, hospital_area_id=course.owner.hospital_area_id or ""), language_now())


def _shown(request: PortalRequest, course: Course, version: CourseVersion) -> dict[str, Any]:
    loaded = Course.objects.select_related("owner").prefetch_related(with_runs()).get(pk=course.pk)
    runs = list(loaded.runs.all())
    return {
        "words": course_words(course, version, runs, now=request.now),
        "door": door_of(course, version, hospitals(), now=request.now),
        "row": _poster_row(course, version, runs, now=request.now),
    }


@require_safe
def course_preview(request: PortalRequest, code: str) -> HttpResponse:
    """The draft as readers will see it, in the language of the page: as page, and as row of the poster."""
    course = course_of(request, code)
    version = actions.text_edited(course)
    context = {
        "course": course,
        "version": version,
        "tone": COURSE_TONES[course.status],
        "is_draft": course.draft_version is not None,
        "hints": hints_on(version),
        **_shown(request, course, version),
        "breadcrumbs": crumbs(course, _("Preview")),
    }
    return render(request, "catalogue/course_preview.html", context)


# Review


@require_http_methods(["GET", "HEAD", "POST"])
def course_publish(request: PortalRequest, code: str) -> HttpResponse:
    """The way from a draft to the public: sent to review by its author; published or sent back by another."""
    course = course_of(request, code)
    draft = course.draft_version
    if draft is None:
        return redirect("catalogue:course_desk", code=course.code)
    return _review(request, course, draft) if course.status in REVIEW_COURSE_STATES else _submission(request, course, draft)


def _submission(request: PortalRequest, course: Course, draft: CourseVersion) -> HttpResponse:
    user = cast("User", request.user)
    remarks = remarks_on(draft, has_representative=has_representative(course))
    warnings = [remark for remark in remarks if not remark.is_error]
    errors = [remark for remark in remarks if remark.is_error]
    data = request.POST if request.method == "POST" else None
    form = forms.SubmitForm(data, warnings=warnings, answers=draft.answers, initial={"version": course.version})
    why_not = permissions.why_not_submit(user, course)
    if request.method == "POST" and form.is_valid():
        try:
            with acting_on(course, user, "submit_course"):
                actions.submit_for_review(
                    course=course, answers=form.answers(), by=user, now=request.now, seen_version=form.cleaned_data["version"]
                )
        except actions.UnableToEditCourse as error:
            form.add_error(None, str(error))
        except actions.UnansweredRemarks as error:
            _show_remarks(form, error.remarks)
        except (Stale, NotAllowed):
            form.add_error(None, _stale())
        else:
            messages.success(request, _("The course has been sent to review. The reviewers are told by e-mail."))
            return redirect("catalogue:course_desk", code=course.code)
    context = {
        "course": course,
        "form": form,
        "errors": errors,
        "hints": hints_on(draft),
        "why_not": why_not,
        "changes": differences(course.public_version, draft) if course.public_version else [],
        **_shown(request, course, draft),
        "breadcrumbs": crumbs(course, _("Send to review")),
    }
    return render(request, "catalogue/course_submit.html", context)


def _show_remarks(form: PortalForm, remarks: list[Remark]) -> None:
    for remark in remarks:
        name = f"answer_{remark.code}"
        form.add_error(name if name in form.fields else None, str(remark.text))


def _review(request: PortalRequest, course: Course, draft: CourseVersion) -> HttpResponse:
    user = cast("User", request.user)
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    initial = {"version": course.version}
    publishing = forms.PublishForm(request.POST if verb == "publish" else None, initial=initial, auto_id="publish_%s")
    sending_back = forms.SendBackForm(request.POST if verb == "send_back" else None, initial=initial, auto_id="send_back_%s")
    if verb:
        used: PortalForm = {"publish": publishing, "send_back": sending_back}.get(verb) or forms.VersionForm(request.POST)
        if used.is_valid() and _decided(request, course, user, verb, used):
            return redirect("catalogue:course_desk", code=course.code)
    names = names_of([draft.submitted_by_id, draft.edited_by_id])
    context = {
        "course": course,
        "draft": draft,
        "tone": COURSE_TONES[course.status],
        "publishing": publishing,
        "sending_back": sending_back,
        "has_errors": publishing.errors or sending_back.errors,
        "why_not_publish": permissions.why_not_publish(user, course, draft),
        "why_not_send_back": permissions.why_not_send_back(user, course),
        "may_take_back": not permissions.why_not_take_back(user, course, draft),
        "author": names.get(draft.submitted_by_id, "") if draft.submitted_by_id else "",
        "answers": [
            {"term": remark.text, "value": draft.answers.get(remark.code, "")}
            for remark in remarks_on(draft, has_representative=has_representative(course))
            if not remark.is_error
        ],
        "changes": differences(course.public_version, draft) if course.public_version else [],
        **_shown(request, course, draft),
        "breadcrumbs": crumbs(course, _("Review")),
    }
    return render(request, "catalogue/course_review.html", context)


def _decided(request: PortalRequest, course: Course, user: User, verb: str, form: PortalForm) -> bool:
    """Whether the decision was taken; where not, the form says why."""
    common: dict[str, Any] = {"course": course, "by": user, "now": request.now, "seen_version": form.cleaned_data["version"]}
    try:
        match verb:
            case "publish":
                with acting_on(course, user, "publish_course", Permission.PUBLISH_COURSE):
                    actions.publish(**common)
                messages.success(request, _("The course is public now."))
            case "send_back":
                with acting_on(course, user, "review_course", Permission.PUBLISH_COURSE):
                    actions.send_back(reason=form.cleaned_data["reason"], **common)
                messages.success(request, _("The course has been sent back. Its author is told by e-mail."))
            case "take_back":
                with acting_on(course, user, "edit_course"):
                    actions.take_back(**common)
                messages.success(request, _("You have taken the course back, and can go on writing."))
            case _:
                return False
    except actions.UnableToEditCourse as error:
        _tell(request, form, verb, str(error))
        return False
    except actions.UnansweredRemarks as error:
        _tell(request, form, verb, " ".join(str(remark.text) for remark in error.remarks))
        return False
    except (Stale, NotAllowed, ReasonMissing):
        _tell(request, form, verb, _stale())
        return False
    return True


def _tell(request: PortalRequest, form: PortalForm, verb: str, text: str) -> None:
    if verb == "take_back":
        messages.error(request, text)
    else:
        form.add_error(None, text)


# Archive


@require_http_methods(["GET", "HEAD", "POST"])
def course_archive(request: PortalRequest, code: str) -> HttpResponse:
    """Takes a course out of the catalogue; its address answers on, and leads to its successor."""
    course = course_of(request, code)
    user = cast("User", request.user)
    others = (
        Course.objects.public().exclude(pk=course.pk).filter(public_version__isnull=False).select_related("public_version", "draft_version")
    )
    form = forms.ArchiveForm(
        request.POST if request.method == "POST" else None, courses=others.order_by("code"), initial={"version": course.version}
    )
    why_not = permissions.why_not_archive(user, course)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            with acting_on(course, user, "archive_course", Permission.PUBLISH_COURSE):
                actions.archive_course(
                    course=course,
                    reason=cleaned["reason"],
                    successor=cleaned["successor"],
                    by=user,
                    now=request.now,
                    seen_version=cleaned["version"],
                )
        except actions.UnableToEditCourse as error:
            form.add_error(None, str(error))
        except (Stale, NotAllowed):
            form.add_error(None, _stale())
        else:
            messages.success(request, _("The course has been archived. Its address and QR codes still answer."))
            return redirect("catalogue:course_desk", code=course.code)
    context = {"course": course, "form": form, "why_not": why_not, "breadcrumbs": crumbs(course, _("Archive"))}
    return render(request, "catalogue/course_archive.html", context)


def _seen_version(request: PortalRequest) -> int | None:
    written = request.POST.get("version", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None


@require_POST
def course_reopen(request: PortalRequest, code: str) -> HttpResponse:
    """Takes a course out of the archive, as a draft."""
    course = course_of(request, code)
    user = cast("User", request.user)
    try:
        with acting_on(course, user, "reopen_course", Permission.PUBLISH_COURSE):
            actions.reopen_course(course=course, by=user, now=request.now, seen_version=_seen_version(request))
    except actions.UnableToEditCourse as error:
        messages.error(request, str(error))
    except (Stale, NotAllowed):
        messages.error(request, _stale())
    else:
        messages.success(request, _("The course is a draft again. Nobody sees it until it is published."))
    return redirect("catalogue:course_desk", code=course.code)


@require_POST
def course_discard(request: PortalRequest, code: str) -> HttpResponse:
    """Takes away the draft beside the public text; it stays in the history."""
    course = course_of(request, code)
    user = cast("User", request.user)
    try:
        with acting_on(course, user, "edit_course"):
            actions.discard_change(course=course, by=user, now=request.now, seen_version=_seen_version(request))
    except actions.UnableToEditCourse as error:
        messages.error(request, str(error))
    except (Stale, NotAllowed):
        messages.error(request, _stale())
    else:
        messages.success(request, _("The changes have been taken away. They are still in the history."))
    return redirect("catalogue:course_desk", code=course.code)


# History


def _standing(course: Course, version: CourseVersion) -> dict[str, str]:
    """What a version is now: public, the draft, or past."""
    if version.pk == course.public_version_id:
        shown_now = course.is_public
        return {"label": _("Public now") if shown_now else _("Last public text"), "tone": "done" if shown_now else "stopped"}
    if version.pk == course.draft_version_id:
        return {"label": _("Draft now"), "tone": "draft"}
    return {"label": _("Was public") if version.published_at else _("Was never public"), "tone": "stopped"}


@require_safe
def course_history(request: PortalRequest, code: str) -> HttpResponse:
    """Every version with who and when, what it changed in plain words, and what has happened to the course."""
    course = course_of(request, code)
    people = ("created_by", "edited_by", "submitted_by", "published_by")
    versions = list(course.versions.select_related("refer_to", *people).order_by("-number")[: VERSIONS_A_PAGE + 1])
    entries = [
        {
            "version": version,
            "standing": _standing(course, version),
            "changes": differences(before, version) if before else [],
            "is_first": before is None,
        }
        for version, before in zip(versions, [*versions[1:], None], strict=True)
    ]
    context = {
        "course": course,
        "entries": entries[:VERSIONS_A_PAGE],
        "has_more": len(versions) > VERSIONS_A_PAGE,
        "events": events_of(history_of(COURSE, course.pk)),
        "breadcrumbs": crumbs(course, _("History")),
    }
    return render(request, "catalogue/course_history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def course_version(request: PortalRequest, code: str, number: int) -> HttpResponse:
    """One version as it was, and how it differs from what stands now; it can be made the draft again."""
    course = course_of(request, code)
    user = cast("User", request.user)
    version = get_object_or_404(course.versions.select_related("refer_to"), number=number)
    current = actions.text_edited(course)
    if request.method == "POST":
        seen = _seen_version(request)
        try:
            with acting_on(course, user, "restore_course"):
                actions.restore_version(
                    course=course,
                    version=version,
                    by=user,
                    now=request.now,
                    seen_edit_version=current.edit_version if seen is None else seen,
                )
        except actions.UnableToEditCourse as error:
            messages.error(request, str(error))
        except (actions.EditedMeanwhile, Stale, NotAllowed):
            messages.error(request, _stale())
        else:
            messages.success(
                request, _("Version %(number)s is the draft now. Look through it before you send it to review.") % {"number": number}
            )
            return redirect("catalogue:course_edit", code=course.code)
        return redirect("catalogue:course_version", code=course.code, number=number)
    context = {
        "course": course,
        "version": version,
        "current": current,
        "standing": _standing(course, version),
        "changes": differences(current, version) if version.pk != current.pk else [],
        "is_current": version.pk == current.pk,
        "why_not_edit": permissions.why_not_edit(user, course),
        **_shown(request, course, version),
        "breadcrumbs": [
            *crumbs(course),
            {"text": _("History"), "url": reverse("catalogue:course_history", args=[course.code])},
            {"text": _("Version %(number)s") % {"number": number}},
        ],
    }
    return render(request, "catalogue/course_version.html", context)
