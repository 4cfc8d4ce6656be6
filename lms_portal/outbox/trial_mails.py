"""A text of the portal, sent to oneself to see how it arrives: with placeholders, and marked as a test."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from lms_portal.outbox import kinds, previews
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

TRIAL = "outbox.trial"
TEXT = "emails/outbox/trial"


def plan_trial(*, kind: str, text: str, language: str, user_id: UUID, now: datetime) -> None:
    """This will plan a text of a kind for the person who asks, at once; twice in one minute is once. Raises: LookupError."""
    if text not in kinds.get(kind).texts or language not in previews.LANGUAGES:
        raise LookupError(f"{kind} has no text {text} in {language}")
    about = uuid5(NAMESPACE_URL, f"{kind}|{text}|{user_id}")
    recipient = Recipient(user_id=user_id, language=language)
    revision = f"{language} {now:%Y-%m-%dT%H:%M}"
    plan([Draft(TRIAL, "outbox.kind", about, recipient, due_at=now, revision=revision, context={"kind": kind, "text": text})], now=now)


def _skip_reason(message: Message, now: datetime) -> str:
    known = kinds.all_kinds().get(message.context["kind"])
    return "" if known and message.context["text"] in known.texts else "unknown_kind"


def _render(message: Message) -> kinds.Rendered:
    shown = previews.preview(message.context["text"], language=message.language)
    subject = render_to_string(f"{TEXT}.subject.txt", {"subject": shown.subject})
    return kinds.Rendered(subject=" ".join(subject.split()), text=render_to_string(f"{TEXT}.txt", {"text": shown.text}).strip() + "\n")


def register() -> None:
    """This will make the kind known; called once, when the app is ready."""
    kinds.register(kinds.Kind(TRIAL, kinds.OnDoubt.RESEND, _skip_reason, _render, _("Test of a text, to oneself"), (TEXT,)))
