"""Accessible PDFs from our own templates: tagged, with language and title (PDF/UA-1), drawn by WeasyPrint in a worker, never while a page waits.

A document can reach nothing but what the portal itself ships: `static:` names a file of the static build, `data:` carries what is made
on the way, such as a QR picture. Every other address is refused, so that no text of a document can have the server open a file or call
another machine. Source: docs/adr/0014-paper.md.
"""

import base64
import ctypes
import hashlib
import io
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.request import DataHandler, Request

import segno
from django.contrib.staticfiles import finders
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

VARIANT = "pdf/ua-1"
SCHEME = "static:"
# What a document may ask for from the static build, with the type that WeasyPrint is told.
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}
# The libraries behind WeasyPrint by the names that Linux and macOS have for them; one of each row is enough.
LIBRARIES = (("libpango-1.0.so.0", "libpango-1.0.dylib"), ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"))

Fetched = tuple[bytes, str]


@dataclass(frozen=True, slots=True)
class Pdf:
    """A made document."""

    content: bytes
    page_count: int


class UnableToMakePdf(Exception):
    """No PDF was made. `reason` is for the screen."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


class RefusedAddressError(ValueError):
    """A document asked for something that the portal does not ship."""


def _loads(names: tuple[str, ...]) -> bool:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


@lru_cache(maxsize=1)
def has_drawing_libraries() -> bool:
    """This will say whether Pango is installed. Looked for without WeasyPrint itself, which a web process never needs to load."""
    return all(_loads(names) for names in LIBRARIES)


def why_not() -> str | Promise:
    """This will say why no PDF can be made here; empty where one can."""
    if has_drawing_libraries():
        return ""
    return _("PDF files cannot be made here: the library Pango is not installed. The pages themselves can be printed.")


def fetch(address: str) -> Fetched:
    """This will return the content and type of what a document asks for: `data:`, or a file of the portal's static build.

    Raises: RefusedAddressError for everything else, whatever it is called.
    """
    if address.startswith("data:"):
        with DataHandler().data_open(Request(address)) as answer:  # noqa: S310 - this handler knows data: alone
            return answer.read(), answer.headers.get_content_type()
    if not address.startswith(SCHEME):
        raise RefusedAddressError("a document may name static files and data alone")
    name = PurePosixPath(address.removeprefix(SCHEME))
    content_type = TYPES.get(name.suffix)
    # the finder refuses what lies outside its folders; the parts are looked at all the same
    if content_type is None or name.is_absolute() or ".." in name.parts:
        raise RefusedAddressError("no such kind of static file")
    found = finders.find(str(name))
    if not isinstance(found, str):
        raise RefusedAddressError("no such static file")
    return Path(found).read_bytes(), content_type


@lru_cache(maxsize=8)
def digest_of_static(*names: str) -> str:
    """This will name the state of static files that decide how a document looks, so that another release makes it anew."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(fetch(SCHEME + name)[0])
    return digest.hexdigest()[:16]


def pdf_from_html(html: str) -> Pdf:
    """This will draw a whole HTML document as PDF/UA-1. The document names its language (`<html lang>`) and its title itself.

    Raises: UnableToMakePdf where the drawing libraries are missing.
    """
    if reason := why_not():
        raise UnableToMakePdf(reason)
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesAlone(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Every address of the document comes through here; nothing is left of the fetcher that opens files and sockets."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            try:
                body, content_type = fetch(url)
            except RefusedAddressError:
                logger.warning("a document asked for an address that it may not have")
                raise
            return URLFetcherResponse(url, body, {"Content-Type": content_type})

    document = HTML(string=html, url_fetcher=OwnFilesAlone()).render(pdf_variant=VARIANT)
    return Pdf(document.write_pdf(pdf_variant=VARIANT), len(document.pages))


@lru_cache(maxsize=2048)
def qr_picture(address: str) -> str:
    """This will make the QR code of an address as a `data:` picture for documents, without a quiet zone: the cell around it is that."""
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", border=0, dark="#000", svgclass=None, lineclass=None)
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"
