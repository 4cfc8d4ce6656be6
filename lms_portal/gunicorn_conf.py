"""gunicorn's settings in production, read by `gunicorn -c python:lms_portal.gunicorn_conf`; numbers stand in docker-compose.yml.

Its lines take the portal's own form, one object each. It keeps no access log: the proxy has one, and addresses of pages may hold
what people searched for.
"""

from lms_portal.settings.base import LOGGING

worker_class = "sync"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - workers say there that they live: it must not be a disk
control_socket_disable = True
logconfig_dict = {
    **LOGGING,
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
