"""What the database itself refuses: states outside the workflows, sums that do not hold, totals written past their entries."""

from django.db import migrations

from lms_portal.common.migration_operations import GuardStatus

LEDGER = """
CREATE FUNCTION grants_ledger_entry_apply() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    decided grants_decision%ROWTYPE;
    account grants_ledgeraccount%ROWTYPE;
BEGIN
    SELECT * INTO decided FROM grants_decision WHERE id = NEW.decision_id;
    UPDATE grants_ledgeraccount
       SET carried_in_nok = carried_in_nok + CASE WHEN NEW.kind = 'carried_in' THEN NEW.amount_nok ELSE 0 END,
           granted_nok = granted_nok + CASE WHEN NEW.kind = 'granted' THEN NEW.amount_nok ELSE 0 END,
           used_nok = used_nok + CASE WHEN NEW.kind = 'used' THEN NEW.amount_nok ELSE 0 END,
           carried_out_nok = carried_out_nok + CASE WHEN NEW.kind = 'carried_out' THEN NEW.amount_nok ELSE 0 END,
           repaid_nok = repaid_nok + CASE WHEN NEW.kind = 'repaid' THEN NEW.amount_nok ELSE 0 END
     WHERE id = NEW.account_id
    RETURNING * INTO account;
    IF (decided.organisation_id, decided.scheme_id) IS DISTINCT FROM (account.organisation_id, account.scheme_id) THEN
        RAISE EXCEPTION 'a ledger entry needs a decision about the same organisation and scheme'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_decision_of_same_organisation';
    END IF;
    IF (decided.kind, NEW.kind) NOT IN (('award', 'granted'), ('use', 'used'), ('write_off', 'used'), ('repayment', 'repaid'),
                                        ('carry_over', 'carried_out'), ('carry_over', 'carried_in')) THEN
        RAISE EXCEPTION 'a decision of kind % cannot make an entry of kind %', decided.kind, NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_kind_fits_decision';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER grants_ledger_entry_apply AFTER INSERT ON grants_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION grants_ledger_entry_apply();

CREATE FUNCTION grants_ledger_account_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (NEW.carried_in_nok, NEW.granted_nok, NEW.used_nok, NEW.carried_out_nok, NEW.repaid_nok) <> (0, 0, 0, 0, 0) THEN
            RAISE EXCEPTION 'the totals of a ledger account come from its entries'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_totals_by_entries';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.organisation_id, NEW.scheme_id, NEW.year, NEW.origin_year) <> (OLD.organisation_id, OLD.scheme_id, OLD.year, OLD.origin_year) THEN
        RAISE EXCEPTION 'a ledger account keeps its organisation, scheme and years'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_stays_the_same';
    END IF;
    IF pg_trigger_depth() < 2
       AND (NEW.carried_in_nok, NEW.granted_nok, NEW.used_nok, NEW.carried_out_nok, NEW.repaid_nok)
        <> (OLD.carried_in_nok, OLD.granted_nok, OLD.used_nok, OLD.carried_out_nok, OLD.repaid_nok) THEN
        RAISE EXCEPTION 'the totals of a ledger account come from its entries'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_totals_by_entries';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER grants_ledger_account_guard BEFORE INSERT OR UPDATE ON grants_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION grants_ledger_account_guard();

CREATE FUNCTION grants_ledger_carry_balances() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    own grants_ledgeraccount%ROWTYPE;
    other bigint;
BEGIN
    SELECT * INTO own FROM grants_ledgeraccount WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(carried_in_nok), 0) INTO other FROM grants_ledgeraccount
     WHERE organisation_id = own.organisation_id AND scheme_id = own.scheme_id AND origin_year = own.origin_year AND year = own.year + 1;
    IF own.carried_out_nok <> other THEN
        RAISE EXCEPTION '% kroner carried out of %, % carried into the next year', own.carried_out_nok, own.year, other
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_carried_out_is_carried_in';
    END IF;
    SELECT coalesce(sum(carried_out_nok), 0) INTO other FROM grants_ledgeraccount
     WHERE organisation_id = own.organisation_id AND scheme_id = own.scheme_id AND origin_year = own.origin_year AND year = own.year - 1;
    IF own.carried_in_nok <> other THEN
        RAISE EXCEPTION '% kroner carried into %, % carried out of the year before', own.carried_in_nok, own.year, other
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_carried_out_is_carried_in';
    END IF;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER grants_ledger_carry_balances AFTER INSERT OR UPDATE ON grants_ledgeraccount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grants_ledger_carry_balances();
"""

LEDGER_BACK = """
DROP TRIGGER grants_ledger_entry_apply ON grants_ledger_entry;
DROP FUNCTION grants_ledger_entry_apply();
DROP TRIGGER grants_ledger_account_guard ON grants_ledgeraccount;
DROP FUNCTION grants_ledger_account_guard();
DROP TRIGGER grants_ledger_carry_balances ON grants_ledgeraccount;
DROP FUNCTION grants_ledger_carry_balances();
"""

AWARDS = """
CREATE FUNCTION grants_decision_apply() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE grants_round SET awarded_nok = awarded_nok + NEW.amount_nok
     WHERE id = (SELECT round_id FROM grants_application WHERE id = NEW.application_id);
    RETURN NULL;
END
$body$;
CREATE TRIGGER grants_decision_apply AFTER INSERT ON grants_decision
    FOR EACH ROW WHEN (NEW.kind = 'award') EXECUTE FUNCTION grants_decision_apply();

CREATE FUNCTION grants_round_guard_sum() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.awarded_nok <> 0)
       OR (TG_OP = 'UPDATE' AND NEW.awarded_nok <> OLD.awarded_nok AND pg_trigger_depth() < 2) THEN
        RAISE EXCEPTION 'the sum of the awards of a round comes from its decisions'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_awards_by_decisions';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER grants_round_guard_sum BEFORE INSERT OR UPDATE ON grants_round
    FOR EACH ROW EXECUTE FUNCTION grants_round_guard_sum();
"""

AWARDS_BACK = """
DROP TRIGGER grants_decision_apply ON grants_decision;
DROP FUNCTION grants_decision_apply();
DROP TRIGGER grants_round_guard_sum ON grants_round;
DROP FUNCTION grants_round_guard_sum();
"""

PAYMENTS = """
CREATE FUNCTION grants_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.application_id, NEW.decision_id, NEW.amount_nok, NEW.prepared_by_id)
                         <> (OLD.application_id, OLD.decision_id, OLD.amount_nok, OLD.prepared_by_id) THEN
        RAISE EXCEPTION 'a payment keeps its application, decision, amount and who prepared it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_stays_the_same';
    END IF;
    IF NOT EXISTS (SELECT FROM grants_decision WHERE id = NEW.decision_id AND application_id = NEW.application_id AND kind = 'award') THEN
        RAISE EXCEPTION 'a payment needs the award of its application'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_of_its_award';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER grants_payment_guard BEFORE INSERT OR UPDATE ON grants_payment
    FOR EACH ROW EXECUTE FUNCTION grants_payment_guard();

CREATE FUNCTION grants_payment_apply() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    change bigint := 0;
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.status <> 'failed' THEN
        change := change + NEW.amount_nok;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.status <> 'failed' THEN
        change := change - OLD.amount_nok;
    END IF;
    IF change <> 0 THEN
        UPDATE grants_application SET committed_nok = committed_nok + change
         WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END;
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER grants_payment_apply AFTER INSERT OR UPDATE OR DELETE ON grants_payment
    FOR EACH ROW EXECUTE FUNCTION grants_payment_apply();

CREATE FUNCTION grants_application_guard_sum() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.committed_nok <> 0)
       OR (TG_OP = 'UPDATE' AND NEW.committed_nok <> OLD.committed_nok AND pg_trigger_depth() < 2) THEN
        RAISE EXCEPTION 'the sum of the payments of an application comes from the payments'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_committed_by_payments';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER grants_application_guard_sum BEFORE INSERT OR UPDATE ON grants_application
    FOR EACH ROW EXECUTE FUNCTION grants_application_guard_sum();
"""

PAYMENTS_BACK = """
DROP TRIGGER grants_payment_guard ON grants_payment;
DROP FUNCTION grants_payment_guard();
DROP TRIGGER grants_payment_apply ON grants_payment;
DROP FUNCTION grants_payment_apply();
DROP TRIGGER grants_application_guard_sum ON grants_application;
DROP FUNCTION grants_application_guard_sum();
"""


class Migration(migrations.Migration):
    dependencies = [("grants", "0001_initial")]

    operations = [
        GuardStatus(
            "grants_round",
            ["planned"],
            [
                ("closed", "in_assessment"),
                ("decided", "paid_out"),
                ("in_assessment", "recommended"),
                ("open", "closed"),
                ("paid_out", "settled"),
                ("planned", "open"),
                ("recommended", "decided"),
            ],
        ),
        GuardStatus(
            "grants_application",
            ["draft"],
            [
                ("draft", "submitted"),
                ("draft", "withdrawn"),
                ("ineligible", "screening"),
                ("more_info", "screening"),
                ("recommended", "granted"),
                ("recommended", "partly_granted"),
                ("recommended", "rejected"),
                ("screening", "ineligible"),
                ("screening", "more_info"),
                ("screening", "under_review"),
                ("submitted", "draft"),
                ("submitted", "screening"),
                ("submitted", "withdrawn"),
                ("under_review", "recommended"),
                ("withdrawn", "draft"),
            ],
        ),
        GuardStatus(
            "grants_payment",
            ["prepared"],
            [
                ("approved", "exported"),
                ("approved", "failed"),
                ("exported", "failed"),
                ("exported", "paid"),
                ("prepared", "approved"),
                ("prepared", "failed"),
            ],
        ),
        GuardStatus(
            "grants_report",
            ["draft"],
            [
                ("draft", "submitted"),
                ("returned", "draft"),
                ("submitted", "approved"),
                ("submitted", "draft"),
                ("submitted", "returned"),
            ],
        ),
        GuardStatus(
            "grants_carryover",
            ["requested"],
            [
                ("refused", "repaid"),
                ("requested", "approved"),
                ("requested", "refused"),
            ],
        ),
        GuardStatus(
            "grants_complaint",
            ["received"],
            [
                ("received", "under_review"),
                ("under_review", "changed"),
                ("under_review", "forwarded"),
                ("under_review", "upheld"),
            ],
        ),
        migrations.RunSQL(LEDGER, LEDGER_BACK),
        migrations.RunSQL(AWARDS, AWARDS_BACK),
        migrations.RunSQL(PAYMENTS, PAYMENTS_BACK),
    ]
