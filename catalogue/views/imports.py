"""Courses and dates in and out: files for spreadsheets, and files that come back, seen row by row before anything is saved."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import course_export
from catalogue.actions import imports as actions
from catalogue.enums import ScheduleKind
from catalogue.forms import imports as forms
from catalogue.forms.rosters import season_of
from catalogue.import_values import Names, label_of_column, language_of_column, problem_in_words, value_in_words
from catalogue.models import CourseImport, CourseImportRow
from catalogue.queries import imports as queries
from catalogue.schedule import DEFAULT_EDGES, Dates, compute
from catalogue.season_import import ALIASES, Aliases
from catalogue.views.desk import crumbs, desk_tabs
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import has_permission
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.spreadsheets import csv_response, xlsx_response
from lms_portal.common.table_files import TableUnreadable
from lms_portal.common.uploads import UploadRefused

IMPORTS_A_PAGE = 10
ROWS_A_PAGE = 50
REFRESH_SECONDS = 3
EXAMPLES = 3
CONFLICT = 409
Stage = CourseImport.Stage
# what a refused workbook means to somebody who imports, where it is not what it means elsewhere
REFUSED = {
    "type": gettext_lazy(
        "The content does not fit the name’s ending. Open the file in Excel, save it as .xlsx or CSV, and choose it again"
    ),
    "scripts": gettext_lazy("The file holds macros. Save it as an ordinary workbook (.xlsx), and choose that"),
    "links": gettext_lazy("The workbook fetches values from other files. Copy it as values into a new workbook, and choose that"),
    "attached": gettext_lazy("Other files are hidden inside the workbook. Copy the cells into a new workbook, and choose that"),
    "too_big_inside": gettext_lazy("The workbook is far larger inside than it looks. Copy the rows into a new workbook, and choose that"),
    "password": gettext_lazy("The workbook is protected with a password. Save it without the password, and choose that"),
}
PROBLEMS = {
    "worker": gettext_lazy("The work stopped several times. Nothing is saved. Try again, or split the file."),
    "too_many": gettext_lazy("The file has more than 5,000 rows. Split it into several files, and send them one by one."),
    "empty": gettext_lazy("There are no rows below the heads. Choose another sheet or another row for the heads."),
    "gone": gettext_lazy("The file has been deleted. Send it again."),
    "no_results": gettext_lazy("A sheet has formulas without results. Open the file in Excel, save it, and send it again."),
    "merged": gettext_lazy("A sheet has very large merged cells. Split them, and send the file again."),
    "broken": gettext_lazy("A sheet cannot be read. Open the file in Excel, save it again, and send the new file."),
    "encoding": gettext_lazy("The letters in the file cannot be read. In Excel, choose “CSV UTF-8” when you save it."),
    "changed": gettext_lazy("Something has changed since you looked. Nothing is saved; this is what the file would do now."),
    "refused": gettext_lazy("One row was refused, so nothing is saved. It stands first below."),
    "rights": gettext_lazy("Whoever asked for it may no longer edit these courses. Nothing is saved."),
}
TABS: dict[str, Any] = {
    "error": gettext_lazy("Errors"),
    "new": gettext_lazy("New rows"),
    "change": gettext_lazy("Changes"),
    "same": gettext_lazy("No changes"),
    "out": gettext_lazy("Left out"),
}
TONES = {"error": "late", "new": "active", "change": "waiting", "same": "done", "out": "stopped"}


def importer_of(request: PortalRequest) -> User:
    """Whoever edits no course anywhere gets 403: the page exists, and its address tells nothing."""
    if not has_permission(request.user, Permission.EDIT_COURSE):
        raise PermissionDenied
    return cast("User", request.user)


def import_of(request: PortalRequest, import_id: UUID) -> CourseImport:
    """This will load an import that the person may see; 404 for every other, as for none."""
    rows = CourseImport.objects.visible_to(request.user).exclude(stage=Stage.DISCARDED)
    return get_object_or_404(rows.select_related("centre", "started_by", "applied_by"), pk=import_id)


def _names() -> Names:
    return Names(Unit.objects.all(), Aliases.load(ALIASES))


# The page of both


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: PortalRequest) -> HttpResponse:
    """A file in, a file out, and what has been sent in before."""
    user = importer_of(request)
    centres = queries.centres_of(user)
    form = forms.UploadForm(request.POST or None, request.FILES or None, centres=centres)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start_import(upload=form.cleaned_data["file"], centre=form.cleaned_data["centre"], by=user, now=request.now)
        except UploadRefused as refused:
            form.add_error("file", str(REFUSED.get(refused.code, refused.message)))
        except TableUnreadable as refused:
            form.add_error("file", str(refused.message))
        except actions.UnableToImport as refused:
            form.add_error("centre", str(refused))
        else:
            return redirect("catalogue:import_columns", import_id=made.pk)
    page = Paginator(queries.history(user), IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "export": forms.ExportForm(centres=centres, today=oslo_date(request.now), auto_id="export_%s"),
        "page": page,
        "lines": [_history_line(one) for one in page.object_list],
        "days": settings.IMPORT_FILE_DAYS,
        "tabs": desk_tabs("imports", request.user),
        "breadcrumbs": crumbs(None, _("Import and export")),
    }
    return render(request, "catalogue/imports.html", context)


def _history_line(one: CourseImport) -> dict[str, Any]:
    words, tone = forms.STAGES[one.stage]
    return {"import": one, "state": words, "tone": tone, "counts": _done_words(one) if one.stage == Stage.APPLIED else ""}


def _done_words(one: CourseImport) -> str:
    """What an import did, in one line."""
    counts = one.counts
    words = (
        ("new_course", _("new courses: %(number)s")),
        ("change_course", _("courses with a changed draft: %(number)s")),
        ("new_run", _("new dates: %(number)s")),
        ("change_run", _("changed dates: %(number)s")),
    )
    text = ", ".join(sentence % {"number": counts[name]} for name, sentence in words if counts.get(name))
    return text[:1].upper() + text[1:]


# Out


@require_safe
def export_file(request: PortalRequest) -> HttpResponse:
    """The courses and dates that the person edits, as a file that can be imported again."""
    user = importer_of(request)
    form = forms.ExportForm(request.GET, centres=queries.centres_of(user), today=oslo_date(request.now))
    if not form.is_valid():
        return redirect("catalogue:imports")
    wanted = form.cleaned_data
    first, last = _season_days(int(wanted["season"])) if wanted["season"] else (None, None)
    runs = queries.runs_to_export(first=first, last=last, status=wanted["run_state"])
    rows = queries.editable(user, wanted["centre"]).order_by("code")
    if wanted["state"]:
        rows = rows.filter(status=wanted["state"])
    if wanted["season"] or wanted["run_state"]:
        rows = rows.filter(pk__in=runs.values("course"))
    courses = list(queries.with_all_runs(rows, runs))
    name = f"{'dates' if wanted['format'] == 'runs' else 'courses'}-{oslo_date(request.now):%Y-%m-%d}"
    if wanted["format"] in ("courses", "runs"):
        sheet = (course_export.course_sheet if wanted["format"] == "courses" else course_export.run_sheet)(courses, _names())
        return csv_response(name, sheet.columns, sheet.rows)
    return xlsx_response(name, course_export.workbook(courses, _names()))


def _season_days(number: int) -> tuple[date | None, date | None]:
    season, year = season_of(number)
    found = compute(Dates(ScheduleKind.TERM, season=season, year=year, edges=DEFAULT_EDGES))
    return found.first, found.last


@require_safe
def import_template(request: PortalRequest) -> HttpResponse:
    """A workbook to fill in: the columns, an explanation of each, and some of the person's own courses as examples."""
    user = importer_of(request)
    courses = list(queries.examples(user, most=EXAMPLES))
    return xlsx_response("course-template", course_export.workbook(courses, _names()))


# In: the columns


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: PortalRequest, import_id: UUID) -> HttpResponse:
    """Which sheets are read, and what each column is."""
    user = importer_of(request)
    found = import_of(request, import_id)
    if found.stage not in (Stage.COLUMNS, Stage.PREVIEW):
        return redirect("catalogue:import_one", import_id=found.pk)
    form = forms.ColumnsForm(request.POST if request.method == "POST" else None, course_import=found)
    if request.method == "POST":
        form.is_valid()
        heads = form.heads()
        try:
            # other heads are other columns: they are shown before anything is read
            if request.POST.get("do") == "show" or any(heads[place] != sheet["head"] for place, sheet in enumerate(found.sheets)):
                use = [place for place in heads if form.cleaned_data.get(f"use_{place}")]
                actions.look_again(course_import=found, heads=heads, use=use)
                return redirect("catalogue:import_columns", import_id=found.pk)
            if form.is_valid():
                with transaction.atomic():
                    cleaned = form.cleaned_data
                    chosen = actions.choose_columns(
                        course_import=found, columns=form.chosen(), year=cleaned["year"], topic=cleaned["topic"], by=user
                    )
                actions.read_or_wake(course_import=chosen, now=request.now)
                return redirect("catalogue:import_one", import_id=found.pk)
        except (actions.UnableToImport, TableUnreadable) as refused:
            form.add_error(None, str(getattr(refused, "message", refused)))
    context = {
        "import": found,
        "form": form,
        "groups": form.groups(),
        "problem": PROBLEMS.get(found.problem, ""),
        "has_errors": bool(form.errors),
        "breadcrumbs": _way(found, _("Columns")),
    }
    return render(request, "catalogue/import_columns.html", context)


def _way(found: CourseImport, last: str = "") -> list[dict[str, str]]:
    items = [*crumbs(), {"text": _("Import and export"), "url": reverse("catalogue:imports")}]
    return [*items, {"text": last or found.file_name}]


# In: every row, before and after it is saved


@require_http_methods(["GET", "HEAD", "POST"])
def import_one(request: PortalRequest, import_id: UUID) -> HttpResponse:
    """A file on its way: read, looked at, saved."""
    user = importer_of(request)
    found = import_of(request, import_id)
    if request.method == "POST":
        return _act(request, found, user)
    if found.stage == Stage.COLUMNS:
        return redirect("catalogue:import_columns", import_id=found.pk)
    if found.is_working:
        context = {"import": found, "is_saving": found.stage == Stage.APPLYING, "breadcrumbs": _way(found)}
        response = render(request, "catalogue/import_progress.html", context)
        response.headers["Refresh"] = str(REFRESH_SECONDS)  # the page asks again by itself, also without JavaScript
        return response
    return _rows_page(request, found)


def _act(request: PortalRequest, found: CourseImport, user: User) -> HttpResponse:
    do = request.POST.get("do", "")
    try:
        if do == "discard":
            actions.discard_import(course_import=found, by=user)
            messages.success(request, _("The file has been put away. Nothing was saved."))
            return redirect("catalogue:imports")
        if do == "errors":
            actions.leave_out_errors(course_import=found, by=user)
        elif do == "leave":
            actions.leave_out(
                course_import=found, shown=_ids(request.POST.getlist("shown")), out=_ids(request.POST.getlist("out")), by=user
            )
        elif do == "apply":
            asked = actions.ask_to_apply(course_import=found, by=user)
            if actions.is_small(asked):
                actions.apply_import(import_id=asked.pk, now=request.now)
                messages.success(request, _("Everything has been saved. New texts are drafts, and new dates are planned."))
            else:
                actions.wake(asked.pk)
    except actions.PreviewChanged:
        messages.warning(request, _("Nothing was saved. Look at the rows again."))
    except actions.UnableToImport as refused:
        messages.error(request, str(refused))
    return redirect("catalogue:import_one", import_id=found.pk)


def _ids(values: Iterable[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def _rows_page(request: PortalRequest, found: CourseImport) -> HttpResponse:
    is_done = found.stage == Stage.APPLIED
    names = _names()
    counts = {verb: found.counts.get(verb, 0) for verb in TABS}
    chosen = request.GET.get("show", "")
    rows = found.rows.select_related("course", "run")
    if chosen in TABS:
        rows = rows.filter(verb=chosen)
    else:
        chosen = ""
    # what must be put right stands first
    page = Paginator(rows.order_by(queries.errors_first(), "sheet", "number"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    address = reverse("catalogue:import_one", args=[found.pk])
    context = {
        "import": found,
        "is_done": is_done,
        "page": page,
        "rows": [_line(row, found, names) for row in page.object_list],
        "tiles": [
            {
                "count": counts[verb],
                "text": words,
                "tone": "late" if verb == "error" and counts[verb] else "",
                "url": address if verb == chosen else f"{address}?show={verb}",
                "current": verb == chosen,
            }
            for verb, words in TABS.items()
        ],
        "chosen": TABS.get(chosen, ""),
        "errors": counts["error"],
        "to_save": 0 if is_done else counts["new"] + counts["change"],
        "nothing_new": not counts["error"] and not counts["new"] and not counts["change"],
        "done": _done_words(found),
        "problem": PROBLEMS.get(found.problem, ""),
        "days": settings.IMPORT_FILE_DAYS,
        "breadcrumbs": _way(found),
    }
    return render(request, "catalogue/import_rows.html", context)


def _line(row: CourseImportRow, found: CourseImport, names: Names) -> dict[str, Any]:
    sheet = found.sheets[row.sheet]["name"]
    heads = dict(zip(found.sheets[row.sheet]["columns"], found.sheets[row.sheet]["heads"], strict=False))
    changes = [
        {
            "label": label_of_column(column),
            "before": value_in_words(column, before, names),
            "after": value_in_words(column, after, names),
            "language": language_of_column(column),
        }
        for column, before, after in row.changes
    ]
    return {
        "row": row,
        "where": _("%(sheet)s, row %(number)s") % {"sheet": sheet, "number": row.number}
        if sheet
        else _("Row %(number)s") % {"number": row.number},
        "verb": _verb_words(row),
        "tone": TONES[row.verb],
        "changes": changes,
        "is_long": len(changes) > 4,
        "problems": [
            {"column": heads.get(column) or label_of_column(column), "text": problem_in_words(code, params, names)}
            for column, code, params in row.problems
        ],
    }


def _verb_words(row: CourseImportRow) -> str:
    if row.verb in ("error", "out", "same"):
        return {"error": _("Error"), "out": _("Left out"), "same": _("No changes")}[row.verb]
    words = {
        ("new", ""): _("New course"),
        ("new", "new"): _("New course with dates"),
        ("change", "new"): _("Changed text and new dates"),
        ("change", "change"): _("Changed text and dates"),
        ("change", ""): _("Changed text"),
        ("change", "same"): _("Changed text"),
        ("", "new"): _("New dates"),
        ("same", "new"): _("New dates"),
    }
    return words.get((row.course_verb, row.run_verb), _("Changed dates"))
