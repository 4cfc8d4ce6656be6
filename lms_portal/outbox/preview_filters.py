"""Filters and tags for previews: as in the mails themselves, but a placeholder goes through every filter as it is.

Loaded by previews.py in the place of Django's own filters and of `components`. Not in `templatetags/`: no page may load it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Self

from django import template
from django.template import defaultfilters

from lms_portal.common.templatetags import components

register = template.Library()

OPEN, CLOSE = "\ue000", "\ue001"  # of the private use area: a text may have «» of its own


class Placeholder:
    """What stands for something that only the real message knows: marked, true, equal to whatever it is compared with.

    Its parts are placeholders too; a list of it has one.
    """

    def __init__(self, path: str, words: Callable[[str], str]) -> None:
        self._path, self._words = path, words

    def __str__(self) -> str:
        return f"{OPEN}{self._words(self._path)}{CLOSE}"

    def __getattr__(self, part: str) -> "Placeholder":
        if part.startswith("_") or part in ("do_not_call_in_templates", "resolve_expression", "as_sql"):
            raise AttributeError(part)
        return Placeholder(f"{self._path}.{part}", self._words)

    def __getitem__(self, part: object) -> "Placeholder":
        return Placeholder(f"{self._path}.{part}", self._words)

    def __iter__(self) -> Any:
        return iter([Placeholder(self._path, self._words)])

    def __len__(self) -> int:
        return 1

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(self._path)


class Count(int):
    """A number that prints as a placeholder: `count` of a translation must be a number, and takes the plural."""

    words: str

    def __new__(cls, words: str) -> Self:
        number = super().__new__(cls, 2)
        number.words = words
        return number

    def __str__(self) -> str:
        return f"{OPEN}{self.words}{CLOSE}"


def _leaves_placeholders(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def filtered(value: Any, *args: Any, **kwargs: Any) -> Any:
        return value if isinstance(value, Placeholder | Count) else function(value, *args, **kwargs)

    return filtered


for _library in (defaultfilters.register, components.register):
    register.tags.update(_library.tags)
    register.filters.update({name: _leaves_placeholders(function) for name, function in _library.filters.items()})
