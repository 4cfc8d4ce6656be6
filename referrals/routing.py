"""Where a referral goes, and why: the run's own unit first, then the most particular rule, then the unit named for the gap.

Pure: rules and facts in, one answer with its reasons out. Conditions compare in a fixed order: course, diagnosis range (the same
code system, the longest prefix), the narrowest age, municipality before hospital area, delivery.
Source: docs/adr/0011-referral-routing.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lms_portal.common.text import Words
from referrals.enums import Route

OLDEST = 130


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A unit as routing needs it. `name` in each language; `hospital_area` is a code or empty."""

    id: UUID
    name: Words
    hospital_area: str = ""


@dataclass(frozen=True, slots=True)
class AreaFact:
    """Where the patient lives: a municipality's number and name, and the hospital area it belongs to."""

    municipality: str = ""
    municipality_name: str = ""
    hospital_area: str = ""
    hospital_area_name: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one referral. `age_years` is the patient's age on the day; None where it is not known.

    `run_unit` is the unit of the chosen date; `course_unit` the one that the course itself names, which fills what no rule covers.
    """

    course_id: UUID
    delivery: str = ""
    run_unit: UnitFact | None = None
    course_unit: UnitFact | None = None
    diagnosis_system: str = ""
    diagnosis_code: str = ""
    age_years: int | None = None
    home: AreaFact = AreaFact()


@dataclass(frozen=True, slots=True)
class RuleFact:
    """One rule. An empty condition fits everybody. Ages are whole years, both ends included."""

    id: UUID
    unit: UnitFact
    course_id: UUID | None = None
    diagnosis_system: str = ""
    diagnosis_prefix: str = ""
    age_from: int | None = None
    age_to: int | None = None
    municipality: str = ""
    hospital_area: str = ""
    hospital_area_name: str = ""
    delivery: str = ""
    is_fallback: bool = False
    legal_basis: str = ""

    @property
    def ages(self) -> tuple[int, int]:
        """The youngest and the oldest age that the rule takes."""
        return self.age_from or 0, OLDEST if self.age_to is None else self.age_to

    @property
    def has_age(self) -> bool:
        """Whether the rule says anything about age."""
        return self.age_from is not None or self.age_to is not None

    def fits(self, facts: Facts) -> bool:
        """This will say whether every condition of the rule holds for the facts; an unknown fact fits no condition."""
        if self.course_id is not None and self.course_id != facts.course_id:
            return False
        if self.diagnosis_prefix and not (
            facts.diagnosis_system == self.diagnosis_system and facts.diagnosis_code.startswith(self.diagnosis_prefix)
        ):
            return False
        if self.has_age and not (facts.age_years is not None and self.ages[0] <= facts.age_years <= self.ages[1]):
            return False
        if self.municipality and self.municipality != facts.home.municipality:
            return False
        if self.hospital_area and self.hospital_area != facts.home.hospital_area:
            return False
        return not self.delivery or self.delivery == facts.delivery

    @property
    def precedence(self) -> tuple[int, int, int, int, int, int]:
        """How particular the rule is; the greatest wins. The order of the parts is the decision of data-model “Referrals”."""
        youngest, oldest = self.ages
        place = 2 if self.municipality else 1 if self.hospital_area else 0
        narrowness = OLDEST + 1 - (oldest - youngest) if self.has_age else 0
        return (not self.is_fallback, self.course_id is not None, len(self.diagnosis_prefix), narrowness, place, bool(self.delivery))


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the explanation: a code and its parameters, which hold no diagnosis and no name of a person."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The step as part of a sentence, in each language."""
        pattern = REASONS[self.code]
        return Words(
            *(text.format(**self._in(language)) for text, language in ((pattern.nb, "nb"), (pattern.nn, "nn"), (pattern.en, "en")))
        )

    def _in(self, language: str) -> dict[str, Any]:
        return {key: value.get(language, value.get("nb", "")) if isinstance(value, dict) else value for key, value in self.params.items()}

    def stored(self) -> dict[str, Any]:
        """This will return the reason as the referral keeps it."""
        return {"code": self.code, "params": self.params}


# Parts of a sentence: “<unit> takes the referral because <part>, <part> and <part>.”
REASONS = {
    "run": Words("kurset går derfra", "kurset går derifrå", "the course is run from there"),
    "course": Words("enheten har ansvaret for kurset", "eininga har ansvaret for kurset", "the unit is responsible for the course"),
    "diagnosis": Words(
        "enheten tar imot pasienter med denne diagnosen",
        "eininga tek imot pasientar med denne diagnosen",
        "the unit takes patients with this diagnosis",
    ),
    "age": Words(
        "enheten tar imot pasienter fra {youngest} til {oldest} år",
        "eininga tek imot pasientar frå {youngest} til {oldest} år",
        "the unit takes patients aged {youngest} to {oldest}",
    ),
    "age_from": Words(
        "enheten tar imot pasienter fra {youngest} år",
        "eininga tek imot pasientar frå {youngest} år",
        "the unit takes patients aged {youngest} and over",
    ),
    "age_to": Words(
        "enheten tar imot pasienter til og med {oldest} år",
        "eininga tek imot pasientar til og med {oldest} år",
        "the unit takes patients up to the age of {oldest}",
    ),
    "municipality": Words("pasienten bor i {municipality}", "pasienten bur i {municipality}", "the patient lives in {municipality}"),
    "hospital_area": Words(
        "pasienten hører til {hospital_area} sykehusområde",
        "pasienten høyrer til {hospital_area} sjukehusområde",
        "the patient belongs to the hospital area of {hospital_area}",
    ),
    "in_person": Words("kurset holdes med oppmøte", "kurset blir halde med oppmøte", "the course is given in person"),
    "digital": Words("kurset er digitalt", "kurset er digitalt", "the course is digital"),
    "hybrid": Words(
        "kurset er både med oppmøte og digitalt",
        "kurset er både med oppmøte og digitalt",
        "the course is given both in person and digitally",
    ),
    "fallback": Words(
        "ingen regel dekker tilfellet, og enheten er valgt for slike",
        "ingen regel dekkjer tilfellet, og eininga er vald for slike",
        "no rule covers the case, and the unit has been named for such cases",
    ),
    "everybody": Words(
        "enheten tar imot alle som blir henvist hit",
        "eininga tek imot alle som blir tilviste hit",
        "the unit takes everybody who is referred here",
    ),
}
SENTENCE = Words(
    "{unit} tar imot henvisningen fordi {reasons}.",
    "{unit} tek imot tilvisinga fordi {reasons}.",
    "{unit} takes the referral because {reasons}.",
)
AND = Words(" og ", " og ", " and ")
ALTHOUGH = Words(
    "Det gjelder selv om pasienten bor i {municipality}.",
    "Det gjeld sjølv om pasienten bur i {municipality}.",
    "This holds although the patient lives in {municipality}.",
)
INSTEAD_OF = Words(
    "Regelen for hjemstedet ville ellers ha sendt den til {unit}.",
    "Regelen for heimstaden ville elles ha sendt ho til {unit}.",
    "The rule for the home area would otherwise have sent it to {unit}.",
)


@dataclass(frozen=True, slots=True)
class Routed:
    """The answer: one unit, what decided it, and why. `instead_of` is the unit of a home-area rule that lost, where there is one."""

    unit: UnitFact
    route: Route
    rule_id: UUID | None
    reasons: tuple[Reason, ...]
    home: AreaFact
    instead_of: UnitFact | None = None

    @property
    def lives_elsewhere(self) -> bool:
        """Whether the patient belongs to another hospital area than the unit that takes the referral."""
        return bool(self.unit.hospital_area and self.home.hospital_area and self.unit.hospital_area != self.home.hospital_area)

    @property
    def explanation(self) -> Words:
        """The whole explanation in each language, as the referrer reads it before sending."""
        return Words(self._sentences("nb"), self._sentences("nn"), self._sentences("en"))

    def _sentences(self, language: str) -> str:
        parts = [reason.words.in_language(language) for reason in self.reasons]
        joined = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + AND.in_language(language) + parts[-1]
        sentences = [SENTENCE.in_language(language).format(unit=self.unit.name.in_language(language), reasons=joined)]
        if self.lives_elsewhere and self.home.municipality_name:
            sentences.append(ALTHOUGH.in_language(language).format(municipality=self.home.municipality_name))
        if self.instead_of and self.instead_of.id != self.unit.id:
            sentences.append(INSTEAD_OF.in_language(language).format(unit=self.instead_of.name.in_language(language)))
        return " ".join(sentences)


class NoRoute(Exception):
    """No rule and no fallback covers the case; a set with such a gap cannot be put in force."""


class Tied(Exception):
    """Two rules are equally particular; a set with such a tie cannot be put in force."""


def route(rules: Iterable[RuleFact], facts: Facts) -> Routed:
    """This will choose the one unit that takes the referral. Raises: NoRoute, Tied."""
    fitting = [rule for rule in rules if rule.fits(facts)]
    if facts.run_unit is not None:
        return Routed(facts.run_unit, Route.RUN, None, (Reason("run"),), facts.home, _home_rule_unit(fitting))
    if not fitting:
        if facts.course_unit is None:
            raise NoRoute
        return Routed(facts.course_unit, Route.COURSE, None, (Reason("course"),), facts.home)
    winner = max(fitting, key=lambda rule: rule.precedence)
    if any(rule.id != winner.id and rule.precedence == winner.precedence for rule in fitting):
        raise Tied
    kind = Route.FALLBACK if winner.is_fallback else Route.RULE
    beaten = None if winner.municipality or winner.hospital_area else _home_rule_unit(fitting)
    return Routed(winner.unit, kind, winner.id, tuple(_reasons(winner, facts)), facts.home, beaten)


def _home_rule_unit(fitting: Sequence[RuleFact]) -> UnitFact | None:
    at_home = [rule for rule in fitting if (rule.municipality or rule.hospital_area) and not rule.is_fallback]
    return max(at_home, key=lambda rule: rule.precedence).unit if at_home else None


def _reasons(rule: RuleFact, facts: Facts) -> list[Reason]:
    if rule.is_fallback:
        return [Reason("fallback")]
    reasons = []
    if rule.course_id is not None:
        reasons.append(Reason("course"))
    if rule.diagnosis_prefix:
        reasons.append(Reason("diagnosis"))
    if rule.has_age:
        youngest, oldest = rule.ages
        code = "age_to" if rule.age_from is None else "age_from" if rule.age_to is None else "age"
        reasons.append(Reason(code, {"youngest": youngest, "oldest": oldest}))
    if rule.municipality:
        reasons.append(Reason("municipality", {"municipality": facts.home.municipality_name}))
    elif rule.hospital_area:
        reasons.append(Reason("hospital_area", {"hospital_area": facts.home.hospital_area_name}))
    if rule.delivery:
        reasons.append(Reason(rule.delivery))
    return reasons or [Reason("everybody")]


# Putting a set in force: no tie, and no cell that goes nowhere.


@dataclass(frozen=True, slots=True)
class CourseFact:
    """A course that takes referrals, how it is given, and whether it names a unit of its own for what no rule covers."""

    id: UUID
    name: str
    deliveries: tuple[str, ...]
    has_own_unit: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination that must go somewhere. Ages are whole years, both ends included."""

    course: CourseFact
    hospital_area: str
    age_from: int
    age_to: int
    delivery: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a set of rules covers."""

    cells: int
    ties: tuple[tuple[RuleFact, RuleFact], ...]
    gaps: tuple[Cell, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the set may be put in force."""
        return not self.ties and not self.gaps


def age_bands(rules: Iterable[RuleFact]) -> list[tuple[int, int]]:
    """This will cut the ages into bands at every limit that a rule names, so that one age speaks for its whole band."""
    starts = {0}
    for rule in rules:
        if rule.has_age:
            youngest, oldest = rule.ages
            starts |= {youngest, oldest + 1}
    ordered = sorted(start for start in starts if start <= OLDEST)
    return [(start, following - 1) for start, following in zip(ordered, [*ordered[1:], OLDEST + 1], strict=True)]


def _overlap(first: RuleFact, second: RuleFact) -> bool:
    """Whether somebody can fit two rules of the same precedence; each condition is then set in both or in neither."""
    ages, others = first.ages, second.ages
    return (
        first.course_id == second.course_id
        and (first.diagnosis_system, first.diagnosis_prefix) == (second.diagnosis_system, second.diagnosis_prefix)
        and ages[0] <= others[1]
        and others[0] <= ages[1]
        and first.municipality == second.municipality
        and (bool(first.municipality) or first.hospital_area == second.hospital_area)
        and first.delivery == second.delivery
    )


def ties_among(rules: Sequence[RuleFact]) -> list[tuple[RuleFact, RuleFact]]:
    """This will find every pair of rules that could both win for somebody."""
    by_precedence: dict[tuple[Any, ...], list[RuleFact]] = {}
    for rule in rules:
        key = (rule.precedence, rule.course_id, rule.diagnosis_system, rule.diagnosis_prefix, rule.municipality, rule.delivery)
        by_precedence.setdefault(key, []).append(rule)
    return [
        (first, second)
        for alike in by_precedence.values()
        for place, first in enumerate(alike)
        for second in alike[place + 1 :]
        if _overlap(first, second)
    ]


def coverage(rules: Sequence[RuleFact], courses: Iterable[CourseFact], hospital_areas: Sequence[str]) -> Coverage:
    """This will compute every cell of course × hospital area × age band × delivery: does it go somewhere, and to one place only.

    A cell counts as covered only by rules that hold for the whole of it: rules about one municipality or one diagnosis do not fill it.
    """
    bands = age_bands(rules)
    general = [rule for rule in rules if not rule.diagnosis_prefix and not rule.municipality]
    gaps, cells = [], 0
    for course in courses:
        own = [rule for rule in general if rule.course_id in (None, course.id)]
        for area in hospital_areas:
            for youngest, oldest in bands:
                for delivery in course.deliveries:
                    cells += 1
                    facts = Facts(course.id, delivery, age_years=youngest, home=AreaFact(hospital_area=area))
                    if not course.has_own_unit and not any(rule.fits(facts) for rule in own):
                        gaps.append(Cell(course, area, youngest, oldest, delivery))
    return Coverage(cells, tuple(ties_among(rules)), tuple(gaps))
