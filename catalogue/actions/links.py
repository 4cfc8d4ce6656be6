"""Keeps which addresses the courses' public texts name, and tries each of them once a week."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q

from catalogue.enums import LinkState
from catalogue.link_check import Tried, try_link
from catalogue.models import CourseLink
from catalogue.models.courses import TEXT_LANGUAGES, TEXTS
from catalogue.workflow import PUBLIC_COURSE_STATES

AGAIN_AFTER = timedelta(days=7)
DOUBTFUL_AFTER = timedelta(days=1)
FAILURES = 2  # a server that is down one night has not moved
COLUMNS = ", ".join(f"version.{name}_{language}" for name in TEXTS for language in TEXT_LANGUAGES)
FOUND = f"""
WITH named AS (
    SELECT DISTINCT course.id AS course_id, rtrim(found[1], '.,;:!?)»”') AS url
      FROM catalogue_course AS course JOIN catalogue_courseversion AS version ON version.id = course.public_version_id
     CROSS JOIN LATERAL regexp_matches(concat_ws(' ', version.external_url, {COLUMNS}), 'https?://[^\\s<>"«“]+', 'g') AS found
     WHERE course.status = ANY (%(states)s) AND length(found[1]) <= 500
), gone AS (
    DELETE FROM catalogue_course_link AS link
     WHERE NOT EXISTS (SELECT FROM named WHERE named.course_id = link.course_id AND named.url = link.url)
)
INSERT INTO catalogue_course_link (id, course_id, url, state, answer, failures)
SELECT gen_random_uuid(), course_id, url, 'untried', '', 0 FROM named ON CONFLICT (course_id, url) DO NOTHING
"""  # noqa: S608 - columns named in code


@transaction.atomic
def collect_links() -> int:
    """This will list the addresses in the public texts: new ones come in, those that no text names any more go. Returns how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, {"states": sorted(PUBLIC_COURSE_STATES)})
        return int(cursor.rowcount)


def _due(now: datetime, limit: int) -> list[str]:
    due = Q(checked_at__isnull=True) | Q(checked_at__lte=now - AGAIN_AFTER)
    due |= Q(state=LinkState.DOUBTFUL, checked_at__lte=now - DOUBTFUL_AFTER)
    rows = CourseLink.objects.filter(due).values("url").annotate(last=Max("checked_at")).order_by("last", "url")
    return [row["url"] for row in rows[:limit]]


@transaction.atomic
def keep_result(*, url: str, tried: Tried, now: datetime) -> None:
    """This will keep what a try of an address came to, for every course that names it."""
    for link in CourseLink.objects.select_for_update().filter(url=url):
        link.failures = link.failures + 1 if tried.state == LinkState.BROKEN else 0
        is_doubtful = tried.state == LinkState.BROKEN and not tried.is_certain and link.failures < FAILURES
        link.state = LinkState.DOUBTFUL if is_doubtful else tried.state
        link.answer, link.checked_at = tried.answer, now
        link.save(update_fields=["failures", "state", "answer", "checked_at"])


def check_links(*, now: datetime, limit: int = 10, collects: bool = True, goes_on: Callable[[], bool] = lambda: True) -> int:
    """This will try the addresses whose turn it is, none inside a transaction. Returns how many.

    `collects`: whether the texts are read for new addresses first. `goes_on`: whether there is time for one more.
    """
    if not settings.CHECK_LINKS:
        return 0
    if collects:
        collect_links()
    tried = 0
    for url in _due(now, limit):
        if not goes_on():
            break
        tried += 1
        keep_result(url=url, tried=try_link(url, allowed=settings.LINK_CHECK_PRIVATE_HOSTS), now=now)
    return tried
