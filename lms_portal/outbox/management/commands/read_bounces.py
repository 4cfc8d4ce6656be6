"""Reads delivery reports from a Maildir or an mbox file, where the mail server puts what comes back."""

import mailbox
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now
from lms_portal.outbox import bounces


class Command(BaseCommand):
    """Mail that was read is marked as seen in a Maildir; an mbox is read as a whole. Reading twice does no harm."""

    help = "Mark messages that came back, from the delivery reports in a Maildir or mbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take the mailbox."""
        parser.add_argument("mailbox", type=Path, help="a Maildir folder or an mbox file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will read every mail that has not been seen."""
        path: Path = options["mailbox"]
        if not path.exists():
            raise CommandError(f"{path} is not there")
        now = portal_now()
        with acting_as_system("read_bounces", now=now):
            read, marked = self._maildir(path, now) if path.is_dir() else self._mbox(path, now)
        self.stdout.write(f"{read} mails read, {marked} messages marked as returned")

    def _maildir(self, path: Path, now: Any) -> tuple[int, int]:
        box = mailbox.Maildir(path, create=False)
        read = marked = 0
        for key in sorted(box.keys()):
            mail = box[key]
            if "S" in mail.get_flags():
                continue
            marked += self._settle(mail.as_bytes(), now)
            mail.set_subdir("cur")
            mail.add_flag("S")
            box[key] = mail
            read += 1
        return read, marked

    def _mbox(self, path: Path, now: Any) -> tuple[int, int]:
        box = mailbox.mbox(path, create=False)
        try:
            results = [self._settle(mail.as_bytes(), now) for mail in box]
        finally:
            box.close()
        return len(results), sum(results)

    @staticmethod
    def _settle(raw: bytes, now: Any) -> bool:
        report = bounces.read_report(raw)
        return report is not None and bounces.settle_bounce(report, now=now)
