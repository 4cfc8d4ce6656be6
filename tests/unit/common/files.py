"""Files for the upload tests, made from scratch: good ones as programs write them, and what must be refused."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODT = "application/vnd.oasis.opendocument.text"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(body: bytes = b"", *, header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", trailer: bytes = b"") -> bytes:
    """One empty page, and whatever else is asked for."""
    start = header + b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n" + body
    return (
        start + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 3 /Root 1 0 R " + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % len(start)
    )


def pdf_objects(content: bytes, *, dictionary: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    """One packed object stream."""
    packed = zlib.compress(content)
    return b"9 0 obj\n<< " + dictionary + b" /Length %d >>\nstream\r\n" % len(packed) + packed + b"\r\nendstream\nendobj\n"


def archive(members: Mapping[str, bytes | str], *, stored: tuple[str, ...] = ()) -> bytes:
    """A zip with these members in this order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(
                zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def content_types(main: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/main.xml" ContentType="{main}"/></Types>'
    )


def relations(*rows: tuple[str, str, str]) -> str:
    """Rows are kind, target, mode."""
    inside = "".join(f'<Relationship Id="r{n}" Type="{RELATION}/{k}" Target="{t}" TargetMode="{m}"/>' for n, (k, t, m) in enumerate(rows))
    return (
        f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def docx(more: Mapping[str, bytes | str] | None = None, *, main: str = WORD) -> bytes:
    return archive({"[Content_Types].xml": content_types(main), "word/document.xml": "<w:document/>", **(more or {})})


def xlsx(more: Mapping[str, bytes | str] | None = None) -> bytes:
    return archive({"[Content_Types].xml": content_types(EXCEL), "xl/workbook.xml": "<workbook/>", **(more or {})})


def odt(more: Mapping[str, bytes | str] | None = None, *, mimetype: str = ODT, stored: bool = True) -> bytes:
    members = {"mimetype": mimetype, "content.xml": "<office:document-content/>", "META-INF/manifest.xml": "<manifest/>", **(more or {})}
    return archive(members, stored=("mimetype",) if stored else ())


def with_symlink() -> bytes:
    target = io.BytesIO(docx())
    with zipfile.ZipFile(target, "a") as made:
        link = zipfile.ZipInfo("word/media/image1.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    return target.getvalue()


def with_password() -> bytes:
    """Set the encryption flag of the last member, in its own header and in the directory."""
    content = bytearray(docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.rfind(signature)
        content[place + offset] |= 1
    return bytes(content)


def with_two_of_one_name() -> bytes:
    target = io.BytesIO(docx())
    with zipfile.ZipFile(target, "a") as made:
        made.writestr("word/Document.xml", "<w:document>another</w:document>")
    return target.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 2, height: int = 2, more: bytes = b"") -> bytes:
    rows = zlib.compress(b"\x00\x00\x00\x00\x00\x00\x00" * 2)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpg(width: int = 2, height: int = 2, *, after: bytes = b"", scan: bytes = b"\x12\x34\xff\x00\x56\xff\xd0\x78") -> bytes:
    frame = b"\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return (
        b"\xff\xd8" + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00") + segment(0xC0, frame)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + scan + b"\xff\xd9" + after
    )  # fmt: skip
