"""What the pages of the referrals share: the way back, the person signed in, a case with its reading logged."""

from django.urls import reverse
from django.utils.translation import gettext as _

from lms_portal.accounts.models import User
from lms_portal.common.http import PortalRequest
from referrals import permissions
from referrals.models import Referral


def person(request: PortalRequest) -> User:
    """This will return the person signed in; every page but the patient's is behind sign-in."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


def crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """This will make the breadcrumbs: texts with their addresses, the last one without."""
    return [{"text": text, "url": url} if url else {"text": text} for text, url in steps] or [{"text": _("Write a referral")}]


def worklist_crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """This will make the breadcrumbs below the clinic's worklist."""
    return crumbs((_("Worklist"), reverse("referrals:worklist")), *steps)


def case_crumbs(user: User, row: Referral, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """This will make the breadcrumbs below a referral's list: the clinic's worklist, or the sender's own."""
    if permissions.clinic_roles(user, row):
        return worklist_crumbs(*steps)
    return crumbs((_("My referrals"), reverse("referrals:mine")), *steps)
