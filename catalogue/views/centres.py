"""The learning and mastery centres, and how to refer."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue import facets, hooks
from catalogue.enums import PaperKind
from catalogue.papers import short_url
from catalogue.queries.finding import Found, Wanted, find_courses
from catalogue.queries.pages import centre_with_code, centres_by_trust, course_counts_by_hospital
from catalogue.views.filtering import Places, cards_of
from catalogue.views.papers import links_to
from catalogue.views.public import public_page
from catalogue.wording import language_now
from lms_portal.accounts.models import HospitalArea
from lms_portal.common import pdf
from lms_portal.common.http import PortalRequest


@public_page
def centres(request: PortalRequest) -> HttpResponse:
    """Every centre under its health trust, with how to reach it and its courses."""
    counts = course_counts_by_hospital(find_courses(Wanted(language_now(), by_date=True)).counts)
    breadcrumbs = [{"text": _("Learning and mastery centres")}]
    return render(request, "catalogue/centres.html", {"trusts": centres_by_trust(counts), "breadcrumbs": breadcrumbs})


@public_page
def centre(request: PortalRequest, code: str) -> HttpResponse:
    """One centre: how to reach it, what it offers, and its calendar."""
    found_centre = centre_with_code(code)
    if found_centre is None:
        raise Http404
    hospital = found_centre.hospital
    number = Places.now(request).by_code.get(hospital.code) if hospital else None
    found = find_courses(Wanted(language_now(), chosen={facets.PLACE.number: [number]}, by_date=True)) if number else Found(0, [], {})
    unit = found_centre.unit
    return render(
        request,
        "catalogue/centre.html",
        {
            "unit": unit,
            "hospital": hospital,
            "cards": cards_of(found, request),
            "total": found.total,
            "has_more": found.total > len(found.hits),
            "list_query": f"?place={hospital.code}" if hospital else "",
            "short_url": short_url("centre_short", unit.code),
            "calendar_url": reverse("calendar_of_centre", args=[language_now(), unit.code]),
            "breadcrumbs": [{"url": reverse("catalogue:centres"), "text": _("Learning and mastery centres")}, {"text": unit.name}],
        },
    )


@public_page
def how_to_refer(request: PortalRequest) -> HttpResponse:
    """The short guide for those who refer."""
    areas = HospitalArea.objects.all() if not pdf.why_not() else []
    return render(
        request,
        "catalogue/how_to_refer.html",
        {
            "start_url": hooks.referral_start(),
            # without sizes: browsers keep this page for as long as the catalogue stands still, whatever has been made since
            "guides": [{"area": area, "papers": links_to([PaperKind.GUIDE], area, None, {})} for area in areas],
            "breadcrumbs": [{"text": _("For referrers")}],
        },
    )
