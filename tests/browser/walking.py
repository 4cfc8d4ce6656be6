"""Walks the portal's links as one person, and remembers one address for each kind of page."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve
from django.utils.translation import override
from playwright.sync_api import APIRequestContext

LANGUAGE = re.compile(r"^/(nb|nn|en)/")
MOST_PAGES = 400
MOST_OF_A_KIND = 2  # of one view: the second may hold links that the first one lacks
# Course pages lead everybody to it; whoever may not refer is told so.
NOT_FOR_EVERYBODY = frozenset({"referrals:start"})
LINK = re.compile(r'<a\s[^>]*?href="([^"]+)"')


@dataclass(frozen=True)
class Kind:
    """One kind of page, with an example of it. Two shapes of one view (a list's filter, a verb) are one kind."""

    name: str
    path: str


def view_name(path: str) -> str:
    """This will name the view behind an address; the address itself where the tests' own settings do not know it."""
    match = LANGUAGE.match(path)
    with override(match[1] if match else "nb"):
        try:
            found = resolve(urlsplit(path).path)
        except Resolver404:
            return LANGUAGE.sub("/", urlsplit(path).path)
    verbs = [str(value) for name, value in sorted(found.kwargs.items()) if name in ("verb", "key")]
    return "/".join([found.view_name, *verbs])


def _links(base: str, page: str) -> Iterator[str]:
    for link in LINK.findall(page):
        address = urldefrag(urljoin(base, unescape(link))).url
        parts = urlsplit(address)
        if parts.netloc == urlsplit(base).netloc and LANGUAGE.match(parts.path):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def walk(request: APIRequestContext, home: str, starts: list[str], *, known: frozenset[str]) -> tuple[list[Kind], list[str]]:
    """This will go breadth first from `starts` within their language, past the kinds of pages that are `known`.

    Returns the kinds found, and what answered with an error.
    """
    language = starts[0][:4]
    waiting = deque(starts)
    asked = set(starts)
    seen: dict[str, list[str]] = {}
    broken = []
    for _number in range(MOST_PAGES):
        if not waiting:
            break
        path = waiting.popleft()
        name = view_name(path)
        if name in known or len(seen.get(name, [])) >= MOST_OF_A_KIND:
            continue
        answer = request.get(home + path)
        if answer.status == 403 and name in NOT_FOR_EVERYBODY:
            seen.setdefault(name, [])
            continue
        if not answer.ok:
            broken.append(f"{answer.status} {path}")
            continue
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        landed = urlsplit(answer.url)
        name = view_name(landed.path)  # a page that only sends on is no page
        seen.setdefault(name, []).append(landed.path + (f"?{landed.query}" if landed.query else ""))
        for link in _links(answer.url, answer.text()):
            if link.startswith(language) and link not in asked:
                asked.add(link)
                waiting.append(link)
    return [Kind(name, paths[0]) for name, paths in seen.items() if paths], broken
