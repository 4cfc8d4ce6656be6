"""A forgotten password: one answer for everybody, a mail for those who have an account, a link that works once."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from lms_portal.common.clock import real_now
from lms_portal.outbox import sweeps
from lms_portal.outbox.models import Message
from tests.factories.accounts import PASSWORD, make_person

pytestmark = pytest.mark.django_db
ASK = "/nb/konto/passord/nytt/"
NEW = "another sentence that is long enough"


def link_in(text: object) -> str:
    found = re.search(r"http://testserver(/\S+)", str(text))
    assert found
    return found.group(1)


def test_answer_and_work_are_the_same_for_every_address(client: Client, django_assert_num_queries: Any) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    make_person("Ola Prøve", "ola@sykehus.example", is_active=False)
    client.get(ASK)
    answers, statements = set(), set()
    for email in ("kari@sykehus.example", "ingen@sykehus.example", "ola@sykehus.example"):
        with django_assert_num_queries(4) as captured:
            response = client.post(ASK, {"email": email})
        answers.add((response.status_code, response["Location"]))
        statements.add(tuple(query["sql"].split()[0] for query in captured))
    assert answers == {(302, "/nb/konto/passord/nytt/sendt/")}
    assert len(statements) == 1
    assert Message.objects.filter(kind="accounts.password_reset").count() == 3


def test_only_people_with_an_account_get_a_mail(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example", language="nn")
    make_person("Ola Prøve", "ola@sykehus.example", is_active=False)
    for email in ("kari@sykehus.example", "ingen@sykehus.example", "ola@sykehus.example"):
        client.post(ASK, {"email": email})
    sweeps.deliver_due(real_now())
    assert [message.to for message in mail.outbox] == [["kari@sykehus.example"]]
    assert sorted(Message.objects.values_list("status", "why")) == [
        ("sent", ""),
        ("skipped", "no_such_account"),
        ("skipped", "no_such_account"),
    ]


def test_address_is_sealed_and_the_link_stands_nowhere(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    client.post(ASK, {"email": "kari@sykehus.example"})
    row = Message.objects.values().get()
    assert "kari" not in str(row)
    assert row["context"] == {}


def ask_and_follow(client: Client, email: str = "kari@sykehus.example") -> str:
    client.post(ASK, {"email": email})
    sweeps.deliver_due(real_now())
    link = link_in(mail.outbox[-1].body)
    response = client.get(link)
    assert response.status_code == 302
    return str(response["Location"])


def test_link_sets_a_new_password_once(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    form = ask_and_follow(client)
    assert "set-password" in form
    assert client.get(form).status_code == 200
    assert client.post(form, {"password1": NEW, "password2": NEW})["Location"] == "/nb/konto/passord/nytt/ferdig/"
    assert "_auth_user_id" not in client.session
    again = link_in(mail.outbox[0].body)
    assert client.get(again, follow=True).context.get("token_fail") is True
    assert client.post("/nb/konto/inn/", {"login": "kari@sykehus.example", "password": PASSWORD}).status_code == 200
    assert client.post("/nb/konto/inn/", {"login": "kari@sykehus.example", "password": NEW}).status_code == 302


def test_new_password_is_told_by_mail(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    form = ask_and_follow(client)
    client.post(form, {"password1": NEW, "password2": NEW})
    sweeps.deliver_due(real_now())
    told = Message.objects.get(kind="accounts.sign_in_changed")
    assert (told.status, told.context) == ("sent", {"change": "password_reset"})


def test_link_dies_after_two_hours(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    client.post(ASK, {"email": "kari@sykehus.example"})
    sweeps.deliver_due(real_now())
    with time_machine.travel((real_now() + timedelta(hours=2, seconds=1)).timestamp()):
        assert client.get(link_in(mail.outbox[-1].body)).context["token_fail"] is True


def test_late_mail_is_not_sent_at_all(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    client.post(ASK, {"email": "kari@sykehus.example"})
    sweeps.deliver_due(real_now() + timedelta(hours=3))
    assert mail.outbox == []


def test_fourth_request_in_an_hour_is_refused_alike_for_everybody(client: Client) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    for email in ("kari@sykehus.example", "ingen@sykehus.example"):
        answers = [client.post(ASK, {"email": email}).status_code for _ in range(4)]
        assert answers == [302, 302, 302, 429]


def test_mail_comes_in_the_language_that_the_page_was_in(client: Client, now: datetime) -> None:
    make_person("Kari Prøve", "kari@sykehus.example")
    client.post("/en/konto/passord/nytt/", {"email": "kari@sykehus.example"})
    sweeps.deliver_due(real_now())
    assert mail.outbox[-1].subject == "Choose a new password"
    assert "/en/konto/passord/nytt/" in mail.outbox[-1].body
