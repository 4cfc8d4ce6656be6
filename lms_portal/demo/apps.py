"""Demo data; installed in the demo and in tests, never in production."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lms_portal.demo"
    label = "demo"
    verbose_name = "Demo data"
