"""The demo and a developer's machine: embedded PostgreSQL, worker without Redis, demo sign-ins. Nothing here is secret."""

from lms_portal.settings import env
from lms_portal.settings.base import *  # noqa: F403 - settings modules extend base by design
from lms_portal.settings.base import ROOT
from lms_portal.settings.database import database_from

DEBUG = env.flag("PORTAL_DEBUG", default=False)
DEMO = True
SECRET_KEY = "demo-only-" + "x" * 50
PORTAL_BASE_URL = env.optional("PORTAL_BASE_URL", "http://localhost:8000")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

DATABASES = {
    "default": database_from(env.text("DATABASE_URL", example="postgresql://portal_app@/portal?host=/run/portal"), pooled=True),
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "common_cache"}}

SEAL_KEYS = {1: b"demo-only-master-key-32-bytes!!!"}
LOOKUP_KEY = b"demo-only-lookup-key-32-bytes!!!"
ALLOW_SYNTHETIC_PERSONS = True

FILES_DIR = ROOT / ".demo" / "files"
EMAIL_BACKEND = "lms_portal.outbox.mailbox.MailboxBackend"

REDIS_URL = env.optional("REDIS_URL")
QUEUE_DIR = env.optional("PORTAL_QUEUE_DIR", str(ROOT / ".demo" / "queue"))
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
else:
    # kombu's filesystem transport, mended: it may lose a wake-up, and the sweeps make up for that
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT = "lms_portal.embedded.queue:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": QUEUE_DIR,
        "data_folder_out": QUEUE_DIR,
        "control_folder": QUEUE_DIR + "/control",
        "polling_interval": 0.2,
    }
SWEEP_SECONDS = env.integer("PORTAL_SWEEP_SECONDS", default=10)

INSTALLED_APPS = [*INSTALLED_APPS, "lms_portal.demo"]  # noqa: F405 - extends base by design
