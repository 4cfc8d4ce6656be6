"""The demo's referrals: the first set of routing rules, and referrals in every state for two clinics, on every side of their deadlines.

Everything goes through the actions, as the demo's people. Patients are invented, their numbers synthetic (month + 80).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import translation

from catalogue.enums import SignUpRoute
from catalogue.models import Course
from catalogue.workflow import PUBLIC_COURSE_STATES
from lms_portal.accounts.models import Municipality, Unit, User
from lms_portal.audit.context import Acting, acting_as
from lms_portal.audit.transitions import move
from lms_portal.common import personal_ids
from lms_portal.common.clock import at_local_time, oslo_date
from lms_portal.common.ids import new_id
from lms_portal.common.working_days import add_working_days
from lms_portal.demo.people import DEMO_PEOPLE
from lms_portal.outbox.models import Message
from lms_portal.outbox.workflow import MESSAGE
from referrals import queries
from referrals.actions import answering, assessing, drafts, ending, letters, sending
from referrals.actions import rules as rule_actions
from referrals.actions.drafts import Contents, Person
from referrals.enums import Channel, DiagnosisSystem, ErrorReason, ParticipantKind, Urgency, WithdrawnBy
from referrals.models import Letter, Referral

FIRST_NAMES = (
    "Aslaug",
    "Bjarte",
    "Dordi",
    "Endre",
    "Frøydis",
    "Geir",
    "Herdis",
    "Ivar",
    "Jorid",
    "Kolbein",
    "Ligaya",
    "Magnhild",
    "Noralf",
    "Oddny",
)
LAST_NAMES = ("Prøveberg", "Prøvevoll", "Prøvestrand", "Prøvehjelle", "Prøveholm", "Prøvesæter", "Prøvegjerde", "Prøvebø", "Prøveskar")
MOLDE, VOLDA = "molde-neurology-intake", "volda-medical-outpatient"
ME_COURSE, DIABETES_COURSE, HEART_COURSE, BOWEL_COURSE = "MECFS-MOLDE", "DIA2-VOLDA", "HJREHAB-VOLDA", "IBD-VOLDA"
# The diabetes course is given at several hospitals: people go where they live.
DIABETES_AT_HOME = {
    "alesund": "alesund-medical-outpatient",
    "molde": "molde-medical-outpatient",
    "kristiansund": "kristiansund-medical-outpatient",
}
FALLBACKS = {
    "volda": VOLDA,
    "alesund": "alesund-medical-outpatient",
    "molde": "molde-medical-outpatient",
    "kristiansund": "kristiansund-medical-outpatient",
    "levanger": "levanger-medical-outpatient",
    "namsos": "namsos-medical-outpatient",
    "trondheim": "trondheim-endocrinology",
    "orkdal": "orkdal-medical-outpatient",
}
LEGAL_BASIS = "Fordeling av oppgaver mellom sykehusene, Helse Midt-Norge"


@dataclass(frozen=True, slots=True)
class Case:
    """One referral: what it says, how long ago it came, and what has happened to it since."""

    course: str
    days_ago: int
    happened: Sequence[str]
    reason: str
    what_matters: str
    code: str
    born: date
    system: DiagnosisSystem = DiagnosisSystem.ICPC2
    municipality: str = "1577"
    others: Sequence[tuple[ParticipantKind, date]] = ()
    patient_attends: bool = True
    referrer: str = "tilvisar.volda"
    more: Mapping[str, Any] = field(default_factory=dict)


KIN, GUARDIAN, SIBLING = ParticipantKind.NEXT_OF_KIN, ParticipantKind.GUARDIAN, ParticipantKind.SIBLING
ICD = DiagnosisSystem.ICD10
CASES = (
    # Molde, nevrologisk inntakskontor: the ME/CFS course
    Case(ME_COURSE, 0, (), "Utmatta i to år etter kyssesjuke. Utgreidd ved nevrologisk avdeling i haust.", "Å kunne følgje ungane på trening.", "A04",
         date(1984, 3, 9), others=((KIN, date(1982, 7, 21)),)),
    Case(ME_COURSE, 2, (), "Har måtta slutte som lærar. Blir dårlegare fleire dagar etter små gjeremål.", "Ein kvardag som held.", "A04", date(1991, 11, 30),
         municipality="1520", more={"needs_interpreter": True, "interpreter_language": "polsk"}),
    Case(ME_COURSE, 4, ("start",), "Søvnvanskar og konsentrasjonsvanskar ved kjend ME.", "Å sove betre.", "G93.3", date(1969, 5, 2), ICD, municipality="1506",
         referrer="tilvisar.sjukehus"),
    Case(ME_COURSE, 6, ("start", "ask"), "Trøytt og svimmel, usikkert kor mykje som er utgreidd.", "Å få eit namn på det.", "A04", date(1999, 1, 17)),
    Case(ME_COURSE, 7, ("start", "ask", "answer"), "Ung vaksen som bur heime og treng mykje kvile.", "Å treffe andre på same alder.", "A04", date(2005, 8, 8),
         others=((GUARDIAN, date(1975, 4, 4)), (GUARDIAN, date(1973, 10, 12)))),
    Case(ME_COURSE, 9, ("start",), "Ventar framleis på kurs etter flytting frå Trøndelag.", "At mannen min forstår.", "G93.3", date(1977, 6, 25), ICD,
         others=((KIN, date(1976, 2, 11)),), more={"urgency": Urgency.URGENT}),
    Case(ME_COURSE, 12, (), "Langvarig utmatting, følgd opp hjå fastlege og fysioterapeut.", "Å kunne gå tur med hunden.", "A04", date(1958, 12, 1), municipality="1535"),
    Case(ME_COURSE, 15, ("start", "accept"), "Moderat ME med god støtte heime.", "Å lære å dele opp dagen.", "G93.3", date(1988, 9, 14), ICD,
         others=((KIN, date(1986, 9, 2)),), more={"other_needs": "Pause kvart kvarter, og rom med dempa lys."}),
    Case(ME_COURSE, 22, ("start", "accept"), "Fekk diagnosen i vår og har mange spørsmål.", "Å sleppe å forklare seg heile tida.", "A04", date(1995, 2, 20)),
    Case(ME_COURSE, 18, ("start", "accept_without_date"), "Ønskjer kurset når det kjem til våren.", "Å ha noko å sjå fram til.", "A04", date(1981, 7, 7)),
    Case(ME_COURSE, 20, ("start", "reject"), "Trøytt etter nattarbeid dei siste to månadene.", "Å få att kreftene.", "P06", date(2001, 10, 3), municipality="1516"),
    Case(ME_COURSE, 25, ("start", "advise"), "Utmatting der utgreiinga ikkje er ferdig.", "Å finne ut av kva det er.", "A04", date(1964, 4, 19)),
    Case(ME_COURSE, 3, ("withdraw",), "Ønskte kurs i lag med systera si.", "Å gjere noko saman.", "A04", date(1993, 5, 28)),
    Case(ME_COURSE, 5, ("enter_in_error",), "Send to gonger ved ein feil.", "", "A04", date(1984, 3, 9)),
    # Volda, medisinsk poliklinikk: heart, diabetes, bowel
    Case(HEART_COURSE, 1, (), "Hjarteinfarkt for seks veker sidan, trygg på belastning opp til 100 watt.", "Å tore å ta i att.", "I21.4", date(1956, 8, 30), ICD,
         referrer="tilvisar.sjukehus", others=((KIN, date(1958, 3, 3)),)),
    Case(HEART_COURSE, 8, ("start",), "Bypassoperert i St. Olav i førre månad.", "Å kome tilbake til båten.", "I25.1", date(1951, 1, 22), ICD, referrer="tilvisar.sjukehus"),
    Case(HEART_COURSE, 10, (), "Hjartesvikt, stabil på behandling.", "Å vite kva eg toler.", "K77", date(1947, 6, 6)),
    Case(DIABETES_COURSE, 5, ("start",), "Nyoppdaga diabetes type 2, HbA1c 62.", "Å lage middag som heile familien likar.", "T90", date(1972, 2, 14),
         others=((KIN, date(1974, 9, 9)),)),
    Case(DIABETES_COURSE, 6, ("forward_from_molde",), "Diabetes type 2 i ti år, vil lære meir om kosthald.", "Å sleppe fleire tablettar.", "T90", date(1966, 11, 11),
         municipality="1517"),
    Case(DIABETES_COURSE, 16, ("start", "accept_without_date"), "Diabetes type 2 og overvekt.", "Å kome i gang.", "T90", date(1979, 3, 27), municipality="1514"),
    Case(BOWEL_COURSE, 14, ("start", "accept", "close"), "Ulcerøs kolitt, operert for eit år sidan.", "Å kunne reise att.", "K51.0", date(1990, 12, 24), ICD,
         referrer="tilvisar.sjukehus", others=((KIN, date(1989, 4, 15)),)),
    Case(BOWEL_COURSE, 11, ("forward_outside",), "Morbus Crohn, flyttar til Bergen til sommaren.", "Å halde fram der eg kjem.", "K50.1", date(1998, 7, 1), ICD),
    Case(DIABETES_COURSE, 2, (), "Mora til ein tiåring vil forstå sjukdomen til guten, som ikkje treng vere med.", "At heimen blir trygg.", "T90", date(1988, 10, 10),
         others=((KIN, date(1986, 1, 5)),), patient_attends=False),
)  # fmt: skip
TEXTS = {
    "ask": "Kan de sende svaret på blodprøvene frå september, og seie kva som er prøvd av behandling?",
    "answer": "Blodprøvene er normale. Pasienten har gått til fysioterapeut sidan mai, med litt betring.",
    "reject": "Plagene har vart kort tid og heng saman med nattarbeid. Fastlegen og bedriftshelsetenesta kan hjelpe deg best no.",
    "advise": "Fullfør utgreiinga med nye blodprøver og ei vurdering av søvn. Tilvis på nytt dersom plagene varer i seks månader.",
    "accept": "Ta med noko å skrive på. Det er lov å liggje ned når du treng det.",
    "forward": "Kurset for dykk som bur her, blir halde i Volda.",
    "forward_outside": "Haukeland universitetssjukehus",
    "withdraw": "Pasienten vil vente til neste år.",
    "close": "Pasienten har gått det same kurset ved eit anna sjukehus og treng ikkje plassen. Neste steg er likepersontilbodet i Volda.",
}


@contextmanager
def _acting(person: User, now: datetime) -> Iterator[None]:
    """Let a person act; who may do what is judged by today, when the demo's roles begin."""
    with acting_as(Acting(actor_id=str(person.pk), purpose="load_demo", portal_at=now.isoformat())), translation.override(person.language):
        yield


def load(*, now: datetime) -> None:
    """This will put the rules in force and make the referrals."""
    _rules(now)
    people = {person.mailbox: User.objects.get(email=person.email) for person in DEMO_PEOPLE if person.unit}
    cases = _Cases(people, now)
    for case in CASES:
        cases.make(case)
    cases.make_drafts()
    _post_the_older_letters(people["inntak.molde"], now)
    _leave_old_mail_unsent(now)


def _rules(now: datetime) -> None:
    """Rule set 1: every course goes to its own clinic, except where people go to their own hospital; and those of Volda to Volda."""
    units = {unit.code: unit for unit in Unit.objects.filter(kind="clinic")}
    courses = Course.objects.filter(status__in=PUBLIC_COURSE_STATES, public_version__sign_up=SignUpRoute.REFERRAL).select_related(
        "public_version__refer_to"
    )
    rules: list[dict[str, Any]] = [
        {"course": course, "receiving_unit": course.shown_version.refer_to, "legal_basis": LEGAL_BASIS}
        for course in courses.order_by("code")
    ]
    diabetes = Course.objects.get(code=DIABETES_COURSE)
    rules += [
        {"course": diabetes, "hospital_area_id": area, "receiving_unit": units[code], "legal_basis": LEGAL_BASIS}
        for area, code in DIABETES_AT_HOME.items()
    ]
    rules.append({"hospital_area_id": "volda", "receiving_unit": units[VOLDA], "legal_basis": LEGAL_BASIS})
    rules += [{"hospital_area_id": area, "receiving_unit": units[code], "is_fallback": True} for area, code in FALLBACKS.items()]
    began = now - timedelta(days=200)
    rule_set = rule_actions.new_rule_set(note="Første regelsett", by=None, now=began)
    rule_actions.add_rules(rule_set=rule_set, rules=rules, by=None)
    rule_actions.put_rule_set_in_force(rule_set=rule_set, by=None, now=began)


class _Cases:
    """Makes one referral after another, each with people of its own."""

    def __init__(self, people: Mapping[str, User], now: datetime) -> None:
        self.people, self.now, self.today = people, now, oslo_date(now)
        self.serial = count()
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.clinicians = {
            MOLDE: (people["vurderer.molde"], people["inntak.molde"]),
            VOLDA: (people["vurderar.volda"], people["inntak.volda"]),
        }

    def _person(self, kind: ParticipantKind, born: date, *, attends: bool = True) -> Person:
        number = next(self.serial)
        return Person(
            kind,
            attends=attends,
            name=f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}",
            identity_number=personal_ids.make_synthetic(born, number % 40).number,
            phone=f"+47900{10000 + 37 * number}",
        )

    def _contents(self, case: Case) -> Contents:
        patient = self._person(ParticipantKind.PATIENT, case.born, attends=case.patient_attends)
        values: dict[str, Any] = {
            "people": (patient, *(self._person(kind, born) for kind, born in case.others)),
            "diagnosis_system": case.system,
            "diagnosis_code": case.code,
            "reason": case.reason,
            "what_matters": case.what_matters,
            "language": "nn",
            "patient_is_informed": True,
            "consents_to_sharing": True,
            "municipality": Municipality.objects.get(number=case.municipality),
            **case.more,
        }
        if case.referrer == "tilvisar.sjukehus":
            values["gp_name"] = "Volda legesenter"
        return Contents(**values)

    def _moment(self, days_ago: int, after: int = 0) -> datetime:
        """A moment in working hours some working days ago, and `after` steps later; never after now."""
        if days_ago == 0:
            return self.now - timedelta(minutes=50 - after)
        day = add_working_days(self.today, -days_ago)
        return min(at_local_time(add_working_days(day, after) if after else day, time(9 + after, 20)), self.now)

    def _office(self, mailbox: str) -> Unit:
        return self.units[next(person.unit for person in DEMO_PEOPLE if person.mailbox == mailbox)]

    def _draft(self, case: Case, writer: str, moment: datetime) -> Referral:
        person = self.people[writer]
        with _acting(person, self.now):
            return drafts.save_draft(
                referral=None,
                course=Course.objects.select_related("public_version").get(code=case.course),
                unit=self._office(writer),
                token=new_id(),
                contents=self._contents(case),
                by=person,
                now=moment,
            )

    def make(self, case: Case) -> Referral:
        """This will write, send, and do what has happened."""
        moment = self._moment(case.days_ago)
        draft = self._draft(case, case.referrer, moment - timedelta(minutes=6))
        sender = self.people[case.referrer]
        forwarded = "forward_from_molde" in case.happened
        with _acting(sender, self.now):
            referral = sending.send_referral(
                referral=draft,
                by=sender,
                now=moment,
                seen_version=draft.version,
                chosen_unit=self.units[MOLDE] if forwarded else None,
                override_reason="Pasienten har vore til utgreiing der før." if forwarded else "",
            )
        for step, verb in enumerate(case.happened, start=1):
            referral = self._do(referral, verb, sender, self._moment(case.days_ago, step))
        return referral

    def _do(self, referral: Referral, verb: str, sender: User, moment: datetime) -> Referral:
        unit = referral.receiving_unit
        if unit is None:
            raise ValueError("sent referrals have a unit")
        assessor, secretary = self.clinicians[unit.code]
        by = (
            sender if verb in ("answer", "withdraw") else secretary if verb in ("ask", "enter_in_error", "forward_from_molde") else assessor
        )
        with _acting(by, self.now):
            common: dict[str, Any] = {"referral": referral, "by": by, "now": moment, "seen_version": referral.version}
            return self._deed(verb, referral, common, assessor)

    def _deed(self, verb: str, referral: Referral, common: dict[str, Any], assessor: User) -> Referral:
        text = TEXTS.get(verb, "")
        deeds: dict[str, Callable[[], Referral]] = {
            "start": lambda: assessing.start_assessment(**common),
            "ask": lambda: assessing.ask_for_information(text=text, **common),
            "answer": lambda: assessing.answer_question(text=text, **common),
            "accept": lambda: self._accept(referral, common),
            "accept_without_date": lambda: self._accept_without_date(common),
            "reject": lambda: answering.reject(reason_code="other_level", text=text, **common),
            "advise": lambda: answering.advise(text=text, **common),
            "forward_from_molde": lambda: assessing.forward(
                to_unit=self.units[VOLDA], reason_code="home_area", text=TEXTS["forward"], **common
            ),
            "forward_outside": lambda: assessing.forward_outside(to_name=text, reason_code="patient_wish", text="", **common),
            "withdraw": lambda: ending.withdraw(wish_of=WithdrawnBy.REFERRER, reason_code="", text=text, **common),
            "close": lambda: ending.close(result_note=text, **common),
            "enter_in_error": lambda: self._in_error(common, assessor),
        }
        return deeds[verb]()

    def _in_error(self, common: dict[str, Any], second: User) -> Referral:
        reported = ending.report_error(reason=ErrorReason.SENT_TWICE, text="", **common)
        with _acting(second, self.now):
            return ending.confirm_error(referral=reported, by=second, now=common["now"], seen_version=reported.version)

    def _accept_without_date(self, common: dict[str, Any]) -> Referral:
        period = answering.Period(self.today + timedelta(days=60), self.today + timedelta(days=120))
        return answering.accept_without_date(period=period, right_by_on=self.today + timedelta(days=150), text="", **common)

    def _accept(self, referral: Referral, common: dict[str, Any]) -> Referral:
        needed = referral.participants.filter(attends=True).count()
        sites = queries.free_sites(referral.course, self.today, needed=needed)
        if not sites:  # every date is full on this day of the year: the right is given, and the place comes later
            return self._accept_without_date(common)
        return answering.accept_with_place(site=sites[0], right_by_on=self.today + timedelta(days=150), text=TEXTS["accept"], **common)

    def make_drafts(self) -> None:
        """This will make a draft that is not finished, and one that the assistant has given to the clinician."""
        first = CASES[0]
        unfinished = replace(
            first,
            course=HEART_COURSE,
            reason="",
            what_matters="",
            code="",
            born=date(1961, 9, 19),
            others=(),
            more={"patient_is_informed": False},
        )
        self._draft(unfinished, "tilvisar.volda", self.now - timedelta(hours=3))
        reason = "Nyleg diabetes type 2, ønskjer kurs før jul."
        prepared = replace(
            first, course=DIABETES_COURSE, reason=reason, what_matters="Å forstå tala.", code="T90", born=date(1970, 6, 13), others=()
        )
        draft = self._draft(prepared, "medarbeidar.volda", self.now - timedelta(hours=2))
        assistant = self.people["medarbeidar.volda"]
        with _acting(assistant, self.now):
            drafts.hand_over(referral=draft, by=assistant, now=self.now - timedelta(hours=1))


def _post_the_older_letters(secretary: User, now: datetime) -> None:
    """Molde has posted what is older than five working days; the rest waits in the queue."""
    limit = at_local_time(add_working_days(oslo_date(now), -5), time(0))
    with _acting(secretary, now):
        for letter in Letter.objects.filter(unit__code=MOLDE, channel=Channel.POST, made_at__lt=limit).select_related(
            "unit", "referral__receiving_unit"
        ):
            letters.mark_posted(letter=letter, by=secretary, now=letter.made_at + timedelta(hours=4))


def _leave_old_mail_unsent(now: datetime) -> None:
    """What would have been sent on days past is not sent today."""
    for message in Message.objects.filter(kind__startswith="referrals.", status="planned", due_at__lt=now - timedelta(days=1)):
        move(MESSAGE, message, verb="skip", now=now, why="expired")
