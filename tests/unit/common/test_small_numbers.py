"""No number of one to four people is told, and none follows from what is: tried against every other table that would agree."""

from itertools import product

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_portal.common.small_numbers import LEAST, UNBOUNDED, Count, Showing, alone, mask_column, mask_grid

numbers = st.integers(0, 9)


def may_be(count: Count, value: int) -> bool:
    lowest, highest = (1, LEAST - 1) if count.showing is Showing.FEW else (0, UNBOUNDED)
    return lowest <= value <= highest


def told_of(cells: list[list[Count]], values: list[list[int]]) -> list[tuple[int, int]]:
    """The places whose number is certain, by trying every change of each hidden number by one, sums in the last row and column."""
    height, width = len(values), len(values[0])
    hidden = [(y, x) for y in range(height) for x in range(width) if cells[y][x].is_masked]
    certain = set(hidden)
    for change in product((-1, 0, 1), repeat=len(hidden)):
        other = [list(row) for row in values]
        for (y, x), step in zip(hidden, change, strict=True):
            other[y][x] += step
        agrees = (
            all(may_be(cells[y][x], other[y][x]) for y, x in hidden)
            and all(sum(row[:-1]) == row[-1] for row in other)
            and all(sum(other[y][x] for y in range(height - 1)) == other[-1][x] for x in range(width) if height > 1)
        )
        if agrees:
            certain -= {place for place, step in zip(hidden, change, strict=True) if step}
    return sorted(certain)


@given(st.lists(numbers, min_size=2, max_size=6))
def test_column_gives_no_hidden_number_away(values: list[int]) -> None:
    column = mask_column(values)
    cells = [*column.cells, column.total]
    assert told_of([cells], [[*values, sum(values)]]) == []
    for cell, value in zip(cells, [*values, sum(values)], strict=True):
        assert cell.is_masked or (cell.value == value and not 0 < value < LEAST)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=2))
def test_grid_gives_no_hidden_number_away(rows: list[tuple[int, int]]) -> None:
    grid = mask_grid(rows)
    cells = [[*row, total] for row, total in zip(grid.cells, grid.row_totals, strict=True)]
    cells.append([*grid.column_totals, grid.total])
    values = [[*row, sum(row)] for row in rows]
    values.append([sum(column) for column in zip(*values, strict=True)])
    assert told_of(cells, values) == []
    assert all(not 0 < value < LEAST or cells[y][x].is_masked for y, row in enumerate(values) for x, value in enumerate(row))


@given(st.lists(st.integers(0, 60), max_size=30))
def test_sum_of_five_or_more_is_always_told(values: list[int]) -> None:
    total = sum(values)
    assert mask_column(values).total == alone(total)
    assert mask_column(values) == mask_column(list(values))


@pytest.mark.parametrize(
    ("values", "told", "total"),
    [
        ([], [], "0"),
        ([0, 0], ["0", "0"], "0"),
        ([12, 30], ["12", "30"], "42"),
        ([3], ["under 5"], "under 5"),
        ([3, 12, 30], ["under 5", "hidden", "30"], "45"),
        ([3, 0, 0], ["under 5", "0", "0"], "under 5"),
        ([1, 4, 30], ["under 5", "under 5", "30"], "35"),
        # eight shared by two of at most four each: both would be four
        ([4, 4, 30], ["under 5", "under 5", "hidden"], "38"),
        ([4, 4], ["hidden", "under 5"], "8"),
    ],
)
def test_column_in_words(values: list[int], told: list[str], total: str) -> None:
    column = mask_column(values)
    with translation.override("en"):
        assert ([str(cell) for cell in column.cells], str(column.total)) == (told, total)


def test_grid_hides_other_numbers_beside_each_small_one() -> None:
    grid = mask_grid([[3, 9, 20], [8, 3, 20], [20, 20, 2]])
    assert all(row[place].is_masked for place, row in enumerate(grid.cells))
    assert sum(cell.is_masked for row in grid.cells for cell in row) >= 5
