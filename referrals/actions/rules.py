"""Routing rules: written in a draft set, put in force when nothing is tied and nothing goes nowhere."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalogue.actions.state import note_change_of_all
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import has_permission
from lms_portal.audit import transitions
from lms_portal.audit.context import for_purpose
from referrals import queries
from referrals.models import Rule, RuleSet
from referrals.routing import Coverage, coverage
from referrals.workflow import RULE_SET

PURPOSE = "routing_rules"


class UnableToPutInForce(Exception):
    """The set has ties or gaps, or is no draft; the first argument is the reason for the screen, `coverage` what was found."""

    def __init__(self, reason: str, found: Coverage | None = None) -> None:
        super().__init__(reason)
        self.coverage = found


def _check(by: User | None) -> None:
    """`by` is None for commands, which act as the system."""
    if by is not None and not has_permission(by, Permission.EDIT_ROUTING):
        raise UnableToPutInForce(_("Your role may not change the routing rules."))


@transaction.atomic
def new_rule_set(*, note: str, by: User | None, now: datetime) -> RuleSet:
    """This will begin the next set of rules as a draft."""
    _check(by)
    with for_purpose(PURPOSE):
        latest = RuleSet.objects.aggregate(latest=Max("number"))["latest"] or 0
        return RuleSet.objects.create(number=latest + 1, note=note, created_by=by, created_at=now)


def add_rules(*, rule_set: RuleSet, rules: list[dict[str, Any]], by: User | None) -> list[Rule]:
    """This will add rules to a draft set; each is the columns of `Rule`. The database refuses it once the set has been in force."""
    _check(by)
    with transaction.atomic(), for_purpose(PURPOSE):
        return Rule.objects.bulk_create(Rule(rule_set=rule_set, **columns) for columns in rules)


def coverage_of(rule_set: RuleSet) -> Coverage:
    """This will compute what a set covers: every course that needs a referral × hospital area × age band × delivery."""
    return coverage(queries.rules_of(rule_set), queries.courses_to_cover(), queries.hospital_area_codes())


@transaction.atomic
def put_rule_set_in_force(*, rule_set: RuleSet, by: User | None, now: datetime, seen_version: int | None = None) -> RuleSet:
    """This will put a draft set in force and retire the one before it, in one transaction.

    A gap is closed by a rule, by a rule marked as fallback, or by the unit that the course itself names.
    Raises: UnableToPutInForce, transitions.Stale. Source: data-model “Referrals”.
    """
    _check(by)
    with for_purpose(PURPOSE):
        row = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
        if row.status != RuleSet.Status.DRAFT:
            raise UnableToPutInForce(_("Only a draft can be put in force."))
        found = coverage_of(row)
        if found.ties:
            raise UnableToPutInForce(_("Two rules are equally particular for the same patients. Make one of them narrower."), found)
        if found.gaps:
            raise UnableToPutInForce(_("Some patients would go nowhere. Name a unit for each gap."), found)
        for earlier in RuleSet.objects.select_for_update().filter(status=RuleSet.Status.IN_FORCE):
            transitions.move(RULE_SET, earlier, verb="retire", now=now, retired_at=now)
        transitions.move(RULE_SET, row, verb="put_in_force", now=now, seen_version=seen_version, in_force_at=now)
        note_change_of_all(now=now)  # course pages say which clinic takes the referral
        return row
