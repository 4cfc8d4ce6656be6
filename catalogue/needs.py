"""What somebody needs in order to take part: as the form asks, as the database seals it, and as those who run the course read it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lms_portal.common.text import Words

INTERPRETER = Words("Tolk", "Tolk", "Interpreter")
DIET = Words("Mat", "Mat", "Food")
WHEELCHAIR = Words("Bruker rullestol", "Brukar rullestol", "Uses a wheelchair")
COMPANION = Words("Har med seg ledsager", "Har med seg følgje", "Brings a companion")


@dataclass(frozen=True, slots=True)
class Needs:
    """One person's needs; nothing of why they are there."""

    interpreter: str = ""
    diet: str = ""
    wheelchair: bool = False
    companion: bool = False
    other: str = ""

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Needs":
        """This will take the needs out of a form's answers."""
        return cls(**{name: written[name] for name in cls.__dataclass_fields__ if written.get(name)})

    @classmethod
    def opened(cls, stored: str | None) -> "Needs":
        """This will read what `stored` wrote."""
        return cls.of(json.loads(stored)) if stored else cls()

    def stored(self) -> str | None:
        """This will write the needs for the sealed column; None where there are none."""
        written = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(written, ensure_ascii=False) if written else None

    def lines(self, language: str) -> list[str]:
        """This will list the needs in words, one a line."""
        parts = [f"{INTERPRETER.in_language(language)}: {self.interpreter}" if self.interpreter else ""]
        parts += [f"{DIET.in_language(language)}: {self.diet}" if self.diet else ""]
        parts += [WHEELCHAIR.in_language(language) if self.wheelchair else ""]
        parts += [COMPANION.in_language(language) if self.companion else ""]
        return [part for part in [*parts, self.other] if part]
