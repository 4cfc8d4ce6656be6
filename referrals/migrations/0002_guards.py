"""What the database itself holds: allowed changes of status, the date of receipt, rules in force, letters and decisions that never change."""

from django.db import migrations

from lms_portal.common.migration_operations import GuardStatus

KEEP = """
CREATE OR REPLACE FUNCTION referrals_referral_keep() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    IF OLD.received_on IS NOT NULL AND (OLD.received_on, OLD.received_at, OLD.submitted_at, OLD.deadline_on)
            IS DISTINCT FROM (NEW.received_on, NEW.received_at, NEW.submitted_at, NEW.deadline_on) THEN
        RAISE EXCEPTION 'referrals_referral: the date of receipt never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_keeps_seniority';
    END IF;
    IF (OLD.reference, OLD.form_token, OLD.data_key_id) IS DISTINCT FROM (NEW.reference, NEW.form_token, NEW.data_key_id) THEN
        RAISE EXCEPTION 'referrals_referral: its identity never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_keeps_identity';
    END IF;
    IF OLD.status = 'draft' AND NEW.status <> 'draft' AND (
            NOT EXISTS (SELECT 1 FROM referrals_referralparticipant WHERE referral_id = NEW.id AND kind = 'patient')
            OR NOT EXISTS (SELECT 1 FROM referrals_referralparticipant WHERE referral_id = NEW.id AND attends)
            OR EXISTS (SELECT 1 FROM referrals_referralparticipant WHERE referral_id = NEW.id AND (name IS NULL OR identity_hash IS NULL))) THEN
        RAISE EXCEPTION 'referrals_referral: sent without its participants' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_sent_has_participants';
    END IF;
    RETURN NEW;
END
$keep$;
CREATE OR REPLACE TRIGGER referrals_referral_keep BEFORE UPDATE ON referrals_referral FOR EACH ROW EXECUTE FUNCTION referrals_referral_keep();

CREATE OR REPLACE FUNCTION referrals_referral_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $deleted$
BEGIN
    RAISE EXCEPTION 'referrals_referral: only drafts are deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_only_drafts_are_deleted';
END
$deleted$;
CREATE OR REPLACE TRIGGER referrals_referral_never_deleted BEFORE DELETE ON referrals_referral
    FOR EACH ROW WHEN (OLD.status <> 'draft' AND current_user <> 'portal_retention') EXECUTE FUNCTION referrals_referral_never_deleted();

CREATE OR REPLACE FUNCTION referrals_participants_stay() RETURNS trigger LANGUAGE plpgsql AS $stay$
DECLARE
    of_referral uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.referral_id ELSE OLD.referral_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM referrals_referral WHERE id = of_referral AND status <> 'draft') AND current_user <> 'portal_retention' THEN
        RAISE EXCEPTION 'referrals_referralparticipant: fixed once the referral is sent'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referralparticipant_fixed_once_sent';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$stay$;
CREATE OR REPLACE TRIGGER referrals_participants_stay BEFORE INSERT OR DELETE ON referrals_referralparticipant
    FOR EACH ROW EXECUTE FUNCTION referrals_participants_stay();
"""
FROZEN = """
CREATE OR REPLACE FUNCTION referrals_rules_frozen() RETURNS trigger LANGUAGE plpgsql AS $frozen$
DECLARE
    of_set uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.rule_set_id ELSE NEW.rule_set_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM referrals_ruleset WHERE status <> 'draft' AND (id = of_set OR (TG_OP = 'UPDATE' AND id = OLD.rule_set_id))) THEN
        RAISE EXCEPTION 'referrals_rule: a set that has been in force never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'rule_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$frozen$;
CREATE OR REPLACE TRIGGER referrals_rules_frozen BEFORE INSERT OR UPDATE OR DELETE ON referrals_rule
    FOR EACH ROW EXECUTE FUNCTION referrals_rules_frozen();

CREATE OR REPLACE FUNCTION referrals_ruleset_frozen() RETURNS trigger LANGUAGE plpgsql AS $frozen$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.number, OLD.note, OLD.created_at, OLD.created_by_id, OLD.in_force_at)
            IS DISTINCT FROM (NEW.number, NEW.note, NEW.created_at, NEW.created_by_id, NEW.in_force_at) THEN
        RAISE EXCEPTION 'referrals_ruleset: a set that has been in force never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'ruleset_frozen';
    END IF;
    RETURN NEW;
END
$frozen$;
CREATE OR REPLACE TRIGGER referrals_ruleset_frozen BEFORE UPDATE OR DELETE ON referrals_ruleset
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION referrals_ruleset_frozen();

CREATE OR REPLACE FUNCTION referrals_decision_frozen() RETURNS trigger LANGUAGE plpgsql AS $frozen$
BEGIN
    RAISE EXCEPTION 'referrals_decision: a decision never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_frozen';
END
$frozen$;
CREATE OR REPLACE TRIGGER referrals_decision_frozen BEFORE UPDATE OR DELETE ON referrals_decision
    FOR EACH ROW WHEN (current_user <> 'portal_retention') EXECUTE FUNCTION referrals_decision_frozen();

CREATE OR REPLACE FUNCTION referrals_letter_frozen() RETURNS trigger LANGUAGE plpgsql AS $frozen$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - '{posted_at,posted_by_id,tries,code_hash,code_expires_at}'::text[])
            IS DISTINCT FROM (to_jsonb(NEW) - '{posted_at,posted_by_id,tries,code_hash,code_expires_at}'::text[]) THEN
        RAISE EXCEPTION 'referrals_letter: a letter never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'letter_frozen';
    END IF;
    RETURN NEW;
END
$frozen$;
CREATE OR REPLACE TRIGGER referrals_letter_frozen BEFORE UPDATE OR DELETE ON referrals_letter
    FOR EACH ROW WHEN (current_user <> 'portal_retention') EXECUTE FUNCTION referrals_letter_frozen();
"""
UNGUARDED = """
DROP TRIGGER IF EXISTS referrals_referral_keep ON referrals_referral;
DROP FUNCTION IF EXISTS referrals_referral_keep();
DROP TRIGGER IF EXISTS referrals_referral_never_deleted ON referrals_referral;
DROP FUNCTION IF EXISTS referrals_referral_never_deleted();
DROP TRIGGER IF EXISTS referrals_participants_stay ON referrals_referralparticipant;
DROP FUNCTION IF EXISTS referrals_participants_stay();
"""
THAWED = """
DROP TRIGGER IF EXISTS referrals_rules_frozen ON referrals_rule;
DROP FUNCTION IF EXISTS referrals_rules_frozen();
DROP TRIGGER IF EXISTS referrals_ruleset_frozen ON referrals_ruleset;
DROP FUNCTION IF EXISTS referrals_ruleset_frozen();
DROP TRIGGER IF EXISTS referrals_decision_frozen ON referrals_decision;
DROP FUNCTION IF EXISTS referrals_decision_frozen();
DROP TRIGGER IF EXISTS referrals_letter_frozen ON referrals_letter;
DROP FUNCTION IF EXISTS referrals_letter_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [
        GuardStatus(
            "referrals_referral",
            ["draft"],
            [
                ("accepted_dated", "closed"),
                ("accepted_dated", "entered_in_error"),
                ("accepted_dated", "withdrawn"),
                ("accepted_pending", "accepted_dated"),
                ("accepted_pending", "closed"),
                ("accepted_pending", "entered_in_error"),
                ("accepted_pending", "withdrawn"),
                ("advised", "entered_in_error"),
                ("advised", "under_assessment"),
                ("closed", "entered_in_error"),
                ("draft", "submitted"),
                ("forwarded", "entered_in_error"),
                ("info_requested", "entered_in_error"),
                ("info_requested", "forwarded"),
                ("info_requested", "submitted"),
                ("info_requested", "under_assessment"),
                ("info_requested", "withdrawn"),
                ("rejected", "entered_in_error"),
                ("rejected", "under_assessment"),
                ("submitted", "entered_in_error"),
                ("submitted", "forwarded"),
                ("submitted", "submitted"),
                ("submitted", "under_assessment"),
                ("submitted", "withdrawn"),
                ("under_assessment", "accepted_dated"),
                ("under_assessment", "accepted_pending"),
                ("under_assessment", "advised"),
                ("under_assessment", "entered_in_error"),
                ("under_assessment", "forwarded"),
                ("under_assessment", "info_requested"),
                ("under_assessment", "rejected"),
                ("under_assessment", "submitted"),
                ("under_assessment", "withdrawn"),
                ("withdrawn", "entered_in_error"),
            ],
        ),
        GuardStatus("referrals_ruleset", ["draft"], [("draft", "in_force"), ("in_force", "retired")]),
        migrations.RunSQL(KEEP, UNGUARDED),
        migrations.RunSQL(FROZEN, THAWED),
    ]
