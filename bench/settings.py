"""What the benchmark's servers run with: production's shape, without its addresses and secrets."""

from lms_portal.settings import env
from lms_portal.settings.base import *  # noqa: F403 - settings modules extend base by design
from lms_portal.settings.base import INSTALLED_APPS as BASE_APPS
from lms_portal.settings.base import ROOT
from lms_portal.settings.database import database_from
from lms_portal.settings.test import ALLOW_SYNTHETIC_PERSONS, LOOKUP_KEY, SEAL_KEYS, SECRET_KEY  # noqa: F401 - the tests' own keys

PORTAL_BASE_URL = "http://127.0.0.1"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
DATABASES = {"default": database_from(env.text("DATABASE_URL", example="postgresql://portal_app@localhost/portal"), pooled=True)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
FILES_DIR = ROOT / "build" / "bench-files"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REDIS_URL = ""
CELERY_BROKER_URL = "memory://"
INSTALLED_APPS = [*BASE_APPS, "lms_portal.demo"]
LOGGING = {"version": 1, "disable_existing_loggers": True}
