"""What each kind of message says, as it is sent, with «…» for what only the real message knows.

The very templates are rendered, with a context that answers every name. Conditions take the way in which something is there (`if`, not
`else`; the first of several), numbers the plural. Source: the seed study, C4 row 9.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template
from django.template.backends.django import get_installed_libraries
from django.templatetags.i18n import BlockTranslateNode
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from lms_portal.outbox import kinds
from lms_portal.outbox.preview_filters import CLOSE, OPEN, Count, Placeholder

FILTERS = "lms_portal.outbox.preview_filters"
LANGUAGES = ("nb", "nn", "en")

# What a placeholder is called, by its whole path in the templates. A test asks for each that a template uses.
WORDS = {
    "answer_before": pgettext_lazy("placeholder", "day and time of the answer"),
    "application.reference": pgettext_lazy("placeholder", "reference"),
    "area": pgettext_lazy("placeholder", "hospital area"),
    "begins": pgettext_lazy("placeholder", "day and time"),
    "change": pgettext_lazy("placeholder", "what was changed"),
    "closes_on": pgettext_lazy("placeholder", "last day"),
    "code": pgettext_lazy("placeholder", "course code"),
    "dates": pgettext_lazy("placeholder", "dates"),
    "deadline": pgettext_lazy("placeholder", "deadline"),
    "forget_on": pgettext_lazy("placeholder", "day of deletion"),
    "greeting": pgettext_lazy("placeholder", "the centre's own greeting"),
    "hours": pgettext_lazy("placeholder", "number"),
    "info_due": pgettext_lazy("placeholder", "deadline of the answer"),
    "invited_by": pgettext_lazy("placeholder", "name of the one who invites"),
    "last_day": pgettext_lazy("placeholder", "last day"),
    "last_on": pgettext_lazy("placeholder", "last day"),
    "link": pgettext_lazy("placeholder", "link"),
    "mailbox": pgettext_lazy("placeholder", "e-mail address"),
    "minimum": pgettext_lazy("placeholder", "smallest number"),
    "missing": pgettext_lazy("placeholder", "number"),
    "next": pgettext_lazy("placeholder", "next dates"),
    "number": pgettext_lazy("placeholder", "number"),
    "organisation": pgettext_lazy("placeholder", "organisation"),
    "phone": pgettext_lazy("placeholder", "telephone"),
    "place": pgettext_lazy("placeholder", "place"),
    "places.link": pgettext_lazy("placeholder", "link"),
    "places.reference": pgettext_lazy("placeholder", "reference"),
    "places.when": pgettext_lazy("placeholder", "day and time"),
    "reference": pgettext_lazy("placeholder", "reference"),
    "report.grant_year": pgettext_lazy("placeholder", "year"),
    "report_link": pgettext_lazy("placeholder", "link to the report"),
    "role": pgettext_lazy("placeholder", "role"),
    "round.grant_year": pgettext_lazy("placeholder", "year"),
    "round.reports_on_year": pgettext_lazy("placeholder", "year of the report"),
    "season": pgettext_lazy("placeholder", "season"),
    "stop_link": pgettext_lazy("placeholder", "link that stops it"),
    "subject": pgettext_lazy("placeholder", "subject"),
    "taken": pgettext_lazy("placeholder", "number who have a place"),
    "text": pgettext_lazy("placeholder", "text"),
    "unit": pgettext_lazy("placeholder", "unit"),
    "unit.mailbox": pgettext_lazy("placeholder", "e-mail address"),
    "unit.name": pgettext_lazy("placeholder", "unit"),
    "unit.phone": pgettext_lazy("placeholder", "telephone"),
    "when": pgettext_lazy("placeholder", "day and time"),
    "where": pgettext_lazy("placeholder", "place"),
    "why": pgettext_lazy("placeholder", "reason"),
    "written": pgettext_lazy("placeholder", "what the adviser has written"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """One text in one language. `marked_subject` and `marked_text` still have the marks that no text has of its own."""

    language: str
    marked_subject: str
    marked_text: str

    @property
    def subject(self) -> str:
        """The subject as plain text."""
        return _plain(self.marked_subject)

    @property
    def text(self) -> str:
        """The body as plain text."""
        return _plain(self.marked_text)

    @property
    def subject_html(self) -> SafeString:
        """The subject with its placeholders marked, escaped."""
        return _html(self.marked_subject)

    @property
    def text_html(self) -> SafeString:
        """The body with its placeholders marked, escaped; line breaks are as they were."""
        return _html(self.marked_text)


MARKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


def _plain(marked: str) -> str:
    return MARKED.sub(r"«\1»", marked)


def _html(marked: str) -> SafeString:
    parts = MARKED.split(marked)  # text and placeholder by turns
    return format_html_join(
        "", "{}", ((format_html("<mark>«{}»</mark>", part) if index % 2 else part,) for index, part in enumerate(parts))
    )


def word_of(path: str) -> str:
    """This will name a placeholder in the language of the moment, by its path where nobody has named it."""
    return str(WORDS.get(path, path))


class AnyName(Context):
    """Answers every name with a marked placeholder."""

    def __init__(self, *, counts: frozenset[str] = frozenset(), words: Callable[[str], str] = word_of) -> None:
        super().__init__()
        self.counts, self.words = counts, words

    def __getitem__(self, key: Any) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            return Count(self.words(key)) if key in self.counts else Placeholder(key, self.words)

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: Any, otherwise: Any = None) -> Any:
        """This will answer as `[]` does; nothing is otherwise."""
        return self[key]


@cache
def engine() -> Engine:
    """This will make the portal's template engine anew, with filters that leave placeholders alone."""
    options: dict[str, Any] = settings.TEMPLATES[0]
    builtins = [*options["OPTIONS"]["builtins"], FILTERS]
    libraries = {**get_installed_libraries(), "components": FILTERS}
    return Engine(dirs=options["DIRS"], app_dirs=True, builtins=builtins, libraries=libraries, autoescape=False)


def counts_in(template: Template) -> frozenset[str]:
    """This will list the names that a template counts by."""
    blocks = template.nodelist.get_nodes_by_type(BlockTranslateNode)
    return frozenset(str(node.counter.var) for node in blocks if isinstance(node, BlockTranslateNode) and node.counter is not None)


def rendered(name: str, *, words: Callable[[str], str] = word_of) -> str:
    """This will render a template with placeholders, in the language of the moment."""
    template = engine().get_template(name)
    return str(template.render(AnyName(counts=counts_in(template), words=words)))


def preview(text: str, *, language: str) -> Preview:
    """This will show one text of a kind, named as in `Kind.texts`, in one language."""
    with translation.override(language):
        subject = " ".join(rendered(f"{text}.subject.txt").split())
        return Preview(language, subject, rendered(f"{text}.txt").strip() + "\n")


def previews_of(kind: kinds.Kind) -> list[tuple[str, list[Preview]]]:
    """This will show every text of a kind in every language of the portal."""
    return [(text, [preview(text, language=language) for language in LANGUAGES]) for text in kind.texts]
