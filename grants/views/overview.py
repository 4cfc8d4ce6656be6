"""The call page: who may apply, how much there is, until when. Open to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.enums import Category, County
from grants.policies import phase
from grants.queries import announced_round, earlier_awards
from grants.rounds import last_day_of, stand_alone_report_due
from lms_portal.common.http import PortalRequest


@login_not_required
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """This will show the current call, planned, open or closed by the calendar."""
    round_ = announced_round(request.now)
    context: dict[str, object] = {"round": round_}
    if round_:
        context |= {
            "phase": phase(round_, request.now),
            "last_day": last_day_of(round_.closes_at),
            "before": earlier_awards(round_),
            "categories": [label for value, label in Category.choices if value in round_.scheme.categories],
            "counties": [label for value, label in County.choices if value in round_.scheme.counties],
            "report_due": stand_alone_report_due(round_.reports_on_year),
            "criteria": [words for _code, words in round_.guideline.criteria()] if round_.guideline else [],
        }
    return render(request, "grants/overview.html", context)
