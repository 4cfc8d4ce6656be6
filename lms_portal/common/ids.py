"""Identifiers: time-ordered UUIDs for rows, and references with a check letter for what people say on the phone."""

import secrets
import uuid
from datetime import datetime

from lms_portal.common.clock import real_now

# No letter that is mistaken for a digit or another letter on the phone. Thirty-one of them: a prime makes the check letter catch
# every single slip and every swap of neighbours.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
REFERENCE_LENGTH = 6
_VERSION_7 = 0x7000
_VARIANT = 0x8000000000000000


def uuid7(now: datetime | None = None) -> uuid.UUID:
    """This will make a UUID of version 7, which sorts by time (RFC 9562 5.7). `now` is an aware moment."""
    milliseconds = int((now or real_now()).timestamp() * 1000) & 0xFFFFFFFFFFFF
    random_a = secrets.randbits(12)
    random_b = secrets.randbits(62)
    return uuid.UUID(int=(milliseconds << 80) | ((_VERSION_7 | random_a) << 64) | _VARIANT | random_b)


def new_id() -> uuid.UUID:
    """This will make a primary key; the default of every model."""
    return uuid7()


def _check_letter(body: str) -> str:
    weighted = sum(position * REFERENCE_ALPHABET.index(letter) for position, letter in enumerate(body, start=2))
    return REFERENCE_ALPHABET[weighted % len(REFERENCE_ALPHABET)]


def new_reference(prefix: str) -> str:
    """This will make a reference such as `H-7KM2-9FX`, the last letter of which checks the others, the prefix included."""
    body = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))
    return f"{prefix}-{body[:4]}-{body[4:]}{_check_letter(prefix + body)}"


def normalise_reference(spoken: str) -> str | None:
    """This will bring a spoken or typed reference to its stored form, or return None where the check letter does not fit."""
    letters = "".join(letter for letter in spoken.upper() if letter not in "- ")
    if len(letters) != 1 + REFERENCE_LENGTH + 1:
        return None
    prefix, body, check = letters[0], letters[1:-1], letters[-1]
    if any(letter not in REFERENCE_ALPHABET for letter in prefix + body) or _check_letter(prefix + body) != check:
        return None
    return f"{prefix}-{body[:4]}-{body[4:]}{check}"
