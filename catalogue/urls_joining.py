"""Joining without a referral, and being told of new dates. No address names a course but the one that a visitor stands on."""

from django.urls import URLPattern, path

from catalogue.views import joining

JOINING_URLS: list[URLPattern] = [
    path("kurs/<slug:slug>/si-fra/", joining.interest, name="interest"),
    path("si-fra/sendt/", joining.interest_sent, name="interest_sent"),
    path("si-fra/slettet/", joining.interest_stopped, name="interest_stopped"),
    path("si-fra/<str:secret>/", joining.interest_confirm, name="interest_confirm"),
    path("si-fra/<str:secret>/slett/", joining.interest_stop, name="interest_stop"),
    path("dato/<uuid:run_id>/", joining.run_link, name="run_link"),
    path("pamelding/<uuid:run_id>/", joining.join, name="join"),
    path("min-plass/ny-lenke/", joining.lost_link, name="lost_link"),
    path("min-plass/ny-lenke/sendt/", joining.lost_link_sent, name="lost_link_sent"),
    path("min-plass/<str:secret>/", joining.place, name="place"),
    path("min-plass/<str:secret>/kvittering/", joining.joined, name="joined"),
    path("min-plass/<str:secret>/behov/", joining.place_needs, name="place_needs"),
    path("min-plass/<str:secret>/sted/", joining.place_site, name="place_site"),
    path("min-plass/<str:secret>/avbestill/", joining.place_cancel, name="place_cancel"),
]
