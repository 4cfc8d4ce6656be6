"""The tests' settings for web processes that a test starts: behind a proxy that says who asks, and with the naive view beside the portal's."""

from lms_portal.settings.test import *  # noqa: F403 - extends the tests' settings by design

ALLAUTH_TRUSTED_PROXY_COUNT = 1
ROOT_URLCONF = "tests.faults.naive_sign_up"
