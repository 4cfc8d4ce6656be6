"""The mails of the season collection: to those who own courses, with one link each, and to the centre when all have answered or time is out.

They name the season and the centre and count the courses; no course by its name, which may tell of an illness. Links are made at sending.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.links import COLLECTION, secret_of
from catalogue.models import CollectionRecipient, CollectionRound, CollectionRow, Season
from catalogue.participant_messages import owner_mailbox
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import Unit
from lms_portal.accounts.permissions import units_with
from lms_portal.common.clock import at_local_time, oslo_date, start_of_day
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.forecasts import Ahead
from lms_portal.outbox.models import Message

INVITATION = "catalogue.collection_open"
REMINDER = "catalogue.collection_missing"
YEARLY = "catalogue.still_running"
ALL_ANSWERED = "catalogue.collection_all_answered"
TIME_IS_OUT = "catalogue.collection_time_is_out"
SENT_AT = time(9)
WEEK = timedelta(days=7)
NOTICE_DAYS = 14  # how long after the last day a centre is still told, if the portal stood still on it


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail to a mailbox says: also of a round that is not sent yet, to look at beforehand."""

    unit: Unit
    season: Season | None
    last_on: date
    greeting: str
    number: int
    link: str


def link_of(recipient: CollectionRecipient, *, language: str) -> str:
    """This will make the address by which a mailbox answers."""
    secret = secret_of(recipient.pk, purpose=COLLECTION, number=recipient.link_number)
    return absolute("catalogue:collected", language=language, secret=secret)


def written(event: str, context: dict[str, Any]) -> kinds.Rendered:
    """This will write a mail in the language of the moment."""
    prefix = f"emails/catalogue/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
    )


def invitation(words: Words) -> kinds.Rendered:
    """This will write the mail that asks, in the language of the moment."""
    return written("collection_open" if words.season else "still_running", _as_context(words))


def _as_context(words: Words) -> dict[str, Any]:
    return {
        "unit": words.unit,
        "season": words.season.name if words.season else "",
        "last_on": words.last_on,
        "greeting": words.greeting.strip(),
        "number": words.number,
        "link": words.link,
    }


# Planning


def _to(recipient: CollectionRecipient) -> Recipient:
    return Recipient(address=str(recipient.email), data_key=recipient.data_key, language=recipient.language)


def plan_invitations(recipients: Iterable[CollectionRecipient], round_: CollectionRound, *, now: datetime) -> int:
    """This will plan the one mail to each mailbox; a new link is a new mail."""
    kind = YEARLY if round_.is_yearly else INVITATION
    drafts = [
        Draft(
            kind,
            "catalogue.collection_recipient",
            one.pk,
            _to(one),
            due_at=now,
            revision=f"link{one.link_number}",
            expires_at=one.link_expires_at,
            unit_id=round_.unit_id,
        )
        for one in recipients
    ]
    return plan(drafts, now=now)


def weeks_of(round_: CollectionRound) -> list[tuple[int, datetime]]:
    """This will list the weekly reminders of a round: number and moment, each a whole week after it began, until the last day."""
    found = []
    day, number = round_.opened_on + WEEK, 1
    while day <= round_.last_on:
        found.append((number, at_local_time(day, SENT_AT)))
        day, number = day + WEEK, number + 1
    return found


def _unanswered(rounds: Q) -> "Any":
    rows = CollectionRecipient.objects.filter(rounds).annotate(missing=Count("rows", filter=Q(rows__status="invited")))
    return rows.filter(missing__gt=0).select_related("data_key", "round")


def plan_reminders(*, now: datetime) -> int:
    """This will plan this week's reminder to those who have not answered, once a week and mailbox; weeks that were missed are left out."""
    today = oslo_date(now)
    open_rounds = [one for one in CollectionRound.objects.filter(last_on__gte=today, opened_on__lte=today - WEEK) if weeks_of(one)]
    drafts = []
    for recipient in _unanswered(Q(round__in=open_rounds)):
        due = [(number, moment) for number, moment in weeks_of(recipient.round) if moment <= now]
        if not due:
            continue
        number, moment = due[-1]
        if oslo_date(recipient.created_at) >= oslo_date(moment):
            continue  # asked since then
        end = start_of_day(recipient.round.last_on + timedelta(days=1))
        drafts.append(
            Draft(
                REMINDER,
                "catalogue.collection_recipient",
                recipient.pk,
                _to(recipient),
                due_at=moment,
                revision=f"week{number}",
                expires_at=min(moment + WEEK, end),
                unit_id=recipient.round.unit_id,
            )
        )
    known = set(
        Message.objects.filter(kind=REMINDER, object_id__in=[draft.object_id for draft in drafts]).values_list("object_id", "revision")
    )
    new = [draft for draft in drafts if (draft.object_id, draft.revision) not in known]
    return plan(new, now=now) if new else 0


def plan_all_answered(round_: CollectionRound, *, now: datetime) -> int:
    """This will tell the centre that the last answer has come, once a round."""
    return _plan_notice(ALL_ANSWERED, round_, "all", now=now)


def plan_time_is_out(*, now: datetime) -> int:
    """This will tell the centres whose last day has passed with answers lacking, once a last day."""
    today = oslo_date(now)
    over = CollectionRound.objects.filter(last_on__lt=today, last_on__gte=today - timedelta(days=NOTICE_DAYS), rows__status="invited")
    known = set(Message.objects.filter(kind=TIME_IS_OUT).values_list("object_id", "revision")) if over.exists() else set()
    wanted = [one for one in over.select_related("unit").distinct() if (one.pk, str(one.last_on)) not in known]
    return sum(_plan_notice(TIME_IS_OUT, one, str(one.last_on), now=now) for one in wanted)


def _plan_notice(kind: str, round_: CollectionRound, revision: str, *, now: datetime) -> int:
    unit = owner_mailbox(round_.unit)
    to = Recipient(unit_id=unit.pk, language=unit.default_language)
    return plan([Draft(kind, "catalogue.collection_round", round_.pk, to, due_at=now, revision=revision, unit_id=round_.unit_id)], now=now)


def reminders_ahead(user: object, now: datetime) -> list[Ahead]:
    """This will say which weekly reminders lie ahead, to those who have not answered as of now. For whoever sees the unit's messages."""
    rounds = CollectionRound.objects.filter(units_with(user, Permission.SEE_MESSAGES, prefix="unit"), last_on__gte=oslo_date(now))
    waiting = Count("recipients", filter=Q(recipients__rows__status="invited"), distinct=True)
    ahead = []
    for round_ in rounds.select_related("unit", "season").annotate(waiting=waiting):
        about = _("Season collection, %(unit)s") % {"unit": round_.unit.name}
        number: int = round_.waiting  # type: ignore[attr-defined]  # the annotation above
        ahead += [Ahead(REMINDER, moment, number, about) for _week, moment in weeks_of(round_) if moment > now and number]
    return ahead


# Rendering


def _recipient(message: Message) -> CollectionRecipient:
    return CollectionRecipient.objects.select_related("round__unit", "round__season", "data_key").get(pk=message.object_id)


def _render_question(message: Message) -> kinds.Rendered:
    recipient = _recipient(message)
    round_ = recipient.round
    rows = CollectionRow.objects.filter(recipient=recipient)
    missing = rows.filter(status="invited").count()
    number = missing if message.kind == REMINDER else rows.count()
    words = Words(round_.unit, round_.season, round_.last_on, round_.greeting, number, link_of(recipient, language=message.language))
    return written("collection_missing", _as_context(words)) if message.kind == REMINDER else invitation(words)


def _render_notice(message: Message) -> kinds.Rendered:
    round_ = CollectionRound.objects.select_related("unit", "season").get(pk=message.object_id)
    context = {
        "unit": round_.unit,
        "season": round_.season.name if round_.season else "",
        "missing": CollectionRow.objects.filter(round=round_, status="invited").count(),
        "link": absolute("catalogue:collection", language=message.language, round_id=str(round_.pk)),
    }
    return written("collection_all_answered" if message.kind == ALL_ANSWERED else "collection_time_is_out", context)


# May it still be sent


def _question_skip(message: Message, now: datetime) -> str:
    """A mail whose link was replaced, or to whom nothing is asked any more, says nothing true."""
    recipient = CollectionRecipient.objects.filter(pk=message.object_id).first()
    if recipient is None or (message.kind != REMINDER and message.revision != f"link{recipient.link_number}"):
        return "link_replaced"
    rows = CollectionRow.objects.filter(recipient=recipient)
    if message.kind != REMINDER:
        return "" if rows.exists() else "collection_answered"
    return "" if rows.filter(status="invited").exists() else "collection_answered"


def _all_answered_skip(message: Message, now: datetime) -> str:
    return ""


def _time_is_out_skip(message: Message, now: datetime) -> str:
    missing = CollectionRow.objects.filter(round=message.object_id, status="invited", round__last_on__lt=oslo_date(now))
    return "" if missing.exists() else "collection_answered"


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    resend = kinds.OnDoubt.RESEND
    table: tuple[tuple[str, Callable[[Message, datetime], str], Callable[[Message], kinds.Rendered], Any, str], ...] = (
        (INVITATION, _question_skip, _render_question, gettext_lazy("What runs next season?"), "collection_open"),
        (REMINDER, _question_skip, _render_question, gettext_lazy("Answers about courses are missing"), "collection_missing"),
        (YEARLY, _question_skip, _render_question, gettext_lazy("Are the standing offers still running?"), "still_running"),
        (
            ALL_ANSWERED,
            _all_answered_skip,
            _render_notice,
            gettext_lazy("All have answered about their courses"),
            "collection_all_answered",
        ),
        (TIME_IS_OUT, _time_is_out_skip, _render_notice, gettext_lazy("The time to answer about courses is out"), "collection_time_is_out"),
    )
    for code, skip, render, name, event in table:
        kinds.register(kinds.Kind(code, resend, skip, render, name, (f"emails/catalogue/{event}",)))
    reasons.register(
        {
            "collection_answered": gettext_lazy("Everything was answered already."),
            "link_replaced": gettext_lazy("The link had been replaced by a newer one."),
        }
    )
