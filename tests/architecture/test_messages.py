"""Every text that people read goes through the translations, and every one is there in bokmål and nynorsk."""

import ast
import re
from html.parser import HTMLParser

import pytest
from django.template.base import Lexer, TokenType

from tests.architecture.test_templates import without_comments
from tests.architecture.tree import dotted, imported_names, name_of, parsed, python_files, template_files
from tools import messages


def test_every_string_is_there_in_bokmaal_and_nynorsk() -> None:
    assert messages.check(messages.CATALOGUES) == []


# Templates

READ_ALOUD = {"aria-label", "alt", "title", "placeholder", "aria-description", "aria-roledescription", "label"}
WORD = re.compile(r"[^\W\d_]{2,}")
REFERENCE = re.compile(r"\b[A-Z0-9]+(?:-[A-Z0-9]+)+\b")
# Blocks that stand inside an attribute and name a class or a colour.
BLOCKS_OF_STYLE = re.compile(r"{%\s*block \w+_(?:class|color)\s*%}.*?{%\s*endblock\b.*?%}", re.DOTALL)
# The same in every language: names, units, codes.
SAME_EVERYWHERE = {
    "kr",
    "px",
    "svg",
    "nbsp",
    "JavaScript",
    "PDF",
    "QR",
    "Bokmål",
    "Nynorsk",
    "English",
    "bokmål",
    "nynorsk",
    "LMS",
    "ICD",
    "ICPC",
    "http",
    "https",
}
# Pages that stand outside the translations, each with its reason.
UNTRANSLATED_TEMPLATES = {
    "templates/errors/500.html": "shown when nothing can be trusted, the translations included: says it in all three languages",
    "templates/errors/503.html": "likewise",
    "templates/errors/base.html": "likewise",
}


class _Words(HTMLParser):
    """Collects the words between tags and in attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._inside.append(tag)
        for name, value in attrs:
            if name in READ_ALOUD:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._note(data)

    def _note(self, text: str) -> None:
        if has_words(text):
            self.found.append(" ".join(text.split()))


def plain_text(template: str) -> str:
    """Return what the template itself says: tags, variables and translated blocks left out."""
    parts: list[str] = []
    translated = False
    for token in Lexer(BLOCKS_OF_STYLE.sub("", without_comments(template))).tokenize():
        if token.token_type == TokenType.BLOCK:
            tag = token.contents.split()[0]
            translated = translated or tag in {"blocktranslate", "blocktrans"}
            if tag in {"endblocktranslate", "endblocktrans"}:
                translated = False
            parts.append("\u2423")  # an empty place, so that the words on both sides stay apart
        elif token.token_type == TokenType.TEXT and not translated:
            parts.append(token.contents)
        elif token.token_type == TokenType.VAR and not translated:
            parts.append("div" if parts and parts[-1].endswith(("<", "</")) else "\u2423")  # an element may be chosen by a variable
    return "".join(parts)


def has_words(text: str) -> bool:
    """Say whether a text holds words of a language."""
    return bool(set(WORD.findall(REFERENCE.sub("", text))) - SAME_EVERYWHERE)


def untranslated(template: str, *, html: bool) -> list[str]:
    """List the words that a template says in one language."""
    text = plain_text(template)
    if not html:
        return [line.strip("\u2423 ") for line in text.splitlines() if has_words(line)]
    words = _Words()
    words.feed(text)
    words.close()
    return words.found


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("<p>{% blocktranslate %}Hello {{ name }}{% endblocktranslate %} again</p>", ["␣␣ again"]),
        ('<a aria-label="Next page" href="/x" class="big">→</a>', ["Next page"]),
        ('<a aria-label="{% translate "Next page" %}">10 kr, {{ amount }}</a>', []),
        ('<script type=\'application/ld+json\'>{"name": "x"}</script>', []),
        ("{# A note to people #}{% comment %}More{% endcomment %}", []),
        ('{% if user %}<p class="{{ tone }}">{{ text }}</p>{% endif %}', []),
        ('<{{ element|default:"li" }} class="ds-card card">H-2K7M-4QX</{{ element }}>', []),
    ],
)
def test_rule_about_templates(template: str, found: list[str]) -> None:
    assert untranslated(template, html=True) == found


def test_rule_about_plain_text() -> None:
    assert untranslated('{% translate "Hello" %}\nRegards\n', html=False) == ["Regards"]


def test_templates_say_nothing_in_one_language() -> None:
    found = {}
    for path in template_files(".html", ".txt"):
        words = untranslated(path.read_text(encoding="utf-8"), html=path.suffix == ".html")
        if words and name_of(path) not in UNTRANSLATED_TEMPLATES:
            found[name_of(path)] = words
    assert found == {}


# Code: the places where a text for the screen is usually written

SHOWN_KEYWORDS = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label"}
SHOWS_ITS_ARGUMENT = re.compile(r"(?:^|\.)(?:UnableTo\w+|ValidationError|SubmitButton|LinkButton)$")
SHOWS_ITS_SECOND = re.compile(r"(?:^|\.)messages\.(?:success|info|warning|error)$")
SENTENCE = re.compile(r"[A-Za-zÆØÅæøå]{2,}")
FILES_WITH_SCREEN_TEXTS = re.compile(r"(?:^|/)(?:forms|views|actions|policies)(?:/|\.py$)")


def texts_in_one_language(module: ast.Module) -> list[str]:
    """List literals in the places where people read them, which no translation wraps."""
    names = imported_names(module)
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        shown = [keyword.value for keyword in node.keywords if keyword.arg in SHOWN_KEYWORDS]
        called = dotted(node.func, names)
        if SHOWS_ITS_ARGUMENT.search(called):
            shown += node.args[:1]
        if SHOWS_ITS_SECOND.search(called):
            shown += node.args[1:2]
        found += [f"{value.lineno}: {ast.unparse(value)}" for value in shown if _is_sentence(value)]
    return found


def _is_sentence(value: ast.expr) -> bool:
    if isinstance(value, ast.JoinedStr):
        return any(_is_sentence(part) for part in value.values)
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and SENTENCE.search(value.value) is not None


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('forms.CharField(label="Name")', 1),
        ('forms.CharField(label=_("Name"), help_text="Your own")', 1),
        ('raise UnableToAccept("There is no place left")', 1),
        ("raise UnableToAccept(f'No place in {room}')", 1),
        ("from django.contrib import messages\nmessages.success(request, 'Saved')", 1),
        ('raise ValidationError(_("Wrong"), code="wrong")', 0),
        ('forms.CharField(label="")', 0),
        ("raise LookupError('no such kind')", 0),
    ],
)
def test_rule_about_code(code: str, count: int) -> None:
    assert len(texts_in_one_language(ast.parse(code))) == count


def test_code_shows_nothing_in_one_language() -> None:
    found = {name_of(path): texts_in_one_language(parsed(path)) for path in python_files() if FILES_WITH_SCREEN_TEXTS.search(name_of(path))}
    assert {name: lines for name, lines in found.items() if lines} == {}
