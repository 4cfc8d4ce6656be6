"""What will be planned when its day comes. Apps that plan by the calendar say here what lies ahead, as things stand now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many messages of one kind on one day. `due_at` is aware; `about` names the matter, never a person."""

    kind: str
    due_at: datetime
    recipients: int
    about: str


Forecast = Callable[[object, datetime], list[Ahead]]
_forecasts: list[Forecast] = []


def register(forecast: Forecast) -> None:
    """This will have an app asked for what lies ahead: `forecast(user, now)` keeps to what the person may see. Called from `ready()`."""
    if forecast not in _forecasts:
        _forecasts.append(forecast)


def ahead_for(user: object, *, now: datetime, kind: str = "") -> list[Ahead]:
    """This will list what lies ahead for a person, the nearest first; of one kind where it is named."""
    found = [each for forecast in _forecasts for each in forecast(user, now) if not kind or each.kind == kind]
    return sorted(found, key=lambda each: (each.due_at, each.kind, each.about))
