"""What readers of news, search engines and browsers take: Atom, sitemap, robots.txt, OpenSearch."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from catalogue.models.courses import TEXT_LANGUAGES
from catalogue.queries.feeds import addresses, centres_in_order, changed_courses
from catalogue.views.public import open_data
from lms_portal.common.http import PortalRequest
from lms_portal.common.portal_name import PORTAL_NAME

# a sitemap may hold 50 000 addresses; each course has one a language
MOST_COURSES = 16_000
FIXED = (
    "front",
    "catalogue:list",
    "catalogue:month",
    "catalogue:centres",
    "catalogue:how_to_refer",
    "catalogue:seasons",
    "catalogue:open_data",
)
XHTML = "http://www.w3.org/1999/xhtml"


@open_data
def atom(request: PortalRequest, language: str) -> HttpResponse:
    """New and changed courses, the newest first."""
    base = settings.PORTAL_BASE_URL
    feed = Atom1Feed(
        title=f"{_('New and changed courses')} – {PORTAL_NAME}",
        link=base + reverse("catalogue:list"),
        description=None,
        language=language,
        feed_url=base + reverse("courses_atom", args=[language]),
        feed_guid=f"{base}{reverse('courses_atom', args=[language])}",
        author_name=str(PORTAL_NAME),
    )
    for changed in changed_courses():
        course = changed.course
        version = course.shown_version
        feed.add_item(
            title=version.title,
            link=base + course.get_absolute_url(),
            description=version.text("summary", version.language_shown()),
            unique_id=f"urn:uuid:{course.pk}",
            updateddate=changed.changed_at,
            pubdate=course.created_at,
            categories=[str(version.get_topic_display())],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _in_each_language(name: str, *args: str) -> dict[str, str]:
    """The full addresses of a page."""
    found = {}
    for language in TEXT_LANGUAGES:
        with translation.override(language):
            found[language] = settings.PORTAL_BASE_URL + reverse(name, args=args)
    return found


def _entries(urls: dict[str, str], changed_on: date | None) -> Iterable[str]:
    """One entry for each language, and each names all of them."""
    others = "".join(f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(url)}"/>' for language, url in urls.items())
    others += f'<xhtml:link rel="alternate" hreflang="x-default" href="{escape(urls[settings.LANGUAGE_CODE])}"/>'
    changed = f"<lastmod>{changed_on.isoformat()}</lastmod>" if changed_on else ""
    for url in urls.values():
        yield f"<url><loc>{escape(url)}</loc>{changed}{others}</url>"


@open_data
def sitemap(request: PortalRequest) -> HttpResponse:
    """Every public page in every language (two queries)."""
    # looking an address up in three languages for thousands of courses costs more than all the rest
    pattern = _in_each_language("catalogue:course", "SLUG")
    courses = (({language: url.replace("SLUG", slug) for language, url in pattern.items()}, day) for slug, day in addresses(MOST_COURSES))
    fixed = [(_in_each_language(name), None) for name in FIXED]
    centres = [(_in_each_language("catalogue:centre", unit.code), None) for unit in centres_in_order()]
    lines = [entry for urls, day in (*fixed, *centres, *courses) for entry in _entries(urls, day)]
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="{XHTML}">\n'
    return HttpResponse(text + "\n".join(lines) + "\n</urlset>\n", content_type="application/xml; charset=utf-8")


@open_data
def robots(request: PortalRequest) -> HttpResponse:
    """Search engines may read everything public; every mixture of filters would be the same courses again."""
    lists = [f"{urlsplit(url).path}?" for name in ("catalogue:list", "catalogue:month") for url in _in_each_language(name).values()]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in lists), f"Sitemap: {settings.PORTAL_BASE_URL}{reverse('sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@open_data
def opensearch(request: PortalRequest, language: str) -> HttpResponse:
    """How a browser searches here from its address field."""
    address = settings.PORTAL_BASE_URL + reverse("catalogue:list")
    name = _("Courses")  # a short name may have sixteen letters
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        f"<ShortName>{escape(name)}</ShortName><Description>{escape(str(PORTAL_NAME))}</Description>"
        f"<InputEncoding>UTF-8</InputEncoding><Language>{language}</Language>"
        f'<Url type="text/html" method="get" template="{escape(address)}?q={{searchTerms}}"/></OpenSearchDescription>\n'
    )
    return HttpResponse(text, content_type="application/opensearchdescription+xml; charset=utf-8")
