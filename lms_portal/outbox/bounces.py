"""Delivery reports that came back: which of our messages they are about, and what they say. Source: RFC 3464 and RFC 6522."""

import email
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Mail
from email.policy import default

from lms_portal.audit.transitions import NotAllowed, Stale, move
from lms_portal.outbox.models import Message
from lms_portal.outbox.workflow import MESSAGE

logger = logging.getLogger(__name__)

STATUS = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}$")
PERMANENT = "5"


@dataclass(frozen=True, slots=True)
class Report:
    """One delivery report: the Message-ID of what came back, the action (failed, delayed …) and the status, such as 5.1.1."""

    message_id: str
    action: str
    status: str


def read_report(raw: bytes) -> Report | None:
    """This will read one mail; None where it is no delivery report about a message of somebody's."""
    mail = email.message_from_bytes(raw, policy=default)
    if mail.get_content_type() != "multipart/report":
        return None
    action, status, message_id = "", "", ""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for fields in _groups(part):
                action = action or str(fields.get("Action", "")).strip().lower()
                status = status or str(fields.get("Status", "")).strip().split(" ")[0]
        elif kind in {"message/rfc822", "text/rfc822-headers"}:
            message_id = message_id or _original_id(part)
    if not message_id or not STATUS.match(status):
        return None
    return Report(message_id, action, status)


def _groups(part: Mail) -> Iterator[Mail]:
    """The groups of fields in a delivery status; the first is about the report itself."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (group for group in payload if isinstance(group, Mail))
    else:
        yield from (email.message_from_string(group) for group in re.split(r"\r?\n\r?\n", str(payload)))


def _original_id(part: Mail) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Mail):
        return str(payload[0].get("Message-ID", "")).strip()
    content = part.get_payload(decode=True)
    headers = email.message_from_bytes(content) if isinstance(content, bytes) else email.message_from_string(str(payload))
    return str(headers.get("Message-ID", "")).strip()


def settle_bounce(report: Report, *, now: datetime) -> bool:
    """This will mark the message that a final failure is about; False where it is none of ours, not final or already marked."""
    if report.action != "failed" or not report.status.startswith(PERMANENT):
        return False
    changed = False
    for message in Message.objects.filter(message_id=report.message_id, status=Message.Status.SENT):
        try:
            move(MESSAGE, message, verb="bounce", now=now, why=f"bounced_{report.status}")
        except (NotAllowed, Stale):
            logger.info("message %s had already changed when its report was read", message.pk)
        else:
            changed = True
    return changed
