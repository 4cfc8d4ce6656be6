"""Walks through the structure of documents and pictures, without unpacking anything to disk or running anything in them.

Each check reads the whole file once, with limits on what it unpacks, and raises `BadStructure` with a code word.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree as ET

MOST_MEMBERS = 2000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_TIMES_LARGER = 200  # of one member, once it is large enough to matter
LARGE_MEMBER = 1024 * 1024
LARGEST_XML = 40 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 20_000
CHUNK = 256 * 1024


class BadStructure(Exception):
    """The file is not what it should be. `code`: type, broken, scripts, password, links, attached or too_big_inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# PDF

_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PDF_SCRIPTS = re.compile(rb"/(?:JavaScript|Launch|RichMedia)\b")
_PDF_SHORT_SCRIPTS = re.compile(rb"/XFA\b")
_PDF_ATTACHED = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment)\b")
_PDF_PASSWORD = re.compile(rb"/Encrypt\b")
_PDF_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")


def _plain_names(content: bytes) -> bytes:
    """Undo `#4a` in names, which would hide a name from a search."""
    return _PDF_ESCAPE.sub(lambda match: bytes([int(match.group(1), 16)]), content)


def _split_pdf(content: bytes) -> tuple[bytes, list[bytes]]:
    """Return what stands outside streams, and the object streams unpacked: newer files keep most of their structure there."""
    outside: list[bytes] = []
    unpacked: list[bytes] = []
    position, left = 0, MOST_UNPACKED
    for start in _PDF_STREAM.finditer(content):
        if start.start() < position:
            continue
        end = content.find(b"endstream", start.end())
        if end < 0:
            raise BadStructure("broken")
        head = content[max(position, start.start() - 4000) : start.start()]
        objects = _unpacked_objects(_plain_names(head[max(0, head.rfind(b"obj")) :]), content[start.end() : end], left)
        left -= len(objects)
        if left <= 0:
            raise BadStructure("too_big_inside")
        unpacked.append(objects)
        outside.append(content[position : start.end()])
        position = end
    return b"".join([*outside, content[position:]]), unpacked


def _unpacked_objects(dictionary: bytes, stream: bytes, limit: int) -> bytes:
    if b"/ObjStm" not in dictionary:
        return b""
    if b"/Filter" not in dictionary:
        return stream
    try:
        return zlib.decompressobj().decompress(stream, limit)
    except zlib.error:
        raise BadStructure("broken") from None  # packed in a way that no ordinary program uses


def check_pdf(source: BinaryIO) -> None:
    """This will check that a PDF begins and ends as one, and holds no script, file or password. Raises: BadStructure."""
    content = source.read()
    if not content.startswith((b"%PDF-1.", b"%PDF-2.")):
        raise BadStructure("type")
    if not _PDF_END.search(content[-2048:].rstrip(b"\x00")):
        raise BadStructure("broken")
    outside, unpacked = _split_pdf(content)
    # the whole file too: what looks like a stream to us may be a comment to a reader. Short names would be found there by chance
    for text in (content, *unpacked):
        names = _plain_names(text)
        for pattern, code in ((_PDF_PASSWORD, "password"), (_PDF_SCRIPTS, "scripts"), (_PDF_ATTACHED, "attached")):
            if pattern.search(names):
                raise BadStructure(code)
    if any(_PDF_SHORT_SCRIPTS.search(_plain_names(text)) for text in (outside, *unpacked)):
        raise BadStructure("scripts")


# Office documents: zip archives with fixed parts

_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "odt": "content.xml"}
_MAIN_TYPE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "odt": "application/vnd.oasis.opendocument.text",
}
_MACRO_MEMBERS = re.compile(r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml|macrosheets/.*|activeX/.*|Basic/.*|Scripts/.*)$", re.IGNORECASE)
_OBJECT_MEMBERS = re.compile(r"(?:^|/)(?:oleObject[^/]*|[^/]+\.bin)$", re.IGNORECASE)
_PRINTER_MEMBERS = re.compile(r"(?:^|/)printerSettings/[^/]+\.bin$", re.IGNORECASE)
# a chart keeps its figures in a workbook of its own, and vector pictures are packed with gzip
_PACKED_MEMBERS = re.compile(r"(?:^|/)(?:embeddings/[^/]+\.(?:xlsx|docx|pptx)|media/[^/]+\.(?:emz|wmz))$", re.IGNORECASE)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe")
_ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
_LARGEST_RELATIONS = 2 * 1024 * 1024
_LOCAL_TEMPLATE = re.compile(r"^file:///[a-z]:", re.IGNORECASE)


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = name.split("/")
    # names are compared with their raw form: zipfile cuts at a NUL and turns backslashes round by itself
    if name != member.orig_filename or name.startswith("/") or "\\" in name or ":" in name or ".." in parts or "\x00" in name:
        raise BadStructure("broken")
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadStructure("broken")  # a symbolic link or a device
    if member.flag_bits & 0x1:
        raise BadStructure("password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadStructure("broken")
    if member.file_size > LARGE_MEMBER and member.file_size > MOST_TIMES_LARGER * member.compress_size:
        raise BadStructure("too_big_inside")
    if _MACRO_MEMBERS.search(name):
        raise BadStructure("scripts")
    if _OBJECT_MEMBERS.search(name) and not _PRINTER_MEMBERS.search(name):
        raise BadStructure("attached")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack one member, its checksum checked. XML is returned whole, of everything else the first bytes."""
    keeps_all = member.filename.lower().endswith((".xml", ".rels")) or member.filename == "mimetype"
    if keeps_all and member.file_size > LARGEST_XML:
        raise BadStructure("too_big_inside")
    kept: list[bytes] = []
    length = 0
    with archive.open(member) as packed:
        while chunk := packed.read(CHUNK):
            if keeps_all or not kept:
                kept.append(chunk)
            length += len(chunk)
    if length != member.file_size:
        raise BadStructure("broken")
    return b"".join(kept)


def _check_content(name: str, content: bytes) -> None:
    if content.startswith(_PROGRAMS):
        raise BadStructure("scripts")
    if content.startswith(_ARCHIVES) and not _PACKED_MEMBERS.search(name):
        raise BadStructure("attached")
    if not name.lower().endswith((".xml", ".rels")):
        return
    # in UTF-16 a declaration would hide from the search below; office programs write UTF-8
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:64]:
        raise BadStructure("broken")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BadStructure("broken")
    if name.lower().endswith(".rels"):
        _check_relations(content)
    if b"script:event-listener" in content or (name == "[Content_Types].xml" and b"macroEnabled" in content):
        raise BadStructure("scripts")
    if name == "META-INF/manifest.xml" and b"encryption-data" in content:
        raise BadStructure("password")


def _check_relations(content: bytes) -> None:
    """Links that people click are fine; templates, pictures and workbooks fetched when the document opens are not."""
    if len(content) > _LARGEST_RELATIONS:
        raise BadStructure("too_big_inside")
    try:
        root = ET.fromstring(content)  # noqa: S314 - DOCTYPE and entities have been refused
    except ET.ParseError:
        raise BadStructure("broken") from None
    for relation in root:
        kind = relation.get("Type", "").rsplit("/", 1)[-1]
        if relation.get("TargetMode", "").lower() != "external" or kind == "hyperlink":
            continue
        # Word notes where the writer's own template lay; on another machine that leads nowhere
        if kind == "attachedTemplate" and _LOCAL_TEMPLATE.match(relation.get("Target", "")):
            continue
        raise BadStructure("links")


def _check_edges(source: BinaryIO) -> None:
    """The archive is the whole file: nothing before its first member, nothing after its directory."""
    source.seek(0)
    head = source.read(4)
    if head == b"\xd0\xcf\x11\xe0" and _ENCRYPTED in source.read():
        raise BadStructure("password")  # office programs put a locked document into a container of the old kind
    if head != b"PK\x03\x04":
        raise BadStructure("type")
    source.seek(0, 2)
    size = source.tell()
    source.seek(max(0, size - 22))
    end = source.read()
    if len(end) != 22 or not end.startswith(b"PK\x05\x06") or end[20:] != b"\x00\x00":
        raise BadStructure("broken")
    directory_size, directory_start = struct.unpack("<II", end[12:20])
    if directory_start + directory_size != size - 22:
        raise BadStructure("broken")


def check_office(source: BinaryIO, kind: str) -> None:
    """This will walk through a docx, xlsx or odt: every member unpacked in memory, none of them a surprise. Raises: BadStructure."""
    _check_edges(source)
    try:
        with zipfile.ZipFile(source) as archive:
            _check_archive(archive, kind)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, UnicodeError, RuntimeError, struct.error, ValueError):
        raise BadStructure("broken") from None


def _check_archive(archive: zipfile.ZipFile, kind: str) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if _MAIN_PART[kind] not in names:
        raise BadStructure("type")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise BadStructure("too_big_inside")
    if len({name.lower() for name in names}) != len(members):
        raise BadStructure("broken")  # two members of one name: programs disagree which one they read
    for member in members:
        _check_member(member)
    for member in members:
        content = _read_member(archive, member)
        _check_content(member.filename, content)
        if member.filename == "[Content_Types].xml" and _MAIN_TYPE[kind].encode() not in content:
            raise BadStructure("type")
    if kind == "odt":
        first = members[0]
        if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED or archive.read(first) != _MAIN_TYPE[kind].encode():
            raise BadStructure("type")
    elif "[Content_Types].xml" not in names:
        raise BadStructure("type")


# Tables as text


def check_csv(source: BinaryIO) -> None:
    """This will check that a file is text: no other type under its name, and no signs that text does not have. Raises: BadStructure."""
    content = source.read()
    if content.startswith((*_PROGRAMS[:2], *_ARCHIVES, b"%PDF-", b"\x89PNG", b"\xff\xd8\xff")):
        raise BadStructure("type")
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadStructure("type")


# Pictures


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise BadStructure("too_big_inside")
    if width * height > MOST_PIXELS:
        raise BadStructure("too_big_inside")


def check_png(source: BinaryIO) -> None:
    """This will walk through a PNG's chunks, each with its checksum; nothing follows the last. Raises: BadStructure."""
    if source.read(8) != b"\x89PNG\r\n\x1a\n":
        raise BadStructure("type")
    seen: list[bytes] = []
    while not seen or seen[-1] != b"IEND":
        head = source.read(8)
        if len(head) != 8:
            raise BadStructure("broken")
        length, name = struct.unpack(">I4s", head)
        body = source.read(length)
        if len(body) != length or source.read(4) != zlib.crc32(name + body).to_bytes(4):
            raise BadStructure("broken")
        if not seen:
            if name != b"IHDR" or length != 13:
                raise BadStructure("broken")
            _check_size(*struct.unpack(">II", body[:8]))
        seen.append(name)
    if b"IDAT" not in seen or source.read(1):
        raise BadStructure("broken")


_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg_segments(content: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Give each segment's marker and body; after a scan, its entropy-coded bytes are passed over."""
    while position + 2 <= len(content):
        if content[position] != 0xFF:
            raise BadStructure("broken")
        marker = content[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        if marker == 0xD9:
            yield marker, content[position + 2 :]
            return
        if position + 4 > len(content):
            break
        length = int.from_bytes(content[position + 2 : position + 4])
        if length < 2 or position + 2 + length > len(content):
            break
        yield marker, content[position + 4 : position + 2 + length]
        position += 2 + length
        if marker == 0xDA:
            position = _end_of_scan(content, position)
    raise BadStructure("broken")


_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _end_of_scan(content: bytes, position: int) -> int:
    found = _NEXT_MARKER.search(content, position)
    if found is None:
        raise BadStructure("broken")
    return found.start()


# cameras write small trailers of their own after the picture; these have no business there
_NOT_AFTER_PICTURES = re.compile(rb"PK\x03\x04|%PDF-|<\s*(?:script|html|svg|\?php)|\A(?:MZ|\x7fELF|#!)", re.IGNORECASE)


def check_jpeg(source: BinaryIO) -> None:
    """This will walk through a JPEG's segments to the end of the picture; no document or page hides after it. Raises: BadStructure."""
    content = source.read()
    if not content.startswith(b"\xff\xd8\xff"):
        raise BadStructure("type")
    frames = scans = 0
    for marker, body in _jpeg_segments(content, 2):
        if marker in _JPEG_FRAMES:
            if len(body) < 5:
                raise BadStructure("broken")
            _check_size(int.from_bytes(body[3:5]), int.from_bytes(body[1:3]))
            frames += 1
        elif marker == 0xDA:
            scans += 1
        elif marker == 0xD9 and _NOT_AFTER_PICTURES.search(body):
            raise BadStructure("attached")
    if not frames or not scans:
        raise BadStructure("broken")
