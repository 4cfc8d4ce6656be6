"""What the database itself refuses, tried in plain SQL as the application role: no form, no action, no model in between."""

# ruff: noqa: S608 - the statements are made of literals of this file
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lms_portal.common.ids import new_id
from referrals.models import Decision, Letter, Referral, ReferralParticipant, Rule, RuleSet
from tests.factories.referrals import World, make_draft, make_in_state, make_rule_set, make_sent, make_world

pytestmark = pytest.mark.django_db


def _run(statement: str, params: list[Any] | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(statement: str, params: list[Any] | None = None) -> str:
    """The constraint that refused a statement."""
    with pytest.raises(DatabaseError) as caught:
        _run(statement, params)
    diagnosis = getattr(caught.value.__cause__, "diag", None)
    return str(diagnosis.constraint_name if diagnosis is not None else "")


def test_tests_run_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_app",)


REFERRAL_COLUMNS = [
    ("status", "'lost'", "referrals_referral_guard_status"),
    ("status", "'accepted_dated'", "referrals_referral_guard_status"),
    ("urgency", "'hasty'", "referral_urgency_known"),
    ("diagnosis_system", "'DSM'", "referral_diagnosis_system_known"),
    ("reference", "'H-1111-111'", "referral_keeps_identity"),
    ("submitted_at", "NULL", "referral_keeps_seniority"),
    ("received_on", "'2026-01-01'", "referral_keeps_seniority"),
    ("deadline_on", "'2027-01-01'", "referral_keeps_seniority"),
    ("receiving_unit_id", "NULL", "referral_sent_is_whole"),
    ("reason", "NULL", "referral_sent_is_whole"),
    ("patient_is_informed", "FALSE", "referral_sent_is_whole"),
    ("route_text", "''", "referral_sent_keeps_its_route"),
    ("route", "'guess'", "referral_sent_keeps_its_route"),
    ("is_overridden", "TRUE", "referral_override_has_reason"),
    ("assigned_at", "now()", "referral_assigned_at_with_person"),
    ("error_reported_at", "now()", "referral_error_reported_at_by"),
    ("period_from_on", "'2027-01-01'", "referral_period_has_both_ends"),
    ("(period_from_on, period_to_on)", "('2027-02-01'::date, '2027-01-01'::date)", "referral_period_in_order"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), REFERRAL_COLUMNS)
def test_sent_referral_refuses(column: str, value: str, constraint: str, now: datetime) -> None:
    sent = make_sent(make_world(), now)
    assert refused(f"UPDATE referrals_referral SET {column} = {value} WHERE id = %s", [sent.pk]) == constraint


def _as_rule_route(referral: Referral) -> tuple[str, list[Any]]:
    return "UPDATE referrals_referral SET route = 'rule', route_rule_id = NULL WHERE id = %s", [referral.pk]


def _same_person_confirms(referral: Referral) -> tuple[str, list[Any]]:
    person = referral.referrer_id
    return (
        "UPDATE referrals_referral SET error_reported_by_id = %s, error_reported_at = now(), error_confirmed_by_id = %s WHERE id = %s",
        [person, person, referral.pk],
    )


def _status_without_version(referral: Referral) -> tuple[str, list[Any]]:
    return "UPDATE referrals_referral SET status = 'under_assessment' WHERE id = %s", [referral.pk]


def _deleted(referral: Referral) -> tuple[str, list[Any]]:
    return "DELETE FROM referrals_referral WHERE id = %s", [referral.pk]


MORE: list[tuple[Callable[[Referral], tuple[str, list[Any]]], str]] = [
    (_as_rule_route, "referral_rule_is_kept"),
    (_same_person_confirms, "referral_error_needs_second_person"),
    (_status_without_version, "referrals_referral_guard_status"),
    (_deleted, "referral_only_drafts_are_deleted"),
]


@pytest.mark.parametrize(("statement", "constraint"), MORE)
def test_sent_referral_refuses_statement(statement: Callable[[Referral], tuple[str, list[Any]]], constraint: str, now: datetime) -> None:
    assert refused(*statement(make_sent(make_world(), now))) == constraint


def _move(referral: Referral, target: str, **columns: str) -> tuple[str, list[Any]]:
    values = "".join(f", {column} = {value}" for column, value in columns.items())
    return f"UPDATE referrals_referral SET status = '{target}', version = version + 1{values} WHERE id = %s", [referral.pk]


STATES = [
    ("under_assessment", "accepted_dated", {"answered_at": "now()"}, "referral_accepted_has_right_by"),
    ("under_assessment", "accepted_pending", {"answered_at": "now()"}, "referral_pending_has_period"),
    ("under_assessment", "rejected", {}, "referral_answered_at"),
    ("under_assessment", "withdrawn", {}, "referral_withdrawn_by_somebody"),
    ("under_assessment", "entered_in_error", {}, "referral_error_is_confirmed"),
    ("draft", "submitted", {}, "referral_sent_is_whole"),
]


@pytest.mark.parametrize(("source", "target", "columns", "constraint"), STATES)
def test_state_needs_what_belongs_to_it(source: str, target: str, columns: dict[str, str], constraint: str, now: datetime) -> None:
    referral = make_in_state(make_world(), source, now)
    found = refused(*_move(referral, target, **columns))
    assert found in {constraint, "referral_sent_keeps_its_route"} if source == "draft" else found == constraint


def test_draft_is_not_sent_without_its_patient(now: datetime) -> None:
    draft = make_draft(make_world(), now)
    ReferralParticipant.objects.filter(referral=draft, kind="patient").update(identity_hash=None)
    assert refused(*_move(draft, "submitted")) == "referral_sent_has_participants"
    ReferralParticipant.objects.filter(referral=draft).delete()
    assert refused(*_move(draft, "submitted")) == "referral_sent_has_participants"


def test_draft_has_no_date_of_receipt(now: datetime) -> None:
    draft = make_draft(make_world(), now)
    assert refused("UPDATE referrals_referral SET received_on = '2026-11-01' WHERE id = %s", [draft.pk]) == "referral_draft_is_not_received"


PARTICIPANT_COLUMNS = [
    ("kind", "'patient'", "referralparticipant_one_patient"),
    ("kind", "'friend'", "referralparticipant_kind_known"),
    ("outcome", "'maybe'", "referralparticipant_outcome_known"),
    ("outcome", "'place'", "referralparticipant_outcome_has_enrolment"),
    ("outcome", "'not_attending'", "referralparticipant_absent_does_not_attend"),
    ("identity_number", "NULL", "referralparticipant_hash_of_number"),
    ("position", "0", "referralparticipant_one_place"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), PARTICIPANT_COLUMNS)
def test_participant_refuses(column: str, value: str, constraint: str, now: datetime) -> None:
    draft = make_draft(make_world(), now)
    one = draft.participants.get(kind="next_of_kin")
    assert refused(f"UPDATE referrals_referralparticipant SET {column} = {value} WHERE id = %s", [one.pk]) == constraint


def test_same_person_does_not_stand_twice_in_a_referral(now: datetime) -> None:
    draft = make_draft(make_world(), now)
    first, second = draft.participants.order_by("position")
    statement = "UPDATE referrals_referralparticipant SET identity_hash = %s WHERE id = %s"
    assert refused(statement, [first.identity_hash, second.pk]) == "referralparticipant_once"


def test_participants_are_fixed_once_the_referral_is_sent(now: datetime) -> None:
    sent = make_sent(make_world(), now)
    one = sent.participants.get(kind="next_of_kin")
    assert refused("DELETE FROM referrals_referralparticipant WHERE id = %s", [one.pk]) == "referralparticipant_fixed_once_sent"
    add = (
        "INSERT INTO referrals_referralparticipant (id, referral_id, data_key_id, position, kind, attends, outcome)"
        " SELECT gen_random_uuid(), referral_id, data_key_id, 7, 'sibling', TRUE, 'undecided' FROM referrals_referralparticipant WHERE id = %s"
    )
    assert refused(add, [one.pk]) == "referralparticipant_fixed_once_sent"


def _rejected(now: datetime) -> tuple[World, Referral]:
    world = make_world()
    return world, make_in_state(world, "rejected", now)


DECISION_VALUES = [
    ("answer_code", "'9'", "decision_answer_known"),
    ("reason_code", "''", "decision_refusal_has_reason"),
    ("reason_code", "'full'", "decision_full_is_no_reason"),
    ("text", "NULL", "decision_refusal_has_text"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), DECISION_VALUES)
def test_decision_refuses(column: str, value: str, constraint: str, now: datetime) -> None:
    _world, referral = _rejected(now)
    columns = ["referral_id", "data_key_id", "answer_code", "reason_code", "text", "unit_id", "to_unit_id", "decided_by_id", "decided_at"]
    chosen = ", ".join(value if name == column else name for name in columns)
    copy = f"INSERT INTO referrals_decision (id, referral_version, {', '.join(columns)}) SELECT gen_random_uuid(), 99, {chosen} FROM referrals_decision WHERE referral_id = %s"
    assert refused(copy, [referral.pk]) == constraint


def test_one_decision_a_version(now: datetime) -> None:
    _world, referral = _rejected(now)
    decision = Decision.objects.get(referral=referral)
    decision.pk = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save(force_insert=True)


@pytest.mark.parametrize("table", ["referrals_decision", "referrals_letter"])
def test_decisions_and_letters_never_change(table: str, now: datetime) -> None:
    _world, referral = _rejected(now)
    frozen = table.replace("referrals_", "") + "_frozen"
    assert refused(f"UPDATE {table} SET unit_id = unit_id, data_key_id = gen_random_uuid() WHERE referral_id = %s", [referral.pk]) == frozen
    assert refused(f"DELETE FROM {table} WHERE referral_id = %s", [referral.pk]) == frozen


LETTER_COLUMNS = [
    ("tries", "6", "letter_tries_are_few"),
    ("posted_at", "now()", "letter_posted_at_by"),
    ("code_hash", "'\\x00'::bytea", "letter_code_expires"),
]
LETTER_VALUES = [
    ("kind", "'party'", "letter_kind_known"),
    ("recipient_kind", "'neighbour'", "letter_recipient_known"),
    ("recipient_kind", "'gp'", "letter_to_participant_names_them"),
    ("channel", "'pigeon'", "letter_channel_known"),
    ("expires_at", "NULL", "letter_secret_expires"),
    ("kind", "kind", "letter_once_per_participant"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), LETTER_COLUMNS)
def test_letter_refuses(column: str, value: str, constraint: str, now: datetime) -> None:
    _world, referral = _rejected(now)
    letter = Letter.objects.filter(referral=referral, recipient_kind="participant").first()
    assert letter is not None
    assert refused(f"UPDATE referrals_letter SET {column} = {value} WHERE id = %s", [letter.pk]) == constraint


LETTER_COPIED = [
    *(
        "referral_id",
        "decision_id",
        "data_key_id",
        "kind",
        "recipient_kind",
        "participant_id",
        "recipient_name",
        "body",
        "language",
        "unit_id",
    ),
    *("channel", "made_at", "secret_hash", "expires_at", "tries"),
]


def _letter_copy(column: str, value: str) -> str:
    chosen = ", ".join(value if name == column else name for name in LETTER_COPIED)
    return f"INSERT INTO referrals_letter (id, {', '.join(LETTER_COPIED)}) SELECT gen_random_uuid(), {chosen} FROM referrals_letter WHERE id = %s"


@pytest.mark.parametrize(("column", "value", "constraint"), LETTER_VALUES)
def test_new_letter_refuses(column: str, value: str, constraint: str, now: datetime) -> None:
    _world, referral = _rejected(now)
    letter = Letter.objects.filter(referral=referral, recipient_kind="participant").first()
    assert letter is not None
    assert refused(_letter_copy(column, value), [letter.pk]) == constraint


def test_one_letter_to_the_referrer_a_decision(now: datetime) -> None:
    _world, referral = _rejected(now)
    letter = Letter.objects.get(referral=referral, recipient_kind="referrer")
    assert refused(_letter_copy("kind", "kind"), [letter.pk]) == "letter_once_per_recipient"


REFERRAL_COPIED = [
    *(
        "status",
        "version",
        "reference",
        "form_token",
        "course_id",
        "data_key_id",
        "prepared_by_id",
        "referrer_unit_id",
        "created_at",
        "saved_at",
    ),
    *(
        "saved_by_id",
        "edit_version",
        "urgency",
        "diagnosis_system",
        "needs_interpreter",
        "interpreter_language",
        "language",
        "patient_is_informed",
    ),
    *(
        "consents_to_sharing",
        "copy_to_gp",
        "preferred_delivery",
        "route",
        "route_reasons",
        "route_text",
        "route_language",
        "is_overridden",
        "withdrawn_by",
    ),
]
NEW_REFERRALS = [
    ({"reference": "'H-1I1O-000'", "form_token": "gen_random_uuid()"}, "referral_reference_form"),
    ({"status": "'submitted'", "reference": "'H-2222-222'", "form_token": "gen_random_uuid()"}, "referrals_referral_guard_status"),
    ({"form_token": "gen_random_uuid()"}, "referrals_referral_reference_key"),
    ({"reference": "'H-2222-222'"}, "referrals_referral_form_token_key"),
]


@pytest.mark.parametrize(("columns", "constraint"), NEW_REFERRALS)
def test_new_referral_refuses(columns: dict[str, str], constraint: str, now: datetime) -> None:
    draft = make_draft(make_world(), now)
    chosen = ", ".join(columns.get(name, name) for name in REFERRAL_COPIED)
    copy = f"INSERT INTO referrals_referral (id, {', '.join(REFERRAL_COPIED)}) SELECT gen_random_uuid(), {chosen} FROM referrals_referral WHERE id = %s"
    assert refused(copy, [draft.pk]) == constraint


def test_deadline_is_not_before_the_day_of_receipt(now: datetime) -> None:
    draft = make_draft(make_world(), now)
    moment = "submitted_at = now(), received_at = now(), received_on = '2026-11-17', deadline_on = '2026-11-16'"
    unit = "receiving_unit_id = referrer_unit_id, route_unit_id = referrer_unit_id, referrer_id = prepared_by_id, route = 'run', route_text = 'x'"
    statement = f"UPDATE referrals_referral SET status = 'submitted', version = 1, {moment}, {unit}, route_language = 'nb' WHERE id = %s"
    assert refused(statement, [draft.pk]) == "referral_deadline_after_receipt"


def test_message_of_the_thread_is_a_question_or_an_answer(now: datetime) -> None:
    referral = make_in_state(make_world(), "info_requested", now)
    assert refused("UPDATE referrals_threadmessage SET kind = 'shout' WHERE referral_id = %s", [referral.pk]) == "threadmessage_kind_known"


def test_letter_to_the_referrer_is_not_posted(now: datetime) -> None:
    world, referral = _rejected(now)
    letter = Letter.objects.get(referral=referral, recipient_kind="referrer")
    statement = "UPDATE referrals_letter SET posted_at = now(), posted_by_id = %s WHERE id = %s"
    assert refused(statement, [world.secretary.pk, letter.pk]) == "letter_posted_goes_by_post"


def _rule(world: World, **columns: object) -> Rule:
    rule_set = RuleSet.objects.filter(status="draft").first() or RuleSet.objects.create(number=7, created_at="2026-01-01T00:00Z")
    return Rule.objects.create(rule_set=rule_set, receiving_unit=world.clinic, **columns)


RULE_COLUMNS = [
    ("(diagnosis_system, diagnosis_prefix)", "('DSM', 'A')", "rule_diagnosis_system_known"),
    ("diagnosis_system", "'ICPC-2'", "rule_diagnosis_names_its_system"),
    ("delivery", "'by_pigeon'", "rule_delivery_known"),
    ("age_to", "10", "rule_ages_in_order"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), RULE_COLUMNS)
def test_rule_refuses(column: str, value: str, constraint: str) -> None:
    rule = _rule(make_world(), age_from=18)
    assert refused(f"UPDATE referrals_rule SET {column} = {value} WHERE id = %s", [rule.pk]) == constraint


def test_rule_names_one_kind_of_place() -> None:
    rule = _rule(make_world(), hospital_area_id="volda")
    assert refused("UPDATE referrals_rule SET municipality_id = '1577' WHERE id = %s", [rule.pk]) == "rule_one_kind_of_place"


def test_set_in_force_never_changes_and_stands_alone(now: datetime) -> None:
    world = make_world()
    rule_set = make_rule_set(now, {"course": world.course, "receiving_unit": world.clinic})
    rule = rule_set.rules.get()
    assert refused("UPDATE referrals_rule SET receiving_unit_id = %s WHERE id = %s", [world.other_clinic.pk, rule.pk]) == "rule_frozen"
    assert refused("DELETE FROM referrals_rule WHERE id = %s", [rule.pk]) == "rule_frozen"
    add = "INSERT INTO referrals_rule (id, rule_set_id, receiving_unit_id, diagnosis_system, diagnosis_prefix, delivery, is_fallback, legal_basis) VALUES (gen_random_uuid(), %s, %s, '', '', '', FALSE, '')"
    assert refused(add, [rule_set.pk, world.clinic.pk]) == "rule_frozen"
    assert refused("UPDATE referrals_ruleset SET note = 'x' WHERE id = %s", [rule_set.pk]) == "ruleset_frozen"
    assert refused("DELETE FROM referrals_ruleset WHERE id = %s", [rule_set.pk]) == "ruleset_frozen"
    other = RuleSet.objects.create(number=99, created_at=now)
    second = "UPDATE referrals_ruleset SET status = 'in_force', version = version + 1, in_force_at = now() WHERE id = %s"
    assert refused(second, [other.pk]) == "ruleset_one_in_force"
    assert refused("UPDATE referrals_ruleset SET in_force_at = now() WHERE id = %s", [other.pk]) == "ruleset_moments_fit_status"


def test_every_named_constraint_is_tried_here() -> None:
    from pathlib import Path

    from django.apps import apps

    tried = Path(__file__).read_text(encoding="utf-8")
    named = {constraint.name for model in apps.get_app_config("referrals").get_models() for constraint in model._meta.constraints}
    # states that the guard of the status, or the form of a unique row, refuses before these can
    shadowed = {"referral_status_known", "ruleset_status_known", "decision_once_a_version"}
    assert {name for name in named if name not in tried} <= shadowed
