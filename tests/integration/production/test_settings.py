"""Production settings: each missing or malformed variable stops the start with its name and an example; a full set passes every check."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tools import compose
from tools.throwaway import bare_environment, production_environment

KEY = "a" * 43 + "="
MISSING = {
    "SECRET_KEY": "$(openssl rand -base64 48)",
    "PORTAL_BASE_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgresql://portal_app:password@db.example.org/portal?sslmode=verify-full",
    "REDIS_URL": "redis://:password@redis.example.org:6379/0",
    "SEAL_KEYS": "1:$(openssl rand -base64 32)",
    "LOOKUP_KEY": "$(openssl rand -base64 32)",
    "FILES_DIR": "/srv/portal/files",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Læring og mestring <ikke-svar@portal.example.org>",
    "MAIL_MESSAGE_ID_DOMAIN": "portal.example.org",
    "SECURITY_CONTACT": "mailto:sikkerhet@portal.example.org",
    "FEEDBACK_MAILBOX": "tilbakemelding@portal.example.org",
}
MALFORMED = [
    ("SECRET_KEY", "short", "has 5 characters; it must have at least 50"),
    ("PORTAL_BASE_URL", "http://portal.example.org", "is not an address that begins with https://"),
    ("PORTAL_BASE_URL", "portal.example.org", "is not an address that begins with https://"),
    ("ALLOWED_HOSTS", " , ", "is not set"),
    ("DATABASE_URL", "sqlite:///portal.db", "is not an address that begins with postgresql:// or postgres://"),
    ("DATABASE_URL", "postgresql://portal_app:secret@/portal", "is not an address that begins with postgresql:// or postgres://"),
    ("DATABASE_URL", "postgresql://portal_app:secret@db:port/portal", "has a host or a port that is malformed"),
    ("REDIS_URL", "redis.example.org:6379", "is not an address that begins with redis:// or rediss://"),
    ("REDIS_URL", "redis://:secret@[::1", "has a host or a port that is malformed"),
    ("SEAL_KEYS", KEY, "must be pairs of a number from 1 to 255 and a key"),
    ("SEAL_KEYS", f"0:{KEY}", "must be pairs of a number from 1 to 255 and a key"),
    ("SEAL_KEYS", f"256:{KEY}", "must be pairs of a number from 1 to 255 and a key"),
    ("SEAL_KEYS", "1:not base64", "holds a key that is not base64"),
    ("SEAL_KEYS", f"1:{KEY},2:c2hvcnQ=", "holds a key of 5 bytes; it must have 32"),
    ("LOOKUP_KEY", "c2hvcnQ=", "holds a key of 5 bytes; it must have 32"),
    ("LOOKUP_KEY", "æ", "holds a key that is not base64"),
    ("EMAIL_URL", "mail.example.org", "is not an address that begins with smtp:// or smtp+tls:// or smtps://"),
    ("EMAIL_URL", "https://mail.example.org", "is not an address that begins with smtp:// or smtp+tls:// or smtps://"),
    ("EMAIL_URL", "smtp://mail.example.org:mail", "has a host or a port that is malformed"),
    ("EMAIL_URL", "smtp://mail.example.org?timeout=soon", "has the timeout 'soon', which is not a number of seconds"),
    ("SECURE_SSL_REDIRECT", "perhaps", "is 'perhaps', which is neither yes nor no"),
    ("TRUSTED_PROXY_COUNT", "one", "is 'one', which is not a whole number"),
    ("SWEEP_SECONDS", "often", "is 'often', which is not a whole number"),
    ("SATURDAY_IS_WORKING_DAY", "lørdag", "is 'lørdag', which is neither yes nor no"),
    ("ALLOW_2032_PERSONAL_IDS", "2032", "is '2032', which is neither yes nor no"),
    ("SECRET_KEY_FILE", "/nowhere/secret", "names a file that cannot be read (No such file or directory)"),
]


def _start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own, with no variable of ours."""
    command = [sys.executable, "-c", "import lms_portal.settings.production"]
    full = {**bare_environment(), **environment}
    return subprocess.run(command, cwd=compose.ROOT, env=full, check=False, capture_output=True, text=True)


def _refusal(environment: dict[str, str]) -> str:
    """What the start ends with; it must be refused."""
    done = _start(environment)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


def _read_in_settings() -> Iterator[str]:
    text = (compose.ROOT / "lms_portal" / "settings" / "production.py").read_text(encoding="utf-8")
    return (match[1] for match in re.finditer(r"env\.\w+\(\s*\"(\w+)\"", text))


def test_full_environment_starts() -> None:
    done = _start(production_environment())

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(MISSING))
def test_missing_variable_is_named_with_an_example(name: str) -> None:
    environment = production_environment()
    del environment[name]

    assert _refusal(environment) == f"{name} is not set. Set it in the environment, for example: {name}={MISSING[name]}"


@pytest.mark.parametrize(("name", "value", "problem"), MALFORMED)
def test_malformed_variable_is_named_with_an_example(name: str, value: str, problem: str) -> None:
    said = _refusal({**production_environment(), name: value})

    assert said.startswith(f"{name} {problem}. Set it in the environment, for example: {name}=")
    assert "secret@" not in said


def test_every_required_variable_is_tried_above() -> None:
    assert sorted(production_environment().keys() - {"DJANGO_SETTINGS_MODULE"}) == sorted(MISSING)


def test_compose_hands_over_every_variable_that_the_settings_read() -> None:
    given = compose.read()["services"]["web"]["environment"].keys()

    assert set(_read_in_settings()) - given == {"SECURE_SSL_REDIRECT"}


def test_operations_describe_every_variable_that_the_settings_read() -> None:
    described = (compose.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert [name for name in _read_in_settings() if f"| `{name}` |" not in described] == []


def test_secret_may_come_from_a_file(tmp_path: object) -> None:
    file = f"{tmp_path}/secret-key"
    environment = production_environment()
    with open(file, "w", encoding="utf-8") as secret:
        secret.write(environment.pop("SECRET_KEY") + "\n")

    assert _start({**environment, "SECRET_KEY_FILE": file}).returncode == 0


def test_deployment_checks_find_nothing() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command, cwd=compose.ROOT, env={**bare_environment(), **production_environment()}, check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"DATABASE_URL": "postgresql://portal_app:x@db.example.org/portal"}, "portal.W001"),
        ({"DATABASE_URL": "postgresql://portal_app:x@db.example.org/portal?sslmode=require"}, "portal.W001"),
        ({"SECURE_SSL_REDIRECT": "no"}, "security.W008"),
    ],
)
def test_deployment_checks_find_a_mistake(change: dict[str, str], found: str) -> None:
    environment = {**bare_environment(), **production_environment(), **change}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=compose.ROOT, env=environment, check=False, capture_output=True, text=True)

    assert done.returncode == 1
    assert re.findall(r"\((\w+\.\w\d+)\)", done.stderr) == [found]


COOKIES = """
from lms_portal.settings import production as p
for kind in ("SESSION", "CSRF", "LANGUAGE"):
    names = [getattr(p, f"{kind}_COOKIE_{part}", None) for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN")]
    print(*names)
"""


def test_cookies_belong_to_this_host_alone() -> None:
    environment = {**bare_environment(), **production_environment()}
    done = subprocess.run([sys.executable, "-c", COOKIES], cwd=compose.ROOT, env=environment, check=True, capture_output=True, text=True)

    assert done.stdout.splitlines() == [f"__Host-{name} True True Lax None" for name in ("session", "csrf", "language")]
