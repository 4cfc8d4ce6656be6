"""The printed season of Volda, autumn 2023: thirteen rows in, the same thirteen rows on the poster."""

import csv
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from catalogue.actions.seasons import UnableToImportSeason, import_season, season_from_code
from catalogue.models import Course, DeliverySite, Run, SeasonListing
from catalogue.poster import poster_row
from catalogue.queries.seasons import listings_of
from catalogue.season_import import Aliases
from lms_portal.accounts.models import HospitalArea, Unit
from tests.integration.pages import cells_of

ROOT = Path(__file__).parents[3]
PRINTED = ROOT / "lms_portal" / "demo" / "data" / "volda_autumn_2023.csv"
ALIASES = Aliases.load(ROOT / "catalogue" / "reference" / "season_aliases.toml")

# The one normalisation between the print and the page: abbreviations and years are spelled out, and a clinic has the name that it
# has everywhere else in the portal.
EXPECTED = [
    ("Osteoporose (digital overføring til Volda frå Kristiansund)", "pasientar", "1. september 2023", "Kirurgisk inntakskontor, Kristiansund",
     "Kløvertun, Volda", "digitalt overført, oppmøte i Volda"),
    ("Hjarterehabilitering – 4 dagar kurs/trening", "pasientar", "September og november 2023", "Medisinsk poliklinikk, Volda", "Kløvertun", "oppmøte"),
    ("Diabetes type 2 – 2 dagar startkurs", "pasientar", "Haust 2023", "Medisinsk poliklinikk, Volda", "Kløvertun", "oppmøte"),
    ("Ortopedisk behandling", "pasientar", "Kontinuerleg", "Kirurgisk sengepost, Volda", "Underetasjen, sjukehuset", "oppmøte"),
    ("ME/CFS – Digitalt/Molde, 4 dagar", "pasientar", "Haust 2023", "Nevrologisk inntakskontor, Molde", "Digitalt", "digitalt"),
    ("ADHD – for føresette, digitalt", "føresette", "26. oktober og 2. november 2023", "BUP poliklinikk Volda", "Digitalt", "digitalt"),
    ("Brystkreft – Digitalt/Ålesund, 2 dagar", "pasientar", "Månadlege kurs", "Kreftpoliklinikken, Ålesund", "Kreftpoliklinikken, Ålesund / digitalt", "hybrid"),
    ("Epilepsi – for føresette/fagpersonar, digitalt", "føresette, fagpersonar", "30. november 2023", "Poliklinikk for barn og ungdom, Ålesund",
     "Digitalt", "digitalt"),
    ("Helsepedagogikk og formidlingskurs", "helsepersonell", "Haust 2023", "Påmelding i Læringsportalen", "", ""),
    ("Mestringskurset «Framover» Ålesund", "personar med kronisk sjukdom", "Haust 2023", "Påmelding: LMS", "", "oppmøte"),
    ("IBD-skule (Ulcerøs colitt og Morbus crohn)", "pasientar", "28.–29. februar 2024", "Medisinsk poliklinikk, Volda", "Kløvertun", "oppmøte"),
    ("BUP: andre kontinuerlege opplæringstilbod", "born/unge og deira føresette", "Kontinuerleg", "BUP poliklinikk Volda", "", ""),
    ("DPS: ulike gruppetilbod", "pasientar ved psykiatrisk poliklinikk", "Kontinuerleg", "DPS Volda, psykiatrisk poliklinikk", "", ""),
]  # fmt: skip


def _import(*extra: str) -> str:
    said = StringIO()
    call_command("import_season", str(PRINTED), season="autumn-2023", area="volda", stdout=said)
    return said.getvalue().strip()


def _rows() -> list[dict[str, str]]:
    with PRINTED.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@pytest.mark.usefixtures("reference")
def test_import_gives_the_poster_row_for_row() -> None:
    _import()
    area = HospitalArea.objects.get(code="volda")
    listings = listings_of(season_from_code("autumn-2023"), area)
    assert [poster_row(listing, "nn").cells for listing in listings] == EXPECTED


@pytest.mark.usefixtures("reference")
def test_poster_page_prints_the_rows_in_order(client: Client) -> None:
    _import()
    assert cells_of(client.get("/nn/plakater/volda/autumn-2023/"), columns=6) == [list(row) for row in EXPECTED]


@pytest.mark.usefixtures("reference")
def test_import_twice_changes_nothing() -> None:
    assert _import() == "13 rows: 13 new courses, 13 new runs, 0 changed"
    before = list(Run.objects.order_by("pk").values())
    assert _import() == "13 rows: 0 new courses, 0 new runs, 0 changed"
    assert list(Run.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("reference")
def test_import_of_a_changed_row_changes_that_run_alone(now: datetime) -> None:
    _import()
    rows = _rows()
    rows[1]["when"] = "Oktober 23"
    done = import_season(
        rows=rows, season=season_from_code("autumn-2023"), area=HospitalArea.objects.get(code="volda"), aliases=ALIASES, now=now
    )
    assert (done.new_runs, done.changed) == (0, 1)
    assert Run.objects.get(course__code="HJREHAB-VOLDA").last_possible_on.isoformat() == "2023-10-31"  # type: ignore[union-attr]


@pytest.mark.usefixtures("reference")
def test_import_with_an_unknown_place_saves_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(PRINTED.read_text(encoding="utf-8").replace("Underetg. sjukehuset", "Kjellaren"), encoding="utf-8")
    units = Unit.objects.count()
    with pytest.raises(CommandError, match="row 5, meeting_place: “Kjellaren” is not in the table of places"):
        call_command("import_season", str(bad), season="autumn-2023", area="volda")
    assert (Course.objects.count(), Run.objects.count(), SeasonListing.objects.count(), Unit.objects.count()) == (0, 0, 0, units)


@pytest.mark.usefixtures("reference")
def test_import_lists_every_bad_row(now: datetime) -> None:
    rows = _rows()
    rows[0]["when"], rows[4]["audience"], rows[12]["course"] = "snart", "alle", "Ukjent"
    area = HospitalArea.objects.get(code="volda")
    with pytest.raises(UnableToImportSeason) as refused:
        import_season(rows=rows, season=season_from_code("autumn-2023"), area=area, aliases=ALIASES, now=now)
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(2, "when"), (6, "audience"), (14, "course")]


@pytest.mark.usefixtures("reference")
def test_imported_runs_have_their_routes_and_sites() -> None:
    _import()
    routes = {
        run.course.code: (run.sign_up, run.refer_to.code if run.refer_to else "")
        for run in Run.objects.select_related("course", "refer_to")
    }
    assert routes["MECFS-MOLDE"] == ("referral", "molde-neurology-intake")
    assert routes["ORTO-VOLDA"] == ("ward", "volda-surgical-ward")
    assert routes["HELSEPED-VOLDA"] == ("external", "")
    assert routes["FRAMOVER-ALESUND"] == ("self", "")
    sites = DeliverySite.objects.filter(run__course__code="OSTEO-KRSUND").order_by("role").values_list("role", "mode", "unit__place")
    assert list(sites) == [("origin", "in_person", "Kristiansund"), ("receiver", "in_person", "Volda")]


@pytest.mark.parametrize(("season", "area", "said"), [("høst-2023", "volda", "not a season"), ("autumn-2023", "oslo", "no hospital area")])
@pytest.mark.usefixtures("reference")
def test_import_with_a_wrong_season_or_area_says_so(season: str, area: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("import_season", str(PRINTED), season=season, area=area)
