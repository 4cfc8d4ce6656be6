"""Sealing: only the right key, field and row open a value, and anything else fails closed."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lms_portal.common import sealing
from lms_portal.common.sealing import SealError, lookup_hash, new_data_key, seal, unseal, unwrap, wrap

ROW = UUID("01900000-0000-7000-8000-000000000001")
OTHER_ROW = UUID("01900000-0000-7000-8000-000000000002")
KEY = bytes(range(32))


@given(st.text())
def test_seal_is_opened_again(text: str) -> None:
    token = seal(text, data_key=KEY, seal_id="x.y.z", row=ROW)
    assert unseal(token, data_key=KEY, seal_id="x.y.z", row=ROW) == text


def test_sealed_text_shows_nothing_and_never_repeats() -> None:
    first, second = (seal("Kari Nordmann", data_key=KEY, seal_id="x.y.z", row=ROW) for _ in range(2))
    assert first != second
    assert b"Kari" not in first
    assert first[0] == sealing.FORMAT
    assert len(first) == 1 + 12 + len("Kari Nordmann") + 16


@pytest.mark.parametrize(
    ("key", "seal_id", "row"),
    [(bytes(32), "x.y.z", ROW), (KEY, "x.y.other", ROW), (KEY, "x.y.z", OTHER_ROW)],
)
def test_unseal_elsewhere_fails(key: bytes, seal_id: str, row: UUID) -> None:
    token = seal("text", data_key=KEY, seal_id="x.y.z", row=ROW)
    with pytest.raises(SealError, match="does not open"):
        unseal(token, data_key=key, seal_id=seal_id, row=row)


def test_unseal_of_each_changed_byte_fails() -> None:
    token = seal("text", data_key=KEY, seal_id="x.y.z", row=ROW)
    for place in range(len(token)):
        changed = bytearray(token)
        changed[place] ^= 1
        with pytest.raises(SealError):
            unseal(bytes(changed), data_key=KEY, seal_id="x.y.z", row=ROW)


@given(st.binary(max_size=60))
def test_unseal_of_other_bytes_fails(token: bytes) -> None:
    with pytest.raises(SealError):
        unseal(token, data_key=KEY, seal_id="x.y.z", row=ROW)


def test_seal_error_holds_no_text() -> None:
    token = seal("Kari Nordmann", data_key=KEY, seal_id="x.y.z", row=ROW)
    with pytest.raises(SealError) as failed:
        unseal(token, data_key=bytes(32), seal_id="x.y.z", row=ROW)
    assert "Kari" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_wrap_uses_the_newest_master_key_and_the_old_ones_still_open(settings: Settings) -> None:
    data_key = new_data_key()
    old_master, old_wrapped = wrap(data_key, key_id=ROW)
    settings.SEAL_KEYS = {**settings.SEAL_KEYS, 2: bytes(range(32))}
    master, wrapped = wrap(data_key, key_id=ROW)
    assert (old_master, master) == (1, 2)
    assert unwrap(old_wrapped, master=1, key_id=ROW) == data_key
    assert unwrap(wrapped, master=2, key_id=ROW) == data_key


def test_unwrap_fails_closed(settings: Settings) -> None:
    master, wrapped = wrap(new_data_key(), key_id=ROW)
    with pytest.raises(SealError, match="does not open"):
        unwrap(wrapped, master=master, key_id=OTHER_ROW)
    settings.SEAL_KEYS = {2: bytes(32)}
    with pytest.raises(SealError, match="master key 1 is not configured"):
        unwrap(wrapped, master=master, key_id=ROW)
    settings.SEAL_KEYS = {1: bytes(32)}
    with pytest.raises(SealError, match="does not open"):
        unwrap(wrapped, master=master, key_id=ROW)


def test_lookup_hash_depends_on_value_purpose_and_key(settings: Settings) -> None:
    first = lookup_hash("12857700000", purpose="referrals.participant")
    assert len(first) == 16
    assert lookup_hash("12857700000", purpose="referrals.participant") == first
    others = {lookup_hash("12857700001", purpose="referrals.participant"), lookup_hash("12857700000", purpose="catalogue.participant")}
    settings.LOOKUP_KEY = bytes(32)
    others.add(lookup_hash("12857700000", purpose="referrals.participant"))
    assert len(others | {first}) == 4


def test_lookup_hash_keeps_purpose_and_value_apart() -> None:
    assert lookup_hash("bc", purpose="a") != lookup_hash("c", purpose="ab")
