"""Tables out of files that people send: Excel and CSV, whichever encoding and separator, read row by row within limits.

The file has been through `uploads.check_upload`: no macros, no bombs, no password. Here it is read for its values alone; formulas
are never computed.
Source: reliability study, imports: formulas, byte order marks, encodings, a million columns.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from lms_portal.common.invalid_input import InvalidInput
from lms_portal.common.spreadsheets import unsafe_cell

MOST_ROWS = 5000
MOST_COLUMNS = 200
MOST_EMPTY = 2000  # empty rows in a row, after which nothing more is looked for
MOST_SHEETS = 20
MOST_MERGED = 20_000
LONGEST_TEXT = 20_000
SEPARATORS = (";", "\t", ",")
EXCEL_ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_NO_RESULT = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>")

Value = str | int | float | date | time | None


class TableUnreadable(InvalidInput):
    """The table cannot be read; the message says what the person can do."""


@dataclass(frozen=True, slots=True)
class SheetName:
    """One sheet that may be chosen."""

    name: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not empty. `number` counts as a spreadsheet does."""

    number: int
    values: tuple[Value, ...]


# Excel


def _workbook(source: BinaryIO) -> Any:
    source.seek(0)
    try:
        return load_workbook(source, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise TableUnreadable(
            _("The workbook cannot be read. Open it in Excel, save it again, and choose the new file"), "broken"
        ) from error


def _value(found: object) -> Value:
    match found:
        case bool():
            return "true" if found else "false"
        case datetime():
            return found.date() if found.time() == time(0) else found.replace(tzinfo=None)
        case float() if found.is_integer() and abs(found) < 1e15:
            return int(found)
        case int() | float() | date() | time() | None:
            return found
        case timedelta():
            return (datetime(2000, 1, 1) + found).time()  # noqa: DTZ001 - a duration on the wall clock
        case _:
            return _text(str(found))


def _text(text: str) -> str | None:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()[:LONGEST_TEXT] or None


def _merged(source: BinaryIO, path: str) -> dict[tuple[int, int], tuple[int, int]]:
    """Cell to the cell whose value it shares. The read-only mode does not say."""
    source.seek(0)
    with zipfile.ZipFile(source) as archive:
        content = archive.read(path.lstrip("/"))
    if _NO_RESULT.search(content):
        raise TableUnreadable(
            _("The sheet has formulas without results. Open the file in Excel, save it, and choose it again"), "no_results"
        )
    shared: dict[tuple[int, int], tuple[int, int]] = {}
    for found in _MERGED.findall(content):
        left, top, right, bottom = range_boundaries(found.decode())
        if not (left and top and right and bottom) or (right - left + 1) * (bottom - top + 1) + len(shared) > MOST_MERGED:
            raise TableUnreadable(_("The sheet has very large merged cells. Split them, and choose the file again"), "merged")
        for row in range(top, bottom + 1):
            shared |= {(row, column): (top, left) for column in range(left, right + 1)}
        del shared[top, left]
    return shared


def _excel_lines(source: BinaryIO, sheet: str) -> Iterator[Line]:
    book = _workbook(source)
    try:
        page = book[sheet]
        shared = _merged(source, page._worksheet_path)  # noqa: SLF001 - openpyxl's only name for the part of the archive
        anchors = set(shared.values())
        kept: dict[tuple[int, int], Value] = {}
        page.reset_dimensions()  # what a file says of its own size may be wrong
        for number, row in enumerate(page.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
            values = [_value(found) for found in row]
            if anchors or shared:
                for column in range(1, MOST_COLUMNS + 1):
                    if (number, column) in anchors and column <= len(values):
                        kept[number, column] = values[column - 1]
                    elif (anchor := shared.get((number, column))) and anchor in kept:
                        values += [None] * (column - len(values))
                        values[column - 1] = kept[anchor]
            yield Line(number, tuple(values))
    except TableUnreadable:
        raise
    except Exception as error:
        raise TableUnreadable(
            _("The sheet cannot be read. Open the file in Excel, save it again, and choose the new file"), "broken"
        ) from error
    finally:
        book.close()


# CSV


def decode(content: bytes) -> str:
    """This will read text as the programs in Norwegian offices write it: UTF-8, UTF-16 with its mark, or Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableUnreadable(_("The letters in the file cannot be read. In Excel, choose “CSV UTF-8” when you save it"), "encoding")


def _separator(text: str) -> str:
    """The sign that cuts most of the first rows into the same number of cells."""
    if found := re.match(r"sep=(.)\r?\n", text, re.IGNORECASE):
        return found[1]
    sample = text[:20_000].splitlines(keepends=True)[:20]
    scores = {}
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(sample, delimiter=separator) if row]
        wide = [width for width in widths if width > 1]
        scores[separator] = (len(wide), max(wide, default=0))
    return max(SEPARATORS, key=lambda separator: scores[separator])


def _csv_lines(source: BinaryIO) -> Iterator[Line]:
    source.seek(0)
    text = decode(source.read())
    separator = _separator(text)
    text = re.sub(r"^sep=.\r?\n", "", text, flags=re.IGNORECASE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader, start=1):
            yield Line(number, tuple(unsafe_cell(cell) if (cell := _text(found) or "") else None for found in row[:MOST_COLUMNS]))
    except csv.Error as error:
        raise TableUnreadable(
            _("The file cannot be read as a table. Open it in Excel, save it as CSV, and choose it again"), "broken"
        ) from error


# Either


def sheets_of(source: BinaryIO, extension: str) -> list[SheetName]:
    """This will list the sheets of a file; a CSV file has one without a name. Raises: TableUnreadable."""
    if extension == "csv":
        return [SheetName("")]
    book = _workbook(source)
    try:
        found = [SheetName(page.title, page.sheet_state != "visible") for page in book.worksheets]
    finally:
        book.close()
    if not found:
        raise TableUnreadable(_("The workbook has no sheet with cells. Choose another file"), "empty")
    return found[:MOST_SHEETS]


def lines_of(source: BinaryIO, extension: str, sheet: str = "", *, after: int = 0, most: int = MOST_ROWS) -> Iterator[Line]:
    """This will give the rows of a sheet that are not empty, after the row `after`. Raises: TableUnreadable, also where there are more than `most`."""
    empty = count = 0
    for line in _csv_lines(source) if extension == "csv" else _excel_lines(source, sheet):
        if line.number <= after:
            continue
        if all(value is None for value in line.values):
            empty += 1
            if empty > MOST_EMPTY:
                return
            continue
        empty, count = 0, count + 1
        if count > most:
            raise TableUnreadable(_("The table has more than %(most)s rows. Split it into several files") % {"most": most}, "too_many")
        yield line


def first_lines(source: BinaryIO, extension: str, sheet: str = "", *, most: int = 20) -> list[Line]:
    """This will give the first rows that are not empty, for choosing the head row. Raises: TableUnreadable."""
    found: list[Line] = []
    for line in lines_of(source, extension, sheet, most=MOST_ROWS):
        found.append(line)
        if len(found) == most:
            break
    return found


def width_of(lines: Sequence[Line]) -> int:
    """This will say how many columns have something in them."""
    return max((number for line in lines for number, value in enumerate(line.values, start=1) if value is not None), default=0)
