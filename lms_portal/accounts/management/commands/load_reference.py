"""Loads areas, municipalities, units and code lists. Safe to repeat."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lms_portal.accounts import reference_data
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now

DEMO_APP = "lms_portal.demo"
DEMO_UNITS = settings.ROOT / "lms_portal" / "demo" / "units.toml"


class Command(BaseCommand):
    """All or nothing."""

    help = "Load hospital areas, municipalities, units and code lists; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take the institution's own file of units; where the demo is installed, the demo's unless another is named."""
        demo = apps.is_installed(DEMO_APP)
        parser.add_argument(
            "--units", type=Path, required=not demo, default=DEMO_UNITS if demo else None, help="TOML file of the institution's units"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will load every part in one transaction."""
        try:
            with transaction.atomic(), acting_as_system("load_reference", now=portal_now()):
                lines = [reference_data.load_areas(), reference_data.load_units(options["units"])]
                lines += [load() for load in reference_data.registered()]
        except (reference_data.ReferenceDataError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        for line in lines:
            self.stdout.write(line)
