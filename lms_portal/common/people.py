"""What the layers below the accounts need to know about people. The accounts app answers; see its apps.py."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.db.models import Q


class Directory(Protocol):
    """Names, and who may look at messages and logs. `user` is whatever `request.user` holds."""

    def names_of_people(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """Return the names of people, for a page that lists several, in one query."""

    def names_of_units(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """Return the names of units in the language of the moment, in one query."""

    def messages_visible_to(self, user: object) -> Q:
        """Return the condition on outbox messages that this person may see; it holds nowhere for others."""

    def name_of_role(self, code: str) -> str:
        """Return a role's name in the language of the moment, the code itself where it is none of today's roles."""

    def roles_of(self, user: object) -> frozenset[str]:
        """Return the codes of the person's roles."""

    def may_read_logs(self, user: object) -> bool:
        """Return whether the person may read the audit logs at all."""

    def logs_visible_to(self, user: object) -> Q:
        """Return the condition on log rows (by `unit_id`) that this person may read."""


_directories: list[Directory] = []


def set_directory(directory: Directory) -> None:
    """This will name the one directory."""
    _directories[:] = [directory]


def directory() -> Directory:
    """This will return the directory. Raises: LookupError where no app has set one."""
    if not _directories:
        raise LookupError("no directory of people is set")
    return _directories[0]
