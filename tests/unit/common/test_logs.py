"""Logs: one JSON object a line, with a request id and without personal data."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_portal.common.logs import JsonFormatter, RequestIdFilter, ScrubFilter, begin_request, current_request_id, scrub


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("person 12857712345 came", "person [number] came"),
        ("person 128577 12345 came", "person [number] came"),
        ("person 128577-12345, 12857712346.", "person [number], [number]."),
        ("person 128577\u00a012345 came", "person [number] came"),
        ("paid to 8601.11.17947", "paid to [account]"),
        ("paid to 8601 11 17947", "paid to [account]"),
        ("mail to kari.nordmann+x@sykehus.example.no failed", "mail to [mail] failed"),
        ("<kari@example.org>", "<[mail]>"),
        ("GET /nb/kurs/?q=hjerte&alder=3 200", "GET /nb/kurs/?[query] 200"),
        ("took 123456 ms for 42 rows", "took 123456 ms for 42 rows"),
        ("01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000001"),
    ],
)
def test_scrub(text: str, clean: str) -> None:
    assert scrub(text) == clean


@given(st.from_regex(r"\A[a-z ]{0,20}(?:^|\b)[0-9]{11}(?:\b)[a-z ]{0,20}\Z"))
def test_scrub_leaves_no_eleven_digits(text: str) -> None:
    assert not any(part.isdigit() and len(part) == 11 for part in scrub(text).split())


def line_of(message: object, *args: object, with_error: bool = False) -> dict[str, str]:
    try:
        int("Kari 12857712345")
    except ValueError:
        error = sys.exc_info() if with_error else None
    record = logging.LogRecord("portal.test", logging.WARNING, __file__, 1, message, args, error)
    assert RequestIdFilter().filter(record)
    assert ScrubFilter().filter(record)
    line: dict[str, str] = json.loads(JsonFormatter().format(record))
    return line


def test_line_is_one_object_with_the_request_id() -> None:
    request_id = begin_request()
    line = line_of("saw %s and %s", "12857712345", "kari@example.org")
    assert line["message"] == "saw [number] and [mail]"
    assert (line["level"], line["logger"], line["request_id"]) == ("WARNING", "portal.test", request_id)
    assert line["at"].endswith("+00:00")
    assert current_request_id() == request_id


def test_errors_show_their_type_and_place_but_not_their_text() -> None:
    line = line_of("failed", with_error=True)
    assert line["error"] == "ValueError"
    assert "line_of" in line["trace"]
    assert "Kari" not in json.dumps(line)
    assert "12857712345" not in json.dumps(line)


def test_letters_of_ours_stay_readable_and_lines_stay_whole() -> None:
    record = logging.LogRecord("portal.test", logging.INFO, __file__, 1, "på\nny linje", (), None)
    formatted = JsonFormatter().format(record)
    assert "på" in formatted
    assert "\n" not in formatted


def test_a_badly_written_log_call_does_not_break_the_request() -> None:
    assert line_of("%d rows", "many")["message"] == "%d rows"


def test_every_request_gets_its_own_id() -> None:
    assert len({begin_request() for _ in range(100)}) == 100
