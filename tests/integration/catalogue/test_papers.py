"""Paper: the printed season of Volda as PDF and read back, what a worker makes and when, what it may fetch, and what is told of changes."""

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from catalogue.actions import papers as actions
from catalogue.actions.state import note_change
from catalogue.enums import PaperKind
from catalogue.models import Course, CourseShortHit, Paper, Run, Season, SeasonListing
from catalogue.papers import digest_of, html_of
from catalogue.queries.papers import PaperKey, short_hits
from catalogue.tasks import long_make_papers
from catalogue.workflow import COURSE, RUN
from lms_portal.accounts.models import HospitalArea, Unit
from lms_portal.accounts.roles import LMS_ADVISER
from lms_portal.audit.transitions import move
from lms_portal.common import pdf
from lms_portal.common.clock import oslo_date
from lms_portal.outbox import kinds
from lms_portal.outbox.models import Message
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course, make_run
from tests.integration.catalogue.test_season_import import EXPECTED, PRINTED

pytestmark = [pytest.mark.django_db, pytest.mark.pdf]
A4, A3, A5 = (595, 842), (842, 1191), (420, 595)


@pytest.fixture(autouse=True)
def _at_the_moment(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("lms_portal.common.middleware.real_now", lambda: now)


@pytest.fixture
def volda(reference: None) -> HospitalArea:
    """The area with its printed season."""
    call_command("import_season", str(PRINTED), season="autumn-2023", area="volda", stdout=io.StringIO())
    return HospitalArea.objects.get(code="volda")


@pytest.fixture
def autumn(volda: HospitalArea) -> Season:
    return Season.objects.get(code="autumn-2023")


def key_of(kind: PaperKind, area: HospitalArea, season: Season | None, language: str = "nn") -> PaperKey:
    return PaperKey(kind, area, season, language)


def drawn(key: PaperKey, now: datetime) -> PdfReader:
    html = html_of(key, today=oslo_date(now))
    assert html is not None
    return PdfReader(io.BytesIO(pdf.pdf_from_html(html).content))


def words_of(reader: PdfReader) -> str:
    """All the text in its order, without the line breaks of narrow cells."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def links_of(reader: PdfReader) -> list[str]:
    found = []
    for page in reader.pages:
        for note in page.get("/Annots", []):
            action = note.get_object().get("/A")
            if action is not None and "/URI" in action:
                found.append(str(action["/URI"]))
    return found


def squeezed(text: str) -> str:
    """Without spaces: a line may break after a hyphen or a slash."""
    return re.sub(r"\s+", "", text)


# What stands on paper


@pytest.mark.parametrize(("kind", "size"), [(PaperKind.POSTER_A4, A4), (PaperKind.POSTER_A3, A3)])
def test_poster_of_volda_is_one_tagged_page(volda: HospitalArea, autumn: Season, now: datetime, kind: PaperKind, size: Any) -> None:
    reader = drawn(key_of(kind, volda, autumn), now)
    root: Any = reader.trailer["/Root"]
    assert [(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages] == [size]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == ("nn", True, True)
    assert reader.metadata is not None
    assert reader.metadata.title == "Kurs og gruppetilbod i sjukehusområdet Volda, hausten 2023"
    assert re.search(rb"pdfuaid:part(?:>|=\")1", root["/Metadata"].get_data())


def test_poster_has_every_row_of_the_print_in_order(volda: HospitalArea, autumn: Season, now: datetime) -> None:
    text = squeezed(words_of(drawn(key_of(PaperKind.POSTER_A4, volda, autumn), now)))
    place = 0
    for row in EXPECTED:
        for number, cell in enumerate(cell for cell in row if cell):
            found = text.find(squeezed(cell), place)
            assert found >= place, f"{row[0]}: cell {number}"
            place = found
    assert "Medatterhaldomendringar.Sistoppdatert" in text


def test_poster_links_each_code_to_its_short_address(volda: HospitalArea, autumn: Season, now: datetime) -> None:
    reader = drawn(key_of(PaperKind.POSTER_A4, volda, autumn), now)
    codes = list(SeasonListing.objects.filter(season=autumn).order_by("position").values_list("run__course__code", flat=True))
    short = [link for link in links_of(reader) if "/k/" in link]
    assert short == [f"http://testserver/k/{code}" for code in codes]
    text = squeezed(words_of(reader))
    assert [code for code in codes if f"testserver/k/{code}" not in text] == []


@pytest.mark.parametrize(
    ("language", "says"), [("nb", "Med forbehold om endringer"), ("nn", "Med atterhald om endringar"), ("en", "Subject to changes")]
)
def test_poster_is_written_in_the_language_asked_for(volda: HospitalArea, autumn: Season, now: datetime, language: str, says: str) -> None:
    reader = drawn(key_of(PaperKind.POSTER_A4, volda, autumn, language), now)
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], says in words_of(reader)) == (language, True)


def test_many_rows_go_on_with_the_head_repeated(volda: HospitalArea, autumn: Season, now: datetime) -> None:
    for number in range(30):
        run = make_run(make_course(title_nn=f"Kurs nummer {number:02}"))
        SeasonListing.objects.create(season=autumn, hospital_area=volda, run=run, position=20 + number, changed_at=now)
    reader = drawn(key_of(PaperKind.POSTER_A4, volda, autumn), now)
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert len(pages) >= 3
    assert [f"{page.count('Tilvising eller påmelding')}" for page in pages if "Kurs nummer" in page] == ["1"] * len(
        [page for page in pages if "Kurs nummer" in page]
    )
    assert f"1 / {len(pages)}" in pages[0]


def test_booklet_has_topics_contents_and_back_page(volda: HospitalArea, autumn: Season, now: datetime) -> None:
    reader = drawn(key_of(PaperKind.BOOKLET, volda, autumn), now)
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {A5}
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert re.search(r"Diabetes type 2 – 2 dagar startkurs[ .]+(\d)", pages[1])
    page = re.search(r"Diabetes type 2 – 2 dagar startkurs[ .]+(\d)", pages[1])
    assert page is not None
    assert "Diabetes og hormon" in pages[int(page[1]) - 1]
    assert "Tilvis til Medisinsk poliklinikk, Volda" in pages[int(page[1]) - 1]
    assert "Lærings- og meistringssenteret, Volda" in pages[-1]
    assert len({link for link in links_of(reader) if "/k/" in link}) == len(EXPECTED)  # a link over two lines is two areas


def test_guide_is_one_page_with_each_clinic(volda: HospitalArea, now: datetime) -> None:
    reader = drawn(key_of(PaperKind.GUIDE, volda, None), now)
    text = words_of(reader)
    assert len(reader.pages) == 1
    assert "Slik tilviser du til eit kurs" in text
    assert "Nevrologisk inntakskontor, Molde ME/CFS" in " ".join(re.sub(r"telefon [\d ]+", "", text).split())
    assert squeezed("Mestringskurset «Framover» Ålesund (Påmelding: LMS)") in squeezed(text)


# Made by a worker, kept, and made anew


def address(kind: str = "a4", language: str = "nn") -> str:
    with translation.override(language):
        return reverse("catalogue:paper", args=["volda", "autumn-2023", kind])


def test_file_that_is_not_made_leads_to_a_page_that_waits(
    client: Client, volda: HospitalArea, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(actions, "_waker", [lambda: woken.append(True)])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.get(address())
    assert answer["Location"] == "/nn/plakater/volda/autumn-2023/utskrift/?lages=a4"
    assert woken == [True]
    page = client.get(answer["Location"])
    assert page["Refresh"] == f"3; url={address()}"
    assert "Fila blir laga" in page.content.decode()
    client.get(address())
    assert Paper.objects.count() == 1


def test_made_file_is_served_and_known_again(client: Client, volda: HospitalArea, now: datetime) -> None:
    client.get(address())
    assert long_make_papers() >= 1
    answer = client.get(address())
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == 'inline; filename="volda-autumn-2023-a4-nn.pdf"'
    assert client.get(address(), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(address(), headers={"If-Modified-Since": answer["Last-Modified"]}).status_code == 304
    assert Paper.objects.get().fetched_on == oslo_date(now)
    page = client.get("/nn/plakater/volda/autumn-2023/utskrift/?lages=a4")
    assert "Refresh" not in page
    assert "Fila er klar." in page.content.decode()


def test_unchanged_document_costs_few_queries(client: Client, volda: HospitalArea, django_assert_num_queries: Any) -> None:
    client.get(address())
    long_make_papers()
    client.get(address())
    with django_assert_num_queries(4):  # area, term, the catalogue's number, the document
        client.get(address())


def test_change_that_shows_makes_it_anew_and_another_does_not(client: Client, volda: HospitalArea, now: datetime) -> None:
    client.get(address())
    long_make_papers()
    first = Paper.objects.get().digest
    note_change(courses=[], now=now)  # a place was given somewhere
    assert client.get(address()).status_code == 200
    listing = SeasonListing.objects.order_by("position").first()
    assert listing is not None
    Run.objects.filter(pk=listing.run_id).update(edit_version=1, edited_at=now + timedelta(days=9))
    note_change(courses=[], now=now)
    assert client.get(address()).status_code == 302
    long_make_papers()
    answer = client.get(address())
    assert answer.status_code == 200
    assert "Endra 26.11.2026" in words_of(PdfReader(io.BytesIO(answer.content)))
    assert Paper.objects.filter(made_at__isnull=False).exclude(digest=first).count() == 1


def test_worker_makes_a_fetched_document_anew_without_being_asked(client: Client, volda: HospitalArea, now: datetime) -> None:
    client.get(address())
    long_make_papers()
    client.get(address())
    SeasonListing.objects.filter(position=1).update(title_nn="Beinskjørheit")
    note_change(courses=[], now=now)
    long_make_papers()  # finds the change
    long_make_papers()  # makes it
    assert client.get(address()).status_code == 200
    assert Paper.objects.filter(replaced_at__isnull=False, content__isnull=True).count() == 1


def test_dead_worker_leaves_nothing_stuck(client: Client, volda: HospitalArea, now: datetime) -> None:
    client.get(address())
    taken = actions.take_next(now=now)
    assert taken is not None
    assert actions.take_next(now=now) is None
    later = now + actions.LEASE
    assert actions.take_next(now=later) is not None
    assert actions.take_next(now=later + actions.LEASE) is not None
    assert actions.take_next(now=later + 2 * actions.LEASE) is None  # it has killed three
    assert actions.repair(now=later + 2 * actions.LEASE) == 1
    assert "Fila kunne ikkje lagast" in client.get("/nn/plakater/volda/autumn-2023/utskrift/?lages=a4").content.decode()


def test_clock_set_back_does_not_hold_a_document(client: Client, volda: HospitalArea, now: datetime) -> None:
    client.get(address())
    assert actions.take_next(now=now + timedelta(days=300)) is not None
    assert actions.take_next(now=now) is not None


def test_failure_is_said_and_tried_again_after_a_rest(
    client: Client, volda: HospitalArea, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(html: str) -> pdf.Pdf:
        raise ValueError("no")

    monkeypatch.setattr(pdf, "pdf_from_html", fail)
    client.get(address())
    long_make_papers()
    page = client.get("/nn/plakater/volda/autumn-2023/utskrift/?lages=a4")
    assert "Fila kunne ikkje lagast" in page.content.decode()
    assert "Refresh" not in page
    client.get(address())
    assert Paper.objects.get().attempts == actions.MOST_ATTEMPTS
    Paper.objects.update(failed_at=now - actions.REST)
    client.get(address())
    assert Paper.objects.get().attempts == 0


def test_late_worker_keeps_nobody_waiting(client: Client, volda: HospitalArea, now: datetime) -> None:
    client.get(address())
    Paper.objects.update(wanted_at=now - timedelta(minutes=5))
    page = client.get("/nn/plakater/volda/autumn-2023/utskrift/?lages=a4")
    assert "Refresh" not in page
    assert "lengre tid" in page.content.decode()


def test_old_documents_are_cleared_away(volda: HospitalArea, autumn: Season, now: datetime) -> None:
    def keep(digest: str, replaced_at: datetime | None, fetched_on: date | None = None) -> None:
        Paper.objects.create(
            kind="a4", hospital_area=volda, season=autumn, language="nb", digest=digest, wanted_at=now, made_at=now, content=b"x",
            replaced_at=replaced_at, fetched_on=fetched_on,
        )  # fmt: skip

    keep("stands", None)
    keep("fetched", now - actions.UNFETCHED, date(2026, 10, 1))
    keep("unfetched", now - actions.UNFETCHED)
    keep("ancient", now - actions.FORGOTTEN, date(2025, 10, 1))
    actions.clear_away(now=now)
    assert {row.digest: bool(row.content) for row in Paper.objects.all()} == {"stands": True, "fetched": False}


@pytest.mark.parametrize(
    "path",
    [
        "/nn/plakater/volda/autumn-2019/a4.pdf",
        "/nn/plakater/nowhere/autumn-2023/a4.pdf",
        "/nn/plakater/molde/autumn-2023/a4.pdf",
        "/nn/plakater/volda/autumn-2023/a5.pdf",
        "/nn/plakater/volda/autumn-2023/guide.pdf",
        "/nn/plakater/molde/autumn-2023/utskrift/",
    ],
)
def test_only_what_there_is_can_be_asked_for(client: Client, volda: HospitalArea, path: str) -> None:
    assert client.get(path).status_code == 404
    assert not Paper.objects.exists()


def test_without_pango_the_page_says_why(client: Client, volda: HospitalArea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "has_drawing_libraries", lambda: False)
    answer = client.get(address(), follow=True)
    assert "biblioteket Pango er ikkje installert" in answer.content.decode()
    assert not Paper.objects.exists()
    page = client.get("/nn/plakater/").content.decode()
    assert re.findall(r'href="[^"]*\.pdf"', page) == []


# Lists


def test_list_of_posters_has_web_page_files_and_sizes(client: Client, volda: HospitalArea) -> None:
    client.get(address())
    long_make_papers()
    page = client.get("/nn/plakater/").content.decode()
    for path in (
        "/nn/plakater/volda/autumn-2023/",
        address(),
        address("a3"),
        address("booklet"),
        "/nn/plakater/volda/slik-henviser-du.pdf",
    ):
        assert f'href="{path}"' in page
    assert "éi side," in " ".join(page.split())


def test_list_of_posters_asks_as_much_for_one_as_for_many(
    client: Client, volda: HospitalArea, now: datetime, django_assert_max_num_queries: Any
) -> None:
    run = Run.objects.earliest("created_at")
    with django_assert_max_num_queries(4) as few:
        client.get("/nn/plakater/")
    for year in range(2000, 2015):
        season = Season.objects.create(code=f"spring-{year}", season="spring", year=year)
        SeasonListing.objects.create(season=season, hospital_area=volda, run=run, position=1, changed_at=now)
    with django_assert_max_num_queries(len(few)):
        client.get("/nn/plakater/")


def test_guide_is_linked_where_referrers_read(client: Client, volda: HospitalArea) -> None:
    assert 'href="/nb/plakater/volda/slik-henviser-du.pdf"' in client.get("/nb/slik-henviser-du/").content.decode()
    answer = client.get("/nb/plakater/volda/slik-henviser-du.pdf")
    assert answer["Location"] == "/nb/plakater/?lages=volda"
    assert client.get(answer["Location"])["Refresh"] == "3; url=/nb/plakater/volda/slik-henviser-du.pdf"
    long_make_papers()
    assert client.get("/nb/plakater/volda/slik-henviser-du.pdf").status_code == 200


# Changed since printed


def test_print_code_leads_to_what_has_changed_since(client: Client, volda: HospitalArea, now: datetime) -> None:
    SeasonListing.objects.update(changed_at=now - timedelta(days=30))
    run = Run.objects.get(listings__position=1)
    Run.objects.filter(pk=run.pk).update(edit_version=1, edited_at=now - timedelta(days=2))
    answer = client.get("/p/volda/autumn-2023/20261101", headers={"Accept-Language": "nn"})
    assert answer["Location"] == "/nn/plakater/volda/autumn-2023/?trykt=20261101"
    text = client.get(answer["Location"]).content.decode()
    assert text.count("Endra etter 01.11.2026") == 1
    assert "Ingenting er endra" in client.get("/nn/plakater/volda/autumn-2023/?trykt=20261116").content.decode()
    assert client.get("/nn/plakater/volda/autumn-2023/").content.decode().count("Endra 15.11.2026") == 1
    assert client.get("/nn/plakater/volda/autumn-2023/?trykt=x").status_code == 200


def test_cancelled_run_is_said_on_the_poster(client: Client, volda: HospitalArea, now: datetime) -> None:
    SeasonListing.objects.update(changed_at=now - timedelta(days=30))
    move(RUN, Run.objects.get(listings__position=1), verb="cancel", now=now, reason="Sjukdom")
    text = client.get("/nn/plakater/volda/autumn-2023/").content.decode()
    assert "<strong>Avlyst</strong> 1. september 2023" in text
    assert "Endra 17.11.2026" in text


def test_print_of_a_term_that_is_gone_leads_to_the_list(client: Client, volda: HospitalArea) -> None:
    assert client.get("/p/volda/autumn-2019/20191101", headers={"Accept-Language": "nn"})["Location"] == "/nn/plakater/"


# The adviser's list


@pytest.fixture
def adviser(volda: HospitalArea) -> Any:
    return make_person("Råd Gjevar", "", (LMS_ADVISER, Unit.objects.get(hospital_area=volda, kind="hospital")))


def outdated(area: HospitalArea, season: Season, now: datetime, digest: str = "old", **fields: Any) -> Paper:
    values = {"kind": "a4", "language": "nn", "fetched_on": oslo_date(now), "replaced_at": now, **fields}
    return Paper.objects.create(hospital_area=area, season=season, digest=digest, wanted_at=now, made_at=now, **values)


def test_outdated_prints_stand_on_the_desk(client: Client, volda: HospitalArea, autumn: Season, adviser: Any, now: datetime) -> None:
    row = outdated(volda, autumn, now)
    other = outdated(HospitalArea.objects.get(code="molde"), autumn, now)
    outdated(volda, autumn, now, "not fetched", fetched_on=None)
    client.force_login(adviser)
    text = client.get("/nn/kursbord/plakater/").content.decode()
    assert text.count('<th scope="row">') == 1
    assert f'href="{address()}"' in text
    assert client.post(f"/nn/kursbord/plakater/{other.pk}/ordnet/").status_code == 404
    assert client.post(f"/nn/kursbord/plakater/{row.pk}/ordnet/").status_code == 302
    row.refresh_from_db()
    assert (row.seen_to_by, row.seen_to_at) == (adviser, now)
    assert "Inga utskrift er utdatert" in client.get("/nn/kursbord/plakater/").content.decode()


def test_list_of_outdated_prints_has_a_fixed_number_of_queries(  # noqa: PLR0917 - fixtures
    client: Client, volda: HospitalArea, autumn: Season, adviser: Any, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client.force_login(adviser)
    outdated(volda, autumn, now, "one")
    client.get("/nn/kursbord/plakater/")
    with django_assert_max_num_queries(20) as few:
        client.get("/nn/kursbord/plakater/")
    for number in range(30):
        outdated(volda, autumn, now, f"n{number}")
    with django_assert_max_num_queries(len(few)):
        assert client.get("/nn/kursbord/plakater/").content.decode().count('<th scope="row">') == 25


def test_list_is_for_those_who_edit_courses(client: Client, db: None) -> None:
    assert client.get("/nn/kursbord/plakater/").status_code == 302
    client.force_login(make_person())
    assert client.get("/nn/kursbord/plakater/").status_code == 403


def test_centre_is_told_once_a_week(volda: HospitalArea, autumn: Season, adviser: Any, now: datetime) -> None:
    row = outdated(volda, autumn, now)
    outdated(volda, autumn, now, "booklet", kind="booklet")
    assert [actions.tell_of_outdated(now=now) for _time in range(2)] == [1, 0]
    message = Message.objects.get()
    kind = kinds.get(message.kind)
    with translation.override("nn"):
        rendered = kind.render(message)
    assert rendered.subject == "Plakaten er endra: Volda, hausten 2023"
    assert "/nn/kursbord/plakater/" in rendered.text or "/nb/kursbord/plakater/" in rendered.text
    assert kind.skip_reason(message, now) == ""
    Paper.objects.exclude(pk=row.pk).delete()
    actions.see_to(paper=row, by=adviser, now=now)
    assert kind.skip_reason(message, now) == "prints_seen_to"


# Short addresses


def test_hits_are_counted_by_day_without_anybody(client: Client, now: datetime) -> None:
    course = make_course(code="HITS-1")
    for _time in range(3):
        assert client.get("/k/HITS-1").status_code == 302
    client.head("/k/HITS-1")
    client.get("/k/HITS-1", headers={"Sec-Purpose": "prefetch"})
    assert list(CourseShortHit.objects.values_list("course", "opened_on", "count")) == [(course.pk, oslo_date(now), 3)]
    assert short_hits(course, today=oslo_date(now) + timedelta(days=10)) == [("7", 0), ("30", 3), ("90", 3)]
    assert client.cookies == {}


def test_short_address_takes_two_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    make_course(code="HITS-2")
    with django_assert_max_num_queries(5):  # look up, and the count within a transaction of its own
        client.get("/k/HITS-2")


def test_hits_stand_on_the_course_desk(client: Client, volda: HospitalArea, adviser: Any) -> None:
    code = Course.objects.filter(owner__hospital_area=volda).values_list("code", flat=True).first()
    client.get(f"/k/{code}")
    client.force_login(adviser)
    text = client.get(f"/nb/kursbord/{code}/").content.decode()
    assert "Åpnet fra trykk" in text
    assert f"testserver/k/{code}" in text


def test_archived_course_leads_to_its_successor(client: Client, now: datetime) -> None:
    old, new = make_course(code="OLD-1"), make_course(code="NEW-1")
    move(COURSE, old, verb="archive", now=now, reason="Slått saman", successor=new)
    answer = client.get("/k/OLD-1", follow=True, headers={"Accept-Language": "nb"})
    assert answer.status_code == 200
    assert f'href="{new.get_absolute_url()}"' in answer.content.decode()


def test_centre_has_a_short_address_and_a_code(client: Client, volda: HospitalArea) -> None:
    code = Unit.objects.get(hospital_area=volda, kind="learning_centre").code
    assert client.get(f"/s/{code}", headers={"Accept-Language": "nn"})["Location"] == f"/nn/sentre/{code}/"
    assert client.get(f"/s/{code}/qr.svg")["Content-Type"] == "image/svg+xml"
    assert client.get("/s/nowhere").status_code == 404


def test_digest_knows_text_alone(volda: HospitalArea, autumn: Season, now: datetime) -> None:
    key = key_of(PaperKind.POSTER_A4, volda, autumn)
    one, other = (html_of(key, today=oslo_date(now) + timedelta(days=days)) for days in (0, 100))
    assert one is not None
    assert other is not None
    assert digest_of(one) == digest_of(other)
