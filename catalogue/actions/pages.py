"""Keeps the ready text of a course's page, so that the next visitor's page is one look-up."""

from datetime import date, timedelta

from catalogue.models import CoursePage
from catalogue.models.courses import Course
from catalogue.queries.pages import PageText

KEPT_DAYS = 7  # however little happens: what was “held before” leaves the page in time


def keep_page(*, course: Course, language: str, text: PageText, number: int, today: date, changes_on: date | None) -> None:
    """This will keep a page that was made from what the catalogue said at `number`, read before the first of it was.

    `changes_on`: the day when dates alone make it wrong. A change in between has a higher number, so the page is then made anew.
    """
    latest = today + timedelta(days=KEPT_DAYS)
    page = CoursePage(
        course=course,
        language=language,
        title=text.title,
        summary=text.summary,
        text_language=text.text_language,
        html=text.html,
        number=number,
        made_on=today,
        stale_on=min(changes_on or latest, latest),
    )
    CoursePage.objects.bulk_create(
        [page],
        update_conflicts=True,
        unique_fields=["course", "language"],
        update_fields=["title", "summary", "text_language", "html", "number", "made_on", "stale_on"],
    )
