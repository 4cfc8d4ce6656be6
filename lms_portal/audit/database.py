"""What the database itself enforces for everybody: the application role's grants, and the triggers that record each change.

Applied after every migrate, as the owner: in the demo, in production's migrate step and in tests alike.
Source: docs/adr/0003-two-database-roles.md.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models

from lms_portal.common.fields import SealedTextField

# The application may add to these and read them; nobody but the retention role removes anything.
LOGS = frozenset({"audit_change", "audit_status_change", "audit_access", "audit_sealed_batch", "audit_tombstone"})
INSERT_ONLY = LOGS | frozenset({"grants_ledger_entry", "grants_decision", "grants_submission"})
# The application reads these; only the owner's migrate step writes them.
READ_ONLY = frozenset({"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"})
RETENTION_DELETES = frozenset({"audit_change", "audit_status_change", "audit_access"})

# Apps whose tables are recorded, and the tables left out, each with its reason.
RECORDED_APPS = frozenset({"accounts", "catalogue", "referrals", "grants", "common", "outbox"})
NOT_RECORDED = {
    "outbox_message": "its own states are its history",
    "outbox_heartbeat": "one row per sweep, written each minute",
    "outbox_delivered_mail": "the demo's mailbox",
    "catalogue_search_document": "computed from course versions",
    "catalogue_search_term": "computed from course versions",
    "catalogue_coursecard": "computed from course versions",
    "catalogue_facet_bits": "computed from course versions",
    "catalogue_search_place": "small numbers for the search",
    "catalogue_paper": "made from what the catalogue says, and made anew",
    "catalogue_course_short_hit": "a count a day, raised by visitors",
    "catalogue_cataloguestate": "a counter that makes ETags",
    "catalogue_search_miss": "counts of words alone; a log would tell when each search came",
    "catalogue_page_feedback": "anonymous, and forgotten in time; a log would tell when each answer came",
    "catalogue_course_link": "found in the texts, and tried anew each week",
    "catalogue_evaluationanswer": "anonymous: a log of when each answer came would tell whose it is",
    "catalogue_courseimport": "its own stages are its history; what an import changes is recorded where it is changed",
    "catalogue_courseimportrow": "a copy of a file for some days",
    "catalogue_importcolumn": "what a column was read as last time",
    "common_datakey": "a secret; its creation and erasure are events of its case",
}
HIDDEN_FIELDS = frozenset({"password"})


def privileges(table: str) -> list[str]:
    """This will list what the application role may do with a table."""
    if table in READ_ONLY:
        return ["SELECT"]
    if table in INSERT_ONLY:
        return ["SELECT", "INSERT"]
    return ["SELECT", "INSERT", "UPDATE", "DELETE"]


def recorded_models() -> list[type[models.Model]]:
    """This will list the models whose every change is recorded."""
    every = apps.get_models(include_auto_created=True)
    return [m for m in every if m._meta.managed and m._meta.app_label in RECORDED_APPS and m._meta.db_table not in NOT_RECORDED]


RECORD_CHANGE = """
CREATE OR REPLACE FUNCTION audit_record_change() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS $audit$
DECLARE
    hidden text[] := TG_ARGV[1]::text[];
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
    row_after jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    setting text := current_setting('portal.context', true);
    context jsonb := CASE WHEN setting IS NULL OR setting = '' THEN '{}'::jsonb ELSE setting::jsonb END;
    changed jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(keys.key, CASE
               WHEN keys.key = ANY (hidden) THEN '"changed"'::jsonb
               ELSE jsonb_build_array(before -> keys.key, after -> keys.key) END), '{}'::jsonb)
      INTO changed
      FROM jsonb_object_keys(row_after) AS keys(key)
     WHERE before -> keys.key IS DISTINCT FROM after -> keys.key;
    IF TG_OP = 'UPDATE' AND changed = '{}'::jsonb THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_change (portal_at, actor_id, system, role, unit_id, purpose, request_id, operation, table_name, object_id, changes)
    VALUES (nullif(context ->> 'portal_at', '')::timestamptz, nullif(context ->> 'actor_id', '')::uuid, coalesce(context ->> 'system', ''),
            coalesce(context ->> 'role', ''), nullif(context ->> 'unit_id', '')::uuid, coalesce(context ->> 'purpose', ''),
            coalesce(context ->> 'request_id', ''), lower(TG_OP), TG_TABLE_NAME, row_after ->> TG_ARGV[0], changed);
    RETURN NULL;
END
$audit$;
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$refuse$;
"""


def _hidden_fields(model: type[models.Model]) -> list[str]:
    return sorted(
        str(field.column)
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedTextField | models.BinaryField) or field.name in HIDDEN_FIELDS
    )


def apply_triggers(cursor: Any) -> None:
    """This will put the recording trigger on every recorded table, and the refusing ones on the logs."""
    cursor.execute(RECORD_CHANGE)
    quote = connections["default"].ops.quote_name
    for model in recorded_models():
        table, key = model._meta.db_table, model._meta.pk.attname
        hidden = "{" + ",".join(_hidden_fields(model)) + "}"
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER audit_record AFTER INSERT OR UPDATE OR DELETE ON {quote(table)}"
            f" FOR EACH ROW EXECUTE FUNCTION audit_record_change('{key}', '{hidden}')"
        )
    for table in sorted(INSERT_ONLY & _tables()):
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {quote(table)}"
            f" FOR EACH ROW WHEN (current_user <> 'portal_retention') EXECUTE FUNCTION audit_refuse_change()"
        )
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {quote(table)} EXECUTE FUNCTION audit_refuse_change()"
        )


def _tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed} | {"django_migrations"}


def _role_exists(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def apply_grants(cursor: Any) -> None:
    """This will bring the application role's and the retention role's privileges to the table above."""
    quote = connections["default"].ops.quote_name
    role, retention = settings.DB_APP_ROLE, settings.DB_RETENTION_ROLE
    cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
    present = sorted(name for (name,) in cursor.fetchall())
    for table in present:
        cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {quote(role)}")
        cursor.execute(f"GRANT {', '.join(privileges(table))} ON {quote(table)} TO {quote(role)}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}")
    if _role_exists(cursor, retention):
        for table in sorted(RETENTION_DELETES & set(present)):
            cursor.execute(f"GRANT SELECT, DELETE ON {quote(table)} TO {quote(retention)}")
        for table in sorted({"audit_tombstone", "audit_sealed_batch"} & set(present)):
            cursor.execute(f"GRANT SELECT, INSERT ON {quote(table)} TO {quote(retention)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(retention)}")


def apply_after_migrate(*, app_config: Any, using: str, **_kwargs: Any) -> None:
    """This will run once per migrate, after the last app."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if app_config.name != last.name or using != "default":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('audit_change') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return  # a partial migrate, before the logs exist
        apply_triggers(cursor)
        if _role_exists(cursor, settings.DB_APP_ROLE):
            apply_grants(cursor)
