"""The demo's files: one from Volda that has been saved, and one with errors to put right, ready to look at."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from catalogue.actions import imports
from catalogue.models import Course, CourseImport
from lms_portal.accounts.models import Unit, User
from lms_portal.common.clock import oslo_date
from lms_portal.common.spreadsheets import Sheet, xlsx_bytes

COURSE = "IBD-VOLDA"


def _send(name: str, heads: list[str], rows: list[list[object]], *, by: User, now: datetime) -> CourseImport:
    content = xlsx_bytes([Sheet("Kurs", heads, rows)])
    centre = Unit.objects.get(code="volda")
    found = imports.start_import(upload=SimpleUploadedFile(name, content), centre=centre, by=by, now=now)
    columns = {place: sheet["columns"] for place, sheet in enumerate(found.sheets) if sheet["use"]}
    found = imports.choose_columns(course_import=found, columns=columns, year=oslo_date(now).year, topic="", by=by)
    imports.read_or_wake(course_import=found, now=now)
    return found


def load(*, now: datetime) -> None:
    """This will send in both files as the adviser in Volda, relative to the day."""
    by = User.objects.get(email__startswith="lms.volda@")
    year = oslo_date(now).year + 1
    title = Course.objects.select_related("public_version", "draft_version").get(code=COURSE).shown_version.text("title", "nn")
    heads = ["Kode", "Tittel, nynorsk", "Dato", "Klokkeslett", "Stad", "Oppmøtestad", "Plassar"]
    saved = _send(
        "vårkurs.xlsx",
        heads,
        [[COURSE, title, f"3. og 10. mars {year}", "9.00–14.00", "Volda sjukehus", "Kløvertun", 12]],
        by=by,
        now=now,
    )
    saved.refresh_from_db()
    if saved.counts.get("new"):
        imports.ask_to_apply(course_import=saved, by=by)
        imports.apply_import(import_id=saved.pk, now=now)
    _send(
        "haustkurs.xlsx",
        heads,
        [
            [COURSE, title, f"26.10 og 2.11.{year}", "9.00–14.00", "Volda sjukehus", "Kløvertun", 12],
            [COURSE, title, f"haust {year + 1}", None, "Vollda sjukehus", "Kløvertun", 12],
            [COURSE, title, f"31.11.{year}", None, "Volda sjukehus", "Kløvertun", "mange"],
        ],
        by=by,
        now=now,
    )
