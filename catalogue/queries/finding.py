"""Finding courses: filters, counts, ranking and one page of results in one statement over the narrow search table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from catalogue import facets
from catalogue.models import SearchTerm
from catalogue.search import PREFIX_FROM, Normaliser, Query, nearest

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Days:
    """A range of Norwegian days, both included. `first` is never before today: what has been is not looked for."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. `chosen` is the group's number and its chosen facet numbers; any one of them is enough.

    `near` are facet numbers of which one must be there besides: the hospital of a municipality, or digital. `days` are the first and
    the last day between which something is held; either may be open.
    """

    language: str
    query: Query | None = None
    chosen: Mapping[int, Sequence[int]] = field(default_factory=dict)
    near: Sequence[int] = ()
    days: Days | None = None
    by_date: bool = False
    page: int = 1
    page_size: int = PAGE_SIZE

    @property
    def has_words(self) -> bool:
        """Whether a word is looked for."""
        return self.query is not None and bool(self.query.groups)


@dataclass(frozen=True, slots=True)
class Hit:
    """One course of the page, with its ready card. `is_stale`: the calendar has passed the card by."""

    course_id: UUID
    html: str
    made_on: date | None
    stale_on: date | None

    def is_stale(self, today: date) -> bool:
        """Whether the card is missing, or says what was right on another day."""
        return self.made_on is None or self.made_on > today or (self.stale_on is not None and self.stale_on <= today)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of courses, how many there are, and for each choice how many there would be with it."""

    total: int
    hits: list[Hit]
    counts: dict[int, int]


EVERY_COURSE = 0  # the number whose bits are all courses

# What somebody chose in one group does not count against the other choices of that group: the number beside each choice is what
# choosing it would give. So each group has a mask of its own, made of the other groups' choices; counting is AND and bit_count.
FOUND = """
WITH {hits}every AS MATERIALIZED (SELECT bits AS known, bits & ~bits AS none FROM catalogue_facet_bits WHERE number = 0
), chosen AS MATERIALIZED (
    SELECT {chosen} FROM every
), masks AS MATERIALIZED (
    SELECT {masks} FROM chosen
)"""
STATEMENT = """{found}, page AS (
    SELECT course_id, row_number() OVER () AS place
      FROM (SELECT course_id FROM {source} WHERE {conditions} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) AS ordered
)
SELECT 0 AS kind, facet.number::int AS number, bit_count(facet.bits & {mask}) AS amount,
       NULL::uuid AS course_id, NULL AS html, NULL::date AS made_on, NULL::date AS stale_on
  FROM catalogue_facet_bits AS facet, masks WHERE facet.number > 0
UNION ALL
SELECT 1, 0, bit_count(masks.found), NULL, NULL, NULL, NULL FROM masks
UNION ALL
SELECT 2, page.place::int, 0, page.course_id, card.html, card.made_on, card.stale_on
  FROM page LEFT JOIN catalogue_coursecard AS card ON card.course_id = page.course_id AND card.language = %(language)s
"""
HITS = """hits AS MATERIALIZED (
    SELECT course_id, ordinal, brief, {in_brief} AS in_brief, next_key, title_key
      FROM catalogue_search_document WHERE language = %(language)s AND vector @@ ({every_group})
), """
# written out wherever it is used: the planner then sees a constant, and the index
GROUP = "(to_tsquery('norwegian', %(words{number})s) || to_tsquery('simple', %(beginnings{number})s))"
# What is held on exact days needs one of them in the range; vaguer dates need to be possible there; what has no date yet does not count.
IN_DAYS = """in_days AS MATERIALIZED (
    SELECT DISTINCT document.ordinal
      FROM catalogue_run AS run JOIN catalogue_search_document AS document ON document.course_id = run.course_id AND document.language = 'nb'
     WHERE run.status IN ('open', 'closed') AND run.kind <> 'to_be_announced'
       AND (run.first_possible_on IS NULL OR run.first_possible_on <= %(last_day)s)
       AND (run.last_possible_on IS NULL OR run.last_possible_on >= %(first_day)s)
       AND (run.kind <> 'sessions' OR EXISTS (
           SELECT FROM catalogue_runsession AS session
            WHERE session.run_id = run.id AND session.held_on BETWEEN %(first_day)s AND %(last_day)s))
), """
# The hits as bits, thirty-two at a time: an aggregate over single bits would copy the whole string for every hit.
AS_BITS = """(
        SELECT ('x' || string_agg(lpad(to_hex(coalesce(held.bits, 0)), 8, '0'), '' ORDER BY word))::varbit
          FROM generate_series(0, length(every.none) / 32 - 1) AS word
          LEFT JOIN (SELECT ordinal / 32 AS word, bit_or(1::bigint << (31 - ordinal %% 32)) AS bits FROM {rows} GROUP BY 1) AS held USING (word)
    )"""
ALL_HITS = AS_BITS.format(rows="hits")
ALL_IN_DAYS = f"coalesce({AS_BITS.format(rows='in_days')}, every.none)"
ONE_OF = "coalesce((SELECT bit_or(bits) FROM catalogue_facet_bits WHERE number = ANY(%({name})s::int2[])), every.none)"
IS_FOUND = "get_bit((SELECT found FROM masks), ordinal) = 1"
BY_DATE = "next_key, title_key, course_id"
# the more words in title and keywords the better, then what is ahead before what has been; only where all words are there is ranked:
# ranking is what costs
BY_RELEVANCE = (
    "in_brief DESC, (next_key < '~') DESC,"
    " CASE WHEN in_brief = {amount} THEN ts_rank('{{0.05,0.1,0.4,1.0}}', brief, {every_group}) END DESC,"
    " next_key, title_key, course_id"
)


def _groups(query: Query) -> list[str]:
    return [GROUP.format(number=number) for number in range(len(query.groups))]


def _hits(query: Query) -> tuple[str, dict[str, str]]:
    """Writes the part that finds words, with its parameters."""
    groups = _groups(query)
    part = HITS.format(in_brief=" + ".join(f"(brief @@ {group})::int" for group in groups), every_group=" && ".join(groups))
    parameters: dict[str, Any] = {}
    for number, (words, beginnings) in enumerate(query.tsqueries):
        parameters |= {f"words{number}": words, f"beginnings{number}": beginnings}
    return part, parameters


def _by_relevance(query: Query) -> str:
    groups = _groups(query)
    return BY_RELEVANCE.format(amount=len(groups), every_group=" && ".join(groups))


@dataclass(frozen=True, slots=True)
class Sought:
    """The beginning of a statement that finds courses: its text ends with `masks`, where bit `ordinal` of `found` is a course's."""

    text: str
    parameters: dict[str, Any]
    group_names: dict[str, int]


def sought(wanted: Wanted) -> Sought:
    """This will write the beginning of a statement for what is wanted, with the parameters that it takes."""
    parameters: dict[str, Any] = {"language": wanted.language}
    groups: dict[str, int] = {}  # the name of a parameter, and its facet group (0 for near)
    hits = ""
    if wanted.query is not None and wanted.has_words:
        hits, words = _hits(wanted.query)
        parameters |= words
    for group, numbers in wanted.chosen.items():
        if numbers:
            groups[f"facet{group}"] = group
            parameters[f"facet{group}"] = list(numbers)
    if wanted.near:
        groups["near"] = 0
        parameters["near"] = list(wanted.near)
    if wanted.days:
        parameters |= {"first_day": wanted.days.first, "last_day": wanted.days.last}
    has_words = wanted.has_words
    names = ["words", *groups, *(["days"] if wanted.days else [])]

    def both(*left_out: str) -> str:
        return " & ".join(name for name in names if name not in left_out)

    chosen = [f"{ALL_HITS if has_words else 'every.known'} AS words", *(f"{ONE_OF.format(name=name)} AS {name}" for name in groups)]
    chosen += [f"{ALL_IN_DAYS} AS days"] if wanted.days else []
    own = {name: group for name, group in groups.items() if group}
    masks = [f"{both()} AS found", *(f"{both(name)} AS without_{name}" for name in own)]
    text = FOUND.format(hits=hits + (IN_DAYS if wanted.days else ""), chosen=", ".join(chosen), masks=", ".join(masks))
    return Sought(text, parameters, own)


def _statement(wanted: Wanted, beginning: Sought) -> str:
    """Writes the statement that finds a page of courses, and counts."""
    cases = "".join(f" WHEN {group} THEN masks.without_{name}" for name, group in beginning.group_names.items())
    is_narrowed = bool(beginning.group_names or wanted.near or wanted.days)
    return STATEMENT.format(
        found=beginning.text,
        source="hits" if wanted.has_words else "catalogue_search_document",
        conditions=" AND ".join(["true" if wanted.has_words else "language = %(language)s", *([IS_FOUND] if is_narrowed else [])]),
        order=_by_relevance(wanted.query) if wanted.query and wanted.has_words and not wanted.by_date else BY_DATE,
        mask=f"CASE facet.number / 1000{cases} ELSE masks.found END" if cases else "masks.found",
    )


def find_courses(wanted: Wanted) -> Found:
    """This will find one page of courses with counts for every choice, in one query."""
    beginning = sought(wanted)
    parameters = beginning.parameters | {"limit": wanted.page_size, "offset": (wanted.page - 1) * wanted.page_size}
    counts: dict[int, int] = {}
    hits: list[tuple[int, Hit]] = []
    total = 0
    with connection.cursor() as cursor:
        cursor.execute(_statement(wanted, beginning), parameters)
        for kind, number, amount, course_id, html, made_on, stale_on in cursor.fetchall():
            if kind == 0 and amount:
                counts[number] = amount
            elif kind == 1:
                total = amount or 0
            elif kind == 2:
                hits.append((number, Hit(course_id, html or "", made_on, stale_on)))
    return Found(total, [hit for _place, hit in sorted(hits, key=lambda pair: pair[0])], counts)


LAST_LETTER = "\U0010fffd"  # after every other in C order: the end of a range of words with one beginning
KNOWN = """
SELECT asked.token, cardinality(ts_lexize('norwegian_stem', asked.token)) = 0 AS is_stop
  FROM unnest(%(tokens)s::text[]) AS asked (token)
 CROSS JOIN LATERAL (SELECT coalesce((ts_lexize('norwegian_stem', asked.token))[1], asked.token) AS stem) AS stemmed
 WHERE EXISTS (SELECT 1 FROM catalogue_search_term AS term WHERE term.token = stemmed.stem
                   OR (length(asked.token) >= %(prefix_from)s AND term.token >= asked.token AND term.token < asked.token || %(last)s))
    OR cardinality(ts_lexize('norwegian_stem', asked.token)) = 0
"""


def judge_words(query: Query) -> tuple[set[str], set[str]]:
    """This will name the tokens of a query that nothing in the index begins with, and those that the index leaves out (og, i)."""
    asked = {group.alternatives[0][0] for group in query.groups if len(group.alternatives) == 1}
    if not asked:
        return set(), set()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"tokens": sorted(asked), "last": LAST_LETTER, "prefix_from": PREFIX_FROM})
        known = dict(cursor.fetchall())
    return asked - known.keys(), {token for token, is_stop in known.items() if is_stop}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was read: the words that were taken for others."""

    query: Query
    written: str
    corrected: str = ""


def known_words(normaliser: Normaliser) -> dict[str, int]:
    """This will list the words that a slip is compared with, and how often each is used: the index's own, and lay words that lead to one."""
    known = dict(SearchTerm.objects.values_list("word", "uses"))
    return dict.fromkeys(normaliser.lay_words(known), 0) | known


def read_query(written: str, normaliser: Normaliser, vocabulary: Callable[[], dict[str, int]] | None = None) -> Reading:
    """This will understand a query, and take unknown words for the nearest that the index knows (one query, two where a word is unknown)."""
    query = normaliser.query(written)
    unknown, stops = judge_words(query)

    def without_stops(query: Query) -> Query:
        return Query(tuple(group for group in query.groups if group.alternatives[0][0] not in stops))

    if not unknown:
        return Reading(without_stops(query), written)
    known = vocabulary() if vocabulary else known_words(normaliser)
    words, changed = [], False
    for group in query.groups:
        better = nearest(group.written, known) if group.alternatives[0][0] in unknown else None
        words.append(better or group.written)
        changed = changed or better is not None
    corrected = " ".join(words)
    return Reading(without_stops(normaliser.query(corrected)), written, corrected) if changed else Reading(without_stops(query), written)


def chosen_numbers(values: Mapping[str, Sequence[str]], places: Mapping[str, int]) -> dict[int, list[int]]:
    """This will turn the address's choices into facet numbers; unknown ones are left out. `places` is unit code to facet number."""
    chosen: dict[int, list[int]] = {}
    for facet in facets.FACETS:
        codes = values.get(facet.key, ())
        if facet is facets.PLACE:
            numbers = [places[code] for code in codes if code in places]
        elif facet is facets.TERM:
            numbers = [number for code in codes if (number := facets.term_from_code(code))]
        else:
            numbers = facet.numbers_of(codes)
        if numbers:
            chosen[facet.number] = numbers
    return chosen
