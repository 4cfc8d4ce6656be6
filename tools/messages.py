"""The translations: `python -m tools.messages update | missing | fill FILE | compile | check`, with Babel, no GNU gettext needed.

One catalogue per app and one for everything else. English stands in the code, so only bokmål and nynorsk have files.
The files hold no dates, line numbers or paths of a machine, and one order, so that the same code always gives the same file.
`update` keeps translations, drops what the code no longer says (and prints it), and never guesses from similar strings.
"""

import argparse
import contextlib
import fcntl
import io
import json
import os
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import allauth
import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

from tools import message_checks

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("nb", "nn")
KERNEL = "lms_portal"
APPS = ("catalogue", "referrals", "grants")
CATALOGUES = (KERNEL, *APPS)
TEMPLATE_ENDINGS = frozenset({".html", ".txt", ".xml", ".svg"})
KEYWORDS: dict[str, Any] = {
    "_": None,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""

# Strings of libraries that our pages show. allauth has no nynorsk: its forms, errors and notices; its pages and mails are our own.
ALLAUTH = (
    "account/adapter.py",
    "account/fields.py",
    "account/forms.py",
    "account/internal/**/*.py",
    "mfa/adapter.py",
    "mfa/base/**/*.py",
    "mfa/internal/**/*.py",
    "mfa/recovery_codes/**/*.py",
    "mfa/totp/**/*.py",
    "mfa/webauthn/**/*.py",
    "templates/account/messages/*.txt",
    "templates/mfa/messages/*.txt",
)
# Django's own Norwegian has gaps: what these folders and files say, where Django's nb or nn does not say it.
DJANGO = {"conf": ("core/", "db/", "forms/", "utils/"), "contrib/auth": ("contrib/auth/password_validation.py",), "contrib/humanize": ("",)}

Key = tuple[str, str]  # context and singular


class MessageError(Exception):
    """Something in code or catalogues that a person must put right; the text says what and where."""


@dataclass
class Found:
    """One message as the code says it."""

    context: str
    singular: str
    plural: str = ""
    places: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)

    @property
    def id(self) -> str | tuple[str, str]:
        """The msgid as Babel wants it."""
        return (self.singular, self.plural) if self.plural else self.singular


class Messages(dict[Key, Found]):
    """The messages of one catalogue by context and singular."""

    def add(self, *, context: str | None, text: str | tuple[str, ...] | list[str], place: str, comments: Iterable[str] = ()) -> None:
        """This will add a message, or one more place of it. Raises: MessageError where two plurals share a singular."""
        singular, plural = (text, "") if isinstance(text, str) else (text[0], text[1])
        found = self.setdefault((context or "", singular), Found(context or "", singular))
        if plural and found.plural not in ("", plural):
            raise MessageError(f"{place}: “{singular}” has the plural “{plural}”, and “{found.plural}” in {min(found.places)}")
        found.plural = found.plural or plural
        found.places.add(place)
        found.comments += [comment for comment in comments if comment not in found.comments]


def _source_of(path: Path) -> bytes:
    """Return Python for Babel; a template becomes the calls in it, without indentation, which means nothing there."""
    if path.suffix == ".py":
        return path.read_bytes()
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return "\n".join(line.strip() for line in code.splitlines()).encode()


def read_file(path: Path, place: str, into: Messages) -> None:
    """This will add a file's messages. Raises: MessageError where it cannot be read as code or template."""
    try:
        for _line, text, comments, context in extract(
            "python", io.BytesIO(_source_of(path)), KEYWORDS, ["Translators:"], strip_comment_tags=True
        ):
            if text and (isinstance(text, str) or text[0]):
                into.add(context=context, text=text, place=place, comments=comments)
    except (SyntaxError, tokenize.TokenError, UnicodeError) as error:
        raise MessageError(f"{place}: cannot be read ({error})") from None


def _template_owner(path: Path, templates: Path) -> str:
    parts = path.relative_to(templates).parts
    first = parts[1] if parts[0] == "emails" and len(parts) > 1 else parts[0]
    return first if first in APPS and len(parts) > 1 else KERNEL


def files_of(app: str, root: Path) -> list[Path]:
    """This will list the code and templates whose strings belong to a catalogue."""
    code = [path for path in (root / app).rglob("*.py") if "migrations" not in path.parts]
    templates = root / "templates"
    pages = [p for p in templates.rglob("*") if p.suffix in TEMPLATE_ENDINGS and p.is_file() and _template_owner(p, templates) == app]
    own = [p for p in (root / app / "templates").rglob("*") if p.suffix in TEMPLATE_ENDINGS and p.is_file()]
    return sorted([*code, *pages, *own])


def _library_messages(into: Messages) -> None:
    home = Path(allauth.__file__).parent
    for pattern in ALLAUTH:
        for path in sorted(home.glob(pattern)):
            read_file(path, f"allauth/{path.relative_to(home).as_posix()}", into)
    for part, places in DJANGO.items():
        every = _library_catalogue(f"django/{part}", "en")
        norwegian = [_library_catalogue(f"django/{part}", language) for language in LANGUAGES]
        for message in every:
            files = [name for name, _line in message.locations if name.startswith(places)]
            if message.id and files and not all(_string_of(catalogue, message) for catalogue in norwegian):
                for name in files:
                    into.add(context=message.context, text=message.id, place=f"django/{name}")


def find_messages(app: str, root: Path = ROOT, *, libraries: bool = True) -> Messages:
    """This will collect what a catalogue must hold."""
    messages = Messages()
    for path in files_of(app, root):
        read_file(path, path.relative_to(root).as_posix(), messages)
    if app == KERNEL and libraries:
        _library_messages(messages)
    return messages


def catalogue_path(app: str, language: str, root: Path = ROOT) -> Path:
    """This will name a catalogue's file."""
    return root / app / "locale" / language / "LC_MESSAGES" / "django.po"


def load(path: Path, language: str) -> Catalog:
    """This will read a catalogue; an empty one where there is no file. Raises: MessageError where it is malformed."""
    if not path.exists():
        return Catalog(locale=language)
    try:
        with path.open("rb") as source:
            return read_po(source, locale=language, abort_invalid=True)
    except (PoFileError, UnicodeError) as error:
        raise MessageError(f"{path}: {error}") from None


def _library_catalogue(name: str, language: str) -> Catalog:
    library, _, part = name.partition("/")
    home = Path({"django": django.__file__, "allauth": allauth.__file__}[library]).parent
    return load(home / part / "locale" / language / "LC_MESSAGES" / "django.po", language)


def _string_of(catalogue: Catalog, message: Message | Found) -> str | tuple[str, ...]:
    """Return the whole translation of the same message, or nothing: same singular, plural and context, not fuzzy."""
    first = message_checks.forms(message.id)[0]
    own = catalogue.get(first, message.context or None)
    if own is None or own.fuzzy or message_checks.forms(own.id) != message_checks.forms(message.id):
        return ""
    if not all(message_checks.forms(own.string)):
        return ""
    return own.string if isinstance(own.string, str) else tuple(message_checks.forms(own.string))


def merged(app: str, language: str, found: Messages, root: Path = ROOT) -> Catalog:
    """This will build a catalogue: the code's messages with the translations that there are.

    A string without one takes that of another of our catalogues, then of the library it comes from: what stands there is checked.
    """
    old = load(catalogue_path(app, language, root), language)
    others = [load(catalogue_path(other, language, root), language) for other in CATALOGUES if other != app]
    if app == KERNEL:
        libraries = [*(f"django/{part}" for part in DJANGO), "allauth/"]
        others += [_library_catalogue(name, language) for name in libraries]
    new = Catalog(locale=language)
    for key in sorted(found, key=lambda key: (key[1], key[0])):
        message = found[key]
        kept = old.get(message.singular, message.context or None)
        same = kept is not None and message_checks.forms(kept.id) == message_checks.forms(message.id)
        string: str | tuple[str, ...] | list[str] | None = kept.string if kept is not None and same else ""
        if not any(message_checks.forms(string)):
            elsewhere = [found_there for other in others if (found_there := _string_of(other, message))]
            string = elsewhere[0] if elsewhere else ""
        new.add(
            message.id,
            string=string or ("" if not message.plural else ("", "")),
            context=message.context or None,
            locations=[(place, 0) for place in sorted(message.places)],
            flags=["fuzzy"] if kept is not None and same and kept.fuzzy else [],
            auto_comments=message.comments,
            user_comments=kept.user_comments if kept is not None else [],
        )
    return new


def as_text(catalogue: Catalog, language: str) -> str:
    """This will write a catalogue in its one form."""
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return HEADER.format(language=language) + "\n" + body.getvalue().decode().strip() + "\n"


def _write(path: Path, content: bytes) -> bool:
    """Replace a file in one step; a file that already says this keeps its time."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
    return True


@contextlib.contextmanager
def locked(app: str, root: Path = ROOT) -> Iterator[None]:
    """This will keep others from writing the catalogue meanwhile; the lock is on its folder and leaves nothing behind."""
    folder = root / app / "locale"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _named(message: Message | Found) -> str:
    name = f"“{message_checks.forms(message.id)[0]}”"
    return f"{name} ({message.context})" if message.context else name


def update(apps: Iterable[str], root: Path = ROOT, *, libraries: bool = True) -> None:
    """This will bring catalogues to what the code says, and print what they lost and lack."""
    for app in apps:
        found = find_messages(app, root, libraries=libraries)
        with locked(app, root):
            for language in LANGUAGES:
                path = catalogue_path(app, language, root)
                old = load(path, language)
                new = merged(app, language, found, root)
                _write(path, as_text(new, language).encode())
                for message in old:
                    if message.id and (message.context or "", message_checks.forms(message.id)[0]) not in found and message.string:
                        _say(f"{app} {language}: dropped {_named(message)} = «{message_checks.forms(message.string)[0]}»")
                gaps = sum(not all(message_checks.forms(message.string)) for message in new if message.id)
                _say(f"{app} {language}: {len(new)} strings, {gaps} without a translation")


def missing(apps: Iterable[str], root: Path = ROOT) -> list[dict[str, Any]]:
    """This will list the strings that lack a translation, in the shape that `fill` takes back."""
    rows: dict[tuple[str, Key], dict[str, Any]] = {}
    for app in apps:
        for language in LANGUAGES:
            for message in load(catalogue_path(app, language, root), language):
                if not message.id or all(message_checks.forms(message.string)):
                    continue
                texts = message_checks.forms(message.id)
                row = rows.setdefault((app, (message.context or "", texts[0])), {"app": app, "msgid": texts[0]})
                row.update({"context": message.context} if message.context else {}, **({"plural": texts[1]} if texts[1:] else {}))
                row[language] = [""] * len(texts) if texts[1:] else ""
    return list(rows.values())


def fill(rows: Iterable[dict[str, Any]], root: Path = ROOT) -> None:
    """This will put translations into the catalogues. Raises: MessageError where a row names a string that is not there."""
    by_app: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_app.setdefault(row["app"], []).append(row)
    for app, own in by_app.items():
        with locked(app, root):
            for language in LANGUAGES:
                path = catalogue_path(app, language, root)
                catalogue = load(path, language)
                for row in own:
                    if not row.get(language):
                        continue
                    message = catalogue.get(row["msgid"], row.get("context"))
                    if message is None:
                        raise MessageError(f"{path.relative_to(root)}: “{row['msgid']}” is not there; run update first")
                    message.string = tuple(row[language]) if isinstance(row[language], list) else row[language]
                    message.flags.discard("fuzzy")
                _write(path, as_text(catalogue, language).encode())


class _Compiled(Catalog):
    """A catalogue whose compiled header holds nothing but what gettext reads."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=UTF-8"), ("Plural-Forms", "nplurals=2; plural=(n != 1);")]


def compile_all(apps: Iterable[str], root: Path = ROOT) -> None:
    """This will write the .mo files that are missing or older than their .po."""
    for app in apps:
        for language in LANGUAGES:
            source = catalogue_path(app, language, root)
            target = source.with_suffix(".mo")
            if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
                continue
            compiled = _Compiled(locale=language)
            for message in load(source, language):
                if message.id:
                    compiled.add(message.id, message.string, context=message.context, flags=message.flags)
            content = io.BytesIO()
            write_mo(content, compiled)
            if not _write(target, content.getvalue()):
                target.touch()
            _say(f"compiled {target.relative_to(root)}")


def _check_file(app: str, language: str, found: Messages, root: Path) -> list[str]:
    path = catalogue_path(app, language, root)
    name = path.relative_to(root).as_posix()
    if not path.exists():
        return [f"{name}: is not there; run update"]
    catalogue = load(path, language)
    held = {(message.context or "", message_checks.forms(message.id)[0]): message for message in catalogue if message.id}
    failures = [
        f"{name}: {_named(found[key])} ({min(found[key].places)}) is not there; run update" for key in sorted(found.keys() - held.keys())
    ]
    failures += [f"{name}: {_named(held[key])} is no longer in the code; run update" for key in sorted(held.keys() - found.keys())]
    for key in sorted(held.keys() & found.keys()):
        failures += [f"{name}: {_named(held[key])} {problem}" for problem in message_checks.problems(held[key], language)]
    if not failures and path.read_text(encoding="utf-8") != as_text(merged(app, language, found, root), language):
        failures.append(f"{name}: is not as update writes it; run update")
    return failures


def _check_agreement(root: Path) -> list[str]:
    """Find strings that two catalogues translate differently: Django reads them all as one, and one of the two would never show."""
    failures = []
    for language in LANGUAGES:
        seen: dict[Key, tuple[str, Any]] = {}
        for app in CATALOGUES:
            for message in load(catalogue_path(app, language, root), language):
                key = (message.context or "", message_checks.forms(message.id)[0])
                string = message_checks.forms(message.string)
                other, first = seen.setdefault(key, (app, string))
                if message.id and first != string and all(first) and all(string):
                    failures.append(
                        f"{language}: {_named(message)} is «{first[0]}» in {other} and «{string[0]}» in {app}; agree, or use a context"
                    )
    return failures


def check(apps: Iterable[str], root: Path = ROOT, *, libraries: bool = True) -> list[str]:
    """This will list everything that is wrong, each line naming its file and string; nothing where all is well."""
    chosen = list(apps)
    failures = []
    for app in chosen:
        found = find_messages(app, root, libraries=libraries)
        for language in LANGUAGES:
            failures += _check_file(app, language, found, root)
    return failures + (_check_agreement(root) if len(chosen) == len(CATALOGUES) else [])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("command", choices=["update", "missing", "fill", "compile", "check"])
    parser.add_argument("file", nargs="?", type=Path, help="for fill: JSON as `missing` prints it, with the translations written in")
    parser.add_argument("--app", choices=CATALOGUES, action="append", help="only this catalogue; may be repeated")
    return parser.parse_args()


def _run(command: str, file: Path | None, apps: list[str]) -> int:
    if command == "update":
        update(apps)
    elif command == "missing":
        _say(json.dumps(missing(apps), ensure_ascii=False, indent=1))
    elif command == "fill":
        if file is None:
            raise MessageError("fill needs the file with the translations")
        fill(json.loads(file.read_text(encoding="utf-8")))
    elif command == "compile":
        compile_all(apps)
    else:
        failures = check(apps)
        for failure in failures:
            _say(failure)
        _say(f"{len(failures)} problems" if failures else "every string is there in bokmål and nynorsk")
        return 1 if failures else 0
    return 0


def main() -> int:
    """This will run one command. Returns the exit code."""
    arguments = _arguments()
    try:
        return _run(arguments.command, arguments.file, arguments.app or list(CATALOGUES))
    except MessageError as error:
        _say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
