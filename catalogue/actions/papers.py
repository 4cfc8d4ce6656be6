"""Paper is asked for by visitors, made by a worker, served from the row, and made anew when what it shows has changed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue import paper_messages
from catalogue.enums import PaperKind
from catalogue.models import Course, Paper
from catalogue.papers import digest_of, html_of, state_of_catalogue
from catalogue.queries.kept import catalogue_number
from catalogue.queries.papers import PaperKey, paper_at
from lms_portal.accounts.models import User
from lms_portal.common import pdf
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import new_id

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # longer than a task may take, so that a document is never made by two
MOST_ATTEMPTS = 3
REST = timedelta(hours=1)  # a document that fails again and again is left alone that long
KEPT = timedelta(days=60)  # how long after its last fetch a changed document is made anew without being asked for
FORGOTTEN = timedelta(days=400)  # a poster of two terms ago hangs nowhere, or should not
UNFETCHED = timedelta(days=14)  # how long a replaced document that nobody fetched is remembered

_waker: list[Callable[[], None]] = []


class UnableToGivePaper(Exception):
    """There is no such document. `reason` is for the screen."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


def set_waker(wake: Callable[[], None]) -> None:
    """This will name what wakes the worker; the tasks module does so."""
    _waker[:] = [wake]


def wake_worker() -> None:
    """This will ask the worker to look soon; without it the next sweep comes by itself."""
    for wake in _waker:
        wake()


def current_paper(*, key: PaperKey, now: datetime) -> Paper | None:
    """This will return the made document that says what the catalogue says now; None where a worker has been asked to make it.

    A catalogue that has not changed costs one query; one that has, the document's own text again, which decides whether it still holds.
    Raises: UnableToGivePaper where there is nothing to print.
    """
    today = oslo_date(now)
    state = state_of_catalogue(catalogue_number(), today=today)
    paper = paper_at(key, checked_as=state)
    if paper is not None:
        return paper
    html = html_of(key, today=today)
    if html is None:
        raise UnableToGivePaper(_("There is no poster of this term here."))
    return _settle(key, digest_of(html), state, now=now)


@transaction.atomic
def _settle(key: PaperKey, digest: str, state: str, *, now: datetime) -> Paper | None:
    """This will bring the table in step with what the document says now: this digest holds, every other made one is replaced."""
    every = Paper.objects.filter(**key.columns)
    every.filter(made_at__isnull=False, replaced_at__isnull=True).exclude(digest=digest).update(replaced_at=now)
    made = every.filter(digest=digest, made_at__isnull=False, content__isnull=False).first()
    if made is not None:
        every.filter(pk=made.pk).update(checked_as=state, replaced_at=None)
        every.filter(made_at__isnull=True).delete()  # waited for a change that has been taken back
        return made
    # cleared away, and wanted again: what it says is known to hold, its bytes are not there
    every.filter(digest=digest, made_at__isnull=False).delete()
    _want(key, digest, now=now)
    transaction.on_commit(wake_worker, robust=True)
    return None


def _want(key: PaperKey, digest: str, *, now: datetime) -> None:
    """This will note one wish a document, whoever else asks at the same time; a new digest begins its attempts anew."""
    wish = Paper(id=new_id(), **key.columns, digest=digest, wanted_at=now)
    Paper.objects.bulk_create([wish], ignore_conflicts=True)
    waiting = Paper.objects.filter(**key.columns, made_at__isnull=True)
    waiting.exclude(digest=digest).update(digest=digest, attempts=0, failed_at=None, wanted_at=now)
    waiting.filter(attempts__gte=MOST_ATTEMPTS, failed_at__lte=now - REST).update(attempts=0, failed_at=None, wanted_at=now)


# The worker's side


def take_next(*, now: datetime) -> Paper | None:
    """This will take the document that has waited longest, with a lease: a worker that dies gives it back by its passing.

    A lease that ends later than any given now could is of a clock that has been set back, and counts as passed.
    """
    free = Q(taken_until__isnull=True) | Q(taken_until__lte=now) | Q(taken_until__gt=now + LEASE)
    with transaction.atomic():
        rows = Paper.objects.select_for_update(skip_locked=True, of=("self",)).select_related("hospital_area", "season").defer("content")
        paper = rows.filter(free, made_at__isnull=True, attempts__lt=MOST_ATTEMPTS).order_by("wanted_at", "pk").first()
        if paper is not None:
            # counted before the work: a document that kills its worker is not tried for ever
            paper.attempts, paper.taken_until = paper.attempts + 1, now + LEASE
            paper.save(update_fields=["attempts", "taken_until"])
    return paper


def make(*, paper: Paper, now: datetime) -> bool:
    """This will make a document that was taken, from what the catalogue says now; a failure is noted, and said to whoever waits."""
    key = PaperKey(PaperKind(paper.kind), paper.hospital_area, paper.season, paper.language)
    state = state_of_catalogue(catalogue_number(), today=oslo_date(now))
    html = html_of(key, today=oslo_date(now))
    if html is None:
        paper.delete()  # the poster has been emptied while it waited
        return False
    try:
        made = pdf.pdf_from_html(html)
    except Exception as error:  # whatever a document holds, the next one is made all the same
        logger.exception("a document for print could not be made", extra={"paper": str(paper), "error": type(error).__name__})
        Paper.objects.filter(pk=paper.pk).update(failed_at=now, taken_until=None)
        return False
    _keep(paper, key, digest_of(html), state, made, now=now)
    return True


@transaction.atomic
def _keep(paper: Paper, key: PaperKey, digest: str, state: str, made: pdf.Pdf, *, now: datetime) -> None:
    every = Paper.objects.filter(**key.columns)
    # locked first, so that somebody who finds a change just now waits, and then sees what was made
    list(every.select_for_update().values_list("pk"))
    every.filter(digest=digest).exclude(pk=paper.pk).delete()
    every.filter(made_at__isnull=False, replaced_at__isnull=True).update(replaced_at=now)
    every.filter(pk=paper.pk).update(
        digest=digest,
        checked_as=state,
        content=made.content,
        size=len(made.content),
        page_count=made.page_count,
        made_at=now,
        taken_until=None,
        failed_at=None,
    )


# The sweep: what the calendar, changes and dead workers have left


def repair(*, now: datetime) -> int:
    """This will note as failed what has killed its worker each time, so that whoever waits is told. Returns how many."""
    lost = Paper.objects.filter(made_at__isnull=True, attempts__gte=MOST_ATTEMPTS, taken_until__lte=now)
    return lost.update(failed_at=now, taken_until=None)


def follow_changes(*, now: datetime, goes_on: Callable[[], bool]) -> int:
    """This will find the made documents that say something else than the catalogue by now, and want those anew that are in use.

    `goes_on` says whether there is time for one more. Returns how many were looked at.
    """
    today = oslo_date(now)
    state = state_of_catalogue(catalogue_number(), today=today)
    rows = Paper.objects.filter(made_at__isnull=False, replaced_at__isnull=True).exclude(checked_as=state)
    looked_at = 0
    for paper in rows.select_related("hospital_area", "season").defer("content").order_by("checked_as", "pk"):
        if not goes_on():
            break
        looked_at += 1
        key = PaperKey(PaperKind(paper.kind), paper.hospital_area, paper.season, paper.language)
        html = html_of(key, today=today)
        digest = digest_of(html) if html is not None else ""
        if digest == paper.digest:
            Paper.objects.filter(pk=paper.pk).update(checked_as=state)
            continue
        with transaction.atomic():
            Paper.objects.filter(pk=paper.pk, replaced_at__isnull=True).update(replaced_at=now)
            if html is not None and paper.fetched_on and paper.fetched_on > today - KEPT:
                _want(key, digest, now=now)
    return looked_at


def tell_of_outdated(*, now: datetime) -> int:
    """This will tell the centres whose fetched prints have been overtaken by a change. Returns how many."""
    return paper_messages.plan_outdated(now=now)


def clear_away(*, now: datetime) -> int:
    """This will drop the bytes of replaced documents, and the rows that nobody has fetched or that are old. Returns how many."""
    replaced = Paper.objects.filter(replaced_at__isnull=False)
    emptied = replaced.filter(content__isnull=False).update(content=None, size=0)
    old = Q(fetched_on__isnull=True, replaced_at__lte=now - UNFETCHED) | Q(replaced_at__lte=now - FORGOTTEN)
    wishes = Q(made_at__isnull=True, wanted_at__lte=now - UNFETCHED)
    return emptied + Paper.objects.filter((Q(replaced_at__isnull=False) & old) | wishes).delete()[0]


# What people do


def note_fetched(*, paper: Paper, now: datetime) -> None:
    """This will note the day on which a document was fetched, once a day: what was fetched may hang on a wall."""
    today = oslo_date(now)
    if paper.fetched_on != today:
        Paper.objects.filter(pk=paper.pk).update(fetched_on=today)


@transaction.atomic
def see_to(*, paper: Paper, by: User, now: datetime) -> None:
    """This will take an outdated print off the adviser's list: the new one hangs, or the old one is gone. Said twice, nothing more happens."""
    Paper.objects.filter(pk=paper.pk, replaced_at__isnull=False, seen_to_at__isnull=True).update(seen_to_at=now, seen_to_by=by)


def count_hit(*, course: Course, now: datetime) -> None:
    """This will count one opening of a course's short address, by one upsert. A count that cannot be written never stops the reader."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalogue_course_short_hit AS hit (id, course_id, opened_on, count) VALUES (%s, %s, %s, 1)"
                " ON CONFLICT ON CONSTRAINT courseshorthit_once DO UPDATE SET count = hit.count + 1",
                [new_id(), course.pk, oslo_date(now)],
            )
    except DatabaseError:
        logger.warning("a hit on a short address could not be counted")
