"""Tables as an Excel file: one sheet each, numbers as numbers, and no cell that a spreadsheet would run as a formula."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lms_portal.common.spreadsheets import safe_cell

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 31  # Excel refuses longer names of sheets, and some signs in them
WIDEST_COLUMN = 48


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with its head."""

    name: str
    columns: Sequence[object]
    rows: Sequence[Sequence[object]]


def _cell(value: object) -> int | float | str:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else safe_cell(value)


def excel_file(sheets: Iterable[Sheet]) -> bytes:
    """This will write the tables as one workbook, the heads in bold and in view while one scrolls."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", sheet.name)[:LONGEST_NAME])
        page.append([safe_cell(column) for column in sheet.columns])
        for row in sheet.rows:
            page.append([_cell(cell) for cell in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for number, column in enumerate(sheet.columns, start=1):
            widest = max(len(str(column)), *(len(str(row[number - 1])) for row in sheet.rows), 8) if sheet.rows else len(str(column))
            page.column_dimensions[get_column_letter(number)].width = min(widest + 2, WIDEST_COLUMN)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def excel_response(name: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """This will answer with a workbook to save. `name`: plain letters, digits and hyphens, never anything about people or health."""
    response = HttpResponse(excel_file(sheets), content_type=EXCEL)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response
