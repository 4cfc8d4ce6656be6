"""The shared kernel: no rule about courses, referrals or grants lives in here."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "lms_portal.common"
    label = "common"
    verbose_name = "Common"
