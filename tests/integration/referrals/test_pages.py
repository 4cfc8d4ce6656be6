"""The journey through the pages: written, saved, looked over, sent, assessed, answered; and who sees what."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lms_portal.accounts.models import User
from lms_portal.audit.models import Access
from lms_portal.common.ids import new_id
from lms_portal.outbox.models import Message
from referrals.models import Letter, Referral
from tests.factories.accounts import make_municipality
from tests.factories.referrals import (
    SECRET_WORDS,
    World,
    make_draft,
    make_in_state,
    make_sent,
    make_under_assessment,
    make_world,
    synthetic_number,
)
from tests.integration.pages import values_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(world: World, **fields: Any) -> dict[str, Any]:
    """What a browser posts from a filled page."""
    return {
        "token": str(new_id()),
        "edit_version": "",
        "unit": str(world.office.pk),
        "run": "",
        "patient_name": SECRET_WORDS[1],
        "patient_number": synthetic_number(),
        "municipality": make_municipality().number,
        "patient_phone": "900 12 345",
        "patient_attends": "on",
        "diagnosis_system": "ICPC-2",
        "diagnosis_code": "a04",
        "diagnosis_text": "",
        "reason": SECRET_WORDS[0],
        "language": "nn",
        "urgency": "routine",
        "patient_is_informed": "on",
        "copy_to_gp": "on",
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-0-kind": "next_of_kin",
        "people-0-name": "Nær Prøve",
        "people-0-number": synthetic_number(),
        "people-0-phone": "",
        "people-0-attends": "on",
        **fields,
    }


def start_url(world: World) -> str:
    return f"{reverse('referrals:start')}?course={world.course.slug}"


def test_whole_journey_from_page_to_letters() -> None:
    world = make_world()
    clinician, assessor = signed_in(world.clinician), signed_in(world.assessor)
    assert clinician.get(start_url(world)).status_code == 200
    answer = clinician.post(start_url(world), typed(world) | {"go_on": "1"})
    draft = Referral.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("referrals:review", args=[draft.pk]))
    review = clinician.get(answer["Location"])
    assert "Nevrologisk inntakskontor, Molde" in review.content.decode()
    sent = clinician.post(
        answer["Location"],
        {"seen_version": draft.version, "seen_edit_version": draft.edit_version, "chosen_unit": "", "override_reason": ""},
    )
    assert sent["Location"] == reverse("referrals:receipt", args=[draft.pk])
    assert draft.reference in clinician.get(sent["Location"]).content.decode()
    worklist = assessor.get(reverse("referrals:worklist")).content.decode()
    assert draft.reference in worklist
    assert "10 virkedager igjen" in worklist
    page = reverse("referrals:referral", args=[draft.pk])
    assert assessor.get(page).status_code == 200
    assert assessor.post(reverse("referrals:act", args=[draft.pk, "start"]), {"seen_version": 1})["Location"] == page
    accepted = assessor.post(
        reverse("referrals:act", args=[draft.pk, "accept"]),
        {
            "seen_version": 2,
            "site": str(world.site.pk),
            "right_by_on_day": "1",
            "right_by_on_month": "6",
            "right_by_on_year": "2027",
            "text": "Velkomen.",
        },
    )
    assert accepted.status_code == 302, accepted.content.decode()[-5000:]
    assert accepted["Location"] == page
    draft.refresh_from_db()
    assert draft.status == "accepted_dated"
    assert sorted(Letter.objects.values_list("recipient_kind", "channel")) == [
        ("participant", "post"),
        ("participant", "post"),
        ("referrer", "portal"),
    ]
    to_referrer = Letter.objects.get(recipient_kind="referrer")
    assert clinician.get(reverse("referrals:letter", args=[to_referrer.pk])).status_code == 200
    assert "Velkomen." in (to_referrer.body or "")
    world.site.refresh_from_db()
    assert world.site.taken == 2
    kinds = sorted(Message.objects.values_list("kind", flat=True))
    assert kinds == ["referrals.answered", "referrals.answered", "referrals.received"]


def test_incomplete_page_is_saved_and_says_what_to_do() -> None:
    world = make_world()
    client = signed_in(world.clinician)
    data = typed(world, patient_number="123", reason="", patient_is_informed="") | {"go_on": "1"}
    answer = client.post(start_url(world), data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<title>Feil:" in page
    shown = {name: value for name, value in values_of(answer).items() if name in data}
    assert shown == {name: value for name, value in data.items() if name in shown} | {"edit_version": "1"}
    assert shown.keys() >= {
        "patient_name",
        "patient_number",
        "patient_phone",
        "reason",
        "diagnosis_code",
        "people-0-name",
        "people-0-phone",
    }
    draft = Referral.objects.get()
    kept = draft.participants.get(kind="patient")
    assert (kept.identity_number, kept.identity_hash, kept.name) == ("123", None, SECRET_WORDS[1])


def test_form_sent_twice_makes_one_draft() -> None:
    world = make_world()
    client = signed_in(world.clinician)
    data = typed(world) | {"save": "1"}
    client.post(start_url(world), data)
    client.post(start_url(world), data)
    assert Referral.objects.count() == 1


def test_add_and_remove_participant_without_script_keeps_everything() -> None:
    world = make_world()
    client = signed_in(world.clinician)
    answer = client.post(start_url(world), typed(world) | {"add": "1"})
    draft = Referral.objects.get()
    assert answer["Location"] == f"{reverse('referrals:draft', args=[draft.pk])}?rows=1#participants"
    page = client.get(answer["Location"]).content.decode()
    assert page.count('name="people-1-name"') == 1
    assert "Nær Prøve" in page
    client.post(
        reverse("referrals:draft", args=[draft.pk]),
        typed(world, token=str(draft.form_token), edit_version=draft.edit_version) | {"remove": "0"},
    )
    assert list(draft.participants.values_list("kind", flat=True)) == ["patient"]


def test_autosave_answers_with_time_and_version() -> None:
    world = make_world()
    client = signed_in(world.clinician)
    answer = client.post(start_url(world), typed(world) | {"autosave": "1"})
    assert answer.json() == {"saved": "Lagret 17.11.2026 kl. 12.00", "version": 1}


def test_assistant_prepares_and_clinician_sends(now: datetime) -> None:
    world = make_world()
    draft = make_draft(world, now, by=world.assistant)
    assistant, clinician = signed_in(world.assistant), signed_in(world.clinician)
    address = reverse("referrals:review", args=[draft.pk])
    assert clinician.get(address).status_code == 404
    values = {"seen_version": draft.version, "seen_edit_version": draft.edit_version}
    assert assistant.post(address, values).status_code == 200
    assert Referral.objects.get().status == "draft"
    assistant.post(reverse("referrals:hand_over", args=[draft.pk]))
    assert clinician.post(address, values).status_code == 302
    sent = Referral.objects.get()
    assert (sent.status, sent.referrer, sent.prepared_by) == ("submitted", world.clinician, world.assistant)


def test_second_writer_of_a_draft_sees_it_and_loses_nothing(now: datetime) -> None:
    world = make_world()
    draft = make_draft(world, now, by=world.assistant)
    signed_in(world.assistant).post(reverse("referrals:hand_over", args=[draft.pk]))
    first = typed(world, token=str(draft.form_token), edit_version=draft.edit_version)
    signed_in(world.clinician).post(reverse("referrals:draft", args=[draft.pk]), first | {"save": "1"})
    second = first | {"reason": "Min eigen tekst", "save": "1"}
    answer = signed_in(world.assistant).post(reverse("referrals:draft", args=[draft.pk]), second)
    assert answer.status_code == 409
    assert "Min eigen tekst" in answer.content.decode()


def test_override_needs_a_reason_and_is_kept(now: datetime) -> None:
    world = make_world()
    draft = make_draft(world, now)
    client = signed_in(world.clinician)
    values = {
        "seen_version": draft.version,
        "seen_edit_version": draft.edit_version,
        "chosen_unit": str(world.other_clinic.pk),
        "override_reason": "",
    }
    assert client.post(reverse("referrals:review", args=[draft.pk]), values).status_code == 200
    client.post(reverse("referrals:review", args=[draft.pk]), values | {"override_reason": "Pasienten bur der"})
    sent = Referral.objects.get()
    assert (sent.receiving_unit, sent.route_unit, sent.is_overridden, sent.override_reason) == (
        world.other_clinic,
        world.clinic,
        True,
        "Pasienten bur der",
    )


def test_duplicate_is_warned_about_before_sending(now: datetime) -> None:
    from tests.factories.referrals import patient

    world = make_world()
    same = patient()
    first = make_sent(world, now, people=(same,))
    second = make_draft(world, now, people=(same,))
    page = signed_in(world.clinician).get(reverse("referrals:review", args=[second.pk])).content.decode()
    assert first.reference in page


CLINIC_PAGES = ["referral", "receipt"]


@pytest.mark.parametrize("who", ["other_assessor", "stranger", "assistant"])
def test_wrong_owner_gets_the_same_answer_as_for_nothing(who: str, now: datetime) -> None:
    world = make_world()
    sent = make_sent(world, now)
    client = signed_in(getattr(world, who))
    for name in ("referral", "receipt"):
        theirs = client.get(reverse(f"referrals:{name}", args=[sent.pk]))
        nothing = client.get(reverse(f"referrals:{name}", args=[new_id()]))
        assert (theirs.status_code, nothing.status_code) == (404, 404)
        assert _without_ids(theirs) == _without_ids(nothing)
    verbs = client.get(reverse("referrals:act", args=[sent.pk, "start"]))
    assert (verbs.status_code, client.post(reverse("referrals:act", args=[sent.pk, "start"]), {"seen_version": 1}).status_code) == (
        404,
        404,
    )
    assert Referral.objects.get().status == "submitted"
    assert not Access.objects.filter(actor_id=getattr(world, who).pk, object_ids__contains=[sent.pk]).exists()


def _without_ids(answer: Any) -> str:
    import re

    return re.sub(r"[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f-]{27}|csrfmiddlewaretoken\" value=\"[^\"]+", "", answer.content.decode())


def test_opening_is_logged_with_everybody_seen_and_shown_on_the_page(now: datetime) -> None:
    world = make_world()
    sent = make_sent(world, now)
    client = signed_in(world.secretary)
    page = client.get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    row = Access.objects.get(action="view", actor_id=world.secretary.pk)
    hashes = {bytes(one.identity_hash) for one in sent.participants.all() if one.identity_hash}
    assert {bytes(one) for one in row.subject_hashes} == hashes
    assert (row.role, row.unit_id, row.basis) == ("intake_secretary", world.clinic.pk, "assigned_clinic")
    assert world.secretary.name in page


def test_worklist_is_logged_as_one_list(now: datetime) -> None:
    world = make_world()
    sent = [make_sent(world, now) for _number in range(3)]
    signed_in(world.assessor).get(reverse("referrals:worklist"))
    row = Access.objects.get(action="list")
    assert set(row.object_ids) == {one.pk for one in sent}
    assert len(row.subject_hashes) == 3


def test_identity_number_is_masked_until_asked_for_and_the_asking_is_logged(now: datetime) -> None:
    world = make_world()
    sent = make_sent(world, now)
    one = sent.participants.get(kind="patient")
    number = one.identity_number or ""
    client = signed_in(world.assessor)
    assert number not in client.get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    shown = client.post(reverse("referrals:show_number", args=[sent.pk, one.pk])).content.decode()
    assert f"{number[:6]} {number[6:]}" in shown
    assert Access.objects.filter(action="unmask", object_ids__contains=[sent.pk]).count() == 1


def test_second_assessor_sees_what_changed_and_keeps_the_text(now: datetime) -> None:
    world = make_world()
    row = make_under_assessment(world, now)
    first, second = signed_in(world.assessor), signed_in(world.second_assessor)
    address = reverse("referrals:act", args=[row.pk, "reject"])
    second.get(address)
    first.post(reverse("referrals:act", args=[row.pk, "ask"]), {"seen_version": row.version, "text": "Meir?"})
    answer = second.post(address, {"seen_version": row.version, "reason_code": "other_level", "text": "Min lange grunngjeving"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Min lange grunngjeving" in page
    assert "Klinikken har bedt om opplysninger" in page
    assert f'name="seen_version" value="{row.version + 1}"' in page


def test_entered_in_error_hides_the_content_but_not_the_log(now: datetime) -> None:
    world = make_world()
    row = make_in_state(world, "entered_in_error", now)
    page = signed_in(world.assessor).get(reverse("referrals:referral", args=[row.pk])).content.decode()
    assert not any(word in page for word in SECRET_WORDS)
    assert signed_in(world.clinician).get(reverse("referrals:referral", args=[row.pk])).status_code == 404


def test_nothing_about_health_in_titles_addresses_or_mails(now: datetime) -> None:
    world = make_world()
    row = make_in_state(world, "accepted_dated", now)
    client = signed_in(world.assessor)
    title = world.course.shown_version.title
    pages = [reverse("referrals:worklist"), reverse("referrals:referral", args=[row.pk]), reverse("referrals:letters")]
    pages += [reverse("referrals:letter", args=[letter.pk]) for letter in Letter.objects.all()]
    for address in pages:
        html = client.get(address).content.decode()
        head = html[: html.index("</title>")]
        assert not any(word in head for word in (*SECRET_WORDS, title))
    from lms_portal.outbox import kinds

    for message in Message.objects.all():
        rendered = kinds.get(message.kind).render(message)
        assert not any(word in rendered.subject + rendered.text for word in (*SECRET_WORDS, title))


def test_adviser_sees_places_and_needs_never_why(now: datetime) -> None:
    from lms_portal.accounts.roles import LMS_ADVISER
    from tests.factories.accounts import make_person

    world = make_world()
    make_in_state(world, "accepted_dated", now, needs_interpreter=True, interpreter_language="polsk", other_needs="Rullestol")
    adviser = make_person("Rådgjevar Prøve", "", (LMS_ADVISER, world.hospital))
    page = signed_in(adviser).get(reverse("referrals:participants")).content.decode()
    assert "Rullestol" in page
    assert "polsk" in page
    assert SECRET_WORDS[0] not in page
    assert SECRET_WORDS[2] not in page
    assert signed_in(adviser).get(reverse("referrals:worklist")).status_code == 404


def test_patients_page_opens_with_both_words_once(now: datetime) -> None:
    world = make_world()
    make_in_state(world, "accepted_dated", now)
    letter = Letter.objects.filter(recipient_kind="participant").first()
    assert letter is not None
    secret = next(line for line in (letter.body or "").splitlines() if "hemmelige ordet" in line or "secret word" in line)
    secret = secret.split(" er ")[1].split(".")[0] if " er " in secret else secret.split(" is ")[1].split(".")[0]
    code_page = signed_in(world.secretary).post(reverse("referrals:letter_code", args=[letter.pk])).content.decode()
    import re

    code = re.search(r'data-size="lg">(\d{6})<', code_page)
    assert code is not None
    address = reverse("referrals:patient", args=[letter.pk])
    anybody = Client()
    assert anybody.get(address).status_code == 200
    opened = anybody.post(address, {"secret": secret.lower(), "code": code[1]}).content.decode()
    assert letter.referral.reference in opened
    assert SECRET_WORDS[2] not in opened
    again = anybody.post(address, {"secret": secret, "code": code[1]}).content.decode()
    assert letter.referral.reference not in again


def test_patients_page_closes_after_five_wrong_tries(now: datetime) -> None:
    from referrals.actions import letters as letter_actions

    world = make_world()
    make_in_state(world, "accepted_dated", now)
    letter = Letter.objects.filter(recipient_kind="participant").first()
    assert letter is not None
    code = letter_actions.new_code(letter=letter, by=world.assessor, real_now=now)
    secret = (letter.body or "").replace(" ", "")
    for _try in range(5):
        with pytest.raises(letter_actions.UnableToOpen):
            letter_actions.open_page(letter_id=letter.pk, secret="WRONGWRD", code=code, now=now, real_now=now)
    letter.refresh_from_db()
    assert letter.tries == 5
    assert secret


def test_letter_is_posted_once(now: datetime) -> None:
    world = make_world()
    make_in_state(world, "rejected", now)
    client = signed_in(world.secretary)
    letter = Letter.objects.filter(channel="post").first()
    assert letter is not None
    before = client.get(reverse("referrals:letters")).content.decode().count("Merk som sendt")
    client.post(reverse("referrals:letter_posted", args=[letter.pk]))
    client.post(reverse("referrals:letter_posted", args=[letter.pk]))
    letter.refresh_from_db()
    assert (letter.posted_at, letter.posted_by) == (now, world.secretary)
    assert before >= 0
    assert signed_in(world.other_assessor).post(reverse("referrals:letter_posted", args=[letter.pk])).status_code == 404


def test_forgotten_draft_is_deleted_with_its_key_after_fourteen_days(now: datetime) -> None:
    from datetime import timedelta

    from lms_portal.common.models import DataKey
    from referrals.actions.drafts import delete_forgotten_drafts

    world = make_world()
    draft, sent = make_draft(world, now), make_sent(world, now)
    assert delete_forgotten_drafts(now=now + timedelta(days=14)) == 0
    assert delete_forgotten_drafts(now=now + timedelta(days=14, seconds=1)) == 1
    assert list(Referral.objects.values_list("pk", flat=True)) == [sent.pk]
    assert not DataKey.objects.filter(pk=draft.data_key_id).exists()


def test_draft_is_acted_on_by_its_own_pages_alone(now: datetime) -> None:
    world = make_world()
    draft = make_draft(world, now)
    client = signed_in(world.clinician)
    answers = {
        client.post(reverse("referrals:act", args=[draft.pk, verb]), {"seen_version": 0}).status_code
        for verb in ("forward", "accept", "withdraw")
    }
    assert answers == {404}


def test_typed_control_characters_are_no_error(now: datetime) -> None:
    world = make_world()
    data = typed(world, interpreter_language="pol\0sk", reason="a\0b") | {"save": "1"}
    assert signed_in(world.clinician).post(start_url(world), data).status_code == 302
    assert Referral.objects.get().interpreter_language == "polsk"
