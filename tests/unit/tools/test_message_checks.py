"""What counts as a wrong translation."""

import pytest
from babel.messages.catalog import Message

from tools.message_checks import WRONG_WORDS, placeholders, problems, wrong_words


def problems_of(source: str | tuple[str, str], string: str | tuple[str, str], language: str = "nb") -> list[str]:
    return problems(Message(source, string), language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%(name)s og %(count)d", {"%(name)s": 1, "%(count)d": 1}),
        ("%s av %d", {"%s": 1, "%d": 1}),
        ("{name} og {}", {"{name}": 1, "{}": 1}),
        ("{number:,.2f}", {"{number}": 1}),
        ("100 % sikker, 50%% dagleg, 5 %", {}),
    ],
)
def test_placeholders(text: str, expected: dict[str, int]) -> None:
    assert placeholders(text) == expected


@pytest.mark.parametrize(
    ("source", "string"),
    [
        ("Hello %(name)s", "Hei %(name)s"),
        ("%(b)s after %(a)s", "%(a)s før %(b)s"),
        ("Twice", "To ganger"),
        (("One course", "%(n)s courses"), ("Ett kurs", "%(n)s kurs")),
        (("%(n)s course", "%(n)s courses"), ("%(n)s kurs", "%(n)s kurs")),
        (("One course", "%(n)s courses"), ("%(n)s kurs", "%(n)s kurs")),
        ("<strong>Now</strong>", "<strong>Nå</strong>"),
    ],
)
def test_problems_of_good_translation(source: str, string: str) -> None:
    assert problems_of(source, string) == []


@pytest.mark.parametrize(
    ("source", "string", "problem"),
    [
        ("Hello", "", "has no translation"),
        (("One", "%(n)s"), ("En", ""), "has no translation"),
        ("Hello %(name)s", "Hei", "has the placeholders [], the source has ['%(name)s']"),
        ("Hello %(name)s", "Hei %(navn)s", "has the placeholders ['%(navn)s'], the source has ['%(name)s']"),
        ("At %s", "Kl. %d", "has the placeholders ['%d'], the source has ['%s']"),
        ("Key {number}", "Nøkkel {nummer}", "has the placeholders ['{nummer}'], the source has ['{number}']"),
        (("One", "%(n)s of them"), ("En", "Flere av dem"), "has the placeholders [], the source has ['%(n)s']"),
        ("<strong>Now</strong>", "Nå", "has other HTML tags than the source"),
        ("Hello", "Hei ", "begins or ends with white space where the source does not, or the other way round"),
    ],
)
def test_problems_of_bad_translation(source: str, string: str, problem: str) -> None:
    assert problems_of(source, string) == [problem]


def test_problems_of_placeholder_without_its_letter() -> None:
    assert problems_of("%(n)s of %(m)s", "%(n)s av %(m)")[0] == "has a placeholder without its letter, such as %(name) for %(name)s"


def test_problems_of_fuzzy_translation() -> None:
    assert problems(Message("Hello", "Hei", flags=["fuzzy"]), "nb") == ["is marked fuzzy: check it and take the mark away"]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("nn", "Du kan ikke sende henvisningen fra denne siden", ["fra", "henvisningen", "ikke", "siden"]),
        ("nb", "Du kan ikkje sende tilvisinga frå denne sida", ["frå", "ikkje", "tilvisinga"]),
        ("nn", "Søknader om tilskot, to månader før fristen", []),
        ("nb", "Molde sjukehus, Stad kommune", []),
        ("nn", "Læring og meistring", []),
    ],
)
def test_wrong_words(language: str, text: str, words: list[str]) -> None:
    assert wrong_words(text, language) == words


def test_no_word_is_wrong_in_both_forms() -> None:
    assert WRONG_WORDS["nb"] & WRONG_WORDS["nn"] == frozenset()
