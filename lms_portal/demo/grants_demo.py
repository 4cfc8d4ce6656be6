"""The demo's grants: a scheme, three grant years with invented organisations, made through the actions as the people would have done it.

The newest round that has opened is the current one: open in October and November, closed after that. The year before it is paid out and
being reported on; the year before that is settled, with money carried on.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from grants.actions import applications, assessment, carry_overs, payments, reports, rounds
from grants.actions.applications import BudgetRow
from grants.actions.reports import ReportRow
from grants.enums import Category, County, PartKey
from grants.models import Application, CarryOver, GuidelineVersion, LedgerAccount, Organisation, Report, Round, Scheme
from grants.rounds import last_day_of, window_of
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.audit.context import Acting, acting_as
from lms_portal.audit.transitions import move
from lms_portal.common.clock import OSLO, oslo_date
from lms_portal.common.models import DataKey
from lms_portal.common.norwegian_text import sort_key
from lms_portal.demo.accounts_demo import add_member
from lms_portal.demo.people import DEMO_PEOPLE
from lms_portal.outbox.models import Message
from lms_portal.outbox.workflow import MESSAGE

SOURCE = Path(__file__).with_name("organisations.toml")
FRAMES = (3_900_000, 4_100_000, 4_300_000)
OWN = "hjertevakt-mr"  # the organisation of the demo's two applicants

CHECKLIST = [
    {"code": "user_run", "nb": "Organisasjonen drives av brukere eller pårørende", "nn": "Organisasjonen blir driven av brukarar eller pårørande", "en": "The organisation is run by users or next of kin"},
    {"code": "democratic", "nb": "Organisasjonen er demokratisk bygd opp, og styret er valgt", "nn": "Organisasjonen er demokratisk bygd opp, og styret er valt", "en": "The organisation is democratic, and its board is elected"},
    {"code": "region", "nb": "Organisasjonen hører til i Møre og Romsdal eller Trøndelag", "nn": "Organisasjonen høyrer til i Møre og Romsdal eller Trøndelag", "en": "The organisation belongs in Møre og Romsdal or Trøndelag"},
    {"code": "report", "nb": "Rapporten om årets penger er levert, når det er gitt penger", "nn": "Rapporten om pengane i år er levert, når det er gitt pengar", "en": "The report on this year's money is delivered, where there was money"},
]  # fmt: skip
GUIDELINES = {
    "nb": """Tilskuddet skal styrke organisasjoner som arbeider for gode og likeverdige helsetilbud og god samhandling.

Fylkeslag og regionale organer går foran lokale lag. Når to ledd av samme organisasjon søker, ser saksbehandleren søknadene i sammenheng.

Pengene kan brukes til opplæring av brukerrepresentanter, egne kurs, likepersonsarbeid, rekruttering, undervisning av helsepersonell, skolering av tillitsvalgte og drift som hører til dette.

Det regionale brukerutvalget gir råd før vedtaket. Medlemmer som er inhabile, trer til side.

Penger som ikke er brukt ved årets slutt, betales tilbake, om ikke organisasjonen har fått lov til å bruke dem året etter.""",
    "nn": """Tilskotet skal styrkje organisasjonar som arbeider for gode og likeverdige helsetilbod og god samhandling.

Fylkeslag og regionale organ går framom lokale lag. Når to ledd av same organisasjon søkjer, ser saksbehandlaren søknadene i samanheng.

Pengane kan brukast til opplæring av brukarrepresentantar, eigne kurs, likepersonsarbeid, rekruttering, undervisning av helsepersonell, skolering av tillitsvalde og drift som høyrer til dette.

Det regionale brukarutvalet gir råd før vedtaket. Medlemmer som er inhabile, går til side.

Pengar som ikkje er brukte når året er slutt, skal betalast tilbake, om ikkje organisasjonen har fått lov til å bruke dei året etter.""",
    "en": """The grant is to strengthen organisations that work for good and equal health services and for cooperation.

County and regional bodies come before local branches. Where two levels of one organisation apply, the case officer sees the applications together.

The money may go to training of user representatives, courses of one's own, peer support, recruitment, teaching health personnel, training of elected officers, and the running costs that belong to these.

The regional user committee advises before the decision. Members with a conflict of interest step aside.

Money that is not used by the end of the year is repaid, unless the organisation has been allowed to use it the year after.""",
}


@dataclass
class People:
    """Who acts for the office."""

    officer: User
    second: User
    decider: User
    adviser: User


@dataclass
class Member:
    """An organisation of the demo with its texts and people."""

    facts: Mapping[str, Any]
    organisation: Organisation
    writer: User
    lead: User


@contextmanager
def acting(person: User, now: datetime) -> Iterator[None]:
    """Let a person act; who may do what is judged by today, when the demo's roles begin."""
    with acting_as(Acting(actor_id=str(person.pk), purpose="load_demo", portal_at=now.isoformat())):
        yield


def load(*, now: datetime) -> None:
    """This will make the scheme, its organisations and three years of grants up to `now`."""
    scheme, people = _scheme(), _people()
    members = {member.facts["code"]: member for member in _members(now)}
    current = oslo_date(now).year + (1 if now >= window_of(oslo_date(now).year + 1).opens_at else 0)
    years = Years(scheme, people, members, current, now)
    years.load()
    _leave_old_mail_unsent(now)


def _scheme() -> Scheme:
    office = Unit.objects.get(code="hmn-grants")
    return Scheme.objects.create(
        code="hmn-brukerorganisasjoner",
        office=office,
        name_nb="Tilskudd til brukerorganisasjoner",
        name_nn="Tilskot til brukarorganisasjonar",
        name_en="Grants to user organisations",
        counties=County.values,
        categories=Category.values,
        ceiling_nok=1_500_000,
    )


def _people() -> People:
    by_mailbox = {person.mailbox: User.objects.get(email=person.email) for person in DEMO_PEOPLE if person.unit == "hmn-grants"}
    return People(by_mailbox["saksbehandler1"], by_mailbox["saksbehandlar2"], by_mailbox["beslutter"], by_mailbox["rbu"])


def _with_check_digit(digits: str, weights: tuple[int, ...]) -> str:
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return "" if rest == 10 else f"{digits}{rest % 11}"


def _organisation_numbers() -> Iterator[str]:
    """Test organisation numbers, which begin with 310 and pass their check."""
    for serial in range(10, 10_000):
        if number := _with_check_digit(f"3100{serial:04d}", (3, 2, 7, 6, 5, 4, 3, 2)):
            yield number


def _account_numbers() -> Iterator[str]:
    """Account numbers of no bank that pass their check."""
    for serial in range(100, 10_000):
        if number := _with_check_digit(f"999900{serial:04d}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
            yield number


def _members(now: datetime) -> Iterator[Member]:
    facts_of_all = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["organisation"]
    numbers, accounts = _organisation_numbers(), _account_numbers()
    made: dict[str, Organisation] = {}
    long_ago = now - timedelta(days=4 * 365)
    own = {person.role: person for person in DEMO_PEOPLE if person.role in {"applicant", "organisation_lead"}}
    for facts in facts_of_all:
        code = facts["code"]
        language = facts.get("language", "nb")
        unit = Unit.objects.create(
            code=code,
            kind=UnitKind.USER_ORGANISATION,
            path=code,
            name_nb=facts["name_nb"],
            name_nn=facts["name_nn"],
            sort_key=sort_key(facts["name_nb"]),
            mailbox=f"post@{code}.example",
            default_language=language,
        )
        made[code] = Organisation.objects.create(
            unit=unit,
            organisation_number=next(numbers),
            level=facts["level"],
            counties=facts["counties"],
            parent=made.get(facts.get("parent", "")),
            data_key=DataKey.create(),
            account_number=next(accounts),
        )
        if code == OWN:
            lead = add_member(own["organisation_lead"].email, own["organisation_lead"].name, "organisation_lead", unit, now=long_ago)
            writer = add_member(own["applicant"].email, own["applicant"].name, "applicant", unit, now=long_ago)
        else:
            lead = add_member(f"leder@{code}.example", f"Prøveleder, {facts['name_nb']}", "organisation_lead", unit, language, now=long_ago)
            writer = lead
        yield Member(facts, made[code], writer, lead)


class Years:
    """Walks the grant years, oldest first."""

    def __init__(self, scheme: Scheme, people: People, members: Mapping[str, Member], current: int, now: datetime) -> None:
        self.scheme, self.people, self.members, self.current, self.now = scheme, people, members, current, now

    def load(self) -> None:
        """This will make the settled year, the year being reported on, and the current round."""
        codes = list(self.members)
        settled = self._round(self.current - 2, FRAMES[0])
        self._apply(settled, codes[:11], growth=0)
        self._decide(settled, ineligible={"horselsringen-trondelag"}, rejected={"me-kontakten-mr"}, cut=0.8)
        paid = self._round(self.current - 1, FRAMES[1])
        self._apply(paid, [code for code in codes if code != "kreftfolget-nr"], growth=1, carry={OWN: 40_000, "nyrelauget-mr": 30_000})
        self._report_alone(settled.grant_year, "kreftfolget-nr", at=paid.opens_at + timedelta(days=20), repay=12_000)
        self._settle(settled, paid)
        self._decide(paid, ineligible=set(), rejected={"diabetesnettet-sunnmore"}, cut=0.85)
        current = self._round(self.current, FRAMES[2])
        self._current(current)
        if self.now >= current.closes_at:
            self._round(self.current + 1, FRAMES[-1])

    # Rounds

    def _round(self, year: int, frame: int) -> Round:
        """Make, confirm and, where the time has come, open a round, as the office would have in the September before."""
        window = window_of(year)
        moment = min(window.opens_at - timedelta(days=21), self.now)
        number = year - self.current + 3
        with acting(self.people.officer, self.now):
            guideline, _made = GuidelineVersion.objects.get_or_create(
                scheme=self.scheme,
                number=min(number, 3),
                defaults={
                    "text_nb": GUIDELINES["nb"],
                    "text_nn": GUIDELINES["nn"],
                    "text_en": GUIDELINES["en"],
                    "checklist": CHECKLIST,
                    "adopted_on": oslo_date(moment) - timedelta(days=30),
                },
            )
            made = rounds.create_round(scheme=self.scheme, grant_year=year, by=self.people.officer, now=moment)
            rounds.confirm_round(
                round=made,
                guideline=guideline,
                frame_amount_nok=frame,
                opens_at=made.opens_at,
                last_day=last_day_of(made.closes_at),
                by=self.people.officer,
                now=moment,
            )
        if window.opens_at <= self.now:
            rounds.open_and_close_rounds(now=window.opens_at)
        made.refresh_from_db()
        return made

    def _moment(self, round_: Round, share: float) -> datetime:
        """A moment inside a round's time so far."""
        end = min(self.now, round_.closes_at - timedelta(hours=2))
        return round_.opens_at.astimezone(UTC) + share * (end - round_.opens_at)

    # Applicants

    def _start(self, round_: Round, code: str, at: datetime) -> Application:
        member = self.members[code]
        with acting(member.writer, self.now):
            return applications.start_application(round=round_, organisation=member.organisation, by=member.writer, now=at)

    def _lines(self, code: str, growth: int) -> list[BudgetRow]:
        lines = self.members[code].facts["lines"]
        return [BudgetRow(category, text, cost + cost // 20_000 * 1_000 * growth, own) for category, text, cost, own in lines]

    def _fill(self, application: Application, code: str, at: datetime, growth: int, keys: tuple[PartKey, ...] = tuple(PartKey)) -> None:
        member, facts = self.members[code], self.members[code].facts
        year = at.astimezone(OSLO).year
        answers: dict[PartKey, dict[str, Any]] = {
            PartKey.ORGANISATION: {"about": facts["about"], "members": facts["members"] + 7 * growth, "annual_meeting_on": date(year, 3, 17).isoformat()},
            PartKey.ACTIVITIES: {name: facts[name] for name in ("goals", "activities", "participants", "cooperation")}
            | {"priorities": sorted({line[0] for line in facts["lines"]})},
            PartKey.BUDGET: {"explanation": ""},
            PartKey.CONFIRMATION: {
                "is_user_run": True, "is_democratic": True, "board_approved_on": date(year, 9, 24).isoformat(), "knows_report_duty": True, "is_correct": True
            },
        }  # fmt: skip
        sealed = {
            "contact_name": member.lead.name,
            "contact_email": member.organisation.unit.mailbox,
            "contact_phone": "+4770000000",
            "account_number": member.organisation.account_number or "",
        }
        with acting(member.writer, self.now):
            for number, key in enumerate(key for key in keys if key in answers):
                applications.save_part(
                    application=application,
                    key=key,
                    answers=answers[key],
                    is_complete=True,
                    seen_version=0,
                    by=member.writer,
                    now=at + timedelta(minutes=7 * number),
                    sealed=sealed if key == PartKey.ORGANISATION else None,
                    budget=self._lines(code, growth) if key == PartKey.BUDGET else None,
                )

    def _fill_report(self, report: Report, code: str, at: datetime, *, carry: int = 0, repay: int = 0) -> None:
        """Account for everything that stands open, over the lines of the budget."""
        member = self.members[code]
        accounts = LedgerAccount.objects.filter(organisation=member.organisation, scheme=self.scheme, year=report.grant_year)
        left = sum(account.open_nok for account in accounts) - carry - repay
        lines = list(report.lines.all())
        rows = []
        for number, line in enumerate(lines):
            amount = left if number == len(lines) - 1 else min(left, line.budgeted_nok * 4 // 5)
            left -= amount
            rows.append(ReportRow(line.category, line.text, line.budgeted_nok, amount - amount // 5, amount // 5))
        with acting(member.writer, self.now):
            reports.save_report(
                report=report,
                texts={
                    "activities": member.facts["activities"],
                    "difference": "",
                    "carry_over_purpose": member.facts["lines"][0][1] if carry else "",
                },
                carry_over_nok=carry,
                repay_nok=repay,
                rows=rows,
                is_complete=True,
                seen_number=report.save_number,
                by=member.writer,
                now=at,
            )

    def _submit(self, application: Application, code: str, at: datetime) -> None:
        member = self.members[code]
        fresh = Application.objects.get(pk=application.pk)
        with acting(member.lead, self.now):
            applications.submit_application(application=fresh, seen_version=fresh.version, by=member.lead, now=at)

    def _apply(self, round_: Round, codes: list[str], growth: int, carry: Mapping[str, int] | None = None) -> None:
        for number, code in enumerate(codes):
            at = self._moment(round_, (number + 1) / (len(codes) + 2))
            application = self._start(round_, code, at)
            self._fill(application, code, at, growth)
            report = Report.objects.filter(application=application).first()
            if report:
                self._fill_report(report, code, at, carry=(carry or {}).get(code, 0))
            self._submit(application, code, at + timedelta(hours=1))

    def _report_alone(self, year: int, code: str, at: datetime, *, carry: int = 0, repay: int = 0, deliver: bool = True) -> Report:
        member = self.members[code]
        with acting(member.writer, self.now):
            report = reports.start_report(organisation=member.organisation, scheme=self.scheme, grant_year=year, by=member.writer, now=at)
        self._fill_report(report, code, at, carry=carry, repay=repay)
        if deliver:
            with acting(member.lead, self.now):
                reports.submit_report(report=report, seen_version=report.version, by=member.lead, now=at + timedelta(hours=1))
        return Report.objects.get(pk=report.pk)

    # The office

    def _decide(self, round_: Round, *, ineligible: set[str], rejected: set[str], cut: float) -> None:
        """Take a round from its deadline to paid out, over the winter."""
        officer, closed = self.people.officer, round_.closes_at
        rounds.open_and_close_rounds(now=closed)
        with acting(officer, self.now):
            rounds.start_assessment(round=round_, by=officer, now=closed + timedelta(days=9, hours=10))
            for number, application in enumerate(
                Application.objects.filter(round=round_, status="screening").select_related("organisation__unit")
            ):
                at = closed + timedelta(days=10 + number, hours=9)
                code = application.organisation.unit.code
                checks = {item["code"]: (code not in ineligible or item["code"] != "democratic", "") for item in CHECKLIST}
                assessment.record_checks(application=application, checks=checks, by=officer, now=at)
                if code in ineligible:
                    assessment.find_ineligible(
                        application=application, reason="Årsmøteprotokollen viser ikke at styret er valgt.", by=officer, now=at
                    )
                    continue
                assessment.send_to_review(application=application, by=officer, now=at)
                score = 2 if code in rejected else 3 + number % 3
                assessment.assess(application=application, score=score, comment="", amounts_add_up=True, by=officer, now=at)
                amount = 0 if code in rejected else int((application.applied_nok or 0) * (1 if number % 4 == 0 else cut)) // 1000 * 1000
                text = (
                    "Tiltaket dekkes av fylkeslaget, som også har søkt."
                    if code in rejected
                    else "Tiltaket svarer til retningslinjene. Summen er tilpasset rammen."
                )
                assessment.recommend_application(application=application, amount_nok=amount, text=text, by=officer, now=at)
        self._finish(round_)

    def _finish(self, round_: Round) -> None:
        people, closed = self.people, round_.closes_at
        with acting(people.adviser, self.now):
            rounds.file_advice(
                round=round_,
                text="Utvalget støtter innstillingen og ber om at opplæring av brukerrepresentanter går foran drift.",
                given_on=oslo_date(closed) + timedelta(days=40),
                conflicts_declared=True,
                by=people.adviser,
                now=closed + timedelta(days=41, hours=10),
            )
        with acting(people.officer, self.now):
            rounds.recommend_round(round=round_, by=people.officer, now=closed + timedelta(days=45, hours=10))
        with acting(people.decider, self.now):
            rounds.decide_round(round=round_, by=people.decider, now=closed + timedelta(days=55, hours=10))
        with acting(people.officer, self.now):
            prepared = payments.prepare_payments(round=round_, by=people.officer, now=closed + timedelta(days=70, hours=10))
        with acting(people.second, self.now):
            payments.approve_payments(payments=prepared, by=people.second, now=closed + timedelta(days=71, hours=10))
        with acting(people.officer, self.now):
            payments.export_payments(round=round_, by=people.officer, now=closed + timedelta(days=72, hours=10))
            payments.confirm_payments(
                round=round_, paid_on=oslo_date(closed) + timedelta(days=73), by=people.officer, now=closed + timedelta(days=73, hours=10)
            )
            rounds.finish_payments(round=round_, by=people.officer, now=closed + timedelta(days=74, hours=10))

    def _settle(self, round_: Round, following: Round) -> None:
        """Approve every report of a year in the winter after it, decide what is carried on, take in repayments, close the accounts."""
        people, winter = self.people, following.closes_at + timedelta(days=25, hours=10)
        with acting(people.officer, self.now):
            for report in Report.objects.filter(scheme=self.scheme, grant_year=round_.grant_year, status="submitted"):
                reports.approve_report(report=report, admitted={}, by=people.officer, now=winter)
        with acting(people.decider, self.now):
            for request in CarryOver.objects.filter(from_year=round_.grant_year):
                carry_overs.approve_carry_over(carry_over=request, by=people.decider, now=winter + timedelta(days=5))
        with acting(people.officer, self.now):
            for account in LedgerAccount.objects.filter(scheme=self.scheme, year=round_.grant_year):
                if account.open_nok:
                    at = winter + timedelta(days=12)
                    carry_overs.record_repayment(
                        account=account, amount_nok=account.open_nok, note="Innbetalt til tilskuddskontoret", by=people.officer, now=at
                    )
            rounds.settle_round(round=round_, by=people.officer, now=winter + timedelta(days=20))

    def _current(self, round_: Round) -> None:
        """The current round: some have submitted, some write, some have not begun; reports and requests wait on the desk."""
        year = round_.reports_on_year
        submitted = ["hjertevakt-trondelag", "revmanettverket-trondelag", "tarmvennene-midt", "brukerforum-midt", "diabetesnettet-mr"]
        for number, code in enumerate(submitted):
            at = self._moment(round_, 0.2 + 0.12 * number)
            application = self._start(round_, code, at)
            self._fill(application, code, at, growth=2)
            report = Report.objects.filter(application=application).first()
            if report:
                self._fill_report(report, code, at, carry=20_000 if code == "tarmvennene-midt" else 0)
            self._submit(application, code, at)
        drafts: dict[str, tuple[PartKey, ...]] = {
            OWN: (PartKey.ORGANISATION, PartKey.ACTIVITIES),
            "lungefellesskapet-trondelag": tuple(PartKey),
            "horselsringen-trondelag": (PartKey.ORGANISATION,),
            "diabetesnettet-sunnmore": (),
        }
        for number, (code, keys) in enumerate(drafts.items()):
            at = self._moment(round_, 0.15 + 0.1 * number)
            self._fill(self._start(round_, code, at), code, at, growth=2, keys=keys)
        # money from two years before, carried on once and asked carried on again
        waiting = self._report_alone(year, "nyrelauget-mr", at=self._moment(round_, 0.5), carry=25_000)
        with acting(self.people.officer, self.now):
            reports.approve_report(report=waiting, admitted={}, by=self.people.officer, now=self._moment(round_, 0.7))
        self._report_alone(year, "psykisk-styrke-trondelag", at=self._moment(round_, 0.6), repay=9_000)
        returned = self._report_alone(year, "me-kontakten-mr", at=self._moment(round_, 0.4))
        with acting(self.people.officer, self.now):
            reason = "Vi treng å vite kor mange som var med på syskendagen."
            reports.send_back(report=returned, reason=reason, comments={}, by=self.people.officer, now=self._moment(round_, 0.8))
        rounds.open_and_close_rounds(now=self.now)


def _leave_old_mail_unsent(now: datetime) -> None:
    """What would have been sent in years past is not sent today; receipts of the last day are."""
    for message in Message.objects.filter(kind__startswith="grants.", status="planned", due_at__lt=now - timedelta(days=1)):
        move(MESSAGE, message, verb="skip", now=now, why="expired")
