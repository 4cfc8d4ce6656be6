"""Addresses without a language: the short codes that stand in QR codes for years, and the codes' pictures."""

from django.urls import path

from catalogue.views import courses

urlpatterns = [
    path("k/<str:code>", courses.short, name="course_short"),
    path("k/<str:code>/qr.svg", courses.qr, name="course_qr"),
]
