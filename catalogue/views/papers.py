"""Paper: documents to print, each served from its row or asked of a worker; the adviser's list of prints out of date; short addresses."""

import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, cast
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from catalogue.actions import papers as actions
from catalogue.enums import PaperKind
from catalogue.models import Paper, Season
from catalogue.papers import short_url
from catalogue.queries import papers as queries
from catalogue.queries.pages import centre_with_code
from catalogue.queries.papers import PaperKey
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from catalogue.views.public import View, is_anonymous
from catalogue.wording import language_now
from lms_portal.accounts.models import LANGUAGES, HospitalArea
from lms_portal.common import pdf
from lms_portal.common.http import PortalRequest

SEASON_KINDS = (PaperKind.POSTER_A4, PaperKind.POSTER_A3, PaperKind.BOOKLET)
WAITS = "lages"  # in the address while a document is being made
RELOAD_SECONDS = 3
PATIENCE = timedelta(minutes=2)  # then the page stops asking by itself: a worker that stands still keeps nobody waiting
PER_PAGE = 25
QR_SCALE = 4


def fresh_page(view: View) -> Any:
    """This will open a page to everybody that changes without the catalogue changing: a document is ready, and nobody may be told otherwise."""
    squeezed = gzip_page(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = squeezed(request, *args, **kwargs) if is_anonymous(request) else view(request, *args, **kwargs)
        if is_anonymous(request):
            patch_cache_control(response, no_cache=True)
            patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        return response

    return login_not_required(require_safe(answer))


def address_of(kind: str, area: HospitalArea, season: Season | None, language: str) -> str:
    """This will return a document's own address in a language."""
    with translation.override(language):
        if kind == PaperKind.GUIDE or season is None:
            return reverse("catalogue:guide_paper", args=[area.code])
        return reverse("catalogue:paper", args=[area.code, season.code, kind])


def _language_names(shown: str) -> list[tuple[str, str]]:
    """The languages, that of the page first."""
    names = [(code, str(name)) for code, name in LANGUAGES]
    return sorted(names, key=lambda one: one[0] != shown)


def links_to(
    kinds: Iterable[PaperKind], area: HospitalArea, season: Season | None, made: dict[Any, Paper], *, languages: bool = True
) -> list[dict[str, Any]]:
    """This will list documents with their addresses in each language, and pages and size where they are made. `made`: by key."""
    shown = language_now()
    return [
        {
            "kind": kind.value,
            "text": kind.label,
            "links": [
                {
                    "url": address_of(kind, area, season, code),
                    "language": code,
                    "name": name,
                    "paper": made.get((kind.value, area.pk, season.pk if season else None, code)),
                }
                for code, name in _language_names(shown)
                if languages or code == shown
            ],
        }
        for kind in kinds
    ]


def waiting_for(request: PortalRequest, key: PaperKey) -> dict[str, Any]:
    """This will say how it goes with a document that somebody waits for."""
    paper = queries.waiting_paper(key)
    address = address_of(key.kind, key.area, key.season, key.language)
    if paper is None:
        return {"state": "ready", "url": address, "text": key.kind.label}
    if paper.failed_at and paper.attempts >= actions.MOST_ATTEMPTS:
        return {"state": "failed", "text": key.kind.label}
    is_late = request.now - paper.wanted_at > PATIENCE
    return {"state": "late" if is_late else "making", "url": address, "text": key.kind.label}


def with_reload(response: HttpResponse, waiting: dict[str, Any] | None, address: str) -> HttpResponse:
    """This will have the page ask again, by a header that every browser follows: the document's own address, which knows when it is ready."""
    if waiting and waiting["state"] == "making":
        response["Refresh"] = f"{RELOAD_SECONDS}; url={address}"
    return response


def asked_for(request: PortalRequest, kinds: Iterable[PaperKind]) -> PaperKind | None:
    """This will read which document somebody waits for from the address."""
    wanted = request.GET.get(WAITS, "")
    return next((kind for kind in kinds if kind.value == wanted), None)


def _served(request: PortalRequest, paper: Paper, name: str) -> HttpResponse:
    """The document itself, or that it has not changed. Nobody's own: the same for all."""
    etag = f'"{paper.digest}"'
    # made_at is never empty here: the row was found by it
    made_at = cast("datetime", paper.made_at)
    seen, since = request.META.get("HTTP_IF_NONE_MATCH"), parse_http_date_safe(request.META.get("HTTP_IF_MODIFIED_SINCE", ""))
    is_known = etag in seen if seen else since is not None and int(made_at.timestamp()) <= since
    response: HttpResponse
    if is_known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(bytes(paper.content or b""), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{name}"'
        if request.method == "GET":
            actions.note_fetched(paper=paper, now=request.now)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(made_at.timestamp())
    patch_cache_control(response, public=True, no_cache=True)
    return response


def _give(request: PortalRequest, key: PaperKey, name: str, waiting_room: str) -> HttpResponse:
    """The document, or the page where one waits for it, and where it is said why there can be none."""
    if pdf.why_not():
        return redirect(waiting_room)
    try:
        found = actions.current_paper(key=key, now=request.now)
    except actions.UnableToGivePaper as refusal:
        raise Http404 from refusal
    return _served(request, found, name) if found else redirect(waiting_room)


@login_not_required
@require_safe
def paper(request: PortalRequest, area: str, season: str, kind: PaperKind) -> HttpResponse:
    """A poster or booklet as PDF."""
    key = PaperKey(kind, get_object_or_404(HospitalArea, code=area), get_object_or_404(Season, code=season), language_now())
    room = reverse("catalogue:season_papers", args=[area, season])
    return _give(request, key, f"{area}-{season}-{kind.value}-{language_now()}.pdf", f"{room}?{WAITS}={kind.value}")


@login_not_required
@require_safe
def guide(request: PortalRequest, area: str) -> HttpResponse:
    """How to refer, on one page, for an area."""
    key = PaperKey(PaperKind.GUIDE, get_object_or_404(HospitalArea, code=area), None, language_now())
    names = {"nb": "slik-henviser-du", "nn": "slik-tilviser-du", "en": "how-to-refer"}
    return _give(request, key, f"{names[language_now()]}-{area}.pdf", f"{reverse('catalogue:seasons')}?{WAITS}={area}")


@fresh_page
def papers_of_season(request: PortalRequest, area: str, season: str) -> HttpResponse:
    """All that can be printed of an area's term, in each language; and how it goes with what is being made."""
    found, hospital_area = get_object_or_404(Season, code=season), get_object_or_404(HospitalArea, code=area)
    if not queries.has_poster(found, hospital_area):
        raise Http404
    wanted = asked_for(request, SEASON_KINDS)
    waiting = waiting_for(request, PaperKey(wanted, hospital_area, found, language_now())) if wanted else None
    made = queries.made_papers([hospital_area.pk])
    response = render(
        request,
        "catalogue/season_papers.html",
        {
            "area": hospital_area,
            "season": found,
            "waiting": waiting,
            "why_not": pdf.why_not(),
            "papers": [
                *links_to(SEASON_KINDS, hospital_area, found, made),
                *links_to([PaperKind.GUIDE], hospital_area, None, made),
            ],
            "breadcrumbs": [
                {"url": reverse("catalogue:seasons"), "text": _("Posters")},
                {"url": reverse("catalogue:season", args=[area, season]), "text": f"{hospital_area.name}, {found.name}"},
                {"text": _("Print")},
            ],
        },
    )
    return with_reload(response, waiting, waiting.get("url", "") if waiting else "")


# The adviser's list


@require_safe
def outdated(request: PortalRequest) -> HttpResponse:
    """Prints that may hang on a wall and say something else than the catalogue by now."""
    user = editor_of(request)
    page = Paginator(queries.outdated_papers(user), PER_PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "paper": row,
            "kind": PaperKind(row.kind).label,
            "language": dict(LANGUAGES)[row.language],
            "new_url": address_of(row.kind, row.hospital_area, row.season, row.language),
        }
        for row in page.object_list
    ]
    return render(
        request,
        "catalogue/posters_desk.html",
        {"page": page, "lines": lines, "tabs": desk_tabs("posters", request.user), "breadcrumbs": crumbs(None, _("Prints out of date"))},
    )


@require_POST
def seen_to(request: PortalRequest, paper_id: UUID) -> HttpResponse:
    """Take one print off the list."""
    user = editor_of(request)
    row = get_object_or_404(queries.outdated_papers(user), pk=paper_id)
    actions.see_to(paper=row, by=user, now=request.now)
    messages.success(request, _("The print is taken off the list."))
    return redirect("catalogue:posters_desk")


# Short addresses


@login_not_required
@require_safe
def poster_short(request: PortalRequest, area: str, season: str, printed: int = 0) -> HttpResponse:
    """The address in a print's code: the term's list as it is now, with what has changed since the print. An old print leads on, too."""
    hospital_area = get_object_or_404(HospitalArea, code=area)
    found = queries.season_with_code(season)
    if found is None or not queries.has_poster(found, hospital_area):
        return redirect("catalogue:seasons")
    address = reverse("catalogue:season", args=[area, season])
    return HttpResponseRedirect(f"{address}?trykt={printed}" if printed else address)


def printed_on(request: HttpRequest) -> date | None:
    """This will read the day of somebody's print from the address; None where there is none, or it is no day."""
    try:
        return datetime.strptime(request.GET.get("trykt", ""), "%Y%m%d").date()  # noqa: DTZ007 - a day, of no zone
    except ValueError:
        return None


@login_not_required
@require_safe
def centre_short(request: PortalRequest, code: str) -> HttpResponse:
    """The short address of a learning and mastery centre."""
    found = centre_with_code(code.lower())
    if found is None:
        raise Http404
    return redirect("catalogue:centre", code=found.unit.code)


@login_not_required
@require_safe
def centre_qr(request: PortalRequest, code: str) -> HttpResponse:
    """The QR picture of a centre's short address, as SVG without inline style."""
    found = centre_with_code(code.lower())
    if found is None:
        raise Http404
    return svg_of(short_url("centre_short", found.unit.code))


def svg_of(address: str) -> HttpResponse:
    """This will answer with the QR picture of an address."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(
        picture, kind="svg", scale=QR_SCALE, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response
