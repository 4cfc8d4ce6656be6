"""What other sites and programs read: calendars, news, open data, addresses; and the pages about them."""

import json
import re
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from catalogue.actions.search import refresh_search
from catalogue.actions.state import note_change
from catalogue.enums import ScheduleKind
from catalogue.models import Course, Run
from catalogue.open_data import schema_json
from catalogue.schedule import Dates
from catalogue.structured_data import script_text
from catalogue.workflow import COURSE, RUN
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit
from lms_portal.audit.transitions import move
from tests.factories.accounts import make_clinic, make_hospital, make_unit
from tests.factories.catalogue import make_course, make_draft_course, make_run
from tests.integration.pages import addresses_of, texts_of

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 3)
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


@pytest.fixture
def centre() -> Unit:
    """A centre at a hospital."""
    return make_unit(
        "volda-lms", kind=UnitKind.LEARNING_CENTRE, parent=make_hospital("volda"), name="LMS Volda", mailbox="lms@volda.example"
    )


@pytest.fixture
def run(centre: Unit, now: datetime) -> Run:
    """A course at the centre's hospital with one exact day."""
    course = make_course(make_clinic("clinic", parent=centre.parent), code="HEART", title_nb="Hjertekurs", title_nn="Hjartekurs")
    made = make_run(course, Dates.on(DAY, starts=time(9), ends=time(15)))
    refresh_search(now=now)
    return made


def _tree(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own answer


def _summaries(content: bytes) -> list[str]:
    return [str(event["summary"]) for event in Calendar.from_ical(content).walk("VEVENT")]


def test_centre_page_has_contact_courses_and_calendar(client: Client, run: Run) -> None:
    response = client.get("/nn/sentre/volda-lms/")
    assert texts_of(response, "h1") == ["LMS Volda"]
    assert texts_of(response, "h3") == ["Hjartekurs"]
    assert {"mailto:lms@volda.example", "/data/nn/senter/volda-lms.ics", "/nn/kalender/?place=volda"} <= set(addresses_of(response))


def test_centre_page_without_courses_says_what_to_do(client: Client, centre: Unit) -> None:
    response = client.get(f"/nb/sentre/{centre.code}/")
    assert "Ingen kurs fra dette senteret nå" in texts_of(response, "h3")


def test_centre_page_of_what_is_no_centre_is_not_found(client: Client, run: Run) -> None:
    assert [client.get(f"/nb/sentre/{code}/").status_code for code in ("volda", "clinic", "nothing")] == [404, 404, 404]
    assert client.get("/data/nb/senter/volda.ics").status_code == 404


def test_centres_lead_to_their_pages(client: Client) -> None:
    make_unit("lms", kind=UnitKind.LEARNING_CENTRE, parent=make_hospital("hospital"))
    assert {"/nb/sentre/lms/", "/nb/apne-data/"} <= set(addresses_of(client.get("/nb/sentre/")))


@pytest.mark.parametrize(
    ("path", "summaries"),
    [
        ("/data/nn/senter/volda-lms.ics", ["Hjartekurs"]),
        ("/data/nb/tema/heart.ics", ["Hjertekurs"]),
        ("/data/nb/tema/lung.ics", []),
        ("/data/nb/kurs/HEART.ics", ["Kurs"]),  # the calendar of who waits for it is shown to others
    ],
)
def test_calendar_holds_exact_days(client: Client, run: Run, path: str, summaries: list[str]) -> None:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert _summaries(response.content) == summaries


def test_calendar_keeps_a_cancelled_day_as_cancelled(client: Client, run: Run, now: datetime) -> None:
    move(RUN, run, verb="cancel", now=now, reason="syk kursleder")
    event = Calendar.from_ical(client.get("/data/nb/tema/heart.ics").content).walk("VEVENT")[0]
    assert (str(event["status"]), str(event["uid"])) == ("CANCELLED", f"{run.pk}-0@{settings.MAIL_MESSAGE_ID_DOMAIN}")


@pytest.mark.parametrize(
    "path", ["/data/nb/tema/nothing.ics", "/data/nb/kurs/NOTHING.ics", "/data/de/tema/heart.ics", "/data/kurs.json?page=9"]
)
def test_feed_of_nothing_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_planned_runs_and_drafts_are_in_no_feed(client: Client, now: datetime) -> None:
    make_run(make_course(code="SHOWN"), is_open=False)
    make_draft_course(code="HIDDEN")
    refresh_search(now=now)
    assert _summaries(client.get("/data/nb/tema/heart.ics").content) == []
    data = client.get("/data/kurs.json").json()
    assert [(course["code"], course["runs"]) for course in data["courses"]] == [("SHOWN", [])]
    assert "hidden" not in client.get("/sitemap.xml").text
    assert client.get("/data/nb/kurs.atom").text.count("<entry>") == 1


def test_atom_names_courses_by_their_last_change(client: Client, now: datetime) -> None:
    older, newer = make_course(code="OLDER"), make_course(code="NEWER")
    Run.objects.filter(pk=make_run(newer).pk).update(edited_at=now)
    feed = _tree(client.get("/data/nn/kurs.atom").content)
    assert [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")] == [f"urn:uuid:{newer.pk}", f"urn:uuid:{older.pk}"]
    assert feed.findtext(f"{ATOM}entry/{ATOM}updated") == now.isoformat()
    assert feed.find(f"{ATOM}entry/{ATOM}link").attrib["href"] == "http://testserver/nn/kurs/newer/"  # type: ignore[union-attr]


def test_sitemap_names_every_page_in_every_language(client: Client, run: Run) -> None:
    tree = _tree(client.get("/sitemap.xml").content)
    pages = {url.findtext(f"{SITEMAP}loc"): {link.attrib["hreflang"]: link.attrib["href"] for link in url.iter(LINK)} for url in tree}
    alternates = {language: f"http://testserver/{language}/kurs/heart/" for language in ("nb", "nn", "en")}
    for address in alternates.values():
        assert pages[address] == {**alternates, "x-default": alternates["nb"]}
    assert {"http://testserver/nn/", "http://testserver/en/sentre/volda-lms/"} <= pages.keys()


def test_robots_names_the_sitemap_and_no_mixture_of_filters(client: Client) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /nn/kurs/?", "Disallow: /en/kalender/?", "Sitemap: http://testserver/sitemap.xml"} <= set(lines)


def test_opensearch_is_linked_and_leads_to_the_list(client: Client, run: Run) -> None:
    assert 'href="/data/nn/sok.xml"' in client.get("/nn/").text
    tree = _tree(client.get("/data/nn/sok.xml").content)
    address = tree.find("{http://a9.com/-/spec/opensearch/1.1/}Url")
    assert address is not None
    assert address.attrib["template"] == "http://testserver/nn/kurs/?q={searchTerms}"


# JSON


def _fits(value: Any, rule: dict[str, Any], rules: dict[str, Any], where: str = "") -> list[str]:
    """What of a value is not as the schema says; the keywords that our schema uses."""
    if "$ref" in rule:
        return _fits(value, rules["$defs"][rule["$ref"].rpartition("/")[2]], rules, where)
    if "anyOf" in rule:
        tried = [_fits(value, each, rules, where) for each in rule["anyOf"]]
        return [] if [] in tried else tried[0]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    wanted = rule.get("type", [])
    allowed = tuple(kinds[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted))
    if allowed and not isinstance(value, allowed):
        return [f"{where}: {value!r} is no {wanted}"]
    faults = [f"{where}: {value!r} is not in the list"] if "enum" in rule and value not in rule["enum"] else []
    if "const" in rule and value != rule["const"]:
        faults.append(f"{where}: {value!r}")
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        faults.append(f"{where}: {value!r} has another form")
    if isinstance(value, dict):
        properties = rule.get("properties", {})
        faults += [f"{where}.{name} is missing" for name in rule.get("required", []) if name not in value]
        faults += [f"{where}.{name} is not described" for name in value if name not in properties]
        faults += [
            fault for name, each in value.items() if name in properties for fault in _fits(each, properties[name], rules, f"{where}.{name}")
        ]
    if isinstance(value, list):
        faults += [fault for each in value for fault in _fits(each, rule["items"], rules, f"{where}[]")]
    return faults


def test_json_is_as_its_schema_says(client: Client, run: Run) -> None:
    for dates in (
        Dates(ScheduleKind.MONTHS, months=(date(2027, 5, 1),)),
        Dates(ScheduleKind.CONTINUOUS),
        Dates(ScheduleKind.TO_BE_ANNOUNCED),
    ):
        make_run(run.course, dates, places=None, note_nn="Hugs matpakke")
    data = client.get("/data/kurs.json").json()
    assert client.get("/data/kurs.schema.json").json() == schema_json()
    assert _fits(data, schema_json(), schema_json()) == []
    course = data["courses"][0]
    assert (course["id"], course["code"], course["title"]) == (str(run.course.pk), "HEART", {"nb": "Hjertekurs", "nn": "Hjartekurs"})
    assert course["runs"][0]["id"] == str(run.pk)
    assert course["runs"][0]["sessions"] == [{"date": "2027-03-03", "starts": "09:00", "ends": "15:00"}]
    assert _fits({**data, "version": 2, "more": 1}, schema_json(), schema_json()) == [".more is not described", ".version: 2"]


def test_json_comes_in_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalogue.views.open_data.PAGE_SIZE", 2)
    owner = make_clinic()
    codes = sorted(make_course(owner, code=f"PAGED-{number}").code for number in range(3))
    first = client.get("/data/kurs.json").json()
    second = client.get(first["next"].removeprefix("http://testserver")).json()
    assert [course["code"] for page in (first, second) for course in page["courses"]] == codes
    assert (first["next"], second["next"]) == ("http://testserver/data/kurs.json?page=2", None)


@pytest.mark.parametrize(
    "path",
    ["/data/kurs.json", "/data/nb/kurs.atom", "/data/nb/tema/heart.ics", "/data/nb/senter/volda-lms.ics", "/sitemap.xml", "/nb/innebygd/"],
)
def test_feed_takes_the_same_queries_for_one_and_for_thirty(client: Client, centre: Unit, now: datetime, path: str) -> None:
    counts = []
    for wanted in (1, 30):
        while Course.objects.count() < wanted:
            make_run(make_course(centre))
        refresh_search(now=now)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize("path", ["/data/kurs.json", "/data/nb/kurs.atom", "/data/nb/tema/heart.ics", "/sitemap.xml", "/nb/innebygd/"])
def test_feed_that_has_not_changed_is_answered_unchanged(client: Client, run: Run, now: datetime, path: str) -> None:
    first = client.get(path)
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
    note_change(courses=[run.course.pk], now=now)
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"] != first["ETag"]) == (200, True)


def test_open_data_may_be_read_from_other_sites_in_its_own_language(client: Client, run: Run) -> None:
    response = client.get("/data/nn/kurs.atom", headers={"accept-language": "en"})
    assert (response["Access-Control-Allow-Origin"], response["Content-Language"]) == ("*", "nn")
    assert "Hjartekurs" in response.text


# In another site's page


def test_embedded_list_alone_may_be_framed(client: Client, run: Run) -> None:
    response = client.get("/nn/innebygd/", {"place": "volda"})
    assert texts_of(response, "h3") == ["Hjartekurs"]
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    assert "/nn/kurs/?place=volda" in addresses_of(response)
    for path in ("/nn/kurs/", "/nn/kurs/heart/", "/nn/apne-data/"):
        other = client.get(path)
        assert ("frame-ancestors 'none'" in other["Content-Security-Policy"], other["X-Frame-Options"]) == (True, "DENY")


def test_embedded_list_has_no_script_no_form_and_sets_no_cookie(client: Client, run: Run) -> None:
    response = client.get("/nb/innebygd/", {"place": "nowhere", "topic": "lung"})
    assert "Det er ingen kurs her nå." in texts_of(response, "p")
    assert [name for name in ("script", "form", "input") if texts_of(response, name)] == []
    assert not response.cookies


def test_page_about_open_data_names_every_feed(client: Client, run: Run) -> None:
    addresses = set(addresses_of(client.get("/nb/apne-data/")))
    feeds = {"kurs.json", "kurs.schema.json", "nb/kurs.atom", "nb/senter/volda-lms.ics", "nb/tema/heart.ics", "nb/sok.xml"}
    assert {f"http://testserver/data/{feed}" for feed in feeds} <= addresses


# schema.org


def _structured(client: Client, course: Course, language: str = "nb") -> dict[str, Any]:
    text = client.get(f"/{language}/kurs/{course.slug}/").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_course_page_says_its_course_and_days_in_schema_org(client: Client, run: Run) -> None:
    for _visit in range(2):  # made, and kept
        data = _structured(client, run.course, "nn")
        assert (data["@type"], data["name"], data["@id"]) == ("Course", "Hjartekurs", "http://testserver/k/HEART")
        instance = data["hasCourseInstance"][0]
        assert instance["@type"] == ["CourseInstance", "EducationEvent"]
        assert (instance["startDate"], instance["endDate"]) == ("2027-03-03T09:00:00+01:00", "2027-03-03T15:00:00+01:00")
        assert (instance["courseMode"], instance["eventStatus"]) == ("onsite", "https://schema.org/EventScheduled")
        assert instance["location"][0]["@type"] == "Place"


def test_schema_org_claims_no_day_that_is_not_known(client: Client) -> None:
    run = make_run(dates=Dates(ScheduleKind.MONTHS, months=(date(2027, 3, 1),)))
    make_run(run.course, Dates(ScheduleKind.TO_BE_ANNOUNCED))
    month, unknown = _structured(client, run.course)["hasCourseInstance"]
    assert (month["@type"], month["courseSchedule"]) == (
        "CourseInstance",
        {"@type": "Schedule", "startDate": "2027-03-01", "endDate": "2027-03-31"},
    )
    assert "startDate" not in month
    assert "courseSchedule" not in unknown


def test_structured_data_cannot_end_its_element(client: Client) -> None:
    assert script_text({"a": "</script><b>&\u2028"}) == '{"a":"\\u003C/script\\u003E\\u003Cb\\u003E\\u0026\\u2028"}'
    course = make_course(title_nb="</script><b>x")
    assert _structured(client, course)["name"] == "</script><b>x"


def test_course_page_can_be_passed_on(client: Client, run: Run) -> None:
    response = client.get("/nb/kurs/heart/")
    assert {"mailto:?body=http%3A//testserver/k/HEART", "/data/nb/kurs/HEART.ics"} <= set(addresses_of(response))
    assert "Kopier adressen" in texts_of(response, "button")


def test_feed_of_a_course_that_has_ended_is_empty(client: Client, run: Run, now: datetime) -> None:
    move(COURSE, Course.objects.get(pk=run.course_id), verb="archive", now=now, reason="slutt")
    assert _summaries(client.get("/data/nb/kurs/HEART.ics").content) == []


def test_course_page_says_when_a_date_was_changed(client: Client, run: Run, now: datetime) -> None:
    assert "Sist endret 17. november 2026" not in texts_of(client.get("/nb/kurs/heart/"), "p")
    Run.objects.filter(pk=run.pk).update(edited_at=now, edit_version=1)
    note_change(courses=[run.course.pk], now=now)
    assert "Sist endret 17. november 2026" in texts_of(client.get("/nb/kurs/heart/"), "p")
