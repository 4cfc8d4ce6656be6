"""The workflow table."""

import pytest
from django.utils.translation import override

from lms_portal.common.text import Words
from lms_portal.common.workflow import Transition, Workflow

OPEN, DONE, GONE = (Words(name, name, name) for name in ("open", "done", "gone"))
FINISH = Transition("finish", "open", "done", roles=frozenset({"editor"}))
APPROVE = Transition("approve", "open", "done", roles=frozenset({"chief"}), needs_reason=True)
EXPIRE = Transition("expire", "open", "gone", by_system=True)
TABLE = Workflow("thing", "app_thing", frozenset({"open"}), {"open": OPEN, "done": DONE, "gone": GONE}, (FINISH, APPROVE, EXPIRE))


def test_pairs_are_sorted_and_named_once() -> None:
    assert TABLE.pairs() == [("open", "done"), ("open", "gone")]


def test_between() -> None:
    assert TABLE.between("open", "done") == (FINISH, APPROVE)
    assert TABLE.between("done", "open") == ()


@pytest.mark.parametrize(("roles", "expected"), [([], []), (["editor"], [FINISH]), (["chief", "editor", "other"], [FINISH, APPROVE])])
def test_from_state_lists_what_the_roles_may(roles: list[str], expected: list[Transition]) -> None:
    assert TABLE.from_state("open", roles=roles) == expected
    assert TABLE.from_state("done", roles=roles) == []


def test_find() -> None:
    assert TABLE.find("expire", "open") is EXPIRE
    with pytest.raises(LookupError, match="thing: no expire from done"):
        TABLE.find("expire", "done")


def test_state_without_label_is_refused() -> None:
    with pytest.raises(ValueError, match="finish names a state that has no label"):
        Workflow("thing", "app_thing", frozenset({"open"}), {"open": OPEN}, (FINISH,))


@pytest.mark.parametrize(
    ("language", "expected"), [("nb", "Søknad"), ("nn", "Søknaden"), ("en", "Application"), ("en-gb", "Application"), ("de", "Søknad")]
)
def test_words_print_themselves_in_the_language_of_the_moment(language: str, expected: str) -> None:
    words = Words("Søknad", "Søknaden", "Application")
    with override(language):
        assert str(words) == expected
    assert words.in_language(language) == expected
    assert words.in_language(None) == "Søknad"
