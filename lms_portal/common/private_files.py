"""Where sent files and made documents lie: outside the web root, under random names, each written whole or not at all.

Django's own storage leaves half a file behind when the disk is full. This one writes to a temporary name, forces it to disk,
renames it, and removes it on any error. It gives no addresses: a view that has checked who asks opens the file.
"""

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

NAME = re.compile(r"\A[0-9a-f]{2}/[0-9a-f]{30}\Z")


def new_name() -> str:
    """This will make a name that nobody can guess: two hexadecimal digits for the folder, thirty for the file."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name[2:]}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@deconstructible(path="lms_portal.common.private_files.PrivateFiles")
class PrivateFiles(Storage):
    """Files under FILES_DIR. The name given to `save` is not used; keep the one it returns."""

    @property
    def home(self) -> Path:
        """The folder; read each time, so that tests and the demo may move it."""
        return Path(settings.FILES_DIR)

    def path(self, name: str) -> str:
        """This will return where a file lies. Raises: SuspiciousFileOperation for a name that this storage never made."""
        if not NAME.match(name):
            raise SuspiciousFileOperation("not a name of this storage")
        return str(self.home / name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """This will make a new random name."""
        return new_name()

    def get_valid_name(self, name: str) -> str:
        return name

    def generate_filename(self, filename: str | os.PathLike[str]) -> str:
        """This will make a new random name, whatever a field's `upload_to` says."""
        return new_name()

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.part")
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(handle, "wb") as written:
                written.writelines(chunk.encode() if isinstance(chunk, str) else chunk for chunk in content.chunks())
                written.flush()
                os.fsync(written.fileno())
            temporary.rename(target)
            _sync_folder(target.parent)
        except BaseException:
            for left in (temporary, target):
                with suppress(FileNotFoundError):
                    left.unlink()
            raise
        return name

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("kept files are never changed")
        handle = os.open(self.path(name), os.O_RDONLY | os.O_NOFOLLOW)
        source: IO[bytes] = open(handle, "rb")  # noqa: SIM115 - the File closes it
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            source.close()
            raise SuspiciousFileOperation("not a file")
        return File(source, name)

    def delete(self, name: str) -> None:
        """This will remove a file; one that is gone already is no error."""
        with suppress(FileNotFoundError):
            Path(self.path(name)).unlink()

    def exists(self, name: str) -> bool:
        """This will say whether the file is there."""
        return NAME.match(name) is not None and Path(self.path(name)).is_file()

    def size(self, name: str) -> int:
        """This will return the file's size in bytes."""
        return Path(self.path(name)).stat().st_size

    def url(self, name: str | None) -> str:
        """Raises: ValueError always. A view that has checked who asks serves the file."""
        raise ValueError("private files have no address")

    def leftovers(self) -> list[Path]:
        """This will list temporary files that a killed process left; none is ever named by a row."""
        return sorted(self.home.glob("*/.*.part"))
