"""The printed cells: dates as posters write them, doors, places, and what cannot be read."""

from datetime import date
from pathlib import Path

import pytest

from catalogue import schedule
from catalogue.season_import import COLUMNS, Aliases, RowProblem, UnreadableCell, parse_when, plan_row

ALIASES = Aliases.load(Path(__file__).parents[3] / "catalogue" / "reference" / "season_aliases.toml")


@pytest.mark.parametrize(
    ("printed", "label"),
    [
        ("1. september 23", "1. september 2023"),
        ("September og november 23", "September og november 2023"),
        ("Haust 2023", "Haust 2023"),
        ("Hausten 2023", "Haust 2023"),
        ("Vår 2024", "Vår 2024"),
        ("Haust", "Haust 2023"),
        ("Kontinuerleg", "Kontinuerleg"),
        ("26.10 og 2.11 (2023)", "26. oktober og 2. november 2023"),
        ("26.10. og 2.11.", "26. oktober og 2. november 2023"),
        ("Månadlege kurs", "Månadlege kurs"),
        ("30. november (2023)", "30. november 2023"),
        ("28/29. febr. 2024", "28.–29. februar 2024"),
        ("3.–5. mars 2024", "3.–5. mars 2024"),
        ("3. og 10. mars 2024", "3. og 10. mars 2024"),
        ("30. november og 1. desember", "30. november–1. desember 2023"),
        ("Dato kjem", "Dato kjem"),
    ],
)
def test_parse_when_of_each_printed_shape(printed: str, label: str) -> None:
    assert schedule.label(parse_when(printed, year=2023, aliases=ALIASES), "nn") == label


@pytest.mark.parametrize("printed", ["", "etter avtale", "31. februar 2024", "32.13", "23", "september 23 og kanskje"])
def test_parse_when_of_what_is_no_date_is_refused(printed: str) -> None:
    with pytest.raises(UnreadableCell):
        parse_when(printed, year=2023, aliases=ALIASES)


def _row(**cells: str) -> dict[str, str]:
    row = {
        "course": "Diabetes type 2 – 2.dg. startkurs",
        "audience": "pasientar",
        "when": "Haust 2023",
        "referral_or_registration": "Medisinsk poliklinikk (Volda)",
        "meeting_place": "Kløvertun",
        "delivery": "oppmøte",
    }
    return row | cells


def test_plan_row_spells_out_abbreviations() -> None:
    plan, problems = plan_row(2, _row(), year=2023, aliases=ALIASES)
    assert problems == []
    assert plan is not None
    assert (plan.title_nn, plan.day_count, plan.dates.kind) == ("Diabetes type 2 – 2 dagar startkurs", 2, "term")


def test_plan_row_with_unknown_names_lists_every_one() -> None:
    cells = _row(course="Ukjent kurs", meeting_place="Ukjent stad", when="ein gong")
    plan, problems = plan_row(7, cells, year=2023, aliases=ALIASES)
    assert plan is None
    assert problems == [
        RowProblem(7, "course", "“Ukjent kurs” is not in the table of courses"),
        RowProblem(7, "when", "“ein gong” is not a date that can be read"),
        RowProblem(7, "meeting_place", "“Ukjent stad” is not in the table of places"),
    ]


def test_columns_are_those_of_the_print() -> None:
    assert COLUMNS == ("course", "audience", "when", "referral_or_registration", "meeting_place", "delivery")


def test_plan_row_sent_digitally_has_origin_and_receiver() -> None:
    cells = _row(
        course="Osteoporose (digital overføring til Volda frå Kr.sund)",
        when="1. september 23",
        referral_or_registration="Kirurgisk inntakskontor, Kristiansund",
        meeting_place="Kløvertun Volda",
        delivery="digitalt overført, oppmøte i Volda",
    )
    plan, _problems = plan_row(2, cells, year=2023, aliases=ALIASES)
    assert plan is not None
    assert [(site.unit, site.role, site.mode, site.meeting_place) for site in plan.sites] == [
        ("kristiansund-surgical-intake", "origin", "in_person", ""),
        ("volda", "receiver", "in_person", "Kløvertun"),
    ]
    assert [meeting.held_on for meeting in plan.dates.meetings] == [date(2023, 9, 1)]
