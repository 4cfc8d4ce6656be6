"""Hints about heavy text: what counts as long, and what does not."""

import pytest

from catalogue.plain_language import LONG_SENTENCE, read


@pytest.mark.parametrize(("words", "found"), [(LONG_SENTENCE, 0), (LONG_SENTENCE + 1, 1)])
def test_sentence_is_long_above_the_limit(words: int, found: int) -> None:
    assert len(read("Du " + "og " * (words - 2) + "jeg.").long_sentences) == found


def test_lines_of_a_list_are_sentences_of_their_own() -> None:
    assert read("\n".join(["Lær om kost og mosjon i hverdagen"] * 10)).long_sentences == ()


def test_long_words_are_named_once_and_links_are_no_words() -> None:
    text = (
        "Blodsukkermålingsapparatet og blodsukkermålingsapparatet. Se https://langtnavnutenmening.example.org/blodsukkermålingsapparatene"
    )
    assert read(text).long_words == ("Blodsukkermålingsapparatet", "blodsukkermålingsapparatet")


def test_short_text_has_no_reading_level_and_plain_text_is_not_heavy() -> None:
    assert read("Kurset er for deg.").lix is None
    assert not read("Du får vite hva du kan gjøre selv. Vi snakker om mat. Du møter andre. " * 5).is_heavy
    assert read(
        "Helsepersonellkommisjonens implementeringsanbefalinger forutsetter kompetansehevende kvalitetsforbedringsarbeid. " * 10
    ).is_heavy


def test_nothing_is_said_of_nothing() -> None:
    assert read("") == read(" \n ")
