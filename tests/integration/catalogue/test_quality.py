"""The quality list: each flaw, only one's own public courses; and a course again under another code."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions.courses import UnableToEditCourse, duplicate_course, text_edited
from catalogue.models import Course
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER, REFERRER
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_draft_course, make_run
from tests.integration.catalogue import test_rosters
from tests.integration.pages import addresses_of, cells_of, texts_of

pytestmark = pytest.mark.django_db
adviser, page = test_rosters.adviser, test_rosters.page
GOOD = {"user_representative_nb": "Erfaringskonsulent"}


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Addresses begin in one language, and requests come at the moment of the test."""
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def test_each_flaw_is_found_and_nothing_else(page: Client, adviser: User, now: datetime) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    make_run(make_course(clinic, code="GOOD", **GOOD))
    make_run(make_course(clinic, code="NO-NN", title_nn="", summary_nn="", **GOOD))
    make_run(make_course(clinic, code="NO-REP"))
    make_run(make_course(clinic, code="PAST", **GOOD), Dates.on(date(2026, 3, 3)))
    old = make_course(clinic, code="OLD", **GOOD)
    Course.objects.filter(pk=old.pk).update(published_at=now - timedelta(days=400))
    make_draft_course(clinic, code="DRAFT", title_nn="", summary_nn="")
    make_course(code="OTHER", title_nn="", summary_nn="")
    codes = ("GOOD", "NO-NN", "NO-REP", "PAST", "OLD", "DRAFT", "OTHER")
    rows = cells_of(page.get(reverse("catalogue:quality")), columns=2)
    by_code = {code: words for name, words in rows for code in codes if f"{code} ·" in name}
    assert by_code == {
        "NO-NN": "Mangler nynorsk",
        "NO-REP": "Mangler brukerrepresentant",
        "PAST": "Bare gamle datoer",
        "OLD": "Ikke endret på et år",
    }


def test_list_is_narrowed_to_one_flaw_and_linked_from_the_desk(page: Client, adviser: User) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    make_course(clinic, code="NO-NN", title_nn="", summary_nn="", **GOOD)
    make_course(clinic, code="NO-REP")
    where = reverse("catalogue:quality")
    for show, codes in (("nn", ["NO-NN"]), ("x", ["NO-NN", "NO-REP"])):
        names = [name for (name,) in cells_of(page.get(f"{where}?show={show}"), columns=1)]
        assert [code for code in ("NO-NN", "NO-REP") if any(f"{code} ·" in name for name in names)] == codes
    assert where in addresses_of(page.get(reverse("catalogue:desk")))


def test_nothing_to_look_at_is_said(page: Client) -> None:
    assert cells_of(page.get(reverse("catalogue:quality")), columns=1) == []
    assert "Ingenting å se på" in page.get(reverse("catalogue:quality")).content.decode()


def test_whoever_edits_no_course_sees_no_list(client: Client) -> None:
    client.force_login(make_person("Lege Prøve", "", (REFERRER, make_clinic())))
    for name in ("quality", "season_copy"):
        assert client.get(reverse(f"catalogue:{name}")).status_code == 403


def test_plain_language_is_hinted_at_and_hinders_nothing(page: Client, adviser: User) -> None:
    long = "Du " + "lærer om mat og mosjon " * 8 + "her."
    make_draft_course(adviser.memberships.get().unit.children.get(), code="HEAVY", summary_nb=long, **GOOD)
    for name in ("course_preview", "course_desk", "course_publish"):
        answer = page.get(reverse(f"catalogue:{name}", args=["HEAVY"]))
        assert "Klart språk: ett tips" in texts_of(answer, "summary")
    assert any("Sammendrag, bokmål: Én lang setning. Kan den bli to?" in text for text in texts_of(answer, "li"))


# A course again


def test_duplicate_is_a_draft_with_the_same_text(page: Client, adviser: User) -> None:
    course = make_course(adviser.memberships.get().unit.children.get(), code="VOLDA-1", summary_nb="Sånn er det.")
    make_run(course)
    Course.objects.filter(pk=course.pk).update(completion_rule="every")
    answer = page.post(reverse("catalogue:course_duplicate", args=["VOLDA-1"]), {"owner": str(course.owner_id), "code": "volda-2"})
    made = Course.objects.get(code="VOLDA-2")
    text = text_edited(made)
    assert answer.headers["Location"] == reverse("catalogue:course_edit", args=["VOLDA-2"])
    assert (made.status, text.summary_nb, text.state_nb, text.created_by, made.runs.count()) == (
        "draft",
        "Sånn er det.",
        "draft",
        adviser,
        0,
    )
    assert made.completion_rule == "every"


def test_duplicate_under_a_code_that_is_taken_is_refused(page: Client, adviser: User) -> None:
    course = make_course(adviser.memberships.get().unit.children.get(), code="VOLDA-1")
    answer = page.post(reverse("catalogue:course_duplicate", args=["VOLDA-1"]), {"owner": str(course.owner_id), "code": "VOLDA-1"})
    assert (answer.status_code, Course.objects.count()) == (200, 1)
    assert 'value="VOLDA-1"' in answer.content.decode()


def test_duplicate_to_a_unit_of_others_is_refused(now: datetime) -> None:
    course, stranger = make_course(), make_person("Framand Prøve", "", (COURSE_OWNER, make_clinic()))
    with pytest.raises(UnableToEditCourse):
        duplicate_course(course=course, owner=course.owner, code="NY-1", slug="ny-1", by=stranger, now=now)
