"""The catalogue's card on the page after sign-in."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.queries.desk import awaiting_review
from lms_portal.accounts import desk
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import grants_of


def courses(user: User, now: datetime) -> desk.Card:
    """This will lead to the course desk, and count what waits for review there."""
    count = awaiting_review(user)
    address = reverse("catalogue:desk")
    return desk.Card(
        title=_("Courses to review"),
        url=f"{address}?show=review" if count else address,
        text=_("Read what colleagues have written, and publish it or send it back. Your own drafts and dates are there too."),
        count=count,
    )


def editing(user: User, now: datetime) -> desk.Card | None:
    """This will lead those who write courses, and publish none, to the course desk."""
    held = {permission for grant in grants_of(user) for permission in grant.permissions}
    if Permission.PUBLISH_COURSE in held:
        return None
    return desk.Card(title=_("Course desk"), url=reverse("catalogue:desk"), text=_("Your courses, their texts and their dates."))


def register() -> None:
    """This will add the cards; called once, when the app is ready."""
    desk.register(Permission.PUBLISH_COURSE, build=courses)
    desk.register(Permission.EDIT_COURSE, build=editing)
