"""Production settings without a production: `python -m tools.throwaway <command>` runs one manage.py command with values made up for it.

Used to collect the static files while an image is built, and to check the deployment settings. The secrets are drawn anew each time
and end with the process; no server is named that exists.
"""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def production_environment() -> dict[str, str]:
    """This will make up every variable that the production settings need."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "DJANGO_SETTINGS_MODULE": "lms_portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_BASE_URL": "https://portal.example.org",
        "ALLOWED_HOSTS": "portal.example.org",
        "DATABASE_URL": "postgresql://portal_app:unused@127.0.0.1:1/portal?sslmode=verify-full",
        "REDIS_URL": "redis://:unused@127.0.0.1:1/0",
        "SEAL_KEYS": f"1:{key}",
        "LOOKUP_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "FILES_DIR": str(ROOT / "build" / "throwaway-files"),
        "EMAIL_URL": "smtp+tls://user:unused@127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "Læring og mestring <ikke-svar@portal.example.org>",
        "MAIL_MESSAGE_ID_DOMAIN": "portal.example.org",
        "SECURITY_CONTACT": "mailto:sikkerhet@portal.example.org",
        "FEEDBACK_MAILBOX": "tilbakemelding@portal.example.org",
    }


def bare_environment() -> dict[str, str]:
    """This will keep of our own environment only what programs need to run, so that no setting leaks in."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}


def set_up_django() -> None:
    """This will load the portal's apps in this process, with the made-up settings; for tools that read code and migrations."""
    os.environ.update(production_environment())
    import django

    django.setup()


def main(arguments: list[str]) -> int:
    """This will run the command and hand on how it ended."""
    environment = {**bare_environment(), **production_environment()}
    return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
