"""What the database itself holds: allowed changes of status, published texts that never change, places within their run."""

from django.db import migrations

from lms_portal.common.migration_operations import GuardStatus

IMMUTABLE = """
CREATE OR REPLACE FUNCTION catalogue_courseversion_immutable() RETURNS trigger LANGUAGE plpgsql AS $immutable$
BEGIN
    RAISE EXCEPTION 'catalogue_courseversion: a published version never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'courseversion_immutable';
END
$immutable$;
CREATE OR REPLACE TRIGGER catalogue_courseversion_immutable BEFORE UPDATE OR DELETE ON catalogue_courseversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION catalogue_courseversion_immutable();
"""
MUTABLE = """
DROP TRIGGER IF EXISTS catalogue_courseversion_immutable ON catalogue_courseversion;
DROP FUNCTION IF EXISTS catalogue_courseversion_immutable();
"""
WITHIN = """
ALTER TABLE catalogue_enrolment
    ADD CONSTRAINT enrolment_site_within_run FOREIGN KEY (site_id, run_id) REFERENCES catalogue_deliverysite (id, run_id)
    DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT enrolment_run_within_course FOREIGN KEY (run_id, course_id) REFERENCES catalogue_run (id, course_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
APART = """
ALTER TABLE catalogue_enrolment DROP CONSTRAINT IF EXISTS enrolment_site_within_run, DROP CONSTRAINT IF EXISTS enrolment_run_within_course;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        GuardStatus(
            "catalogue_course",
            ["draft"],
            [
                ("archived", "draft"),
                ("change_in_review", "changed"),
                ("change_in_review", "published"),
                ("changed", "archived"),
                ("changed", "change_in_review"),
                ("changed", "published"),
                ("draft", "in_review"),
                ("in_review", "draft"),
                ("in_review", "published"),
                ("published", "archived"),
                ("published", "changed"),
            ],
        ),
        GuardStatus(
            "catalogue_run",
            ["planned"],
            [
                ("closed", "cancelled"),
                ("closed", "completed"),
                ("closed", "open"),
                ("open", "cancelled"),
                ("open", "closed"),
                ("open", "postponed"),
                ("planned", "cancelled"),
                ("planned", "open"),
                ("postponed", "cancelled"),
                ("postponed", "open"),
            ],
        ),
        GuardStatus(
            "catalogue_enrolment",
            ["confirmed", "offered", "requested", "waiting"],
            [
                ("confirmed", "cancelled_by_participant"),
                ("confirmed", "cancelled_by_provider"),
                ("confirmed", "completed"),
                ("confirmed", "no_show"),
                ("confirmed", "not_completed"),
                ("confirmed", "waiting"),
                ("declined", "waiting"),
                ("expired", "waiting"),
                ("no_show", "closed"),
                ("no_show", "offered"),
                ("offered", "cancelled_by_provider"),
                ("offered", "confirmed"),
                ("offered", "declined"),
                ("offered", "expired"),
                ("offered", "waiting"),
                ("requested", "cancelled_by_participant"),
                ("requested", "confirmed"),
                ("requested", "declined_by_provider"),
                ("requested", "offered"),
                ("requested", "waiting"),
                ("waiting", "cancelled_by_participant"),
                ("waiting", "cancelled_by_provider"),
                ("waiting", "confirmed"),
                ("waiting", "offered"),
            ],
        ),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
        migrations.RunSQL(WITHIN, APART),
    ]
