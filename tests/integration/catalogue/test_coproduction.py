"""Making a course together, and what stands around it: what editors may do, and what readers see at once."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalogue.actions import coproduction as actions
from catalogue.actions.courses import archive_course
from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change_of_all
from catalogue.models import CoproductionPhase, Course, CoursePage, PathwayStep, UserRepresentative
from catalogue.policies import remarks_on
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER
from lms_portal.common.models import DataKey
from tests.factories.accounts import make_person, make_unit
from tests.factories.catalogue import make_course
from tests.integration.catalogue import test_rosters
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db
adviser, page, course = test_rosters.adviser, test_rosters.page, test_rosters.course


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def add(course: Course, now: datetime, **fields: object) -> UserRepresentative:
    values = {"organisation": "Pusteklubben", "contribution": "Fortel om eigne erfaringar", **fields}
    return actions.add_representative(course=course, now=now, **values)  # type: ignore[arg-type]


def public(client: Client, course: Course) -> str:
    client.logout()
    return " ".join(" ".join(texts_of(client.get(course.get_absolute_url()), "main")).split())


def test_name_is_public_only_while_the_person_consents(client: Client, course: Course, adviser: User, now: datetime) -> None:
    one = add(course, now, name="Birger Prøve")
    assert "Pusteklubben" in public(client, course)
    assert "Birger" not in public(client, course)
    actions.set_name_public(representative=one, public=True, by=adviser, now=now)
    assert "Birger Prøve, Pusteklubben" in public(client, course)
    actions.set_name_public(representative=one, public=False, by=adviser, now=now)
    assert "Birger" not in public(client, course)


def test_removing_a_representative_deletes_the_name(page: Client, course: Course, now: datetime) -> None:
    one = add(course, now, name="Birger Prøve")
    page.post(reverse("catalogue:together", args=[course.code]), {"do": "remove", "person": str(one.pk)})
    assert not UserRepresentative.objects.exists()
    assert DataKey.objects.get(pk=one.data_key_id).wrapped is None


def test_page_adds_a_representative_and_keeps_what_was_typed(page: Client, course: Course) -> None:
    where = reverse("catalogue:together", args=[course.code])
    refused = page.post(where, {"do": "add", "contribution": "Leier", "name_is_public": "on"})
    assert (refused.status_code, UserRepresentative.objects.count()) == (200, 0)
    assert "Leier" in refused.content.decode()
    unit = make_unit(kind=UnitKind.USER_ORGANISATION, name="Hjartelaget")
    assert page.post(where, {"do": "add", "unit": unit.pk, "contribution": "Leier", "name": "Eva"}).status_code == 302
    one = UserRepresentative.objects.select_related("unit", "data_key").get()
    assert (one.organisation_name, one.organisation, one.name, one.consented_on) == ("Hjartelaget", "", "Eva", None)


def test_publishing_asks_for_a_representative_until_one_is_linked(course: Course, page: Client, now: datetime) -> None:
    version = course.public_version
    assert version is not None
    codes = {remark.code for remark in remarks_on(version)}
    assert "no_user_representative" in codes
    assert "no_user_representative" not in {remark.code for remark in remarks_on(version, has_representative=True)}
    quality = reverse("catalogue:quality")
    before = page.get(quality).content.decode()
    assert version.title in before
    add(course, now)
    assert version.title not in page.get(quality).content.decode()


def test_phase_is_done_only_by_both(page: Client, course: Course, adviser: User, now: datetime) -> None:
    where = reverse("catalogue:together", args=[course.code])
    alone = {"do": "phase-plan", "professional": "Sjukepleiar", "done_on": "10.11.2026"}
    refused = page.post(where, alone)
    assert (refused.status_code, CoproductionPhase.objects.count()) == (200, 0)
    page.post(where, {**alone, "representative": "Hjartelaget"})
    assert CoproductionPhase.objects.get().done_on == date(2026, 11, 10)
    for values in ({"done_on": date(2026, 11, 10)}, {"professional": "A", "representative": "B", "done_on": date(2027, 1, 1)}):
        with pytest.raises(actions.UnableToChange):
            actions.save_phase(course=course, phase="develop", values=values, by=adviser, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        CoproductionPhase.objects.update(representative="")


def test_steps_stand_in_order_on_the_course_page(client: Client, page: Client, course: Course, adviser: User, now: datetime) -> None:
    other = make_course(title_nb="Bra mat", title_nn="God mat")
    where = reverse("catalogue:pathway", args=[course.code])
    refused = page.post(where, {"do": "add", "side": "after", "kind": "municipal", "text_nb": "Frisklivssentralen"})
    assert (refused.status_code, PathwayStep.objects.count()) == (200, 0)
    page.post(where, {"do": "add", "side": "after", "kind": "municipal", "text_nb": "Frisklivssentralen", "text_nn": "Frisklivssentralen"})
    page.post(where, {"do": "add", "side": "after", "kind": "course", "target": other.pk})
    last = PathwayStep.objects.get(kind="course")
    page.post(where, {"do": "up", "step": str(last.pk)})
    text = public(client, course)
    assert text.index("Bra mat") < text.index("Frisklivssentralen (kommunen; du trenger ikke henvisning til sykehus)")
    actions.remove_step(step=last, by=adviser, now=now)
    assert "Bra mat" not in public(client, course)


def test_kept_page_follows_the_course_that_a_step_leads_to(client: Client, course: Course, adviser: User, now: datetime) -> None:
    other = make_course(course.owner, title_nb="Bra mat", title_nn="God mat")
    refresh_search(now=now)
    note_change_of_all(now=now)
    actions.add_step(course=course, side="after", kind="course", target=other, now=now)
    assert "Bra mat" in public(client, course)
    assert CoursePage.objects.filter(course=course).exists()
    archive_course(course=other, reason="Gått ut", by=adviser, now=now)
    assert "Bra mat" not in public(client, course)


def test_offers_of_peers_stand_on_courses_about_the_same(client: Client, course: Course) -> None:
    organisation = make_unit(kind=UnitKind.USER_ORGANISATION, name="Hjartelaget")
    peer = make_course(organisation, title_nb="Hjertetelefonen", title_nn="Hjartetelefonen", topic="heart", sign_up="contact")
    make_course(organisation, title_nb="Lungetelefonen", title_nn="Lungetelefonen", topic="lung", sign_up="contact")
    text = public(client, course)
    assert "Hjertetelefonen Hjartelaget" in text
    assert "Lungetelefonen" not in text
    assert "En brukerorganisasjon tilbyr det, og du trenger ikke henvisning." in public(client, peer)


def test_editors_of_another_hospital_change_nothing(client: Client, course: Course, now: datetime) -> None:
    one = add(course, now)
    step = actions.add_step(course=course, side="before", kind="other", text_nb="A", text_nn="A", now=now)
    stranger = make_person("", "", (COURSE_OWNER, make_unit()))
    client.force_login(stranger)
    for name in ("together", "pathway"):
        assert client.get(reverse(f"catalogue:{name}", args=[course.code])).status_code == 404
    for refused in (
        lambda: actions.remove_representative(representative=one, by=stranger, now=now),
        lambda: actions.set_name_public(representative=one, public=True, by=stranger, now=now),
        lambda: actions.remove_step(step=step, by=stranger, now=now),
        lambda: actions.save_phase(course=course, phase="plan", values={}, by=stranger, now=now),
    ):
        with pytest.raises(actions.UnableToChange):
            refused()
    client.logout()
    assert client.get(reverse("catalogue:together", args=[course.code])).status_code == 302


def test_pages_take_the_same_queries_for_one_and_for_twelve(page: Client, course: Course, now: datetime) -> None:
    for name, more in (
        ("together", lambda: add(course, now)),
        ("pathway", lambda: actions.add_step(course=course, side="after", kind="other", text_nb="A", text_nn="A", now=now)),
    ):
        where = reverse(f"catalogue:{name}", args=[course.code])
        more()
        page.get(where)
        counts = []
        for times in (0, 11):
            for _number in range(times):
                more()
            with CaptureQueriesContext(connection) as queries:
                assert page.get(where).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]
