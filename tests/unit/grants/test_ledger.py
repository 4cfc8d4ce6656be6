"""Sums of the ledger: whole kroner, nothing lost, old money first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.ledger import BudgetSum, MoreThanOpen, Open, sum_budget, take_oldest_first

amounts = st.integers(min_value=0, max_value=5_000_000)
accounts = st.dictionaries(st.integers(min_value=2015, max_value=2030), amounts, max_size=6).map(
    lambda found: [Open(year, amount) for year, amount in found.items()]
)


def test_old_money_is_taken_before_new() -> None:
    taken = take_oldest_first(70, [Open(2026, 100), Open(2024, 30), Open(2025, 20)])
    assert taken == [Open(2024, 30), Open(2025, 20), Open(2026, 20)]


def test_more_than_stands_open_is_refused() -> None:
    with pytest.raises(MoreThanOpen):
        take_oldest_first(101, [Open(2026, 100)])


@given(accounts, st.data())
def test_what_is_taken_adds_up_and_leaves_nothing_below_zero(found: list[Open], data: st.DataObject) -> None:
    amount = data.draw(st.integers(min_value=0, max_value=sum(account.amount_nok for account in found)))
    taken = take_oldest_first(amount, found)
    by_year = {account.origin_year: account.amount_nok for account in found}
    assert sum(part.amount_nok for part in taken) == amount
    assert all(0 < part.amount_nok <= by_year[part.origin_year] for part in taken)


@given(st.lists(st.tuples(amounts, amounts)))
def test_budget_sums_hold_in_any_order(lines: list[tuple[int, int]]) -> None:
    assert sum_budget(lines) == sum_budget(sorted(lines))
    assert sum_budget(lines).applied_nok == sum(cost - own for cost, own in lines)


def test_empty_budget_applies_for_nothing() -> None:
    assert sum_budget([]) == BudgetSum(0, 0)
