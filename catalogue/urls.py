"""The catalogue's pages, under a language."""

from django.urls import include, path

from catalogue.urls_collection import COLLECTION_URLS
from catalogue.urls_editor import EDITOR_URLS
from catalogue.urls_extras import EXTRA_URLS
from catalogue.urls_finding import FINDING_URLS
from catalogue.urls_following import FOLLOWING_URLS
from catalogue.urls_imports import IMPORT_URLS
from catalogue.urls_joining import JOINING_URLS
from catalogue.urls_print import PRINT_URLS
from catalogue.urls_rosters import ROSTER_URLS
from catalogue.urls_statistics import STATISTICS_URLS
from catalogue.views import centres, courses, finding, seasons

pages = [
    path("kurs/", finding.course_list, name="list"),
    path("kurs/<slug:slug>/", courses.course, name="course"),
    path("kurs/<slug:slug>/<uuid:run_id>.ics", courses.calendar, name="calendar"),
    path("sentre/", centres.centres, name="centres"),
    path("slik-henviser-du/", centres.how_to_refer, name="how_to_refer"),
    path("plakater/", seasons.seasons, name="seasons"),
    path("plakater/<slug:area>/<slug:season>/", seasons.season, name="season"),
    *ROSTER_URLS,
    *STATISTICS_URLS,
    *FOLLOWING_URLS,
    *PRINT_URLS,
    *COLLECTION_URLS,
    *IMPORT_URLS,
    *EXTRA_URLS,
    *EDITOR_URLS,
    *JOINING_URLS,
    *FINDING_URLS,
]
urlpatterns = [
    path("", finding.front, name="front"),
    path("", include((pages, "catalogue"))),
]
