"""Sealed data: AES-256-GCM under a data key per case, which is itself wrapped by the master key.

Each case (a referral, an enrolment, an organisation) has one `DataKey` row. A field's ciphertext is bound to the field's own
`seal_id` and its row's UUID, so that a value moved to another row or field no longer opens. Rotation re-wraps the data key;
erasure removes it. Everything fails closed: what cannot be opened raises, and is never shown as ciphertext.
Source: docs/adr/0004-sealed-fields.md.
"""

import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FORMAT = 1
NONCE_BYTES = 12
DATA_KEY_BYTES = 32
LOOKUP_BYTES = 16
_HEADER = 1 + NONCE_BYTES
_SHORTEST = _HEADER + 16


class SealError(Exception):
    """A sealed value could not be opened: wrong key, wrong row, or tampered with."""


def new_data_key() -> bytes:
    """This will make the secret of one case."""
    return AESGCM.generate_key(bit_length=8 * DATA_KEY_BYTES)


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return bytes([FORMAT]) + nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, token: bytes, bound: bytes) -> bytes:
    if len(token) < _SHORTEST or token[0] != FORMAT:
        raise SealError("not a sealed value")
    try:
        return AESGCM(key).decrypt(token[1:_HEADER], token[_HEADER:], bound)
    except InvalidTag:
        raise SealError("the sealed value does not open") from None


def _wrap_bound(key_id: UUID) -> bytes:
    return b"data-key\0" + key_id.bytes


def wrap(data_key: bytes, *, key_id: UUID) -> tuple[int, bytes]:
    """This will wrap a case's key under the newest master key; returns the master key's number and the wrapped bytes."""
    master = max(settings.SEAL_KEYS)
    return master, _encrypt(settings.SEAL_KEYS[master], data_key, _wrap_bound(key_id))


def unwrap(wrapped: bytes, *, master: int, key_id: UUID) -> bytes:
    """This will open a case's key. Raises: SealError where the master key is missing or wrong."""
    try:
        master_key = settings.SEAL_KEYS[master]
    except KeyError:
        raise SealError(f"master key {master} is not configured") from None
    return _decrypt(master_key, wrapped, _wrap_bound(key_id))


def _bound(seal_id: str, row: UUID) -> bytes:
    return seal_id.encode() + b"\0" + row.bytes


def seal(text: str, *, data_key: bytes, seal_id: str, row: UUID) -> bytes:
    """This will seal a text for one field of one row."""
    return _encrypt(data_key, text.encode(), _bound(seal_id, row))


def unseal(token: bytes, *, data_key: bytes, seal_id: str, row: UUID) -> str:
    """This will open what `seal` made for the same field and row. Raises: SealError otherwise."""
    return _decrypt(data_key, bytes(token), _bound(seal_id, row)).decode()


def lookup_hash(value: str, *, purpose: str) -> bytes:
    """This will make the keyed hash that finds a value without opening any (HMAC-SHA256, 16 bytes).

    Normalise the value first. The purpose keeps two columns from being joined on the same person.
    """
    return hmac.new(settings.LOOKUP_KEY, purpose.encode() + b"\0" + value.encode(), hashlib.sha256).digest()[:LOOKUP_BYTES]
