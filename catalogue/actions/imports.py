"""Files of courses and dates: sent in, read, looked at, saved all or nothing.

The database is the queue: `stage` says what a file waits for, the broker only wakes a worker up, and a sweep finds what a dead worker
left. Reading writes its rows at its end; saving is one transaction that holds the import's row, so that neither leaves half of anything.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, cast
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import KombuError

from catalogue import permissions
from catalogue.actions import courses as course_actions
from catalogue.actions import runs as run_actions
from catalogue.actions.search import refresh_soon
from catalogue.actions.state import note_change
from catalogue.enums import SiteMode, SiteRole
from catalogue.import_columns import guess_columns, head_key, is_explanation, likely_head
from catalogue.import_plans import FileRow, Planned, World, load_world, pack, plan, unpack
from catalogue.import_values import Plain, as_text, dates_from
from catalogue.models import Course, CourseImport, CourseImportRow, DeliverySite, ImportColumn, Run, RunKey
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import role_for
from lms_portal.audit import context as audit_context
from lms_portal.common.clock import real_now, start_of_day
from lms_portal.common.norwegian_text import slugify_norwegian
from lms_portal.common.private_files import PrivateFiles
from lms_portal.common.table_files import MOST_ROWS, SheetName, TableUnreadable, first_lines, lines_of, sheets_of, width_of
from lms_portal.common.uploads import TABLES, check_upload

logger = logging.getLogger(__name__)

LONG_IMPORT = "catalogue.long_import"
SMALL = 200  # rows that are read, or saved, while the person waits
PATIENCE = timedelta(minutes=5)  # without a sign of life from its worker, a reading is begun again
MOST_ATTEMPTS = 3
STEP = 250
BROKER_PATIENCE_SECONDS = 1
Stage = CourseImport.Stage


class UnableToImport(Exception):
    """The file cannot be taken, or saved; the first argument is the reason for the screen."""


class PreviewChanged(Exception):
    """What the file was compared with has changed since; nothing was saved, and the preview shows what it would do now."""


def _checked(reason: str | Promise | None) -> None:
    if reason:
        raise UnableToImport(reason)


def _may(by: User, centre: Unit) -> None:
    if not permissions.may_own(by, centre):
        raise UnableToImport(_("Your roles do not let you import courses for this unit."))


# The file


def start_import(*, upload: "File[bytes]", centre: Unit, by: User, now: datetime) -> CourseImport:
    """This will check and keep a file, and guess what its columns are. Raises: UnableToImport, UploadRefused, TableUnreadable."""
    _may(by, centre)
    checked = check_upload(upload, kinds=TABLES)
    source = cast("BinaryIO", upload.file)
    sheets = _described_sheets(source, checked.extension, centre)
    files = PrivateFiles()
    stored_as = files.save("table", upload)
    try:
        with transaction.atomic():
            return CourseImport.objects.create(
                centre=centre,
                created_at=now,
                started_by=by,
                file_name=checked.name,
                extension=checked.extension,
                sha256=checked.sha256,
                stored_as=stored_as,
                sheets=sheets,
                default_year=now.year,
            )
    except BaseException:
        files.delete(stored_as)
        raise


def _remembered(centre: Unit) -> dict[str, str]:
    return dict(ImportColumn.objects.filter(centre=centre).values_list("head", "column"))


def _described_sheets(source: BinaryIO, extension: str, centre: Unit) -> list[dict[str, Any]]:
    remembered = _remembered(centre)
    found = [_described(source, extension, info, centre, remembered) for info in sheets_of(source, extension)]
    if not any(sheet["heads"] for sheet in found):
        raise TableUnreadable(_("The file has no rows. Choose another file"), "empty")
    # the sheets that speak of courses or dates; where none does, the first with something on it
    known = [sheet for sheet in found if not sheet["hidden"] and not is_explanation(sheet["name"]) and _is_table(sheet["columns"])]
    chosen = known or [sheet for sheet in found if not sheet["hidden"] and sheet["heads"]][:1]
    for sheet in found:
        sheet["use"] = sheet in chosen
    return found


def _is_table(columns: Sequence[str]) -> bool:
    return len([column for column in columns if column]) > 1


def _described(  # noqa: PLR0917 - what a sheet is known by, all of it needed
    source: BinaryIO, extension: str, info: SheetName, centre: Unit, remembered: Mapping[str, str], head: int = 0
) -> dict[str, Any]:
    lines = first_lines(source, extension, info.name)
    language = centre.default_language
    texts = {line.number: [as_text(value) for value in line.values] for line in lines}
    number = head if head in texts else likely_head(texts.items(), language=language, remembered=remembered)
    heads = texts.get(number, [])[: width_of(lines)]
    heads += [""] * (width_of(lines) - len(heads))
    return {
        "name": info.name,
        "hidden": info.is_hidden,
        "head": number,
        "rows": sorted(texts),
        "heads": [text[:120] for text in heads],
        "samples": [next((text for row, cells in texts.items() if row > number and len(cells) > place and (text := cells[place][:60])), "") for place in range(len(heads))],
        "columns": guess_columns(heads, language=language, remembered=remembered),
        "use": False,
    }  # fmt: skip


def look_again(*, course_import: CourseImport, heads: Mapping[int, int], use: Iterable[int]) -> CourseImport:
    """This will take other rows as heads, by the sheet's place, and guess the columns anew. Raises: UnableToImport, TableUnreadable."""
    with _opened(course_import) as source:
        remembered = _remembered(course_import.centre)
        for place, sheet in enumerate(course_import.sheets):
            if heads.get(place, sheet["head"]) != sheet["head"]:
                info = SheetName(sheet["name"], sheet["hidden"])
                sheet.update(_described(source, course_import.extension, info, course_import.centre, remembered, heads[place]))
            sheet["use"] = place in set(use)
    course_import.save(update_fields=["sheets"])
    return course_import


def _opened(course_import: CourseImport) -> Any:
    """The kept file; as Any, because Django's File is a binary file in all but name."""
    files = PrivateFiles()
    if not course_import.stored_as or not files.exists(course_import.stored_as):
        raise UnableToImport(_("The file has been deleted. Send it again."))
    return files.open(course_import.stored_as)


# Columns chosen, rows read


@transaction.atomic
def choose_columns(
    *, course_import: CourseImport, columns: Mapping[int, Sequence[str]], year: int | None, topic: str, by: User
) -> CourseImport:
    """This will set what each column of the chosen sheets is read as, remember it for the centre, and have the rows read.

    `columns`: by the sheet's place; sheets that are not named are not read. Raises: UnableToImport.
    """
    locked = _lock(course_import, Stage.COLUMNS, Stage.PREVIEW)
    _may(by, locked.centre)
    language = locked.centre.default_language
    corrected: dict[str, str] = {}
    known = _remembered(locked.centre)
    for place, sheet in enumerate(locked.sheets):
        sheet["use"] = place in columns
        if place not in columns:
            continue
        for head, guess, column in zip(sheet["heads"], guess_columns(sheet["heads"], language=language), columns[place], strict=True):
            key = head_key(head)
            if key and (guess != column or key in known):
                corrected[key] = column
        sheet["columns"] = list(columns[place])
    ImportColumn.objects.bulk_create(
        [ImportColumn(centre=locked.centre, head=head, column=column) for head, column in sorted(corrected.items())],
        update_conflicts=True,
        unique_fields=["centre", "head"],
        update_fields=["column"],
    )
    locked.default_year, locked.default_topic = year, topic
    locked.stage, locked.asked_by, locked.work_until, locked.attempts = Stage.READING, by, None, 0
    locked.rows_read, locked.problem = 0, ""
    locked.save()
    return locked


def _lock(course_import: CourseImport, *stages: str) -> CourseImport:
    locked = CourseImport.objects.select_for_update(of=("self",)).select_related("centre", "asked_by").get(pk=course_import.pk)
    if locked.stage not in stages:
        raise UnableToImport(_("Somebody else has gone on with this file in the meantime. Look at it again."))
    return locked


def read_or_wake(*, course_import: CourseImport, now: datetime) -> None:
    """This will read a small file at once, and have a worker read a large one."""
    try:
        with _opened(course_import) as source:
            chosen = [sheet for sheet in course_import.sheets if sheet["use"]]
            count = sum(
                len(list(islice(lines_of(source, course_import.extension, sheet["name"], after=sheet["head"]), SMALL + 1)))
                for sheet in chosen
            )
    except TableUnreadable:
        count = 0  # the reading says why
    if count <= SMALL:
        read_rows(import_id=course_import.pk, now=now)
    else:
        transaction.on_commit(lambda: wake(course_import.pk))


def read_rows(*, import_id: UUID, now: datetime) -> bool:
    """This will read a file's rows and plan what they would do. Whoever else reads it now goes on alone. Returns whether it was read here."""
    begun = CourseImport.objects.filter(pk=import_id, stage=Stage.READING).exclude(work_until__gt=real_now())
    if not begun.update(work_until=real_now() + PATIENCE, attempts=_one_more(import_id), rows_read=0):
        return False
    course_import = CourseImport.objects.select_related("centre", "asked_by").get(pk=import_id)
    if course_import.attempts > MOST_ATTEMPTS:
        return _back(course_import, Stage.COLUMNS, "worker")
    try:
        with _opened(course_import) as source:
            rows = _file_rows(course_import, source)
    except TableUnreadable as error:
        return _back(course_import, Stage.COLUMNS, error.code)
    except UnableToImport:
        return _back(course_import, Stage.COLUMNS, "gone")
    planned = _plan(course_import, rows, by=cast("User", course_import.asked_by))
    with transaction.atomic():
        locked = CourseImport.objects.select_for_update().get(pk=import_id)
        if locked.stage != Stage.READING:
            return False
        _keep_preview(locked, planned)
    return True


def _one_more(import_id: UUID) -> int:
    return CourseImport.objects.values_list("attempts", flat=True).get(pk=import_id) + 1


def _back(course_import: CourseImport, stage: str, problem: str) -> bool:
    CourseImport.objects.filter(pk=course_import.pk, stage__in=[Stage.READING, Stage.APPLYING]).update(
        stage=stage, problem=problem[:20], work_until=None, attempts=0
    )
    return False


def _file_rows(course_import: CourseImport, source: Any) -> list[FileRow]:
    out = set(course_import.rows.filter(left_out=True).values_list("sheet", "number"))
    rows: list[FileRow] = []
    for place, sheet in enumerate(course_import.sheets):
        if not sheet["use"]:
            continue
        named = [(number, column) for number, column in enumerate(sheet["columns"]) if column]
        for line in lines_of(source, course_import.extension, sheet["name"], after=sheet["head"]):
            cells = {column: line.values[number] if number < len(line.values) else None for number, column in named}
            if all(value is None for value in cells.values()):
                continue
            rows.append(FileRow(place, line.number, cells, (place, line.number) in out))
            if len(rows) % STEP == 0:
                CourseImport.objects.filter(pk=course_import.pk).update(rows_read=len(rows), work_until=real_now() + PATIENCE)
        if len(rows) > MOST_ROWS:
            raise TableUnreadable(_("The table has more than %(most)s rows. Split it into several files") % {"most": MOST_ROWS}, "too_many")
    if not rows:
        raise TableUnreadable(_("The file has no rows. Choose another file"), "empty")
    return rows


def _plan(course_import: CourseImport, rows: Sequence[FileRow], *, by: User) -> list[Planned]:
    return plan(rows, _world(course_import, rows, by=by))


def _world(course_import: CourseImport, rows: Sequence[FileRow], *, by: User) -> World:
    used = [row for row in rows if not row.left_out]
    return load_world(used, by=by, centre=course_import.centre, year=course_import.default_year, topic=course_import.default_topic)


def _columns_of(one: Planned) -> dict[str, Any]:
    """What is kept of a plan, so that it can be shown, and compared with the plan of another moment."""
    return {
        "verb": one.verb,
        "course_verb": one.course_verb,
        "run_verb": one.run_verb,
        "course_code": one.code,
        "title": one.title[:160],
        "changes": one.changes,
        "problems": one.problems,
        "basis": one.basis,
    }


def _keep_preview(course_import: CourseImport, planned: Sequence[Planned]) -> None:
    course_import.rows.all().delete()
    CourseImportRow.objects.bulk_create(
        (
            CourseImportRow(
                course_import=course_import,
                sheet=one.row.sheet,
                number=one.row.number,
                cells={column: pack(value) for column, value in one.row.cells.items()},
                left_out=one.row.left_out,
                **_columns_of(one),
            )
            for one in planned
        ),
        batch_size=500,
    )
    course_import.stage, course_import.work_until, course_import.problem, course_import.attempts = Stage.PREVIEW, None, "", 0
    course_import.rows_read, course_import.counts = len(planned), dict(Counter(one.verb for one in planned))
    course_import.save()


def _kept_rows(course_import: CourseImport) -> list[FileRow]:
    return [
        FileRow(row.sheet, row.number, {column: unpack(value) for column, value in row.cells.items()}, row.left_out)
        for row in course_import.rows.all()
    ]


@transaction.atomic
def leave_out(*, course_import: CourseImport, shown: Iterable[UUID], out: Iterable[UUID], by: User) -> CourseImport:
    """This will leave out the ticked rows among those shown and take in the others; a row may stand on another, so all are planned anew.

    Raises: UnableToImport.
    """
    locked = _lock(course_import, Stage.PREVIEW)
    _may(by, locked.centre)
    wanted = set(out)
    locked.rows.filter(pk__in=set(shown) & wanted).update(left_out=True)
    locked.rows.filter(pk__in=set(shown) - wanted).update(left_out=False)
    return _plan_anew(locked, by=by)


@transaction.atomic
def leave_out_errors(*, course_import: CourseImport, by: User) -> CourseImport:
    """This will leave out every row that cannot be saved. Raises: UnableToImport."""
    locked = _lock(course_import, Stage.PREVIEW)
    _may(by, locked.centre)
    locked.rows.filter(verb=CourseImportRow.Verb.ERROR).update(left_out=True)
    return _plan_anew(locked, by=by)


def _plan_anew(locked: CourseImport, *, by: User) -> CourseImport:
    if locked.rows_read > SMALL:
        locked.stage, locked.asked_by, locked.work_until, locked.attempts = Stage.READING, by, None, 0
        locked.save()
        transaction.on_commit(lambda: wake(locked.pk))
    else:
        _keep_preview(locked, _plan(locked, _kept_rows(locked), by=by))
    return locked


@transaction.atomic
def discard_import(*, course_import: CourseImport, by: User) -> None:
    """This will put a file away unsaved, and delete it. Raises: UnableToImport."""
    locked = _lock(course_import, Stage.COLUMNS, Stage.READING, Stage.PREVIEW)
    _may(by, locked.centre)
    _put_away(locked)


def _put_away(locked: CourseImport) -> None:
    stored_as = locked.stored_as
    locked.rows.all().delete()
    locked.stage, locked.stored_as, locked.work_until = Stage.DISCARDED, "", None
    locked.save()
    transaction.on_commit(lambda: PrivateFiles().delete(stored_as) if stored_as else None)


# Saved


@transaction.atomic
def ask_to_apply(*, course_import: CourseImport, by: User) -> CourseImport:
    """This will have what the preview shows saved: by the caller where it is little, else by a worker. Raises: UnableToImport."""
    locked = _lock(course_import, Stage.PREVIEW)
    _may(by, locked.centre)
    if locked.counts.get("error"):
        raise UnableToImport(_("Some rows cannot be saved. Put them right in the file and send it again, or leave them out."))
    if not locked.counts.get("new") and not locked.counts.get("change"):
        raise UnableToImport(_("There is nothing to save: no row is new or changes anything."))
    locked.stage, locked.asked_by, locked.attempts, locked.problem = Stage.APPLYING, by, 0, ""
    locked.save()
    return locked


def is_small(course_import: CourseImport) -> bool:
    """This will say whether an import is saved while the person waits."""
    return bool(
        course_import.counts.get("new", 0) + course_import.counts.get("change", 0) <= SMALL // 4 and course_import.rows_read <= SMALL
    )


@dataclass
class _Refused(Exception):
    """A row that an action refused, whatever the plan said. All is undone before it is noted."""

    row: FileRow
    reason: str


class _Differs(Exception):
    """The plan is another than the one that was looked at."""

    def __init__(self, planned: list[Planned]) -> None:
        super().__init__("differs")
        self.planned = planned


def apply_import(*, import_id: UUID, now: datetime) -> bool:
    """This will save everything that the preview showed, or nothing. Whoever else saves it now goes on alone.

    Returns whether it is saved. Raises: PreviewChanged where something has changed since, or a row was refused: the preview says so.
    """
    waiting = CourseImport.objects.filter(pk=import_id, stage=Stage.APPLYING)
    try:
        with transaction.atomic():
            locked = waiting.select_for_update(of=("self",), skip_locked=True).select_related("centre", "asked_by").first()
            if locked is None:
                return False
            by = cast("User", locked.asked_by)
            role = role_for(by, Permission.EDIT_COURSE, locked.centre)
            with audit_context.for_purpose("import_courses", role=role, unit_id=locked.centre_id):
                _apply(locked, by=by, now=now)
    except _Differs as changed:
        with transaction.atomic():
            locked = CourseImport.objects.select_for_update().get(pk=import_id)
            _keep_preview(locked, changed.planned)
            CourseImport.objects.filter(pk=import_id).update(problem="changed")
        raise PreviewChanged from None
    except _Refused as refused:
        with transaction.atomic():
            locked = CourseImport.objects.select_for_update().get(pk=import_id)
            _note_refusal(locked, refused)
        raise PreviewChanged from None
    return True


def _note_refusal(locked: CourseImport, refused: _Refused) -> None:
    row = locked.rows.get(sheet=refused.row.sheet, number=refused.row.number)
    row.verb, row.problems = CourseImportRow.Verb.ERROR, [["", "refused", {"reason": refused.reason}]]
    row.save(update_fields=["verb", "problems"])
    verbs = Counter(locked.rows.values_list("verb", flat=True))
    locked.stage, locked.counts, locked.problem = Stage.PREVIEW, dict(verbs), "refused"
    locked.save()


def _apply(locked: CourseImport, *, by: User, now: datetime) -> None:
    _may(by, locked.centre)
    rows = _kept_rows(locked)
    world = _world(locked, rows, by=by)
    planned = plan(rows, world)
    kept = {(row.sheet, row.number): row for row in locked.rows.all()}
    for one in planned:
        before = kept[one.row.place]
        if any(getattr(before, name) != value for name, value in _columns_of(one).items()):
            raise _Differs(planned)
    courses = {code: state.course for code, state in world.courses.items()}
    touched: set[UUID] = set()
    for one in planned:
        if one.row.left_out:
            continue
        row = kept[one.row.place]
        try:
            _save_course(one, courses, world, by=by, now=now)
            row.course = courses[one.code]
            row.run = _save_run(one, courses[one.code], world, by=by, now=now)
        except (course_actions.UnableToEditCourse, run_actions.UnableToChangeRun) as error:
            raise _Refused(one.row, str(error)) from error
        except (course_actions.EditedMeanwhile, run_actions.RunEditedMeanwhile) as error:
            raise _Differs(planned) from error
        if one.run_verb in ("new", "change") and courses[one.code].is_public:
            touched.add(courses[one.code].pk)
    CourseImportRow.objects.bulk_update(kept.values(), ["course", "run"], batch_size=500)
    if touched:
        refresh_soon(courses=touched, now=now)
        note_change(courses=touched, now=now)
    done = Counter(
        f"{verb}_{name}" for one in planned if not one.row.left_out for name in ("course", "run") if (verb := getattr(one, f"{name}_verb"))
    )
    locked.counts = locked.counts | dict(done)
    locked.stage, locked.applied_at, locked.applied_by, locked.problem = Stage.APPLIED, now, by, ""
    locked.save()


def _course_columns(values: Mapping[str, Plain], world: World) -> dict[str, Any]:
    columns = dict(values)
    if "refer_to" in columns:
        columns["refer_to"] = world.names.by_code[columns["refer_to"]] if columns["refer_to"] else None
    return columns


def _save_course(one: Planned, courses: dict[str, Course], world: World, *, by: User, now: datetime) -> None:
    if one.course_verb == "new":
        title = one.course_values.get("title_nn") or one.course_values.get("title_nb") or ""
        courses[one.code] = course_actions.create_course(
            owner=world.names.by_code[one.owner],
            code=one.code,
            slug=slugify_norwegian(f"{title} {one.code}"),
            values=_course_columns(one.course_values, world),
            now=now,
            by=by,
        )
    elif one.course_verb == "change":
        course = courses[one.code]
        course_actions.save_draft(
            course=course,
            values=_course_columns(one.course_values, world),
            seen_edit_version=course_actions.text_edited(course).edit_version,
            by=by,
            now=now,
        )


def _run_fields(one: Planned, world: World) -> dict[str, Any]:
    """A run's columns: what the row says, and what stands for everything else."""
    run, values = one.run.run if one.run else None, one.run_values
    fields: dict[str, Any] = {name: getattr(run, name) for name in run_actions.RUN_COLUMNS} if run else {}
    for name in ("day_count", "minimum", "note_nb", "note_nn"):
        if name in values:
            fields[name] = values[name]
    if "run_sign_up" in values:
        fields["sign_up"] = values["run_sign_up"]
    if "run_refer_to" in values:
        fields["refer_to"] = world.names.by_code[values["run_refer_to"]] if values["run_refer_to"] else None
    days = {
        name: date.fromisoformat(values[name]) if values[name] else None
        for name in ("opens_on", "closes_on", "decide_on")
        if name in values
    }
    if "decide_on" in days:
        fields["decide_on"] = days["decide_on"]
    if "opens_on" in days:
        fields["opens_at"] = start_of_day(day) if (day := days["opens_on"]) else None
    if "closes_on" in days:
        fields["closes_at"] = start_of_day(day + timedelta(days=1)) if (day := days["closes_on"]) else None
    return fields


def _site_fields(site: DeliverySite) -> run_actions.SiteFields:
    return run_actions.SiteFields(
        id=site.pk,
        unit=site.unit,
        role=SiteRole(site.role),
        mode=SiteMode(site.mode),
        meeting_place=site.meeting_place,
        wayfinding_nb=site.wayfinding_nb,
        wayfinding_nn=site.wayfinding_nn,
        meeting_url=site.meeting_url,
        contact=site.contact,
        places=site.places,
    )


def _sites(one: Planned, world: World) -> list[run_actions.SiteFields]:
    """A run's places: what a file does not say of one, such as the way there, stays."""
    before = one.run.sites if one.run else []
    if "sites" not in one.run_values:
        return [_site_fields(site) for site in before]
    known = {(site.unit.code, site.mode): _site_fields(site) for site in before}
    found = []
    for number, (unit, mode, room, places) in enumerate(one.run_values["sites"]):
        role = SiteRole.RECEIVER if number else SiteRole.ORIGIN
        old = known.get((unit, mode)) or run_actions.SiteFields(world.names.by_code[unit], role, SiteMode(mode))
        found.append(replace(old, role=role, meeting_place=room, places=places))
    return found


def _save_run(one: Planned, course: Course, world: World, *, by: User, now: datetime) -> Run | None:
    if not one.run_verb:
        return None
    run = one.run.run if one.run else None
    if one.run_verb == "new":
        dates = dates_from(one.run_values["when"])
        fields = _run_fields(one, world)
        run = run_actions.create_run(course=course, dates=dates, fields=fields, sites=_sites(one, world), by=by, now=now, renew=False)
    elif one.run_verb == "change" and one.run:
        run = run_actions.save_run(
            run=one.run.run,
            dates=dates_from(one.run_values.get("when") or one.run.values["when"]),
            fields=_run_fields(one, world),
            sites=_sites(one, world),
            seen_edit_version=one.run.run.edit_version,
            by=by,
            now=now,
            renew=False,
        )
    if run is not None and one.key and not (one.run and one.run.key == one.key):
        RunKey.objects.update_or_create(course=course, key=one.key, defaults={"run": run})
    return run


# The worker and the sweep


def wake(import_id: UUID) -> None:
    """This will ask a worker to go on with a file. A broker that is down costs a second; the sweep asks again."""
    options = {"socket_connect_timeout": BROKER_PATIENCE_SECONDS, "socket_timeout": BROKER_PATIENCE_SECONDS}
    transport_options = {**current_app.conf.broker_transport_options, **options}
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_PATIENCE_SECONDS, transport_options=transport_options) as line:
            current_app.send_task(LONG_IMPORT, kwargs={"import_id": str(import_id)}, connection=line, retry=False, queue="long")
    except (KombuError, OSError) as error:
        logger.warning("the broker could not be told of an import: %s", type(error).__name__)


def go_on(*, import_id: UUID, now: datetime) -> None:
    """This will read or save a file, whichever it waits for; one that has failed too often goes back to the person."""
    course_import = CourseImport.objects.select_related("asked_by").filter(pk=import_id).first()
    if course_import is None or not course_import.is_working:
        return
    acting = audit_context.Acting(actor_id=str(course_import.asked_by_id), purpose="import_courses", portal_at=now.isoformat())
    with audit_context.acting_as(acting):
        if course_import.stage == Stage.READING:
            read_rows(import_id=import_id, now=now)
            return
        CourseImport.objects.filter(pk=import_id, stage=Stage.APPLYING).update(attempts=course_import.attempts + 1)
        if course_import.attempts >= MOST_ATTEMPTS:
            _back(course_import, Stage.PREVIEW, "worker")
            return
        try:
            apply_import(import_id=import_id, now=now)
        except PreviewChanged:
            return
        except UnableToImport:
            _back(course_import, Stage.PREVIEW, "rights")


def wake_waiting(*, now: datetime) -> int:
    """This will ask for workers for the files that nobody reads or saves now. `now` is portal time; leases are real. Returns how many."""
    with transaction.atomic():
        waiting = CourseImport.objects.select_for_update(skip_locked=True).filter(stage__in=[Stage.READING, Stage.APPLYING])
        # a row that can be locked is not being saved; a reading has said when it was last alive
        idle = list(waiting.exclude(stage=Stage.READING, work_until__gt=real_now()).values_list("pk", flat=True)[:50])
    for import_id in idle:
        wake(import_id)
    return len(idle)


@transaction.atomic
def forget_old_imports(*, now: datetime, limit: int = 50) -> int:
    """This will delete files that have been kept long enough, with the copies of their cells; unfinished ones are put away. Returns how many.

    What an import made, and that it was made, stays. Source: IMPORT_FILE_DAYS.
    """
    before = now - timedelta(days=settings.IMPORT_FILE_DAYS)
    old = CourseImport.objects.select_for_update(skip_locked=True).filter(created_at__lt=before).exclude(stored_as="")
    found = list(old.exclude(stage=Stage.APPLYING)[:limit])
    for locked in found:
        if locked.stage != Stage.APPLIED:
            _put_away(locked)
            continue
        stored_as, locked.stored_as = locked.stored_as, ""
        locked.save(update_fields=["stored_as"])
        locked.rows.update(cells={}, changes=[])
        transaction.on_commit(lambda name=stored_as: PrivateFiles().delete(name))  # type: ignore[misc]  # mypy cannot type the default
    return len(found)
