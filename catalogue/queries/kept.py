"""What every public page needs and hardly ever changes, kept in the worker's memory until the catalogue's number rises.

Each worker keeps its own copy; a copy belongs to one number, and nothing is handed out for another. Whoever changes something that is
kept here raises the number (`actions.state.note_change`) in the same transaction.
"""

import time
from collections.abc import Callable
from typing import TypeVar, cast

from django.conf import settings

from catalogue.models import CatalogueState

_copies: dict[str, tuple[int, object]] = {}
_numbers: dict[str, tuple[float, int]] = {}
NUMBER = "number"
T = TypeVar("T")


def catalogue_number() -> int:
    """This will return the number that rises whenever a public page may have changed, at most `CATALOGUE_NUMBER_SECONDS` old."""
    moment = time.monotonic()
    read_at, number = _numbers.get(NUMBER, (float("-inf"), 0))
    if moment - read_at >= settings.CATALOGUE_NUMBER_SECONDS:
        number = CatalogueState.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        _numbers[NUMBER] = (moment, number)
    return number


def kept(name: str, number: int, make: Callable[[], T]) -> T:
    """This will return the worker's copy for this number, and make it where there is none. Never change what it returns."""
    of_number, copy = _copies.get(name, (-1, None))
    if of_number != number:
        copy = make()
        _copies[name] = (number, copy)
    return cast("T", copy)


def forget() -> None:
    """This will drop all copies; for tests, whose database begins anew at the same number."""
    _copies.clear()
    _numbers.clear()
