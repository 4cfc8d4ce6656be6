"""docker-compose.yml and Dockerfile: nothing starts without its secrets, and nothing runs with more rights than it needs."""

import copy
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import compose
from tools.throwaway import bare_environment, production_environment

DOCKERFILE = (compose.ROOT / "Dockerfile").read_text(encoding="utf-8")
REQUIRED = compose.required_variables()
EVERYTHING = dict.fromkeys(REQUIRED, "given")
SECRETS = {
    "SECRET_KEY",
    "SEAL_KEYS",
    "LOOKUP_KEY",
    "EMAIL_URL",
    "REDIS_PASSWORD",
    "DB_SUPERUSER_PASSWORD",
    "DB_OWNER_PASSWORD",
    "DB_APP_PASSWORD",
    "DB_RETENTION_PASSWORD",
}
SERVICES = {"db", "redis", "migrate", "web", "worker-messages", "worker-long", "beat"}


@pytest.fixture
def changed() -> dict[str, Any]:
    """A copy of the file that a test may break."""
    return copy.deepcopy(compose.read())


def test_compose_file_has_no_problem() -> None:
    assert compose.problems(compose.read()) == []


def test_compose_file_names_every_service() -> None:
    assert set(compose.read()["services"]) == SERVICES


@pytest.mark.parametrize("name", sorted(REQUIRED))
@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_compose_refuses_without_a_variable_and_says_which(name: str, value: str | None) -> None:
    environment = {key: given for key, given in EVERYTHING.items() if key != name} | ({} if value is None else {name: value})

    with pytest.raises(compose.MissingVariableError) as refused:
        compose.resolve(environment)

    assert str(refused.value) == f"required variable {name} is missing a value: {REQUIRED[name]}"


def test_every_secret_is_required() -> None:
    assert SECRETS - REQUIRED.keys() == set()


def test_example_environment_holds_no_secret_and_names_every_variable() -> None:
    lines = (compose.ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert {name for name in REQUIRED if example.get(name) != ""} == set()
    assert example.keys() - REQUIRED.keys() == {
        "ACCESSIBILITY_STATEMENT_URL",
        "ALLOW_2032_PERSONAL_IDS",
        "SATURDAY_IS_WORKING_DAY",
        "SECRET_KEY_FALLBACKS",
        "SWEEP_SECONDS",
        "TRUSTED_PROXY_COUNT",
        "WEB_PORT",
        "WEB_WORKERS",
    }


@pytest.mark.parametrize("name", sorted(SERVICES - {"migrate"}))
def test_service_has_a_health_check(name: str) -> None:
    check = compose.read()["services"][name]["healthcheck"]

    assert check["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", ["web", "worker-messages", "worker-long", "beat"])
def test_portal_waits_for_database_queue_and_migrations(name: str) -> None:
    assert compose.read()["services"][name]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_only_the_owner_migrates() -> None:
    services = compose.resolve(EVERYTHING)["services"]
    roles = {
        name: service["environment"]["DATABASE_URL"].split("://")[1].split(":")[0]
        for name, service in services.items()
        if "DATABASE_URL" in service["environment"]
    }

    assert roles == {
        "migrate": "portal_owner",
        "web": "portal_app",
        "worker-messages": "portal_app",
        "worker-long": "portal_app",
        "beat": "portal_app",
    }


def test_no_password_stands_in_a_command() -> None:
    marked = {name: f"marker-{name}" for name in REQUIRED}
    services = compose.resolve(marked)["services"]

    assert [name for name, service in services.items() if "marker-" in str(service["command"])] == []


BREAKS: list[tuple[str, str, Any, str]] = [
    ("web", "user", "root", "web: runs as root"),
    ("web", "read_only", False, "web: the root file system can be written to"),
    ("beat", "cap_drop", [], "beat: keeps Linux capabilities"),
    ("beat", "security_opt", [], "beat: may gain privileges"),
    ("db", "init", False, "db: no init, so dead children stay as zombies"),
    ("db", "mem_limit", None, "db: no limit of memory or processes"),
    ("redis", "image", "redis", "redis: redis names no version"),
    ("redis", "image", "redis:latest", "redis: redis:latest names no version"),
    ("redis", "environment", {"REDISCLI_AUTH": "secret"}, "redis: REDISCLI_AUTH has a default; write ${REDISCLI_AUTH:?how to make one}"),
    (
        "redis",
        "environment",
        {"REDIS_PASSWORD": "${P:-x}"},
        "redis: REDIS_PASSWORD has a default; write ${REDIS_PASSWORD:?how to make one}",
    ),
    ("web", "healthcheck", {}, "web: no health check"),
    ("web", "ports", ["8000:8000"], "web: port 8000:8000 is open to the network; only the proxy on this host may reach it"),
    ("web", "volumes", ["/:/host"], "web: mounts /:/host of the host; use a named volume"),
    ("web", "volumes", ["other:/x"], "web: the volume other:/x is not declared"),
    ("web", "networks", ["other"], "web: the network other is not declared"),
    ("web", "depends_on", {"dbb": {}}, "web: depends on dbb, which does not exist"),
    ("web", "depends_on", {"db": {}}, "web: waits for db without a condition"),
    ("web", "depends_on", {"migrate": {"condition": "service_healthy"}}, "web: waits for migrate to be healthy, which has no health check"),
    ("web", "depends_on", {"db": {"condition": "service_completed_successfully"}}, "web: waits for db to end, which never does"),
    ("web", "privileged", True, "web: privileged is misspelt, or not looked at by this check"),
]


@pytest.mark.parametrize(("name", "key", "value", "problem"), BREAKS)
def test_check_finds_what_is_wrong(changed: dict[str, Any], name: str, key: str, value: Any, problem: str) -> None:
    changed["services"][name][key] = value

    assert problem in compose.problems(changed)


def test_key_that_stands_twice_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text("services:\n  web: {image: a}\n  web: {image: b}\n")

    with pytest.raises(yaml.YAMLError, match="web stands twice"):
        compose.read(file)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A ${A}", "a a"),
        ("$$A", "$A"),
        ("${B:-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${B}", ""),
        ("${A:?no}", "a"),
        ("${EMPTY?no}", ""),
    ],
)
def test_variables_are_put_in_as_compose_does(text: str, value: str) -> None:
    assert compose.interpolate(text, {"A": "a", "EMPTY": ""}) == value


def test_image_is_made_in_stages_and_runs_as_nobody() -> None:
    bases = re.findall(r"^FROM (\S+)(?: AS (\S+))?", DOCKERFILE, re.MULTILINE)
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)

    assert bases == [("${PYTHON_IMAGE}", "python"), ("${PYTHON_IMAGE}", "assets"), ("${PYTHON_IMAGE}", "runtime")]
    assert users == [compose.read()["services"]["web"]["user"]]
    assert DOCKERFILE.rindex("USER ") > DOCKERFILE.rindex("RUN ")


def test_image_names_the_version_of_its_base() -> None:
    default = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, re.MULTILINE)

    assert [re.fullmatch(r"python:3\.\d+-slim-\w+", name) is not None for name in default] == [True]


def test_image_installs_by_hash_alone() -> None:
    installs = re.findall(r"pip install (.+)", DOCKERFILE)

    assert [line.startswith("--require-hashes --only-binary :all: -r ") for line in installs] == [True, True]


def test_image_holds_no_secret_and_no_added_archive() -> None:
    settings = re.findall(r"^(?:ENV|ARG) (.+)", DOCKERFILE, re.MULTILINE)

    assert [line for line in settings if re.search(r"(KEY|PASSWORD|SECRET|TOKEN)\w*=", line)] == []
    assert re.findall(r"^ADD ", DOCKERFILE, re.MULTILINE) == []


def test_image_has_a_health_check() -> None:
    assert re.findall(r"^HEALTHCHECK .* CMD (.+)", DOCKERFILE, re.MULTILINE) == ['["python", "-m", "lms_portal.healthcheck", "web"]']


def test_image_copies_only_what_exists() -> None:
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]]
    wanted = [line[1:] for line in (compose.ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    assert [path for path in [*copied, *wanted] if not (compose.ROOT / path).exists()] == []


def test_image_holds_everything_that_the_portal_needs(tmp_path: Path) -> None:
    """What the last stage copies, without anything else of the checkout, passes the deployment checks."""
    copied = re.findall(r"cp -r (manage\.py .+) /portal/ ", DOCKERFILE)
    assert len(copied) == 1
    for name in copied[0].split():
        source = compose.ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    for folder in ("static", "build/static", "build/collected"):
        (tmp_path / folder).mkdir(parents=True)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {**bare_environment(), **production_environment(), "FILES_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
