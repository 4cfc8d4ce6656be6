"""Addresses of the auditor's pages."""

from django.urls import URLPattern, path

from lms_portal.audit.views import logs

app_name = "audit"
urlpatterns: list[URLPattern] = [
    path("", logs.log, name="log"),
    path("lest/", logs.reads, name="reads"),
    path("endret/", logs.changes, name="changes"),
]
