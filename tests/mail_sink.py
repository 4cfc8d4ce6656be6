"""A real SMTP server on this machine that keeps what it takes, and misbehaves on request."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"


@dataclass
class Sink:
    """`answers`: what to say after DATA, in turn, then OK; `drop` closes the line instead; `rcpt` the same for recipients."""

    mails: list[Message] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    recipient_answers: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:  # noqa: N802 - aiosmtpd's name
        """Count lines."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the recipient, or not."""
        answer = self.recipient_answers.pop(0) if self.recipient_answers else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail, and answer as told; `drop` keeps it and closes the line, `silence` keeps it and says nothing."""
        answer = self.data_answers.pop(0) if self.data_answers else OK
        if answer in {OK, "drop", "silence"}:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.mails.append(email.message_from_bytes(content, policy=default))
        if answer == "silence":
            await asyncio.sleep(30)
        if answer == "drop":
            transport: Any = server.transport
            transport.abort()
        return answer


@contextmanager
def mail_sink(sink: Sink | None = None) -> Iterator[Sink]:
    """Run the server for the block, on a port of its own."""
    sink = sink or Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=_free_port())
    controller.start()
    sink.port = controller.port
    try:
        yield sink
    finally:
        controller.stop(no_assert=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
