"""Wraps every data key, and every other wrapped secret, under the newest master key. Safe to stop and to repeat, while people work."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lms_portal.common import key_rotation


class Command(BaseCommand):
    """Works in batches, each its own transaction; says at the end what is left, and by which key."""

    help = "Wrap every secret under the newest master key of SEAL_KEYS; safe to stop and to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take the size of a batch, and --report for looking only."""
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")
        parser.add_argument("--report", action="store_true", help="only say how many secrets an older master key still wraps")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will rotate until nothing is left that can be. Raises: CommandError where secrets remain that do not open."""
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1")
        if not options["report"]:
            for kind in key_rotation.kinds():
                self._rotate(kind, options["batch"])
        self._report(failing=not options["report"])

    def _rotate(self, kind: key_rotation.Wrapped, batch: int) -> None:
        done = 0
        result = kind.rewrap_batch(limit=batch)
        while result.last:
            done += result.done
            self.stdout.write(f"{kind.name}: {done} wrapped anew")
            result = kind.rewrap_batch(limit=batch, after=result.last)

    def _report(self, *, failing: bool) -> None:
        left = key_rotation.remaining()
        if not left:
            self.stdout.write(f"everything is wrapped by master key {max(settings.SEAL_KEYS)}; older keys may be removed from SEAL_KEYS")
            return
        for master, secrets in left.items():
            known = "" if master in settings.SEAL_KEYS else ", which is not in SEAL_KEYS: put it back"
            self.stdout.write(f"{secrets} are wrapped by master key {master}{known}")
        if failing:
            raise CommandError(f"{sum(left.values())} remain that do not open; keep their master keys")
