"""What people look for and do not find, and which courses they wait for: a list for planning."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.permissions import may_edit_words
from catalogue.queries import demand as queries
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from lms_portal.accounts.models import LANGUAGES
from lms_portal.common.clock import oslo_date
from lms_portal.common.dates import format_short_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.small_numbers import alone

PER_PAGE = 25
MONTHS = 13


@require_safe
def demand(request: PortalRequest) -> HttpResponse:
    """Searches without an answer, and courses without dates that people wait for or ask about."""
    user = editor_of(request)
    today = oslo_date(request.now)
    language = request.GET.get("language", "")
    language = language if language in dict(LANGUAGES) else ""
    show = "courses" if request.GET.get("show") == "courses" else "searches"
    names = {code: str(name) for code, name in LANGUAGES}
    address = reverse("catalogue:demand")
    context: dict[str, Any] = {
        "tabs": desk_tabs("demand", request.user),
        "show": show,
        "views": [
            {"text": _("Searches without an answer"), "url": address, "current": show == "searches"},
            {"text": _("Courses that people wait for"), "url": f"{address}?show=courses", "current": show == "courses"},
        ],
        "may_edit_words": may_edit_words(user),
        "breadcrumbs": crumbs(None, _("Looked for, not found")),
    }
    if show == "courses":
        page = Paginator(queries.wished_for(user, today=today), PER_PAGE).get_page(request.GET.get("page"))
        context["lines"] = [
            {
                "course": course,
                "title": course.shown_version.title,
                "title_language": course.shown_version.language_shown(),
                "waiting": alone(course.waiting),  # type: ignore[attr-defined] # annotated by the query
                "interested": alone(course.interested),  # type: ignore[attr-defined] # likewise
            }
            for course in page.object_list
        ]
        return render(request, "catalogue/demand.html", {**context, "page": page})
    found = Paginator(queries.missed(since=queries.since_day(today, MONTHS), language=language), PER_PAGE).get_page(request.GET.get("page"))
    context["languages"] = [
        {"text": text, "url": f"{address}?language={code}" if code else address, "current": code == language}
        for code, text in [("", _("All languages")), *names.items()]
    ]
    context["lines"] = [
        {
            "words": row["words"],
            "language": names[row["language"]],
            "times": row["times"],
            "days": row["days"],
            "latest": format_short_date(row["latest"]),
            "add": f"{reverse('catalogue:synonym_new')}?{urlencode({'word': row['words']})}",
            "look": f"{reverse('catalogue:list')}?{urlencode({'q': row['words']})}",
        }
        for row in found.object_list
    ]
    return render(request, "catalogue/demand.html", {**context, "page": found})
