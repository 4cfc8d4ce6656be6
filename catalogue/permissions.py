"""Who may do what with a course: person and record. Each answer is a reason that the page shows, or None where it is allowed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.costs import COST_UNITS
from catalogue.models import Course, CourseVersion, Enrolment, Run
from catalogue.workflow import COURSE, EDITABLE_COURSE_STATES, ENROLMENT, PUBLIC_COURSE_STATES, REVIEW_COURSE_STATES, RUN
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import grants_of, has_permission
from lms_portal.accounts.roles import REGIONAL_LMS
from lms_portal.common.workflow import Transition

Reason = str | Promise | None


def roles_in(user: object, unit: Unit) -> frozenset[str]:
    """This will list the roles that a person holds in a unit, or above it where the role reaches below."""
    return frozenset(
        grant.role_code
        for grant in grants_of(user)
        if grant.unit_id == unit.pk or (grant.reaches_below and unit.path.startswith(f"{grant.unit_path}/"))
    )


def why_not_edit(user: object, course: Course) -> Reason:
    """This will say why a person may not write on a course's draft now. Source: docs/workflows/course.md."""
    if not has_permission(user, Permission.EDIT_COURSE, course.owner):
        return _("Your roles do not let you edit this course.")
    if course.status in REVIEW_COURSE_STATES:
        return _("The course is in review. Send it back to the author to change it.")
    if course.status == Course.Status.ARCHIVED:
        return _("The course is archived. Reopen it to change it.")
    return None


def why_not_submit(user: object, course: Course) -> Reason:
    """This will say why a person may not send a course to review now."""
    if reason := why_not_edit(user, course):
        return reason
    return None if course.status in EDITABLE_COURSE_STATES else _("There is no draft to send to review.")


def why_not_publish(user: User, course: Course, draft: CourseVersion | None) -> Reason:
    """This will say why a person may not publish a draft: an adviser other than its author, or the regional function."""
    if not has_permission(user, Permission.PUBLISH_COURSE, course.owner):
        return _("Your roles do not let you publish this course.")
    if course.status not in REVIEW_COURSE_STATES or draft is None:
        return _("The course is not in review.")
    if user.pk in authors_of(draft) and REGIONAL_LMS.code not in roles_in(user, course.owner):
        return _("Somebody other than the author must publish. Ask another adviser to read it.")
    return None


def authors_of(draft: CourseVersion) -> set[object]:
    """This will name whoever has had a hand in a draft: they do not publish it."""
    return {person for person in (draft.submitted_by_id, draft.edited_by_id, draft.created_by_id) if person}


def why_not_send_back(user: object, course: Course) -> Reason:
    """This will say why a person may not send a course in review back to its author."""
    if not has_permission(user, Permission.PUBLISH_COURSE, course.owner):
        return _("Your roles do not let you review this course.")
    return None if course.status in REVIEW_COURSE_STATES else _("The course is not in review.")


def why_not_take_back(user: User, course: Course, draft: CourseVersion | None) -> Reason:
    """This will say why a person may not take a course back out of review: only its author, before anybody has answered."""
    if not has_permission(user, Permission.EDIT_COURSE, course.owner):
        return _("Your roles do not let you edit this course.")
    if course.status not in REVIEW_COURSE_STATES or draft is None:
        return _("The course is not in review.")
    return None if user.pk in authors_of(draft) else _("Only the author can take the course back. Send it back with a comment instead.")


def why_not_archive(user: object, course: Course) -> Reason:
    """This will say why a person may not take a course out of the catalogue."""
    if not has_permission(user, Permission.PUBLISH_COURSE, course.owner):
        return _("Your roles do not let you archive this course.")
    return None if course.status in PUBLIC_COURSE_STATES - {"change_in_review"} else _("Only a published course can be archived.")


def why_not_reopen(user: object, course: Course) -> Reason:
    """This will say why a person may not take a course out of the archive."""
    if not has_permission(user, Permission.PUBLISH_COURSE, course.owner):
        return _("Your roles do not let you reopen this course.")
    return None if course.status == Course.Status.ARCHIVED else _("Only an archived course can be reopened.")


def why_not_set_visibility(user: object, course: Course) -> Reason:
    """This will say why a person may not change where a course is found. A course that is not published yet can be set beforehand."""
    if not has_permission(user, Permission.PUBLISH_COURSE, course.owner):
        return _("Your roles do not let you change where this course is found.")
    return _("The course is archived. Reopen it to change it.") if course.status == Course.Status.ARCHIVED else None


def course_verbs(user: object, course: Course) -> frozenset[str]:
    """This will list what a person's roles let them do with a course in its state; pages and tests read the same table."""
    return frozenset(step.verb for step in COURSE.from_state(course.status, roles=roles_in(user, course.owner)))


# Runs


def run_steps(user: object, run: Run) -> list[Transition]:
    """This will list how a person's roles let them move a run from its state. Loaded before: the course and its owner."""
    return RUN.from_state(run.status, roles=roles_in(user, run.course.owner))


def why_not_move_run(user: object, run: Run, verb: str) -> Reason:
    """This will say why a person may not move a run by a verb of the workflow. Source: docs/workflows/run.md."""
    if any(step.verb == verb for step in run_steps(user, run)):
        return None
    if verb in {step.verb for step in RUN.transitions if step.source == run.status}:
        return _("Your roles do not let you do this with the dates.")
    return _("The dates are not in a state in which this can be done.")


def why_not_edit_run(user: object, run: Run) -> Reason:
    """This will say why a person may not change a run."""
    if not has_permission(user, Permission.EDIT_COURSE, run.course.owner):
        return _("Your roles do not let you edit this course.")
    if run.status in (Run.Status.CANCELLED, Run.Status.COMPLETED):
        return _("Dates that are cancelled or completed can no longer be changed.")
    return None


def may_own(user: object, unit: Unit) -> bool:
    """This will say whether a person may make courses for a unit."""
    return has_permission(user, Permission.EDIT_COURSE, unit)


# Participants


def may_see_participants(user: object, course: Course) -> bool:
    """This will say whether a person may see who takes part in a course, and who waits."""
    return has_permission(user, Permission.SEE_ENROLMENTS, course.owner)


def enrolment_verbs(user: object, enrolment: Enrolment) -> frozenset[str]:
    """This will list what a person's roles let them do with a place in its state. Loaded before: the course and its owner."""
    if not may_see_participants(user, enrolment.course):
        return frozenset()
    return frozenset(step.verb for step in ENROLMENT.from_state(enrolment.status, roles=roles_in(user, enrolment.course.owner)))


def why_not_move_enrolment(user: object, enrolment: Enrolment, verb: str) -> Reason:
    """This will say why a person may not move a place by a verb of the workflow. Source: docs/workflows/enrolment.md."""
    if verb in enrolment_verbs(user, enrolment):
        return None
    if verb in {step.verb for step in ENROLMENT.transitions if step.source == enrolment.status}:
        return _("Your roles do not let you do this with places on this course.")
    return _("The place is not in a state in which this can be done.")


def why_not_note_attendance(user: object, run: Run) -> Reason:
    """This will say why a person may not note who came to a run."""
    if not may_see_participants(user, run.course):
        return _("Your roles do not let you see who takes part in this course.")
    if run.status in (Run.Status.PLANNED, Run.Status.CANCELLED):
        return _("These dates are not held, so nobody comes.")
    return None


# The words of the search


def may_edit_words(user: object) -> bool:
    """This will say whether a person may tie words together for everybody's search: whoever publishes courses anywhere."""
    return has_permission(user, Permission.PUBLISH_COURSE)


# What people say of pages


def may_read_feedback(user: object) -> bool:
    """This will say whether a person may read what visitors say of pages: whoever publishes courses anywhere."""
    return has_permission(user, Permission.PUBLISH_COURSE)


# Sums and practical texts


def may_edit_costs(user: object, unit: Unit) -> bool:
    """This will say whether a person may change what course pages of a health trust or a region say about money."""
    return unit.kind in COST_UNITS and has_permission(user, Permission.PUBLISH_COURSE, unit)
