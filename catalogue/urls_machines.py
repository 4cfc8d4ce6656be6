"""Addresses without a language prefix: the short codes that stand in QR codes for years, their pictures, and what machines read.

Where a feed has a language, it is a part of the address, so that every reader of one address gets the same.
"""

from django.urls import path, register_converter

from catalogue.urls_print import SHORT_URLS
from catalogue.views import calendars, courses, feeds, open_data


class Language:
    """One of the three languages."""

    regex = "nb|nn|en"

    def to_python(self, value: str) -> str:
        """This will return the code."""
        return value

    def to_url(self, value: str) -> str:
        """This will return the code."""
        return value


register_converter(Language, "language")

urlpatterns = [
    path("k/<str:code>", courses.short, name="course_short"),
    path("k/<str:code>/qr.svg", courses.qr, name="course_qr"),
    *SHORT_URLS,
    path("data/<language:language>/kurs/<str:code>.ics", calendars.of_course, name="calendar_of_course"),
    path("data/<language:language>/senter/<slug:code>.ics", calendars.of_centre, name="calendar_of_centre"),
    path("data/<language:language>/tema/<slug:topic>.ics", calendars.of_topic, name="calendar_of_topic"),
    path("data/<language:language>/kurs.atom", feeds.atom, name="courses_atom"),
    path("data/<language:language>/sok.xml", feeds.opensearch, name="opensearch"),
    path("data/kurs.json", open_data.courses, name="courses_json"),
    path("data/kurs.schema.json", open_data.schema, name="courses_schema"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("robots.txt", feeds.robots, name="robots"),
]
