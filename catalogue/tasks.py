"""The catalogue's sweeps: what the calendar alone has made wrong."""

from typing import Any

from celery import shared_task
from django.conf import settings

from catalogue.actions import demand, links, news, self_help, waiting_lists, words
from catalogue.actions.rosters import tell_too_few
from catalogue.actions.runs import complete_past_runs
from catalogue.actions.search import follow_release, refresh_stale
from lms_portal.audit.context import acting_as_system
from lms_portal.common.clock import oslo_date, portal_now
from lms_portal.outbox.sweeps import record_heartbeat

FOLLOW_CALENDAR = "catalogue.follow_calendar"
MOVE_WAITING_LISTS = "catalogue.move_waiting_lists"
WRITE_TO_PARTICIPANTS = "catalogue.write_to_participants"


@shared_task(name=FOLLOW_CALENDAR)
def follow_calendar(**_future: Any) -> int:
    """Renew what a day or a new release has made wrong, complete runs that are over, and tell owners whose runs have too few people.

    Returns how many.
    """
    now = portal_now()
    with acting_as_system(FOLLOW_CALENDAR, now=now):
        touched = complete_past_runs(now=now) + follow_release(now=now) + refresh_stale(now=now) + tell_too_few(now=now)
    record_heartbeat(FOLLOW_CALENDAR, handled=touched)
    return touched


@shared_task(name=MOVE_WAITING_LISTS)
def move_waiting_lists(**_future: Any) -> int:
    """End offers that were not answered, and offer free places to the next in line. Returns how many."""
    now = portal_now()
    with acting_as_system(MOVE_WAITING_LISTS, now=now):
        touched = waiting_lists.expire_offers(now=now) + waiting_lists.offer_free_places(now=now)
    record_heartbeat(MOVE_WAITING_LISTS, handled=touched)
    return touched


@shared_task(name=WRITE_TO_PARTICIPANTS)
def write_to_participants(**_future: Any) -> int:
    """Plan the reminders and the news that are due, tell those who asked of new dates, and forget what is no longer needed."""
    now = portal_now()
    with acting_as_system(WRITE_TO_PARTICIPANTS, now=now):
        touched = waiting_lists.plan_reminders(now=now) + waiting_lists.tell_of_new_dates(now=now)
        touched += waiting_lists.forget_old_interests(now=now) + self_help.forget_old_groups(now=now)
        touched += news.send_due_news(now=now) + news.forget_unreachable(now=now)
    record_heartbeat(WRITE_TO_PARTICIPANTS, handled=touched)
    return touched


FOLLOW_WORDS = "catalogue.long_follow_words"
CHECK_LINKS = "catalogue.long_check_links"
FORGET_SEARCHES = "catalogue.forget_searches"
HOUR = 3600.0


@shared_task(name=FOLLOW_WORDS)
def follow_words(**_future: Any) -> int:
    """Build the search anew where advisers have changed its words. Returns how many courses."""
    now = portal_now()
    with acting_as_system(FOLLOW_WORDS, now=now):
        touched = words.follow_words(now=now)
    record_heartbeat(FOLLOW_WORDS, handled=touched)
    return touched


@shared_task(name=CHECK_LINKS)
def check_links(**_future: Any) -> int:
    """Try the links whose turn it is: each once a week, one that did not answer the day after. Returns how many."""
    now = portal_now()
    with acting_as_system(CHECK_LINKS, now=now):
        touched = links.check_links(now=now)
    record_heartbeat(CHECK_LINKS, handled=touched)
    return touched


@shared_task(name=FORGET_SEARCHES)
def forget_searches(**_future: Any) -> int:
    """Delete the counts of searches that are older than thirteen months. Returns how many."""
    now = portal_now()
    with acting_as_system(FORGET_SEARCHES, now=now):
        touched = demand.forget_old_misses(today=oslo_date(now))
    record_heartbeat(FORGET_SEARCHES, handled=touched)
    return touched


BEAT = {
    name: {"task": name, "schedule": float(settings.SWEEP_SECONDS)} for name in (FOLLOW_CALENDAR, MOVE_WAITING_LISTS, WRITE_TO_PARTICIPANTS)
}
BEAT |= {
    FOLLOW_WORDS: {"task": FOLLOW_WORDS, "schedule": float(settings.SWEEP_SECONDS)},
    CHECK_LINKS: {"task": CHECK_LINKS, "schedule": HOUR},
    FORGET_SEARCHES: {"task": FORGET_SEARCHES, "schedule": 24 * HOUR},
}
