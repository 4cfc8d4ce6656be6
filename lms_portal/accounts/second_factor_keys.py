"""The secrets of authenticator apps and recovery codes, which the master key wraps: how the rotation of that key reaches them."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from lms_portal.common import key_rotation, sealing

SEALED = ("secret", "seed")  # allauth's names: the app's secret, the seed of the recovery codes
SEALED_LISTS = ("migrated_codes",)
WITH_SECRETS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def _texts(data: dict[str, Any]) -> Iterator[str]:
    yield from (data[name] for name in SEALED if name in data)
    for name in SEALED_LISTS:
        yield from data.get(name, [])


def _changed(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    single = {name: change(data[name]) for name in SEALED if name in data}
    lists = {name: [change(text) for text in data[name]] for name in SEALED_LISTS if name in data}
    return {**data, **single, **lists}


def _master_of(text: str) -> int:
    return int(text.partition(":")[0])


def _is_older(data: dict[str, Any]) -> bool:
    return any(_master_of(text) != max(settings.SEAL_KEYS) for text in _texts(data))


class SecondFactorSecrets:
    """The rows of allauth's authenticators that hold secrets; few enough to look at each."""

    name = "second factors"

    def remaining(self) -> dict[int, int]:
        """This will count the secrets under older master keys."""
        found: Counter[int] = Counter()
        for data in Authenticator.objects.filter(type__in=WITH_SECRETS).values_list("data", flat=True):
            found.update(_master_of(text) for text in _texts(data))
        found.pop(max(settings.SEAL_KEYS), None)
        return dict(found)

    def rewrap_batch(self, *, limit: int, after: Any = None) -> key_rotation.Rewrapped:
        """This will wrap the secrets of a batch of rows anew."""
        adapter, done = get_adapter(), 0
        with transaction.atomic():
            rows = Authenticator.objects.filter(type__in=WITH_SECRETS, pk__gt=after or 0).order_by("pk")
            batch = list(rows.select_for_update(skip_locked=True)[:limit])
            for row in batch:
                if not _is_older(row.data):
                    continue
                try:
                    row.data = _changed(row.data, lambda text: str(adapter.encrypt(adapter.decrypt(text))))
                except sealing.SealError:
                    continue
                row.save(update_fields=["data"])
                done += 1
        return key_rotation.Rewrapped(done, batch[-1].pk if batch else None)


def register() -> None:
    """This will let the rotation of the master key reach the second factors."""
    key_rotation.register(SecondFactorSecrets())
