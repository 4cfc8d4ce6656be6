"""Closes ranges of the logs with a digest. Run it daily; running it twice does no harm."""

from typing import Any

from django.core.management.base import BaseCommand

from lms_portal.audit import tamper_evidence
from lms_portal.common.clock import real_now


class Command(BaseCommand):
    """Prints the newest digest of each log, to be kept somewhere else."""

    help = "Close what is older than an hour in each audit log, with a digest."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """This will close one batch per log."""
        now = real_now()
        for log in tamper_evidence.LOGS:
            batch = tamper_evidence.close_batch(log, real_now=now)
            if batch is None:
                self.stdout.write(f"{log}: nothing to close")
            else:
                self.stdout.write(f"{log}: {batch.row_count} rows until {batch.last_at.isoformat()} {bytes(batch.digest).hex()}")
