"""Sums and practical texts, where a course is to be found, and whether a page helped."""

from django.urls import URLPattern, path

from catalogue.views import costs

# before the editor's: `kursbord/<code>/` would take these addresses
EXTRA_URLS: list[URLPattern] = [
    path("kursbord/kostnader/", costs.costs, name="costs"),
    path("kursbord/kostnader/<slug:code>/<slug:kind>/", costs.cost_edit, name="cost_edit"),
]
