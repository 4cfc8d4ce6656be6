"""Sums and practical texts of course pages, kept once for a health trust or a region. What was saved stays as history."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalogue import permissions
from catalogue.actions.state import note_change_of_all
from catalogue.enums import CostKind
from catalogue.models import CostText
from lms_portal.accounts.models import Unit, User
from lms_portal.common.clock import oslo_date


class UnableToSaveCost(Exception):
    """The value cannot be saved in this way; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class CostWords:
    """A sum in whole kroner (None: no sum), its text in each language, and who says so."""

    amount_nok: int | None
    text_nb: str
    text_nn: str
    text_en: str
    source_name: str
    source_url: str = ""


def _save(*, unit: Unit, kind: CostKind, valid_from: date, words: CostWords | None, by: User, now: datetime) -> CostText:
    if not permissions.may_edit_costs(by, unit):
        raise UnableToSaveCost(_("Your roles do not let you change the sums of this unit."))
    if valid_from < oslo_date(now):
        raise UnableToSaveCost(_("Choose today or a later day. What counted before stays as it was."))
    Unit.objects.select_for_update().get(pk=unit.pk)  # one at a time: two values for one day would meet in the constraint
    CostText.objects.filter(unit=unit, kind=kind, valid_from=valid_from, replaced_at__isnull=True).update(replaced_at=now)
    values = {name: getattr(words, name) for name in CostWords.__dataclass_fields__} if words else {}
    row = CostText(unit=unit, kind=kind, valid_from=valid_from, follows=words is None, saved_at=now, saved_by=by, **values)
    row.save(force_insert=True)
    note_change_of_all(now=now)
    return row


@transaction.atomic
def save_cost(*, unit: Unit, kind: CostKind, valid_from: date, words: CostWords, by: User, now: datetime) -> CostText:
    """This will let a sum and its text count from a Norwegian day on, today at the earliest. Raises: UnableToSaveCost."""
    return _save(unit=unit, kind=kind, valid_from=valid_from, words=words, by=by, now=now)


@transaction.atomic
def follow_above(*, unit: Unit, kind: CostKind, valid_from: date, by: User, now: datetime) -> CostText:
    """This will let the value above the unit count again from a Norwegian day on. Raises: UnableToSaveCost."""
    return _save(unit=unit, kind=kind, valid_from=valid_from, words=None, by=by, now=now)
