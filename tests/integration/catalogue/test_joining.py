"""Joining without a referral: the actions, with what they refuse."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from catalogue import joining_mails
from catalogue.actions import joining as actions
from catalogue.actions import places, waiting_lists
from catalogue.actions.joining import SignUpFields, UnableToJoin
from catalogue.actions.runs import move_run, set_dates
from catalogue.enums import Relation, ScheduleKind, SiteMode, SiteRole
from catalogue.links import SIGN_UP, secret_of
from catalogue.models import CourseInterest, DeliverySite, Enrolment, Run, SignUp
from catalogue.needs import Needs
from catalogue.queries import joining as queries
from catalogue.schedule import Dates
from catalogue.workflow import RUN
from lms_portal.accounts.roles import LMS_ADVISER
from lms_portal.audit.models import StatusChange
from lms_portal.audit.transitions import move
from lms_portal.common.clock import OSLO
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course, make_participant, make_run, make_site

pytestmark = pytest.mark.django_db
SOON = (date(2026, 12, 8), date(2026, 12, 9))


def open_run(*, places: int | None = 2, dates: Dates | None = None, **fields: object) -> Run:
    """A run that people sign up for by themselves."""
    return make_run(make_course(sign_up="self"), dates or Dates.on(*SOON), places=places, **fields)  # type: ignore[arg-type]


def join(run: Run, now: datetime, name: str = "Kari Prøve", **fields: object) -> SignUp:
    values = {"email": f"{uuid4().hex}@post.example", **fields}
    return actions.sign_up(run=run, fields=SignUpFields(name=name, **values), form_key=uuid4(), now=now)  # type: ignore[arg-type]


def status(sign_up: SignUp) -> str:
    return Enrolment.objects.get(pk=sign_up.enrolment_id).status


def sent(kind: str) -> list[tuple[str, str]]:
    """The subject and text of the planned mails of a kind, in the order of planning."""
    found = []
    for message in Message.objects.filter(kind=kind).select_related("data_key").order_by("pk"):
        rendered = kinds.get(kind).render(message)
        found.append((rendered.subject, rendered.text))
    return found


def test_a_free_place_is_given_at_once_and_logged(now: datetime) -> None:
    run = open_run()
    made = join(run, now, needs=Needs(interpreter="arabisk", wheelchair=True))
    enrolment = Enrolment.objects.select_related("participant__data_key").get()
    assert (enrolment.status, enrolment.run, enrolment.site, run.sites.get().taken) == ("confirmed", run, run.sites.get(), 1)
    assert enrolment.participant.needs == "Tolk: arabisk\nBruker rullestol"
    assert Needs.opened(SignUp.objects.get().needs) == Needs(interpreter="arabisk", wheelchair=True)
    assert list(StatusChange.objects.filter(object_id=enrolment.pk).values_list("source", "target")) == [("requested", "confirmed")]
    assert enrolment.participant.contact_hash is not None
    assert made.link_expires_at > now


def test_the_same_form_twice_is_one_sign_up(now: datetime) -> None:
    run, key = open_run(), uuid4()
    fields = SignUpFields(name="Kari Prøve", email="kari@post.example")
    first = actions.sign_up(run=run, fields=fields, form_key=key, now=now)
    again = actions.sign_up(run=run, fields=fields, form_key=key, now=now + timedelta(seconds=2))
    assert (first.pk, Enrolment.objects.count(), run.sites.get().taken) == (again.pk, 1, 1)
    with pytest.raises(UnableToJoin, match="andre datoer"):
        actions.sign_up(run=open_run(), fields=fields, form_key=key, now=now)


def test_a_full_run_puts_people_in_line(now: datetime) -> None:
    run = open_run(places=1)
    made = [join(run, now + timedelta(minutes=minute)) for minute in range(3)]
    assert [status(one) for one in made] == ["confirmed", "waiting", "waiting"]
    assert [queries.position_of(SignUp.objects.with_case().get(pk=one.pk), now=now) for one in made[1:]] == [1, 2]


def test_who_comes_now_does_not_pass_those_who_wait(now: datetime) -> None:
    run = open_run(places=1)
    first, second = join(run, now), join(run, now)
    actions.cancel(sign_up=first, now=now)
    third = join(run, now)
    assert (status(second), status(third)) == ("waiting", "waiting")
    assert waiting_lists.offer_free_places(now=now) == 1
    assert (status(second), status(third)) == ("offered", "waiting")


@pytest.mark.parametrize(
    "fields",
    [
        {"sign_up": "referral"},
        {"is_open": False},
        {"dates": Dates.on(date(2026, 11, 16))},
        {"opens_at": datetime(2026, 12, 1, 0, 0, tzinfo=UTC)},
    ],
)
def test_a_run_that_takes_nobody_says_so(now: datetime, fields: dict[str, Any]) -> None:
    with pytest.raises(UnableToJoin):
        join(open_run(**fields), now)
    assert SignUp.objects.count() == 0


def test_a_sign_up_without_a_way_to_reach_the_person_is_refused(now: datetime) -> None:
    with pytest.raises(UnableToJoin):
        join(open_run(), now, email="", phone="")


def test_a_place_of_another_run_is_refused(now: datetime) -> None:
    with pytest.raises(UnableToJoin):
        join(open_run(), now, site=open_run().sites.get())


def test_who_signs_up_a_child_is_kept_apart_from_the_child(now: datetime) -> None:
    made = join(open_run(), now, relation=Relation.CHILD, name="Lillebror Prøve", contact_name="Kari Prøve", birth_year=2014)
    stored = SignUp.objects.with_case().get(pk=made.pk)
    assert (stored.enrolment.participant.name, stored.contact_name, stored.birth_year) == ("Lillebror Prøve", "Kari Prøve", "2014")


def test_nothing_about_the_person_stands_in_plain_text(now: datetime) -> None:
    join(open_run(), now, name="Kari Prøve", needs=Needs(diet="nøtter"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text || row_to_json(p)::text FROM catalogue_signup s, catalogue_participant p")
        text = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(changes::text, ' '), '') FROM audit_change WHERE table_name LIKE 'catalogue_%'")
        history = cursor.fetchone()[0]
    assert [word for word in ("Kari", "nøtter", "post.example") if word in text + history] == []


def two_sites(now: datetime, *, room: int = 1, digital: int | None = 1) -> tuple[Run, DeliverySite, DeliverySite]:
    run = open_run(places=room)
    return run, run.sites.get(), make_site(run, role=SiteRole.RECEIVER, mode=SiteMode.DIGITAL, places=digital)


def test_a_full_room_is_a_waiting_list_although_there_is_room_on_the_screen(now: datetime) -> None:
    run, room, screen = two_sites(now)
    first, second = join(run, now, site=room), join(run, now, site=room)
    third = join(run, now)  # any place
    assert [status(one) for one in (first, second, third)] == ["confirmed", "waiting", "confirmed"]
    assert Enrolment.objects.get(pk=third.enrolment_id).site == screen


def test_moving_from_room_to_screen_frees_the_room_and_is_logged(now: datetime) -> None:
    run, room, screen = two_sites(now)
    made = join(run, now, site=room)
    moved = actions.change_site(sign_up=made, site=screen, now=now)
    assert (moved.enrolment.site, DeliverySite.objects.get(pk=room.pk).taken, DeliverySite.objects.get(pk=screen.pk).taken) == (
        screen,
        0,
        1,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT changes -> 'site_id' FROM audit_change WHERE table_name = 'catalogue_enrolment' AND changes ? 'last_run_id'")
        assert cursor.fetchone() is not None


def test_moving_to_a_full_place_keeps_what_one_has(now: datetime) -> None:
    run, room, screen = two_sites(now)
    join(run, now, site=screen)
    made = join(run, now, site=room)
    with pytest.raises(UnableToJoin):
        actions.change_site(sign_up=made, site=screen, now=now)
    assert Enrolment.objects.get(pk=made.enrolment_id).site == room


def test_who_waits_may_wait_for_another_place_with_the_same_place_in_line(now: datetime) -> None:
    run, room, screen = two_sites(now, digital=0)
    join(run, now, site=room)
    made = join(run, now, site=room)
    waits_since = made.enrolment.waiting_since
    changed = actions.change_site(sign_up=made, site=screen, now=now + timedelta(days=3))
    assert (changed.wished_site, changed.enrolment.waiting_since, status(made)) == (screen, waits_since, "waiting")


def test_change_needs_reaches_those_who_run_the_course(now: datetime) -> None:
    made = join(open_run(), now, needs=Needs(companion=True))
    actions.change_needs(sign_up=made, needs=Needs(diet="gluten"), language="nn", now=now)
    participant = SignUp.objects.with_case().get().enrolment.participant
    assert (participant.needs, participant.language) == ("Mat: gluten", "nn")


def test_nothing_can_be_changed_after_it_has_ended(now: datetime) -> None:
    made = join(open_run(), now)
    actions.cancel(sign_up=made, now=now)
    with pytest.raises(UnableToJoin):
        actions.change_needs(sign_up=made, needs=Needs(), language="nb", now=now)
    with pytest.raises(UnableToJoin):
        actions.accept_offer(sign_up=made, now=now)
    assert actions.cancel(sign_up=made, now=now).enrolment.status == "cancelled_by_participant"  # twice changes nothing


# The waiting list


def offered(now: datetime) -> tuple[Run, SignUp, SignUp]:
    """One place, given up: the first in line has an offer, another waits."""
    run = open_run(places=1)
    first, second, third = (join(run, now + timedelta(minutes=minute)) for minute in range(3))
    actions.cancel(sign_up=first, now=now)
    assert waiting_lists.offer_free_places(now=now) == 1
    return run, second, third


def test_an_offer_is_made_once_however_often_the_sweep_runs(now: datetime) -> None:
    run, second, _third = offered(now)
    assert waiting_lists.offer_free_places(now=now) == 0
    until = Enrolment.objects.get(pk=second.enrolment_id).offer_expires_at
    assert (until, run.sites.get().taken, Message.objects.filter(kind=joining_mails.OFFER).count()) == (now + timedelta(hours=48), 1, 1)


def test_accepting_confirms_and_sends_a_receipt(now: datetime) -> None:
    run, second, _third = offered(now)
    actions.accept_offer(sign_up=second, now=now + timedelta(hours=47))
    actions.accept_offer(sign_up=second, now=now + timedelta(hours=47))
    assert (status(second), run.sites.get().taken) == ("confirmed", 1)
    assert Message.objects.filter(kind=joining_mails.RECEIPT, object_id=second.pk).count() == 2


def test_an_offer_that_runs_out_goes_to_the_next(now: datetime) -> None:
    _run, second, third = offered(now)
    just_before, late = now + timedelta(hours=48, microseconds=-1), now + timedelta(hours=48)
    assert waiting_lists.expire_offers(now=just_before) == 0
    with pytest.raises(UnableToJoin):
        actions.accept_offer(sign_up=second, now=late)
    assert (waiting_lists.expire_offers(now=late), waiting_lists.expire_offers(now=late)) == (1, 0)
    assert waiting_lists.offer_free_places(now=late) == 1
    assert (status(second), status(third)) == ("expired", "offered")
    actions.wait_again(sign_up=second, now=late)
    assert status(second) == "waiting"


def test_cancelled_dates_are_told_once_and_leave_a_way_back_in_line(now: datetime) -> None:
    run = open_run()
    made = join(run, now)
    Message.objects.all().delete()
    since = Enrolment.objects.get(pk=made.enrolment_id).waiting_since
    adviser = make_person("Rådgjevar Prøve", "", (LMS_ADVISER, run.course.owner.parent))  # type: ignore[arg-type]
    move_run(run=run, verb="cancel", by=adviser, now=now, reason="for få", public_reason="too_few")
    (message,) = Message.objects.all()
    assert message.kind == "catalogue.run_cancelled"
    assert joining_mails.link_of(made, language=message.language) in kinds.get(message.kind).render(message).text
    assert status(made) == "cancelled_by_provider"
    actions.wait_again(sign_up=made, now=now + timedelta(days=1))
    assert status(made) == "waiting"
    later = make_run(run.course, Dates.on(date(2027, 2, 2)), places=1)
    assert waiting_lists.offer_free_places(now=now + timedelta(days=1)) == 1
    placed = Enrolment.objects.get(pk=made.enrolment_id)
    assert (placed.run, placed.waiting_since) == (later, since)


def test_who_says_not_these_dates_keeps_the_place_in_line_for_others(now: datetime) -> None:
    run, second, third = offered(now)
    actions.pass_offer(sign_up=second, now=now)
    assert waiting_lists.offer_free_places(now=now) == 1
    assert (status(second), status(third)) == ("waiting", "offered")
    later = make_run(run.course, Dates.on(date(2027, 2, 2)), places=1)
    assert waiting_lists.offer_free_places(now=now) == 0  # the dates that they asked for have not gone yet
    move(RUN, Run.objects.get(pk=run.pk), verb="close", now=now)
    assert waiting_lists.offer_free_places(now=now) == 1
    assert Enrolment.objects.get(pk=second.enrolment_id).run == later


def test_who_says_no_is_off_the_list(now: datetime) -> None:
    _run, second, third = offered(now)
    actions.cancel(sign_up=second, now=now)
    waiting_lists.offer_free_places(now=now)
    assert (status(second), status(third)) == ("declined", "offered")


def test_the_list_moves_with_the_course_to_its_next_run(now: datetime) -> None:
    run = open_run(places=1)
    _first, second = join(run, now), join(run, now)
    later = make_run(run.course, Dates.on(date(2027, 2, 2)), places=5)
    begun = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
    assert queries.position_of(SignUp.objects.with_case().get(pk=second.pk), now=begun) == 1
    newcomer = join(later, begun)
    assert waiting_lists.offer_free_places(now=begun) == 1
    enrolment = Enrolment.objects.get(pk=second.enrolment_id)
    assert (enrolment.status, enrolment.run, enrolment.waiting_since, status(newcomer)) == (
        "offered",
        later,
        date(2026, 11, 17),
        "confirmed",
    )


def test_nobody_is_asked_when_the_course_begins_too_soon_to_answer(now: datetime) -> None:
    run = open_run(places=1)
    first, second = join(run, now), join(run, now)
    evening_before = datetime(2026, 12, 7, 20, 0, tzinfo=UTC)
    actions.cancel(sign_up=first, now=evening_before)
    assert (waiting_lists.offer_free_places(now=evening_before), status(second)) == (0, "waiting")


def test_the_centre_hears_when_somebody_without_e_mail_gets_an_offer(now: datetime) -> None:
    run = open_run(places=1)
    first, _second = join(run, now), join(run, now, email="", phone="+4740000000")
    actions.cancel(sign_up=first, now=now)
    waiting_lists.offer_free_places(now=now)
    message = Message.objects.get(kind=joining_mails.OFFER_BY_PHONE)
    assert message.recipient_unit_id == run.course.owner_id


def test_a_place_given_to_a_referral_is_not_offered(now: datetime) -> None:
    run = open_run(places=1)
    first, second = join(run, now), join(run, now)
    actions.cancel(sign_up=first, now=now)
    person = make_participant()
    places.give_place(
        course=run.course, run=run, site=run.sites.get(), participant=person, data_key=person.data_key, waiting_since=SOON[0], now=now
    )
    assert (waiting_lists.offer_free_places(now=now), status(second)) == (0, "waiting")


# Mails


def test_mails_name_the_day_and_the_reference_and_never_the_course(now: datetime) -> None:
    run, second, _third = offered(now)
    actions.accept_offer(sign_up=second, now=now)
    waiting_lists.plan_reminders(now=datetime(2026, 12, 7, 9, 0, tzinfo=UTC))
    actions.cancel(sign_up=second, now=now)
    version = run.course.public_version
    assert version is not None
    texts = [
        text for kind in (joining_mails.RECEIPT, joining_mails.OFFER, joining_mails.CHANGED, joining_mails.REMINDER) for text in sent(kind)
    ]
    assert len(texts) >= 6
    assert [text for text in texts if version.title_nb in " ".join(text) or run.course.code.lower() in " ".join(text).lower()] == []
    assert all("8.–9. desember 2026" in body for _subject, body in texts)


def test_the_same_name_and_address_twice_is_told_to_the_address_alone(now: datetime) -> None:
    run = open_run()
    join(run, now, email="kari@post.example")
    assert "påmelding til med samme navn" not in sent(joining_mails.RECEIPT)[0][1]
    join(run, now, email="Kari@post.example ")
    assert "påmelding til med samme navn" in sent(joining_mails.RECEIPT)[1][1]
    listed = queries.as_listed(queries.sign_ups_of_run(run, visible=SignUp.objects.all()), language="nb")
    assert [(one.name, one.is_twice) for one in listed] == [("Kari Prøve", True)] * 2


def reminders() -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(kind=joining_mails.REMINDER).order_by("-due_at", "pk")
    return [(row.revision, row.status, row.why) for row in rows]


def test_reminders_come_once_each_14_7_and_1_days_before(now: datetime) -> None:
    join(open_run(), now)
    for day in range(1, 25):
        for _twice in range(2):
            waiting_lists.plan_reminders(now=now + timedelta(days=day))
    assert reminders() == [("20261208-1d", "planned", ""), ("20261208-7d", "planned", ""), ("20261208-14d", "planned", "")]


def test_who_signs_up_late_gets_no_reminder_that_was_due_before(now: datetime) -> None:
    late = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
    join(open_run(), late)
    waiting_lists.plan_reminders(now=late)
    assert reminders() == [("20261208-7d", "skipped", "placed_later"), ("20261208-14d", "skipped", "placed_later")]


def test_a_sweep_that_was_away_sends_the_most_urgent_alone(now: datetime) -> None:
    join(open_run(), now)
    waiting_lists.plan_reminders(now=datetime(2026, 12, 7, 9, 0, tzinfo=UTC))
    assert [(revision, why) for revision, _status, why in reminders()] == [
        ("20261208-1d", ""),
        ("20261208-7d", "newer_reminder"),
        ("20261208-14d", "newer_reminder"),
    ]


def test_dates_that_are_not_exact_get_no_reminder(now: datetime) -> None:
    join(open_run(dates=Dates(ScheduleKind.MONTHS, months=(date(2026, 12, 1),))), now)
    assert waiting_lists.plan_reminders(now=now) == 0


def test_a_reminder_is_skipped_when_the_place_is_given_up_or_the_day_moved(now: datetime) -> None:
    run = open_run()
    made, other = join(run, now), join(run, now)
    due = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    waiting_lists.plan_reminders(now=due)
    skip = kinds.get(joining_mails.REMINDER).skip_reason
    messages = {message.object_id: message for message in Message.objects.filter(kind=joining_mails.REMINDER, status="planned")}
    assert [skip(message, due) for message in messages.values()] == ["", ""]
    actions.cancel(sign_up=made, now=due)
    set_dates(run=run, dates=Dates.on(date(2026, 12, 10)))
    assert (skip(messages[made.pk], due), skip(messages[other.pk], due)) == ("no_longer_placed", "date_moved")
    move(RUN, Run.objects.get(pk=run.pk), verb="cancel", now=due, reason="for få")
    assert skip(messages[other.pk], due) == "run_not_held"


def test_a_lost_link_is_replaced_and_the_old_one_stops_working(now: datetime) -> None:
    made = join(open_run(), now, email="kari@post.example")
    before = secret_of(made.pk, purpose=SIGN_UP)
    joining_mails.plan_links(email=" Kari@Post.example", language="nb", now=now)
    joining_mails.plan_links(email="ukjent@post.example", language="nb", now=now)
    known, unknown = Message.objects.filter(kind=joining_mails.LINKS).order_by("pk")
    skip = kinds.get(joining_mails.LINKS).skip_reason
    assert (skip(known, now), skip(unknown, now)) == ("", "no_such_sign_up")
    text = kinds.get(joining_mails.LINKS).render(known).text
    after = secret_of(made.pk, purpose=SIGN_UP, number=2)
    assert after in text
    assert (queries.sign_up_of(before, now=now), getattr(queries.sign_up_of(after, now=now), "pk", None)) == (None, made.pk)


def test_a_link_expires_a_month_after_the_last_day(now: datetime) -> None:
    made = join(open_run(), now)
    secret = secret_of(made.pk, purpose=SIGN_UP)
    last = datetime(2027, 1, 8, 0, 0, tzinfo=OSLO)
    assert queries.sign_up_of(secret, now=last - timedelta(seconds=1)) is not None
    assert queries.sign_up_of(secret, now=last) is None


# New dates


def asked(now: datetime, *, confirmed: bool = True) -> tuple[Run, CourseInterest]:
    run = open_run()
    actions.ask_to_be_told(course=run.course, email="Kari@post.example", language="nb", now=now)
    interest = CourseInterest.objects.select_related("course").get()
    if confirmed:
        actions.confirm_interest(interest=interest, now=now)
    return run, interest


def test_asking_twice_is_one_wish_and_one_mail_a_day(now: datetime) -> None:
    run, _interest = asked(now, confirmed=False)
    actions.ask_to_be_told(course=run.course, email="kari@post.example", language="nb", now=now)
    assert (CourseInterest.objects.count(), Message.objects.count()) == (1, 1)


def test_nobody_is_told_before_the_address_is_confirmed(now: datetime) -> None:
    run, _interest = asked(now, confirmed=False)
    make_run(run.course, Dates.on(date(2027, 4, 6)))
    assert waiting_lists.tell_of_new_dates(now=now) == 0


def test_new_dates_are_told_once_and_the_address_is_deleted(now: datetime) -> None:
    run, interest = asked(now)
    assert waiting_lists.tell_of_new_dates(now=now) == 0  # these dates stood there already
    later = make_run(run.course, Dates.on(date(2027, 4, 6)))
    assert (waiting_lists.tell_of_new_dates(now=now), waiting_lists.tell_of_new_dates(now=now)) == (1, 0)
    assert CourseInterest.objects.count() == 0
    assert DataKey.objects.get(pk=interest.data_key_id).wrapped is None
    ((subject, text),) = sent(joining_mails.INTEREST_NEWS)
    message = Message.objects.select_related("data_key").get(kind=joining_mails.INTEREST_NEWS)
    assert (subject, message.recipient_address, str(later.pk) in text) == ("Nye datoer", "kari@post.example", True)
    assert run.course.slug not in text


def test_dates_that_become_exact_are_new_dates(now: datetime) -> None:
    run, _interest = asked(now)
    to_come = make_run(run.course, Dates(ScheduleKind.TO_BE_ANNOUNCED))
    assert waiting_lists.tell_of_new_dates(now=now) == 0
    set_dates(run=to_come, dates=Dates.on(date(2027, 4, 6)))
    assert waiting_lists.tell_of_new_dates(now=now) == 1


def test_an_address_that_nobody_confirms_is_deleted_after_a_week(now: datetime) -> None:
    asked(now, confirmed=False)
    assert waiting_lists.forget_old_interests(now=now + timedelta(days=7, seconds=-1)) == 0
    assert waiting_lists.forget_old_interests(now=now + timedelta(days=7)) == 1
    assert CourseInterest.objects.count() == 0
