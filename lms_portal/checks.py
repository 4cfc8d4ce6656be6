"""Deployment mistakes as Django system checks; `manage.py check --deploy` runs them."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name


@register(Tags.security, deploy=True)
def database_is_verified(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A database over the network must prove who it is."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    host = settings.DATABASES["default"].get("HOST", "")
    if host and not host.startswith("/") and options.get("sslmode") != "verify-full":
        hint = "Add ?sslmode=verify-full to DATABASE_URL, with sslrootcert where the server's certificate is the hospital's own."
        return [Warning("The connection to the database does not verify the server.", hint=hint, id="portal.W001")]
    return []


@register(Tags.security, deploy=True)
def demo_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo's sign-ins and its movable clock must never reach production."""
    if settings.DEMO:
        return [Error("DEMO is on in a deployment.", hint="Use lms_portal.settings.production.", id="portal.E001")]
    return []


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whoever sees health data needs a second factor."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return [Error("REQUIRE_SECOND_FACTOR is off in a deployment.", hint="Set it to True.", id="portal.E002")]
    return []
