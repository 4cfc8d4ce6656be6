"""Charts as plain SVG with their table: no script, no inline style, readable at 320 pixels, and told apart without colour.

A chart is as wide as its place: lengths across are shares of it, heights are pixels, so that its text keeps its size on a phone.
Everything is drawn in the text's own colour, so dark and forced colours follow; series differ in pattern, mark and dash.
Templates: components/chart_bars.html and components/chart_terms.html; for numbers as money and the like give `words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, log10

from django.utils.functional import Promise

Text = str | Promise
PATTERNS = ("solid", "stripes", "dots", "outline")
MARKS = ("circle", "square", "diamond", "ring")
DASHES = ("", "8 5", "2 4", "12 4 2 4")
BAR, GAP, LABEL = 20, 14, 24  # pixels
WIDEST_BAR = 72.0  # per cent of the width: beyond it the number is written
PLOT_TOP, PLOT_HEIGHT, PLOT_FOOT = 28, 176, 34
PLOT_LEFT, PLOT_RIGHT = 12.0, 98.0
FULL = 100.0


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a chart. `amount` None: it is not told, and `words` say why (under five). `short`: the words where there is little room."""

    amount: float | None
    words: Text
    short: Text = ""

    @property
    def drawn(self) -> Text:
        """What stands in the drawing."""
        return self.short or self.words


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers with a name, as many as the chart has categories."""

    name: Text
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn number: where it begins and how long it is, in per cent across and pixels down."""

    x: str
    y: int
    length: str
    fill: str
    words: Text
    words_x: str
    words_y: int


@dataclass(frozen=True, slots=True)
class BarGroup:
    """The bars of one category, under its name."""

    name: Text
    y: int
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a line: its place, and the line to the one before it where both are told."""

    x: str
    y: int
    words: Text
    words_y: int
    mark: str
    is_told: bool
    from_x: str = ""
    from_y: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One series as a line."""

    name: Text
    dash: str
    mark: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Column:
    """A standing bar: its left edge and width in per cent, its top and height in pixels."""

    x: str
    y: int
    width: str
    height: int
    fill: str
    words: Text
    words_x: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A number beside the plot or a name under it."""

    at: str
    words: Text


@dataclass(frozen=True, slots=True)
class Legend:
    """What a pattern or a mark stands for."""

    name: Text
    pattern: str
    fill: str
    mark: str
    dash: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be printed, with the columns and rows of its table. `key`: unique on the page, plain letters."""

    key: str
    title: Text
    description: Text
    height: int
    legend: Sequence[Legend]
    table_columns: Sequence[object]
    table_rows: Sequence[Sequence[object]]
    table_total: Sequence[object] = ()
    groups: Sequence[BarGroup] = ()
    lines: Sequence[Line] = ()
    columns: Sequence[Column] = ()
    ticks: Sequence[Tick] = ()
    names: Sequence[Tick] = ()
    foot: int = field(default=PLOT_TOP + PLOT_HEIGHT)

    @property
    def patterns(self) -> Sequence[str]:
        """The patterns that the drawing must define."""
        return sorted({one.pattern for one in self.legend} - {"solid", "outline"})


def share(amount: float) -> str:
    """This will write per cent as SVG reads it, whatever the language of the page."""
    return f"{amount:.2f}".rstrip("0").rstrip(".") + "%"


def round_top(highest: float) -> int:
    """This will return the round number at or above the highest value that a scale ends at."""
    if highest <= 4:
        return 4
    step = 10 ** int(log10(highest))
    return next(int(step * part) for part in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * part >= highest)


def _fill(key: str, number: int) -> str:
    """What the bars of a series are filled with."""
    pattern = PATTERNS[number]
    return {"solid": "currentColor", "outline": "none"}.get(pattern, f"url(#{key}-{pattern})")


def _legend(key: str, series: Sequence[Series]) -> list[Legend]:
    marked = zip(series, PATTERNS, MARKS, DASHES, strict=False)
    return [Legend(one.name, pattern, _fill(key, number), mark, dash) for number, (one, pattern, mark, dash) in enumerate(marked)]


def _table(head: Text, categories: Sequence[Text], series: Sequence[Series]) -> tuple[list[object], list[list[object]]]:
    columns: list[object] = [head, *({"text": one.name, "number": True} for one in series)]
    rows: list[list[object]] = [
        [name, *({"text": one.values[place].words, "number": True} for one in series)] for place, name in enumerate(categories)
    ]
    return columns, rows


def _checked(categories: Sequence[Text], series: Sequence[Series]) -> None:
    if not 1 <= len(series) <= len(PATTERNS):
        raise ValueError(f"a chart tells {len(PATTERNS)} series apart, not {len(series)}")
    if any(len(one.values) != len(categories) for one in series):
        raise ValueError("every series has a value for each category")


def bars(
    key: str, *, title: Text, description: Text, head: Text, categories: Sequence[Text], series: Sequence[Series], stacked: bool = False
) -> Chart:
    """This will draw lying bars, one group a category: beside each other, or `stacked` one after another. `head`: what categories are."""
    _checked(categories, series)
    places = range(len(categories))
    if stacked:
        highest = max((sum(one.values[place].amount or 0 for one in series) for place in places), default=0)
    else:
        highest = max((value.amount or 0 for one in series for value in one.values), default=0)
    scale = WIDEST_BAR / (highest or 1)
    groups, y = [], 0
    for place, name in enumerate(categories):
        top, drawn, begins = y + LABEL, [], 0.0
        for number, one in enumerate(series):
            value = one.values[place]
            length = (value.amount or 0) * scale
            here = top if stacked else top + number * (BAR + 4)
            drawn.append(
                Bar(
                    x=share(begins),
                    y=here,
                    length=share(length),
                    fill=_fill(key, number),
                    words="" if stacked else value.drawn,
                    words_x=share(begins + length),
                    words_y=here + BAR - 4,
                )
            )
            begins = begins + length if stacked else 0.0
        if stacked:  # the numbers of a stack stand together after it: inside a narrow part there is no room for one
            words = " + ".join(str(one.values[place].drawn) for one in series)
            drawn.append(Bar(share(begins), top, "0%", "none", words, share(begins), top + BAR - 4))
        groups.append(BarGroup(name, y + LABEL - 8, drawn))
        y = top + (BAR if stacked else len(series) * (BAR + 4) - 4) + GAP
    columns, rows = _table(head, categories, series)
    return Chart(key, title, description, y, _legend(key, series), columns, rows, groups=groups)


def _plot(highest: float) -> tuple[float, list[Tick]]:
    top = round_top(highest)
    foot = PLOT_TOP + PLOT_HEIGHT
    return PLOT_HEIGHT / top, [Tick(str(round(foot - PLOT_HEIGHT * part / 2)), f"{top * part / 2:g}") for part in range(3)]


def _names(categories: Sequence[Text]) -> tuple[float, list[Tick]]:
    step = (PLOT_RIGHT - PLOT_LEFT) / max(1, len(categories))
    every = ceil(len(categories) / 8)  # more names than eight would run into each other on a phone; the table has them all
    centres = [PLOT_LEFT + step * (place + 0.5) for place in range(len(categories))]
    return step, [
        Tick(share(x), name if place % every == 0 else "") for place, (x, name) in enumerate(zip(centres, categories, strict=True))
    ]


def over_terms(
    key: str,
    *,
    title: Text,
    description: Text,
    head: Text,
    categories: Sequence[Text],
    series: Sequence[Series],
    short_names: Sequence[Text] = (),
    as_columns: bool = False,
) -> Chart:
    """This will draw how numbers change from term to term: as lines, or as standing bars. `short_names`: what stands under the plot."""
    _checked(categories, series)
    highest = max((value.amount or 0 for one in series for value in one.values), default=0)
    scale, ticks = _plot(highest)
    step, names = _names(list(short_names) or list(categories))
    foot = PLOT_TOP + PLOT_HEIGHT
    lines, columns = [], []
    for number, one in enumerate(series):
        points: list[Point] = []
        for place, value in enumerate(one.values):
            x = PLOT_LEFT + step * (place + 0.5)
            height = round((value.amount or 0) * scale)
            if as_columns:
                width = step * 0.72 / len(series)
                left = x - width * len(series) / 2 + width * number
                columns.append(
                    Column(
                        share(left), foot - height, share(width * 0.92), height, _fill(key, number), value.drawn, share(left + width * 0.46)
                    )
                )
                continue
            before = points[-1] if points and points[-1].is_told and value.amount is not None else None
            y = foot - height
            # the first series writes its numbers above its line, the others below theirs
            words_y = y - 10 if number == 0 else y + 20
            from_x, from_y = (before.x, before.y) if before else ("", 0)
            points.append(Point(share(x), y, value.drawn, words_y, MARKS[number], value.amount is not None, from_x, from_y))
        lines.append(Line(one.name, DASHES[number], MARKS[number], points))
    table_columns, rows = _table(head, categories, series)
    height = foot + PLOT_FOOT
    return Chart(
        key,
        title,
        description,
        height,
        _legend(key, series),
        table_columns,
        rows,
        lines=() if as_columns else lines,
        columns=columns,
        ticks=ticks,
        names=names,
        foot=foot,
    )
