"""Joining without a referral: the actions, with what they refuse."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from catalogue import joining_mails
from catalogue.actions import joining as actions
from catalogue.actions import places, waiting_lists
from catalogue.actions.joining import SignUpFields, UnableToJoin
from catalogue.enums import Relation, SiteMode, SiteRole
from catalogue.models import CourseInterest, DeliverySite, Enrolment, Run, SignUp
from catalogue.needs import Needs
from catalogue.queries import joining as queries
from catalogue.schedule import Dates
from catalogue.workflow import RUN
from lms_portal.audit.models import StatusChange
from lms_portal.audit.transitions import move
from lms_portal.common.models import DataKey
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.catalogue import make_course, make_participant, make_run, make_site

pytestmark = pytest.mark.django_db
SOON = (date(2026, 12, 8), date(2026, 12, 9))


def open_run(*, places: int | None = 2, dates: Dates | None = None, **fields: object) -> Run:
    """A run that people sign up for by themselves."""
    return make_run(make_course(sign_up="self"), dates or Dates.on(*SOON), places=places, **fields)


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
    with pytest.raises(UnableToJoin, match="andre datoer|other dates"):
        actions.sign_up(run=open_run(), fields=fields, form_key=key, now=now)


def test_a_full_run_puts_people_in_line(now: datetime) -> None:
    run = open_run(places=1)
    made = [join(run, now + timedelta(minutes=minute)) for minute in range(3)]
    assert [status(one) for one in made] == ["confirmed", "waiting", "waiting"]
    assert [queries.position_of(queries.SignUp.objects.with_case().get(pk=one.pk), now=now) for one in made[1:]] == [1, 2]


def test_who_comes_now_does_not_pass_those_who_wait(now: datetime) -> None:
    run = open_run(places=1)
    first, second = join(run, now), join(run, now)
    actions.cancel(sign_up=first, now=now)
    third = join(run, now)
    assert (status(second), status(third)) == ("waiting", "waiting")
    assert waiting_lists.offer_free_places(now=now) == 1
    assert (status(second), status(third)) == ("offered", "waiting")
