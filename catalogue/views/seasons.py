"""The season's poster: the table that hangs on the wall, row for row; and the list of all that can be printed."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.enums import PaperKind
from catalogue.models import Season
from catalogue.papers import rows_of, short_url, table_of
from catalogue.queries.papers import PaperKey, made_papers
from catalogue.queries.seasons import centre_of, posters
from catalogue.views.papers import SEASON_KINDS, WAITS, fresh_page, links_to, printed_on, waiting_for, with_reload
from catalogue.views.public import public_page
from catalogue.wording import language_now
from lms_portal.accounts.models import HospitalArea
from lms_portal.common import pdf
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest


@fresh_page
def seasons(request: PortalRequest) -> HttpResponse:
    """The posters that there are, and what of each can be printed."""
    found = posters()
    areas = list({poster.area.pk: poster.area for poster in found}.values())
    made = made_papers([area.pk for area in areas])
    area = next((area for area in areas if area.pk == request.GET.get(WAITS)), None)
    waiting = waiting_for(request, PaperKey(PaperKind.GUIDE, area, None, language_now())) if area else None
    lines: list[dict[str, Any]] = [
        {"poster": poster, "papers": links_to(SEASON_KINDS, poster.area, poster.season, made, languages=False)} for poster in found
    ]
    guides = [{"area": area, "papers": links_to([PaperKind.GUIDE], area, None, made)} for area in areas]
    context = {
        "lines": lines,
        "guides": guides,
        "waiting": waiting,
        "why_not": pdf.why_not(),
        "breadcrumbs": [{"text": _("Posters")}],
    }
    return with_reload(render(request, "catalogue/seasons.html", context), waiting, waiting.get("url", "") if waiting else "")


@public_page
def season(request: PortalRequest, area: str, season: str) -> HttpResponse:
    """One poster as a table, made for paper too. `?trykt=20261103`, from a print's code, marks what has changed since."""
    found = get_object_or_404(Season, code=season)
    hospital_area = get_object_or_404(HospitalArea, code=area)
    table = table_of(found, hospital_area)
    if table is None:
        raise Http404
    printed = printed_on(request)
    rows = [(row, bool(row.changed_on and (printed is None or row.changed_on > printed))) for row in rows_of(table, language_now())]
    return render(
        request,
        "catalogue/season.html",
        {
            "season": found,
            "area": hospital_area,
            "rows": rows,
            "centre": centre_of(hospital_area),
            "updated_on": table.updated_on,
            "printed_on": printed,
            "changed_since": sum(is_changed for _row, is_changed in rows) if printed else 0,
            "added_since": bool(printed and any(oslo_date(listing.changed_at) > printed for listing in table.listings)),
            "short_url": short_url("poster_short", hospital_area.code, found.code),
            "breadcrumbs": [{"url": reverse("catalogue:seasons"), "text": _("Posters")}, {"text": f"{hospital_area.name}, {found.name}"}],
        },
    )
