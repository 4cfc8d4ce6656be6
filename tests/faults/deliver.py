"""A process that delivers until nothing is due; started, and killed, by test_outbox_kill.py. Arguments: port of the mail server."""

import sys

import django

if __name__ == "__main__":
    django.setup()

    from django.conf import settings

    from lms_portal.common.clock import portal_now
    from lms_portal.outbox import sweeps
    from tests.factories.outbox import registered_kinds

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = int(sys.argv[1])
    settings.EMAIL_TIMEOUT = 5
    with registered_kinds():
        while sweeps.deliver_due(portal_now()).claimed:
            pass
