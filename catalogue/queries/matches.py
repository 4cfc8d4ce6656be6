"""Which words of a course a search has found, as they are written there: four queries for a page of results, whatever stands on it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from uuid import UUID

from django.db import connection
from django.db.models import F

from catalogue.models import Code, CourseVersion, DeliverySite
from catalogue.models.courses import TEXT_LANGUAGES, TEXTS
from catalogue.queries.finding import LAST_LETTER, Hit
from catalogue.search import PREFIX_FROM, SHORTEST_TAIL, STEM_PREFIX_FROM, Group, Meant, Normaliser, Query, Text

WORDS_OF = """
SELECT asked.token, term.word, term.is_head
  FROM unnest(%(tokens)s::text[]) AS asked (token)
 CROSS JOIN LATERAL (SELECT coalesce((ts_lexize('norwegian_stem', asked.token))[1], asked.token) AS stem) AS stemmed
  JOIN catalogue_search_term AS term
    ON term.token = stemmed.stem
    OR (length(asked.token) >= %(prefix_from)s AND term.token >= asked.token AND term.token < asked.token || %(last)s)
    OR (length(asked.token) >= %(stem_prefix_from)s AND term.token >= stemmed.stem AND term.token < stemmed.stem || %(last)s)
"""
TAG = re.compile(r"<[^>]+>")
# title, then what editors have tied to the course, then what stands on the card, then the rest; as the ranking does
FIRST = ("title", "keywords")
REST = tuple(name for name in TEXTS if name not in (*FIRST, "summary"))


def _meanings(tokens: Iterable[str]) -> dict[str, Meant]:
    """This will look up which words of the index each token finds (one query)."""
    asked = sorted(set(tokens))
    words: dict[str, set[str]] = {token: {token} for token in asked}
    heads: dict[str, set[str]] = {token: set() for token in asked}
    with connection.cursor() as cursor:
        cursor.execute(WORDS_OF, {"tokens": asked, "last": LAST_LETTER, "prefix_from": PREFIX_FROM, "stem_prefix_from": STEM_PREFIX_FROM})
        for token, word, is_head in cursor.fetchall():
            words[token].add(word)
            if is_head and len(word) >= SHORTEST_TAIL:
                heads[token].add(word)
    return {token: Meant(frozenset(words[token]), tuple(sorted(heads[token]))) for token in asked}


def _phrases(group: Group, normaliser: Normaliser) -> list[tuple[str, ...]]:
    """What counts as one word of the query, with what is written as several words."""
    apart = [phrase for words in group.alternatives if len(words) == 1 for phrase in normaliser.spelled_apart(words[0])]
    return [*group.alternatives, *apart]


class _Texts:
    """The texts of one course, the telling ones first; each is taken apart when it is first asked for."""

    def __init__(self, version: CourseVersion, card: str, places: Iterable[str], names: Mapping[tuple[str, str], Code]) -> None:
        self._sources = self._in_order(version, card, places, names)
        self._read: list[Text] = []

    @staticmethod
    def _in_order(version: CourseVersion, card: str, places: Iterable[str], names: Mapping[tuple[str, str], Code]) -> Iterator[str]:
        shown = version.language_shown()
        languages = [shown, *(language for language in TEXT_LANGUAGES if language != shown)]
        for name in FIRST:
            yield version.text(name, shown)
        yield from version.diagnoses
        for pair in map(_system_and_code, version.diagnoses):
            if pair in names:
                yield names[pair].display_nb
                yield names[pair].display_nn
        yield unescape(TAG.sub(" ", card))
        yield str(version.get_topic_display())
        yield str(version.get_delivery_display())
        for language in languages:
            yield from (version.text(name, language) for name in (*REST, *FIRST, "summary"))
        yield from places

    def _each(self) -> Iterator[Text]:
        yield from self._read
        for source in self._sources:
            if source:
                text = Text(source)
                self._read.append(text)
                yield text

    def first(self, own: Sequence[Sequence[Meant]], others: Sequence[Sequence[Meant]]) -> str:
        """This will return the word that counts, in small letters where the course writes it so too: one's own word before what is tied to it."""
        found = next((word for phrases in (own, others) for text in self._each() if (word := text.first(phrases))), "")
        small = found.lower()
        if found and found != small and any(small in text.written for text in self._each()):
            return small
        return found


def _places(versions: Sequence[CourseVersion]) -> dict[UUID, list[str]]:
    """This will name who holds each course and where its dates are (one query)."""
    places: dict[UUID, list[str]] = {}
    for version in versions:
        units = [version.course.owner, version.course.owner.parent]
        places[version.course_id] = [text for unit in units if unit for text in (unit.name_nb, unit.name_nn, unit.place)]
    sites = DeliverySite.objects.filter(run__course__in=list(places)).order_by()
    columns = ("run__course", "unit__name_nb", "unit__place", "unit__parent__name_nb", "unit__parent__place")
    for course_id, *texts in sites.values_list(*columns).distinct():
        places[course_id] += [text for text in texts if text]
    return places


def _system_and_code(diagnosis: str) -> tuple[str, str]:
    system, _space, code = diagnosis.rpartition(" ")
    return system, code


def matched_words(query: Query, hits: Sequence[Hit], normaliser: Normaliser) -> dict[UUID, list[str]]:
    """This will say for each hit which of its words the query has found, in the order of the query and as the course writes them.

    A word whose place in the course cannot be told is left out.
    """
    if not query.groups or not hits:
        return {}
    phrases = [_phrases(group, normaliser) for group in query.groups]
    meant = _meanings(token for each in phrases for phrase in each for token in phrase)
    wanted = [[[meant[token] for token in phrase] for phrase in each] for each in phrases]
    cards = {hit.course_id: hit.html for hit in hits}
    public = CourseVersion.objects.filter(course__in=list(cards), course__public_version=F("pk"))
    versions = list(public.select_related("course__owner__parent"))
    places = _places(versions)
    pairs = {_system_and_code(diagnosis) for version in versions for diagnosis in version.diagnoses}
    codes = Code.objects.filter(system__in={system for system, _code in pairs}, code__in={code for _system, code in pairs})
    names = {(code.system, code.code): code for code in codes}
    words: dict[UUID, list[str]] = {}
    for version in versions:
        texts = _Texts(version, cards[version.course_id], places[version.course_id], names)
        found = [word for each in wanted if (word := texts.first(each[:1], each[1:]))]
        words[version.course_id] = list({word.lower(): word for word in reversed(found)}.values())[::-1]
    return words
