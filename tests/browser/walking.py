"""Walks the portal's links as one person, and tells each page by its view and by the shapes of its parts."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import Request, urlopen

from django.urls import Resolver404, resolve
from django.utils.translation import override

LANGUAGE = re.compile(r"^/(nb|nn|en)/")
MOST_OF_A_KIND = 4  # of one view: later ones may hold links and parts that the first one lacks
# A course's dates: those that have been, which alone have certificates and answers, come last.
MORE_OF = {"catalogue:roster": 8, "catalogue:evaluation": 8}
# Course pages lead everybody to the first, who may not refer is told so; only a sender has the second.
NOT_FOR_EVERYBODY = frozenset({"referrals:start", "referrals:receipt"})
# Pages that come after a button, and have an address beside the page with the button.
BESIDE = {
    "referrals:draft": "se-over/",
    "referrals:referral": "kvittering/",
    "grants:application": "kvittering/",
    "catalogue:course_desk": "publiser/",
    "mfa_index": "../ut/",
}
# Whose links stand in a mail is another person each time: what they lead to is looked at on its own way.
CLOSED_MAIL = frozenset({"outbox:mailbox"})
LINK = re.compile(r'<a\s[^>]*?href="([^"]+)"')
TAG = re.compile(r"<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>")
SHAPING = re.compile(r'\b(class|type|role|inputmode|aria-current|data-(?:color|variant|tone|size|state))="([^"]*)"')


@dataclass(frozen=True)
class Seen:
    """One page: its view (with the verb, where one view has several), its address, and the shapes of its parts."""

    name: str
    path: str
    shapes: frozenset[str]


@dataclass
class Walk:
    """What one person found, in the order of finding it, and what answered with an error."""

    pages: list[Seen] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def view_name(path: str) -> str:
    """This will name the view behind an address; the address itself where the tests' own settings do not know it."""
    match = LANGUAGE.match(path)
    with override(match[1] if match else "nb"):
        try:
            found = resolve(urlsplit(path).path)
        except Resolver404:
            return LANGUAGE.sub("/", urlsplit(path).path)
    verbs = [str(value) for name, value in sorted(found.kwargs.items()) if name in ("verb", "key") and "uidb36" not in found.kwargs]
    return "/".join([found.view_name, *verbs])


def shapes_of(html: str) -> frozenset[str]:
    """This will name the shape of every element: its tag, and the attributes that decide how it looks."""
    return frozenset(f"{tag} {sorted(SHAPING.findall(attributes))}" for tag, attributes in TAG.findall(html))


def _links(base: str, page: str) -> Iterator[str]:
    for link in LINK.findall(page):
        address = urldefrag(urljoin(base, unescape(link))).url
        parts = urlsplit(address)
        if parts.netloc == urlsplit(base).netloc and LANGUAGE.match(parts.path):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass
class Answer:
    """What came back: where one landed, and the page where it is one."""

    status: int
    url: str
    html: str

    @cached_property
    def page(self) -> Seen:
        """A page that only sends on is no page: what counts is where one lands."""
        landed = urlsplit(self.url)
        path = landed.path + (f"?{landed.query}" if landed.query else "")
        return Seen(view_name(landed.path), path, shapes_of(self.html))


def _ask(url: str, cookies: str) -> Answer:
    """A plain request: a browser's own would take several times as long."""
    try:
        with urlopen(Request(url, headers={"Cookie": cookies})) as answer:  # noqa: S310 - the portal's own address
            is_page = answer.headers.get_content_type() == "text/html"
            return Answer(answer.status, answer.url, answer.read().decode() if is_page else "")
    except HTTPError as error:
        with error:
            return Answer(error.code, url, "")


def _leads_to(answer: Answer, language: str) -> Iterator[str]:
    if answer.page.name in CLOSED_MAIL:
        return
    if beside := BESIDE.get(answer.page.name):
        yield urljoin(urlsplit(answer.url).path, beside)
    yield from (link for link in _links(answer.url, answer.html) if link.startswith(language))


def walk(home: str, cookies: str, starts: list[str], *, known: frozenset[str]) -> Walk:
    """This will go breadth first from `starts` within their language, past the kinds of pages that are `known`."""
    waiting, asked = deque(starts), set(starts)
    times: defaultdict[str, int] = defaultdict(int)
    walked = Walk()
    while waiting:
        path = waiting.popleft()
        name = view_name(path)
        times[name] += 1
        if name in known or times[name] > MORE_OF.get(name, MOST_OF_A_KIND):
            continue
        answer = _ask(home + path, cookies)
        if answer.status >= 400:
            if name not in NOT_FOR_EVERYBODY or answer.status >= 500:
                walked.broken.append(f"{answer.status} {path}")
            continue
        if not answer.html:
            continue
        walked.pages.append(answer.page)
        fresh = [link for link in dict.fromkeys(_leads_to(answer, starts[0][:4])) if link not in asked]
        asked.update(fresh)
        waiting.extend(fresh)
    return walked
