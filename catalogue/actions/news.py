"""News by mail: asked for and confirmed by whoever owns the address, written and sent by an adviser, stopped by one press."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from catalogue import following, following_mails
from catalogue.actions.state import note_change
from catalogue.enums import Topic
from catalogue.links import NEWS, hash_of, secret_of
from catalogue.models import NewsItem, NewsSubscription
from catalogue.queries import following as queries
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import HospitalArea, Unit, User
from lms_portal.accounts.permissions import has_permission
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey
from lms_portal.outbox.actions import plan
from lms_portal.outbox.models import Message

LIMIT = 500
BOUNCES_LOOKED_AT = timedelta(days=14)
COLUMNS = ("topic", "title_nb", "title_nn", "text_nb", "text_nn")
NOT_YOURS = _("Your roles do not let you write news for this centre.")


class UnableToSendNews(Exception):
    """The news cannot be written or sent in this way; the first argument is the reason for the screen."""


# For those who want news


def _lock_address(known: bytes) -> None:
    """Two forms at once for one address come one after the other. Held until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(known[:8], "big", signed=True)])


@transaction.atomic
def ask_for_news(*, email: str, topics: Sequence[str], area: HospitalArea | None, language: str, now: datetime) -> None:
    """This will keep a wish until it is confirmed, and plan the mail that asks; the answer tells nothing of what was there.

    An address on the list keeps what was chosen for it until the new wish is confirmed. No topics: every topic.
    """
    address = email.strip().lower()
    known = queries.news_hash(address)
    _lock_address(known)
    chosen = ",".join(code for code in Topic.values if code in topics)
    wish = NewsSubscription.objects.select_related("data_key").filter(email_hash=known, confirmed_at__isnull=True).first()
    if wish is not None and wish.expires_at is not None and wish.expires_at <= now:
        forget(subscription=wish, now=now)
        wish = None
    if wish is None:
        wish_id = new_id()
        wish = NewsSubscription(
            id=wish_id,
            data_key=DataKey.create(),
            email=address,
            email_hash=known,
            link_hash=hash_of(secret_of(wish_id, purpose=NEWS), purpose=NEWS),
            created_at=now,
        )
    wish.topics, wish.area, wish.language = chosen, area, language
    wish.expires_at = now + following.NEWS_TO_CONFIRM
    wish.save()
    following_mails.plan_news_confirm(subscription=wish, now=now)


@transaction.atomic
def confirm(*, subscription: NewsSubscription, now: datetime) -> None:
    """This will put an address on the list, instead of what it had chosen before. Twice changes nothing."""
    _lock_address(bytes(subscription.email_hash))
    wish = NewsSubscription.objects.filter(pk=subscription.pk, confirmed_at__isnull=True).first()
    if wish is None:
        return
    for before in NewsSubscription.objects.filter(email_hash=subscription.email_hash, confirmed_at__isnull=False):
        forget(subscription=before, now=now)
    NewsSubscription.objects.filter(pk=wish.pk).update(confirmed_at=now, expires_at=None)


@transaction.atomic
def forget(*, subscription: NewsSubscription, now: datetime) -> None:
    """This will delete an address and the key that it is sealed with."""
    key = subscription.data_key_id
    NewsSubscription.objects.filter(pk=subscription.pk).delete()
    DataKey.objects.filter(pk=key).update(wrapped=None, erased_at=now)


# For those who write it


def _checked_writer(unit: Unit, by: User | None) -> None:
    """`by` is None for loaders."""
    if by is not None and not has_permission(by, Permission.PUBLISH_COURSE, unit):
        raise UnableToSendNews(NOT_YOURS)


@transaction.atomic
def write_news(*, unit: Unit, values: Mapping[str, Any], now: datetime, by: User | None = None) -> NewsItem:
    """This will make a piece of news as a draft. Raises: UnableToSendNews."""
    _checked_writer(unit, by)
    return NewsItem.objects.create(unit=unit, created_at=now, created_by=by, **{name: values.get(name, "") for name in COLUMNS})


def _locked(item: NewsItem, by: User | None) -> NewsItem:
    locked = NewsItem.objects.select_for_update(of=("self",)).select_related("unit__hospital_area").get(pk=item.pk)
    _checked_writer(locked.unit, by)
    if locked.sent_at is not None:
        raise UnableToSendNews(_("The news has been sent already."))
    return locked


@transaction.atomic
def change_news(*, item: NewsItem, values: Mapping[str, Any], seen_version: int, by: User) -> NewsItem:
    """This will change a draft; news that waits to be sent becomes a draft again, to be looked at. Raises: UnableToSendNews."""
    locked = _locked(item, by)
    if locked.edit_version != seen_version:
        raise UnableToSendNews(_("Somebody else has saved this in the meantime. Copy what you wrote, and open the page anew."))
    for name in COLUMNS:
        setattr(locked, name, values.get(name, ""))
    locked.edit_version += 1
    locked.send_at = None
    locked.save()
    return locked


@transaction.atomic
def plan_news(*, item: NewsItem, send_at: datetime, seen_version: int, now: datetime, by: User | None = None) -> NewsItem:
    """This will have a piece of news sent at a moment. Raises: UnableToSendNews."""
    locked = _locked(item, by)
    if locked.edit_version != seen_version:
        raise UnableToSendNews(_("Somebody else has changed the text since you looked at it. Look at it again before you send it."))
    if reason := following.why_not_send(locked, send_at=send_at, now=now):
        raise UnableToSendNews(reason)
    locked.send_at = max(send_at, now)
    locked.save(update_fields=["send_at"])
    return locked


@transaction.atomic
def hold_back(*, item: NewsItem, by: User) -> NewsItem:
    """This will make news that waits a draft again. Raises: UnableToSendNews."""
    locked = _locked(item, by)
    locked.send_at = None
    locked.save(update_fields=["send_at"])
    return locked


@transaction.atomic
def delete_news(*, item: NewsItem, by: User) -> None:
    """This will delete a draft. Raises: UnableToSendNews."""
    locked = _locked(item, by)
    if locked.send_at is not None:
        raise UnableToSendNews(_("Hold the news back first: it is about to be sent."))
    locked.delete()


# The sweeps


def send_due_news(*, now: datetime) -> int:
    """This will plan the mails of the news whose time has come, once an address. Returns how many mails."""
    return sum(_send(item.pk, now) for item in queries.news_due(now=now))


@transaction.atomic
def _send(pk: Any, now: datetime) -> int:
    rows = NewsItem.objects.select_for_update(of=("self",), skip_locked=True).select_related("unit__hospital_area")
    item = rows.filter(pk=pk, sent_at__isnull=True, send_at__lte=now).first()
    if item is None:
        return 0  # sent by another sweep, or held back a moment ago
    near = queries.subscriptions_near(queries.area_of(item.unit)).iterator(chunk_size=LIMIT)
    drafts = [following_mails.news_draft(item=item, subscription=one, now=now) for one in near if queries.wants(one, item.topic)]
    if drafts:
        plan(drafts, now=now)
    item.sent_at, item.sent_to = now, len(drafts)
    item.save(update_fields=["sent_at", "sent_to"])
    note_change(courses=[], now=now)  # the public list of news
    return len(drafts)


def forget_unreachable(*, now: datetime) -> int:
    """This will delete the addresses that were never confirmed, and those whose mail came back for good. Returns how many."""
    old = list(NewsSubscription.objects.filter(expires_at__lte=now)[:LIMIT])
    kind = following_mails.NEWS_SENT
    dead = Message.objects.filter(kind=kind, status__in=("bounced", "dead"), due_at__gt=now - BOUNCES_LOOKED_AT)
    # a message that gave up because our own line was down says nothing about the address
    came_back = [one for one in dead.only("why", "context") if one.why.startswith(("bounced_5", "refused_5", "bad_address"))]
    old += queries.existing({one.context.get("subscription", "") for one in came_back})
    for subscription in old:
        forget(subscription=subscription, now=now)
    return len(old)
