"""What every way of running the portal shares. Secrets and addresses come from dev, test or production."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

ROOT = Path(__file__).resolve().parents[2]

DEBUG = False
DEMO = False  # shows demo sign-ins, the mailbox page and the control that moves the clock
ROOT_URLCONF = "lms_portal.urls"
WSGI_APPLICATION = "lms_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

INSTALLED_APPS = [
    "lms_portal.apps.PortalConfig",
    "lms_portal.common",
    "lms_portal.audit",
    "lms_portal.outbox",
    "lms_portal.accounts",
    "catalogue",
    "referrals",
    "grants",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "lms_portal.common.middleware.RequestMoment",
    "django.middleware.security.SecurityMiddleware",
    "catalogue.middleware.UnchangedPages",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lms_portal.common.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms_portal.common.middleware.DatabaseDown",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms_portal.common.middleware.PreferredLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lms_portal.audit.middleware.AuditContext",
    "lms_portal.accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lms_portal.accounts.middleware.SecondFactor",
    "lms_portal.accounts.middleware.PrivatePages",
]

FORM_RENDERER = "lms_portal.common.forms.PortalFormRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["designsystemet"]
CRISPY_TEMPLATE_PACK = "designsystemet"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms_portal.context_processors.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
    {  # Django's own form templates, found by PortalFormRenderer's loader through APP_DIRS
        "NAME": "forms",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
    },
]

# Languages: the URL's prefix decides, then the cookie, then Accept-Language (`no` means bokmål).
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Oslo"
LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]
LOCALE_PATHS = [ROOT / "lms_portal" / "locale"]
FORMAT_MODULE_PATH = ["lms_portal.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static", ROOT / "build" / "static"]
STATIC_ROOT = ROOT / "build" / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# People and sign-in. Staff and clinicians come by invitation only.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["lms_portal.accounts.backends.ActivePeople"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_MIN_LENGTH = 15  # ASVS 5.0 6.2: length, no composition rule, known passwords refused
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home_signed_in"
LOGOUT_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "lms_portal.accounts.adapters.PortalAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is the verification
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # the same answer and the same time, account or not
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# Limits are wide per address, because a whole hospital may share one, and narrow per account (reliability study, 6.3.1).
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "reset_password": "60/m/ip,3/h/key",
    "reset_password_from_key": "60/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "course_sign_up": "60/m/ip",
    "course_interest": "60/m/ip,5/h/key",
    "course_news": "60/m/ip,5/h/key",
    "place_link": "60/m/ip,5/h/key",
    "place_page": "120/m/ip",
    "evaluation": "60/m/ip",
    "page_feedback": "60/m/ip",
}
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
MFA_ADAPTER = "lms_portal.accounts.adapters.PortalMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # as above; without it whoever has asked for a new password could add no second factor
MFA_RECOVERY_CODES_SHOW_ONCE = True
REQUIRE_SECOND_FACTOR = False

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # sign-in through an identity provider comes back as a cross-site GET
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lms_portal.views.errors.csrf_failure"

# Headers (reliability study 1.6): nothing inline anywhere; data: images are Designsystemet's icons.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
# Which sites may show the list of courses in a frame; every other page refuses to be framed. It is public and nobody is signed in there.
EMBEDDING_SITES = ["*"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURITY_CONTACT = "mailto:sikkerhet@portal.example"
SECURITY_POLICY_EXPIRES_DAYS = 180
FEEDBACK_MAILBOX = "tilbakemelding@portal.example"
ACCESSIBILITY_STATEMENT_URL = ""

# Files: outside the web root, served only as attachments.
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Celery: the database is the queue of record, the broker only wakes workers up (reliability study 3.6).
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "messages"
CELERY_TASK_ROUTES = {"*.long_*": {"queue": "long"}}
# How old the number may be by which a worker knows that its copies of public pages still hold: most visits then ask the database nothing.
CATALOGUE_NUMBER_SECONDS = 1
CHECK_LINKS = False  # production tries the links in the courses' texts; nowhere else does the portal reach out
LINK_CHECK_PRIVATE_HOSTS: tuple[str, ...] = ()  # host:port that the check may open although it is private: a test's own server
SWEEP_SECONDS = 60  # plain intervals in UTC: a crontab in a local zone is silent for an hour in October
REDIS_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "socket_timeout": 10,
    "health_check_interval": 25,
}

# Rules that differ between institutions are settings with a stated default.
ALLOW_SYNTHETIC_PERSONS = False  # birth month + 80 (Tenor), for tests and the demo only
ALLOW_2032_PERSONAL_IDS = False  # the series with relaxed first check digit
SATURDAY_IS_WORKING_DAY = False  # the ten-working-day clock; the stricter count
REFERRAL_NOTICE_DAYS = 14  # between the answer to a referral and the first day of the course
IMPORT_FILE_DAYS = 14  # how long a file of courses that was sent in is kept
PLACE_OFFER_HOURS = 48  # how long somebody on a waiting list has to answer when a place is free
MAIL_MESSAGE_ID_DOMAIN = "portal.example"
DEFAULT_FROM_EMAIL = "Læring og mestring <ikke-svar@portal.example>"
EMAIL_SUBJECT_PREFIX = ""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "lms_portal.common.logs.RequestIdFilter"}, "scrub": {"()": "lms_portal.common.logs.ScrubFilter"}},
    "formatters": {"json": {"()": "lms_portal.common.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id", "scrub"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}

LANGUAGE_NAMES = {"nb": _("bokmål"), "nn": _("nynorsk"), "en": _("English")}

# Database roles: the owner migrates, the application has no DDL and cannot change the logs, retention removes what has expired.
DB_APP_ROLE = "portal_app"
DB_RETENTION_ROLE = "portal_retention"
