"""Tables for spreadsheets, as CSV that Norwegian Excel opens as it is and as Excel's own files, that run no formula whoever wrote the cells.

Source: CWE-1236; what people type may begin with a sign that a spreadsheet takes for a formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes the letters æ, ø and å apart
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAY_FORMAT = "DD.MM.YYYY"
LONGEST_CELL = 32_767
NARROWEST, WIDEST = 10, 60
_NOT_IN_SHEET_NAMES = re.compile(r"[\\*?:/\[\]]")


def safe_cell(value: object) -> str:
    """This will write a cell that a spreadsheet shows as text: an apostrophe before what it would take for a formula."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA_SIGNS) else text


def unsafe_cell(text: str) -> str:
    """This will take away the apostrophe that `safe_cell` put before a text, so that a file that comes back says what it said."""
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text


def _csv_cell(value: object) -> str:
    # an amount below zero is a number to us and to the spreadsheet
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return safe_cell(f"{value:%d.%m.%Y}" if isinstance(value, date) else value)


def csv_text(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """This will write a table with a head as CSV: semicolons, every cell quoted, one line break a row."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def csv_response(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """This will answer with a table to save. `name`: plain letters, digits and hyphens, never anything about people or health."""
    response = HttpResponse(csv_text(columns, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook. Cells are texts, whole numbers, days or nothing."""

    name: str
    columns: Sequence[object]
    rows: Iterable[Sequence[object]]


def _excel_cell(sheet: Any, value: object, *, is_head: bool = False) -> Any:
    """A number and a day as they are; everything else as text that Excel never takes for a formula, also where somebody edits it."""
    if isinstance(value, date):
        day: Any = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        cell = WriteOnlyCell(sheet, day)
        cell.number_format = DAY_FORMAT
        return cell
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value)).replace("\r\n", "\n")[:LONGEST_CELL]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text != safe_cell(text):
        cell.quotePrefix = True
    if is_head:
        cell.font = Font(bold=True)
    elif "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _width(values: Iterable[object]) -> int:
    longest = max((max((len(line) for line in str(value).splitlines()), default=0) for value in values if value is not None), default=0)
    return min(max(longest + 2, NARROWEST), WIDEST)


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """This will write a workbook: the head row stands still, columns are as wide as what is in them, days are days."""
    book = Workbook(write_only=True)
    names: set[str] = set()
    for sheet in sheets:
        name = _NOT_IN_SHEET_NAMES.sub(" ", sheet.name)[:31]
        page: Any = book.create_sheet(name if name not in names else f"{name[:28]} {len(names) + 1}")
        names.add(name)
        rows = [list(row) for row in sheet.rows]
        page.freeze_panes = "A2"
        for number, column in enumerate(sheet.columns):
            values = (column, *(row[number] for row in rows[:500] if number < len(row)))
            page.column_dimensions[get_column_letter(number + 1)].width = _width(values)
        page.append([_excel_cell(page, column, is_head=True) for column in sheet.columns])
        for row in rows:
            page.append([_excel_cell(page, value) for value in row])
        if sheet.columns:
            page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(rows) + 1}"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def xlsx_response(name: str, sheets: Sequence[Sheet]) -> HttpResponse:
    """This will answer with a workbook to save. `name`: plain letters, digits and hyphens, never anything about people or health."""
    response = HttpResponse(xlsx_bytes(sheets), content_type=EXCEL)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response
