"""Time-ordered keys, and references that catch slips of the tongue."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_portal.common import ids
from lms_portal.common.ids import REFERENCE_ALPHABET, new_id, new_reference, normalise_reference, uuid7

NOW = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


def test_uuid7_has_version_variant_and_moment() -> None:
    made = uuid7(NOW)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_uuid7_sorts_by_time() -> None:
    made = [uuid7(NOW + timedelta(milliseconds=step)) for step in range(50)]
    assert sorted(made) == made
    assert [str(key) for key in sorted(made)] == sorted(str(key) for key in made)


def test_uuid7_of_one_moment_differs() -> None:
    assert len({uuid7(NOW) for _ in range(1000)}) == 1000


def test_new_id_is_of_now() -> None:
    assert abs(new_id().int >> 80) // 1000 in range(1_700_000_000, 10_000_000_000)


def test_alphabet_is_a_prime_and_has_no_lookalikes() -> None:
    assert len(set(REFERENCE_ALPHABET)) == 31
    assert not set("01IOU") & set(REFERENCE_ALPHABET)


def test_new_reference_has_its_form_and_is_read_back() -> None:
    made = new_reference("H")
    prefix, first, second = made.split("-")
    assert (prefix, len(first), len(second)) == ("H", 4, 3)
    assert normalise_reference(made) == made


@pytest.mark.parametrize(
    "speak", [str.lower, lambda text: text.replace("-", ""), lambda text: text.replace("-", " "), lambda text: f" {text} "]
)
def test_normalise_reference_takes_what_people_say(speak: object) -> None:
    made = new_reference("S")
    assert callable(speak)
    assert normalise_reference(speak(made)) == made


@pytest.mark.parametrize("text", ["", "H", "H-7KM2", "H-7KM2-9FXX", "H-7KM2-9F0", "H-7KM2-9FI", "æøåæøåæø"])
def test_normalise_reference_of_something_else(text: str) -> None:
    assert normalise_reference(text) is None


BODIES = st.text(alphabet=REFERENCE_ALPHABET, min_size=6, max_size=6)


def reference_of(body: str) -> str:
    return f"H{body}{ids._check_letter('H' + body)}"


@given(BODIES, st.integers(0, 7), st.sampled_from(REFERENCE_ALPHABET))
def test_every_single_slip_is_caught(body: str, place: int, letter: str) -> None:
    right = reference_of(body)
    wrong = right[:place] + letter + right[place + 1 :]
    assert (normalise_reference(wrong) is None) == (wrong != right)


@given(BODIES, st.integers(0, 6))
def test_every_swap_of_neighbours_is_caught(body: str, place: int) -> None:
    right = reference_of(body)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert (normalise_reference(wrong) is None) == (wrong != right)
