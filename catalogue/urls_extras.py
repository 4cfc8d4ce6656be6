"""Sums and practical texts, where a course is to be found, and whether a page helped."""

from django.urls import URLPattern, path

from catalogue.views import costs, feedback, visibility

# before the editor's: `kursbord/<code>/` would take these addresses
EXTRA_URLS: list[URLPattern] = [
    path("kursbord/kostnader/", costs.costs, name="costs"),
    path("kursbord/kostnader/<slug:code>/<slug:kind>/", costs.cost_edit, name="cost_edit"),
    path("kursbord/tilbakemeldinger/", feedback.feedback_desk, name="feedback_desk"),
    path("tilbakemelding/", feedback.feedback, name="feedback"),
    path("tilbakemelding/takk/", feedback.feedback_thanks, name="feedback_thanks"),
    path("kursbord/<str:code>/synlighet/", visibility.course_visibility, name="course_visibility"),
]
