"""What differs between two texts, in plain words."""

from typing import Any

import pytest
from django.utils import translation

from catalogue.differences import Difference, difference, differences, label_of
from catalogue.models import CourseVersion


def version(**columns: Any) -> CourseVersion:
    return CourseVersion(topic="heart", audiences=["patients"], **columns)


def test_labels_name_field_and_written_form() -> None:
    with translation.override("nn"):
        assert [label_of(column) for column in ("title_nn", "state_nb", "audiences")] == [
            "Tittel, nynorsk",
            "Tilstanden til teksten, bokmål",
            "Kven kurset er for",
        ]


def test_lists_are_told_entry_by_entry() -> None:
    found = difference("learn_nn", "Energi\nSøvn", "Søvn\n\n Kvile ")
    assert (found.added, found.removed, found.is_list, found.language) == (("Kvile",), ("Energi",), True, "nn")


def test_moved_entries_are_told_as_text() -> None:
    found = difference("learn_nn", "Energi\nSøvn", "Søvn\nEnergi")
    assert (found.is_list, found.before, found.after) == (False, "Energi\nSøvn", "Søvn\nEnergi")


@pytest.mark.parametrize(
    ("column", "before", "after", "expected"),
    [
        ("topic", "heart", "lung", ("Hjarte og blodårer", "Lunger og luftvegar")),
        ("diagnosis_specific", True, False, ("For éin diagnose", "Uansett diagnose")),
        ("places", None, 12, ("", "12")),
        ("state_nn", "draft", "checked", ("Utkast", "Kontrollert")),
        ("topic", "heart", "gone", ("Hjarte og blodårer", "gone")),
    ],
)
def test_values_are_told_in_words(column: str, before: Any, after: Any, expected: tuple[str, str]) -> None:
    with translation.override("nn"):
        found = difference(column, before, after)
        assert (found.before, found.after) == expected


def test_equal_texts_have_no_differences() -> None:
    assert differences(version(title_nn="Kurs"), version(title_nn="Kurs")) == []


def test_only_what_differs_is_listed() -> None:
    with translation.override("en"):
        found = differences(version(title_nn="Kurs", places=8), version(title_nn="Nytt kurs", places=8))
        assert found == [Difference("title_nn", "Title, nynorsk", before="Kurs", after="Nytt kurs", language="nn")]
