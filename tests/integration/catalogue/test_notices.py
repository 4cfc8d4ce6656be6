"""Writing to everybody on a run: each told once in their own written form, nothing that tells of an illness, and who may do it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalogue.actions import notices as actions
from catalogue.actions.notices import NoticeFields, UnableToWrite
from catalogue.actions.places import change_enrolment
from catalogue.enums import NoticeTo
from catalogue.models import Enrolment, Run, RunNotice
from lms_portal.accounts.models import User
from lms_portal.accounts.roles import COURSE_OWNER, LMS_ADVISER
from lms_portal.audit.models import Access
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_clinic, make_person
from tests.factories.catalogue import make_participant, make_run, make_site, make_waiting
from tests.integration.catalogue.test_rosters import give
from tests.integration.pages import texts_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_bokmaal(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)
    with translation.override("nb"):
        yield


def filled(now: datetime) -> Run:
    run = make_run()
    give(run, now, "Kari Prøve", email="kari@deltaker.example", language="nn")
    give(run, now, "Per Prøve", email="per@deltaker.example")
    give(run, now, "Utan Prøve")
    make_waiting(run.course, make_participant("Ventar Prøve", email="ventar@deltaker.example"))
    return run


def adviser_of(run: Run) -> User:
    return make_person("Rådgjevar Prøve", "", (LMS_ADVISER, run.course.owner.parent))  # type: ignore[arg-type]


def write(run: Run, now: datetime, **fields: Any) -> RunNotice:
    values = {"to": NoticeTo.PLACED, "text_nb": "Ta med innesko.", **fields}
    return actions.write_to_people(run=run, fields=NoticeFields(**values), form_key=uuid4(), by=adviser_of(run), now=now)


def told() -> list[str]:
    return sorted(str(message.recipient_address) for message in Message.objects.all())


def test_everybody_with_a_place_gets_it_in_their_own_written_form(now: datetime) -> None:
    run = filled(now)
    notice = write(run, now, text_nn="Ta med innesko, er du snill.")
    assert (notice.mailed, notice.unreached, told()) == (2, 1, ["kari@deltaker.example", "per@deltaker.example"])
    texts = {str(one.recipient_address): kinds.get(one.kind).render(one) for one in Message.objects.all()}
    assert "Ta med innesko, er du snill." in texts["kari@deltaker.example"].text
    assert "Ta med innesko.\n" in texts["per@deltaker.example"].text
    version = run.course.public_version
    assert version is not None
    assert all(version.title_nb not in f"{one.subject} {one.text}" for one in texts.values())


def test_one_written_form_serves_everybody(now: datetime) -> None:
    write(filled(now), now, text_nb="", text_nn="Ta med innesko.")
    assert all("Ta med innesko." in kinds.get(one.kind).render(one).text for one in Message.objects.all())


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (NoticeTo.WAITING, ["ventar@deltaker.example"]),
        (NoticeTo.BOTH, ["kari@deltaker.example", "per@deltaker.example", "ventar@deltaker.example"]),
    ],
)
def test_those_who_wait_are_written_to_where_asked_for(now: datetime, to: NoticeTo, expected: list[str]) -> None:
    write(filled(now), now, to=to)
    assert told() == expected


def test_one_place_of_the_run_is_enough(now: datetime) -> None:
    run = filled(now)
    there = make_site(run, make_clinic(name="Ørsta"), role="receiver")
    give(run, now, "Der Prøve", site=there, email="der@deltaker.example")
    write(run, now, site=there)
    assert told() == ["der@deltaker.example"]


def test_the_same_form_twice_is_one_notice(now: datetime) -> None:
    run, key = filled(now), uuid4()
    fields, by = NoticeFields(NoticeTo.PLACED, "Ta med innesko."), adviser_of(run)
    first = actions.write_to_people(run=run, fields=fields, form_key=key, by=by, now=now)
    again = actions.write_to_people(run=run, fields=fields, form_key=key, by=by, now=now)
    assert (first, RunNotice.objects.count(), len(told())) == (again, 1, 2)


def test_nothing_is_sent_that_names_the_course_or_says_nothing_or_reaches_nobody(now: datetime) -> None:
    run = filled(now)
    version = run.course.public_version
    assert version is not None
    for fields in ({"text_nb": f"Velkommen til {version.title_nb.upper()}"}, {"text_nb": " "}):
        with pytest.raises(UnableToWrite):
            write(run, now, **fields)
    with pytest.raises(UnableToWrite):
        write(make_run(run.course), now)
    assert (RunNotice.objects.count(), told()) == (0, [])


def test_whoever_may_not_see_participants_does_not_write_to_them(now: datetime) -> None:
    run = filled(now)
    stranger = make_person("Framand Prøve", "", (COURSE_OWNER, make_clinic(name="Ørsta")))
    with pytest.raises(UnableToWrite):
        actions.write_to_people(run=run, fields=NoticeFields(NoticeTo.PLACED, "Hei"), form_key=uuid4(), by=stranger, now=now)


def test_who_has_given_up_the_place_meanwhile_is_left_alone(now: datetime) -> None:
    write(filled(now), now)
    message = next(one for one in Message.objects.all() if one.recipient_address == "per@deltaker.example")
    kind = kinds.get(message.kind)
    assert kind.skip_reason(message, now) == ""
    change_enrolment(enrolment=Enrolment.objects.get(pk=message.object_id), verb="cancel", now=now)
    assert kind.skip_reason(message, now) == "place_moved_on"


def test_page_shows_the_message_before_it_goes_and_afterwards(client: Client, now: datetime) -> None:
    run = filled(now)
    client.force_login(adviser_of(run))
    where = reverse("catalogue:write", args=[run.course.code, run.pk])
    key = str(uuid4())
    typed = {"to": "placed", "text_nb": "Ta med innesko.", "text_nn": "", "form_key": key}
    shown = client.post(where, {**typed, "do": "show"})
    assert "2 personer får den på e-post. Én har ikke e-postadresse: ring eller skriv." in " ".join(texts_of(shown, "p"))
    assert (told(), Access.objects.filter(action="list").count()) == ([], 1)
    assert client.post(where, {**typed, "do": "send"}).status_code == 302
    assert client.post(where, {**typed, "do": "send"}).status_code == 302
    assert len(told()) == 2
    assert "Ta med innesko." in " ".join(texts_of(client.get(where), "p"))


def test_page_keeps_what_was_typed_and_says_what_to_do(client: Client, now: datetime) -> None:
    run = filled(now)
    client.force_login(adviser_of(run))
    version = run.course.public_version
    assert version is not None
    where = reverse("catalogue:write", args=[run.course.code, run.pk])
    answer = client.post(where, {"to": "both", "text_nb": "", "text_nn": f"Om {version.title_nn}", "form_key": str(uuid4()), "do": "send"})
    page = answer.content.decode()
    assert f"Om {version.title_nn}</textarea>" in page.replace("\n", "")
    assert "Feil: " in page
    assert told() == []


def test_page_is_for_those_of_the_course_alone(client: Client, now: datetime) -> None:
    run = filled(now)
    where = reverse("catalogue:write", args=[run.course.code, run.pk])
    assert client.get(where).status_code == 302
    client.force_login(make_person("Framand Prøve", "", (LMS_ADVISER, make_clinic(name="Ørsta").parent)))  # type: ignore[arg-type]
    assert client.get(where).status_code == 404
