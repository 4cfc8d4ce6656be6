"""The long parts of the filters. About eighty choices a page: as template loops they would cost more than all the rest of it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lms_portal.common.money import group_thousands

register = template.Library()

HEAD = '<div class="ds-field"><input class="ds-input" type="checkbox" id="f-{key}-{code}" name="{key}" value="{code}"'
TAIL = '><label class="ds-label" data-weight="regular" for="f-{key}-{code}">{label} <span class="muted">('
END = ")</span></label></div>"


class Choice(Protocol):
    """One choice of a filter."""

    code: str
    label: str
    count: int
    is_chosen: bool


@lru_cache(maxsize=4096)
def _fixed_parts(key: str, code: str, label: str) -> tuple[str, str]:
    """What of a choice is the same whoever asks: all but whether it is chosen, and how many courses it gives."""
    return format_html(HEAD, key=key, code=code), format_html(TAIL, key=key, code=code, label=label)


@register.simple_tag
def filter_choices(key: str, choices: Iterable[Choice]) -> SafeString:
    """The choices of one filter as checkboxes, each with how many courses it would give."""
    parts = []
    for choice in choices:
        head, tail = _fixed_parts(key, choice.code, choice.label)
        parts += [head, " checked" if choice.is_chosen else "", tail, group_thousands(choice.count), END]
    return mark_safe("".join(parts))  # noqa: S308 - the parts are escaped, the rest is numbers and constants
