"""The mails after a course, and the news. They name no course, no topic and nothing about health; what they are about stands behind their link.

Secret links are made here, at sending, and stand in no table.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue import following
from catalogue.links import LEADER, NEWS, SELF_HELP, secret_of
from catalogue.models import Evaluation, LeaderEvaluation, NewsItem, NewsSubscription, SelfHelpMember, UserRepresentative
from catalogue.models.following import LeaderSide
from catalogue.participant_messages import owner_mailbox
from catalogue.wording import label_of
from lms_portal.accounts.links import absolute
from lms_portal.common.clock import at_local_time, oslo_date, start_of_day
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

SELF_HELP_SHARED = "catalogue.group_shared"
LEADER_ASKED = "catalogue.leader_evaluation"
NEWS_CONFIRM = "catalogue.news_confirm"
NEWS_SENT = "catalogue.news"


def _written(event: str, context: dict[str, Any], **headers: str) -> kinds.Rendered:
    prefix = f"emails/catalogue/{event}"
    return kinds.Rendered(
        subject=" ".join(render_to_string(f"{prefix}.subject.txt", context).split()),
        text=render_to_string(f"{prefix}.txt", context).strip() + "\n",
        headers=headers,
    )


def _gone(message: Message, now: datetime) -> str:
    """For rows that are deleted when somebody withdraws."""
    members, subscriptions = SelfHelpMember.objects.filter(pk=message.object_id), NewsSubscription.objects.filter(pk=message.object_id)
    there = members.exists() if message.kind == SELF_HELP_SHARED else subscriptions.exists()
    return "" if there else "withdrawn"


# Keeping in touch


def plan_group_shared(*, member: SelfHelpMember, now: datetime) -> None:
    """This will plan the mail that the list can be seen, for the day on which it can; to the address that they share, else their own."""
    address = member.email or member.enrolment.participant.email
    if not address:
        return  # the others have their phone number
    group = member.group
    due_at = max(at_local_time(group.share_on, following.MAILED_AT), now)
    to = Recipient(address=address, data_key=member.data_key, language=member.enrolment.participant.language)
    draft = Draft(
        SELF_HELP_SHARED,
        "catalogue.self_help",
        member.pk,
        to,
        due_at=due_at,
        expires_at=start_of_day(group.forget_on),
        unit_id=member.enrolment.course.owner_id,
    )
    plan([draft], now=now)


def _render_group_shared(message: Message) -> kinds.Rendered:
    member = SelfHelpMember.objects.select_related("group").get(pk=message.object_id)
    secret = secret_of(member.pk, purpose=SELF_HELP)
    context = {"link": absolute("catalogue:my_group", language=message.language, secret=secret), "forget_on": member.group.forget_on}
    return _written("group_shared", context)


# The leaders' evaluation


def leader_link(row: UUID, *, language: str) -> str:
    """This will make the address of a leader's form."""
    return absolute("catalogue:leader_answer", language=language, secret=secret_of(row, purpose=LEADER))


def plan_leaders_asked(*, asked: LeaderEvaluation, representatives: list[UserRepresentative], now: datetime) -> None:
    """This will plan the link to a leader's form: to the centre's mailbox, or to the user representatives whose address is known."""
    owner = asked.run.course.owner
    if asked.side == LeaderSide.PROFESSIONAL:
        unit = owner_mailbox(owner)
        recipients = [Recipient(unit_id=unit.pk, language=unit.default_language)]
    else:
        recipients = [
            Recipient(address=one.email, data_key=one.data_key, language=owner.default_language) for one in representatives if one.email
        ]
    drafts = [
        Draft(
            LEADER_ASKED,
            "catalogue.leader_evaluation",
            asked.pk,
            to,
            due_at=now,
            expires_at=at_local_time(asked.closes_on, following.MAILED_AT),
            unit_id=owner.pk,
        )
        for to in recipients
    ]
    if drafts:
        plan(drafts, now=now)


def _leader_skip(message: Message, now: datetime) -> str:
    open_still = LeaderEvaluation.objects.filter(pk=message.object_id, answered_at__isnull=True, closes_on__gte=oslo_date(now))
    return "" if open_still.exists() else "evaluation_closed"


def _render_leader(message: Message) -> kinds.Rendered:
    asked = LeaderEvaluation.objects.select_related("run__course__owner", "run__term", "run__recurrence").get(pk=message.object_id)
    context = {
        "dates": label_of(asked.run, message.language),
        "link": leader_link(asked.pk, language=message.language),
        "closes_on": asked.closes_on,
        "unit": asked.run.course.owner,
        "has_participants": Evaluation.objects.filter(run=asked.run).exists(),
    }
    return _written("leader_evaluation", context)


# News


def _news_link(subscription: UUID, name: str, language: str) -> str:
    return absolute(name, language=language, secret=secret_of(subscription, purpose=NEWS))


def plan_news_confirm(*, subscription: NewsSubscription, now: datetime) -> None:
    """This will plan the mail that asks whether the address may be kept; one a day at most."""
    to = Recipient(address=subscription.email, data_key=subscription.data_key, language=subscription.language)
    draft = Draft(
        NEWS_CONFIRM,
        "catalogue.news_subscription",
        subscription.pk,
        to,
        due_at=now,
        revision=oslo_date(now).isoformat(),
        expires_at=subscription.expires_at,
    )
    plan([draft], now=now)


def _render_news_confirm(message: Message) -> kinds.Rendered:
    link = _news_link(message.object_id, "catalogue:news_confirm", message.language)
    stop = _news_link(message.object_id, "catalogue:news_stop", message.language)
    return _written("news_confirm", {"link": link, "stop_link": stop})


def news_draft(*, item: NewsItem, subscription: NewsSubscription, now: datetime) -> Draft:
    """This will draft one piece of news to one address, once each."""
    to = Recipient(address=subscription.email, data_key=subscription.data_key, language=subscription.language)
    context = {"subscription": str(subscription.pk)}
    return Draft(NEWS_SENT, "catalogue.news", item.pk, to, due_at=now, context=context, unit_id=item.unit_id)


def _news_skip(message: Message, now: datetime) -> str:
    there = NewsSubscription.objects.filter(pk=message.context["subscription"], confirmed_at__isnull=False)
    return "" if there.exists() else "withdrawn"


def _render_news(message: Message) -> kinds.Rendered:
    """The mail says from whom the news is and where it stands; what it says may tell what somebody has.

    Source of the headers: RFC 2369 and RFC 8058, a stop by one press in the mail program.
    """
    item = NewsItem.objects.select_related("unit").get(pk=message.object_id)
    subscription = UUID(message.context["subscription"])
    one_press = settings.PORTAL_BASE_URL + reverse("catalogue:news_one_press", args=[secret_of(subscription, purpose=NEWS)])
    context = {
        "unit": item.unit,
        "link": absolute("catalogue:news_item", language=message.language, item_id=str(item.pk)),
        "stop_link": _news_link(subscription, "catalogue:news_stop", message.language),
    }
    headers = {"List-Unsubscribe": f"<{one_press}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return _written("news", context, **headers)


def register() -> None:
    """This will make the kinds known to the outbox; called once, when the app is ready."""
    resend = kinds.OnDoubt.RESEND
    table: tuple[tuple[str, Callable[[Message, datetime], str], Callable[[Message], kinds.Rendered], Any, str], ...] = (
        (SELF_HELP_SHARED, _gone, _render_group_shared, _("Those who want to keep in touch can see each other"), "group_shared"),
        (LEADER_ASKED, _leader_skip, _render_leader, _("Evaluation by the leaders of a course"), "leader_evaluation"),
        (NEWS_CONFIRM, _gone, _render_news_confirm, _("May we send you news?"), "news_confirm"),
        (NEWS_SENT, _news_skip, _render_news, _("News from a centre"), "news"),
    )
    for code, skip, render, name, event in table:
        kinds.register(kinds.Kind(code, resend, skip, render, name, (f"emails/catalogue/{event}",)))
    reasons.register({"withdrawn": _("The person had withdrawn before the message could be sent.")})
