"""Production: everything that differs between places comes from the environment, and nothing has a default that is unsafe."""

from pathlib import Path

from lms_portal.settings import env
from lms_portal.settings.base import *  # noqa: F403 - settings modules extend base by design
from lms_portal.settings.base import REDIS_TRANSPORT_OPTIONS
from lms_portal.settings.database import database_from

SECRET_KEY = env.secret("SECRET_KEY", example="$(openssl rand -base64 48)")
SECRET_KEY_FALLBACKS = env.optional_words("SECRET_KEY_FALLBACKS")  # former keys, while sessions signed with them run out
PORTAL_BASE_URL = env.address("PORTAL_BASE_URL", schemes=("https",), example="https://portal.example.org").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", example="portal.example.org")
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]

DATABASES = {
    "default": database_from(
        env.address(
            "DATABASE_URL",
            schemes=("postgresql", "postgres"),
            example="postgresql://portal_app:password@db.example.org/portal?sslmode=verify-full",
        ),
        pooled=True,
    )
}
REDIS_URL = env.address("REDIS_URL", schemes=("redis", "rediss"), example="redis://:password@redis.example.org:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_TRANSPORT_OPTIONS
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
SWEEP_SECONDS = env.integer("SWEEP_SECONDS", default=60)

SEAL_KEYS = env.seal_keys("SEAL_KEYS")
LOOKUP_KEY = env.lookup_key("LOOKUP_KEY")
FILES_DIR = Path(env.text("FILES_DIR", example="/srv/portal/files"))

globals().update(env.mail_server("EMAIL_URL"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", example="Læring og mestring <ikke-svar@portal.example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_MESSAGE_ID_DOMAIN = env.text("MAIL_MESSAGE_ID_DOMAIN", example="portal.example.org")
SECURITY_CONTACT = env.text("SECURITY_CONTACT", example="mailto:sikkerhet@portal.example.org")
FEEDBACK_MAILBOX = env.text("FEEDBACK_MAILBOX", example="tilbakemelding@portal.example.org")
ACCESSIBILITY_STATEMENT_URL = env.optional("ACCESSIBILITY_STATEMENT_URL")

REQUIRE_SECOND_FACTOR = True
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # the container's own health check speaks plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", default=1)
SATURDAY_IS_WORKING_DAY = env.flag("SATURDAY_IS_WORKING_DAY", default=False)
ALLOW_2032_PERSONAL_IDS = env.flag("ALLOW_2032_PERSONAL_IDS", default=False)
CHECK_LINKS = env.flag("CHECK_LINKS", default=True)
PLACE_OFFER_HOURS = env.integer("PLACE_OFFER_HOURS", default=48)
EMBEDDING_SITES = env.optional_words("EMBEDDING_SITES") or ["*"]
