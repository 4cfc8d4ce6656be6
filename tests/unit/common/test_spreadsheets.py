"""Cells that a spreadsheet would run are text, whoever wrote them."""

import pytest

from lms_portal.common.spreadsheets import csv_text, safe_cell


@pytest.mark.parametrize("written", ["=1+1", "+47", "-1", "@A1", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "|calc", "%0A=1"])
def test_safe_cell_is_never_a_formula(written: str) -> None:
    assert safe_cell(written) == f"'{written}"


@pytest.mark.parametrize("written", ["Kari Prøve", "90 01 23 45", "03.03.2027", "a=b", "", "–"])
def test_safe_cell_leaves_text_alone(written: str) -> None:
    assert safe_cell(written) == written


def test_csv_text_is_what_norwegian_excel_opens() -> None:
    assert csv_text(["Navn"], [['Å "Ø"'], [None], [3]]) == '\ufeff"Navn"\r\n"Å ""Ø"""\r\n""\r\n"3"\r\n'
