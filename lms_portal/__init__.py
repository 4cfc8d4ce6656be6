"""The portal: composition root on top, shared kernel below."""

from lms_portal.celery import app as celery_app

__all__ = ["celery_app"]
