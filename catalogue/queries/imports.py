"""Courses and runs as files take them: what a person may export, and what the rows of a file are compared with."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When

from catalogue.models import Course, CourseImport, DeliverySite, Run
from lms_portal.accounts.enums import Permission, UnitKind
from lms_portal.accounts.models import Unit
from lms_portal.accounts.permissions import units_with

CENTRE_KINDS = (UnitKind.HEALTH_TRUST, UnitKind.HOSPITAL, UnitKind.CLINIC, UnitKind.LEARNING_CENTRE, UnitKind.MUNICIPALITY)


def centres_of(user: object) -> QuerySet[Unit]:
    """This will list the units whose courses a person may edit, in the tree's order."""
    return Unit.objects.filter(units_with(user, Permission.EDIT_COURSE, prefix=""), kind__in=CENTRE_KINDS).order_by("path")


def errors_first() -> Case:
    """This will order rows so that those that must be put right stand first."""
    return Case(When(verb="error", then=Value(0)), default=Value(1))


def below(unit: Unit, prefix: str = "owner") -> Q:
    """This will keep what belongs to a unit or to one below it."""
    return Q(**{prefix: unit}) | Q(**{f"{prefix}__path__startswith": unit.path_prefix})


def editable(user: object, centre: Unit | None = None) -> QuerySet[Course]:
    """This will list the courses that a person may edit, of a centre and the units below it."""
    rows = Course.objects.filter(units_with(user, Permission.EDIT_COURSE, prefix="owner"))
    return rows.filter(below(centre)) if centre else rows


def with_all_runs(rows: QuerySet[Course], runs: QuerySet[Run] | None = None) -> QuerySet[Course]:
    """This will load courses with everything that a file says of them and of their runs, in a fixed number of queries."""
    loaded = (Run.objects.all() if runs is None else runs).select_related("term", "recurrence", "refer_to").order_by("sort_key", "id")
    sites = DeliverySite.objects.select_related("unit", "contact")
    loaded = loaded.prefetch_related("sessions", "months", Prefetch("sites", queryset=sites), "import_keys")
    versions = ("public_version__refer_to", "draft_version__refer_to")
    return rows.select_related("owner", *versions).prefetch_related(Prefetch("runs", queryset=loaded))


def examples(user: object, *, most: int) -> QuerySet[Course]:
    """This will list some public courses that a person edits, the newest, with their runs."""
    newest = editable(user).filter(public_version__isnull=False).order_by("-published_at").values_list("pk", flat=True)[:most]
    return with_all_runs(editable(user).filter(pk__in=list(newest)).order_by("code"), Run.objects.exclude(status="cancelled"))


def runs_to_export(*, first: date | None = None, last: date | None = None, status: str = "") -> QuerySet[Run]:
    """This will narrow runs to those that may take place within some days, and to a state. Runs without days belong to every season."""
    rows = Run.objects.all()
    if first and last:
        rows = rows.filter(Q(first_possible_on__isnull=True) | Q(first_possible_on__lte=last))
        rows = rows.filter(Q(last_possible_on__isnull=True) | Q(last_possible_on__gte=first))
    return rows.filter(status=status) if status else rows


def codes_by_title(user: object, centre: Unit) -> list[tuple[str, list[str]]]:
    """This will list the centre's courses by code with every title that they have (one query)."""
    versions = [f"{version}__title_{language}" for version in ("draft_version", "public_version") for language in ("nb", "nn", "en")]
    return [(row[0], [title for title in row[1:] if title]) for row in editable(user, centre).values_list("code", *versions)]


def known_codes(codes: Iterable[str]) -> set[str]:
    """This will tell which codes are taken, by whatever centre (one query)."""
    return set(Course.objects.filter(code__in=list(codes)).values_list("code", flat=True))


def history(user: object) -> QuerySet[CourseImport]:
    """This will list the imports that a person may see, the newest first."""
    rows = CourseImport.objects.visible_to(user).exclude(stage=CourseImport.Stage.DISCARDED)
    return rows.select_related("centre", "started_by", "applied_by").order_by("-created_at", "-id")
