"""Removes log rows past their time. Runs in a process of its own, with DATABASE_URL of the retention role."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from lms_portal.audit import tamper_evidence
from lms_portal.common.clock import start_of_day


class Command(BaseCommand):
    """Removes whole closed batches only, and leaves a tombstone for each."""

    help = "Remove closed batches of one audit log that end before a day (retention role only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take the log and the first day that stays."""
        parser.add_argument("log", choices=sorted(tamper_evidence.LOGS))
        parser.add_argument("--before", required=True, type=date.fromisoformat, help="the first day that stays, like 2026-01-01")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will refuse to run as anybody but the retention role."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            row = cursor.fetchone()
        if row is None or row[0] != settings.DB_RETENTION_ROLE:
            raise CommandError(f"run this with DATABASE_URL of the role {settings.DB_RETENTION_ROLE}")
        removed = tamper_evidence.purge(options["log"], before=start_of_day(options["before"]))
        self.stdout.write(f"{options['log']}: {removed} rows removed")
