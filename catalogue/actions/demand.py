"""Counts what people look for and do not find, and forgets it again."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

from catalogue.models import SearchMiss
from catalogue.search_misses import countable
from lms_portal.common.ids import new_id

MOST_A_DAY = 2000  # rows: a machine that tries words must not fill the table
KEPT_DAYS = 396  # thirteen months: this month can be held against the same one last year
# one statement: no row is read first, and two visitors at once are counted as two
COUNT = """
INSERT INTO catalogue_search_miss (id, words, language, searched_on, count)
SELECT %(id)s, %(words)s, %(language)s, %(day)s, 1
 WHERE (SELECT count(*) FROM (SELECT FROM catalogue_search_miss WHERE searched_on = %(day)s LIMIT %(most)s) AS today) < %(most)s
ON CONFLICT (words, language, searched_on) DO UPDATE SET count = catalogue_search_miss.count + 1
"""


def note_miss(*, written: str, words: Sequence[str], language: str, today: date) -> bool:
    """This will count a search that found nothing, by its words, language and Norwegian day alone. Returns whether it may be counted."""
    text = countable(written, words)
    if not text:
        return False
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"id": new_id(), "words": text, "language": language, "day": today, "most": MOST_A_DAY})
    return True


def forget_old_misses(*, today: date) -> int:
    """This will delete what was counted more than thirteen months ago. Returns how many rows."""
    deleted, _each = SearchMiss.objects.filter(searched_on__lt=today - timedelta(days=KEPT_DAYS)).delete()
    return deleted
