"""Courses and dates out of the portal and in again: nothing changes by itself, everything is seen first, and it is all or nothing."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook, load_workbook

from catalogue import tasks
from catalogue.actions import imports as actions
from catalogue.actions.courses import save_draft, text_edited
from catalogue.actions.runs import move_run, set_dates
from catalogue.enums import Frequency, ScheduleKind, TermSeason
from catalogue.models import Course, CourseImport, ImportColumn, Run, RunKey
from catalogue.schedule import Dates, Meeting
from catalogue.wording import label_of
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import LMS_ADVISER
from lms_portal.common.clock import real_now, start_of_day
from lms_portal.common.private_files import PrivateFiles
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_draft_course, make_run, make_site
from tests.integration.catalogue import test_rosters
from tests.integration.pages import addresses_of, cells_of, texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course

DATES = (
    Dates.on(date(2027, 3, 3), date(2027, 3, 10), starts=time(9), ends=time(15)),
    Dates(ScheduleKind.SESSIONS, meetings=(Meeting(date(2027, 4, 1)), Meeting(date(2027, 4, 2), time(9)))),
    Dates(ScheduleKind.MONTHS, months=(date(2027, 9, 1), date(2027, 11, 1))),
    Dates(ScheduleKind.TERM, season=TermSeason.AUTUMN, year=2027),
    Dates(ScheduleKind.RECURRING, frequency=Frequency.MONTHLY, weekday=1, from_on=date(2027, 1, 5)),
    Dates(ScheduleKind.CONTINUOUS),
    Dates(ScheduleKind.TO_BE_ANNOUNCED),
)


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, and requests come at the moment of the test."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


@pytest.fixture
def centre(adviser: User) -> Unit:
    return adviser.memberships.get().unit


def workbook(*sheets: tuple[str, Any]) -> bytes:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]  # a new workbook has a sheet
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def send(page: Client, centre: Unit, content: bytes, name: str = "kurs.xlsx") -> Any:
    return page.post(reverse("catalogue:imports"), {"centre": str(centre.pk), "file": SimpleUploadedFile(name, content)})


def latest() -> CourseImport:
    return CourseImport.objects.order_by("-id")[0]


def answers(found: CourseImport, **changed: Any) -> dict[str, Any]:
    """What the form of the columns sends when nobody changes what is guessed."""
    sent: dict[str, Any] = {"year": found.default_year or "", "topic": found.default_topic, "do": "preview"}
    for place, sheet in enumerate(found.sheets):
        sent |= {f"head_{place}": sheet["head"]} | ({f"use_{place}": "on"} if sheet["use"] else {})
        sent |= {f"column_{place}_{number}": column for number, column in enumerate(sheet["columns"])}
    return sent | changed


def read(page: Client, centre: Unit, content: bytes, name: str = "kurs.xlsx", **changed: Any) -> CourseImport:
    """Sends a file and goes on to the preview with the guessed columns."""
    answer = send(page, centre, content, name)
    assert answer.status_code == 302, texts_of(answer, "p")
    found = latest()
    answer = page.post(reverse("catalogue:import_columns", args=[found.pk]), answers(found, **changed))
    assert answer.status_code == 302, texts_of(answer, "a")
    found.refresh_from_db()
    return found


def press(page: Client, found: CourseImport, do: str, **more: Any) -> Any:
    answer = page.post(reverse("catalogue:import_one", args=[found.pk]), {"do": do, **more})
    found.refresh_from_db()
    return answer


def problems_of(found: CourseImport) -> list[tuple[int, str, str]]:
    return [(row.number, column, code) for row in found.rows.all() for column, code, _params in row.problems]


def exported(page: Client, **wanted: str) -> Any:
    return page.get(reverse("catalogue:export_file"), wanted)


# Out, and in again


@pytest.fixture
def full(course: Course, centre: Unit, adviser: User, now: datetime) -> Course:
    for number, dates in enumerate(DATES):
        run = make_run(course, dates, note_nn="=1+1", minimum=4 + number, opens_at=start_of_day(date(2026, 12, 1)))
        make_site(
            run, make_clinic(name_nb=f"Sykehus {number}", name_nn=f"Sjukehus {number}"), role="receiver", meeting_place="Rom 1", places=None
        )
    values = {"summary_nn": "+47 er ikkje ein formel\nLinje to", "learn_nb": "Ein\nTo", "diagnoses": ["ICD-10 E11", "ICPC-2 T90"]}
    save_draft(course=course, values=values, seen_edit_version=0, by=adviser, now=now)
    make_draft_course(course.owner, code="VOLDA-2", sign_up="self", audiences=["patients", "next_of_kin"], places=10)
    return course


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_exported_workbook_comes_back_without_changes(page: Client, centre: Unit, full: Course, language: str) -> None:
    with translation.override(language):
        content = exported(page).content
    found = read(page, centre, content)
    assert problems_of(found) == []
    assert [(row.verb, row.changes) for row in found.rows.all() if row.verb != "same"] == []
    assert (found.stage, found.counts) == ("preview", {"same": 9})
    assert "Det er ingenting å lagre" in page.get(reverse("catalogue:import_one", args=[found.pk])).content.decode()


@pytest.mark.parametrize("kind", ["courses", "runs"])
def test_exported_csv_comes_back_without_changes(page: Client, centre: Unit, full: Course, kind: str) -> None:
    answer = exported(page, format=kind)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    found = read(page, centre, answer.content, "kurs.csv")
    assert (problems_of(found), set(found.counts)) == ([], {"same"})


def test_export_has_days_numbers_and_no_formulas(page: Client, full: Course) -> None:
    book = load_workbook(io.BytesIO(exported(page).content))
    assert book.sheetnames == ["Kurs", "Kursdatoer", "Forklaring"]
    runs = book["Kursdatoer"]
    heads = [cell.value for cell in runs[1]]
    row = [cell for cell in runs.iter_rows(min_row=2) if cell[heads.index("Datoer")].value == "03.03.2027, 10.03.2027 kl. 9.00–15.00"][0]  # noqa: RUF015 - a list says more when it is empty
    assert row[heads.index("Første dag")].value == datetime(2027, 3, 3)  # noqa: DTZ001 - what openpyxl reads
    assert row[heads.index("Færrest deltakere")].value == 4
    note = row[heads.index("Merknad på siden, nynorsk")]
    assert (note.value, note.data_type, note.quotePrefix) == ("=1+1", "s", True)
    assert runs.freeze_panes == "A2"
    assert (runs.column_dimensions["B"].width or 0) > 9
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)


def test_export_is_narrowed_by_centre_season_and_state(page: Client, full: Course, now: datetime) -> None:
    other = make_course(make_clinic(), code="ANNAN-1")
    make_run(other)
    rows = list(csv.reader(io.StringIO(exported(page, format="runs").content.decode("utf-8-sig")), delimiter=";"))
    assert {row[0] for row in rows[1:]} == {"VOLDA-1"}
    autumn = exported(page, format="runs", season=str(2027 * 2 + 1)).content.decode("utf-8-sig")
    assert len(autumn.splitlines()) == 1 + 5  # months, term, repeated, continuous, to come
    assert len(exported(page, format="courses", state="draft").content.decode("utf-8-sig").splitlines()) == 2
    assert exported(page, season="99999").status_code == 302


def test_template_shows_own_courses(page: Client, full: Course) -> None:
    book = load_workbook(io.BytesIO(page.get(reverse("catalogue:import_template")).content))
    assert book["Kurs"]["A2"].value == "VOLDA-1"
    assert book["Forklaring"]["C2"].value


# A change, seen and saved


def sheet_of(content: bytes, number: int) -> tuple[Workbook, Any, list[Any]]:
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[number]
    return book, sheet, [cell.value for cell in sheet[1]]


def test_change_is_shown_old_to_new_and_becomes_a_draft(page: Client, centre: Unit, course: Course) -> None:
    book, sheet, heads = sheet_of(exported(page).content, 0)
    sheet.cell(2, heads.index("Tittel, nynorsk") + 1).value = "Ny tittel"
    before = text_edited(course).title_nn
    found = read(page, centre, saved(book))
    assert [row.changes for row in found.rows.all()] == [[["title_nn", before, "Ny tittel"]]]
    shown = page.get(reverse("catalogue:import_one", args=[found.pk])).content.decode()
    assert f"{before}</del>" in shown
    press(page, found, "apply")
    course.refresh_from_db()
    assert (found.stage, course.status) == ("applied", "changed")
    assert course.draft_version is not None
    assert course.public_version is not None
    assert (course.draft_version.title_nn, course.public_version.title_nn) == ("Ny tittel", before)
    assert reverse("catalogue:course_desk", args=["VOLDA-1"]) in addresses_of(page.get(reverse("catalogue:import_one", args=[found.pk])))
    assert read(page, centre, saved(book)).counts == {"same": 1}


def test_changed_run_keeps_what_the_file_does_not_say(page: Client, centre: Unit, course: Course) -> None:
    run = make_run(course, places=12, meeting_place="Rom 1")
    site = run.sites.get()
    type(site).objects.filter(pk=site.pk).update(wayfinding_nn="Opp trappa", meeting_url="https://video.example/1")
    book, sheet, heads = sheet_of(exported(page).content, 1)
    sheet.cell(2, heads.index("Datoer") + 1).value = "5. og 6. mai 2027"
    sheet.cell(2, heads.index("Første dag") + 1).value = None
    sheet.cell(2, heads.index("Sted 1, antall plasser") + 1).value = 8
    found = read(page, centre, saved(book))
    assert problems_of(found) == []
    press(page, found, "apply")
    run.refresh_from_db()
    site.refresh_from_db()
    assert (label_of(run, "nn"), run.status) == ("5.–6. mai 2027", "open")
    assert (site.places, site.meeting_place, site.wayfinding_nn, site.meeting_url) == (8, "Rom 1", "Opp trappa", "https://video.example/1")


NEW: list[list[Any]] = [
    ["Kode", "Tittel, nynorsk", "Tema", "Påmelding", "Målgruppe", "Dato", "Klokkeslett", "Stad", "Plassar"],
    ["volda-ny", "Leve med diabetes", "Diabetes og hormonar", "Eigenpåmelding", "pasientar", "26.10 og 2.11.2027", "9-15", None, 12],
    ["VOLDA-NY", None, None, None, None, "haust 2028", None, None, None],
]


def test_new_course_and_dates_of_a_strange_file(page: Client, centre: Unit, course: Course) -> None:
    rows: list[list[Any]] = [list(row) for row in NEW]
    rows[1][3] = "Meld deg på sjølv"
    rows[1][7] = rows[2][7] = course.owner.name_nn
    found = read(page, centre, workbook(("Ark1", rows)))
    assert problems_of(found) == [], page.get(reverse("catalogue:import_one", args=[found.pk])).content.decode()
    assert found.counts == {"new": 2}
    assert press(page, found, "apply").status_code == 302
    made = Course.objects.get(code="VOLDA-NY")
    runs = list(made.runs.order_by("sort_key"))
    assert (made.status, made.owner, made.draft_version and made.draft_version.sign_up) == ("draft", centre, "self")
    assert [(label_of(run, "nn"), run.status, run.sites.count()) for run in runs] == [
        ("26. oktober og 2. november 2027", "planned", 1),
        ("Haust 2028", "planned", 1),
    ]
    assert runs[0].sessions.all()[0].starts_at_clock == time(9)
    assert (runs[0].sites.get().unit, runs[0].sites.get().places) == (course.owner, 12)
    again = read(page, centre, workbook(("Ark1", rows)))
    assert again.counts == {"same": 2}
    assert {name: found.counts[name] for name in ("new_course", "new_run")} == {"new_course": 1, "new_run": 2}


def test_own_keys_find_the_run_again_with_new_dates(page: Client, centre: Unit, course: Course) -> None:
    rows = [["Kode", "Kursnummer", "Dato"], ["VOLDA-1", "H27-1", "haust 2027"]]
    press(page, read(page, centre, workbook(("A", rows))), "apply")
    rows[1][2] = "26.10.2027"
    found = read(page, centre, workbook(("A", rows)))
    assert found.counts == {"change": 1}
    press(page, found, "apply")
    assert label_of(Run.objects.get(), "nb") == "26. oktober 2027"
    assert RunKey.objects.get().key == "H27-1"


def test_without_codes_the_title_finds_the_course_or_makes_one(page: Client, centre: Unit, course: Course) -> None:
    title = text_edited(course).title_nb
    rows = [
        ["Kursnavn", "Dato", "Tema"],
        [title, "haust 2027", None],
        ["Sorg og tap", "vår 2028", "lung"],
        ["Sorg og tap", "haust 2028", None],
    ]
    found = read(page, centre, workbook(("A", rows)))
    assert [(row.course_code, row.verb) for row in found.rows.all()] == [("VOLDA-1", "new"), ("SORG-OG-TAP", "new"), ("SORG-OG-TAP", "new")]
    press(page, found, "apply")
    assert Course.objects.get(code="SORG-OG-TAP").runs.count() == 2
    assert read(page, centre, workbook(("A", rows))).counts == {"same": 3}


# Errors by row and column


def test_every_error_is_named_with_what_to_do_and_nothing_is_saved(page: Client, centre: Unit, course: Course) -> None:
    course.owner.name_nb = course.owner.name_nn = "Medisinsk poliklinikk Volda"
    course.owner.save()
    foreign = make_course(make_clinic(), code="ANNAN-1")
    rows = [
        ["Kode", "Tittel, bokmål", "Tema", "Poliklinikk", "Dato", "Plasser", "Målgruppe"],
        ["VOLDA-1", None, None, "Medisinsk poliklinik i Volda by", "29. februar 2027", "mange", "folk"],
        [foreign.code, "Mitt", "lung", None, None, None, None],
        ["x", "Tittel", "lung", None, None, None, None],
        ["NY-1", "Ny", None, None, "en gang", None, None],
        ["NY-2", None, None, None, "haust 2027", None, None],
        [None, None, None, None, "haust 2027", None, None],
        ["VOLDA-1", None, None, None, "haust 2027", None, None],
        ["VOLDA-1", None, None, None, "Høst 2027", None, None],
        ["VOLDA-1", None, "#REF!", None, None, None, None],
    ]
    found = read(page, centre, workbook(("A", rows)))
    assert problems_of(found) == [
        (2, "refer_to", "unit_unknown"),
        (2, "when", "no_such_day"),
        (2, "site1_places", "number"),
        (2, "audiences", "choice"),
        (3, "code", "code_elsewhere"),
        (4, "code", "code"),
        (5, "when", "dates"),
        (5, "topic", "no_topic"),
        (6, "code", "no_such_course"),
        (7, "code", "no_course"),
        (9, "when", "double"),
        (10, "topic", "excel_error"),
    ]
    text = page.get(reverse("catalogue:import_one", args=[found.pk]) + "?show=error").content.decode()
    assert "Medisinsk poliklinikk" in text
    assert "Det finnes ingen dag" in text
    runs, units = Run.objects.count(), Unit.objects.count()
    press(page, found, "apply")
    assert (found.stage, Run.objects.count(), Unit.objects.count()) == ("preview", runs, units)
    press(page, found, "errors")
    assert found.counts == {"out": 8, "new": 1}
    press(page, found, "apply")
    assert (found.stage, Run.objects.count()) == ("applied", runs + 1)


def test_rows_are_left_out_and_taken_in_again(page: Client, centre: Unit, course: Course) -> None:
    rows = [["Kode", "Dato"], ["VOLDA-1", "haust 2027"], ["VOLDA-1", "Høst 2027"]]
    found = read(page, centre, workbook(("A", rows)))
    first, second = (row.pk for row in found.rows.all())
    press(page, found, "leave", shown=[str(first), str(second)], out=[str(second)])
    assert found.counts == {"new": 1, "out": 1}
    first, second = (row.pk for row in found.rows.all())
    press(page, found, "leave", shown=[str(first), str(second), "x"], out=[])
    assert found.counts == {"new": 1, "error": 1}


def test_people_with_places_are_never_lost(page: Client, centre: Unit, course: Course, now: datetime) -> None:
    run = make_run(course, places=5)
    test_rosters.give(run, now, "Kari Prøve")
    book, sheet, heads = sheet_of(exported(page).content, 1)
    sheet.cell(2, heads.index("Sted 1, antall plasser") + 1).value = 0
    assert problems_of(read(page, centre, saved(book))) == [(2, "site1_places", "places_taken")]
    sheet.cell(2, heads.index("Sted 1, sykehus eller enhet") + 1).value = make_clinic(name_nb="Annet sted").name_nb
    assert (2, "site1_unit", "site_taken") in problems_of(read(page, centre, saved(book)))


def test_course_in_review_and_held_dates_are_refused(page: Client, centre: Unit, course: Course) -> None:
    run = make_run(course)
    Run.objects.filter(pk=run.pk).update(last_possible_on=date(2027, 3, 4))
    book, sheet, heads = sheet_of(exported(page).content, 1)
    sheet.cell(2, heads.index("Antall dager") + 1).value = 9
    move_run(run=run, verb="cancel", by=User.objects.get(), now=start_of_day(date(2026, 11, 1)), reason="x")
    assert [problem[2] for problem in problems_of(read(page, centre, saved(book)))] == ["refused"]


# What the file was compared with changes meanwhile


def test_preview_is_shown_anew_where_something_has_changed(
    page: Client, centre: Unit, course: Course, adviser: User, now: datetime
) -> None:
    rows = [["Kode", "Tittel, bokmål", "Dato"], ["VOLDA-1", "Fra fila", "haust 2027"]]
    found = read(page, centre, workbook(("A", rows)))
    save_draft(course=course, values={"summary_nb": "Skrevet imens"}, seen_edit_version=0, by=adviser, now=now)
    press(page, found, "apply")
    assert (found.stage, found.problem, Run.objects.count()) == ("preview", "changed", 0)
    assert "Noe er endret" in page.get(reverse("catalogue:import_one", args=[found.pk])).content.decode()
    press(page, found, "apply")
    course.refresh_from_db()
    assert course.draft_version is not None
    assert (found.stage, course.draft_version.title_nb, course.draft_version.summary_nb) == ("applied", "Fra fila", "Skrevet imens")


def test_same_button_pressed_twice_saves_once(page: Client, centre: Unit, course: Course) -> None:
    found = read(page, centre, workbook(("A", [["Kode", "Dato"], ["VOLDA-1", "haust 2027"]])))
    press(page, found, "apply")
    press(page, found, "apply")
    assert Run.objects.count() == 1


def test_a_refusal_while_saving_undoes_everything(page: Client, centre: Unit, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["Kode", "Tittel, bokmål", "Tema", "Dato"], ["NY-1", "Ny", "lung", "haust 2027"], ["VOLDA-1", None, None, "haust 2028"]]
    found = read(page, centre, workbook(("A", rows)))
    make_course(make_clinic(), code="X-1", title_nb="Ny").__class__.objects.filter(code="X-1").update(slug="ny-ny-1")
    press(page, found, "apply")
    assert (found.stage, found.problem, Course.objects.filter(code="NY-1").exists(), Run.objects.count()) == (
        "preview",
        "refused",
        False,
        0,
    )
    assert problems_of(found) == [(2, "", "refused")]


# Files of every kind


def test_windows_1252_csv_from_norwegian_excel(page: Client, centre: Unit, course: Course) -> None:
    content = "Kode;Tittel, nynorsk;Dato\r\nVOLDA-1;Læring på øya;haust 2027\r\n".encode("cp1252")
    found = read(page, centre, content, "kurs.csv")
    assert found.rows.get().changes[0] == ["title_nn", text_edited(course).title_nn, "Læring på øya"]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_with_any_separator_and_encoding(page: Client, centre: Unit, course: Course, separator: str, encoding: str) -> None:
    text = separator.join(["Kode", "Dato", "Plassar"]) + "\n\n" + separator.join(["VOLDA-1", '"26.10.2027, 2.11.2027"', "7"]) + "\n"
    found = read(page, centre, text.encode(encoding), "kurs.csv")
    assert found.counts == {"new": 1}
    assert found.rows.get().number == 3


def test_merged_cells_hidden_sheets_empty_rows_and_too_many_columns(page: Client, centre: Unit, course: Course) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Haustens kurs"])
    sheet.append(["Kode", "Dato", "Dato", None, *[f"X{number}" for number in range(30)]])
    sheet.append(["VOLDA-1", datetime(2027, 10, 26), "anna", None, *range(30)])  # noqa: DTZ001 - as Excel has it
    sheet.append([None, "2.11.2027"])
    sheet.append([])
    sheet.append(["VOLDA-1", "3.11.2027"])
    sheet.merge_cells("A3:A4")
    hidden = book.create_sheet("Løynd")
    hidden.append(["Kode", "Dato"])
    hidden.append(["VOLDA-1", "4.11.2027"])
    hidden.sheet_state = "hidden"
    found = read(page, centre, saved(book))
    assert [(row.number, row.verb) for row in found.rows.all()] == [(3, "new"), (4, "new"), (6, "new")]
    assert (found.sheets[0]["head"], found.sheets[0]["columns"][:4]) == (2, ["code", "when", "", ""])
    assert "skjult ark" in page.get(reverse("catalogue:import_columns", args=[found.pk])).content.decode()


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("kurs.xlsx", encrypted(), "passord"),
        ("kurs.xlsx", b"PK\x03\x04 noe", "skadet"),
        ("kurs.xlsm", b"x", "xlsx, csv"),
        ("kurs.csv", b"PK\x03\x04", "passer ikke"),
        ("kurs.csv", b"\x81\x8d", "CSV UTF-8"),
        ("kurs.csv", b"\n\n", "ingen rader"),
        ("kurs.csv", b"", "tom"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_what_to_do(page: Client, centre: Unit, name: str, content: bytes, said: str) -> None:
    answer = send(page, centre, content, name)
    assert said in " ".join(texts_of(answer, "p") + texts_of(answer, "a"))
    assert CourseImport.objects.count() == 0
    assert not [path for path in PrivateFiles().home.glob("*/*") if path.stat().st_size == len(content) > 0]


def test_formulas_without_results_and_too_many_rows_send_back_to_the_columns(page: Client, centre: Unit, course: Course) -> None:
    book = Workbook()
    book.active.append(["Kode", "Dato"])  # type: ignore[union-attr]  # a worksheet
    book.active.append(["VOLDA-1", "=A1"])  # type: ignore[union-attr]
    assert "formler" in " ".join(texts_of(send(page, centre, saved(book)), "p"))
    many = "Kode;Dato\n" + "VOLDA-1;haust 2027\n" * 5001
    found = read(page, centre, many.encode(), "mange.csv")
    tasks.long_import(import_id=str(found.pk))
    found.refresh_from_db()
    assert (found.stage, found.problem) == ("columns", "too_many")
    assert "5 000 rader" in page.get(reverse("catalogue:import_columns", args=[found.pk])).content.decode().replace("\u00a0", " ")


# Columns


def test_columns_are_remembered_for_the_centre(page: Client, centre: Unit, course: Course) -> None:
    rows = [["Ref", "Dato", "Rart"], ["VOLDA-1", "haust 2027", "Merk"]]
    content = workbook(("A", rows))
    read(page, centre, content, column_0_0="code", column_0_2="note_nb")
    assert set(ImportColumn.objects.values_list("head", "column")) == {("ref", "code"), ("rart", "note_nb")}
    send(page, centre, content)
    assert latest().sheets[0]["columns"] == ["code", "when", "note_nb"]


def test_two_columns_cannot_be_the_same_and_another_head_row_is_read_anew(page: Client, centre: Unit, course: Course) -> None:
    send(page, centre, workbook(("A", [["Kode", "Dato"], ["Kode", "Når"], ["VOLDA-1", "haust 2027"]])))
    found = latest()
    answer = page.post(reverse("catalogue:import_columns", args=[found.pk]), answers(found, column_0_1="code"))
    assert "leses som det samme" in answer.content.decode()
    page.post(reverse("catalogue:import_columns", args=[found.pk]), answers(found, head_0="2"))
    found.refresh_from_db()
    assert (found.stage, found.sheets[0]["head"], found.sheets[0]["heads"]) == ("columns", 2, ["Kode", "Når"])
    answer = page.post(reverse("catalogue:import_columns", args=[found.pk]), {"do": "preview", "head_0": "2"})
    assert "Kryss av for minst ett ark" in answer.content.decode()


# Who, and large files


def test_others_see_nothing(client: Client, page: Client, centre: Unit, course: Course) -> None:
    found = read(page, centre, workbook(("A", [["Kode", "Dato"], ["VOLDA-1", "haust 2027"]])))
    hospital = make_clinic().parent
    assert hospital is not None
    client.force_login(make_person("Annan Prøve", "", (LMS_ADVISER, hospital)))
    for name in ("import_one", "import_columns"):
        assert client.get(reverse(f"catalogue:{name}", args=[found.pk])).status_code == 404
        assert client.post(reverse(f"catalogue:{name}", args=[found.pk]), {"do": "apply"}).status_code == 404
    assert cells_of(client.get(reverse("catalogue:imports")), columns=1) == []
    assert send(client, centre, b"Kode;Dato\n", "a.csv").status_code == 200
    assert "VOLDA-1" not in exported(client, format="courses").content.decode()
    client.force_login(make_person("Ingen Prøve"))
    assert {client.get(reverse(f"catalogue:{name}")).status_code for name in ("imports", "export_file", "import_template")} == {403}
    client.logout()
    assert client.get(reverse("catalogue:imports")).status_code == 302


def test_a_person_may_import_for_their_own_units_alone(centre: Unit, adviser: User, now: datetime) -> None:
    with pytest.raises(actions.UnableToImport):
        actions.start_import(upload=SimpleUploadedFile("a.csv", b"Kode;Dato\nA;B"), centre=make_clinic(), by=adviser, now=now)


def large(count: int) -> bytes:
    rows = "".join(f"VOLDA-1;K{number};{1 + number % 28}.{1 + number // 28 % 12}.{2027 + number // 336}\n" for number in range(count))
    return f"Kode;Kursnummer;Dato\n{rows}".encode()


def test_large_file_is_read_and_saved_by_the_worker(page: Client, centre: Unit, course: Course, now: datetime) -> None:
    found = read(page, centre, large(260), "stor.csv")
    assert found.stage == "reading"
    answer = page.get(reverse("catalogue:import_one", args=[found.pk]))
    assert (answer["Refresh"], "leses" in answer.content.decode()) == ("3", True)
    tasks.long_import(import_id=str(found.pk))
    found.refresh_from_db()
    assert (found.stage, found.counts) == ("preview", {"new": 260})
    assert len(cells_of(page.get(reverse("catalogue:import_one", args=[found.pk])), columns=1)) == 50
    press(page, found, "apply")
    assert (found.stage, page.get(reverse("catalogue:import_one", args=[found.pk]))["Refresh"]) == ("applying", "3")
    tasks.long_import(import_id=str(found.pk))
    tasks.long_import(import_id=str(found.pk))
    found.refresh_from_db()
    assert (found.stage, Run.objects.count()) == ("applied", 260)


def test_sweep_finds_what_a_dead_worker_left(
    page: Client, centre: Unit, course: Course, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(actions, "wake", woken.append)
    found = read(page, centre, large(260), "stor.csv")
    alive = real_now() + timedelta(minutes=1)
    CourseImport.objects.filter(pk=found.pk).update(work_until=alive)
    assert (actions.wake_waiting(now=now), actions.read_rows(import_id=found.pk, now=now)) == (0, False)
    CourseImport.objects.filter(pk=found.pk).update(work_until=alive - timedelta(minutes=2))
    assert (actions.wake_waiting(now=now), woken) == (1, [found.pk])
    CourseImport.objects.filter(pk=found.pk).update(attempts=3)
    actions.go_on(import_id=found.pk, now=now)
    found.refresh_from_db()
    assert (found.stage, found.problem) == ("columns", "worker")


def test_saving_that_dies_too_often_goes_back_to_the_person(page: Client, centre: Unit, course: Course, now: datetime) -> None:
    found = read(page, centre, workbook(("A", [["Kode", "Dato"], ["VOLDA-1", "haust 2027"]])))
    actions.ask_to_apply(course_import=found, by=User.objects.get())
    CourseImport.objects.filter(pk=found.pk).update(attempts=3)
    actions.go_on(import_id=found.pk, now=now)
    found.refresh_from_db()
    assert (found.stage, found.problem, Run.objects.count()) == ("preview", "worker", 0)


def test_files_are_deleted_after_their_days(
    page: Client, centre: Unit, course: Course, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    done = read(page, centre, workbook(("A", [["Kode", "Dato"], ["VOLDA-1", "haust 2027"]])))
    press(page, done, "apply")
    left = read(page, centre, workbook(("A", [["Kode", "Dato"], ["VOLDA-1", "haust 2028"]])))
    kept = [done.stored_as, left.stored_as]
    assert all(PrivateFiles().exists(name) for name in kept)
    assert actions.forget_old_imports(now=now + timedelta(days=13)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.forget_old_imports(now=now + timedelta(days=15)) == 2
    done.refresh_from_db()
    left.refresh_from_db()
    assert not any(PrivateFiles().exists(name) for name in kept)
    assert (done.stage, done.rows.get().cells, done.rows.get().run, left.stage, left.rows.count()) == (
        "applied",
        {},
        Run.objects.get(),
        "discarded",
        0,
    )
    assert page.get(reverse("catalogue:import_one", args=[done.pk])).status_code == 200


def test_putting_away_deletes_the_file(page: Client, centre: Unit, course: Course, django_capture_on_commit_callbacks: Any) -> None:
    found = read(page, centre, workbook(("A", [["Kode", "Dato"], ["VOLDA-1", "haust 2027"]])))
    name = found.stored_as
    with django_capture_on_commit_callbacks(execute=True):
        press(page, found, "discard")
    assert (found.stage, PrivateFiles().exists(name)) == ("discarded", False)
    assert page.get(reverse("catalogue:import_one", args=[found.pk])).status_code == 404


# As many queries however many rows


def test_pages_take_as_many_queries_with_one_row_as_with_thirty(
    page: Client, centre: Unit, course: Course, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (1, 30):
        found = read(page, centre, large(number), "kurs.csv")
        with django_assert_max_num_queries(60) as asked:
            page.get(reverse("catalogue:import_one", args=[found.pk]))
        rows = len(asked)  # counted at once: the next request empties the log
        press(page, found, "apply")
        with django_assert_max_num_queries(60) as asked_export:
            exported(page)
        counts.append((rows, len(asked_export)))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(60) as one:
        page.get(reverse("catalogue:imports"))
    many = len(one)
    for number in range(8):
        read(page, centre, large(number + 2), "kurs.csv")
    with django_assert_max_num_queries(many):
        page.get(reverse("catalogue:imports"))


def test_term_of_a_unit_with_edges_of_its_own_is_no_change(page: Client, centre: Unit, course: Course) -> None:
    run = make_run(course, Dates(ScheduleKind.TERM, season=TermSeason.SPRING, year=2027))
    set_dates(run=run, dates=Dates(ScheduleKind.TERM, season=TermSeason.SPRING, year=2027))
    assert read(page, centre, exported(page).content).counts == {"same": 2}
