"""Which searches without an answer may be counted: words of a subject, never what could be a person's number, address or whole message."""

import re
from collections.abc import Sequence

LONGEST = 60
MOST_WORDS = 5
SHORTEST_WORD = 2
FEW_DIGITS = 3  # covid 19 and type 2 are subjects; four digits or more may be part of somebody's number


def countable(written: str, words: Sequence[str]) -> str:
    """This will return the normalised words to count, or nothing where the search may say something about a person.

    `written` is what was typed, `words` what the normaliser made of it.
    """
    if "@" in written or len(re.findall(r"\d", written)) > FEW_DIGITS:
        return ""
    text = " ".join(words)
    if not words or len(words) > MOST_WORDS or len(text) > LONGEST or not any(len(word) >= SHORTEST_WORD for word in words):
        return ""
    return text
