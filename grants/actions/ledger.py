"""Ledger rows. Only decisions make them; the account is made when its first row comes."""

from datetime import datetime

from grants.enums import EntryKind
from grants.models import Decision, LedgerAccount, LedgerEntry


def enter(decision: Decision, kind: EntryKind, amount_nok: int, *, year: int, origin_year: int, now: datetime) -> LedgerEntry:
    """This will add one row to the account of the decision's organisation, in the caller's transaction. Whole kroner.

    The database keeps the totals and refuses what does not hold.
    """
    account, _created = LedgerAccount.objects.get_or_create(
        organisation_id=decision.organisation_id, scheme_id=decision.scheme_id, year=year, origin_year=origin_year
    )
    return LedgerEntry.objects.create(account=account, kind=kind, amount_nok=amount_nok, decision=decision, entered_at=now)
