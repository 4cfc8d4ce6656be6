"""Loads the demo: units, people, courses, the printed season of Volda, referrals and grants, made anew relative to today."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from catalogue.models import Course
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now
from lms_portal.demo import (
    accounts_demo,
    catalogue_demo,
    collection_demo,
    extras_demo,
    following_demo,
    grants_demo,
    imports_demo,
    joining_demo,
    papers_demo,
    referrals_demo,
    rosters_demo,
    statistics_demo,
)

DATA = Path(__file__).resolve().parents[2] / "data"


def _reference(*, now: datetime) -> None:
    call_command("load_reference")


def _printed_season(*, now: datetime) -> None:
    call_command("import_season", DATA / "volda_autumn_2023.csv", season="autumn-2023", area="volda")


STEPS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("units and code lists", _reference),
    ("people", accounts_demo.load),
    ("courses and runs", catalogue_demo.load),
    ("the printed season of Volda, autumn 2023", _printed_season),
    ("sign-ups without a referral", joining_demo.load),
    ("participants, attendance and evaluation", rosters_demo.load),
    ("courses held, searches and links", statistics_demo.load),
    ("prints and short addresses", papers_demo.load),
    ("season collection", collection_demo.load),
    ("files of courses sent in", imports_demo.load),
    ("sums on course pages, answers of visitors", extras_demo.load),
    ("grants", grants_demo.load),
    ("referrals", referrals_demo.load),
    ("after the courses, other offers, news", following_demo.load),
)


class Command(BaseCommand):
    """All or nothing: a load that is interrupted leaves an empty database, and the next start loads again."""

    help = "Load the demo data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take --if-empty, which makes a second start keep what is there."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are courses already")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will load every part in one transaction."""
        if options["if_empty"] and Course.objects.exists():
            return
        now = portal_now()
        with transaction.atomic(), acting_as_system("load_demo", now=now):
            for name, load in STEPS:
                began = time.monotonic()
                load(now=now)
                self.stdout.write(f"{name}: {time.monotonic() - began:.1f} s")
