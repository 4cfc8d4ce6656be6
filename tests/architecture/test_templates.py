"""Templates: nothing inline that the Content-Security-Policy forbids, no query, no permission logic, and components that say what they take."""

import re
from pathlib import Path

import pytest
from django.template.base import Lexer, Token, TokenType

from tests.architecture.tree import name_of, template_files

FORBIDDEN = {
    "an inline style": re.compile(r"<[a-z][^>]*\sstyle\s*=|<style[\s>]", re.IGNORECASE),
    "an inline handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=[\"']application/(?:ld\+)?json[\"'])", re.IGNORECASE),
    "an address that runs code": re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "the filter safe": re.compile(r"\|\s*safe(?:seq)?\b"),
    "something from another host": re.compile(r"<(?:script|img|link|iframe|source)[^>]*\s(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
    "the machine's time": re.compile(r"{%\s*now\s"),
    "a query": re.compile(r"{[{%][^%}]*\.(?:objects|all|filter|exclude|exists|[a-z_]+_set)\b"),
    "permission logic": re.compile(r"{[{%][^%}]*\b(?:perms\.|has_perm|has_permission|is_superuser|is_staff|role_code)\b"),
}
AUTOESCAPE_OFF = re.compile(r"{%\s*autoescape\s+off")
# In plain text a letter would be written as a code; these have no other reader than the mail program.
MAY_SWITCH_ESCAPING_OFF = (".txt",)


def without_comments(text: str) -> str:
    """Leave out what nobody renders, keeping the lines."""
    text = re.sub(r"{%\s*comment.*?%}.*?{%\s*endcomment\s*%}", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)
    return re.sub(r"{#.*?#}", "", text)


def forbidden_in(text: str, *, name: str = "page.html") -> list[str]:
    """Name what a template may not hold, with its line."""
    code = without_comments(text)
    found = [
        f"{code.count(chr(10), 0, match.start()) + 1}: {what}" for what, pattern in FORBIDDEN.items() for match in pattern.finditer(code)
    ]
    if AUTOESCAPE_OFF.search(code) and not name.endswith(MAY_SWITCH_ESCAPING_OFF):
        found.append("1: escaping switched off")
    return found


@pytest.mark.parametrize(
    "text",
    [
        '<p class="x" style="color: red">',
        "<style>p {}</style>",
        '<button onclick="go()">',
        "<script>go()</script>",
        "<script defer>go()</script>",
        '<a href="javascript:go()">',
        "{{ text|safe }}",
        "{{ text | safe }}",
        '<img src="https://example.org/a.png">',
        '<script src="//cdn.example.org/a.js"></script>',
        "{% now 'Y' %}",
        "{% for run in course.runs.all %}",
        "{{ unit.membership_set.count }}",
        "{% if perms.catalogue.edit %}",
        "{% if user.is_staff %}",
        "{% autoescape off %}",
    ],
)
def test_rule_finds(text: str) -> None:
    assert len(forbidden_in(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/site.js" %}" defer></script>',
        '<script type="application/ld+json">{{ facts }}</script>',
        "{# <p style='x'> #}",
        "{% comment %}<style>{% endcomment %}",
        '<a href="https://example.org">',
        "{{ totals.all_of_them }} {{ conditions }} <p data-on='x'>",
        "<p>Only on = sign</p>",
    ],
)
def test_rule_leaves_the_rest_alone(text: str) -> None:
    assert forbidden_in(text) == []


def test_plain_text_may_switch_escaping_off() -> None:
    assert forbidden_in("{% autoescape off %}", name="a.subject.txt") == []


def test_no_template_holds_what_is_forbidden() -> None:
    found = {name_of(path): forbidden_in(path.read_text(encoding="utf-8"), name=path.name) for path in template_files()}
    assert {name: lines for name, lines in found.items() if lines} == {}


# Components open with a comment that names their variables.

OPENING = re.compile(r"\A\s*(?:{%\s*comment[^%]*%}(?P<block>.*?){%\s*endcomment\s*%}|{#(?P<line>.*?)#})", re.DOTALL)
STRINGS = re.compile(r'_\("[^"]*"\)|_\(\'[^\']*\'\)|"[^"]*"|\'[^\']*\'')
ROOT_NAME = re.compile(r"(?<![\w.|:=])[A-Za-z_]\w*")
FILTER = re.compile(r"\|\s*\w+")
WORDS_OF_TAGS = {
    "in",
    "and",
    "or",
    "not",
    "is",
    "as",
    "with",
    "only",
    "by",
    "if",
    "else",
    "None",
    "True",
    "False",
    "reversed",
    "count",
    "context",
    "trimmed",
}
ALWAYS_THERE = {"forloop", "block", "request", "user", "csrf_token", "csp_nonce", "portal", "LANGUAGE_CODE"}
TAGS_WITH_VARIABLES = {"if", "elif", "for", "with", "include", "blocktranslate", "blocktrans", "firstof", "ifchanged", "url"}


def variables_of(text: str) -> set[str]:
    """List the variables that a template takes from outside."""
    used: set[str] = set()
    made: set[str] = set()
    for token in Lexer(without_comments(text)).tokenize():
        if token.token_type == TokenType.VAR:
            used |= _names(token.contents)
        elif token.token_type == TokenType.BLOCK:
            tag, _, rest = token.contents.partition(" ")
            if tag in TAGS_WITH_VARIABLES:
                used |= _names(rest)
                made |= _made_by(tag, rest)
            if (named := re.search(r"\bas\s+(\w+)\s*$", rest)) is not None:
                made.add(named.group(1))
    return used - made - ALWAYS_THERE


def _names(expression: str) -> set[str]:
    plain = FILTER.sub(lambda match: " " * len(match.group()), STRINGS.sub('""', expression))
    plain = re.sub(r"\b\w+=", " ", plain)
    return {name for name in ROOT_NAME.findall(plain) if name not in WORDS_OF_TAGS}


def _made_by(tag: str, rest: str) -> set[str]:
    if tag == "for":
        return set(re.findall(r"\w+", rest.partition(" in ")[0]))
    if tag in {"with", "blocktranslate", "blocktrans"}:
        return set(re.findall(r"\b(\w+)=", rest))
    return set()


def undocumented(text: str) -> list[str]:
    """List the variables that a component's opening comment does not name."""
    opening = OPENING.match(text)
    if opening is None:
        return ["it has no opening comment"]
    said = set(re.findall(r"\w+", opening.group("block") or opening.group("line")))
    return sorted(variables_of(text) - said)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("<p>{{ title }}</p>", ["it has no opening comment"]),
        ("{# A title. title: what it says #}<p>{{ title }}</p>", []),
        ("{# A heading. #}<p>{{ title|upper }}</p>", ["title"]),
        ("{% comment %}items: what to list{% endcomment %}{% for item in items %}{{ item.text }}{{ forloop.counter }}{% endfor %}", []),
        ("{# Nothing. #}{% if kind == 'a' and not old %}{% endif %}", ["kind", "old"]),
        ("{# Nothing. #}{% include 'x.html' with text=label only %}", ["label"]),
        ("{# Nothing. #}{% blocktranslate trimmed with at=moment|time %}At {{ at }}{% endblocktranslate %}", ["moment"]),
        ("{# Nothing. #}{{ _('Yes') }}{% translate 'title' as heading %}{{ heading|default:'none' }}", []),
    ],
)
def test_rule_about_components(text: str, missing: list[str]) -> None:
    assert undocumented(text) == missing


def components() -> list[Path]:
    return [path for path in template_files(".html") if path.parent.name == "components"]


def test_every_component_names_its_variables() -> None:
    assert components()
    found = {path.name: undocumented(path.read_text(encoding="utf-8")) for path in components()}
    assert {name: missing for name, missing in found.items() if missing} == {}


# Mails


def test_every_mail_has_subject_and_text() -> None:
    mails = [path for path in template_files(".txt") if "emails" in path.parts]
    subjects = {path.with_name(path.name.removesuffix(".subject.txt")) for path in mails if path.name.endswith(".subject.txt")}
    texts = {
        path.with_name(path.name.removesuffix(".txt")) for path in mails if not path.name.endswith(".subject.txt") and path.name[0] != "_"
    }
    assert sorted(name_of(path) for path in subjects ^ texts if path.name != "base") == []


def escaped_prints(text: str) -> list[Token]:
    """List what a plain text prints with escaping on: `O'Brien` would arrive as `O&#x27;Brien`."""
    found, depth = [], 0
    for token in Lexer(without_comments(text)).tokenize():
        if token.token_type == TokenType.BLOCK:
            depth += token.contents.split() == ["autoescape", "off"]
            depth -= token.contents == "endautoescape"
        if token.token_type == TokenType.VAR and not depth:
            found.append(token)
    return found


def test_rule_about_plain_text() -> None:
    assert len(escaped_prints("Hei {{ name }}")) == 1
    assert escaped_prints("{% autoescape off %}Hei {{ name }}{% endautoescape %}") == []


def test_mails_are_not_escaped() -> None:
    mails = [path for path in template_files(".txt") if "emails" in path.parts]
    assert [name_of(path) for path in mails if escaped_prints(path.read_text(encoding="utf-8"))] == []
