"""Rotation of the master key: everything sealed before opens after, a stopped rotation goes on, and nothing is lost to a missing key."""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import transaction

from lms_portal.accounts.models import User
from lms_portal.common import key_rotation
from lms_portal.common.models import DataKey

OLD, NEW = b"o" * 32, b"n" * 32
WELL = "everything is wrapped by master key 2; older keys may be removed from SEAL_KEYS"

pytestmark = pytest.mark.django_db


def _secrets() -> dict[Any, bytes]:
    return {key.pk: key.open() for key in DataKey.objects.all()}


def _make(count: int) -> None:
    for _number in range(count):
        DataKey.create()


def _rotate(**options: Any) -> str:
    said = StringIO()
    call_command("rotate_keys", stdout=said, **options)
    return said.getvalue()


def test_rotation_keeps_every_secret_and_needs_the_old_key_no_more(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    _make(7)
    before = _secrets()
    settings.SEAL_KEYS = {1: OLD, 2: NEW}

    said = _rotate(batch=3)

    settings.SEAL_KEYS = {2: NEW}
    assert _secrets() == before
    assert said.splitlines() == [
        "data keys: 3 wrapped anew",
        "data keys: 6 wrapped anew",
        "data keys: 7 wrapped anew",
        WELL,
    ]


def test_rotation_goes_on_where_it_was_stopped(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    _make(5)
    before = _secrets()
    settings.SEAL_KEYS = {1: OLD, 2: NEW}

    key_rotation.DataKeys().rewrap_batch(limit=2)
    assert key_rotation.remaining() == {1: 3}
    assert _secrets() == before

    _rotate()
    assert key_rotation.remaining() == {}
    assert _secrets() == before


def test_rotation_twice_changes_nothing_more(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    _make(2)
    settings.SEAL_KEYS = {1: OLD, 2: NEW}
    _rotate()
    wrapped = list(DataKey.objects.order_by("pk").values_list("wrapped", flat=True))

    assert _rotate() == f"{WELL}\n"
    assert list(DataKey.objects.order_by("pk").values_list("wrapped", flat=True)) == wrapped


def test_rotation_names_a_master_key_that_is_missing(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    _make(2)
    settings.SEAL_KEYS = {2: NEW}

    said = StringIO()
    with pytest.raises(CommandError, match="2 remain that do not open; keep their master keys"):
        call_command("rotate_keys", stdout=said)

    assert said.getvalue() == "2 are wrapped by master key 1, which is not in SEAL_KEYS: put it back\n"
    assert key_rotation.remaining() == {1: 2}


def test_rotation_looks_past_a_key_that_does_not_open(settings: Any) -> None:
    settings.SEAL_KEYS = {1: b"x" * 32}
    _make(3)
    settings.SEAL_KEYS = {1: OLD}
    _make(4)
    settings.SEAL_KEYS = {1: OLD, 2: NEW}

    with pytest.raises(CommandError, match="3 remain"):
        _rotate(batch=1)

    assert key_rotation.remaining() == {1: 3}
    assert DataKey.objects.filter(master=2).count() == 4


def test_rotation_leaves_an_erased_key_alone(settings: Any, now: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    key = DataKey.create()
    DataKey.objects.filter(pk=key.pk).update(wrapped=None, erased_at=now)
    settings.SEAL_KEYS = {1: OLD, 2: NEW}

    _rotate()

    assert DataKey.objects.values_list("master", "wrapped").get() == (1, None)


def test_report_changes_nothing(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    _make(2)
    settings.SEAL_KEYS = {1: OLD, 2: NEW}

    assert _rotate(report=True) == "2 are wrapped by master key 1\n"
    assert key_rotation.remaining() == {1: 2}


def test_rotation_is_refused_for_a_batch_of_none() -> None:
    with pytest.raises(CommandError, match="--batch must be at least 1"):
        _rotate(batch=0)


def test_a_batch_that_fails_half_way_changes_nothing(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    _make(2)
    settings.SEAL_KEYS = {1: OLD, 2: NEW}

    def stopped_half_way() -> None:
        with transaction.atomic():
            key_rotation.DataKeys().rewrap_batch(limit=10)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        stopped_half_way()

    assert key_rotation.remaining() == {1: 2}


def test_rotation_reaches_the_secrets_of_second_factors(settings: Any) -> None:
    settings.SEAL_KEYS = {1: OLD}
    adapter = get_adapter()
    user = User.objects.create(email="ola@sykehus.example", name="Ola Prøve")
    app = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": adapter.encrypt("JBSWY3DP")})
    codes = Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={"migrated_codes": [adapter.encrypt("a1"), adapter.encrypt("b2")]}
    )
    passkey = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Nøkkel"})
    settings.SEAL_KEYS = {1: OLD, 2: NEW}
    assert key_rotation.remaining() == {1: 3}

    _rotate(batch=1)

    settings.SEAL_KEYS = {2: NEW}
    for row in (app, codes, passkey):
        row.refresh_from_db()
    assert adapter.decrypt(app.data["secret"]) == "JBSWY3DP"
    assert [adapter.decrypt(code) for code in codes.data["migrated_codes"]] == ["a1", "b2"]
    assert passkey.data == {"name": "Nøkkel"}
    assert key_rotation.remaining() == {}
