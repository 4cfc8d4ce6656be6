"""Links in the courses' texts that lead nowhere, or did not answer the last time."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from catalogue.enums import LinkState
from catalogue.queries.quality import doubtful_links
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from lms_portal.common.http import PortalRequest

PER_PAGE = 25
TONES = {LinkState.BROKEN: "late", LinkState.DOUBTFUL: "waiting", LinkState.REFUSED: "stopped"}
ANSWERS = {
    "name": gettext_lazy("There is no such site."),
    "certificate": gettext_lazy("The site's certificate is not valid."),
    "time": gettext_lazy("The site took too long to answer."),
    "connection": gettext_lazy("The site did not answer."),
    "private": gettext_lazy("The address is not open to the public."),
    "address": gettext_lazy("This is not a web address."),
    "port": gettext_lazy("The address is of an unusual kind."),
    "404": pgettext_lazy("of a web page", "The page does not exist any more."),
    "410": pgettext_lazy("of a web page", "The page does not exist any more."),
}


@require_safe
def links(request: PortalRequest) -> HttpResponse:
    """Each link with its course, what happened, and when it was tried."""
    user = editor_of(request)
    page = Paginator(doubtful_links(user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": desk_tabs("quality", request.user),
        "page": page,
        "lines": [
            {
                "link": link,
                "title": link.course.shown_version.title,
                "title_language": link.course.shown_version.language_shown(),
                "label": link.get_state_display(),
                "tone": TONES[LinkState(link.state)],
                "answer": ANSWERS.get(link.answer) or _("The site answered with error %(code)s.") % {"code": link.answer},
            }
            for link in page.object_list
        ],
        "breadcrumbs": [*crumbs(), {"text": _("Quality list"), "url": reverse("catalogue:quality")}, {"text": _("Links in the texts")}],
    }
    return render(request, "catalogue/links.html", context)
