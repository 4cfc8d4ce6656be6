"""The request as the portal's middleware leaves it, for annotations."""

from datetime import datetime

from django.http import HttpRequest


class PortalRequest(HttpRequest):
    """`now` is portal time and `real_now` real time, both aware and in UTC, taken once; `request_id` stands on every log line."""

    now: datetime
    real_now: datetime
    request_id: str
    LANGUAGE_CODE: str
