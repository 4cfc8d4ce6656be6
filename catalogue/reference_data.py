"""Code lists, form pairs, synonyms and sums from the files beside this module. Safe to repeat; what editors added stays."""

import csv
import tomllib
from datetime import date, datetime
from pathlib import Path

from catalogue.actions.state import note_change_of_all
from catalogue.models import Code, CostText, FormPair, Synonym
from lms_portal.common.clock import portal_now

FILES = Path(__file__).parent / "reference"
VALID_FROM = date(2024, 1, 1)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _national_codes() -> list[Code]:
    """The national lists are in bokmål alone; `volven_9148.csv` becomes the list volven-9148."""
    return [
        Code(
            system=path.stem.replace("_", "-"),
            code=row["code"],
            display_nb=row["display"],
            definition=row["definition"] or "",
            position=position,
            valid_from=VALID_FROM,
        )
        for path in sorted((FILES / "codes").glob("volven_*.csv"))
        for position, row in enumerate(_rows(path))
    ]


def _diagnoses() -> list[Code]:
    rows = _rows(FILES / "diagnoses_sample.csv")
    return [
        Code(
            system=row["system"],
            code=row["code"],
            display_nb=row["display_nb"],
            display_nn=row["display_nn"],
            position=position,
            valid_from=VALID_FROM,
        )
        for position, row in enumerate(rows)
    ]


def _costs(*, now: datetime) -> int:
    """Reference values have no unit, and advisers save for units alone: what they have said is never touched."""
    rows = tomllib.loads((FILES / "costs.toml").read_text(encoding="utf-8"))["cost"]
    for row in rows:
        key = {"unit": None, "kind": row.pop("kind"), "valid_from": row.pop("valid_from"), "replaced_at": None}
        CostText.objects.update_or_create(**key, defaults={"amount_nok": None, **row}, create_defaults={**key, **row, "saved_at": now})
    return len(rows)


def load() -> str:
    """This will load the code lists, the words of the search and the sums of course pages."""
    national, diagnoses = _national_codes(), _diagnoses()
    key = ["system", "code", "valid_from"]
    # nynorsk words of the national lists come from whoever uses the list
    Code.objects.bulk_create(national, update_conflicts=True, unique_fields=key, update_fields=["display_nb", "definition", "position"])
    Code.objects.bulk_create(diagnoses, update_conflicts=True, unique_fields=key, update_fields=["display_nb", "display_nn", "position"])
    pairs = [FormPair(nb=row["nb"], nn=row["nn"], is_stem=row["is_stem"] == "1") for row in _rows(FILES / "form_pairs.csv")]
    FormPair.objects.bulk_create(pairs, ignore_conflicts=True)
    synonyms = [Synonym(word=row["word"], finds=row["finds"].split("|")) for row in _rows(FILES / "synonyms.csv")]
    Synonym.objects.bulk_create(synonyms, ignore_conflicts=True)
    costs = _costs(now=portal_now())
    note_change_of_all(now=portal_now())  # also for the areas, municipalities and units that were loaded before
    return f"{len(national) + len(diagnoses)} codes, {len(pairs)} pairs of words, {len(synonyms)} synonyms, {costs} sums"
