"""The services of docker-compose.yml, run for real against a PostgreSQL and a Redis server: what is written there works."""

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPMessage

import psycopg
import pytest

from lms_portal.common.logs import ELEVEN_DIGITS
from tests.integration.production.machine import HOST, Machine, machine, wait_until

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server on the path (Debian: apt install redis-server)"),
]
PEOPLE = ("web", "worker-messages", "worker-long", "beat")
STATIC = "/static/css/theme.css"
SECURE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PROXY = {"Host": "portal.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}

PLAN_A_MESSAGE = """
import django
django.setup()
from django.db import transaction
from lms_portal.accounts.models import User
from lms_portal.accounts.notifications import plan_password_reset
from lms_portal.common import clock
with transaction.atomic():
    User.objects.create(email="kari@sykehus.example", name="Kari Prøve")
    plan_password_reset(email="kari@sykehus.example", language="nn", now=clock.portal_now())
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[Machine]:
    """PostgreSQL, Redis and a mail server; nothing of the portal yet, save what it needs to start."""
    with machine() as ours:
        yield ours


@pytest.fixture(scope="module")
def migrated(servers: Machine) -> Machine:
    """The same after the one-shot service."""
    done = servers.run("migrate")
    assert (done.returncode, done.stderr[-2000:] if done.returncode else "") == (0, "")
    return servers


@pytest.fixture(scope="module")
def portal(migrated: Machine) -> Machine:
    """The same with everything that goes on running."""
    done = migrated.run("web", command=["python", "manage.py", "collectstatic", "--noinput", "-v", "0"])
    assert (done.returncode, done.stderr) == (0, "")
    for name in PEOPLE:
        migrated.start(name)
    wait_until(lambda: get(migrated, "/healthz")[0] == 200, "the web server answers")
    return migrated


def get(ours: Machine, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, HTTPMessage]:
    """Ask the web server as the proxy does; 0 where nobody answers."""
    connection = http.client.HTTPConnection(HOST, ours.ports["web"], timeout=20)
    try:
        connection.request("GET", path, headers=PROXY if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    except OSError:
        return 0, "", HTTPMessage()
    finally:
        connection.close()


def test_migrate_ends_well_a_second_time(migrated: Machine) -> None:
    assert migrated.run("migrate").returncode == 0


def test_roles_have_no_more_rights_than_they_need(migrated: Machine) -> None:
    rows = migrated.sql(
        "postgres", "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY rolname"
    )

    assert rows == [(role, False, False, False) for role in ("portal_app", "portal_owner", "portal_retention")]


def test_roles_file_runs_again_and_sets_new_passwords(migrated: Machine) -> None:
    former = migrated.values["DB_RETENTION_PASSWORD"]
    migrated.values["DB_RETENTION_PASSWORD"] = "a-new-one"

    migrated.make_roles()

    assert migrated.sql("portal_retention", "SELECT current_user") == [("portal_retention",)]
    migrated.values["DB_RETENTION_PASSWORD"] = former
    assert migrated.sql("portal_retention", "SELECT current_user") is None
    assert migrated.sql("postgres", "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portal'") == [("portal_owner",)]


@pytest.mark.parametrize("name", ["DB_OWNER_PASSWORD", "DB_APP_PASSWORD", "DB_RETENTION_PASSWORD"])
def test_roles_file_refuses_without_a_password(servers: Machine, name: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        servers.make_roles(without=name)

    assert f"{name} is not set" in refused.value.stderr.decode()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE accounts_user",
        "ALTER TABLE accounts_user ADD COLUMN extra int",
        "TRUNCATE audit_change",
        "DELETE FROM audit_change",
        "UPDATE audit_access SET request_id = ''",
        "ALTER TABLE audit_change DISABLE TRIGGER ALL",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine (id int)",
        "SET ROLE portal_owner",
    ],
)
def test_application_role_is_refused(migrated: Machine, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        migrated.sql("portal_app", statement)


@pytest.mark.parametrize("name", ["migrate", *PEOPLE])
def test_service_does_not_start_without_its_secret_key(migrated: Machine, name: str) -> None:
    done = migrated.run(name, without="SECRET_KEY")

    assert done.returncode != 0
    assert "SECRET_KEY is not set. Set it in the environment, for example: SECRET_KEY=$(openssl rand -base64 48)" in done.stderr


def test_web_answers_healthz_behind_the_proxy(portal: Machine) -> None:
    assert get(portal, "/healthz")[0] == 200


def test_web_sends_people_without_tls_to_the_secure_address(portal: Machine) -> None:
    status, _body, headers = get(portal, "/nb/", {"Host": "portal.example.org"})

    assert (status, headers["Location"]) == (301, "https://portal.example.org/nb/")


def test_web_refuses_another_host_name(portal: Machine) -> None:
    assert get(portal, "/nb/", {**PROXY, "Host": "evil.example"})[0] == 400


@pytest.mark.parametrize("path", ["/nb/", "/nn/", "/en/", "/nb/finnes-ikke/", "/healthz", "/readyz", "/.well-known/security.txt", STATIC])
def test_every_answer_has_the_security_headers(portal: Machine, path: str) -> None:
    _status, _body, headers = get(portal, path)

    assert {name: headers.get(name) for name in SECURE} == SECURE
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Request-ID"] != ""
    assert [name for name in ("Server", "X-Powered-By") if any(char.isdigit() for char in headers.get(name, ""))] == []


def test_every_cookie_belongs_to_this_host_alone(portal: Machine) -> None:
    _status, _body, headers = get(portal, "/nb/konto/inn/")
    cookies = headers.get_all("Set-Cookie", [])

    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-csrf"]
    assert [part for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/") for cookie in cookies if part not in cookie] == []


def test_web_is_ready_once_the_sweeps_have_run(portal: Machine) -> None:
    wait_until(lambda: get(portal, "/readyz")[0] == 200, "the portal is ready")


@pytest.mark.parametrize("name", ["redis", *PEOPLE])
def test_service_finds_itself_healthy(portal: Machine, name: str) -> None:
    wait_until(lambda: portal.is_healthy(name), f"{name} is healthy")


def test_planned_message_is_delivered_to_the_mail_server(portal: Machine) -> None:
    done = portal.run("web", command=["python", "-c", PLAN_A_MESSAGE])
    assert (done.returncode, done.stderr) == (0, "")

    wait_until(lambda: portal.sink.mails, "the mail arrives")

    mail = portal.sink.mails[0]
    assert portal.sink.recipients == ["kari@sykehus.example"]
    assert mail["Content-Language"] == "nn"
    assert mail["Message-ID"].endswith("@portal.example.org>")
    assert "https://portal.example.org/nn/" in mail.get_content()


def test_sweeps_go_on_after_the_queue_was_lost(portal: Machine) -> None:
    portal.stop("redis")
    portal.start_redis()
    before = portal.sql("portal_app", "SELECT max(at) FROM outbox_heartbeat")

    wait_until(lambda: portal.sql("portal_app", "SELECT max(at) FROM outbox_heartbeat") != before, "another sweep runs", seconds=60)


def test_web_comes_back_after_the_database_was_away(portal: Machine) -> None:
    portal.sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_app'")

    wait_until(lambda: get(portal, "/readyz")[0] == 200, "the portal is ready again")


def test_logs_are_one_object_a_line_and_hold_no_address(portal: Machine) -> None:
    logs = {name: portal.log(name).splitlines() for name in PEOPLE}
    strange = {(name, line) for name, lines in logs.items() for line in lines if not line.startswith("{") and line.strip()}
    # Celery's warning to whoever starts a worker as root, which no container does
    assert {line for name, line in strange if not (name.startswith("worker") and os.geteuid() == 0)} == set()
    messages = [json.loads(line)["message"] for lines in logs.values() for line in lines if line.startswith("{")]
    assert [message for message in messages if "kari@sykehus.example" in message or ELEVEN_DIGITS.search(message)] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_service_stops_when_asked(portal: Machine, name: str) -> None:
    began = time.monotonic()

    assert portal.stop(name) in {0, -15}
    assert time.monotonic() - began < 30


OPEN_A_SEALED_VALUE = """
import django
django.setup()
from lms_portal.outbox.models import Message
print([message.recipient_address for message in Message.objects.select_related("data_key")])
"""


def _rows(ours: Machine, database: str) -> dict[str, int]:
    tables = ours.sql("postgres", "SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=database) or []
    counts = {table: ours.sql("postgres", f"SELECT count(*) FROM {table}", database=database) for (table,) in tables}  # noqa: S608 - names of our own tables
    return {table: found[0][0] for table, found in counts.items() if found}


def test_backup_restores_into_a_new_database(portal: Machine) -> None:
    """The drill of docs/operations.md, with everything but the servers stopped."""
    dump = portal.folder / "portal.dump"
    portal.postgres("pg_dump", "-Fc", "-f", str(dump), "portal")
    before = _rows(portal, "portal")
    portal.sql("postgres", "ALTER DATABASE portal RENAME TO former", database="postgres")

    portal.make_roles()
    portal.postgres("pg_restore", "-d", "portal", "--exit-on-error", str(dump))

    assert portal.run("migrate").returncode == 0
    assert _rows(portal, "portal") == before
    assert portal.run("web", command=["python", "-c", OPEN_A_SEALED_VALUE]).stdout == "['kari@sykehus.example']\n"
    for command, said in (
        (["rotate_keys", "--report"], "everything is wrapped by master key 1; older keys may be removed from SEAL_KEYS\n"),
        (["verify_audit"], "every closed batch is as it was\n"),
    ):
        done = portal.run("web", command=["python", "manage.py", *command])
        assert (done.returncode, done.stdout) == (0, said)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        portal.sql("portal_app", "DELETE FROM audit_change")


def test_retention_removes_nothing_as_anybody_else(portal: Machine) -> None:
    command = ["python", "manage.py", "purge_audit", "audit_access", "--before", "2020-01-01"]
    done = portal.run("web", command=command)

    assert done.returncode == 1
    assert "run this with DATABASE_URL of the role portal_retention" in done.stderr


def test_retention_runs_as_its_own_role(portal: Machine) -> None:
    command = ["python", "manage.py", "purge_audit", "audit_access", "--before", "2020-01-01"]
    done = portal.run("web", command=command, role="portal_retention")

    assert (done.returncode, done.stdout) == (0, "audit_access: 0 rows removed\n")
