"""Rotation of the master key: everything that it wraps is wrapped anew under the newest one, and nothing else is touched.

The data key of each case is wrapped, and so are a few secrets that belong to no case; their app registers how to reach them.
Source: docs/adr/0004-sealed-fields.md.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from lms_portal.common import sealing
from lms_portal.common.models import DataKey


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What one batch did: how many secrets were wrapped anew, and the key of the last row it looked at, none at the end."""

    done: int
    last: Any


class Wrapped(Protocol):
    """One kind of row whose secrets the master key wraps."""

    name: str

    def remaining(self) -> dict[int, int]:
        """Return how many secrets an older master key still wraps, by the number of that key."""

    def rewrap_batch(self, *, limit: int, after: Any = None) -> Rewrapped:
        """Wrap the secrets of up to `limit` rows anew, in one transaction, in the order of their keys.

        Rows that another run holds are left to it. What does not open stays as it is, so that nothing is lost by rotating.
        """


class DataKeys:
    """The keys of the cases."""

    name = "data keys"

    def remaining(self) -> dict[int, int]:
        """This will count the data keys under older master keys."""
        older = DataKey.objects.filter(wrapped__isnull=False).exclude(master=max(settings.SEAL_KEYS))
        return dict(older.values_list("master").annotate(keys=Count("pk")).order_by("master"))

    def rewrap_batch(self, *, limit: int, after: Any = None) -> Rewrapped:
        """This will wrap a batch of data keys anew."""
        done: list[DataKey] = []
        with transaction.atomic():
            held = DataKey.objects.filter(wrapped__isnull=False, master__in=settings.SEAL_KEYS.keys() - {max(settings.SEAL_KEYS)})
            if after:
                held = held.filter(pk__gt=after)
            keys = list(held.order_by("pk").select_for_update(skip_locked=True)[:limit])
            for key in keys:
                try:
                    secret = key.open()
                except sealing.SealError:
                    continue
                key.master, key.wrapped = sealing.wrap(secret, key_id=key.pk)
                done.append(key)
            DataKey.objects.bulk_update(done, ["master", "wrapped"])
        return Rewrapped(len(done), keys[-1].pk if keys else None)


_kinds: dict[str, Wrapped] = {}


def register(kind: Wrapped) -> None:
    """This will add a kind of wrapped secret; called from an app's `ready()`."""
    _kinds[kind.name] = kind


def kinds() -> tuple[Wrapped, ...]:
    """This will list every kind of wrapped secret."""
    return tuple(_kinds.values())


def remaining() -> dict[int, int]:
    """This will count everything that an older master key still wraps, by the number of that key."""
    total: Counter[int] = Counter()
    for kind in kinds():
        total.update(kind.remaining())
    return dict(sorted(total.items()))


register(DataKeys())
