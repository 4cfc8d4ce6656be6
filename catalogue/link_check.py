"""Tries an address on the internet, carefully: texts are written by people, so an address may point into our own network.

Every step of the way, redirects too, is looked up first and opened only where all its addresses are public; the connection goes to the
very address that was looked at, so that a name cannot answer one thing to the check and another to the request.
Source: CWE-918; OWASP, Server Side Request Forgery Prevention.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from catalogue.enums import LinkState

SECONDS = 6
MOST_REDIRECTS = 4
PORTS = {"http": 80, "https": 443}
AGENT = "lms-portal link check"
GONE = frozenset({404, 410})
# these say that a visitor's browser may well get the page: signing in is asked for, or machines are not let in
ANSWERS_ANYWAY = frozenset({401, 403, 405, 406, 429, 451})
# what failed, in a word; all of them are kinds of OSError
FAILURES = ((socket.gaierror, "name"), (ssl.SSLError, "certificate"), (TimeoutError, "time"))


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try came to. `is_certain`: no second try is needed to call a link broken."""

    state: str
    answer: str
    is_certain: bool = True


class _Refused(Exception):
    """An address that is not to be opened; the first argument says why, in a word."""


class _Pinned(http.client.HTTPConnection):
    """Connects to an address that has been looked at, and speaks to the name."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._context = address, context

    def connect(self) -> None:
        """This will open the connection, with TLS for the name where there is one."""
        self.sock = socket.create_connection((self._address, self.port), timeout=SECONDS)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def _public_address(host: str, port: int, allowed: Collection[str]) -> str:
    """Looks the name up once; every answer must be public, not only the first."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if f"{host}:{port}" in allowed:
        return found[0]
    for address in found:
        number = ipaddress.ip_address(address.partition("%")[0])
        inner = getattr(number, "ipv4_mapped", None) or number  # ::ffff:127.0.0.1 is 127.0.0.1
        if not inner.is_global or inner.is_multicast:
            raise _Refused("private")
    return found[0]


def _parts(url: str, allowed: Collection[str]) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _Refused("address") from error
    if parts.scheme not in PORTS or not host or parts.username or parts.password:
        raise _Refused("address")
    port = port or PORTS[parts.scheme]
    if port not in PORTS.values() and f"{host}:{port}" not in allowed:
        raise _Refused("port")
    return parts, host, port


def _asked(url: str, method: str, allowed: Collection[str]) -> tuple[int, str]:
    """One request: the status, and where it sends on to. Nothing of the body is read."""
    parts, host, port = _parts(url, allowed)
    name = host.encode("idna").decode("ascii") if not host.isascii() else host
    address = _public_address(name, port, allowed)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Pinned(name, port, address, context)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        safe = "".join(sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in target)
        connection.request(method, safe, headers={"User-Agent": AGENT, "Accept": "*/*"})
        response = connection.getresponse()
        return response.status, response.getheader("Location") or ""
    finally:
        connection.close()


def _followed(url: str, method: str, allowed: Collection[str]) -> int:
    """The status at the end of the redirects."""
    for _step in range(MOST_REDIRECTS + 1):
        status, onwards = _asked(url, method, allowed)
        if not (300 <= status < 400 and onwards):
            return status
        url = urljoin(url, onwards)
    raise http.client.HTTPException("redirects")


def try_link(url: str, *, allowed: Collection[str] = ()) -> Tried:
    """This will ask for an address, first for its head alone. `allowed`: hosts with port that may be private, such as a test's own server."""
    try:
        status = _followed(url, "HEAD", allowed)
        if status >= 400 and status not in ANSWERS_ANYWAY:  # some servers know no HEAD
            status = _followed(url, "GET", allowed)
    except _Refused as error:
        return Tried(LinkState.REFUSED, str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Tried(LinkState.BROKEN, next((word for kind, word in FAILURES if isinstance(error, kind)), "connection"), is_certain=False)
    if status < 400 or status in ANSWERS_ANYWAY:
        return Tried(LinkState.WORKS, str(status))
    return Tried(LinkState.BROKEN, str(status), is_certain=status in GONE)
