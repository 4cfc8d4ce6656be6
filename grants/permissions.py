"""Who may do what with grants: a person and a record. Dates and states are in policies.py."""

from django.utils.translation import gettext as _

from grants.models import Application, Organisation, Round, Scheme
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.permissions import has_permission


def may_write(user: object, organisation: Organisation) -> bool:
    """This will say whether a person may write applications for an organisation."""
    return has_permission(user, Permission.APPLY_FOR_GRANT, organisation.unit)


def may_sign(user: object, organisation: Organisation) -> bool:
    """This will say whether a person may submit for an organisation."""
    return has_permission(user, Permission.SUBMIT_GRANT, organisation.unit)


def why_not_sign(user: object, organisation: Organisation) -> str:
    """This will say why a person may not submit; empty where they may."""
    if may_sign(user, organisation):
        return ""
    return _("Only the person responsible for %(organisation)s may submit. Your text is saved, and they can submit it.") % {
        "organisation": organisation.unit.name
    }


def may_handle(user: object, scheme: Scheme) -> bool:
    """This will say whether a person handles applications of a scheme."""
    return has_permission(user, Permission.HANDLE_GRANT, scheme.office)


def may_advise(user: object, scheme: Scheme) -> bool:
    """This will say whether a person advises on a scheme."""
    return has_permission(user, Permission.ADVISE_ON_GRANT, scheme.office)


def may_decide(user: object, scheme: Scheme) -> bool:
    """This will say whether a person decides in a scheme."""
    return has_permission(user, Permission.DECIDE_GRANT, scheme.office)


def has_conflict(user: object, application: Application) -> bool:
    """This will say whether a person may not take part: a declared conflict of interest, or membership in the applicant."""
    declared = application.assessments.filter(reviewer_id=getattr(user, "pk", None), has_conflict=True).exists()
    return declared or may_write(user, application.organisation)


def works_on(user: object, round_: Round) -> bool:
    """This will say whether a person handles, advises on or decides a round."""
    return may_handle(user, round_.scheme) or may_advise(user, round_.scheme) or may_decide(user, round_.scheme)
