"""What follows a course, in the demo: people who keep in touch, both leaders' evaluation, working together, steps, offers of peers, news.

Everything goes through the actions, so that the demo's mailbox holds the mails with their links. People and organisations are invented.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from catalogue.actions import coproduction, courses, joining, leader_evaluations, news, self_help
from catalogue.actions.joining import SignUpFields
from catalogue.actions.runs import new_run
from catalogue.actions.search import refresh_search
from catalogue.actions.self_help import Shared
from catalogue.actions.state import note_change
from catalogue.enums import LanguageState, ScheduleKind, SiteMode, SiteRole
from catalogue.models import Course, DeliverySite, LeaderEvaluation, NewsSubscription, Run
from catalogue.schedule import Dates
from catalogue.workflow import RUN
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Unit
from lms_portal.audit.transitions import move
from lms_portal.common.clock import oslo_date
from lms_portal.common.norwegian_text import slugify_norwegian, sort_key

COURSE = "DIA2-VOLDA"
SELF_SIGN_UP = "FRAMOVER-ALESUND"
CENTRE = "volda-lms"
FORM = UUID("0199aaaa-0000-7000-8000-00000000f0f1")
READER = "nyhende@post.example"
IN_TOUCH = "eirin.gruppe@post.example"
PEERS = (
    {
        "code": "LIKE-DIABETES",
        "topic": "endocrine",
        "title_nb": "Likepersontelefonen om diabetes",
        "title_nn": "Likepersontelefonen om diabetes",
        "summary_nb": "Ring og snakk med en som selv lever med diabetes. Likepersonene har taushetsplikt og er kurset i å lytte.",
        "summary_nn": "Ring og snakk med ein som sjølv lever med diabetes. Likepersonane har teieplikt og er kursa i å lytte.",
    },
    {
        "code": "LIKE-FOLGJE",
        "topic": "endocrine",
        "title_nb": "Følge til timen på poliklinikken",
        "title_nn": "Følgje til timen på poliklinikken",
        "summary_nb": "En likeperson møter deg ved inngangen, er med inn om du vil, og tar en kaffe etterpå.",
        "summary_nn": "Ein likeperson møter deg ved inngangen, er med inn om du vil, og tek ein kaffi etterpå.",
    },
)
MUNICIPAL = {
    "code": "FRISKLIV-VOLDA",
    "topic": "nutrition_obesity",
    "title_nb": "Frisklivssentralen i Volda: bra mat og mer bevegelse",
    "title_nn": "Frisklivssentralen i Volda: bra mat og meir rørsle",
    "summary_nb": "Tolv uker med samtaler, turer og matkurs i kommunen, for deg som vil endre vaner.",
    "summary_nn": "Tolv veker med samtalar, turar og matkurs i kommunen, for deg som vil endre vanar.",
}


def _in_touch(course: Course, *, now: datetime) -> None:
    """Three of those who were on last month's course; their list can be seen by now."""
    run = course.runs.filter(status="completed", enrolments__isnull=False).order_by("-sort_key").distinct().first()
    people = (
        list(run.enrolments.filter(status__in=("completed", "not_completed")).select_related("participant__data_key")[:3]) if run else []
    )
    shared = (
        Shared("Alva", email="deltakar1@demo.example"),
        Shared("Birk", phone="+4790000002"),
        Shared("Dagny", email="deltakar3@demo.example"),
    )
    for one, what in zip(people, shared, strict=False):
        self_help.say_yes(enrolment=one, shared=what, now=now - timedelta(days=20))


def _begun(*, now: datetime) -> None:
    """Somebody on a course that has begun, who signed up without a referral: the page of their place leads on."""
    course = Course.objects.select_related("owner", "public_version").get(code=SELF_SIGN_UP)
    today = oslo_date(now)
    run = new_run(course=course, dates=Dates.on(today - timedelta(days=7), today + timedelta(days=7)), now=now - timedelta(days=40))
    DeliverySite.objects.create(run=run, unit=Unit.objects.get(code="alesund"), role=SiteRole.ORIGIN, mode=SiteMode.IN_PERSON, places=12)
    move(RUN, run, verb="open", now=now - timedelta(days=39))
    fields = SignUpFields("Eirin Prøvegruppe", email=IN_TOUCH, language="nn")
    joining.sign_up(run=Run.objects.get(pk=run.pk), fields=fields, form_key=FORM, now=now - timedelta(days=20))
    coproduction.add_step(
        course=course,
        side="after",
        kind="municipal",
        text_nb="Treningsgruppe på frisklivssentralen der du bor",
        text_nn="Treningsgruppe på frisklivssentralen der du bur",
        now=now,
    )


def _together(course: Course, *, now: datetime) -> None:
    organisation = Unit.objects.filter(kind=UnitKind.USER_ORGANISATION).order_by("code").first()
    coproduction.add_representative(
        course=course,
        unit=organisation,
        organisation="" if organisation else "Diabeteslaget på Søre Sunnmøre",
        contribution="Fortel om eigne erfaringar den første dagen, og planlegg programmet saman med oss.",
        name="Birger Prøvebrukar",
        email="brukarrepresentant.volda@demo.example",
        name_is_public=True,
        now=now,
    )
    phases: dict[str, dict[str, Any]] = {
        "develop": {"note": "Gjekk gjennom evalueringane og valde tema.", "done_on": oslo_date(now) - timedelta(days=120)},
        "plan": {"note": "Fordelte dagane og laga programmet.", "done_on": oslo_date(now) - timedelta(days=75)},
        "carry_out": {"note": "Leiar dagane saman."},
    }
    for phase, values in phases.items():
        sides = {"professional": "Diabetessjukepleiar, medisinsk poliklinikk", "representative": "Brukarrepresentant, brukarorganisasjonen"}
        coproduction.save_phase(course=course, phase=phase, values={**sides, **values}, by=None, now=now)
    steps: tuple[dict[str, Any], ...] = (
        {
            "side": "before",
            "kind": "other",
            "text_nb": "Samtale og blodprøver hos fastlegen",
            "text_nn": "Samtale og blodprøver hos fastlegen",
        },
        {"side": "after", "kind": "course", "target": Course.objects.select_related("public_version").get(code=MUNICIPAL["code"])},
        {"side": "after", "kind": "other", "text_nb": "Årskontroll hos fastlegen", "text_nn": "Årskontroll hos fastlegen"},
    )
    for step in steps:
        coproduction.add_step(course=course, now=now, **step)


def _leaders(course: Course, *, now: datetime) -> None:
    asked = LeaderEvaluation.objects.select_related("run__course__owner").filter(run__course=course).order_by("asked_at").first()
    if asked is None:
        return
    for row in leader_evaluations.ask_leaders(run=asked.run, now=now):
        is_professional = row.side == "professional"
        values = {"learnt": 5, "everyday": 4, "sharing": 5, "practical": 3, "together": 4 if is_professional else 5}
        good = "Likepersonen nådde fram." if is_professional else "Eg var med frå første møte."
        leader_evaluations.answer(asked=row, values={**values, "good": good, "better": "Betre tid til spørsmål."}, now=now)


def _ask_leaders_of_what_goes_on(course: Course, *, now: datetime) -> None:
    """Unanswered yet: the user representative has a mail with the link."""
    run = (
        course.runs.filter(status="closed", first_possible_on__lte=oslo_date(now))
        .select_related("course__owner")
        .order_by("sort_key")
        .last()
    )
    if run is not None:
        leader_evaluations.ask_leaders(run=run, now=now)


def _offer(owner: Unit, entry: dict[str, str], *, now: datetime) -> None:
    """An offer that people get in touch about, open all year."""
    values = {
        **{name: text for name, text in entry.items() if name != "code"},
        "audiences": ["patients", "next_of_kin"],
        "age_groups": ["adults"],
        "sign_up": "contact",
        "format": "individual",
        "state_nb": LanguageState.CHECKED,
        "state_nn": LanguageState.CHECKED,
    }
    slug = slugify_norwegian(f"{entry['title_nn']} {entry['code']}")
    course = courses.create_course(owner=owner, code=entry["code"], slug=slug, values=values, now=now)
    courses.publish_loaded(course=course, now=now)
    run = new_run(course=course, dates=Dates(ScheduleKind.CONTINUOUS), now=now)
    move(RUN, run, verb="open", now=now)
    refresh_search(courses=[course.pk], now=now)


def _municipality() -> Unit:
    region = Unit.objects.get(kind=UnitKind.REGION)
    name = "Volda kommune"
    return Unit.objects.create(
        code="volda-kommune",
        kind=UnitKind.MUNICIPALITY,
        parent=region,
        path=f"{region.path}/volda-kommune",
        name_nb=name,
        name_nn=name,
        sort_key=sort_key(name),
        place="Volda",
        mailbox="volda-kommune@demo.example",
        phone="+4770000077",
        default_language="nn",
        hospital_area=HospitalArea.objects.filter(code="volda").first(),
    )


def _news(*, now: datetime) -> None:
    area = HospitalArea.objects.filter(code="volda").first()
    for address, topics, where in (
        (READER, ["endocrine", "heart"], area),
        ("alt@post.example", [], None),
        ("ventar@post.example", [], None),
    ):
        news.ask_for_news(email=address, topics=topics, area=where, language="nn", now=now - timedelta(days=4))
    for wish in NewsSubscription.objects.order_by("id")[:2]:
        news.confirm(subscription=wish, now=now - timedelta(days=4))
    centre = Unit.objects.get(code=CENTRE)
    sent = {
        "title_nb": "Åpent hus på lærings- og mestringssenteret",
        "title_nn": "Ope hus på lærings- og meistringssenteret",
        "text_nb": "Onsdag fra 16 til 19 kan du møte kursledere og likepersoner i Kløvertun. Det er kaffe, og ingen påmelding.",
        "text_nn": "Onsdag frå 16 til 19 kan du møte kursleiarar og likepersonar i Kløvertun. Det er kaffi, og inga påmelding.",
    }
    waits = {
        "topic": "endocrine",
        "title_nb": "Nye kveldskurs til våren",
        "title_nn": "Nye kveldskurs til våren",
        "text_nb": "Fra februar holder vi kurs også om kvelden. Datoene står på kurssiden.",
        "text_nn": "Frå februar held vi kurs også om kvelden. Datoane står på kurssida.",
    }
    done = news.write_news(unit=centre, values=sent, now=now - timedelta(days=3))
    news.plan_news(item=done, send_at=now - timedelta(days=3), seen_version=0, now=now - timedelta(days=3))
    news.send_due_news(now=now - timedelta(days=2))
    planned = news.write_news(unit=centre, values=waits, now=now)
    news.plan_news(item=planned, send_at=now + timedelta(days=2), seen_version=0, now=now)
    news.write_news(unit=centre, values={"title_nn": "Ny brosjyre til fastlegane"}, now=now)


def load(*, now: datetime) -> None:
    """This will add it all, relative to the day."""
    course = Course.objects.select_related("owner", "public_version").get(code=COURSE)
    organisation = Unit.objects.filter(kind=UnitKind.USER_ORGANISATION).order_by("code").first()
    for entry in PEERS if organisation else ():
        _offer(organisation, entry, now=now)  # type: ignore[arg-type]  # there is one
    _offer(_municipality(), MUNICIPAL, now=now)
    _together(course, now=now)
    _in_touch(course, now=now)
    _leaders(course, now=now)
    _ask_leaders_of_what_goes_on(course, now=now)
    _begun(now=now)
    _news(now=now)
    refresh_search(courses=Course.objects.filter(code=SELF_SIGN_UP).values_list("pk", flat=True), now=now)
    note_change(courses=[course.pk], now=now)
