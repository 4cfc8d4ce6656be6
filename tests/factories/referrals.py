"""Referrals in every state, through the actions, by people who do not exist."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction

from catalogue.models import Code, Course, DeliverySite, Run
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import ASSESSOR, INTAKE_SECRETARY, REFERRER, REFERRER_ASSISTANT
from lms_portal.common import personal_ids
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import new_id
from referrals.actions import answering, assessing, drafts, ending, sending
from referrals.actions import rules as rule_actions
from referrals.actions.drafts import Contents, Person
from referrals.enums import ErrorReason, ParticipantKind, ReopenReason, WithdrawnBy
from referrals.models import Referral, RuleSet
from tests.factories.accounts import make_clinic, make_municipality, make_person, make_unit
from tests.factories.catalogue import make_course, make_run

_serial = count(1)
SECRET_WORDS = ("Sjukdomstegn", "Ingvild Hemmeleg", "Metoprolol")
VALID_FROM = date(2024, 1, 1)


def synthetic_number(born_on: date = date(1980, 5, 12), serial: int | None = None) -> str:
    """This will make the identity number of nobody: month + 80."""
    return personal_ids.make_synthetic(born_on, next(_serial) % 200 if serial is None else serial).number


def make_codes() -> None:
    """This will make the code lists that the actions ask for."""
    rows = [("rejection", "other_level"), ("forwarding", "home_area"), ("volven-8445", "2"), ("volven-9148", "1")]
    for system, code in rows:
        Code.objects.get_or_create(
            system=system, code=code, valid_from=VALID_FROM, defaults={"display_nb": f"Grunn {code}", "display_nn": f"Grunn nn {code}"}
        )


@dataclass
class World:
    """Two clinics, an office with a clinician and an assistant, a course with a run, and the people who act."""

    clinic: Unit
    other_clinic: Unit
    office: Unit
    course: Course
    run: Run
    site: DeliverySite
    clinician: User
    assistant: User
    assessor: User
    second_assessor: User
    secretary: User
    other_assessor: User
    stranger: User

    @property
    def hospital(self) -> Unit:
        """The hospital that the clinic belongs to."""
        assert self.clinic.parent is not None
        return self.clinic.parent


@transaction.atomic  # a course and its text point at each other until the end of the transaction
def make_world(*, places: int | None = 12, **version: Any) -> World:
    """This will make everything that a referral's life needs."""
    make_codes()
    clinic, other = (
        make_clinic(name="Nevrologisk inntakskontor, Molde", phone="+4771120000"),
        make_clinic(name="Medisinsk poliklinikk, Volda"),
    )
    office = make_unit("", UnitKind.GP_OFFICE, name="Fjord legesenter")
    course = make_course(clinic, **version)
    run = make_run(course, places=places, meeting_place="Kløvertun")
    make_municipality()
    return World(
        clinic=clinic,
        other_clinic=other,
        office=office,
        course=course,
        run=run,
        site=run.sites.select_related("run", "unit").get(),
        clinician=make_person("Lege Prøve", "", (REFERRER, office)),
        assistant=make_person("Medarbeidar Prøve", "", (REFERRER_ASSISTANT, office)),
        assessor=make_person("Vurderar Prøve", "", (ASSESSOR, clinic)),
        second_assessor=make_person("Vurderar Nummer To", "", (ASSESSOR, clinic)),
        secretary=make_person("Sekretær Prøve", "", (INTAKE_SECRETARY, clinic)),
        other_assessor=make_person("Vurderar Annan Stad", "", (ASSESSOR, other)),
        stranger=make_person("Ingen Særskild"),
    )


def patient(**fields: Any) -> Person:
    """This will make a patient of the form."""
    values = {"name": SECRET_WORDS[1], "identity_number": synthetic_number(), "phone": "+4790012345", **fields}
    return Person(ParticipantKind.PATIENT, **values)


def next_of_kin(**fields: Any) -> Person:
    """This will make somebody close to the patient."""
    return Person(ParticipantKind.NEXT_OF_KIN, **{"name": "Nær Prøve", "identity_number": synthetic_number(date(1975, 2, 3)), **fields})


def contents(**fields: Any) -> Contents:
    """This will make a whole referral's contents: the patient and one next of kin unless told otherwise."""
    values: dict[str, Any] = {
        "people": (patient(), next_of_kin()),
        "diagnosis_code": "A04",
        "diagnosis_text": SECRET_WORDS[0],
        "reason": f"{SECRET_WORDS[0]} gjennom lang tid.",
        "what_matters": "Å kome tilbake i arbeid.",
        "medication": SECRET_WORDS[2],
        "patient_is_informed": True,
        "municipality": make_municipality(),
        "gp_name": "Fastlege Prøve",
        **fields,
    }
    return Contents(**values)


def make_draft(world: World, now: datetime, *, by: User | None = None, **fields: Any) -> Referral:
    """This will save a draft by the clinician."""
    return drafts.save_draft(
        referral=None,
        course=world.course,
        unit=world.office,
        token=new_id(),
        contents=contents(**fields),
        by=by or world.clinician,
        now=now,
    )


def make_sent(world: World, now: datetime, **fields: Any) -> Referral:
    """This will send a referral to the course's own clinic."""
    draft = make_draft(world, now, **fields)
    return sending.send_referral(referral=draft, by=world.clinician, now=now, seen_version=draft.version)


def make_under_assessment(world: World, now: datetime, **fields: Any) -> Referral:
    """This will send a referral and open it for assessment."""
    sent = make_sent(world, now, **fields)
    return assessing.start_assessment(referral=sent, by=world.assessor, now=now, seen_version=sent.version)


def act(world: World, referral: Referral, verb: str, by: User, now: datetime) -> Referral:
    """This will do one thing with a referral by the action that does it, with plain values for everything else."""
    common: dict[str, Any] = {"referral": referral, "by": by, "now": now, "seen_version": referral.version}
    later = oslo_date(now) + timedelta(days=120)
    calls = {
        "submit": lambda: sending.send_referral(**common),
        "start": lambda: assessing.start_assessment(**common),
        "ask": lambda: assessing.ask_for_information(text="Kan de seie meir?", **common),
        "answer": lambda: assessing.answer_question(text="Ja, her er meir.", **common),
        "assess_as_it_is": lambda: assessing.assess_as_it_is(**common),
        "accept": lambda: answering.accept_with_place(site=world.site, right_by_on=later, text="", **common),
        "accept_without_date": lambda: answering.accept_without_date(
            period=answering.Period(later - timedelta(days=60), later), right_by_on=later, text="", **common
        ),
        "give_date": lambda: answering.give_date(site=world.site, text="", **common),
        "reject": lambda: answering.reject(reason_code="other_level", text="Kommunen har eit tilbod.", **common),
        "advise": lambda: answering.advise(text="Prøv dette fyrst.", **common),
        "forward": lambda: assessing.forward(to_unit=world.other_clinic, reason_code="home_area", text="", **common),
        "forward_outside": lambda: assessing.forward_outside(to_name="Haukeland", reason_code="home_area", text="", **common),
        "withdraw": lambda: ending.withdraw(wish_of=WithdrawnBy.PATIENT, reason_code="2", text="", **common),
        "close": lambda: ending.close(result_note="Fullførte heile kurset.", **common),
        "reopen": lambda: assessing.reopen(reason=ReopenReason.COMPLAINT, **common),
        "enter_in_error": lambda: _in_error(world, referral, by, now),
    }
    return calls[verb]()


def _in_error(world: World, referral: Referral, by: User, now: datetime) -> Referral:
    first = by
    second = world.second_assessor if by != world.second_assessor else world.assessor
    reported = ending.report_error(
        referral=referral, reason=ErrorReason.SENT_TWICE, text="", by=first, now=now, seen_version=referral.version
    )
    return ending.confirm_error(referral=reported, by=second, now=now, seen_version=reported.version)


# The way from a draft to each state, as verbs.
WAYS = {
    "draft": (),
    "submitted": ("submit",),
    "under_assessment": ("submit", "start"),
    "info_requested": ("submit", "start", "ask"),
    "accepted_pending": ("submit", "start", "accept_without_date"),
    "accepted_dated": ("submit", "start", "accept"),
    "forwarded": ("submit", "forward_outside"),
    "rejected": ("submit", "start", "reject"),
    "advised": ("submit", "start", "advise"),
    "withdrawn": ("submit", "withdraw"),
    "closed": ("submit", "start", "accept", "close"),
    "entered_in_error": ("submit", "enter_in_error"),
}


def make_in_state(world: World, state: str, now: datetime, **fields: Any) -> Referral:
    """This will bring a referral to a state by the shortest way."""
    referral = make_draft(world, now, **fields)
    for verb in WAYS[state]:
        by = world.clinician if verb == "submit" else world.assessor
        referral = act(world, referral, verb, by, now)
    return Referral.objects.with_case().get(pk=referral.pk)


def make_rule_set(now: datetime, *rules: dict[str, Any]) -> RuleSet:
    """This will put a set of rules in force."""
    rule_set = rule_actions.new_rule_set(note="", by=None, now=now)
    rule_actions.add_rules(rule_set=rule_set, rules=list(rules), by=None)
    return rule_actions.put_rule_set_in_force(rule_set=rule_set, by=None, now=now)


def without_kin(**fields: Any) -> Contents:
    """This will make contents with the patient alone."""
    return replace(contents(**fields), people=(patient(),))
