"""What differs between two texts of a course, in plain words: field by field, lists entry by entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalogue import enums
from catalogue.models import CourseVersion
from catalogue.models.courses import FACETS, LIST_TEXTS, TEXT_LANGUAGES, TEXTS

LANGUAGE_NAMES = {"nb": gettext_lazy("bokmål"), "nn": gettext_lazy("nynorsk"), "en": pgettext_lazy("text in one language", "English")}
TEXT_LABELS = {
    "title": pgettext_lazy("of a course", "Title"),
    "summary": gettext_lazy("Summary"),
    "learn": gettext_lazy("What you learn"),
    "for_whom": gettext_lazy("Who it is for"),
    "programme": gettext_lazy("Programme"),
    "practical": gettext_lazy("Practical information"),
    "referral_note": gettext_lazy("What the referral must say"),
    "user_representative": gettext_lazy("User representative"),
    "before": gettext_lazy("Before the course"),
    "after": gettext_lazy("After the course"),
    "keywords": gettext_lazy("Words that people search for"),
}
FACET_LABELS = {
    "topic": gettext_lazy("Topic"),
    "field": gettext_lazy("Part of the health service"),
    "diagnosis_specific": gettext_lazy("One diagnosis or many"),
    "format": pgettext_lazy("group or individual", "Group or individual"),
    "delivery": gettext_lazy("How people take part"),
    "audiences": gettext_lazy("Who the course is for"),
    "age_groups": gettext_lazy("Age"),
    "spoken_language": gettext_lazy("Language spoken"),
    "sign_up": gettext_lazy("How people get a place"),
    "refer_to": gettext_lazy("Clinic that takes the referral"),
    "external_name": gettext_lazy("Name of the other system"),
    "external_url": gettext_lazy("Address in the other system"),
    "places": gettext_lazy("Usual number of places"),
    "diagnoses": gettext_lazy("Diagnosis codes"),
}
CHOICES: dict[str, Any] = {
    "topic": enums.Topic,
    "field": enums.Field,
    "format": enums.CourseFormat,
    "delivery": enums.Delivery,
    "audiences": enums.Audience,
    "age_groups": enums.AgeGroup,
    "spoken_language": enums.SpokenLanguage,
    "sign_up": enums.SignUpRoute,
}
SPECIFIC = {True: gettext_lazy("For one diagnosis"), False: gettext_lazy("Whatever the diagnosis")}
COLUMNS = (
    *(f"{name}_{language}" for name in TEXTS for language in TEXT_LANGUAGES),
    *(f"state_{language}" for language in TEXT_LANGUAGES),
    *FACETS,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. `added` and `removed` are entries of a list; other fields have `before` and `after`, empty for nothing."""

    column: str
    label: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    is_list: bool = False
    language: str = ""


def label_of(column: str) -> str:
    """This will name a column: `Title, nynorsk`."""
    if column in FACET_LABELS:
        return str(FACET_LABELS[column])
    name, _underscore, language = column.rpartition("_")
    if name == "state":
        return _("State of the text, %(language)s") % {"language": LANGUAGE_NAMES[language]}
    return f"{TEXT_LABELS[name]}, {LANGUAGE_NAMES[language]}"


def _named(choices: Any, code: str) -> str:
    return str(choices(code).label) if code in choices.values else code


def in_words(column: str, value: Any) -> str:
    """This will write a column's value as the page shows it; empty for nothing."""
    if value in (None, "", []):
        return ""
    words: str | Promise = str(value)
    if column == "diagnosis_specific":
        words = SPECIFIC[value]
    elif column in CHOICES:
        words = ", ".join(_named(CHOICES[column], code) for code in ([value] if isinstance(value, str) else value))
    elif column.startswith("state_"):
        words = _named(enums.LanguageState, value)
    elif isinstance(value, list):
        words = "\n".join(value)
    return str(words)


def _entries(column: str, value: Any) -> list[str] | None:
    """The entries of a list; None for other fields."""
    if column.rpartition("_")[0] in LIST_TEXTS:
        return [line.strip() for line in value.splitlines() if line.strip()]
    if column in ("audiences", "age_groups"):
        return [_named(CHOICES[column], code) for code in value]
    return list(value) if column == "diagnoses" else None


def _language_of(column: str) -> str:
    language = column.rpartition("_")[2]
    return language if language in TEXT_LANGUAGES and not column.startswith("state_") else ""


def difference(column: str, before: Any, after: Any) -> Difference:
    """This will describe how one column differs. Moved entries of a list count as one text before and after."""
    label, language = label_of(column), _language_of(column)
    old, new = _entries(column, before), _entries(column, after)
    if old is not None and new is not None and sorted(old) != sorted(new):
        added = tuple(entry for entry in new if entry not in old)
        removed = tuple(entry for entry in old if entry not in new)
        return Difference(column, label, added=added, removed=removed, is_list=True, language=language)
    return Difference(column, label, before=in_words(column, before), after=in_words(column, after), language=language)


def differences(before: CourseVersion | None, after: CourseVersion, columns: Iterable[str] = COLUMNS) -> list[Difference]:
    """This will list what changed from one text to another; from nothing where there is no text before."""
    found = []
    for column in columns:
        new = getattr(after, column)
        old = getattr(before, column) if before else type(new)() if isinstance(new, str | list) else None
        if old != new:
            found.append(difference(column, old, new))
    return found
