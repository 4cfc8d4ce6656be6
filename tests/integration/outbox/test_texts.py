"""The page of texts, and a text to oneself as a test."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from lms_portal.accounts import roles
from lms_portal.accounts.models import Unit, User
from lms_portal.outbox import kinds, previews, sweeps
from lms_portal.outbox.models import Message
from lms_portal.outbox.trial_mails import plan_trial
from tests.factories.accounts import make_clinic, make_hospital, make_person
from tests.mail_sink import Sink

pytestmark = pytest.mark.django_db
PAGE = "/nb/meldinger/tekster/"
ASKED = {"kind": "catalogue.place_given", "text": "emails/catalogue/place_given", "language": "nn"}


@pytest.fixture
def hospital() -> Unit:
    return make_hospital("volda")


@pytest.fixture
def adviser(hospital: Unit) -> User:
    return make_person("Lillian Prøve", "lillian@example.org", (roles.LMS_ADVISER, hospital))


def shown(answer: Any) -> Any:
    """What the page was given; the previews' own contexts, which answer every name, come first in the test client's list."""
    return next(context for context in answer.context if not isinstance(context, previews.AnyName))


def test_every_kind_stands_on_one_of_the_tabs(client: Client, adviser: User) -> None:
    client.force_login(adviser)
    found: set[str] = set()
    for tab in shown(client.get(PAGE))["tabs"]:
        found |= {kind["code"] for kind in shown(client.get(PAGE + tab["url"]))["kinds"]}
    assert found == set(kinds.all_kinds())


def test_languages_stand_side_by_side_with_marked_words(client: Client, adviser: User) -> None:
    client.force_login(adviser)
    page = client.get(f"{PAGE}?area=catalogue").content.decode()
    assert "<mark>«referanse»</mark>" in page
    assert 'lang="nb"' in page
    assert 'lang="nn"' in page
    assert 'lang="en"' in page


def test_unknown_area_shows_the_first(client: Client, adviser: User) -> None:
    client.force_login(adviser)
    assert shown(client.get(f"{PAGE}?area=nonsense"))["tabs"][0]["current"] is True


def test_page_is_closed_to_others(client: Client, hospital: Unit) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(make_person("Vidar Prøve", "", (roles.ASSESSOR, make_clinic("volda-clinic", hospital))))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, ASKED).status_code == 403
    assert not Message.objects.exists()


def test_text_goes_to_oneself_marked_as_a_test(client: Client, adviser: User, sink: Sink, now: datetime) -> None:
    client.force_login(adviser)
    answer = client.post(f"{PAGE}?area=catalogue", ASKED)
    assert answer["Location"] == f"{PAGE}?area=catalogue#catalogue.place_given"
    message = Message.objects.get()
    assert (message.kind, message.recipient_user_id, message.language) == ("outbox.trial", adviser.pk, "nn")
    sweeps.deliver_due(message.due_at)
    mail = sink.mails[0]
    assert mail["To"] == adviser.email
    assert mail["Subject"].strip() == "Prøve: Du har fått plass på kurset («referanse»)"
    assert "«" in mail.get_content()  # type: ignore[attr-defined]


def test_text_asked_for_twice_in_a_minute_goes_once(adviser: User, now: datetime) -> None:
    for _ in range(2):
        plan_trial(**ASKED, user_id=adviser.pk, now=now)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"kind": "no.such"}, {"text": "emails/grants/payment_made"}, {"text": "../settings"}, {"language": "de"}, {"language": ""}]
)
def test_nothing_else_can_be_sent(client: Client, adviser: User, change: dict[str, str]) -> None:
    client.force_login(adviser)
    assert client.post(PAGE, {**ASKED, **change}).status_code == 404
    assert not Message.objects.exists()


def test_page_costs_the_same_for_each_area(client: Client, adviser: User, django_assert_num_queries: Any) -> None:
    client.force_login(adviser)
    client.get(PAGE)
    for area in ("referrals", "catalogue"):
        with django_assert_num_queries(4):
            client.get(f"{PAGE}?area={area}")
