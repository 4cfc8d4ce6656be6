"""What course pages say about money: once for a health trust or region, from a day on, to those whom it concerns."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalogue.actions import costs as actions
from catalogue.actions.costs import CostWords
from catalogue.costs import in_force
from catalogue.enums import CostKind
from catalogue.models import CatalogueState, CostText, Course, CoursePage
from catalogue.queries.costs import costs_of
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER, REGIONAL_LMS
from lms_portal.common.clock import oslo_date
from tests.factories.accounts import make_clinic, make_hospital, make_person
from tests.factories.catalogue import make_course
from tests.integration.pages import cells_of, texts_of, values_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[list[datetime]]:
    """When requests come; a test moves it."""
    at = [now]
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: at[0])
    with translation.override("nb"):
        yield at


@pytest.fixture
def trust() -> Unit:
    trust = make_hospital().parent
    assert trust is not None
    return trust


@pytest.fixture
def adviser(trust: Unit) -> User:
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, trust))


@pytest.fixture
def page(client: Client, adviser: User) -> Client:
    client.force_login(adviser)
    return client


@pytest.fixture
def course(trust: Unit) -> Course:
    return make_course(make_clinic(parent=trust.children.get()), audiences=["patients", "next_of_kin"])


def words(amount: int | None = 500, text: str = "Egen sum.") -> CostWords:
    return CostWords(amount, text, f"{text} NN", f"{text} EN", "Styret", "https://trust.example/sum")


def sent(day: date, **changes: str) -> dict[str, str]:
    values = {
        "valid_from_day": str(day.day),
        "valid_from_month": str(day.month),
        "valid_from_year": str(day.year),
        "amount_nok": "1 250",
        "text_nb": "Ny sum.",
        "text_nn": "Ny sum på nynorsk.",
        "text_en": "New sum.",
        "source_name": "Styret",
        "source_url": "",
        "verb": "save",
    }
    return values | changes


def address(trust: Unit, kind: str = "own_contribution") -> str:
    return reverse("catalogue:cost_edit", args=[trust.code, kind])


def read(course: Course) -> str:
    return " ".join(texts_of(Client().get(course.get_absolute_url()), "main"))


def test_reference_values_stand_on_the_page_with_their_source(reference: None, course: Course) -> None:
    text = read(course)
    assert "3 278 kr" in text.replace("\u00a0", " ")
    assert "Pasientreiseforskriften § 24" in text
    assert "Pårørende betaler ikke" in text
    with translation.override("nn"):
        assert "eigendel" in read(course)


def test_each_group_reads_what_concerns_it(reference: None, trust: Unit) -> None:
    clinic = make_clinic(parent=trust.children.get())
    kin = read(make_course(clinic, audiences=["next_of_kin"]))
    assert ("Pårørende betaler ikke" in kin, "opplæringspenger" in kin, "frikort" in kin) == (True, True, False)
    patients = read(make_course(clinic, audiences=["patients"]))
    assert ("Pårørende betaler ikke" in patients, "opplæringspenger" in patients, "sykmelding" in patients) == (False, False, True)
    children = read(make_course(clinic, audiences=["children_young"], age_groups=["children"]))
    assert "sykmelding" not in children
    free = read(make_course(clinic, sign_up="self", audiences=["patients"]))
    assert ("frikort" in free, "gratis" in free) == (False, True)


def test_loading_again_changes_nothing_that_an_adviser_saved(reference: None, trust: Unit, adviser: User, now: datetime) -> None:
    actions.save_cost(unit=trust, kind=CostKind.TRAVEL, valid_from=oslo_date(now), words=words(), by=adviser, now=now)
    before = list(CostText.objects.order_by("pk").values())
    call_command("load_reference", verbosity=0)
    assert list(CostText.objects.order_by("pk").values()) == before


def test_trusts_own_value_comes_before_the_regions_and_the_reference(reference: None, trust: Unit, adviser: User, now: datetime) -> None:
    region = trust.parent
    assert region is not None
    regional = make_person("Region Prøve", "", (REGIONAL_LMS, region))
    today = oslo_date(now)

    def shown(kind: CostKind = CostKind.TRAVEL, on: date = today) -> int | None:
        return in_force(costs_of(trust.children.get()), on=on)[kind].amount_nok

    assert shown() == 171
    actions.save_cost(unit=region, kind=CostKind.TRAVEL, valid_from=today, words=words(200), by=regional, now=now)
    assert shown() == 200
    actions.save_cost(unit=trust, kind=CostKind.TRAVEL, valid_from=today, words=words(300), by=adviser, now=now)
    assert shown() == 300
    assert in_force(costs_of(make_hospital()), on=today)[CostKind.TRAVEL].amount_nok == 171
    actions.follow_above(unit=trust, kind=CostKind.TRAVEL, valid_from=today + DAY, by=adviser, now=now)
    assert (shown(), shown(on=today + DAY)) == (300, 200)


def test_page_follows_when_a_value_is_saved_and_when_its_day_comes(
    page: Client, trust: Unit, course: Course, now: datetime, moment: list[datetime]
) -> None:
    read(course)
    assert page.post(address(trust), sent(oslo_date(now) + 3 * DAY)).status_code == 302
    assert CatalogueState.objects.get().number == 1
    assert "Ny sum." not in read(course)
    assert CoursePage.objects.get(course=course).stale_on == oslo_date(now) + 3 * DAY
    moment[0] = now + 3 * DAY
    text = read(course).replace("\u00a0", " ")
    assert "1 250 kr" in text
    assert "Ny sum." in text


def test_same_day_replaces_and_history_keeps_both(page: Client, trust: Unit, now: datetime) -> None:
    page.post(address(trust), sent(oslo_date(now)))
    page.post(address(trust), sent(oslo_date(now), amount_nok="", text_nb="Rettet."))
    rows = cells_of(page.get(address(trust)), columns=3)
    assert [row[1].split("Kilde")[0].replace("\u00a0", " ") for row in rows] == ["Rettet.", "1 250 krNy sum."]
    assert ["Erstattet" in row[0] for row in rows] == [False, True]
    assert {row[2] for row in rows} == {"Rådgjevar Prøve"}


def test_follow_needs_the_day_alone(page: Client, trust: Unit, now: datetime) -> None:
    page.post(address(trust), sent(oslo_date(now)))
    answer = page.post(address(trust), sent(oslo_date(now) + DAY, text_nb="", source_name="", verb="follow"))
    assert answer.status_code == 302
    assert CostText.objects.filter(follows=True, valid_from=oslo_date(now) + DAY).count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text_nn": ""}, "Fyll ut"),
        ({"valid_from_year": "2020"}, "Velg i dag eller en senere dag"),
        ({"amount_nok": "12,5"}, "hele kroner"),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept(page: Client, trust: Unit, now: datetime, changes: dict[str, str], message: str) -> None:
    answer = page.post(address(trust), sent(oslo_date(now), **changes))
    assert message in answer.content.decode()
    assert values_of(answer)["text_nb"] == "Ny sum."
    assert not CostText.objects.exists()


def test_others_see_and_do_not_change(client: Client, trust: Unit, now: datetime) -> None:
    owner = make_person("Eigar Prøve", "", (COURSE_OWNER, make_clinic(parent=trust.children.get())))
    client.force_login(owner)
    assert cells_of(client.get(reverse("catalogue:costs")), columns=1)[0] == ["Egenandel"]
    assert "form" not in [name for name in values_of(client.get(address(trust))) if name.startswith("text_")]
    assert client.post(address(trust), sent(oslo_date(now))).status_code == 403
    with pytest.raises(actions.UnableToSaveCost):
        actions.save_cost(unit=trust, kind=CostKind.TRAVEL, valid_from=oslo_date(now), words=words(), by=owner, now=now)
    other = make_hospital().parent
    assert other is not None
    assert client.get(address(other)).status_code == 404
    assert client.get(reverse("catalogue:costs"), {"unit": other.code}).status_code == 404
    assert client.get(address(trust, "gaver")).status_code == 404


def test_past_days_are_refused(adviser: User, trust: Unit, now: datetime) -> None:
    with pytest.raises(actions.UnableToSaveCost):
        actions.save_cost(unit=trust, kind=CostKind.TRAVEL, valid_from=oslo_date(now) - DAY, words=words(), by=adviser, now=now)


def test_hospital_has_no_sums_of_its_own(adviser: User, trust: Unit, now: datetime) -> None:
    with pytest.raises(actions.UnableToSaveCost):
        actions.save_cost(unit=trust.children.get(), kind=CostKind.TRAVEL, valid_from=oslo_date(now), words=words(), by=adviser, now=now)


def test_anonymous_is_led_to_sign_in(client: Client, trust: Unit) -> None:
    for where in (reverse("catalogue:costs"), address(trust)):
        assert client.get(where).status_code == 302


def test_database_refuses_two_for_one_day_and_half_a_text(now: datetime) -> None:
    values: dict[str, Any] = {"kind": "travel", "valid_from": date(2026, 1, 1), "saved_at": now, "source_name": "X"}
    texts = {"text_nb": "a", "text_nn": "b", "text_en": "c"}
    CostText.objects.create(**values, **texts)
    for wrong in ({**values, **texts}, {**values, "valid_from": date(2027, 1, 1), "text_nb": "a"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CostText.objects.create(**wrong)


def test_lists_take_the_same_queries_with_one_and_thirty_values(
    page: Client, reference: None, trust: Unit, adviser: User, now: datetime
) -> None:
    counts = []
    for wanted in (1, 30):
        while CostText.objects.filter(unit=trust).count() < wanted:
            day = oslo_date(now) + CostText.objects.count() * DAY
            actions.save_cost(unit=trust, kind=CostKind.TRAVEL, valid_from=day, words=words(), by=adviser, now=now)
        for where in (reverse("catalogue:costs"), address(trust, "travel")):
            page.get(where)
            with CaptureQueriesContext(connection) as queries:
                page.get(where)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
