"""The learning and mastery centres, and how to refer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalogue import hooks
from catalogue.queries.finding import Wanted, find_courses
from catalogue.queries.pages import centres_by_trust, course_counts_by_hospital
from catalogue.views.public import public_page
from catalogue.wording import language_now
from lms_portal.common.http import PortalRequest


@public_page
def centres(request: PortalRequest) -> HttpResponse:
    """Every centre under its health trust, with how to reach it and its courses."""
    counts = course_counts_by_hospital(find_courses(Wanted(language_now(), by_date=True)).counts)
    breadcrumbs = [{"text": _("Learning and mastery centres")}]
    return render(request, "catalogue/centres.html", {"trusts": centres_by_trust(counts), "breadcrumbs": breadcrumbs})


@public_page
def how_to_refer(request: PortalRequest) -> HttpResponse:
    """The short guide for those who refer."""
    return render(
        request, "catalogue/how_to_refer.html", {"start_url": hooks.referral_start(), "breadcrumbs": [{"text": _("For referrers")}]}
    )
