"""The component page, printed whole: what no page may hold, and what every page must."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils.translation import override

from lms_portal.views.components import components

LANGUAGES = ["nb", "nn", "en"]


def page(language: str) -> str:
    request = RequestFactory().get(f"/{language}/demo/komponenter/")
    request.user = AnonymousUser()
    with override(language):
        return components(request).content.decode()


class Elements(HTMLParser):
    """Collects ids, references to ids, and the levels of headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.headings: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if "id" in held:
            self.ids.append(held["id"])
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.references += held.get(name, "").split()
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_holds_nothing_inline(language: str) -> None:
    html = page(language)
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)", html) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reference_leads_to_one_element(language: str) -> None:
    elements = Elements(page(language))
    assert sorted(elements.ids) == sorted(set(elements.ids))
    assert sorted(set(elements.references) - set(elements.ids)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_skip_no_level(language: str) -> None:
    headings = Elements(page(language)).headings
    assert headings.count(1) == 1
    assert [(before, after) for before, after in pairwise(headings) if after > before + 1] == []


@pytest.mark.parametrize(
    ("language", "name"),
    [("nb", "Læring og mestring Midt-Norge"), ("nn", "Læring og meistring Midt-Noreg"), ("en", "Learning and mastery, Central Norway")],
)
def test_page_names_its_language_and_the_portal(language: str, name: str) -> None:
    html = page(language)
    assert f'<html lang="{language}" data-color-scheme="auto">' in html
    assert re.findall(r"<title>(.*)</title>", html)[0].endswith(f" – {name}")
    assert html.count('aria-current="true"') >= 1
    assert html.index('class="ds-skip-link" href="#main"') < html.index("<header")
