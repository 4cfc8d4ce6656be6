"""Who acts, in which role, for which unit and why: set once per request or sweep, carried to the database with every write."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from lms_portal.common.logs import current_request_id


@dataclass(frozen=True, slots=True)
class Acting:
    """The person behind what happens now. All fields are ids or code words, never names.

    `portal_at` is the portal's moment as ISO 8601 in UTC; `purpose` a code word such as `assess_referral`.
    """

    actor_id: str = ""
    role: str = ""
    unit_id: str = ""
    purpose: str = ""
    portal_at: str = ""
    system: str = ""


_NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=_NOBODY)


def current() -> Acting:
    """This will return who acts now; empty where nobody has said."""
    return _acting.get()


@contextmanager
def acting_as(acting: Acting) -> Iterator[Acting]:
    """This will set who acts for the block."""
    token = _acting.set(acting)
    try:
        yield acting
    finally:
        _acting.reset(token)


@contextmanager
def acting_as_system(task: str, *, now: datetime) -> Iterator[Acting]:
    """This will mark the block as done by the portal itself, by the named command or sweep."""
    with acting_as(Acting(system=task, role="system", purpose=task, portal_at=now.isoformat())) as acting:
        yield acting


@contextmanager
def for_purpose(purpose: str, *, role: str = "", unit_id: UUID | None = None) -> Iterator[Acting]:
    """This will narrow who acts now to a purpose, role and unit."""
    now = current()
    narrowed = replace(now, purpose=purpose, role=role or now.role, unit_id=str(unit_id) if unit_id else now.unit_id)
    with acting_as(narrowed) as acting:
        yield acting


WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE")
WRITES_WITHIN = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b")
SET_CONTEXT = "SELECT set_config('portal.context', %s, %s)"


@lru_cache(maxsize=1024)
def _writes(statement: str) -> bool:
    """Whether a statement changes rows: by its first word, or anywhere in it where it begins with WITH."""
    start = statement.lstrip().upper()
    return start.startswith(WRITES) or (start.startswith("WITH") and WRITES_WITHIN.search(start) is not None)


def _as_setting() -> str:
    return json.dumps({**asdict(current()), "request_id": current_request_id()}, separators=(",", ":"))


def _carry_context(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001 - Django's signature
    """Set the context in the same transaction as each write: a rollback to a savepoint would undo an earlier setting."""
    statement = sql if isinstance(sql, str) else ""
    if not _writes(statement):
        return execute(sql, params, many, context)
    connection = context["connection"]
    local = connection.in_atomic_block
    with connection.connection.cursor() as cursor:
        cursor.execute(SET_CONTEXT, [_as_setting(), local])
        try:
            return execute(sql, params, many, context)
        finally:
            if not local:
                cursor.execute(SET_CONTEXT, ["", False])


def install_on_connection(*, connection: Any, **_kwargs: Any) -> None:
    """This will make every write on a new connection carry who acts."""
    if _carry_context not in connection.execute_wrappers:
        connection.execute_wrappers.append(_carry_context)
