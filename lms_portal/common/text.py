"""Words in both written forms and English, for what is data in code: state labels, role names."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Words:
    """One expression in bokmål, nynorsk and English. Prints itself in the language of the moment."""

    nb: str
    nn: str
    en: str

    def in_language(self, language: str | None) -> str:
        """This will return the expression in a language, bokmål where the language is another."""
        return {"nn": self.nn, "en": self.en}.get((language or "nb")[:2], self.nb)

    def __str__(self) -> str:
        return self.in_language(get_language())
