"""`load_reference`: what it loads, and that repeating it changes nothing."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import Code, FormPair, Synonym
from lms_portal.accounts.models import HospitalArea, Municipality, Unit
from lms_portal.audit.models import Change

pytestmark = pytest.mark.django_db


def _load(**options: object) -> str:
    said = StringIO()
    call_command("load_reference", stdout=said, **options)
    return said.getvalue()


def test_load_reference_loads_everything() -> None:
    assert "8 hospital areas, 65 municipalities\n59 units\n" in _load()
    assert Municipality.objects.get(number="1577").hospital_area_id == "volda"
    clinic = Unit.objects.get(code="molde-neurology-intake")
    assert (clinic.path, clinic.hospital_area_id, clinic.default_language) == ("hmn/hmr/molde/molde-neurology-intake", "molde", "nn")
    answers = Code.objects.of("volven-9148", today=date(2026, 11, 17))
    assert [code.code for code in answers] == ["1", "2", "3", "4", "11"]


def test_load_reference_twice_changes_nothing() -> None:
    _load()
    counts = [model.objects.count() for model in (HospitalArea, Municipality, Unit, Code, FormPair, Synonym)]
    changes = Change.objects.count()
    _load()
    assert [model.objects.count() for model in (HospitalArea, Municipality, Unit, Code, FormPair, Synonym)] == counts
    assert Change.objects.count() == changes


def test_load_reference_keeps_an_area_that_advisers_have_edited() -> None:
    _load()
    Municipality.objects.filter(number="1525").update(hospital_area="volda")
    _load()
    assert Municipality.objects.get(number="1525").hospital_area_id == "volda"


def test_load_reference_with_a_missing_parent_loads_nothing(tmp_path: Path) -> None:
    units = tmp_path / "units.toml"
    units.write_text('[[unit]]\ncode = "x"\nparent = "y"\nkind = "clinic"\nname_nb = "X"\nname_nn = "X"\n', encoding="utf-8")
    with pytest.raises(CommandError, match=r"units.toml, unit 1 \(x\): the parent y does not stand before it"):
        _load(units=units)
    assert Unit.objects.count() == HospitalArea.objects.count() == 0


def test_load_reference_asks_for_the_units_where_there_is_no_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms_portal.accounts.management.commands.load_reference.DEMO_APP", "not.installed")
    with pytest.raises(CommandError, match="--units"):
        call_command("load_reference")
