"""What should be looked at: public courses that lack something, or that nobody has touched for a year."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalogue.queries import rosters as queries
from catalogue.queries.quality import Written, doubtful_links, written_forms
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

PER_PAGE = 25
WORDS: dict[str, Any] = {
    "nn": gettext_lazy("No nynorsk text"),
    "nb": gettext_lazy("No bokmål text"),
    "representative": gettext_lazy("No user representative"),
    "dates": gettext_lazy("Only old dates"),
    "links": gettext_lazy("Link that leads nowhere"),
    "unanswered": gettext_lazy("Nobody has said that it still runs"),
    "old": gettext_lazy("Not changed for a year"),
}


@require_safe
def quality(request: PortalRequest) -> HttpResponse:
    """The list, and for each course what it lacks."""
    user = editor_of(request)
    every = queries.flaws(oslo_date(request.now))
    chosen = request.GET.get("show", "")
    found = queries.courses_with_flaws(user, every)
    counts = queries.flaw_counts(found, every)
    if chosen in WORDS:
        found = found.filter(**{f"flaw_{chosen}": True})
    else:
        chosen = ""
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    address = reverse("catalogue:quality")
    forms = written_forms(user)
    context = {
        "tabs": desk_tabs("quality", request.user),
        "tiles": [
            {
                "count": counts[code],
                "text": words,
                "url": address if code == chosen else f"{address}?show={code}",
                "current": code == chosen,
            }
            for code, words in WORDS.items()
        ],
        "chosen": WORDS.get(chosen, ""),
        "page": page,
        "lines": [
            {
                "course": course,
                "title": course.shown_version.title,
                "title_language": course.shown_version.language_shown(),
                "flaws": [words for code, words in WORDS.items() if getattr(course, f"flaw_{code}")],
            }
            for course in page.object_list
        ],
        "doubtful": doubtful_links(user).count(),
        "written": [
            [
                one.name,
                {"text": str(one.courses), "number": True},
                *({"text": one.share(part, one.courses), "number": True} for part in (one.nb, one.nn, one.both)),
            ]
            for one in forms
        ],
        "written_columns": [
            _("Unit"),
            *({"text": words, "number": True} for words in (_("Public courses"), _("In bokmål"), _("In nynorsk"), _("In both"))),
        ],
        "written_sum": Written.share(sum(one.nn for one in forms), sum(one.courses for one in forms)),
        "breadcrumbs": crumbs(None, _("Quality list")),
    }
    return render(request, "catalogue/quality.html", context)
