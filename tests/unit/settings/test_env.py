"""Settings from the environment: what is missing or malformed stops the start, by name and with an example."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms_portal.settings import env

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def set_variable(value: str) -> None:
        monkeypatch.setenv("THING", value)

    monkeypatch.delenv("THING", raising=False)
    monkeypatch.delenv("THING_FILE", raising=False)
    return set_variable


def refused(read: Callable[[], object]) -> str:
    with pytest.raises(ImproperlyConfigured) as failed:
        read()
    return str(failed.value)


def test_text_missing_or_empty_names_itself(given: Callable[[str], None]) -> None:
    expected = "THING is not set. Set it in the environment, for example: THING=abc"
    assert refused(lambda: env.text("THING", example="abc")) == expected
    given("")
    assert refused(lambda: env.text("THING", example="abc")) == expected
    given("value")
    assert env.text("THING", example="abc") == "value"


def test_optional(given: Callable[[str], None]) -> None:
    assert env.optional("THING", "default") == "default"
    given("value")
    assert env.optional("THING", "default") == "value"


def test_text_from_a_file(given: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n", encoding="utf-8")
    given("from the variable")
    monkeypatch.setenv("THING_FILE", str(secret))
    assert env.text("THING", example="abc") == "from the file"
    monkeypatch.setenv("THING_FILE", str(tmp_path / "nothing"))
    assert refused(lambda: env.text("THING", example="abc")).startswith(
        "THING_FILE names a file that cannot be read (No such file or directory)."
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("true", True), ("Yes", True), ("ON", True), ("0", False), ("False", False), ("no", False), ("off", False), ("", True)],
)
def test_flag(given: Callable[[str], None], value: str, *, expected: bool) -> None:
    given(value)
    assert env.flag("THING", default=True) is expected


def test_flag_malformed(given: Callable[[str], None]) -> None:
    given("kanskje")
    assert refused(lambda: env.flag("THING", default=True)).startswith("THING is 'kanskje', which is neither yes nor no.")


def test_integer(given: Callable[[str], None]) -> None:
    assert env.integer("THING", default=7) == 7
    given("12")
    assert env.integer("THING", default=7) == 12
    given("tolv")
    assert (
        refused(lambda: env.integer("THING", default=7))
        == "THING is 'tolv', which is not a whole number. Set it in the environment, for example: THING=7"
    )


def test_words(given: Callable[[str], None]) -> None:
    given(" a.example.org, b.example.org,, ")
    assert env.words("THING", example="a") == ["a.example.org", "b.example.org"]


def test_lookup_key(given: Callable[[str], None]) -> None:
    given(KEY)
    assert env.lookup_key("THING") == bytes(range(32))


@pytest.mark.parametrize(
    ("value", "problem"),
    [("", "is not set"), ("ikke base64!", "holds a key that is not base64"), ("AAAA", "holds a key of 3 bytes; it must have 32")],
)
def test_lookup_key_malformed(given: Callable[[str], None], value: str, problem: str) -> None:
    given(value)
    message = refused(lambda: env.lookup_key("THING"))
    assert message == f"THING {problem}. Set it in the environment, for example: THING=$(openssl rand -base64 32)"


def test_seal_keys(given: Callable[[str], None]) -> None:
    given(f"1:{KEY}, 2:{KEY}")
    assert env.seal_keys("THING") == {1: bytes(range(32)), 2: bytes(range(32))}


@pytest.mark.parametrize("value", [KEY, f"x:{KEY}", f"0:{KEY}", f"256:{KEY}", f"1:{KEY},", "1:", f"-1:{KEY}"])
def test_seal_keys_malformed(given: Callable[[str], None], value: str) -> None:
    given(value)
    assert refused(lambda: env.seal_keys("THING")).startswith("THING ")


def test_seal_keys_with_one_number_twice(given: Callable[[str], None]) -> None:
    given(f"1:{KEY},1:{base64.b64encode(bytes(32)).decode()}")
    assert "more than once" in refused(lambda: env.seal_keys("THING"))


def test_refusals_never_show_a_key(given: Callable[[str], None]) -> None:
    given(f"1:{KEY}AAAA")
    assert KEY not in refused(lambda: env.seal_keys("THING"))


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, False, False),
        ("smtp+tls://mail.example.org", "mail.example.org", 587, True, False),
        ("smtps://mail.example.org", "mail.example.org", 465, False, True),
        ("smtp+tls://mail.example.org:2525", "mail.example.org", 2525, True, False),
    ],
)
def test_mail_server(given: Callable[[str], None], url: str, *, host: str, port: int, tls: bool, ssl: bool) -> None:
    given(url)
    found = env.mail_server("THING")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (host, port, tls, ssl)
    assert found["EMAIL_TIMEOUT"] == 10


def test_mail_server_with_user_and_timeout(given: Callable[[str], None]) -> None:
    given("smtp+tls://kari%40example.org:p%3Aw@mail.example.org:587?timeout=3")
    found = env.mail_server("THING")
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"], found["EMAIL_TIMEOUT"]) == ("kari@example.org", "p:w", 3)


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://mail:many", "smtp://mail:99999", "smtp://mail?timeout=x"]
)
def test_mail_server_malformed(given: Callable[[str], None], url: str) -> None:
    given(url)
    message = refused(lambda: env.mail_server("THING"))
    assert message.startswith("THING ")
    assert "for example: THING=smtp+tls://user:password@mail.example.org:587" in message
