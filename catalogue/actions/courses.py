"""Courses: written, reviewed, published, archived. A published text never changes; a change is a new version beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue import notifications, permissions
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import LanguageState
from catalogue.models import Course, CourseVersion
from catalogue.models.courses import FACETS, TEXT_LANGUAGES, TEXTS
from catalogue.policies import Remark, remarks_on
from catalogue.queries.following import has_representative, pages_that_name
from catalogue.workflow import COURSE
from lms_portal.accounts.models import Unit, User
from lms_portal.audit import transitions
from lms_portal.common.ids import new_id

TEXT_COLUMNS = tuple(f"{name}_{language}" for name in TEXTS for language in TEXT_LANGUAGES)
STATE_COLUMNS = tuple(f"state_{language}" for language in TEXT_LANGUAGES)
CONTENT_COLUMNS = (*TEXT_COLUMNS, *STATE_COLUMNS, *FACETS)


class UnableToEditCourse(Exception):
    """The course cannot be changed in this way now; the first argument is the reason for the screen."""


class EditedMeanwhile(Exception):
    """Somebody else saved since the form was opened. `current` is the text that stands now; nothing has been written."""

    def __init__(self, current: CourseVersion) -> None:
        super().__init__("edited meanwhile")
        self.current = current


class UnansweredRemarks(Exception):
    """Errors stop the review, and warnings must be answered. `remarks` are those that do."""

    def __init__(self, remarks: list[Remark]) -> None:
        super().__init__("unanswered")
        self.remarks = remarks


def _checked(reason: str | Promise | None) -> None:
    if reason:
        raise UnableToEditCourse(reason)


def _lock(course: Course) -> Course:
    return Course.objects.select_for_update(of=("self",)).select_related("owner", "draft_version", "public_version").get(pk=course.pk)


def _check_version(course: Course, seen_version: int | None) -> None:
    """For actions that write other rows first; `move` checks the rest."""
    if seen_version is not None and course.version != seen_version:
        raise transitions.Stale(f"course {course.pk} is at version {course.version}, not {seen_version}")


def content_of(version: CourseVersion) -> dict[str, Any]:
    """This will return a version's texts and facets by column."""
    return {name: getattr(version, name) for name in CONTENT_COLUMNS}


def settle_states(values: Mapping[str, Any]) -> dict[str, Any]:
    """This will make each language's state fit its title: missing without one, at least a draft with one."""
    settled = dict(values)
    for language in TEXT_LANGUAGES:
        state = settled.get(f"state_{language}") or LanguageState.MISSING
        if not settled.get(f"title_{language}"):
            settled[f"state_{language}"] = LanguageState.MISSING
        elif state == LanguageState.MISSING:
            settled[f"state_{language}"] = LanguageState.DRAFT
    return settled


@transaction.atomic
def create_course(*, owner: Unit, code: str, slug: str, values: Mapping[str, Any], now: datetime, by: User | None = None) -> Course:
    """This will make a course with a first draft. `by` is None for loaders. Raises: UnableToEditCourse."""
    if by is not None and not permissions.may_own(by, owner):
        raise UnableToEditCourse(_("Your roles do not let you make courses for this unit."))
    if Course.objects.filter(code=code).exists() or Course.objects.filter(slug=slug).exists():
        raise UnableToEditCourse(_("Another course has this code or address. Choose another."))
    version_id = new_id()
    course = Course.objects.create(code=code, slug=slug, owner=owner, draft_version_id=version_id, created_at=now)
    draft = CourseVersion(id=version_id, course=course, number=1, created_at=now, created_by=by, **settle_states(values))
    draft.save(force_insert=True)
    course.draft_version = draft
    return course


@transaction.atomic
def duplicate_course(*, course: Course, owner: Unit, code: str, slug: str, by: User, now: datetime) -> Course:
    """This will make a new course with the same text, as a draft that says the texts are to be looked through. Dates do not follow.

    Raises: UnableToEditCourse.
    """
    content = content_of(text_edited(course))
    for name in STATE_COLUMNS:
        if content[name] == LanguageState.CHECKED:
            content[name] = LanguageState.DRAFT
    made = create_course(owner=owner, code=code, slug=slug, values=content, now=now, by=by)
    Course.objects.filter(pk=made.pk).update(completion_rule=course.completion_rule)
    return made


def text_edited(course: Course) -> CourseVersion:
    """This will return the text that an editor goes on from: the draft, else the public text."""
    return course.draft_version or course.shown_version


@transaction.atomic
def save_draft(*, course: Course, values: Mapping[str, Any], seen_edit_version: int, by: User, now: datetime) -> CourseVersion:
    """This will save what an editor wrote; a published course gets a draft beside its public text first.

    `seen_edit_version` is the number of the text that the form was opened with.
    Raises: UnableToEditCourse; EditedMeanwhile where somebody saved in between: nothing is written, nothing of theirs is lost.
    """
    locked = _lock(course)
    _checked(permissions.why_not_edit(by, locked))
    current = text_edited(locked)
    if current.edit_version != seen_edit_version:
        raise EditedMeanwhile(current)
    settled = settle_states(content_of(current) | dict(values))
    if content_of(current) == settled:
        return current
    draft = locked.draft_version or _start_draft(locked, content_of(current), by=by, now=now)
    for name, value in settled.items():
        setattr(draft, name, value)
    draft.edit_version, draft.edited_at, draft.edited_by = draft.edit_version + 1, now, by
    draft.save()
    _carry(course, locked)
    return draft


def _carry(course: Course, locked: Course) -> None:
    """Bring the caller's object to what was written."""
    course.status, course.version, course.draft_version, course.public_version = (
        locked.status,
        locked.version,
        locked.draft_version,
        locked.public_version,
    )


def _new_version(course: Course, content: Mapping[str, Any], *, by: User | None, now: datetime) -> CourseVersion:
    """A further version; its edit number goes on from the highest, so that a form opened on another is never taken for this one's."""
    highest = CourseVersion.objects.filter(course=course).aggregate(number=Max("number"), edit_version=Max("edit_version"))
    return CourseVersion.objects.create(
        course=course,
        number=(highest["number"] or 0) + 1,
        edit_version=(highest["edit_version"] or 0) + 1,
        created_at=now,
        created_by=by,
        **content,
    )


def _start_draft(course: Course, content: Mapping[str, Any], *, by: User | None, now: datetime) -> CourseVersion:
    draft = _new_version(course, content, by=by, now=now)
    transitions.move(COURSE, course, verb="change", now=now, draft_version=draft)
    return draft


@transaction.atomic
def restore_version(*, course: Course, version: CourseVersion, by: User, now: datetime, seen_edit_version: int) -> CourseVersion:
    """This will make an earlier text the draft. A draft that is there already stays in the history.

    Raises: UnableToEditCourse, EditedMeanwhile.
    """
    locked = _lock(course)
    _checked(permissions.why_not_edit(by, locked))
    current = text_edited(locked)
    if current.edit_version != seen_edit_version:
        raise EditedMeanwhile(current)
    content = content_of(version)
    if content == content_of(current):
        raise UnableToEditCourse(_("This is what the course says already."))
    if locked.draft_version is None:
        draft = _start_draft(locked, content, by=by, now=now)
    else:
        draft = _new_version(locked, content, by=by, now=now)
        locked.draft_version = draft
        locked.save(update_fields=["draft_version"])
    _carry(course, locked)
    return draft


@transaction.atomic
def reopen_course(*, course: Course, by: User, now: datetime, seen_version: int | None = None) -> Course:
    """This will take a course out of the archive, as a draft of its last public text. Raises: UnableToEditCourse, transitions.Stale."""
    locked = _lock(course)
    _checked(permissions.why_not_reopen(by, locked))
    _check_version(locked, seen_version)
    public = locked.public_version
    assert public is not None  # noqa: S101 - CHECK course_public_has_version
    draft = _new_version(locked, content_of(public), by=by, now=now)
    transitions.move(COURSE, locked, verb="reopen", now=now, draft_version=draft, successor=None)
    _carry(course, locked)
    return locked


@transaction.atomic
def lay_draft(*, course: Course, now: datetime) -> CourseVersion:
    """This will lay a draft beside a public text, for loaders; editors' drafts begin with their first save."""
    locked = _lock(course)
    draft = locked.draft_version or _start_draft(locked, content_of(locked.shown_version), by=None, now=now)
    _carry(course, locked)
    return draft


@transaction.atomic
def discard_change(*, course: Course, by: User, now: datetime, seen_version: int | None = None) -> Course:
    """This will take away the draft beside a public text. The text itself stays in the history. Raises: UnableToEditCourse, transitions.Stale."""
    locked = _lock(course)
    _checked(permissions.why_not_edit(by, locked))
    if locked.status != Course.Status.CHANGED:
        raise UnableToEditCourse(_("There are no changes to take away."))
    transitions.move(COURSE, locked, verb="discard", now=now, seen_version=seen_version, draft_version=None)
    _carry(course, locked)
    return locked


@transaction.atomic
def submit_for_review(*, course: Course, answers: Mapping[str, str], by: User, now: datetime, seen_version: int | None = None) -> Course:
    """This will send a draft to review. `answers` is what the author says to each warning, by its code.

    Raises: UnableToEditCourse, UnansweredRemarks, transitions.Stale.
    """
    locked = _lock(course)
    _checked(permissions.why_not_submit(by, locked))
    draft = locked.draft_version
    assert draft is not None  # noqa: S101 - CHECK course_draft_while_edited
    _check_remarks(locked, draft, answers)
    draft.answers = {code: text.strip() for code, text in answers.items() if text.strip()}
    draft.submitted_at, draft.submitted_by = now, by
    draft.save(update_fields=["answers", "submitted_at", "submitted_by"])
    transitions.move(COURSE, locked, verb="submit", now=now, seen_version=seen_version)
    notifications.plan_review_wanted(course=locked, author=by, now=now)
    _carry(course, locked)
    return locked


def _check_remarks(course: Course, draft: CourseVersion, answers: Mapping[str, str]) -> None:
    unanswered = [
        remark
        for remark in remarks_on(draft, has_representative=has_representative(course))
        if remark.is_error or not answers.get(remark.code, "").strip()
    ]
    if unanswered:
        raise UnansweredRemarks(unanswered)


@transaction.atomic
def send_back(*, course: Course, reason: str, by: User, now: datetime, seen_version: int | None = None) -> Course:
    """This will send a draft back to its author with a comment. Raises: UnableToEditCourse, transitions.ReasonMissing, transitions.Stale."""
    locked = _lock(course)
    _checked(permissions.why_not_send_back(by, locked))
    transitions.move(COURSE, locked, verb="send_back", now=now, seen_version=seen_version, reason=reason.strip())
    notifications.plan_sent_back(course=locked, now=now)
    _carry(course, locked)
    return locked


@transaction.atomic
def take_back(*, course: Course, by: User, now: datetime, seen_version: int | None = None) -> Course:
    """This will let the author take a draft back out of review, to go on writing. Raises: UnableToEditCourse, transitions.Stale."""
    locked = _lock(course)
    _checked(permissions.why_not_take_back(by, locked, locked.draft_version))
    transitions.move(COURSE, locked, verb="take_back", now=now, seen_version=seen_version)
    _carry(course, locked)
    return locked


@transaction.atomic
def publish(*, course: Course, by: User, now: datetime, seen_version: int | None = None) -> Course:
    """This will make a reviewed draft the public text, and the search find it. Raises: UnableToEditCourse, UnansweredRemarks, transitions.Stale."""
    locked = _lock(course)
    _checked(permissions.why_not_publish(by, locked, locked.draft_version))
    assert locked.draft_version is not None  # noqa: S101 - why_not_publish has seen it
    _check_remarks(locked, locked.draft_version, locked.draft_version.answers)
    _publish(locked, by=by, now=now, seen_version=seen_version)
    refresh_search(courses=[locked.pk], now=now)
    _carry(course, locked)
    return locked


def _publish(course: Course, *, by: User | None, now: datetime, seen_version: int | None) -> None:
    draft = course.draft_version
    assert draft is not None  # noqa: S101 - CHECK course_draft_while_edited
    draft.published_at, draft.published_by = now, by
    draft.save(update_fields=["published_at", "published_by"])
    transitions.move(
        COURSE, course, verb="publish", now=now, seen_version=seen_version, public_version=draft, draft_version=None, published_at=now
    )
    note_change(courses=[course.pk, *pages_that_name(course)], now=now)


@transaction.atomic
def publish_loaded(*, course: Course, now: datetime) -> Course:
    """This will publish what a loader wrote, without a person; the loader refreshes the search once for all. Raises: UnansweredRemarks."""
    locked = _lock(course)
    assert locked.draft_version is not None  # noqa: S101 - loaders write drafts
    errors = [remark for remark in remarks_on(locked.draft_version) if remark.is_error]
    if errors:
        raise UnansweredRemarks(errors)
    transitions.move(COURSE, locked, verb="submit", now=now)
    _publish(locked, by=None, now=now, seen_version=None)
    _carry(course, locked)
    return locked


@transaction.atomic
def archive_course(
    *, course: Course, reason: str, by: User, now: datetime, successor: Course | None = None, seen_version: int | None = None
) -> Course:
    """This will take a course out of the catalogue; its address answers on and points to the successor.

    Raises: UnableToEditCourse, transitions.ReasonMissing, transitions.Stale.
    """
    locked = _lock(course)
    _checked(permissions.why_not_archive(by, locked))
    if successor is not None and (successor.pk == locked.pk or not successor.is_public):
        raise UnableToEditCourse(_("Choose another published course as the successor."))
    transitions.move(
        COURSE, locked, verb="archive", now=now, seen_version=seen_version, reason=reason.strip(), draft_version=None, successor=successor
    )
    refresh_search(courses=[locked.pk], now=now)
    note_change(courses=[locked.pk, *pages_that_name(locked)], now=now)
    _carry(course, locked)
    return locked
