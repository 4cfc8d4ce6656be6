"""The demo's people on one course: what the advisers' pages about them show."""

from datetime import datetime

import pytest

from catalogue.models import Attendance, Enrolment, Evaluation, Run
from catalogue.policies import LEAST_ANSWERS, lacks_people
from lms_portal.audit.context import acting_as_system
from lms_portal.demo import accounts_demo, catalogue_demo, rosters_demo


@pytest.mark.usefixtures("reference")
def test_demo_shows_a_course_before_during_and_after(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    only = [entry for entry in catalogue_demo.read_courses() if entry["code"] == rosters_demo.COURSE]
    monkeypatch.setattr(catalogue_demo, "read_courses", lambda: only)
    with acting_as_system("load_demo", now=now):
        accounts_demo.load(now=now)
        catalogue_demo.load(now=now)
        rosters_demo.load(now=now)
    statuses = set(Enrolment.objects.values_list("status", flat=True))
    assert {"confirmed", "waiting", "completed", "not_completed", "no_show"} <= statuses
    assert Evaluation.objects.get().answers.count() >= LEAST_ANSWERS
    assert Attendance.objects.filter(session__run__status="closed").count() == 6
    ahead = Run.objects.get(minimum__isnull=False)
    assert lacks_people(ahead, ahead.sites.all()) == 4
