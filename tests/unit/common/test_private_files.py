"""Files are written whole or not at all, under names that nobody guesses."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from pytest_django.fixtures import Settings

from lms_portal.common.private_files import NAME, PrivateFiles, new_name


@pytest.fixture
def storage(settings: Settings, tmp_path: Path) -> PrivateFiles:
    settings.FILES_DIR = tmp_path / "files"
    return PrivateFiles()


def everything_in(storage: PrivateFiles) -> list[Path]:
    return [path for path in storage.home.rglob("*") if path.is_file()]


def test_save_keeps_content_under_a_random_name(storage: PrivateFiles) -> None:
    name = storage.save("søknad.pdf", ContentFile(b"content"))
    assert NAME.match(name)
    with storage.open(name) as source:
        assert source.read() == b"content"
    assert storage.size(name) == 7
    assert storage.exists(name)
    assert everything_in(storage) == [Path(storage.path(name))]


def test_files_are_for_the_portal_alone(storage: PrivateFiles) -> None:
    path = Path(storage.path(storage.save("a", ContentFile(b"x"))))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_names_differ() -> None:
    names = [new_name() for _ in range(1000)]
    assert len(set(names)) == 1000
    assert all(NAME.match(name) for name in names)


class FullDisk(ContentFile):  # type: ignore[type-arg] # not generic at run time
    """Gives some bytes, then the error of a full disk."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        del chunk_size
        yield b"half"
        raise OSError(errno.ENOSPC, "No space left on device")


def test_save_leaves_nothing_when_the_disk_is_full(storage: PrivateFiles) -> None:
    with pytest.raises(OSError, match="No space left"):
        storage.save("a", FullDisk(b""))
    assert everything_in(storage) == []


def test_save_leaves_nothing_when_the_name_cannot_be_given(storage: PrivateFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.EIO, f"{self} {target}")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="Errno 5"):
        storage.save("a", ContentFile(b"x"))
    assert everything_in(storage) == []


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "aa/" + "0" * 29, "aa/" + "0" * 30 + "\n", "AA/" + "0" * 30, "aa/../" + "0" * 27, ""]
)
def test_names_of_others_are_refused(storage: PrivateFiles, name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        storage.path(name)
    assert not storage.exists(name)


def test_links_are_not_followed(storage: PrivateFiles, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    name = new_name()
    Path(storage.path(name)).parent.mkdir(parents=True)
    Path(storage.path(name)).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic links"):
        storage.open(name)


def test_kept_files_are_never_changed(storage: PrivateFiles) -> None:
    name = storage.save("a", ContentFile(b"x"))
    with pytest.raises(ValueError, match="never changed"):
        storage.open(name, "r+b")


def test_delete_twice_is_no_error(storage: PrivateFiles) -> None:
    name = storage.save("a", ContentFile(b"x"))
    storage.delete(name)
    storage.delete(name)
    assert not storage.exists(name)


def test_there_is_no_address(storage: PrivateFiles) -> None:
    with pytest.raises(ValueError, match="no address"):
        storage.url(new_name())


def test_leftovers_lists_what_a_killed_process_left(storage: PrivateFiles) -> None:
    storage.save("a", ContentFile(b"x"))
    left = storage.home / "aa" / ".half.part"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    assert storage.leftovers() == [left]
