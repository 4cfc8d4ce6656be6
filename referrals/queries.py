"""Reads: routing rules and facts as `routing` wants them, the clinic's worklist, the sender's list, a case whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from catalogue import schedule
from catalogue.enums import Delivery, Frequency, ScheduleKind, SignUpRoute, TermSeason
from catalogue.models import Course, DeliverySite, Run
from catalogue.workflow import PUBLIC_COURSE_STATES
from lms_portal.accounts.models import HospitalArea, Municipality, Unit
from lms_portal.common.sealing import lookup_hash
from lms_portal.common.text import Words
from referrals.models import Letter, Referral, ReferralParticipant, Rule, RuleSet
from referrals.models.cases import ReferralQuerySet
from referrals.models.letters import LetterQuerySet
from referrals.routing import AreaFact, CourseFact, Facts, RuleFact, UnitFact
from referrals.workflow import ACCEPTED_STATES, ENDED_STATES, UNANSWERED_STATES

PAGE_SIZE = 30


# Routing


def unit_fact(unit: Unit) -> UnitFact:
    """This will describe a unit for routing; its hospital area is its own or its hospital's (load `parent`)."""
    area = unit.hospital_area_id or (unit.parent.hospital_area_id if unit.parent else None)
    return UnitFact(unit.pk, Words(unit.name_nb, unit.name_nn, unit.name_en or unit.name_nb), area or "")


def rule_fact(rule: Rule) -> RuleFact:
    """This will describe a stored rule for routing."""
    return RuleFact(
        id=rule.pk,
        unit=unit_fact(rule.receiving_unit),
        course_id=rule.course_id,
        diagnosis_system=rule.diagnosis_system,
        diagnosis_prefix=rule.diagnosis_prefix,
        age_from=rule.age_from,
        age_to=rule.age_to,
        municipality=rule.municipality_id or "",
        hospital_area=rule.hospital_area_id or "",
        hospital_area_name=rule.hospital_area.name if rule.hospital_area else "",
        delivery=rule.delivery,
        is_fallback=rule.is_fallback,
        legal_basis=rule.legal_basis,
    )


def _with_places(rules: QuerySet[Rule]) -> QuerySet[Rule]:
    return rules.select_related("receiving_unit__parent", "hospital_area", "rule_set").order_by("id")


def rules_of(rule_set: RuleSet) -> list[RuleFact]:
    """This will list a set's rules as routing needs them."""
    return [rule_fact(rule) for rule in _with_places(Rule.objects.filter(rule_set=rule_set))]


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules that may concern one course, with the set's number; no number where no set is in force."""

    number: int | None
    rules: tuple[RuleFact, ...]


def rules_in_force(course: Course) -> RulesInForce:
    """This will read the rules in force that name the course or no course at all, in one query."""
    rows = list(_with_places(Rule.objects.filter(Q(course=course) | Q(course__isnull=True), rule_set__status="in_force")))
    return RulesInForce(rows[0].rule_set.number if rows else None, tuple(rule_fact(rule) for rule in rows))


def home_of(municipality: Municipality | None) -> AreaFact:
    """This will describe where a patient lives (load `hospital_area`)."""
    if municipality is None:
        return AreaFact()
    area = municipality.hospital_area
    return AreaFact(municipality.number, municipality.name, area.code, area.name)


def facts_of(referral: Referral, *, age_years: int | None) -> Facts:
    """This will gather what routing needs to know of a referral; the diagnosis is opened and stays in memory."""
    version = referral.course.shown_version
    own = _unit_with_parent(version.refer_to_id)
    run_unit = None
    if referral.run is not None:
        run_unit = _unit_with_parent(referral.run.refer_to_id) or own
    return Facts(
        course_id=referral.course_id,
        delivery=referral.preferred_delivery or version.delivery,
        run_unit=unit_fact(run_unit) if run_unit else None,
        course_unit=unit_fact(own) if own else None,
        diagnosis_system=referral.diagnosis_system,
        diagnosis_code=referral.diagnosis_code or "",
        age_years=age_years,
        home=home_of(referral.municipality),
    )


def _unit_with_parent(unit_id: UUID | None) -> Unit | None:
    return Unit.objects.select_related("parent").get(pk=unit_id) if unit_id else None


def courses_to_cover() -> list[CourseFact]:
    """This will list the published courses that need a referral, as the coverage of a rule set is computed for them."""
    courses = Course.objects.filter(status__in=PUBLIC_COURSE_STATES, public_version__sign_up=SignUpRoute.REFERRAL).select_related(
        "public_version"
    )
    every = {Delivery.IN_PERSON: ("in_person",), Delivery.DIGITAL: ("digital",), Delivery.HYBRID: ("hybrid", "in_person", "digital")}
    return [
        CourseFact(
            course.pk,
            course.code,
            every[Delivery(course.shown_version.delivery)],
            has_own_unit=course.shown_version.refer_to_id is not None,
        )
        for course in courses.order_by("code")
    ]


def hospital_area_codes() -> list[str]:
    """This will list the codes of every hospital area."""
    return list(HospitalArea.objects.order_by("code").values_list("code", flat=True))


def receiving_clinics() -> QuerySet[Unit]:
    """This will list the clinics that can receive a referral, in the order of their names."""
    return Unit.objects.filter(kind="clinic", valid_to__isnull=True).select_related("parent").order_by("sort_key")


def course_to_refer_to(slug: str) -> Course | None:
    """This will find a published course by its address: one by link only, and one that visitors do not see, can be referred to too."""
    rows = Course.objects.filter(status__in=PUBLIC_COURSE_STATES, slug=slug)
    return rows.select_related("public_version", "owner").first()


def courses_by_referral() -> QuerySet[Course]:
    """This will list the courses that take referrals, for the form's choice."""
    return (
        Course.objects.filter(status__in=PUBLIC_COURSE_STATES, public_version__sign_up=SignUpRoute.REFERRAL)
        .select_related("public_version", "owner")
        .order_by("public_version__title_nb")
    )


def runs_to_choose(course: Course, today: date) -> list[Run]:
    """This will list a course's runs that are not over, soonest first, with what their labels need."""
    runs = Run.objects.filter(course=course, status__in=["open", "planned", "closed", "postponed"]).not_over(today)
    return list(with_dates(runs).order_by("sort_key"))


def dates_of(run: Run) -> schedule.Dates:
    """This will gather what is known of a run's dates (load `with_dates`)."""
    kind = ScheduleKind(run.kind)
    term = getattr(run, "term", None)
    recurrence = getattr(run, "recurrence", None)
    return schedule.Dates(
        kind,
        meetings=tuple(schedule.Meeting(one.held_on, one.starts_at_clock, one.ends_at_clock) for one in run.sessions.all()),
        months=tuple(month.month_on for month in run.months.all()),
        season=TermSeason(term.season) if term else None,
        year=term.year if term else None,
        frequency=Frequency(recurrence.frequency) if recurrence else None,
        weekday=recurrence.weekday if recurrence else None,
        from_on=recurrence.from_on if recurrence else None,
        until_on=recurrence.until_on if recurrence else None,
    )


def run_words(run: Run) -> Words:
    """This will write a run's dates in each language, beginning with a capital."""
    dates = dates_of(run)
    return Words(*(schedule.label(dates, language) for language in ("nb", "nn", "en")))


def with_dates(runs: QuerySet[Run]) -> QuerySet[Run]:
    """This will fetch with each run what its label in words needs."""
    return runs.select_related("term", "recurrence").prefetch_related("sessions", "months", "sites__unit")


# A case


def patient_prefetch() -> "Prefetch[str]":
    """This will fetch the patient of each referral in one query, as `patients`."""
    return Prefetch("participants", queryset=ReferralParticipant.objects.filter(kind="patient"), to_attr="patients")


def participants_of(referral: Referral) -> list[ReferralParticipant]:
    """This will list those who take part, the patient first, all opening with the referral's own key."""
    rows = list(referral.participants.select_related("enrolment__run", "enrolment__site").order_by("position"))
    return share_key(referral, rows)


def share_key(referral: Referral, rows: Iterable[Any]) -> list[Any]:
    """This will give rows of one case the key that is already open, so that it is unwrapped once."""
    shared = list(rows)
    for row in shared:
        row.data_key = referral.data_key
    return shared


def subject_hashes(rows: Iterable[ReferralParticipant]) -> list[bytes]:
    """This will list whom a page shows, by the keyed hashes that the reading log keeps."""
    return [bytes(row.identity_hash) for row in rows if row.identity_hash]


def catalogue_identity_hash(one: ReferralParticipant) -> bytes | None:
    """This will make the keyed hash under which the catalogue knows a participant; another purpose than the referral's own."""
    return lookup_hash(one.identity_number, purpose="participant.identity") if one.identity_number and one.identity_hash else None


def earlier_referrals(referral: Referral, patient: ReferralParticipant) -> list[Referral]:
    """This will find open referrals of the same patient to the same course, by the keyed hash; nothing is opened."""
    if not patient.identity_hash:
        return []
    same = Referral.objects.open().filter(
        course_id=referral.course_id, participants__kind="patient", participants__identity_hash=patient.identity_hash
    )
    return list(same.exclude(pk=referral.pk).order_by("-received_at")[:5])


# Lists


@dataclass(frozen=True, slots=True)
class Shelf:
    """One tile of the worklist: its code in the address, and the states behind it."""

    code: str
    states: tuple[str, ...]


SHELVES = (
    Shelf("unanswered", UNANSWERED_STATES),
    Shelf("submitted", ("submitted",)),
    Shelf("under_assessment", ("under_assessment",)),
    Shelf("info_requested", ("info_requested",)),
    Shelf("accepted_pending", ("accepted_pending",)),
    Shelf("accepted_dated", ("accepted_dated",)),
    Shelf("ended", ENDED_STATES),
)


def shelf(code: str) -> Shelf:
    """This will return a tile by its code, the first one where there is no such."""
    return next((one for one in SHELVES if one.code == code), SHELVES[0])


@dataclass(frozen=True, slots=True)
class Counts:
    """How many referrals stand on each tile, how many are overdue, and how many nobody has taken."""

    by_shelf: dict[str, int]
    overdue: int
    unassigned: int


def worklist_counts(received: QuerySet[Referral], today: date) -> Counts:
    """This will count a clinic's referrals by tile in one query."""
    unanswered = Q(status__in=UNANSWERED_STATES)
    row = received.aggregate(
        **{f"shelf_{one.code}": Count("id", filter=Q(status__in=one.states)) for one in SHELVES},
        overdue=Count("id", filter=unanswered & Q(deadline_on__lt=today)),
        unassigned=Count("id", filter=unanswered & Q(assigned_to__isnull=True)),
    )
    return Counts({one.code: row[f"shelf_{one.code}"] for one in SHELVES}, row["overdue"], row["unassigned"])


def worklist(received: ReferralQuerySet, wanted: Shelf) -> QuerySet[Referral]:
    """This will list a clinic's referrals on one tile: the nearest deadline first, ended ones newest first."""
    rows = received.filter(status__in=wanted.states).with_case().prefetch_related(patient_prefetch())
    if wanted.states in (ENDED_STATES, ACCEPTED_STATES):
        return rows.order_by("-status_changed_at", "id")
    return rows.order_by("deadline_on", "received_at", "id")


def sent_list(sent: ReferralQuerySet) -> QuerySet[Referral]:
    """This will list a sender's referrals, the newest first, with their patients."""
    return sent.with_case().prefetch_related(patient_prefetch()).order_by("-saved_at", "id")


def letters_to_post(letters: LetterQuerySet) -> QuerySet[Letter]:
    """This will list letters that wait to be posted, the oldest first."""
    return letters.to_post().select_related("data_key", "referral", "unit").order_by("made_at", "id")


def free_sites(course: Course, today: date, *, needed: int) -> list[DeliverySite]:
    """This will list the sites of a course's coming runs that have room for as many as attend, soonest first."""
    runs = runs_to_choose(course, today)
    found = []
    for run in runs:
        for site in run.sites.all():
            if site.free is None or site.free >= needed:
                site.run = run
                found.append(site)
    return found
