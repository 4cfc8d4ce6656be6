"""Files that people send: checked by name, first bytes and structure, then kept under random names outside the web root.

The check refuses what honest people do not send: other types under a known name, scripts, macros, password protection, links out
of the document, bombs. It is a filter, not the defence: files are served as attachments with a sandboxed policy.
Source: ASVS 5.0, 5.1 to 5.4; the reliability study 2.4 on why sniffing alone does not do.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from lms_portal.common.file_structure import CHUNK, BadStructure, check_csv, check_jpeg, check_office, check_pdf, check_png
from lms_portal.common.invalid_input import InvalidInput

LONGEST_NAME = 120
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


class UploadRefused(InvalidInput):
    """The file cannot be taken; the message says what the person can do."""


@dataclass(frozen=True, slots=True)
class FileType:
    """One type that the portal takes."""

    extension: str
    content_type: str
    check: Callable[[BinaryIO], None]


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
TYPES = {
    kind.extension: kind
    for kind in (
        FileType("pdf", "application/pdf", check_pdf),
        FileType("docx", DOCX, lambda source: check_office(source, "docx")),
        FileType("xlsx", XLSX, lambda source: check_office(source, "xlsx")),
        FileType("odt", ODT, lambda source: check_office(source, "odt")),
        FileType("png", "image/png", check_png),
        FileType("jpg", "image/jpeg", check_jpeg),
        FileType("csv", "text/csv", check_csv),
    )
}
ALIASES = {"jpeg": "jpg"}
DOCUMENTS = ("pdf", "docx", "odt")
TABLES = ("xlsx", "csv")
EVERYTHING = tuple(extension for extension in TYPES if extension != "csv")  # any text passes for CSV: only where a table is asked for

# What each fault of structure means to the person who sends the file.
MESSAGES = {
    "type": _("The content does not fit the name’s ending. Open the file, save it as the type you want, and choose it again"),
    "broken": _("The file is damaged. Open it, save it again, and choose the new file"),
    "scripts": _("The file holds scripts or macros. Save it without them, for example as a new PDF, and choose that"),
    "password": _("The file is protected with a password. Save it without the password, and choose that"),
    "links": _("The file fetches content from elsewhere when it is opened. Save it as PDF, and choose that"),
    "attached": _("Other files are hidden inside this one. Save it without them, and choose that"),
    "too_big_inside": _("The file is far larger inside than it looks. Save it with smaller pictures, and choose that"),
}


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """What is known of a file that may be kept. `name` is fit for showing and for a download."""

    name: str
    extension: str
    content_type: str
    size: int
    sha256: str


def clean_name(name: str) -> str:
    """This will make a name fit for showing: no path, no control or direction signs, at most 120 letters, the ending kept."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # categories C: control, format (right-to-left tricks), surrogates, private use
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    whole = PurePosixPath(" ".join(_NOT_IN_NAMES.sub(" ", plain).split()).strip(". ") or "file")
    stem = f"_{whole.stem}" if _RESERVED.match(whole.stem) else whole.stem
    return stem[: LONGEST_NAME - len(whole.suffix)].rstrip(". ") + whole.suffix[:LONGEST_NAME]


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f}"


def _digest(source: BinaryIO) -> str:
    source.seek(0)
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def check_upload(upload: "File[bytes]", *, kinds: Iterable[str] = EVERYTHING, max_bytes: int | None = None) -> CheckedUpload:
    """This will check a sent file and leave it wound back to its start. `max_bytes` is UPLOAD_MAX_BYTES where none is given.

    Raises: UploadRefused with what to do.
    """
    name = clean_name(upload.name or "")
    written = PurePosixPath(name).suffix.lower().lstrip(".")
    extension = ALIASES.get(written, written)
    allowed = tuple(kinds)
    if extension not in allowed or extension not in TYPES:
        endings = ", ".join(allowed)
        raise UploadRefused(_("Files of this type cannot be sent. Choose one of: %(endings)s") % {"endings": endings}, "extension")
    limit = settings.UPLOAD_MAX_BYTES if max_bytes is None else max_bytes
    if not upload.size:
        raise UploadRefused(_("The file is empty. Choose another file"), "empty")
    if upload.size > limit:
        raise UploadRefused(
            _("The file is larger than %(limit)s MB. Make it smaller, or send it in parts") % {"limit": _megabytes(limit)}, "too_large"
        )
    source: BinaryIO = upload.file  # type: ignore[assignment] # Django types it as IO of bytes
    try:
        source.seek(0)
        TYPES[extension].check(source)
    except BadStructure as fault:
        raise UploadRefused(MESSAGES[fault.code], fault.code) from None
    checked = CheckedUpload(name, extension, TYPES[extension].content_type, upload.size, _digest(source))
    source.seek(0)
    return checked
