"""The season's poster: the table that hangs on the wall, row for row."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Season
from catalogue.poster import poster_row
from catalogue.queries.seasons import centre_of, listings_of, posters
from catalogue.views.public import public_page
from catalogue.wording import language_now
from lms_portal.accounts.models import HospitalArea
from lms_portal.common.http import PortalRequest


@public_page
def seasons(request: PortalRequest) -> HttpResponse:
    """The posters that there are."""
    return render(request, "catalogue/seasons.html", {"posters": posters(), "breadcrumbs": [{"text": _("Posters")}]})


@public_page
def season(request: PortalRequest, area: str, season: str) -> HttpResponse:
    """One poster as a table, made for paper too."""
    found = get_object_or_404(Season, code=season)
    hospital_area = get_object_or_404(HospitalArea, code=area)
    listings = list(listings_of(found, hospital_area))
    if not listings:
        raise Http404
    return render(
        request,
        "catalogue/season.html",
        {
            "season": found,
            "area": hospital_area,
            "rows": [poster_row(listing, language_now()) for listing in listings],
            "centre": centre_of(hospital_area),
            "changed_at": max(listing.changed_at for listing in listings),
            "breadcrumbs": [{"url": reverse("catalogue:seasons"), "text": _("Posters")}, {"text": f"{hospital_area.name}, {found.name}"}],
        },
    )
