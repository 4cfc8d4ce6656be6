"""Tests: the embedded PostgreSQL (or DATABASE_URL), two roles, fast hashing, real mail to a local sink where a test starts one."""

import os
import tempfile
from pathlib import Path

from lms_portal.settings import env
from lms_portal.settings.base import *  # noqa: F403 - settings modules extend base by design
from lms_portal.settings.database import database_from

SECRET_KEY = "tests-only-" + "x" * 50
PORTAL_BASE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

# tests/embedded_server.py starts a server and sets DATABASE_URL (owner) before Django reads this file; type checks need none
DATABASES = {"default": database_from(env.optional("DATABASE_URL", "postgresql://portal_owner@localhost/portal"), pooled=False)}
DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

SEAL_KEYS = {1: b"tests-only-master-key-32-bytes!!"}
LOOKUP_KEY = b"tests-only-lookup-key-32-bytes!!"
ALLOW_SYNTHETIC_PERSONS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="portal-test-static-"))  # nothing is collected in tests; WhiteNoise wants the folder
FILES_DIR = Path(tempfile.mkdtemp(prefix="portal-test-files-"))
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CATALOGUE_NUMBER_SECONDS = 0  # a test's next line sees what it has just changed
REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = "memory://"

INSTALLED_APPS = [*INSTALLED_APPS, "lms_portal.demo"]  # noqa: F405 - extends base by design
