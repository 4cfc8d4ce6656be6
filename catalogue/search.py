"""The words of the search: one normaliser for what is indexed and what is asked, so that bokmål, nynorsk and lay words meet.

Pure: pairs and synonyms come in as data. A text becomes tokens: folded (case, accents, punctuation), then each written form's
word becomes the same one (meistring is mestring, born is barn). A query becomes groups that must all be found; each group holds
the word and what editors have tied to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from lms_portal.common.norwegian_text import fold

PREFIX_FROM = 3  # letters; shorter words are abbreviations and must match whole
STEM_PREFIX_FROM = 6  # from here the stem may be a beginning: mestre finds mestring
LONGEST_QUERY = 200
MOST_WORDS = 12
REMEMBERED_TEXTS = 2000
SHORTEST_TAIL = 5
SHORTEST_FRONT = 3


@dataclass(frozen=True, slots=True)
class Group:
    """One word of a query, and what else counts as found: phrases of tokens."""

    written: str
    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A query, understood. `tokens` are the canonical words, for looking up what the index knows."""

    groups: tuple[Group, ...]

    @property
    def tokens(self) -> list[str]:
        """The first word of each group."""
        return [group.alternatives[0][0] for group in self.groups]

    @property
    def tsqueries(self) -> list[tuple[str, str]]:
        """For each group the texts for PostgreSQL's to_tsquery: of words, to be stemmed, and of beginnings, to be left as they are.

        Either is enough. Made of folded words alone, so nothing in them can be an operator.
        """
        return [
            (
                " | ".join(_phrase(words) for words in group.alternatives),
                " | ".join(f"{words[0]}:*" for words in group.alternatives if _begins_as_written(words)),
            )
            for group in self.groups
        ]


def _begins_as_written(words: tuple[str, ...]) -> bool:
    """Short words are stems already, or would be too short as such: kols is no beginning of kolesterol."""
    return len(words) == 1 and PREFIX_FROM <= len(words[0]) < STEM_PREFIX_FROM


def _phrase(words: tuple[str, ...]) -> str:
    *before, last = words
    is_beginning = len(last) >= PREFIX_FROM and not _begins_as_written(words)
    return " <-> ".join([*before, f"{last}:*" if is_beginning else last])


class Normaliser:
    """Brings words to their common form. Built once per refresh or request from the editable tables."""

    def __init__(
        self, pairs: Iterable[tuple[str, str, bool]], synonyms: Iterable[tuple[str, Iterable[str]]], *, tails: Iterable[str] = ()
    ) -> None:
        self._seen: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self._stems: list[tuple[str, str]] = []
        self._phrases: list[tuple[re.Pattern[str], str]] = []
        self._spelled_apart: dict[str, list[tuple[str, ...]]] = {}
        self._lay: dict[str, str] = {}
        for nb, nn, is_stem in pairs:
            common, other = fold(nb), fold(nn)
            self._lay |= {word: common for word in (common, other) if " " not in word}
            if " " in other:
                self._phrases.append((re.compile(rf"\b{re.escape(other)}\b"), common))
                self._spelled_apart.setdefault(common, []).append(tuple(other.split()))
            elif is_stem:
                self._stems.append((other, common))
            else:
                self._whole[other] = common
        self._stems.sort(key=lambda pair: -len(pair[0]))  # sjølvhjelp before sjølv
        # words that also count at the end of longer ones: hjerterehabilitering is found by rehabilitering; fronts are found by prefix
        self._tails = frozenset(token for text in tails for token in self.tokens(text) if len(token) >= SHORTEST_TAIL)
        self._split: dict[str, str] = {}
        self._synonyms = {self.token(fold(word)): tuple(tuple(self.tokens(phrase)) for phrase in finds) for word, finds in synonyms}
        self._lay |= {word: word for word in self._synonyms if " " not in word}

    def spelled_apart(self, token: str) -> Sequence[tuple[str, ...]]:
        """This will name the phrases that are written for one word: `me cfs` for mecfs."""
        return self._spelled_apart.get(token, ())

    def lay_words(self, known: Mapping[str, int]) -> Iterator[str]:
        """This will name the words of the editors' tables that lead to a word of `known`: a slip in one of them is put right too."""
        tokens = {self.token(word) for word in known}
        for word, common in self._lay.items():
            alternatives = ((self.token(common),), *self._synonyms.get(self.token(common), ()))
            if any(all(token in tokens or len(token) < PREFIX_FROM for token in phrase) for phrase in alternatives):
                yield word

    def token(self, word: str) -> str:
        """This will bring one folded word to its common form."""
        if word in self._whole:
            return self._whole[word]
        for other, common in self._stems:
            if other in word:
                word = word.replace(other, common, 1)
        return word

    def words(self, text: str) -> list[str]:
        """This will split a text into folded words as written."""
        folded = fold(text)
        for pattern, common in self._phrases:
            folded = pattern.sub(common, folded)
        return folded.split()

    def tokens(self, text: str) -> list[str]:
        """This will split a text into words in their common form."""
        return [self.token(word) for word in self.words(text)]

    def index_text(self, *texts: str) -> str:
        """This will make the text that the index is built from."""
        return " ".join(self._indexed(text) for text in texts if text)

    def _indexed(self, text: str) -> str:
        """One text serves the documents of three languages: it is brought to its common form once."""
        known = self._seen.get(text)
        if known is None:
            if len(self._seen) > REMEMBERED_TEXTS:
                self._seen.clear()
            known = self._seen[text] = " ".join(self._with_tail(token) for token in self.tokens(text))
        return known

    def _with_tail(self, token: str) -> str:
        """A compound and the longest known word that it ends in."""
        if len(token) < SHORTEST_FRONT + SHORTEST_TAIL or not self._tails:
            return token
        split = self._split.get(token)
        if split is None:
            ends = (token[start:] for start in range(SHORTEST_FRONT, len(token) - SHORTEST_TAIL + 1))
            tail = next((end for end in ends if end in self._tails), "")
            split = self._split[token] = f"{token} {tail}" if tail else token
        return split

    def query(self, written: str) -> Query:
        """This will understand what somebody typed."""
        groups = []
        for word in self.words(written[:LONGEST_QUERY])[:MOST_WORDS]:
            token = self.token(word)
            alternatives = [(token,), *(phrase for phrase in self._synonyms.get(token, ()) if phrase)]
            groups.append(Group(word, tuple(dict.fromkeys(alternatives))))
        return Query(tuple(groups))


@dataclass(frozen=True, slots=True)
class _Written:
    """One word of a text: as it stands there, folded, and where."""

    text: str
    folded: str
    start: int
    end: int


_WORD = re.compile(r"[^\W_]+")
_fold_word = lru_cache(maxsize=20_000)(fold)


@dataclass(frozen=True, slots=True)
class Meant:
    """What counts as one token: words of the index, folded, and words that also count at the end of longer ones."""

    words: frozenset[str]
    heads: tuple[str, ...] = ()

    def holds(self, folded: str) -> bool:
        """Whether a folded word counts."""
        return folded in self.words or (len(folded) >= SHORTEST_FRONT + SHORTEST_TAIL and folded.endswith(self.heads))


class Text:
    """A text in which a search's words are looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = [_Written(match[0], _fold_word(match[0]), *match.span()) for match in _WORD.finditer(text)]

    @property
    def written(self) -> set[str]:
        """The words as they stand there."""
        return {word.text for word in self._words}

    def first(self, phrases: Iterable[Sequence[Meant]]) -> str:
        """This will return the first place where one of the phrases stands, as it is written; empty where none does."""
        for phrase in phrases:
            for start in range(len(self._words) - len(phrase) + 1):
                here = self._words[start : start + len(phrase)]
                if all(meant.holds(word.folded) for meant, word in zip(phrase, here, strict=True)):
                    return self._text[here[0].start : here[-1].end]
        return ""


def nearest(word: str, vocabulary: dict[str, int]) -> str | None:
    """This will find the known word that somebody most likely meant: the fewest slips, then the most used. None where none is near.

    Four letters allow one slip, seven two, eleven three; shorter words are abbreviations and are left alone.
    """
    allowed = 0 if len(word) < 4 else 1 if len(word) < 7 else 2 if len(word) < 11 else 3
    if not allowed:
        return None
    found = process.extract(word, vocabulary.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=20)
    if not found:
        return None
    # the first letter is seldom wrong
    best = min(found, key=lambda hit: (hit[1], hit[0][0] != word[0], -vocabulary[hit[0]], hit[0]))
    return best[0]
