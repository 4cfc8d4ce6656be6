"""The catalogue's sweeps: what the calendar alone has made wrong."""

import time
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from catalogue.actions import collection, demand, feedback, imports, links, news, papers, self_help, waiting_lists
from catalogue.actions.rosters import tell_too_few
from catalogue.actions.runs import complete_past_runs
from catalogue.actions.search import catch_up, follow_release, refresh_stale
from lms_portal.audit.context import acting_as_system
from lms_portal.common.broker import wake
from lms_portal.common.clock import oslo_date, portal_now
from lms_portal.outbox.sweeps import record_heartbeat

FOLLOW_CALENDAR = "catalogue.follow_calendar"
MOVE_WAITING_LISTS = "catalogue.move_waiting_lists"
WRITE_TO_PARTICIPANTS = "catalogue.write_to_participants"
MAKE_PAPERS = "catalogue.long_make_papers"  # `long_`: on the queue of slow work, so that no mail waits behind a booklet
COLLECT_SECONDS = 3600  # reading every text each minute would be idle work
STEPS_SECONDS = 30  # a task is stopped at 60 seconds; what is left is the next one's
COLLECT_SEASON = "catalogue.collect_season"
FOLLOW_IMPORTS = "catalogue.follow_imports"
LONG_IMPORT_SECONDS = 1500  # of 5,000 rows; below the broker's visibility timeout


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


@shared_task(name=FOLLOW_WORDS)
def follow_words(**_future: Any) -> int:
    """Make anew what older words or another release's templates have made of the search. Returns how many courses."""
    now, begun = portal_now(), time.monotonic()
    with acting_as_system(FOLLOW_WORDS, now=now):
        touched = catch_up(now=now, goes_on=lambda: time.monotonic() - begun < STEPS_SECONDS)
    record_heartbeat(FOLLOW_WORDS, handled=touched)
    return touched


@shared_task(name=CHECK_LINKS)
def check_links(**_future: Any) -> int:
    """Try the links whose turn it is: each once a week, one that did not answer the day after. Returns how many."""
    now, begun = portal_now(), time.monotonic()
    collects = cache.add(CHECK_LINKS, value=True, timeout=COLLECT_SECONDS)
    with acting_as_system(CHECK_LINKS, now=now):
        touched = links.check_links(now=now, collects=collects, goes_on=lambda: time.monotonic() - begun < STEPS_SECONDS)
    record_heartbeat(CHECK_LINKS, handled=touched)
    return touched


@shared_task(name=FORGET_SEARCHES)
def forget_searches(**_future: Any) -> int:
    """Delete the counts of searches, and what was said of pages, that are older than thirteen months. Returns how many."""
    now = portal_now()
    with acting_as_system(FORGET_SEARCHES, now=now):
        touched = demand.forget_old_misses(today=oslo_date(now)) + feedback.forget_old_feedback(today=oslo_date(now), now=now)
    record_heartbeat(FORGET_SEARCHES, handled=touched)
    return touched


@shared_task(name=MAKE_PAPERS)
def long_make_papers(**_future: Any) -> int:
    """Make the documents that wait, see which made ones have been overtaken by changes, and clear away. Returns how many it handled."""
    now, begun = portal_now(), time.monotonic()

    def goes_on() -> bool:
        return time.monotonic() - begun < STEPS_SECONDS

    with acting_as_system(MAKE_PAPERS, now=now):
        handled = papers.repair(now=now)
        while goes_on() and (paper := papers.take_next(now=now)) is not None:
            handled += papers.make(paper=paper, now=now)
        handled += papers.follow_changes(now=now, goes_on=goes_on) + papers.clear_away(now=now)
        handled += papers.tell_of_outdated(now=now)
    record_heartbeat(MAKE_PAPERS, handled=handled)
    return handled


def wake_paper_maker() -> None:
    """This will ask a worker to make what waits. A broker that is down or slow costs a second at most, and never a page."""
    wake(long_make_papers)


papers.set_waker(wake_paper_maker)


@shared_task(name=COLLECT_SEASON)
def collect_season(**_future: Any) -> int:
    """Ask once a year whether standing offers still run, remind those who have not answered, and tell centres whose time is out."""
    now = portal_now()
    with acting_as_system(COLLECT_SEASON, now=now):
        touched = collection.sweep(now=now)
    record_heartbeat(COLLECT_SEASON, handled=touched)
    return touched


@shared_task(name=imports.LONG_IMPORT, soft_time_limit=LONG_IMPORT_SECONDS, time_limit=LONG_IMPORT_SECONDS + 60)
def long_import(import_id: str, **_future: Any) -> None:
    """Read or save one file of courses and dates, whichever it waits for."""
    imports.go_on(import_id=UUID(import_id), now=portal_now())


@shared_task(name=FOLLOW_IMPORTS)
def follow_imports(**_future: Any) -> int:
    """Ask for workers for files that a dead one left, and delete files that have been kept long enough. Returns how many."""
    now = portal_now()
    with acting_as_system(FOLLOW_IMPORTS, now=now):
        touched = imports.wake_waiting(now=now) + imports.forget_old_imports(now=now)
    record_heartbeat(FOLLOW_IMPORTS, handled=touched)
    return touched


# What is due once a day looks each time whether it is: an interval of a day would begin anew with each restart of beat.
EVERY_SWEEP = (
    *(FOLLOW_CALENDAR, MOVE_WAITING_LISTS, WRITE_TO_PARTICIPANTS),
    *(MAKE_PAPERS, COLLECT_SEASON, FOLLOW_WORDS, FOLLOW_IMPORTS, CHECK_LINKS, FORGET_SEARCHES),
)
BEAT = {name: {"task": name, "schedule": settings.SWEEP_SECONDS} for name in EVERY_SWEEP}
