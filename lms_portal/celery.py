"""The Celery application; DJANGO_SETTINGS_MODULE says for which kind of machine. Each app exports its sweeps as BEAT; beat runs them on plain intervals in UTC."""

from importlib import import_module
from typing import Any

from celery import Celery

app = Celery("lms_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

APPS_WITH_SWEEPS = ("lms_portal.outbox", "lms_portal.audit", "catalogue", "referrals", "grants")


def beat_schedule() -> dict[str, dict[str, Any]]:
    """This will gather every app's sweeps; a pile does not build up behind a stopped worker."""
    schedule: dict[str, dict[str, Any]] = {}
    for name in APPS_WITH_SWEEPS:
        try:
            tasks = import_module(f"{name}.tasks")
        except ModuleNotFoundError:
            continue
        for entry, sweep in getattr(tasks, "BEAT", {}).items():
            schedule[entry] = {**sweep, "options": {"expires": float(sweep["schedule"]) * 5}}
    return schedule


@app.on_after_finalize.connect
def _set_beat_schedule(sender: Celery, **_kwargs: Any) -> None:
    sender.conf.beat_schedule = beat_schedule()
