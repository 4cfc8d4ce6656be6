"""Structured logs: one JSON object a line, a request id on each, and a filter that takes personal data out."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime

_request_id: ContextVar[str] = ContextVar("request_id", default="")

ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{6}[\s.-]?\d{5}(?!\d)")
ACCOUNT = re.compile(r"(?<!\d)\d{4}[\s.]\d{2}[\s.]\d{5}(?!\d)")
MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[a-zA-Z]{2,}")
QUERY = re.compile(r"\?[^\s\"']+")


def current_request_id() -> str:
    """This will return the id of the request being answered; empty outside requests."""
    return _request_id.get()


def begin_request() -> str:
    """This will give the request an id, which every log line, audit row and error page of it carries."""
    request_id = secrets.token_hex(8)
    _request_id.set(request_id)
    return request_id


def scrub(text: str) -> str:
    """This will take out what may identify a person: personal and account numbers, addresses, query strings."""
    for pattern, replacement in ((ELEVEN_DIGITS, "[number]"), (ACCOUNT, "[account]"), (MAIL, "[mail]"), (QUERY, "?[query]")):
        text = pattern.sub(replacement, text)
    return text


class RequestIdFilter(logging.Filter):
    """Puts the request id on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True


class ScrubFilter(logging.Filter):
    """Scrubs the finished message; exceptions are scrubbed where they are formatted."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a badly written call must not break the request that it stands in
            message = str(record.msg)
        record.msg = scrub(message)
        record.args = None
        return True


class JsonFormatter(logging.Formatter):
    """One line, one object: time in UTC, level, logger, message, request id, and the error's type and place, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = scrub(self._places(record))
        return json.dumps(line, ensure_ascii=False)

    @staticmethod
    def _places(record: logging.LogRecord) -> str:
        trace = record.exc_info[2] if record.exc_info else None
        places = []
        while trace:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return " < ".join(reversed(places))
