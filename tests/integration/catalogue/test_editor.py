"""The course editor: drafts beside the public text, saving by itself, two editors at once, review pages, history and restore."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import courses as actions
from catalogue.actions import rosters as roster_actions
from catalogue.models import Course, CourseVersion
from catalogue.schedule import Dates
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER
from lms_portal.audit.models import StatusChange
from lms_portal.common.clock import oslo_date
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_course, make_draft_course, make_run
from tests.integration.catalogue.test_rosters import give

pytestmark = pytest.mark.django_db
ANSWERS = {"no_user_representative": "Kjem til hausten."}


@pytest.fixture(autouse=True)
def _in_bokmaal() -> Iterator[None]:
    """Addresses begin in one language, whatever a page of another test left behind."""
    with translation.override("nb"):
        yield


@pytest.fixture
def adviser() -> User:
    hospital = make_clinic().parent
    assert hospital is not None
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, hospital))


@pytest.fixture
def colleague(adviser: User) -> User:
    return make_person("Kollega Prøve", "", (LMS_ADVISER, adviser.memberships.get().unit))


@pytest.fixture
def page(client: Client, adviser: User) -> Client:
    client.force_login(adviser)
    return client


@pytest.fixture
def course(adviser: User) -> Course:
    return make_course(adviser.memberships.get().unit.children.get(), code="VOLDA-1", learn_nn="Energi\nSøvn")


def address(name: str, *args: object) -> str:
    return reverse(f"catalogue:{name}", args=args)


def fields_of(response: Any, form: int = 0, *, action: str = "") -> dict[str, Any]:
    """What a browser would send of a page's form, as it stands."""
    tree = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    found = [form for form in tree.iter("form") if "editor" in (form.get("class") or "") or (action and form.get("action") == action)]
    sent: dict[str, Any] = {}

    def add(name: str, value: str) -> None:
        sent.setdefault(name, []).append(value)

    for element in found[form].iter():
        name = element.get("name")
        if not name:
            continue
        if element.tag == "textarea":
            add(name, (element.text or "").removeprefix("\n"))
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            add(name, chosen[0].get("value") or "")
        elif element.tag == "input" and (element.get("type") not in ("checkbox", "radio") or element.get("checked") is not None):
            add(name, element.get("value") or "")
    return sent


def current(course: Course) -> CourseVersion:
    return actions.text_edited(Course.objects.select_related("draft_version", "public_version").get(pk=course.pk))


def test_saving_a_published_course_makes_a_draft_beside_it(page: Client, course: Course, adviser: User) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    response = page.post(address("course_edit", course.code), {**sent, "title_nn": "Nytt namn", "learn_nn": "Energi\r\nKvile\r\nSøvn"})
    assert response.status_code == 302
    stored = Course.objects.get(pk=course.pk)
    draft = stored.draft_version
    assert draft is not None
    assert (stored.status, draft.title_nn, draft.learn_nn, draft.number, draft.edited_by) == (
        "changed",
        "Nytt namn",
        "Energi\nKvile\nSøvn",
        2,
        adviser,
    )
    assert stored.public_version == course.public_version
    assert stored.public_version is not None
    assert stored.public_version.title_nn == course.shown_version.title_nn


def test_saving_what_stands_there_changes_nothing(page: Client, course: Course) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    page.post(address("course_edit", course.code), sent)
    assert Course.objects.get(pk=course.pk).status == "published"
    assert course.versions.count() == 1


def test_everything_on_the_form_is_saved(page: Client, course: Course) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    written = {
        "title_en": "A course",
        "summary_en": "In English.",
        "state_en": "draft",
        "diagnoses": "icd-10 e11\r\nICPC-2   T90",
        "audiences": ["patients", "next_of_kin"],
        "age_groups": ["youth"],
        "diagnosis_specific": "no",
        "sign_up": "external",
        "external_name": "Checkin",
        "external_url": "https://example.org/kurs",
        "places": "14",
        "delivery": "hybrid",
    }
    page.post(address("course_edit", course.code), {**sent, **written})
    draft = current(course)
    assert (draft.title_en, draft.state_en, draft.diagnoses, draft.audiences, draft.age_groups, draft.diagnosis_specific) == (
        "A course",
        "draft",
        ["ICD-10 E11", "ICPC-2 T90"],
        ["patients", "next_of_kin"],
        ["youth"],
        False,
    )
    assert (draft.sign_up, draft.refer_to, draft.external_name, draft.places, draft.delivery) == ("external", None, "Checkin", 14, "hybrid")


def test_a_language_without_a_title_is_missing_whatever_the_form_says(page: Client, course: Course) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    page.post(address("course_edit", course.code), {**sent, "title_nn": "", "state_nn": "checked"})
    assert current(course).state_nn == "missing"


def test_what_is_wrong_is_said_and_everything_typed_is_kept(page: Client, course: Course) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    response = page.post(
        address("course_edit", course.code), {**sent, "title_nn": "Kurset " * 30, "diagnoses": "sukkersjuke", "summary_nb": "Skrive her."}
    )
    again = fields_of(response)
    assert response.status_code == 200
    assert "ds-error-summary" in response.content.decode()
    assert (again["title_nn"], again["diagnoses"], again["summary_nb"]) == (["Kurset " * 30], ["sukkersjuke"], ["Skrive her."])
    assert Course.objects.get(pk=course.pk).status == "published"


# Saving by itself


def test_it_saves_by_itself_and_goes_on_from_there(page: Client, course: Course) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    first = page.post(address("course_edit", course.code), {**sent, "autosave": "1", "summary_nn": "Eitt"}).json()
    second = page.post(
        address("course_edit", course.code), {**sent, "autosave": "1", "summary_nn": "To", "edit_version": first["version"]}
    ).json()
    assert second["version"] > first["version"]
    assert current(course).summary_nn == "To"
    response = page.post(address("course_edit", course.code), {**sent, "summary_nn": "Tre", "edit_version": second["version"]})
    assert (response.status_code, current(course).summary_nn) == (302, "Tre")
    assert course.versions.count() == 2


def test_saving_by_itself_says_what_is_wrong(page: Client, course: Course) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    response = page.post(address("course_edit", course.code), {**sent, "autosave": "1", "external_url": "ikkje ei adresse"})
    assert response.status_code == 422
    assert "https://" in response.json()["message"]


def test_saving_by_itself_beside_another_is_refused_without_loss(page: Client, course: Course, colleague: User, now: datetime) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    actions.save_draft(course=course, values={"summary_nn": "Kollegaen sin tekst."}, seen_edit_version=0, by=colleague, now=now)
    response = page.post(address("course_edit", course.code), {**sent, "autosave": "1", "summary_nn": "Min tekst."})
    assert response.status_code == 409
    assert colleague.name in response.json()["message"]
    assert current(course).summary_nn == "Kollegaen sin tekst."


# Two editors at once


@pytest.fixture
def clashed(page: Client, course: Course, colleague: User, now: datetime) -> Any:
    """The page that the second editor gets: they wrote a summary, the colleague another, and a practical text and who it is for."""
    sent = fields_of(page.get(address("course_edit", course.code)))
    theirs = {"summary_nn": "Kollegaen sin tekst.", "practical_nn": "Ta med matpakke.", "audiences": ["patients", "guardians"]}
    actions.save_draft(course=course, values=theirs, seen_edit_version=0, by=colleague, now=now)
    return page.post(address("course_edit", course.code), {**sent, "summary_nn": "Min tekst.", "for_whom_nb": "Berre eg skreiv her."})


def test_the_second_editor_sees_both_and_nothing_is_written(clashed: Any, course: Course, colleague: User) -> None:
    body = clashed.content.decode()
    assert clashed.status_code == 409
    assert [
        text in body for text in ("Kollegaen sin tekst.", "Min tekst.", "Ta med matpakke.", "Berre eg skreiv her.", colleague.name)
    ] == [True] * 5
    assert current(course).summary_nn == "Kollegaen sin tekst."
    sent = fields_of(clashed)
    # mine where both wrote, theirs where only they did, mine where only I did
    choices = {name: value for name, value in sent.items() if name.startswith("take-")}
    assert choices == {
        "take-summary_nn": ["mine"],
        "take-practical_nn": ["theirs"],
        "take-audiences": ["theirs"],
        "take-for_whom_nb": ["mine"],
    }


def test_the_choices_that_are_offered_bring_both_together(page: Client, clashed: Any, course: Course) -> None:
    response = page.post(address("course_edit", course.code), fields_of(clashed))
    assert response.status_code == 302
    draft = current(course)
    assert (draft.summary_nn, draft.practical_nn, draft.audiences, draft.for_whom_nb) == (
        "Min tekst.",
        "Ta med matpakke.",
        ["patients", "guardians"],
        "Berre eg skreiv her.",
    )


def test_other_choices_are_respected(page: Client, clashed: Any, course: Course) -> None:
    sent = fields_of(clashed)
    sent |= {"take-summary_nn": "theirs", "take-practical_nn": "mine", "practical_nn": "Maten står på bordet.", "take-audiences": "mine"}
    page.post(address("course_edit", course.code), sent)
    draft = current(course)
    assert (draft.summary_nn, draft.practical_nn, draft.audiences) == ("Kollegaen sin tekst.", "Maten står på bordet.", ["patients"])


def test_a_third_save_in_between_is_shown_once_more(page: Client, clashed: Any, course: Course, colleague: User, now: datetime) -> None:
    sent = fields_of(clashed)
    seen = current(course).edit_version
    actions.save_draft(course=course, values={"practical_nn": "Endå ein gong."}, seen_edit_version=seen, by=colleague, now=now)
    response = page.post(address("course_edit", course.code), {**sent, "take-practical_nn": "mine", "practical_nn": "Mitt."})
    assert (response.status_code, current(course).practical_nn) == (409, "Endå ein gong.")
    assert [text in response.content.decode() for text in ("Endå ein gong.", "Mitt.", "Min tekst.")] == [True] * 3


def test_a_draft_that_was_taken_away_meanwhile_is_not_mistaken_for_a_new_one(
    page: Client, course: Course, colleague: User, now: datetime
) -> None:
    actions.save_draft(course=course, values={"summary_nn": "Eitt"}, seen_edit_version=0, by=colleague, now=now)
    sent = fields_of(page.get(address("course_edit", course.code)))
    actions.discard_change(course=course, by=colleague, now=now)
    actions.save_draft(course=course, values={"summary_nn": "To"}, seen_edit_version=0, by=colleague, now=now)
    assert page.post(address("course_edit", course.code), {**sent, "summary_nn": "Tre"}).status_code == 409


def test_what_was_typed_while_the_course_went_to_review_is_shown_to_be_copied(
    page: Client, course: Course, colleague: User, now: datetime
) -> None:
    actions.save_draft(course=course, values={"summary_nn": "Eitt"}, seen_edit_version=0, by=colleague, now=now)
    sent = fields_of(page.get(address("course_edit", course.code)))
    actions.submit_for_review(course=course, answers=ANSWERS, by=colleague, now=now)
    response = page.post(address("course_edit", course.code), {**sent, "summary_nn": "Mitt lange arbeid"})
    assert response.status_code == 409
    assert "Mitt lange arbeid" in response.content.decode()


# New course


def test_a_new_course_is_a_draft_of_its_unit(page: Client, adviser: User) -> None:
    clinic = adviser.memberships.get().unit.children.get()
    written = {"owner": clinic.pk, "title_nn": "Å leve med kols", "topic": "lung", "code": "volda-kols"}
    response = page.post(address("course_new"), written)
    made = Course.objects.get(code="VOLDA-KOLS")
    assert response.headers["Location"] == address("course_edit", "VOLDA-KOLS")
    assert (made.owner, made.status, made.slug) == (clinic, "draft", "a-leve-med-kols-volda-kols")
    assert (current(made).state_nn, current(made).state_nb, current(made).created_by) == ("draft", "missing", adviser)


def test_a_course_for_another_unit_is_refused(page: Client) -> None:
    other = make_clinic()
    response = page.post(address("course_new"), {"owner": other.pk, "title_nn": "Kurs", "topic": "lung", "code": "ANNA"})
    assert (response.status_code, Course.objects.filter(code="ANNA").exists()) == (200, False)


def test_a_code_in_use_is_refused_and_what_was_typed_kept(page: Client, course: Course) -> None:
    response = page.post(
        address("course_new"), {"owner": course.owner.pk, "title_nn": "Skrive tittel", "topic": "lung", "code": course.code}
    )
    assert response.status_code == 200
    assert [text in response.content.decode() for text in ("ds-error-summary", "Skrive tittel")] == [True, True]


# Review


def draft_in_review(course: Course, author: User, now: datetime) -> Course:
    actions.save_draft(course=course, values={"summary_nn": "Ny tekst til gjennomlesing."}, seen_edit_version=0, by=author, now=now)
    actions.submit_for_review(course=course, answers=ANSWERS, by=author, now=now)
    return Course.objects.get(pk=course.pk)


def test_the_way_from_draft_to_public(page: Client, course: Course, colleague: User, adviser: User) -> None:
    sent = fields_of(page.get(address("course_edit", course.code)))
    response = page.post(address("course_edit", course.code), {**sent, "summary_nn": "Betre tekst.", "then": "publish"})
    assert response.headers["Location"] == address("course_publish", course.code)
    asked = page.get(address("course_publish", course.code))
    assert 'name="answer_no_user_representative"' in asked.content.decode()
    version = Course.objects.get(pk=course.pk).version
    unanswered = page.post(address("course_publish", course.code), {"version": version, "answer_no_user_representative": ""})
    assert (unanswered.status_code, Course.objects.get(pk=course.pk).status) == (200, "changed")
    page.post(address("course_publish", course.code), {"version": version, "answer_no_user_representative": "Kjem til hausten."})
    assert Course.objects.get(pk=course.pk).status == "change_in_review"
    mine = page.get(address("course_publish", course.code)).content.decode()
    assert ('value="publish"' in mine, 'value="take_back"' in mine) == (False, True)
    page.force_login(colleague)
    theirs = page.get(address("course_publish", course.code)).content.decode()
    assert [text in theirs for text in ("Kjem til hausten.", "Betre tekst.", 'value="publish"', 'value="send_back"')] == [True] * 4
    unseen = page.post(address("course_publish", course.code), {"verb": "publish", "version": version + 1})
    assert (unseen.status_code, Course.objects.get(pk=course.pk).status) == (200, "change_in_review")
    page.post(address("course_publish", course.code), {"verb": "publish", "version": version + 1, "seen": "on"})
    stored = Course.objects.get(pk=course.pk)
    assert stored.status == "published"
    assert stored.public_version is not None
    assert stored.public_version.summary_nn == "Betre tekst."
    assert (stored.public_version.submitted_by, stored.public_version.published_by) == (adviser, colleague)
    change = StatusChange.objects.get(workflow="course", object_id=course.pk, verb="publish", version=version + 2)
    assert (change.actor_id, change.role, change.unit_id, change.purpose) == (
        colleague.pk,
        "lms_adviser",
        course.owner_id,
        "publish_course",
    )


def test_the_author_cannot_publish_by_a_hand_made_request(page: Client, course: Course, adviser: User, now: datetime) -> None:
    waiting = draft_in_review(course, adviser, now)
    response = page.post(address("course_publish", course.code), {"verb": "publish", "version": waiting.version, "seen": "on"})
    assert (response.status_code, Course.objects.get(pk=course.pk).status) == (200, "change_in_review")


def test_sent_back_with_a_comment_that_the_author_reads(page: Client, course: Course, colleague: User, now: datetime) -> None:
    waiting = draft_in_review(course, colleague, now)
    empty = page.post(address("course_publish", course.code), {"verb": "send_back", "version": waiting.version, "reason": ""})
    assert (empty.status_code, Course.objects.get(pk=course.pk).status) == (200, "change_in_review")
    page.post(address("course_publish", course.code), {"verb": "send_back", "version": waiting.version, "reason": "Skriv meir om maten."})
    assert Course.objects.get(pk=course.pk).status == "changed"
    page.force_login(colleague)
    assert "Skriv meir om maten." in page.get(address("course_desk", course.code)).content.decode()


def test_a_decision_on_a_page_that_is_out_of_date_is_refused(page: Client, course: Course, colleague: User, now: datetime) -> None:
    waiting = draft_in_review(course, colleague, now)
    response = page.post(address("course_publish", course.code), {"verb": "publish", "version": waiting.version - 1, "seen": "on"})
    assert (response.status_code, Course.objects.get(pk=course.pk).status) == (200, "change_in_review")


def test_the_preview_shows_the_draft_as_page_and_as_poster_row(page: Client, course: Course, colleague: User, now: datetime) -> None:
    make_run(course, meeting_place="Kløvertun")
    actions.save_draft(course=course, values={"title_nn": "Ny tittel på kurset"}, seen_edit_version=0, by=colleague, now=now)
    body = page.get(address("course_preview", course.code).replace("/nb/", "/nn/")).content.decode()
    assert (body.count("Ny tittel på kurset") >= 2, "Kløvertun" in body) == (True, True)
    public = page.get(reverse("catalogue:course", args=[course.slug]).replace("/nb/", "/nn/")).content.decode()
    assert "Ny tittel på kurset" not in public


# Archive and history


def test_archived_with_a_successor_and_reopened(page: Client, course: Course) -> None:
    successor = make_course(code="ETTERPÅ".replace("Å", "A"))
    refused = page.post(address("course_archive", course.code), {"version": course.version, "reason": ""})
    assert (refused.status_code, Course.objects.get(pk=course.pk).status) == (200, "published")
    page.post(address("course_archive", course.code), {"version": course.version, "reason": "Nytt kurs", "successor": successor.pk})
    stored = Course.objects.get(pk=course.pk)
    assert (stored.status, stored.successor) == ("archived", successor)
    page.post(address("course_reopen", course.code), {"version": stored.version})
    reopened = Course.objects.get(pk=course.pk)
    assert (reopened.status, reopened.successor, current(reopened).title_nn) == ("draft", None, course.shown_version.title_nn)


def test_changes_taken_away_stay_in_the_history_and_can_be_restored(page: Client, course: Course, colleague: User, now: datetime) -> None:
    actions.save_draft(course=course, values={"title_nn": "Forkasta namn"}, seen_edit_version=0, by=colleague, now=now)
    page.post(address("course_discard", course.code), {"version": Course.objects.get(pk=course.pk).version})
    assert Course.objects.get(pk=course.pk).status == "published"
    listed = page.get(address("course_history", course.code)).content.decode()
    assert ("Forkasta namn" in listed, colleague.name in listed) == (True, True)
    response = page.post(address("course_version", course.code, 2), {"version": current(course).edit_version})
    stored = Course.objects.get(pk=course.pk)
    assert (response.status_code, stored.status, current(course).title_nn, current(course).number) == (302, "changed", "Forkasta namn", 3)


def test_restoring_over_a_draft_keeps_the_draft_in_the_history(page: Client, course: Course, colleague: User, now: datetime) -> None:
    actions.save_draft(course=course, values={"title_nn": "Halvferdig"}, seen_edit_version=0, by=colleague, now=now)
    page.post(address("course_version", course.code, 1), {"version": current(course).edit_version})
    assert (current(course).number, current(course).title_nn) == (3, course.shown_version.title_nn)
    assert course.versions.get(number=2).title_nn == "Halvferdig"
    with pytest.raises(actions.UnableToEditCourse):
        actions.restore_version(
            course=course, version=course.versions.get(number=1), by=colleague, now=now, seen_edit_version=current(course).edit_version
        )


def test_restoring_on_an_old_page_is_refused(page: Client, course: Course, colleague: User, now: datetime) -> None:
    actions.save_draft(course=course, values={"title_nn": "Nyare"}, seen_edit_version=0, by=colleague, now=now)
    page.post(address("course_version", course.code, 1), {"version": 0})
    assert current(course).title_nn == "Nyare"


def test_the_history_tells_lists_entry_by_entry(page: Client, course: Course, colleague: User, now: datetime) -> None:
    actions.save_draft(course=course, values={"learn_nn": "Energi\nKvile"}, seen_edit_version=0, by=colleague, now=now)
    body = page.get(address("course_history", course.code)).content.decode()
    assert ("<del>Søvn</del>" in body, "<ins>Kvile</ins>" in body) == (True, True)


# The desk


def test_the_tiles_count_and_narrow(page: Client, course: Course, colleague: User, adviser: User, now: datetime) -> None:
    from tests.factories.catalogue import make_run

    clinic = course.owner
    own = course_waiting = make_draft_course(clinic, code="MI-EIGA")
    actions.submit_for_review(course=own, answers=ANSWERS, by=adviser, now=now)
    course_waiting = make_draft_course(clinic, code="VENTAR")
    actions.submit_for_review(course=course_waiting, answers=ANSWERS, by=colleague, now=now)
    make_draft_course(clinic, code="HALV", title_nb="", summary_nb="")
    make_draft_course(code="FRAMAND")
    past = make_run(make_course(clinic, code="FORTID"))
    type(past).objects.filter(pk=past.pk).update(
        first_possible_on=now.date() - timedelta(days=9), last_possible_on=now.date() - timedelta(days=8)
    )
    expected = {
        "review": {"VENTAR"},
        "drafts": {"HALV"},
        "language": {"HALV"},
        "changed": set(),
        "no_run": {"VOLDA-1", "FORTID"},
        "past": {"FORTID"},
    }
    codes = ("MI-EIGA", "VENTAR", "HALV", "FRAMAND", "FORTID", "VOLDA-1")
    for need, wanted in expected.items():
        body = page.get(address("desk"), {"show": need}).content.decode()
        assert (need, {code for code in codes if f">{code} " in body.replace("\n", " ") or f"kursbord/{code}/" in body}) == (need, wanted)


def test_meetings_without_marks_and_dates_with_too_few_wait_on_the_desk(
    page: Client, course: Course, adviser: User, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    today = oslo_date(now)
    held = make_run(course, Dates.on(today - timedelta(days=1), today + timedelta(days=6)))
    few = make_run(make_course(course.owner, code="FOR-FAA"), minimum=2, decide_on=today + timedelta(days=7))
    later = make_run(make_course(course.owner, code="SEINARE"), minimum=2, decide_on=today + timedelta(days=8))
    one, _other = give(held, now), [give(run, now) for run in (few, later)]

    def codes(need: str) -> set[str]:
        body = page.get(address("desk"), {"show": need}).content.decode()
        return {code for code in ("VOLDA-1", "FOR-FAA", "SEINARE") if f"kursbord/{code}/" in body}

    assert (codes("attendance"), codes("few")) == ({"VOLDA-1"}, {"FOR-FAA"})
    roster_actions.note_attendance(run=held, marks={(one.pk, held.sessions.all()[0].pk): "present"}, by=adviser, now=now)
    give(few, now, "Kari Prøve")
    assert (codes("attendance"), codes("few")) == (set(), set())


def test_searching_and_filtering(page: Client, course: Course) -> None:
    make_draft_course(course.owner, code="ANNA-2", title_nn="Eit heilt anna kurs")
    lists = {
        "heilt anna": {"ANNA-2"},
        "volda-": {"VOLDA-1"},
        "finst ikkje": set(),
    }
    for text, wanted in lists.items():
        body = page.get(address("desk"), {"q": text}).content.decode()
        assert {code for code in ("ANNA-2", "VOLDA-1") if f"kursbord/{code}/" in body} == wanted
    body = page.get(address("desk"), {"state": "draft"}).content.decode()
    assert ("kursbord/ANNA-2/" in body, "kursbord/VOLDA-1/" in body) == (True, False)
    body = page.get(address("desk"), {"unit": course.owner.code, "state": "published"}).content.decode()
    assert ("kursbord/ANNA-2/" in body, "kursbord/VOLDA-1/" in body) == (False, True)
    assert page.get(address("desk"), {"unit": "finst-ikkje", "state": "tull", "show": "tull", "page": "tull"}).status_code == 200


def test_a_course_owner_writes_and_sends_but_is_offered_no_more(client: Client, course: Course) -> None:
    owner = make_person("Kursansvarleg Prøve", "", (COURSE_OWNER, course.owner))
    client.force_login(owner)
    body = client.get(address("course_desk", course.code)).content.decode()
    assert (address("course_edit", course.code) in body, address("course_archive", course.code) in body) == (True, False)
    assert client.post(address("course_archive", course.code), {"version": course.version, "reason": "Slutt"}).status_code == 200
    assert Course.objects.get(pk=course.pk).status == "published"
