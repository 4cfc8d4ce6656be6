"""Imports the printed table of a season: every row, or none. Safe to repeat."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from catalogue.actions.seasons import UnableToImportSeason, import_season, season_from_code
from catalogue.season_import import ALIASES, Aliases
from lms_portal.accounts.models import HospitalArea
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now


class Command(BaseCommand):
    """`import_season FILE --season autumn-2023 --area volda`."""

    help = "Import a season's table (CSV: course, audience, when, referral_or_registration, meeting_place, delivery)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take the file, the season, the hospital area and the table of printed names."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--season", required=True, help="such as autumn-2023")
        parser.add_argument("--area", required=True, help="code of the hospital area, such as volda")
        parser.add_argument("--aliases", type=Path, default=ALIASES, help="TOML table of printed names")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will import, or list every row that cannot be read and save nothing."""
        now = portal_now()
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as source:
                rows = list(csv.DictReader(source))
            with transaction.atomic(), acting_as_system("import_season", now=now):
                season = season_from_code(options["season"])
                area = HospitalArea.objects.get(code=options["area"])
                done = import_season(rows=rows, season=season, area=area, aliases=Aliases.load(options["aliases"]), now=now)
        except UnableToImportSeason as error:
            raise CommandError("Nothing was saved.\n" + "\n".join(str(problem) for problem in error.problems)) from error
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(f"{options['season']} is not a season: write autumn-2023 or spring-2024") from error
        except HospitalArea.DoesNotExist as error:
            raise CommandError(f"There is no hospital area {options['area']}. Run load_reference first.") from error
        self.stdout.write(f"{done.rows} rows: {len(done.new_courses)} new courses, {done.new_runs} new runs, {done.changed} changed")
