"""Counts of people, told so that nobody can be picked out: one to four are “under five”, and no hidden number follows from those shown.

A table with its sums is a flow: what goes into a row is the row's sum. A hidden number can be worked out exactly when no other table
agrees with everything that is shown, that is, when it lies on no cycle along which the hidden numbers could be changed by one.
So numbers are hidden, one after another and always in the same order, until each hidden one lies on such a cycle.

Source: the small-number rule of the catalogue's statistics (five); complementary suppression as in A. Hundepool and others,
Statistical Disclosure Control (2012), chapter 4. What two pages with different filters tell together is not covered: pages offer few filters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEAST = 5  # fewer people than this are not counted out loud; none at all is no secret
FEW_WORDS = _("under 5")
HIDDEN_WORDS = _("hidden")
UNBOUNDED = 10**9


class Showing(Enum):
    """How a number is told."""

    SHOWN = "shown"
    FEW = "few"  # one to four
    HIDDEN = "hidden"  # any number: shown, it would give another away


@dataclass(frozen=True, slots=True)
class Count:
    """A number as it may be told. `value` is None where it may not: nothing else here holds it."""

    value: int | None
    showing: Showing = Showing.SHOWN

    @property
    def words(self) -> str | Promise:
        """What stands in a table's cell."""
        return {Showing.FEW: FEW_WORDS, Showing.HIDDEN: HIDDEN_WORDS}.get(self.showing, str(self.value))

    @property
    def is_masked(self) -> bool:
        """Whether the number is kept back."""
        return self.value is None

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers and their sum, as they may be told."""

    cells: tuple[Count, ...]
    total: Count


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows and columns with all their sums, as they may be told."""

    cells: tuple[tuple[Count, ...], ...]
    row_totals: tuple[Count, ...]
    column_totals: tuple[Count, ...]
    total: Count


def is_small(number: int) -> bool:
    """This will say whether a count of people is too small to be told."""
    return 0 < number < LEAST


def alone(number: int) -> Count:
    """This will tell a count that stands in no sum."""
    return Count(None, Showing.FEW) if is_small(number) else Count(number)


@dataclass(frozen=True, slots=True)
class _Arc:
    """One number as a flow from one node to another. `is_sum`: hidden only when nothing else is left to hide."""

    start: str
    end: str
    value: int
    is_sum: bool = False


_Arcs = Mapping[tuple[int, int], _Arc]
_Showing = dict[tuple[int, int], Showing]


def _bounds(showing: Showing) -> tuple[int, int]:
    return (1, LEAST - 1) if showing is Showing.FEW else (0, UNBOUNDED)


_Ways = dict[str, list[tuple[str, tuple[int, int]]]]


def _changes(arcs: _Arcs, shown: _Showing, key: tuple[int, int]) -> list[tuple[str, str]]:
    """The ways in which a hidden number could be another: one more goes along its arc, one less goes back."""
    if shown[key] is Showing.SHOWN:
        return []
    arc, (lowest, highest) = arcs[key], _bounds(shown[key])
    more = [(arc.start, arc.end)] if arc.value < highest else []
    less = [(arc.end, arc.start)] if arc.value > lowest else []
    return more + less


def _leads(ways: _Ways, start: str, end: str, without: tuple[int, int]) -> bool:
    """Whether there is a way from one node to another that leaves a number as it is."""
    seen, pending = {start}, [start]
    while pending:
        node = pending.pop()
        if node == end:
            return True
        onwards = {other for other, key in ways.get(node, ()) if key != without} - seen
        seen |= onwards
        pending += onwards
    return False


def _unprotected(arcs: _Arcs, shown: _Showing) -> tuple[int, int] | None:
    """The first hidden number that follows from the others: no change of it could be made good elsewhere."""
    ways: _Ways = {}
    for key in arcs:
        for start, end in _changes(arcs, shown, key):
            ways.setdefault(start, []).append((end, key))
    hidden = (key for key in arcs if shown[key] is not Showing.SHOWN)
    return next((key for key in hidden if not any(_leads(ways, end, start, key) for start, end in _changes(arcs, shown, key))), None)


def _next_to_hide(arcs: _Arcs, shown: _Showing, bare: tuple[int, int]) -> tuple[int, int]:
    """What to hide so that a bare number is covered: beside it before elsewhere, no sums if it can be helped, the smallest first."""
    ends = {arcs[bare].start, arcs[bare].end}

    def rank(key: tuple[int, int]) -> tuple[bool, bool, bool, bool, int, tuple[int, int]]:
        arc = arcs[key]
        is_far = not ends & {arc.start, arc.end}
        # a number that is “under five” says more than one that is hidden: saying less comes before hiding a sum
        return (is_far, arc.is_sum, shown[key] is Showing.FEW, arc.value == 0, arc.value, key)

    return min((key for key in arcs if shown[key] is not Showing.HIDDEN), key=rank)


def _cover(arcs: _Arcs) -> _Showing:
    shown = {key: Showing.FEW if is_small(arc.value) else Showing.SHOWN for key, arc in arcs.items()}
    while (bare := _unprotected(arcs, shown)) is not None:
        shown[_next_to_hide(arcs, shown, bare)] = Showing.HIDDEN
    return shown


def _told(arc: _Arc, showing: Showing) -> Count:
    return Count(arc.value if showing is Showing.SHOWN else None, showing)


def mask_column(numbers: Iterable[int]) -> Column:
    """This will tell numbers whose sum is shown too, none of the small ones to be worked out from it."""
    values = list(numbers)
    if not values:
        return Column((), Count(0))
    total = (len(values), 0)
    arcs = {(place, 0): _Arc("parts", "whole", value) for place, value in enumerate(values)}
    arcs[total] = _Arc("whole", "parts", sum(values), is_sum=True)
    if len(values) == 1:  # the sum says the same as its only part
        told = alone(values[0])
        return Column((told,), told)
    shown = _cover(arcs)
    return Column(tuple(_told(arcs[key], shown[key]) for key in arcs if key != total), _told(arcs[total], shown[total]))


def mask_grid(rows: Sequence[Sequence[int]]) -> Grid:
    """This will tell rows and columns whose sums are shown too, none of the small numbers to be worked out from any of them."""
    width = len(rows[0]) if rows else 0
    height = len(rows)
    arcs: dict[tuple[int, int], _Arc] = {}
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            arcs[y, x] = _Arc(f"row {y}", f"column {x}", value)
        arcs[y, width] = _Arc("row sums", f"row {y}", sum(row), is_sum=True)
    for x in range(width):
        arcs[height, x] = _Arc(f"column {x}", "column sums", sum(row[x] for row in rows), is_sum=True)
    arcs[height, width] = _Arc("column sums", "row sums", sum(map(sum, rows)), is_sum=True)
    shown = _cover(arcs)
    told = {key: _told(arcs[key], shown[key]) for key in arcs}
    return Grid(
        tuple(tuple(told[y, x] for x in range(width)) for y in range(height)),
        tuple(told[y, width] for y in range(height)),
        tuple(told[height, x] for x in range(width)),
        told[height, width],
    )
