"""Addresses of the messages pages."""

from django.urls import URLPattern, path

from lms_portal.outbox.views import mailbox, messages, pausing, texts

app_name = "outbox"
urlpatterns: list[URLPattern] = [
    path("", messages.message_list, name="list"),
    path("demo-postkasse/", mailbox.mailbox, name="mailbox"),
    path("tekster/", texts.texts, name="texts"),
    path("pause/", pausing.pause, name="pause"),
    path("<uuid:pk>/", messages.message_detail, name="detail"),
]
