"""What each role may do with a course and with its dates, in every state: the actions hold what the workflow's table says."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from django.utils import translation

from catalogue import permissions
from catalogue.actions import courses as actions
from catalogue.actions.runs import UnableToChangeRun, move_run
from catalogue.models import Course, Run
from catalogue.schedule import Dates
from catalogue.workflow import COURSE, RUN
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER, REGIONAL_LMS, ROLES, Role
from lms_portal.audit.transitions import NotAllowed, ReasonMissing, Stale, history_of, move
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_person, make_unit
from tests.factories.catalogue import make_course, make_draft_course, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Reasons are read in one language, whatever a page of another test left behind."""
    with translation.override("en"):
        yield


ANSWERS = {"no_user_representative": "Kjem til hausten."}
NOBODY = "nobody"


def person_with(role: Role | str, clinic: Unit, name: str = "Prøve") -> User:
    """Somebody with a role where it counts for the clinic's courses; for NOBODY an adviser of another hospital."""
    if isinstance(role, str):
        return make_person(name, "", (LMS_ADVISER, make_clinic().parent))  # type: ignore[arg-type]
    hospital = clinic.parent
    assert hospital is not None
    trust = hospital.parent
    assert trust is not None
    return make_person(name, "", (role, trust if role is REGIONAL_LMS else hospital if role.reaches_below else clinic))


def course_in(status: str, clinic: Unit, author: User, now: datetime) -> Course:
    """A course in a state, written by `author`."""
    course = make_draft_course(clinic) if status in ("draft", "in_review") else make_course(clinic)
    if status in ("changed", "change_in_review"):
        actions.save_draft(course=course, values={"title_nn": "Nytt namn"}, seen_edit_version=0, by=author, now=now)
    if status in ("in_review", "change_in_review"):
        actions.submit_for_review(course=course, answers=ANSWERS, by=author, now=now)
    if status == "archived":
        move(COURSE, course, verb="archive", now=now, reason="Slutt")
    return Course.objects.select_related("owner", "draft_version", "public_version").get(pk=course.pk)


def do_with_course(verb: str, course: Course, by: User, now: datetime) -> object:
    """The action of a verb, with plain values for everything else."""
    version = actions.text_edited(course)
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: actions.submit_for_review(course=course, answers=ANSWERS, by=by, now=now),
        "send_back": lambda: actions.send_back(course=course, reason="Skriv meir om maten.", by=by, now=now),
        "take_back": lambda: actions.take_back(course=course, by=by, now=now),
        "publish": lambda: actions.publish(course=course, by=by, now=now),
        "change": lambda: actions.save_draft(
            course=course, values={"title_nn": "Anna"}, seen_edit_version=version.edit_version, by=by, now=now
        ),
        "discard": lambda: actions.discard_change(course=course, by=by, now=now),
        "archive": lambda: actions.archive_course(course=course, reason="Slutt", by=by, now=now),
        "reopen": lambda: actions.reopen_course(course=course, by=by, now=now),
    }
    return calls[verb]()


EVERYBODY = [*ROLES.values(), NOBODY]
STATE_AND_VERB = [(status, verb) for status in COURSE.labels for verb in sorted({step.verb for step in COURSE.transitions})]


@pytest.mark.parametrize("role", EVERYBODY, ids=str)
def test_each_verb_from_each_state_by_each_role(role: Role | str, now: datetime) -> None:
    clinic = make_clinic()
    by = person_with(role, clinic)
    other_author = person_with(COURSE_OWNER, clinic)
    for status, verb in STATE_AND_VERB:
        try:
            allowed = not isinstance(role, str) and role.code in COURSE.find(verb, status).roles
        except LookupError:
            allowed = False
        # only its author takes a course back; only somebody else publishes it
        author = by if verb == "take_back" and allowed else other_author
        course = course_in(status, clinic, author, now)
        before = course.version
        try:
            do_with_course(verb, course, by, now)
            done = True
        except (actions.UnableToEditCourse, NotAllowed):
            done = False
        stored = Course.objects.get(pk=course.pk)
        if verb == "change" and status in ("draft", "changed"):  # writing on goes on without a move
            assert stored.version == before
            continue
        target = COURSE.find(verb, status).target if allowed else status
        assert (status, verb, done, stored.status) == (status, verb, allowed, target)
        assert stored.version == before + allowed


@pytest.mark.parametrize("status", ["in_review", "change_in_review"])
def test_an_adviser_does_not_publish_what_they_wrote(status: str, now: datetime) -> None:
    clinic = make_clinic()
    author = person_with(LMS_ADVISER, clinic)
    course = course_in(status, clinic, author, now)
    with pytest.raises(actions.UnableToEditCourse, match="other than the author"):
        actions.publish(course=course, by=author, now=now)
    assert Course.objects.get(pk=course.pk).status == status


def test_who_only_edited_does_not_publish_either(now: datetime) -> None:
    clinic = make_clinic()
    editor, sender = person_with(LMS_ADVISER, clinic), person_with(LMS_ADVISER, clinic)
    course = make_draft_course(clinic)
    actions.save_draft(course=course, values={"title_nn": "Nytt"}, seen_edit_version=0, by=editor, now=now)
    actions.submit_for_review(course=course, answers=ANSWERS, by=sender, now=now)
    assert permissions.why_not_publish(editor, course, course.draft_version) is not None
    assert permissions.why_not_publish(sender, course, course.draft_version) is not None
    assert permissions.why_not_publish(person_with(LMS_ADVISER, clinic), course, course.draft_version) is None


def test_the_regional_function_publishes_its_own(now: datetime) -> None:
    clinic = make_clinic()
    regional = person_with(REGIONAL_LMS, clinic)
    course = course_in("in_review", clinic, regional, now)
    actions.publish(course=course, by=regional, now=now)
    assert Course.objects.get(pk=course.pk).status == "published"


def test_the_regional_role_of_another_trust_counts_for_nothing_here(now: datetime) -> None:
    clinic = make_clinic()
    elsewhere = make_clinic().parent
    assert elsewhere is not None
    assert elsewhere.parent is not None
    author = make_person("Begge Delar", "", (LMS_ADVISER, clinic.parent), (REGIONAL_LMS, elsewhere.parent))  # type: ignore[arg-type]
    course = course_in("in_review", clinic, author, now)
    assert permissions.why_not_publish(author, course, course.draft_version) is not None


@pytest.mark.parametrize("verb", ["send_back", "archive"])
def test_a_reason_is_needed(verb: str, now: datetime) -> None:
    clinic = make_clinic()
    adviser = person_with(LMS_ADVISER, clinic)
    course = course_in("in_review" if verb == "send_back" else "published", clinic, person_with(COURSE_OWNER, clinic), now)
    act = {"send_back": actions.send_back, "archive": actions.archive_course}[verb]
    with pytest.raises(ReasonMissing):
        act(course=course, reason="  ", by=adviser, now=now)


def test_warnings_must_be_answered_and_errors_put_right(now: datetime) -> None:
    clinic = make_clinic()
    owner = person_with(COURSE_OWNER, clinic)
    course = make_draft_course(clinic, title_nn="", summary_nn="")
    with pytest.raises(actions.UnansweredRemarks) as missing:
        actions.submit_for_review(course=course, answers=ANSWERS, by=owner, now=now)
    assert [remark.code for remark in missing.value.remarks] == ["missing_nn"]
    actions.submit_for_review(course=course, answers={**ANSWERS, "missing_nn": "Blir omsett i januar."}, by=owner, now=now)
    assert course.status == "in_review"
    faulty = make_draft_course(clinic, audiences=[])
    with pytest.raises(actions.UnansweredRemarks) as wrong:
        actions.submit_for_review(course=faulty, answers={**ANSWERS, "no_audience": "Same det."}, by=owner, now=now)
    assert [remark.code for remark in wrong.value.remarks] == ["no_audience"]


def test_texts_without_a_title_stop_the_review(now: datetime) -> None:
    clinic = make_clinic()
    course = make_draft_course(clinic, title_nn="", summary_nn="Ein tekst som ingen ville sjå.")
    with pytest.raises(actions.UnansweredRemarks) as wrong:
        actions.submit_for_review(course=course, answers={**ANSWERS, "missing_nn": "Ja"}, by=person_with(COURSE_OWNER, clinic), now=now)
    assert [remark.code for remark in wrong.value.remarks] == ["untitled_nn"]


def test_a_stale_decision_is_refused(now: datetime) -> None:
    clinic = make_clinic()
    course = course_in("in_review", clinic, person_with(COURSE_OWNER, clinic), now)
    with pytest.raises(Stale):
        actions.publish(course=course, by=person_with(LMS_ADVISER, clinic), now=now, seen_version=course.version - 1)


def test_publishing_is_found_by_the_search_and_kept_in_the_log(now: datetime) -> None:
    clinic = make_clinic()
    course = course_in("in_review", clinic, person_with(COURSE_OWNER, clinic), now)
    actions.publish(course=course, by=person_with(LMS_ADVISER, clinic), now=now)
    assert sorted(course.search_documents.values_list("language", flat=True)) == ["en", "nb", "nn"]
    assert [row.verb for row in history_of(COURSE, course.pk)] == ["submit", "publish"]
    actions.archive_course(course=course, reason="Slutt", by=person_with(LMS_ADVISER, clinic), now=now)
    assert course.search_documents.count() == 0


def test_the_successor_must_be_another_published_course(now: datetime) -> None:
    clinic = make_clinic()
    adviser, course = person_with(LMS_ADVISER, clinic), make_course(clinic)
    for wrong in (course, make_draft_course(clinic)):
        with pytest.raises(actions.UnableToEditCourse):
            actions.archive_course(course=course, reason="Slutt", by=adviser, now=now, successor=wrong)
    successor = make_course(clinic)
    actions.archive_course(course=course, reason="Slutt", by=adviser, now=now, successor=successor)
    assert Course.objects.get(pk=course.pk).successor == successor


# Messages


def messages() -> list[tuple[str, str]]:
    """Kind and the mailbox it goes to."""
    mailbox = dict(Unit.objects.values_list("pk", "mailbox"))
    return [(row.kind, mailbox[row.recipient_unit_id]) for row in Message.objects.order_by("planned_at", "pk")]  # type: ignore[index]


def test_the_reviewers_mailbox_hears_and_then_the_authors(now: datetime) -> None:
    clinic = make_clinic()
    assert clinic.parent is not None
    owner, adviser = person_with(COURSE_OWNER, clinic), person_with(LMS_ADVISER, clinic)
    course = course_in("in_review", clinic, owner, now)
    actions.send_back(course=course, reason="Skriv meir.", by=adviser, now=now)
    assert messages() == [("catalogue.review_wanted", clinic.parent.mailbox), ("catalogue.sent_back", clinic.mailbox)]


def test_an_author_who_is_the_only_adviser_wakes_the_next_level(now: datetime) -> None:
    clinic = make_clinic()
    hospital = clinic.parent
    assert hospital is not None
    assert hospital.parent is not None
    author = person_with(LMS_ADVISER, clinic)
    make_person("Regional Prøve", "", (REGIONAL_LMS, hospital.parent))
    course_in("in_review", clinic, author, now)
    assert messages() == [("catalogue.review_wanted", hospital.parent.mailbox)]


def test_sending_to_review_again_is_a_new_message(now: datetime) -> None:
    clinic = make_clinic()
    owner, adviser = person_with(COURSE_OWNER, clinic), person_with(LMS_ADVISER, clinic)
    course = course_in("in_review", clinic, owner, now)
    actions.send_back(course=course, reason="Skriv meir.", by=adviser, now=now)
    actions.submit_for_review(course=course, answers=ANSWERS, by=owner, now=now)
    assert [kind for kind, _to in messages()] == ["catalogue.review_wanted", "catalogue.sent_back", "catalogue.review_wanted"]


def test_messages_name_the_code_alone_and_lapse_with_their_reason(now: datetime) -> None:
    from lms_portal.outbox import kinds

    clinic = make_clinic()
    owner, adviser = person_with(COURSE_OWNER, clinic), person_with(LMS_ADVISER, clinic)
    course = course_in("in_review", clinic, owner, now)
    message = Message.objects.get()
    kind = kinds.get(message.kind)
    rendered = kind.render(message)
    version = course.draft_version
    assert version is not None
    assert (course.code in rendered.subject, version.title_nb in rendered.subject + rendered.text) == (True, False)
    assert kind.skip_reason(message, now) == ""
    actions.publish(course=course, by=adviser, now=now)
    assert kind.skip_reason(message, now) == "review_over"


# Dates


def run_in(status: str, course: Course, now: datetime) -> Run:
    run = make_run(course, Dates.on(date(2026, 3, 3)), is_open=False)
    ways = {
        "planned": (),
        "open": ("open",),
        "closed": ("open", "close"),
        "postponed": ("open", "postpone"),
        "cancelled": ("cancel",),
        "completed": ("open", "close", "complete"),
    }
    for verb in ways[status]:
        move(RUN, run, verb=verb, now=now, reason="Sjukdom")
    return Run.objects.get(pk=run.pk)


@pytest.mark.parametrize("role", EVERYBODY, ids=str)
def test_each_move_of_dates_from_each_state_by_each_role(role: Role | str, now: datetime) -> None:
    clinic = make_clinic()
    by, course = person_with(role, clinic), make_course(clinic)
    for status in RUN.labels:
        for verb in sorted({step.verb for step in RUN.transitions}):
            run = run_in(status, course, now)
            try:
                allowed = not isinstance(role, str) and role.code in RUN.find(verb, status).roles
            except LookupError:
                allowed = False
            try:
                move_run(run=run, verb=verb, by=by, now=now, reason="Sjukdom")
                done = True
            except UnableToChangeRun:
                done = False
            target = RUN.find(verb, status).target if allowed else status
            assert (status, verb, done, Run.objects.get(pk=run.pk).status) == (status, verb, allowed, target)


def test_dates_of_a_course_that_is_not_public_do_not_open(now: datetime) -> None:
    clinic = make_clinic()
    run = make_run(make_draft_course(clinic), is_open=False)
    with pytest.raises(UnableToChangeRun, match="Publish the course first"):
        move_run(run=run, verb="open", by=person_with(LMS_ADVISER, clinic), now=now)


def test_dates_that_have_not_begun_are_not_marked_as_held(now: datetime) -> None:
    clinic = make_clinic()
    run = make_run(make_course(clinic), Dates.on(date(2027, 3, 3)))
    move(RUN, run, verb="close", now=now)
    with pytest.raises(UnableToChangeRun, match="first day"):
        move_run(run=run, verb="complete", by=person_with(LMS_ADVISER, clinic), now=now)


def test_postponing_and_cancelling_need_a_reason(now: datetime) -> None:
    clinic = make_clinic()
    run = make_run(make_course(clinic))
    for verb in ("postpone", "cancel"):
        with pytest.raises(ReasonMissing):
            move_run(run=run, verb=verb, by=person_with(LMS_ADVISER, clinic), now=now, reason=" ")


def test_cancelling_calls_off_every_place(now: datetime) -> None:
    from catalogue.actions.places import give_place
    from tests.factories.catalogue import make_participant

    clinic = make_clinic()
    run = make_run(make_course(clinic))
    site = run.sites.get()
    for _number in range(2):
        participant = make_participant()
        give_place(
            course=run.course,
            run=run,
            site=site,
            participant=participant,
            data_key=participant.data_key,
            waiting_since=date(2026, 5, 1),
            now=now,
        )
    move_run(run=run, verb="cancel", by=person_with(LMS_ADVISER, clinic), now=now, reason="Sjukdom")
    assert list(run.course.enrolments.values_list("status", "last_run")) == [("cancelled_by_provider", run.pk)] * 2
    assert run.sites.get().taken == 0


def test_a_unit_without_a_mailbox_leaves_it_to_the_next(now: datetime) -> None:
    hospital = make_clinic().parent
    assert hospital is not None
    clinic = make_unit("", parent=hospital, mailbox="")
    owner = person_with(COURSE_OWNER, clinic)
    make_person("Rådgjevar Prøve", "", (LMS_ADVISER, hospital))
    course_in("in_review", clinic, owner, now)
    assert messages() == [("catalogue.review_wanted", hospital.mailbox)]
