"""Seasons: printed tables come in, all rows or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from catalogue.actions.courses import create_course, publish_loaded
from catalogue.actions.runs import new_run, set_dates, term_edges_of
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import Delivery, LanguageState, SignUpRoute, SiteMode, TermSeason
from catalogue.models import Course, DeliverySite, Run, Season, SeasonListing
from catalogue.schedule import Dates, compute, label
from catalogue.season_import import COLUMNS, Aliases, RowPlan, RowProblem, SitePlan, plan_row
from catalogue.wording import dates_of
from catalogue.workflow import RUN
from lms_portal.accounts.models import HospitalArea, Unit
from lms_portal.audit import transitions
from lms_portal.common.norwegian_text import slugify_norwegian

FIRST_ROW = 2


class UnableToImportSeason(Exception):
    """Nothing was saved. `problems` names every row that cannot be read."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass
class Imported:
    """What an import did."""

    rows: int = 0
    new_courses: list[str] = field(default_factory=list)
    new_runs: int = 0
    changed: int = 0


def season_from_code(code: str) -> Season:
    """This will find or make a season by its code, such as `autumn-2023`. Raises: ValueError."""
    name, _hyphen, year = code.partition("-")
    season = TermSeason(name)
    return Season.objects.get_or_create(season=season, year=int(year), defaults={"code": f"{season}-{int(year)}"})[0]


@transaction.atomic
def import_season(*, rows: Iterable[Mapping[str, str]], season: Season, area: HospitalArea, aliases: Aliases, now: datetime) -> Imported:
    """This will import a printed season: every row, or none. Repeating it changes nothing.

    A course that the catalogue does not have is made from its row, in nynorsk. Raises: UnableToImportSeason.
    """
    units = {unit.code: unit for unit in Unit.objects.all()}
    plans, problems = _plans(rows, season, aliases, units)
    if problems:
        raise UnableToImportSeason(problems)
    done = Imported(rows=len(plans))
    listings = {
        listing.import_key: listing for listing in SeasonListing.objects.filter(season=season, hospital_area=area).select_related("run")
    }
    touched = []
    for position, plan in enumerate(plans, start=1):
        course = _course(plan, units, done, now)
        touched.append(course.pk)
        _import_row(
            plan,
            course,
            season=season,
            area=area,
            listing=listings.get(plan.import_key),
            position=position,
            units=units,
            done=done,
            now=now,
        )
    if done.new_runs or done.changed:
        refresh_search(courses=touched, now=now)
        note_change(courses=touched, now=now)
    return done


def _plans(
    rows: Iterable[Mapping[str, str]], season: Season, aliases: Aliases, units: Mapping[str, Unit]
) -> tuple[list[RowPlan], list[RowProblem]]:
    plans: list[RowPlan] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, start=FIRST_ROW):
        missing = [column for column in COLUMNS if cells.get(column) is None]
        if missing:
            problems.append(RowProblem(number, missing[0], "the column is missing"))
            continue
        plan, found = plan_row(number, cells, year=season.year, aliases=aliases)
        problems += found
        if plan is None:
            continue
        if plan.import_key in seen:
            problems.append(RowProblem(number, "course", f"the same course stands in row {seen[plan.import_key]}"))
        seen[plan.import_key] = number
        named = {plan.owner, plan.door.unit, *(site.unit for site in plan.sites)}
        problems += [RowProblem(number, "referral_or_registration", f"there is no unit {code}") for code in sorted(named - units.keys())]
        plans.append(plan)
    return plans, problems


def _course(plan: RowPlan, units: Mapping[str, Unit], done: Imported, now: datetime) -> Course:
    course = Course.objects.filter(code=plan.code).select_related("owner", "public_version").first()
    if course is not None:
        return course
    modes = {site.mode for site in plan.sites}
    delivery = Delivery.HYBRID if len(modes) > 1 else Delivery.DIGITAL if modes == {SiteMode.DIGITAL} else Delivery.IN_PERSON
    values: dict[str, Any] = {
        "title_nn": plan.title_nn,
        "summary_nn": f"For {plan.audience_nn}. {label(plan.dates, 'nn')}.",
        "state_nn": LanguageState.CHECKED,
        "topic": plan.topic,
        "field": plan.field,
        "delivery": delivery,
        "audiences": list(plan.audiences),
        "sign_up": plan.door.route,
        "refer_to": units[plan.door.unit] if plan.door.route == SignUpRoute.REFERRAL else None,
        "external_name": plan.door.external_name,
        "diagnosis_specific": plan.topic != "living_with_illness",
    }
    slug = slugify_norwegian(f"{plan.title_nn}-{plan.code}")
    course = create_course(owner=units[plan.owner], code=plan.code, slug=slug, values=values, now=now)
    publish_loaded(course=course, now=now)
    done.new_courses.append(plan.code)
    return Course.objects.select_related("owner", "public_version").get(pk=course.pk)


def _import_row(
    plan: RowPlan,
    course: Course,
    *,
    season: Season,
    area: HospitalArea,
    listing: SeasonListing | None,
    position: int,
    units: Mapping[str, Unit],
    done: Imported,
    now: datetime,
) -> None:
    dates = _with_edges(plan.dates, course.owner)
    route = plan.door.route
    wanted = {
        "sign_up": route,
        "refer_to": units[plan.door.unit] if route in (SignUpRoute.REFERRAL, SignUpRoute.WARD) else None,
        "day_count": plan.day_count,
    }
    if listing is None:
        run = new_run(course=course, dates=dates, now=now, **wanted)
        _write_sites(run, plan.sites, units)
        transitions.move(RUN, run, verb="open", now=now)
        SeasonListing.objects.create(
            season=season,
            hospital_area=area,
            run=run,
            position=position,
            title_nn=plan.title_nn,
            audience_nn=plan.audience_nn,
            import_key=plan.import_key,
            changed_at=now,
        )
        done.new_runs += 1
        return
    if _update_run(listing.run, wanted, dates, plan.sites, units) | _update_listing(listing, plan, position, now):
        done.changed += 1


def _with_edges(dates: Dates, unit: Unit) -> Dates:
    return Dates(
        dates.kind,
        dates.meetings,
        dates.months,
        dates.season,
        dates.year,
        dates.frequency,
        dates.weekday,
        dates.from_on,
        dates.until_on,
        term_edges_of(unit),
    )


def _write_sites(run: Run, sites: Iterable[SitePlan], units: Mapping[str, Unit]) -> None:
    for site in sites:
        DeliverySite.objects.update_or_create(
            run=run, unit=units[site.unit], mode=site.mode, defaults={"role": site.role, "meeting_place": site.meeting_place}
        )


def _update_run(run: Run, wanted: Mapping[str, Any], dates: Dates, sites: Iterable[SitePlan], units: Mapping[str, Unit]) -> bool:
    changed = [name for name, value in wanted.items() if getattr(run, name) != value]
    for name in changed:
        setattr(run, name, wanted[name])
    if changed:
        run.save(update_fields=changed)
    new_dates = label(dates_of(run), "nn") != label(dates, "nn") or compute(dates).sort_key != run.sort_key
    if new_dates:
        set_dates(run=run, dates=dates)
    before = {(site.unit.code, site.role, site.mode, site.meeting_place) for site in run.sites.select_related("unit")}
    after = {(site.unit, site.role, site.mode, site.meeting_place) for site in sites}
    if before != after:
        # a place with people in it stays, whatever the print says
        run.sites.filter(taken=0).exclude(unit__code__in=[site[0] for site in after]).delete()
        _write_sites(run, sites, units)
    return bool(changed) or new_dates or before != after


def _update_listing(listing: SeasonListing, plan: RowPlan, position: int, now: datetime) -> bool:
    wanted = {"position": position, "title_nn": plan.title_nn, "audience_nn": plan.audience_nn}
    changed = [name for name, value in wanted.items() if getattr(listing, name) != value]
    for name in changed:
        setattr(listing, name, wanted[name])
    if changed:
        listing.changed_at = now
        listing.save(update_fields=[*changed, "changed_at"])
    return bool(changed)
