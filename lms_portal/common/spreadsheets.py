"""Tables for spreadsheets, as CSV that Norwegian Excel opens as it is, and that runs no formula whoever wrote the cells.

Source: CWE-1236; what people type may begin with a sign that a spreadsheet takes for a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes the letters æ, ø and å apart


def safe_cell(value: object) -> str:
    """This will write a cell that a spreadsheet shows as text: an apostrophe before what it would take for a formula."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA_SIGNS) else text


def csv_text(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """This will write a table with a head as CSV: semicolons, every cell quoted, one line break a row."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def csv_response(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """This will answer with a table to save. `name`: plain letters, digits and hyphens, never anything about people or health."""
    response = HttpResponse(csv_text(columns, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
