"""Code lists of the referrals from the files beside this module: reasons, and nynorsk words for the national lists. Safe to repeat.

The national lists themselves (Volven 9148, 8273, 8445) come with the catalogue's code lists, in bokmål as published.
"""

import csv
from datetime import date
from pathlib import Path

from catalogue.models import Code
from referrals.enums import CodeSystem

FILES = Path(__file__).parent / "reference"


def _rows(name: str) -> list[dict[str, str]]:
    with (FILES / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _reasons(system: str) -> list[Code]:
    return [
        Code(
            system=system,
            code=row["code"],
            display_nb=row["display_nb"],
            display_nn=row["display_nn"],
            position=position,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for position, row in enumerate(_rows(f"{system}.csv"))
    ]


def load() -> str:
    """This will load the reasons for turning down and sending on, and the nynorsk words of the national lists."""
    reasons = _reasons(CodeSystem.REJECTION) + _reasons(CodeSystem.FORWARDING)
    Code.objects.bulk_create(
        reasons,
        update_conflicts=True,
        unique_fields=["system", "code", "valid_from"],
        update_fields=["display_nb", "display_nn", "position", "valid_to"],
    )
    words = {(row["system"], row["code"]): row["display_nn"] for row in _rows("national_nn.csv")}
    national = [code for code in Code.objects.filter(system__in={system for system, _code in words}) if (code.system, code.code) in words]
    for code in national:
        code.display_nn = words[code.system, code.code]
    Code.objects.bulk_update(national, ["display_nn"])
    return f"{len(reasons)} reasons, {len(national)} national codes in nynorsk"
