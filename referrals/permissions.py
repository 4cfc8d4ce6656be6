"""What a person may do with one referral: their roles in the clinic that has it, or in the office that wrote it."""

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import grants_of
from lms_portal.common.workflow import Transition
from referrals.models import Referral
from referrals.workflow import CLINIC, REFERRAL, REFERRER

WRITERS = frozenset({"referrer", "referrer_assistant"})


def _roles_in(user: object, unit_id: object) -> frozenset[str]:
    return frozenset(grant.role_code for grant in grants_of(user) if grant.unit_id == unit_id)


def clinic_roles(user: object, referral: Referral) -> frozenset[str]:
    """This will list a person's roles in the clinic that has the referral; none while it is a draft."""
    return frozenset() if referral.is_draft else _roles_in(user, referral.receiving_unit_id) & CLINIC


def sender_roles(user: object, referral: Referral) -> frozenset[str]:
    """This will list a person's roles towards a referral that they wrote, or that a colleague has handed over to them."""
    roles = _roles_in(user, referral.referrer_unit_id) & WRITERS
    own = isinstance(user, User) and user.pk in (referral.prepared_by_id, referral.referrer_id)
    handed_over = referral.is_draft and referral.handed_over_at is not None
    return roles if own else roles & REFERRER if handed_over else frozenset()


def roles_towards(user: object, referral: Referral) -> frozenset[str]:
    """This will list the roles by which a person may act on a referral: those of its clinic and those of its sender."""
    return clinic_roles(user, referral) | sender_roles(user, referral)


def available(user: object, referral: Referral) -> list[Transition]:
    """This will list what a person may do with a referral now; buttons, actions and tests all ask here."""
    return REFERRAL.from_state(referral.status, roles=roles_towards(user, referral))


def role_for_verb(user: object, referral: Referral, verb: str) -> str:
    """This will name the role by which a person may do something now; empty where they may not."""
    try:
        allowed = REFERRAL.find(verb, referral.status).roles
    except LookupError:
        return ""
    return next(iter(sorted(allowed & roles_towards(user, referral))), "")


def may_edit_draft(user: object, referral: Referral) -> bool:
    """This will say whether a person may write on a draft."""
    return referral.is_draft and bool(sender_roles(user, referral))


def writing_units(user: object) -> list[Unit]:
    """This will list the offices that a person may write referrals from, in the order of their paths."""
    ids = {grant.unit_id for grant in grants_of(user) if Permission.WRITE_REFERRAL in grant.permissions}
    return list(Unit.objects.filter(pk__in=ids).order_by("path"))


def may_send_from(user: object, unit: Unit) -> bool:
    """This will say whether a person may send from an office, or only prepare."""
    return "referrer" in _roles_in(user, unit.pk)
