"""The demo's courses are written out: no sentence of five words or more stands in two of them."""

import re
from collections import defaultdict
from typing import Any

from lms_portal.demo.catalogue_demo import read_courses

SENTENCE_ENDS = re.compile(r"[.!?:;\n]")
WORDS = re.compile(r"[^\wæøåé]+")
LONG = 5
TEXTS = ("title", "summary", "learn", "for_whom", "programme", "practical", "referral_note", "user_representative", "before", "after")
LANGUAGES = ("nb", "nn", "en")


def _sentences(entry: dict[str, Any]) -> set[str]:
    found = set()
    for name in TEXTS:
        for language in LANGUAGES:
            written = entry.get(f"{name}_{language}", "")
            for part in written if isinstance(written, list) else [written]:
                for sentence in SENTENCE_ENDS.split(part.lower()):
                    words = WORDS.sub(" ", sentence).split()
                    if len(words) >= LONG:
                        found.add(" ".join(words))
    return found


def test_no_long_sentence_stands_in_two_courses() -> None:
    where = defaultdict(set)
    for entry in read_courses():
        for sentence in _sentences(entry):
            where[sentence].add(entry["code"])
    assert {sentence: codes for sentence, codes in where.items() if len(codes) > 1} == {}


def test_courses_are_many_and_some_forty_are_written_in_full() -> None:
    entries = read_courses()
    assert len(entries) >= 130
    assert sum(entry["full"] for entry in entries) >= 40
    assert len({entry["code"] for entry in entries}) == len({entry["slug"] for entry in entries}) == len(entries)


def test_every_course_has_both_written_forms() -> None:
    lacking = [
        (entry["code"], name)
        for entry in read_courses()
        for name in ("title", "summary", "for_whom", "learn")
        for language in ("nb", "nn")
        if not entry.get(f"{name}_{language}")
    ]
    assert lacking == []
