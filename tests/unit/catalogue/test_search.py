"""The normaliser: both written forms, lay words and typing errors."""

import csv
from pathlib import Path

import pytest

from catalogue.search import Normaliser, nearest

REFERENCE = Path(__file__).parents[3] / "catalogue" / "reference"


def _normaliser(*tails: str) -> Normaliser:
    with (REFERENCE / "form_pairs.csv").open(encoding="utf-8") as source:
        pairs = [(row["nb"], row["nn"], row["is_stem"] == "1") for row in csv.DictReader(source)]
    with (REFERENCE / "synonyms.csv").open(encoding="utf-8") as source:
        synonyms = [(row["word"], row["finds"].split("|")) for row in csv.DictReader(source)]
    return Normaliser(pairs, synonyms, tails=tails)


@pytest.mark.parametrize(
    ("nb", "nn"),
    [
        ("henvisning", "tilvising"),
        ("mestring", "meistring"),
        ("mestringskurs", "meistringskurs"),
        ("barn", "born"),
        ("foreldre", "føresette"),
        ("sykehus", "sjukehus"),
        ("hjertesykdom", "hjartesjukdom"),
        ("selvhjelp", "sjølvhjelp"),
        ("pårørendeskole", "pårørandeskole"),
        ("Høst", "HAUST"),
        ("uke", "veke"),
        ("følelser", "kjensler"),
    ],
)
def test_tokens_of_both_forms_are_the_same(nb: str, nn: str) -> None:
    normaliser = _normaliser()
    assert normaliser.tokens(nb) == normaliser.tokens(nn)


def test_index_text_holds_the_end_of_compounds() -> None:
    assert _normaliser("rehabilitering").index_text("Hjarterehabilitering i Volda") == "hjerterehabilitering rehabilitering i volda"


@pytest.mark.parametrize("written", ["ME/CFS", "me/ cfs", "CFS/ME"])
def test_tokens_of_me_cfs_are_one(written: str) -> None:
    assert _normaliser().tokens(written) == ["mecfs"]


def test_query_groups_words_with_their_synonyms() -> None:
    query = _normaliser().query("sukkersjuke volda")
    assert query.tsqueries == [("sukkersyke:* | diabetes:*", ""), ("volda", "volda:*")]


def test_query_of_a_short_word_finds_what_begins_with_it_as_written() -> None:
    assert _normaliser().query("kols ms").tsqueries == [
        ("kols | kronisk <-> obstruktiv <-> lungesykdom:*", "kols:*"),
        ("ms | multippel <-> sklerose:*", ""),
    ]


@pytest.mark.parametrize("written", ["' | & ! ( ) <-> :*", "\\'; drop table--", "(((", "&&&"])
def test_query_of_operators_holds_words_alone(written: str) -> None:
    tsquery = " ".join(text for texts in _normaliser().query(written).tsqueries for text in texts)
    assert all(letter.isalnum() or letter in "(): *|&<->" for letter in tsquery)
    assert "'" not in tsquery


def test_query_that_is_long_is_cut() -> None:
    assert len(_normaliser().query("ord " * 500).groups) == 12


@pytest.mark.parametrize(
    ("written", "meant"),
    [("epilpsi", "epilepsi"), ("diabtes", "diabetes"), ("osteoprose", "osteoporose"), ("kols", None), ("kls", None), ("xyzxyzxyz", None)],
)
def test_nearest_finds_what_was_meant(written: str, meant: str | None) -> None:
    vocabulary = {"epilepsi": 5, "diabetes": 9, "osteoporose": 3, "kreft": 8}
    assert nearest(written, vocabulary) == meant
