"""For machines that watch the portal: does the process answer, and may traffic be sent to it. Names of checks, never of data."""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import cache as once_per_process

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms_portal.celery import beat_schedule
from lms_portal.common.http import PortalRequest
from lms_portal.outbox.models import Heartbeat
from lms_portal.outbox.pauses import waits_since
from lms_portal.outbox.queries import oldest_untouched

logger = logging.getLogger(__name__)

FREE_BYTES = 200 * 1024 * 1024
MISSED_SWEEPS = 3
UNSENT_FOR = timedelta(minutes=15)


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This will say that the process answers; it asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def readyz(request: PortalRequest) -> HttpResponse:
    """This will say whether everything that the portal needs is there: 200, or 503 with the names of the checks that fail."""
    checks = {name: _holds(check, request) for name, check in CHECKS.items()}
    ready = all(checks.values())
    body = {"ready": ready, "checks": {name: "ok" if holds else "failed" for name, holds in checks.items()}}
    return JsonResponse(body, status=200 if ready else 503)


def _holds(check: Callable[[PortalRequest], bool], request: PortalRequest) -> bool:
    try:
        return check(request)
    except Exception:
        logger.exception("the check %s failed", check.__name__)
        return False


def _database(request: PortalRequest) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


@once_per_process
def _expected_migrations() -> frozenset[tuple[str, str]]:
    """The files do not change while the process runs; reading them takes a while."""
    return frozenset(MigrationExecutor(connection).loader.disk_migrations)


def _migrations(request: PortalRequest) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return _expected_migrations() <= set(cursor.fetchall())


def _cache(request: PortalRequest) -> bool:
    cache.set("readyz", request.request_id, 60)
    return cache.get("readyz") is not None


def _disk(request: PortalRequest) -> bool:
    place = settings.FILES_DIR
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free >= FREE_BYTES


def _sweeps(request: PortalRequest) -> bool:
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    for name, sweep in beat_schedule().items():
        oldest = request.real_now - timedelta(seconds=float(sweep["schedule"]) * MISSED_SWEEPS)
        if name not in seen or seen[name] < oldest:
            return False
    return True


def _messages(request: PortalRequest) -> bool:
    """Messages that wait for a mail server do not count: taking the portal off line would not help them. Nor do those that a pause holds back."""
    since = waits_since(oldest_untouched(now=request.now))
    return since is None or request.now - since < UNSENT_FOR


CHECKS: dict[str, Callable[[PortalRequest], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "disk": _disk,
    "sweeps": _sweeps,
    "messages": _messages,
}
