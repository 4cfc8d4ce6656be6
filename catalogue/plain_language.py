"""Hints about heavy text: long sentences, long words, and how much of both. Never a hindrance: some words are long because they are right.

Source: LIX (C.-H. Björnsson, 1968): words a sentence, and the share of words with more than six letters; below forty is plain prose.
The plain-language advice of Språkrådet: one thing a sentence, and no longer words than needed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from catalogue.differences import LANGUAGE_NAMES, TEXT_LABELS
from catalogue.models import CourseVersion
from catalogue.models.courses import TEXTS

LONG_SENTENCE = 24  # words
LONG_WORD = 20  # letters: compounds are long in Norwegian, and many are fine
LIX_LONG = 6
HEAVY_LIX = 50
FEWEST_WORDS = 30  # LIX of a line or two says nothing
MOST_WORDS_NAMED = 4
NOT_PROSE = frozenset({"title", "keywords", "user_representative"})
SENTENCE_ENDS = re.compile(r"[.!?:](?:\s|$)|\n+")
WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """What there is to say of one text. `lix` is None where the text is too short to tell."""

    long_sentences: tuple[str, ...]
    long_words: tuple[str, ...]
    lix: int | None

    @property
    def is_heavy(self) -> bool:
        """Whether the text as a whole is heavy reading."""
        return self.lix is not None and self.lix >= HEAVY_LIX


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that could be said more plainly, and where."""

    place: str | Promise
    text: str | Promise
    example: str
    language: str


def read(text: str) -> Reading:
    """This will measure a text."""
    without_links = re.sub(r"https?://\S+", " ", text)
    sentences = [sentence.strip() for sentence in SENTENCE_ENDS.split(without_links) if WORDS.search(sentence)]
    words = WORDS.findall(without_links)
    long_sentences = tuple(sentence for sentence in sentences if len(WORDS.findall(sentence)) > LONG_SENTENCE)
    long_words = tuple(dict.fromkeys(word for word in words if "-" not in word and len(word) >= LONG_WORD))
    lix = None
    if len(words) >= FEWEST_WORDS:
        lix = round(len(words) / len(sentences) + 100 * sum(len(word) > LIX_LONG for word in words) / len(words))
    return Reading(long_sentences, long_words, lix)


def _hints(place: str | Promise, language: str, reading: Reading) -> Iterator[Hint]:
    for sentence in reading.long_sentences[:1]:
        count = len(reading.long_sentences)
        text = ngettext_lazy("One long sentence. Can it be two?", "%(number)s long sentences. Can they be divided?", count) % {
            "number": count
        }
        yield Hint(place, text, f"{sentence[:90].rstrip()} …" if len(sentence) > 90 else sentence, language)
    if reading.long_words:
        yield Hint(place, _("Long words. Is there a plainer way to say it?"), ", ".join(reading.long_words[:MOST_WORDS_NAMED]), language)
    if reading.is_heavy:
        yield Hint(place, _("Heavy reading: many long words and long sentences."), f"LIX {reading.lix}", language)


def hints_on(version: CourseVersion) -> list[Hint]:
    """This will list what could be said more plainly in a course's Norwegian texts, field by field."""
    found: list[Hint] = []
    for language in ("nb", "nn"):
        for name in TEXTS:
            if name not in NOT_PROSE and (text := version.text(name, language)):
                place = format_lazy("{text}, {language}", text=TEXT_LABELS[name], language=LANGUAGE_NAMES[language])
                found += _hints(place, language, read(text))
    return found
