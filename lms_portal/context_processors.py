"""What every page shows around its content: name, navigation, languages, who is signed in. Nothing is asked for before a template does."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms_portal.accounts.enums import Permission
from lms_portal.accounts.permissions import grants_of
from lms_portal.accounts.roles import ROLES
from lms_portal.common.feedback_pages import FEEDBACK_PAGES
from lms_portal.common.logs import current_request_id
from lms_portal.common.portal_name import PORTAL_NAME

LANGUAGE_PREFIX = re.compile(r"^/(nb|nn|en)(?=/|$)")
ROLES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Place:
    """One destination of the navigation, before its address is known. Shown to whoever holds one of the permissions."""

    url_name: str
    text: str | Promise
    permissions: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the navigation. `current`: page, true (the page is below it) or empty."""

    url: str
    text: str
    current: str = ""


P = Permission
PUBLIC_PLACES = (
    Place("catalogue:list", _("Courses")),
    Place("catalogue:centres", _("Learning and mastery centres")),
    Place("catalogue:how_to_refer", _("For referrers")),
    Place("grants:overview", _("Grants")),
)
WORK_PLACES = (
    Place("referrals:worklist", _("Worklist"), frozenset({P.SEE_UNIT_REFERRALS})),
    Place("referrals:start", _("New referral"), frozenset({P.WRITE_REFERRAL, P.SEND_REFERRAL})),
    Place("referrals:mine", _("My referrals"), frozenset({P.WRITE_REFERRAL, P.SEND_REFERRAL})),
    Place("catalogue:desk", _("Course desk"), frozenset({P.EDIT_COURSE, P.PUBLISH_COURSE})),
    Place("grants:mine", _("Our grant applications"), frozenset({P.APPLY_FOR_GRANT, P.SUBMIT_GRANT})),
    Place("grants:desk", _("Grant applications"), frozenset({P.HANDLE_GRANT, P.ADVISE_ON_GRANT, P.DECIDE_GRANT})),
    Place("outbox:list", _("Messages"), frozenset({P.SEE_MESSAGES})),
    Place("accounts:people", _("People"), frozenset({P.MANAGE_PEOPLE})),
    Place("audit:log", _("Audit log"), frozenset({P.READ_AUDIT})),
)
FOOTER_PLACES = (
    Place("accessibility", _("Accessibility statement")),
    Place("privacy", _("Privacy")),
    Place("cookies", _("Cookies")),
    Place("accounts:roles", _("Who can do what here")),
    Place("security_txt", _("Security contact")),
)


def _address(url_name: str) -> str:
    """This will find the address of a page in the language of the moment, empty where this deployment has no such page."""
    return _address_in(get_urlconf(), get_language(), url_name)


@lru_cache(maxsize=512)
def _address_in(_urlconf: str | None, _language: str | None, url_name: str) -> str:
    """Every page asks for the same dozen, and addresses change only with a release."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


class Portal:
    """The frame of a page, in templates as `portal`. Each part is worked out when it is first asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def name(self) -> str:
        """The portal's name in the language of the moment."""
        return str(PORTAL_NAME)

    @property
    def demo(self) -> bool:
        """Whether this is the demo."""
        return settings.DEMO

    @property
    def request_id(self) -> str:
        """What somebody who asks for help reads out."""
        return current_request_id()

    @cached_property
    def signed_in(self) -> bool:
        """Whether somebody is signed in. Never opens the session of a visitor who has none: public pages stay cacheable."""
        session = getattr(self._request, "session", None)
        if session is None or not session.session_key:
            return False
        user = getattr(self._request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def private(self) -> bool:
        """Whether search engines must leave the page out."""
        match = self._request.resolver_match
        return self.signed_in or match is None or getattr(match.func, "login_required", True)

    @cached_property
    def messages(self) -> Any:
        """The notices to show once. Not asked for where no cookie can carry one."""
        request = self._request
        session = getattr(request, "session", None)
        store = get_messages(request)
        may_hold_some = "messages" in request.COOKIES or bool(session and session.session_key) or getattr(store, "added_new", False)
        return store if may_hold_some else ()

    # Navigation

    def _links(self, places: tuple[Place, ...]) -> list[Link]:
        path = self._request.path
        links = []
        for place in places:
            if url := _address(place.url_name):
                current = "page" if path == url else ("true" if url.count("/") > 2 and path.startswith(url) else "")
                links.append(Link(url, str(place.text), current))
        deepest = max((link.url for link in links if link.current), key=len, default="")
        return [link if link.url == deepest else Link(link.url, link.text) for link in links]

    @cached_property
    def home(self) -> str:
        """The address of the front page."""
        return _address("front") or f"/{self.language}/"

    @cached_property
    def navigation(self) -> list[Link]:
        """What everybody may see."""
        return self._links(PUBLIC_PLACES)

    @cached_property
    def work(self) -> list[Link]:
        """What the signed-in person's roles open."""
        if not self.signed_in:
            return []
        held = {permission for grant in grants_of(self._request.user) for permission in grant.permissions}
        return self._links(tuple(place for place in WORK_PLACES if place.permissions & held))

    @cached_property
    def footer(self) -> list[Link]:
        """What the law and good manners put at the foot of each page."""
        links = self._links(FOOTER_PLACES)
        if settings.ACCESSIBILITY_STATEMENT_URL:
            ours = _address("accessibility")
            links = [Link(settings.ACCESSIBILITY_STATEMENT_URL, link.text) if link.url == ours else link for link in links]
        return links

    @property
    def feedback(self) -> str:
        """Where to say whether this page helped; empty on pages that do not ask."""
        match = self._request.resolver_match
        url = _address("catalogue:feedback") if match and match.view_name in FEEDBACK_PAGES else ""
        return f"{url}?page={quote(self._request.path)}" if url else ""

    @property
    def sign_in(self) -> str:
        """Where to sign in; comes back to the page."""
        url = _address("account_login")
        return f"{url}?next={quote(self._request.path)}" if url and self._request.path != url else url

    @property
    def sign_out(self) -> str:
        """Where to sign out, by POST."""
        return _address("account_logout")

    @property
    def own_page(self) -> str:
        """The signed-in person's start page."""
        return _address("home_signed_in")

    # Who

    @cached_property
    def roles(self) -> list[dict[str, str]]:
        """The person's roles and units in words, the first few of them."""
        return [{"role": str(ROLES[grant.role_code]), "unit": grant.unit_name} for grant in grants_of(self._request.user)[:ROLES_SHOWN]]

    @cached_property
    def further_roles(self) -> int:
        """How many roles stand unsaid after `roles`."""
        return max(0, len(grants_of(self._request.user)) - ROLES_SHOWN)

    # Languages

    @property
    def language(self) -> str:
        """nb, nn or en."""
        return (get_language() or settings.LANGUAGE_CODE)[:2]

    def _path_in(self, code: str) -> str:
        path = quote(self._request.path)
        return LANGUAGE_PREFIX.sub(f"/{code}", path) if LANGUAGE_PREFIX.match(path) else f"/{code}/"

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        """The same page in each language, with what was searched for."""
        query = self._request.META.get("QUERY_STRING", "") if self._request.method == "GET" else ""
        return [
            {"code": code, "name": name, "url": self._path_in(code) + (f"?{query}" if query else ""), "current": code == self.language}
            for code, name in settings.LANGUAGES
        ]

    @cached_property
    def alternates(self) -> list[dict[str, str]]:
        """The same page in each language as full addresses, for search engines."""
        base = settings.PORTAL_BASE_URL
        found = [{"code": code, "url": base + self._path_in(code)} for code, _name in settings.LANGUAGES]
        return [*found, {"code": "x-default", "url": base + self._path_in(settings.LANGUAGE_CODE)}]


def portal(request: HttpRequest) -> dict[str, object]:
    """This will give templates `portal`, the frame of the page."""
    return {"portal": Portal(request)}
