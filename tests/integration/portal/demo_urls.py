"""The portal's addresses with those of the demo."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from lms_portal.urls import handler400, handler403, handler404, handler500
from lms_portal.urls import urlpatterns as base
from lms_portal.views import home

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*i18n_patterns(path("demo/klokke/", home.demo_clock, name="demo_clock")), *base]
