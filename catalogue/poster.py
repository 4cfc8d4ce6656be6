"""A season's poster: each listing as the cells that the printed table has. Reads loaded rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from catalogue.enums import Audience, SignUpRoute, SiteMode, SiteRole
from catalogue.models import DeliverySite, Run, SeasonListing
from catalogue.wording import label_of
from lms_portal.common.clock import oslo_date
from lms_portal.common.text import Words

SIGN_UP_IN = Words("Påmelding i", "Påmelding i", "Sign-up in")
SIGN_UP_AT = Words("Påmelding: LMS", "Påmelding: LMS", "Sign-up: LMS")
CONTACT = Words("Ta kontakt:", "Ta kontakt:", "Contact:")
IN_PERSON = Words("oppmøte", "oppmøte", "in person")
DIGITAL = Words("digitalt", "digitalt", "digital")
HYBRID = Words("hybrid", "hybrid", "hybrid")
SENT = Words("digitalt overført, oppmøte i", "digitalt overført, oppmøte i", "sent digitally, meet in")
STATES = {"cancelled": Words("Avlyst", "Avlyst", "Cancelled"), "postponed": Words("Utsatt", "Utsett", "Postponed")}
OPEN_DOOR = Words("Åpent, uten påmelding", "Ope, utan påmelding", "Open, no sign-up")


@dataclass(frozen=True, slots=True)
class PosterRow:
    """One row of the poster, cell by cell."""

    code: str
    url: str
    title: str
    audience: str
    when: str
    door: str
    meeting_place: str
    delivery: str
    note: str
    text_language: str
    state: str = ""
    changed_on: date | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in the order of the print."""
        return self.title, self.audience, self.when, self.door, self.meeting_place, self.delivery


def _chosen(listing: SeasonListing, name: str, language: str) -> str:
    """The poster's own words where it has some in the language asked for."""
    text: str = getattr(listing, f"{name}_{language}", "")
    return text


def _audience(codes: Iterable[str]) -> str:
    return ", ".join(str(Audience(code).label).lower() for code in codes)


def _door(run: Run, language: str) -> str:
    version = run.course.public_version
    route = run.sign_up or (version.sign_up if version else "")
    unit = run.refer_to or (version.refer_to if version else None) or run.course.owner
    match route:
        case SignUpRoute.EXTERNAL:
            return f"{SIGN_UP_IN.in_language(language)} {version.external_name}" if version and version.external_name else str(SIGN_UP_AT)
        case SignUpRoute.SELF:
            return SIGN_UP_AT.in_language(language)
        case SignUpRoute.OPEN:
            return OPEN_DOOR.in_language(language)
        case SignUpRoute.CONTACT:
            return f"{CONTACT.in_language(language)} {unit.name}"
        case _:
            return unit.name


def _is_sent(sites: list[DeliverySite]) -> bool:
    """Sent from a room in one hospital to a room in another."""
    return any(site.role == SiteRole.RECEIVER and site.mode == SiteMode.IN_PERSON for site in sites)


def _places(sites: list[DeliverySite], area: str, language: str) -> str:
    """Where the readers of this area's poster meet: at the place that receives, with its town; else where it is given."""
    sent = _is_sent(sites)
    rooms = [site for site in sites if site.mode == SiteMode.IN_PERSON]
    if sent:
        rooms = [site for site in rooms if site.unit.hospital_area_id == area] or rooms
    words = [", ".join(part for part in (site.meeting_place, site.unit.place if sent else "") if part) for site in rooms]
    text = " / ".join(word for word in words if word)
    if any(site.mode == SiteMode.DIGITAL for site in sites):
        digital = DIGITAL.in_language(language)
        return f"{text} / {digital}" if text else digital.capitalize()
    return text


def _delivery(sites: list[DeliverySite], area: str, language: str) -> str:
    modes = {site.mode for site in sites}
    if not modes:
        return ""
    if _is_sent(sites):
        towns = [site.unit.place for site in sites if site.unit.hospital_area_id == area and site.mode == SiteMode.IN_PERSON]
        return f"{SENT.in_language(language)} {towns[0]}" if towns else HYBRID.in_language(language)
    if len(modes) > 1:
        return HYBRID.in_language(language)
    return (DIGITAL if SiteMode.DIGITAL in modes else IN_PERSON).in_language(language)


def poster_row(listing: SeasonListing, language: str, *, changed_at: datetime | None = None) -> PosterRow:
    """This will write one listing's cells in a language. Loaded before: the run with dates and sites, its course with the public text.

    `changed_at`: when the run last changed, where it has since the row was put on the poster.
    """
    run = listing.run
    version = run.course.public_version
    if version is None:
        raise LookupError(f"{run.course.code} has no public text")
    shown = version.language_shown(language)
    sites = sorted(run.sites.all(), key=lambda site: (site.role != SiteRole.ORIGIN, site.mode))
    own_title = _chosen(listing, "title", language)
    return PosterRow(
        code=run.course.code,
        url=run.course.get_absolute_url(),
        title=own_title or version.text("title", shown),
        audience=_chosen(listing, "audience", language) or _audience(version.audiences),
        when=label_of(run, language),
        door=_door(run, language),
        meeting_place=_places(sites, listing.hospital_area_id, language),
        delivery=_delivery(sites, listing.hospital_area_id, language),
        note=listing.note,
        text_language="" if own_title or shown == language else shown,
        state=STATES[run.status].in_language(language) if run.status in STATES else "",
        changed_on=oslo_date(changed_at) if changed_at else None,
    )
