"""Makes the first account of an installation and sends the link to set its password."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from lms_portal.accounts.first_administrator import UnableToAddError, add_first_administrator
from lms_portal.accounts.models import Unit
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import portal_now


class Command(BaseCommand):
    """Works once: when there is an administrator, everybody else comes by invitation."""

    help = "Add the first administrator, who gets a mail with a link to set the password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will take who, where, and in which language."""
        parser.add_argument("email")
        parser.add_argument("name", help="as colleagues know the person")
        parser.add_argument("unit", help="the code of a region or a health trust, from the file of units")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="nb")

    def handle(self, *_args: Any, **options: Any) -> None:
        """This will refuse what is misspelt. Raises: CommandError."""
        try:
            validate_email(options["email"].strip())
            unit = Unit.objects.get(code=options["unit"])
        except ValidationError:
            raise CommandError(f"{options['email']} is not an e-mail address") from None
        except Unit.DoesNotExist:
            raise CommandError(f"there is no unit with the code {options['unit']}; run load_reference first") from None
        now = portal_now()
        try:
            with acting_as_system("add_first_administrator", now=now):
                user = add_first_administrator(
                    email=options["email"], name=options["name"], unit=unit, language=options["language"], now=now
                )
        except UnableToAddError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user.email} will get a mail with a link to set a password; it works for two hours")
