"""The demo's mail: kept in a table and shown on a page, never sent."""

from collections.abc import Sequence
from email.message import Message

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from lms_portal.common import clock
from lms_portal.outbox.models import DeliveredMail


class MailboxBackend(BaseEmailBackend):
    """Takes what a mail server would take."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """This will keep one row per recipient, and return how many messages were taken."""
        for mail in email_messages:
            built: Message = mail.message()  # refuses line breaks in headers, as a real server's client does
            for recipient in mail.recipients():
                DeliveredMail.objects.create(
                    recipient=recipient,
                    subject=str(mail.subject),
                    body=str(mail.body),
                    message_id=str(built.get("Message-ID", "")),
                    at=clock.portal_now(),
                )
        return len(email_messages)
