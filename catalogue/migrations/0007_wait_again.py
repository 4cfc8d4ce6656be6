"""Whoever had a place that was called off may go back in line."""

from django.db import migrations

from lms_portal.common.migration_operations import GuardStatus


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0006_rosters")]
    operations = [
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
                ("cancelled_by_provider", "waiting"),
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
    ]
