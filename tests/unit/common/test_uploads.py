"""Which files are taken. Good ones pass byte for byte; the others are refused with a sentence that helps."""

import contextlib
import hashlib
import io
import tempfile
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from lms_portal.common.uploads import DOCUMENTS, EVERYTHING, MESSAGES, TYPES, UploadRefused, check_upload, clean_name
from tests.unit.common import files


def refusal(name: str, content: bytes, *, max_bytes: int | None = None) -> str:
    with pytest.raises(UploadRefused) as refused:
        check_upload(SimpleUploadedFile(name, content), max_bytes=max_bytes)
    return refused.value.code


def picture(kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    Image.effect_noise((64, 48), 50).convert("RGB").save(target, kind, **options)
    return target.getvalue()


def real_pdf(*, password: str = "", script: bool = False, attachment: bool = False) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if script:
        writer.add_open_action(JavaScript("app.alert('hei')"))
    if attachment:
        writer.add_attachment("notes.txt", b"hei")
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


GOOD = {
    "brev.pdf": files.pdf(),
    "pypdf.pdf": real_pdf(),
    "pakka.PDF": files.pdf(files.pdf_objects(b"1 0 << /Type /Page /Contents 4 0 R >>")),
    "med bilete.pdf": files.pdf(b"5 0 obj\n<< /Length 12 >>\nstream\n/JS /XFA ab\nendstream\nendobj\n"),
    "lenkje.pdf": files.pdf(b"5 0 obj\n<< /S /URI /URI (https://example.org) >>\nendobj\n"),
    "eldre.pdf": files.pdf(header=b"%PDF-1.3\n") + b"\r\n",
    "søknad æøå.docx": files.docx({"word/_rels/document.xml.rels": files.relations(("hyperlink", "https://example.org", "External"))}),
    "mal.docx": files.docx(
        {"word/_rels/settings.xml.rels": files.relations(("attachedTemplate", "file:///C:/Malar/brev.dotx", "External"))}
    ),
    "diagram.docx": files.docx({"word/embeddings/Microsoft_Excel_Sheet.xlsx": files.xlsx(), "word/media/image1.emz": b"\x1f\x8bpacked"}),
    "budsjett.xlsx": files.xlsx({"xl/printerSettings/printerSettings1.bin": b"\x00\x01", "xl/worksheets/sheet1.xml": "<c/>" * 50_000}),
    "referat.odt": files.odt({"Thumbnails/thumbnail.png": files.png(), "Configurations2/": b""}),
    "bilete.png": files.png(more=files.chunk(b"tEXt", b"Title\x00hei")),
    "pillow.png": picture("PNG"),
    "foto.jpg": files.jpg(),
    "foto.jpeg": picture("JPEG"),
    "progressivt.JPG": picture("JPEG", progressive=True),
    "telefon.jpg": files.jpg(after=b"\x00\x00SEFH\x6b\x00\x00\x00SEFT"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_taken_byte_for_byte(name: str) -> None:
    upload = SimpleUploadedFile(name, GOOD[name])
    checked = check_upload(upload)
    assert (checked.name, checked.size, checked.sha256) == (name, len(GOOD[name]), hashlib.sha256(GOOD[name]).hexdigest())
    assert checked.content_type == TYPES[checked.extension].content_type
    assert upload.read() == GOOD[name]


def test_file_on_disk_is_taken_and_wound_back() -> None:
    content = files.docx()
    with TemporaryUploadedFile("a.docx", "", len(content), None) as upload:
        upload.write(content)
        assert check_upload(upload).extension == "docx"
        assert upload.tell() == 0


BOMB = files.docx({"word/media/image1.bmp": b"\x00" * 20_000_000})
REFUSED = [
    ("tom.pdf", b"", "empty"),
    ("notat.txt", b"hei", "extension"),
    ("utan ending", b"hei", "extension"),
    ("teikning.svg", b"<svg onload='x'/>", "extension"),
    ("side.html", b"<html>", "extension"),
    ("makro.docm", files.docx(), "extension"),
    ("virus.com", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "extension"),
    ("dobbel.pdf.exe", files.pdf(), "extension"),
    ("virus.pdf", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "type"),
    ("side.pdf", b"<html><script>", "type"),
    ("polyglot.pdf", b"%PDF-1.4\n<html><script>alert(1)</script>", "broken"),
    ("rusk først.pdf", b"\x00" * 1000 + files.pdf(), "type"),
    ("side bakom.pdf", files.pdf() + b"<html><script>alert(1)</script>", "broken"),
    ("avkorta.pdf", files.pdf()[:-20], "broken"),
    ("open straum.pdf", files.pdf(b"5 0 obj\n<< >>\nstream\nabc"), "broken"),
    ("skript.pdf", files.pdf(b"5 0 obj\n<< /S /JavaScript /JS (app.alert\\(1\\)) >>\nendobj\n"), "scripts"),
    ("pypdf-skript.pdf", real_pdf(script=True), "scripts"),
    ("gøymt skript.pdf", files.pdf(b"5 0 obj\n<< /S /J#61vaScript >>\nendobj\n"), "scripts"),
    ("pakka skript.pdf", files.pdf(files.pdf_objects(b"5 0 << /S /JavaScript /JS (x) >>")), "scripts"),
    ("falsk straum.pdf", files.pdf(b"%stream\n5 0 obj\n<< /S /JavaScript >>\nendobj\n%endstream\n"), "scripts"),
    ("start.pdf", files.pdf(b"5 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n"), "scripts"),
    ("skjema.pdf", files.pdf(b"5 0 obj\n<< /XFA 6 0 R >>\nendobj\n"), "scripts"),
    ("vedlegg.pdf", real_pdf(attachment=True), "attached"),
    ("passord.pdf", real_pdf(password="x"), "password"),
    ("uvanleg pakka.pdf", files.pdf(files.pdf_objects(b"x", dictionary=b"/Type /ObjStm /Filter /LZWDecode").replace(b"\x78\x9c", b"\x00\x00")), "broken"),
    ("bombe.pdf", files.pdf(files.pdf_objects(b" " * 110_000_000)), "too_big_inside"),
    ("side.docx", b"<html>", "type"),
    ("bilete.docx", files.png(), "type"),
    ("rekneark.docx", files.xlsx(), "type"),
    ("tekst.xlsx", files.docx(), "type"),
    ("tekst.odt", files.docx(), "type"),
    ("java.docx", files.archive({"META-INF/MANIFEST.MF": "Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"}), "type"),
    ("omdøypt makro.docx", files.docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "scripts"),
    ("makrotype.docx", files.docx(main=files.WORD + "application/vnd.ms-word.document.macroEnabled.main+xml"), "scripts"),
    ("makroark.xlsx", files.xlsx({"xl/macrosheets/sheet1.xml": "<x/>"}), "scripts"),
    ("activex.docx", files.docx({"word/activeX/activeX1.xml": "<x/>"}), "scripts"),
    ("basic.odt", files.odt({"Basic/Standard/Module1.xml": "<x/>"}), "scripts"),
    ("hending.odt", files.odt({"styles.xml": "<script:event-listener/>"}), "scripts"),
    ("program.docx", files.docx({"word/media/image1.png": b"MZ\x90\x00"}), "scripts"),
    ("objekt.docx", files.docx({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}), "attached"),
    ("arkiv i arkiv.docx", files.docx({"word/media/image1.png": files.docx()}), "attached"),
    ("lenkja ark.xlsx", files.xlsx({"xl/externalLinks/_rels/externalLink1.xml.rels": files.relations(("externalLinkPath", "b.xlsx", "External"))}), "links"),
    ("fjernmal.docx", files.docx({"word/_rels/settings.xml.rels": files.relations(("attachedTemplate", "https://evil.example/a.dotm", "External"))}), "links"),
    ("delt mal.docx", files.docx({"word/_rels/settings.xml.rels": files.relations(("attachedTemplate", "file://tenar/mal.dotx", "External"))}), "links"),
    ("fjernbilete.docx", files.docx({"word/_rels/document.xml.rels": files.relations(("image", "https://evil.example/a.png", "External"))}), "links"),
    ("entitet.docx", files.docx({"word/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "broken"),
    ("utf16.docx", files.docx({"word/styles.xml": '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")}), "broken"),
    ("ugyldige lenkjer.docx", files.docx({"word/_rels/document.xml.rels": "<open"}), "broken"),
    ("sti.docx", files.docx({"../../etc/passwd": "x"}), "broken"),
    ("rot.docx", files.docx({"/etc/passwd": "x"}), "broken"),
    ("windows.docx", files.docx({"C:\\x.xml": "<x/>"}), "broken"),
    ("lenkje.docx", files.with_symlink(), "broken"),
    ("to like.docx", files.with_two_of_one_name(), "broken"),
    ("passord.docx", files.with_password(), "password"),
    ("passord.odt", files.odt({"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "password"),
    ("bombe.docx", BOMB, "too_big_inside"),
    ("mange.docx", files.docx({f"word/{number}.xml": "<x/>" for number in range(2001)}), "too_big_inside"),
    ("framfor.docx", b"#!/bin/sh\n" + files.docx(), "type"),
    ("bakom.docx", files.docx() + b"<script>", "broken"),
    ("gap.docx", files.docx().replace(b"PK\x01\x02", b"xxxxPK\x01\x02", 1), "broken"),
    ("feil sum.docx", files.docx({"word/a.xml": "<aaaaaaaa/>" * 9}).replace(b"PK\x03\x04", b"PK\x03\x04", 1)[:-30] + b"\x00" * 30, "broken"),
    ("odt utan type.odt", files.odt(mimetype="application/zip"), "type"),
    ("odt pakka type.odt", files.odt(stored=False), "type"),
    ("side.png", b"<html>", "type"),
    ("foto.png", files.jpg(), "type"),
    ("enorm.png", files.png(30_000, 30_000), "too_big_inside"),
    ("brei.png", files.png(20_001, 1), "too_big_inside"),
    ("null.png", files.png(0, 5), "too_big_inside"),
    ("side bakom.png", files.png() + b"<script>", "broken"),
    ("avkorta.png", files.png()[:-6], "broken"),
    ("utan bilete.png", b"\x89PNG\r\n\x1a\n" + files.chunk(b"IHDR", b"\x00\x00\x00\x02" * 2 + b"\x08\x02\x00\x00\x00") + files.chunk(b"IEND", b""), "broken"),
    ("feil rekkjefølgje.png", b"\x89PNG\r\n\x1a\n" + files.chunk(b"IEND", b""), "broken"),
    ("feil sum.png", files.png().replace(b"IDAT", b"IDAX"), "broken"),
    ("side.jpg", b"<html>", "type"),
    ("enorm.jpg", files.jpg(30_000, 30_000), "too_big_inside"),
    ("avkorta.jpg", files.jpg()[:-2], "broken"),
    ("tom.jpg", b"\xff\xd8\xff\xd9", "broken"),
    ("utan skann.jpg", b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9", "broken"),
    ("ut av fila.jpg", b"\xff\xd8\xff\xe0\xff\xff", "broken"),
    ("arkiv bakom.jpg", files.jpg(after=files.docx()), "attached"),
    ("side bakom.jpg", files.jpg(after=b"\n< SCRIPT >"), "attached"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_other_files_are_refused(name: str, content: bytes, code: str) -> None:
    assert refusal(name, content) == code


def test_wrong_checksum_in_a_member_is_refused() -> None:
    content = bytearray(
        files.archive(
            {"[Content_Types].xml": files.content_types(files.WORD), "word/document.xml": "<w:document/>"}, stored=("word/document.xml",)
        )
    )
    content[content.find(b"<w:document/>") + 3] ^= 1
    assert refusal("a.docx", bytes(content)) == "broken"


def test_other_ways_of_packing_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("[Content_Types].xml", files.content_types(files.WORD))
        made.writestr("word/document.xml", "<w:document/>")
    assert refusal("a.docx", target.getvalue()) == "broken"


def test_size_limits() -> None:
    content = files.pdf()
    assert check_upload(SimpleUploadedFile("a.pdf", content), max_bytes=len(content)).size == len(content)
    assert refusal("a.pdf", content, max_bytes=len(content) - 1) == "too_large"
    assert refusal("a.pdf", b"x" * (10 * 1024 * 1024 + 1)) == "too_large"


def test_only_the_kinds_asked_for() -> None:
    with override("en"), pytest.raises(UploadRefused) as refused:
        check_upload(SimpleUploadedFile("a.png", files.png()), kinds=DOCUMENTS)
    assert str(refused.value.message) == "Files of this type cannot be sent. Choose one of: pdf, docx, odt"


def test_every_refusal_has_a_translated_sentence() -> None:
    for message in MESSAGES.values():
        texts = []
        for language in ("nb", "nn", "en"):
            with override(language):
                texts.append(str(message))
        assert len(set(texts)) == 3


def test_bomb_is_found_without_unpacking_it() -> None:
    tracemalloc.start()
    start = time.process_time()
    refusal("bombe.docx", BOMB)
    used = time.process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 2
    assert peak < 20_000_000


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_changed_byte_is_taken_or_refused_but_never_an_error(name: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[name])
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UploadRefused):
        check_upload(SimpleUploadedFile(name, bytes(content)))


@given(st.sampled_from(sorted(EVERYTHING)), st.binary(max_size=300))
def test_random_bytes_are_refused(extension: str, content: bytes) -> None:
    assert refusal(f"a.{extension}", content) in {"empty", "type", "broken"}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("søknad 2026.pdf", "søknad 2026.pdf"),
        ("C:\\Users\\kari\\brev.pdf", "brev.pdf"),
        ("../../etc/passwd", "passwd"),
        ('a"b\r\nSet-Cookie: x.pdf', "a bSet-Cookie x.pdf"),
        ("faktura\u202efdp.exe", "fakturafdp.exe"),
        ("CON.pdf", "_CON.pdf"),
        ("  .skjult.pdf ", "skjult.pdf"),
        ("", "file"),
        ("...", "file"),
        ("a\u030a.pdf", "å.pdf"),
        ("a" * 300 + ".docx", "a" * 115 + ".docx"),
    ],
)
def test_clean_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(max_size=400))
def test_clean_name_of_any_text_is_short_and_plain(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= 120
    assert not set(clean) & set('\\/:*?"<>|\r\n\x00')


def test_nothing_is_unpacked_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    check_upload(SimpleUploadedFile("a.docx", files.docx()))
    assert list(tmp_path.iterdir()) == []
