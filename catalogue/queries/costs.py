"""Sums and practical texts: those that count for a unit, who may change them, and what they were before."""

from django.db.models import Q, QuerySet

from catalogue.costs import COST_UNITS
from catalogue.models import CostText
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit
from lms_portal.accounts.permissions import grants_of, units_with


def paths_to(path: str) -> list[str]:
    """This will list the paths of a unit and of everything above it."""
    codes = path.split("/")
    return ["/".join(codes[: length + 1]) for length in range(len(codes))]


def costs_of(unit: Unit) -> list[CostText]:
    """This will load every value, past and to come, that may count for a unit: its own, those above it, the reference (one query)."""
    rows = CostText.objects.filter(Q(unit__isnull=True) | Q(unit__path__in=paths_to(unit.path)), replaced_at__isnull=True)
    return list(rows.select_related("unit"))


def units_with_costs(user: object) -> QuerySet[Unit]:
    """This will list the health trusts and regions that somebody on the course desk has to do with: theirs, below theirs, above theirs."""
    above = {path for grant in grants_of(user) if Permission.EDIT_COURSE in grant.permissions for path in paths_to(grant.unit_path)}
    mine = units_with(user, Permission.EDIT_COURSE, prefix="") | units_with(user, Permission.PUBLISH_COURSE, prefix="")
    return Unit.objects.filter(mine | Q(path__in=above), kind__in=COST_UNITS).order_by("path")


def history_of_costs(unit: Unit, kind: str) -> QuerySet[CostText]:
    """This will list what was saved for a unit, the latest day first, with what has been replaced."""
    return CostText.objects.filter(unit=unit, kind=kind).select_related("saved_by").order_by("-valid_from", "-saved_at", "-pk")
