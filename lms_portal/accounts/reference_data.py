"""What the portal must know before anybody works in it: areas, municipalities, units, and each app's code lists.

Every loader is idempotent: it brings the rows to what the files say and touches nothing else.
"""

import csv
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import HospitalArea, Municipality, Unit
from lms_portal.common.norwegian_text import sort_key

FILES = Path(__file__).parent / "reference"
UNIT_TEXTS = ("name_nb", "name_nn", "name_en", "place", "address", "mailbox", "phone", "default_language")

Loader = Callable[[], str]
_loaders: list[Loader] = []


class ReferenceDataError(Exception):
    """A reference file cannot be loaded; the message names file and row."""


def register(loader: Loader) -> None:
    """This will add another app's loader, which returns one line on what it loaded."""
    if loader not in _loaders:
        _loaders.append(loader)


def registered() -> tuple[Loader, ...]:
    """This will list the other apps' loaders in the order in which the apps became ready."""
    return tuple(_loaders)


def load_areas() -> str:
    """This will load hospital areas and municipalities. An area that advisers have edited keeps its municipalities."""
    with (FILES / "hospital_areas.csv").open(encoding="utf-8", newline="") as source:
        areas = [HospitalArea(code=row["code"], name=row["place"], sort_key=sort_key(row["place"])) for row in csv.DictReader(source)]
    HospitalArea.objects.bulk_create(areas, update_conflicts=True, unique_fields=["code"], update_fields=["name", "sort_key"])
    with (FILES / "municipalities.csv").open(encoding="utf-8", newline="") as source:
        rows = [
            Municipality(
                number=row["number"],
                name=row["name"],
                county=row["county"],
                hospital_area_id=row["hospital_area"],
                sort_key=sort_key(row["name"]),
            )
            for row in csv.DictReader(source)
        ]
    # the area is a default that advisers edit: only new municipalities get it from the file
    Municipality.objects.bulk_create(rows, update_conflicts=True, unique_fields=["number"], update_fields=["name", "county", "sort_key"])
    return f"{len(areas)} hospital areas, {len(rows)} municipalities"


def load_units(path: Path) -> str:
    """This will load a tree of units from TOML, parents before children. Raises: ReferenceDataError."""
    with path.open("rb") as source:
        entries: list[dict[str, Any]] = tomllib.load(source)["unit"]
    known = {unit.code: unit for unit in Unit.objects.all()}
    for position, entry in enumerate(entries, start=1):
        known[entry["code"]] = _load_unit(entry, known, where=f"{path.name}, unit {position} ({entry['code']})")
    return f"{len(entries)} units"


def _load_unit(entry: dict[str, Any], known: dict[str, Unit], *, where: str) -> Unit:
    parent = None
    if "parent" in entry:
        parent = known.get(entry["parent"])
        if parent is None:
            raise ReferenceDataError(f"{where}: the parent {entry['parent']} does not stand before it")
    if entry["kind"] not in UnitKind.values:
        raise ReferenceDataError(f"{where}: {entry['kind']} is not a kind of unit")
    area_code = entry.get("hospital_area") or (parent.hospital_area_id if parent else None)
    values: dict[str, Any] = {name: entry.get(name, "") for name in UNIT_TEXTS}
    values["default_language"] = entry.get("default_language") or (parent.default_language if parent else "nb")
    values |= {
        "kind": entry["kind"],
        "parent": parent,
        "path": f"{parent.path}/{entry['code']}" if parent else entry["code"],
        "sort_key": sort_key(entry["name_nb"]),
        "hospital_area_id": area_code,
        "valid_from": _day(entry.get("valid_from")),
        "valid_to": _day(entry.get("valid_to")),
    }
    unit = known.get(entry["code"])
    if unit is None:
        return Unit.objects.create(code=entry["code"], **values)
    changed = [name for name, value in values.items() if getattr(unit, name) != value]
    for name in changed:
        setattr(unit, name, values[name])
    if changed:
        unit.save(update_fields=[name.removesuffix("_id") for name in changed])
    return unit


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
