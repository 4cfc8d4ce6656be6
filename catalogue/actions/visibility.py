"""Where a course is found: listed, by link only, hidden. It belongs to the course, not to a text: no review is needed to take it off a list."""

from datetime import datetime

from django.db import transaction

from catalogue import permissions
from catalogue.actions.courses import UnableToEditCourse
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import Visibility
from catalogue.models import Course
from catalogue.queries.following import pages_that_name
from lms_portal.accounts.models import User


@transaction.atomic
def set_visibility(*, course: Course, visibility: Visibility, by: User, now: datetime) -> Course:
    """This will change where a course is found, at once, on every page and in every list. Raises: UnableToEditCourse."""
    locked = Course.objects.select_for_update(of=("self",)).select_related("owner", "public_version").get(pk=course.pk)
    if reason := permissions.why_not_set_visibility(by, locked):
        raise UnableToEditCourse(reason)
    if locked.visibility != visibility:
        locked.visibility = visibility
        locked.save(update_fields=["visibility"])
        refresh_search(courses=[locked.pk], now=now)
        note_change(courses=[locked.pk, *pages_that_name(locked)], now=now)
    course.visibility = visibility
    return locked
