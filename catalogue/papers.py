"""What stands on paper: the poster, the booklet and the guide as whole HTML documents, in one language, from what the catalogue says now.

The same text gives the same digest, so a document that says what it said is never made twice; nothing here may depend on the day.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from catalogue.enums import PaperKind, SignUpRoute, Topic
from catalogue.models import Season, SeasonListing
from catalogue.poster import PosterRow, poster_row
from catalogue.queries.papers import PaperKey, changes_of, season_for_guide
from catalogue.queries.seasons import centre_of, listings_of
from catalogue.release import release
from lms_portal.accounts.models import HospitalArea, Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.pdf import digest_of_static, qr_picture

STYLES = "css/paper.css"
TEMPLATES = {
    PaperKind.POSTER_A4: "catalogue/paper_poster.html",
    PaperKind.POSTER_A3: "catalogue/paper_poster.html",
    PaperKind.BOOKLET: "catalogue/paper_booklet.html",
    PaperKind.GUIDE: "catalogue/paper_guide.html",
}
SIZES = {PaperKind.POSTER_A4: "a4", PaperKind.POSTER_A3: "a3", PaperKind.BOOKLET: "a5", PaperKind.GUIDE: "a4"}
A_DAY = "%Y%m%d"


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with its address in words beside it: a code is never the only way."""

    url: str
    picture: str

    @property
    def words(self) -> str:
        """The address as somebody types it."""
        return self.url.partition("://")[2]


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One course on paper."""

    row: PosterRow
    code: Code
    summary: str
    text_language: str
    route: str
    door: Unit | None
    days: str


@dataclass
class TopicPart:
    """One part of the booklet."""

    code: str
    name: str
    lines: list[PaperLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A season's table for one area: the rows, and the day when the last of them changed."""

    season: Season
    listings: list[SeasonListing]
    changes: dict[UUID, datetime]

    @property
    def updated_on(self) -> date:
        """The Norwegian day on which a row was last changed."""
        return oslo_date(max([*(listing.changed_at for listing in self.listings), *self.changes.values()]))


def code_of(url: str) -> Code:
    """This will make the QR code of one of the portal's own addresses."""
    return Code(url, qr_picture(url))


def table_of(season: Season, area: HospitalArea) -> Table | None:
    """This will load a season's table (a fixed number of queries); None where the area has none."""
    listings = list(listings_of(season, area))
    return Table(season, listings, changes_of(listings)) if listings else None


def rows_of(table: Table, language: str) -> list[PosterRow]:
    """This will write the table's rows in a language."""
    return [poster_row(listing, language, changed_at=table.changes.get(listing.run_id)) for listing in table.listings]


def short_url(name: str, *args: str) -> str:
    """This will write out a short address, from the portal's own base address."""
    return settings.PORTAL_BASE_URL + reverse(name, args=args)


def _line(listing: SeasonListing, row: PosterRow, language: str) -> PaperLine:
    run = listing.run
    version = run.course.public_version
    if version is None:
        raise LookupError(f"{run.course.code} has no public text")
    shown = version.language_shown(language)
    return PaperLine(
        row=row,
        code=code_of(short_url("course_short", row.code)),
        summary=version.text("summary", shown),
        text_language="" if shown == language else shown,
        route=run.sign_up or version.sign_up,
        door=run.refer_to or version.refer_to or run.course.owner,
        days=str(run.day_count or ""),
    )


def _by_topic(table: Table, lines: list[PaperLine]) -> list[TopicPart]:
    parts: dict[str, TopicPart] = {code: TopicPart(code, str(label)) for code, label in Topic.choices}
    for listing, line in zip(table.listings, lines, strict=True):
        version = listing.run.course.public_version
        if version is not None:
            parts[version.topic].lines.append(line)
    return [part for part in parts.values() if part.lines]


@dataclass
class Clinic:
    """Who takes the referrals to which courses."""

    unit: Unit
    courses: list[PaperLine] = field(default_factory=list)


def _by_clinic(lines: list[PaperLine]) -> list[Clinic]:
    clinics: dict[object, Clinic] = {}
    for line in lines:
        if line.route == SignUpRoute.REFERRAL and line.door is not None:
            clinics.setdefault(line.door.pk, Clinic(line.door)).courses.append(line)
    return sorted(clinics.values(), key=lambda clinic: clinic.unit.sort_key)


def html_of(key: PaperKey, *, today: date) -> str | None:
    """This will write a document as HTML; None where there is nothing to print. `today` only chooses the term that a guide speaks of."""
    with translation.override(key.language):
        season = key.season or season_for_guide(key.area, today=today)
        table = table_of(season, key.area) if season else None
        centre = centre_of(key.area)
        if table is None and key.kind != PaperKind.GUIDE:
            return None
        rows = rows_of(table, key.language) if table else []
        lines = [_line(listing, row, key.language) for listing, row in zip(table.listings, rows, strict=True)] if table else []
        context = {
            "language": key.language,
            "size": SIZES[key.kind],
            "area": key.area,
            "season": season,
            "centre": centre,
            "centre_code": code_of(short_url("centre_short", centre.code)) if centre else None,
            "updated_on": table.updated_on if table else None,
            "lines": lines,
            "styles": f"static:{STYLES}",
        }
        if table is not None and season is not None:
            printed = f"{table.updated_on:{A_DAY}}"
            context["list_code"] = code_of(short_url("poster_short", key.area.code, season.code, printed))
        if key.kind == PaperKind.BOOKLET and table is not None:
            context["topics"] = _by_topic(table, lines)
        if key.kind == PaperKind.GUIDE:
            context["clinics"] = _by_clinic(lines)
            context["open_lines"] = [line for line in lines if line.route not in (SignUpRoute.REFERRAL, SignUpRoute.WARD)]
            context["guide_code"] = code_of(settings.PORTAL_BASE_URL + reverse("catalogue:how_to_refer"))
        return render_to_string(TEMPLATES[key.kind], context)


@lru_cache(maxsize=1)
def look() -> str:
    """This will name the look of this release's paper."""
    return digest_of_static(STYLES, "images/mark.svg")


def digest_of(html: str) -> str:
    """This will name what a document shows: its text and its look."""
    return hashlib.sha256(f"{look()}\n{html}".encode()).hexdigest()[:32]


def state_of_catalogue(number: int, *, today: date) -> str:
    """This will name the state in which a digest was found right: the catalogue's number, the release, and the half-year of guides."""
    return f"{number}-{release()}-{look()[:8]}-{today.year}{'b' if today.month > 6 else 'a'}"
