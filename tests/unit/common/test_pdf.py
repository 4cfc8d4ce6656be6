"""What a document may fetch: the portal's own static files and data, whatever an address is called; and the language, title and tags that it gets."""

import io
import logging
import socket
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from lms_portal.common import pdf

PAGE = '<!doctype html><html lang="nn"><head><title>Brev</title>{head}</head><body><h1>Hei på deg</h1>{body}</body></html>'


def made(body: str = "", head: str = "") -> PdfReader:
    return PdfReader(io.BytesIO(pdf.pdf_from_html(PAGE.format(head=head, body=body)).content))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "https://portal.example/x.svg",
        "ftp://127.0.0.1/x.png",
        "/etc/passwd",
        "static:../pyproject.toml",
        "static:css/../../pyproject.toml",
        "static:/etc/hostname.css",
        "static:css/nothing.css",
        "static:js/share.js",
        "static:",
        "",
    ],
)
def test_every_other_address_is_refused(address: str) -> None:
    with pytest.raises(pdf.RefusedAddressError):
        pdf.fetch(address)


def test_static_file_and_data_are_given() -> None:
    content, content_type = pdf.fetch("static:images/mark.svg")
    assert (content[:4], content_type) == (b"<svg", "image/svg+xml")
    assert pdf.fetch("data:text/plain;base64,aGVp") == (b"hei", "text/plain")


@pytest.mark.pdf
def test_document_reaches_no_file_and_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def no_connection(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a document opened a connection")

    monkeypatch.setattr(socket.socket, "connect", no_connection)
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">hemmelig</text></svg>')
    inside = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='" + secret.as_uri() + "'/%3E%3C/svg%3E"
    body = f'<img src="{secret.as_uri()}" alt="a"><img src="http://127.0.0.1:9/x.png" alt="b"><img src="{inside}" alt="c">'
    head = f'<link rel="stylesheet" href="{secret.as_uri()}"><link rel="attachment" href="{secret.as_uri()}">'
    with caplog.at_level(logging.CRITICAL, logger="weasyprint"):
        reader = made(body, head)
    assert "hemmelig" not in "".join(page.extract_text() for page in reader.pages)
    assert reader.attachments == {}


@pytest.mark.pdf
def test_document_is_tagged_and_says_its_language_and_title() -> None:
    reader = made('<table><thead><tr><th scope="col">Dag</th></tr></thead><tbody><tr><td>1. mars</td></tr></tbody></table>')
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], reader.metadata.title) == ("nn", True, "Brev")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] is not None
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert "/StructTreeRoot" in root


def test_without_the_libraries_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "has_drawing_libraries", lambda: False)
    with pytest.raises(pdf.UnableToMakePdf):
        pdf.pdf_from_html(PAGE.format(head="", body=""))


def test_code_is_a_picture_of_its_own() -> None:
    assert pdf.qr_picture("http://testserver/k/DIA2").startswith("data:image/svg+xml;base64,")
