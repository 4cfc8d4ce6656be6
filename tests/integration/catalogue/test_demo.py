"""The demo's courses, loaded: every shape of dates and every state is there, and what the pages print is right in both forms."""

from datetime import datetime

import pytest
from django.core.management import call_command
from django.test import Client

from catalogue.models import Course, CourseCard, CourseInterest, Enrolment, Run, SeasonListing, SignUp
from catalogue.policies import RunState
from catalogue.queries.pages import with_runs
from catalogue.wording import run_words
from lms_portal.audit.context import acting_as_system
from lms_portal.demo import catalogue_demo, joining_demo
from tests.integration.pages import texts_of


@pytest.mark.usefixtures("reference")
def test_demo_loads_every_shape_and_state(client: Client, now: datetime) -> None:
    with acting_as_system("load_demo", now=now):
        catalogue_demo.load(now=now)
        joining_demo.load(now=now)
    call_command(
        "import_season",
        str(catalogue_demo.FOLDER.parent / "data" / "volda_autumn_2023.csv"),
        season="autumn-2023",
        area="volda",
        verbosity=0,
    )
    assert Course.objects.public().count() >= 125
    assert set(Course.objects.values_list("status", flat=True)) == {"draft", "in_review", "published", "changed"}
    assert set(Run.objects.values_list("kind", flat=True)) == {"sessions", "months", "term", "recurring", "continuous", "to_be_announced"}
    assert set(Run.objects.values_list("status", flat=True)) == {"open", "closed", "postponed", "cancelled", "completed"}
    courses = Course.objects.public().select_related("public_version__refer_to").prefetch_related(with_runs())
    states = {run_words(run, course.shown_version, now=now).state for course in courses for run in course.runs.all()}
    assert states == set(RunState)
    assert Enrolment.objects.filter(status="waiting").exists()
    sign_ups = SignUp.objects.filter(enrolment__course__code=joining_demo.COURSE).values_list("enrolment__status", flat=True)
    assert set(sign_ups) == {"confirmed", "offered", "waiting", "cancelled_by_participant"}
    assert CourseInterest.objects.count() == 2
    assert CourseCard.objects.count() == 3 * Course.objects.public().count()
    assert SeasonListing.objects.filter(season__code="autumn-2023").count() == 13
    for language in ("nb", "nn", "en"):
        assert len(texts_of(client.get(f"/{language}/kurs/"), "h3")) == 20
