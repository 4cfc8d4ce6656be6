"""A mail server for each test that asks for one."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.outbox import registered_kinds
from tests.mail_sink import Sink, mail_sink


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with registered_kinds():
        yield


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A real mail server, which the portal is set to use."""
    with mail_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_TIMEOUT = 1
        yield server
