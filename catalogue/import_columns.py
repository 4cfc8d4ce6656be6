"""The columns of files with courses and dates: what each is called in three languages, and what a head in a strange file probably means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rapidfuzz import fuzz, process

from catalogue.differences import FACET_LABELS, LANGUAGE_NAMES, TEXT_LABELS
from catalogue.models.courses import FACETS, TEXT_LANGUAGES, TEXTS
from lms_portal.common.norwegian_text import fold

SITES = 6  # places of a run that have columns of their own
SITE_PARTS = ("unit", "mode", "room", "places")
LEAST_LIKENESS = 88
LONGEST_HEAD = 120


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `part`: course or run. `hint`: what the explanation says of it. `words`: what others call it, folded."""

    code: str
    part: str
    label: Any
    hint: Any = ""
    words: tuple[str, ...] = ()


def _site(number: int) -> list[Column]:
    labels = {
        "unit": _("Place %(number)s, hospital or unit"),
        "mode": _("Place %(number)s, how people take part"),
        "room": _("Place %(number)s, where people meet"),
        "places": _("Place %(number)s, number of places"),
    }
    hints = {
        "unit": _("Name of a hospital, clinic or centre that the portal knows. Place 1 is where it is given; the others receive it."),
        "mode": _("In person or digital."),
        "places": _("A whole number. Empty: no limit."),
    }
    others = (
        {
            "unit": (
                "sted",
                "stad",
                "kursstad",
                "kurssted",
                "place",
                "where",
                "hvor",
                "kor",
                "sykehus",
                "sjukehus",
                "hospital",
                "lokasjon",
            ),
            "mode": ("gjennomføring", "gjennomføringsform", "form", "delivery", "how", "leveranse"),
            "room": ("oppmøtested", "oppmøtestad", "møtestad", "møtested", "rom", "lokale", "room", "meeting place"),
            "places": ("plasser", "plassar", "antall plasser", "tal plassar", "tal på plassar", "kapasitet", "capacity", "seats"),
        }
        if number == 1
        else {}
    )
    return [
        Column(
            f"site{number}_{part}",
            "run",
            format_lazy("{text}", text=_Numbered(labels[part], number)),
            hints.get(part, ""),
            others.get(part, ()),
        )
        for part in SITE_PARTS
    ]


class _Numbered:
    """A lazy text with a number in it."""

    def __init__(self, text: Any, number: int) -> None:
        self.text, self.number = text, number

    def __str__(self) -> str:
        return str(self.text) % {"number": self.number}


TEXT_WORDS: dict[str, tuple[str, ...]] = {
    "title": ("kurs", "kursnavn", "kursnamn", "tittel", "kurstittel", "navn på kurs", "namn på kurs", "course", "title", "course title"),
    "summary": ("sammendrag", "samandrag", "ingress", "omtale", "beskrivelse", "skildring", "summary", "description"),
    "learn": ("dette lærer du", "læringsmål", "what you learn"),
    "for_whom": ("for hvem", "for kven", "hvem kurset er for", "kven kurset er for", "who it is for"),
    "programme": ("program", "innhold", "innhald", "programme", "content"),
    "practical": ("praktisk", "praktisk informasjon", "practical information"),
    "keywords": ("søkeord", "stikkord", "nøkkelord", "keywords"),
}
FACET_WORDS: dict[str, tuple[str, ...]] = {
    "topic": ("tema", "emne", "fagområde", "topic", "subject"),
    "audiences": ("målgruppe", "målgrupper", "audience", "target group"),
    "age_groups": ("alder", "aldersgruppe", "age", "age group"),
    "sign_up": (
        "påmelding",
        "påmeldingsmåte",
        "henvisning eller påmelding",
        "tilvising eller påmelding",
        "referral or registration",
        "sign up",
    ),
    "refer_to": ("henvises til", "tilvisast til", "henvisning til", "tilvising til", "poliklinikk", "klinikk", "clinic", "refer to"),
    "diagnoses": ("diagnosekoder", "diagnosekodar", "icd 10", "icpc 2", "diagnosis codes"),
    "spoken_language": ("språk", "kursspråk", "language"),
    "external_url": ("lenke", "lenkje", "nettadresse", "link", "url"),
}
FACET_HINTS = {
    "topic": _("One of the topics of the portal."),
    "audiences": _("One or more, with semicolons between them."),
    "age_groups": _("One or more, with semicolons between them."),
    "diagnoses": _("ICD-10 E11 or ICPC-2 T90, with semicolons between them."),
    "refer_to": _("Name of a clinic that the portal knows."),
}
COURSE_COLUMNS: tuple[Column, ...] = (
    Column(
        "code",
        "course",
        _("Course code"),
        _("Says which course the row is about. A code that nobody has makes a new course. Capital letters, digits and hyphens."),
        ("kode", "kurskode", "kortkode", "code", "course code"),
    ),
    Column(
        "owner",
        "course",
        _("Owner of the course"),
        _("Name of the clinic or centre. Used for new courses alone."),
        ("eier", "eigar", "kurseier", "kurseigar", "enhet", "eining", "avdeling", "owner", "unit", "senter"),
    ),
    *(
        Column(
            f"{name}_{language}",
            "course",
            format_lazy("{text}, {language}", text=TEXT_LABELS[name], language=LANGUAGE_NAMES[language]),
            _("One entry a line.") if name in ("learn", "programme") else "",
        )
        for name in TEXTS
        for language in TEXT_LANGUAGES
    ),
    *(Column(name, "course", FACET_LABELS[name], FACET_HINTS.get(name, ""), FACET_WORDS.get(name, ())) for name in FACETS),
)
RUN_COLUMNS: tuple[Column, ...] = (
    Column(
        "run_key",
        "run",
        _("Key of the dates"),
        _("Says which dates of the course the row is about. Empty or a key of your own: new dates. Leave the keys that stand here."),
        ("nøkkel", "gjennomføring nr", "kursnummer", "run", "run key"),
    ),
    Column(
        "when",
        "run",
        _("Dates"),
        _("Such as 26.10.2026, 02.11.2026 at 09:00–15:00; or a term, months, monthly, continuous, date to come."),
        ("dato", "datoar", "datoer", "når", "tid", "tidspunkt", "periode", "kursdato", "kursdatoar", "kursdatoer", "date", "dates", "when"),
    ),
    Column("times", "run", _("Time of day"), _("Such as 9.00–15.00, for days without times of their own."), ("klokkeslett", "kl", "time")),
    Column(
        "first_on",
        "run",
        _("First day"),
        _("Shown for sorting. Change the dates in their own column."),
        ("startdato", "fra dato", "frå dato", "start", "oppstart", "start date"),
    ),
    Column(
        "last_on",
        "run",
        _("Last day"),
        _("Shown for sorting. Change the dates in their own column."),
        ("sluttdato", "til dato", "slutt", "end date", "end"),
    ),
    Column(
        "day_count", "run", _("Number of days"), _("Where the dates do not say."), ("dager", "dagar", "antall dager", "tal dagar", "days")
    ),
    Column("run_sign_up", "run", _("How people get a place on these dates"), _("Empty: as the course.")),
    Column("run_refer_to", "run", _("Unit that takes referrals to these dates"), _("Empty: as the course.")),
    Column("opens_on", "run", _("First day to refer or sign up"), _("A day."), ("påmelding åpner", "påmelding opnar", "sign up opens")),
    Column(
        "closes_on",
        "run",
        _("Last day to refer or sign up"),
        _("A day."),
        ("påmeldingsfrist", "henvisningsfrist", "tilvisingsfrist", "frist", "deadline"),
    ),
    Column("minimum", "run", _("Fewest participants"), "", ("minimum", "minste antall", "minste tal", "min deltakere", "min deltakarar")),
    Column("decide_on", "run", _("Day to decide whether it is held"), _("A day.")),
    Column("note_nb", "run", _("Note on the page, bokmål"), "", ()),
    Column("note_nn", "run", _("Note on the page, nynorsk"), "", ()),
    *(column for number in range(1, SITES + 1) for column in _site(number)),
)
COLUMNS: dict[str, Column] = {column.code: column for column in (*COURSE_COLUMNS, *RUN_COLUMNS)}
# heads of the portal's own files that are there to be read by people
FOR_PEOPLE: dict[str, Any] = {
    "state": pgettext_lazy("of a course or dates", "State"),
    "title": _("Course"),
    "taken": _("Places taken"),
    "published": _("Last published"),
}
EXPLANATION = _("Explanation")
NOTES = ("merknad", "note", "kommentar", "notat")


def _in_all_languages(text: Any) -> set[str]:
    found = set()
    for language in TEXT_LANGUAGES:
        with translation.override(language):
            found.add(fold(str(text)))
    return found


@lru_cache(maxsize=8)
def _known_heads(language: str) -> dict[str, str]:
    """Folded head to column. The portal's own labels win; texts without a named language are in that of the centre."""
    known: dict[str, str] = {}
    for name, others in TEXT_WORDS.items():
        known |= dict.fromkeys((fold(word) for word in others), f"{name}_{language}")
    known |= dict.fromkeys((fold(word) for word in NOTES), f"note_{language}")
    for column in COLUMNS.values():
        for word in column.words:
            known.setdefault(fold(word), column.code)
    known |= {code.replace("_", " "): code for code in COLUMNS}
    for column in COLUMNS.values():
        known |= dict.fromkeys(_in_all_languages(column.label), column.code)
    return known


def is_explanation(sheet: str) -> bool:
    """This will say whether a sheet is the one that explains the others, by its name."""
    return fold(sheet) in _in_all_languages(EXPLANATION)


def head_key(head: str) -> str:
    """This will bring a head to the form by which it is remembered."""
    return fold(head)[:LONGEST_HEAD]


def guess_columns(heads: Sequence[str], *, language: str = "nb", remembered: Mapping[str, str] | None = None) -> list[str]:
    """This will say for each head which column it probably is, each once; empty for what is not known.

    `remembered`: by `head_key`, what the centre chose last time. `language`: nb or nn, for texts whose head names none.
    """
    known = _known_heads(language if language in ("nb", "nn") else "nb")
    people = set().union(*(_in_all_languages(label) for label in FOR_PEOPLE.values()))
    own = bool(set(heads) and "run_key" in {known.get(fold(head)) for head in heads})
    found: list[str] = []
    for head in heads:
        key = head_key(head)
        if remembered and key in remembered:
            guess = remembered[key]
        elif own and key in people:
            guess = ""  # a file of the portal's own says it for people alone
        else:
            guess = known.get(key, "") or _nearest(key, known)
        found.append(guess if guess in COLUMNS and guess not in found else "")
    return found


def _nearest(key: str, known: Mapping[str, str]) -> str:
    if len(key) < 5:
        return ""
    best = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS)
    return known[best[0]] if best else ""


def likely_head(rows: Iterable[tuple[int, Sequence[str]]], *, language: str = "nb", remembered: Mapping[str, str] | None = None) -> int:
    """This will choose the row that reads most like a head; the first one with two cells where none does. Rows: number and cells."""
    best, most, first = 0, 0, 0
    for number, cells in rows:
        filled = [cell for cell in cells if cell]
        if not first and len(filled) > 1:
            first = number
        hits = sum(bool(guess) for guess in guess_columns(cells, language=language, remembered=remembered))
        if hits > most:
            best, most = number, hits
    return best or first or 1
