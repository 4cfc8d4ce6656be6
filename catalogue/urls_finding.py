"""More ways to find courses, under a language: a month at a time, by centre, in another site's page; and what there is for machines."""

from django.urls import URLPattern, path

from catalogue.views import centres, embedding, month, open_data

FINDING_URLS: list[URLPattern] = [
    path("kalender/", month.month, name="month"),
    path("sentre/<slug:code>/", centres.centre, name="centre"),
    path("innebygd/", embedding.embedded, name="embedded"),
    path("apne-data/", open_data.about, name="open_data"),
]
