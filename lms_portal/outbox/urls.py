"""Addresses of the messages pages."""

from django.urls import URLPattern, path

from lms_portal.outbox.views import mailbox, messages

app_name = "outbox"
urlpatterns: list[URLPattern] = [
    path("", messages.message_list, name="list"),
    path("demo-postkasse/", mailbox.mailbox, name="mailbox"),
    path("<uuid:pk>/", messages.message_detail, name="detail"),
]
