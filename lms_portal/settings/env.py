"""Reads settings from the environment; a missing or malformed variable fails at start with its name and an example."""

import base64
import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SEAL_KEY_BYTES = 32
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
SECRET_CHARACTERS = 50  # Django's own measure


def _fail(name: str, problem: str, example: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} {problem}. Set it in the environment, for example: {name}={example}")


def _from_file(name: str) -> str | None:
    """Read `NAME_FILE` where a secret store mounts files instead of variables."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        with open(path, encoding="utf-8") as source:
            return source.read().strip()
    except OSError as error:
        raise _fail(f"{name}_FILE", f"names a file that cannot be read ({error.strerror})", "/run/secrets/name") from None


def optional(name: str, default: str = "") -> str:
    """This will return the variable, or `default` where it is unset or empty."""
    return _from_file(name) or os.environ.get(name) or default


def text(name: str, *, example: str) -> str:
    """This will return the variable, or stop the start with its name and an example."""
    value = optional(name)
    if not value:
        raise _fail(name, "is not set", example)
    return value


def flag(name: str, *, default: bool) -> bool:
    """This will read yes or no, in the spellings that people use."""
    value = optional(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise _fail(name, f"is {value!r}, which is neither yes nor no", "true")


def integer(name: str, *, default: int) -> int:
    """This will read a whole number."""
    value = optional(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise _fail(name, f"is {value!r}, which is not a whole number", str(default)) from None


def words(name: str, *, example: str) -> list[str]:
    """This will read a list with commas between its members."""
    found = optional_words(name)
    if not found:
        raise _fail(name, "is not set", example)
    return found


def optional_words(name: str) -> list[str]:
    """This will read a list with commas between its members; none where the variable is unset or empty."""
    return [word.strip() for word in optional(name).split(",") if word.strip()]


def secret(name: str, *, example: str) -> str:
    """This will read a secret, and refuse one that could be guessed."""
    value = text(name, example=example)
    if len(value) < SECRET_CHARACTERS:
        raise _fail(name, f"has {len(value)} characters; it must have at least {SECRET_CHARACTERS}", example)
    return value


def address(name: str, *, schemes: tuple[str, ...], example: str) -> str:
    """This will read an address with a known scheme and a host. The value stays out of the error: it may hold a password."""
    value = text(name, example=example)
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise _fail(name, "has a host or a port that is malformed", example) from None
    if parts.scheme not in schemes or not host:
        raise _fail(name, f"is not an address that begins with {' or '.join(scheme + '://' for scheme in schemes)}", example)
    return value


def _key(name: str, encoded: str, example: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise _fail(name, "holds a key that is not base64", example) from None
    if len(key) != SEAL_KEY_BYTES:
        raise _fail(name, f"holds a key of {len(key)} bytes; it must have {SEAL_KEY_BYTES}", example)
    return key


def lookup_key(name: str) -> bytes:
    """This will read one base64 key of 32 bytes."""
    example = "$(openssl rand -base64 32)"
    return _key(name, text(name, example=example), example)


def seal_keys(name: str) -> dict[int, bytes]:
    """This will read `number:base64` pairs with commas between them; the highest number seals, all of them open."""
    example = "1:$(openssl rand -base64 32)"
    keys: dict[int, bytes] = {}
    for pair in text(name, example=example).split(","):
        number, colon, encoded = pair.strip().partition(":")
        if not colon or not number.isdigit() or not 1 <= int(number) <= 255:
            raise _fail(name, "must be pairs of a number from 1 to 255 and a key", example)
        if int(number) in keys:
            raise _fail(name, f"has the number {int(number)} more than once", example)
        keys[int(number)] = _key(name, encoded, example)
    return keys


def mail_server(name: str) -> dict[str, object]:
    """This will read the mail server's address: smtp://, smtp+tls:// (STARTTLS) or smtps://, with user and password in it."""
    example = "smtp+tls://user:password@mail.example.org:587"
    parts = urlsplit(address(name, schemes=("smtp", "smtp+tls", "smtps"), example=example))
    timeout = parse_qs(parts.query).get("timeout", ["10"])[0]
    if not timeout.isdecimal() or not int(timeout):
        raise _fail(name, f"has the timeout {timeout!r}, which is not a number of seconds", f"{example}?timeout=10")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": int(timeout),
    }
