"""Which sums and texts a course page shows, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from catalogue.enums import AgeGroup, Audience, CostKind, SignUpRoute
from catalogue.models import CostText, CourseVersion
from lms_portal.accounts.enums import UnitKind

# whose own sums count; the trust's before the region's, the region's before the reference values
COST_UNITS = (UnitKind.REGION, UnitKind.HEALTH_TRUST)
OTHERS = frozenset({UnitKind.MUNICIPALITY, UnitKind.USER_ORGANISATION})  # no hospital treatment: other rules than these
KIN = frozenset({Audience.NEXT_OF_KIN, Audience.GUARDIANS})
PATIENTS = frozenset({Audience.PATIENTS, Audience.CHILDREN_YOUNG})
# Source: folketrygdloven §§ 8-4 and 9-13, forskrift om egenandel, pasientreiseforskriften; the reference file names each
FOR_PATIENTS = (CostKind.OWN_CONTRIBUTION, CostKind.EXEMPTION_CARD, CostKind.TRAVEL)


@dataclass(frozen=True, slots=True)
class CostGroup:
    """What one group of those who come reads. `pays`: a sentence that comes first, empty where the sums say it themselves."""

    heading: str
    pays: str
    blocks: list[CostText]


def in_force(rows: Iterable[CostText], *, on: date) -> dict[str, CostText]:
    """This will choose the value of each kind that counts on a Norwegian day: of the nearest unit that says something of its own."""
    newest: dict[tuple[str, Any], CostText] = {}
    for row in rows:
        key = (row.kind, row.unit_id)
        if row.valid_from <= on and (key not in newest or newest[key].valid_from < row.valid_from):
            newest[key] = row
    chosen: dict[str, CostText] = {}
    for row in sorted(newest.values(), key=lambda row: len(row.unit.path) if row.unit else 0):
        if not row.follows:
            chosen[row.kind] = row
    return chosen


def next_change(rows: Iterable[CostText], *, after: date) -> date | None:
    """This will name the first day after this one when another value begins to count."""
    return min((row.valid_from for row in rows if row.valid_from > after), default=None)


def groups_for(version: CourseVersion, chosen: dict[str, CostText]) -> list[CostGroup]:
    """This will say to each group that a course is for what it pays and what helps to pay. A course in the ward or without referral is free."""
    audiences = set(version.audiences)
    by_referral = version.sign_up == SignUpRoute.REFERRAL
    groups = []
    if audiences & PATIENTS:
        kinds = [*(FOR_PATIENTS if by_referral else ())]
        if AgeGroup.ADULTS in version.age_groups and by_referral:
            kinds.append(CostKind.SICK_LEAVE)
        pays = "" if by_referral else _("It costs nothing to take part.")
        groups.append(CostGroup(_("Patients"), pays, [chosen[kind] for kind in kinds if kind in chosen]))
    if audiences & KIN:
        kinds = [CostKind.TRAINING_ALLOWANCE] if by_referral else []
        groups.append(CostGroup(_("Next of kin"), _("Next of kin pay nothing."), [chosen[kind] for kind in kinds if kind in chosen]))
    return groups
