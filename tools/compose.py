"""Reads docker-compose.yml as compose would, and says what is wrong with it: `python -m tools.compose`.

Used by `make check` where no Docker client is at hand, and by the tests that run the services' commands for real.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docker-compose.yml"

VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<mark>:?[-?])(?P<rest>[^}]*))?\})")
SECRET_NAME = re.compile(r"(KEYS?|KEY_FALLBACKS|PASSWORD|SECRET|TOKEN|AUTH)$|^(EMAIL|DATABASE|REDIS)_URL$")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
MAY_BE_EMPTY = frozenset({"SECRET_KEY_FALLBACKS"})

TOP_LEVEL = frozenset({"name", "services", "volumes", "networks", "configs"})
SERVICE_KEYS = frozenset({
    "build", "cap_drop", "command", "configs", "depends_on", "environment", "healthcheck", "image", "init", "logging", "mem_limit",
    "networks", "pids_limit", "ports", "read_only", "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user", "volumes",
})  # fmt: skip
CONDITIONS = frozenset({"service_healthy", "service_completed_successfully"})
ONE_SHOT = "no"  # the `restart` of a service that ends by itself
ROOT_USERS = frozenset({"", "0", "root"})


class MissingVariableError(Exception):
    """Compose would refuse to start: a variable is not set. The text is what it would print."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"required variable {name} is missing a value: {message or 'it is not set'}")
        self.name = name


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, which YAML would quietly drop."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [key.value for key, _value in node.value if key.value != "<<"]
        for key in keys:
            if keys.count(key) > 1 and not getattr(node, "merged", False):
                raise yaml.YAMLError(f"{key} stands twice{node.start_mark}")
        node.merged = True  # type: ignore[attr-defined]  # after the merge, inherited keys come first and ours override them
        return super().construct_mapping(node, deep=deep)


def interpolate(text: str, environment: Mapping[str, str]) -> str:
    """This will put variables in as compose does. Raises: MissingVariableError for `${NAME:?why}` without a value."""

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        name, mark, rest = match["plain"] or match["name"], match["mark"] or "", match["rest"] or ""
        found = environment.get(name)
        absent = found is None or (mark.startswith(":") and not found)
        if absent and mark.endswith("?"):
            raise MissingVariableError(name, rest)
        return rest if absent and mark.endswith("-") else found or ""

    return VARIABLE.sub(value, text)


def _interpolated(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return interpolate(value, environment)
    if isinstance(value, list):
        return [_interpolated(item, environment) for item in value]
    if isinstance(value, dict):
        return {key: _interpolated(item, environment) for key, item in value.items()}
    return value


def read(path: Path = FILE) -> dict[str, Any]:
    """This will read the file with its anchors resolved and its variables as written."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return {key: value for key, value in found.items() if not key.startswith("x-")}


def resolve(environment: Mapping[str, str], path: Path = FILE) -> dict[str, Any]:
    """This will read the file with every variable put in. Raises: MissingVariableError."""
    resolved: dict[str, Any] = _interpolated(read(path), environment)
    return resolved


def required_variables(path: Path = FILE) -> dict[str, str]:
    """This will list the variables that the file refuses to start without, each with what it says about it."""
    return {match["name"]: match["rest"] for text in _texts(read(path)) for match in VARIABLE.finditer(text) if match["mark"] == ":?"}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _in_environment(name: str, service: dict[str, Any]) -> Iterator[str]:
    for variable, value in service.get("environment", {}).items():
        if SECRET_NAME.search(variable) and variable not in MAY_BE_EMPTY and not REQUIRED.search(str(value)):
            yield f"{name}: {variable} has a default; write ${{{variable}:?how to make one}}"
        if not isinstance(value, str):
            yield f"{name}: {variable} is not text; put it in quotation marks"


HARDENING = {
    "init": (True, "no init, so dead children stay as zombies"),
    "read_only": (True, "the root file system can be written to"),
    "cap_drop": (["ALL"], "keeps Linux capabilities"),
    "security_opt": (["no-new-privileges:true"], "may gain privileges"),
}


def _hardening(name: str, service: dict[str, Any]) -> Iterator[str]:
    for key, (wanted, problem) in HARDENING.items():
        if service.get(key) != wanted:
            yield f"{name}: {problem}"
    if str(service.get("user", "")).split(":")[0] in ROOT_USERS:
        yield f"{name}: runs as root"
    if not service.get("mem_limit") or not service.get("pids_limit"):
        yield f"{name}: no limit of memory or processes"


def _exposure(name: str, service: dict[str, Any]) -> Iterator[str]:
    for volume in service.get("volumes", []):
        if str(volume).startswith((".", "/", "~")):
            yield f"{name}: mounts {volume} of the host; use a named volume"
    for port in service.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"{name}: port {port} is open to the network; only the proxy on this host may reach it"


def _image(name: str, service: dict[str, Any]) -> Iterator[str]:
    image = str(service.get("image", ""))
    if not image and "build" not in service:
        yield f"{name}: neither image nor build"
    if image and (":" not in image or image.endswith(":latest")):
        yield f"{name}: {image} names no version"


def _waits(name: str, service: dict[str, Any], services: dict[str, Any]) -> Iterator[str]:
    for other, how in service.get("depends_on", {}).items():
        condition = how.get("condition") if isinstance(how, dict) else None
        if other not in services:
            yield f"{name}: depends on {other}, which does not exist"
        elif condition not in CONDITIONS:
            yield f"{name}: waits for {other} without a condition"
        elif condition == "service_healthy" and "healthcheck" not in services[other]:
            yield f"{name}: waits for {other} to be healthy, which has no health check"
        elif condition == "service_completed_successfully" and services[other].get("restart") != ONE_SHOT:
            yield f"{name}: waits for {other} to end, which never does"


def _joints(name: str, service: dict[str, Any], compose: dict[str, Any]) -> Iterator[str]:
    yield from _waits(name, service, compose["services"])
    for volume in service.get("volumes", []):
        if str(volume).split(":")[0] not in compose.get("volumes", {}):
            yield f"{name}: the volume {volume} is not declared"
    for network in service.get("networks", []):
        if network not in compose.get("networks", {}):
            yield f"{name}: the network {network} is not declared"
    for config in service.get("configs", []):
        declared = compose.get("configs", {}).get(config["source"])
        if declared is None or not (ROOT / declared["file"]).is_file():
            yield f"{name}: the file of {config['source']} is not there"


def problems(compose: dict[str, Any]) -> list[str]:
    """This will list what is wrong with a file that `read` gave, each in one line."""
    found = [f"{key} is not a part of a compose file" for key in compose.keys() - TOP_LEVEL]
    for name, service in compose.get("services", {}).items():
        found += [f"{name}: {key} is misspelt, or not looked at by this check" for key in service.keys() - SERVICE_KEYS]
        if service.get("restart") != ONE_SHOT and not service.get("healthcheck", {}).get("test"):
            found.append(f"{name}: no health check")
        for check in (_image, _in_environment, _hardening, _exposure):
            found += check(name, service)
        found += _joints(name, service, compose)
    return found


def _docker_has_compose() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode == 0


def _ask_docker() -> str:
    """Let Docker's own client read the file where there is one; returns what it complained about."""
    environment = {**dict.fromkeys(required_variables(), "x" * 64), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    command = ["docker", "compose", "-f", str(FILE), "config", "-q"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    return done.stderr.strip() if done.returncode else ""


def main() -> int:
    """This will check the file, and print each problem on its own line."""
    try:
        found = problems(read())
    except (yaml.YAMLError, OSError) as error:
        found = [str(error)]
    if not found and _docker_has_compose():
        found = [line for line in [_ask_docker()] if line]
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
