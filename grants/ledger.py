"""Sums of the ledger in whole kroner. Pure: the rows are in models.py, the rules of the sums also in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Open:
    """What is still open on one account, by the year that the money came from."""

    origin_year: int
    amount_nok: int


class MoreThanOpen(ValueError):
    """More was to be taken out than stands open."""


def take_oldest_first(amount_nok: int, accounts: Iterable[Open]) -> list[Open]:
    """This will divide an amount over the years that the money came from, oldest first, so that old money is used before new.

    Raises: MoreThanOpen where the accounts together hold less.
    """
    taken: list[Open] = []
    left = amount_nok
    for account in sorted(accounts, key=lambda account: account.origin_year):
        part = min(left, account.amount_nok)
        if part > 0:
            taken.append(Open(account.origin_year, part))
            left -= part
    if left:
        raise MoreThanOpen(f"{left} kroner more than stands open")
    return taken


@dataclass(frozen=True, slots=True)
class BudgetSum:
    """The sums of a budget: what it costs, what comes from elsewhere, what is applied for."""

    cost_nok: int
    own_nok: int

    @property
    def applied_nok(self) -> int:
        """Costs less own and other funding."""
        return self.cost_nok - self.own_nok


def sum_budget(lines: Sequence[tuple[int, int]]) -> BudgetSum:
    """This will add up (cost, own and other funding) pairs."""
    return BudgetSum(sum(cost for cost, _own in lines), sum(own for _cost, own in lines))
