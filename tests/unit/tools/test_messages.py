"""The translation tool, on a small project of its own."""

import gettext
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tools import messages
from tools.messages import MessageError, catalogue_path

PAGE = """{% load i18n %}
<main>
    {% translate "Hello" %} {{ _("Yes")|upper }} {% translate "Open" context "a door" %} {% translate "50% done" %}
  {# Translators: on the course page #}
    {% blocktranslate trimmed count n=places %}
      One place in {{ room }}
    {% plural %}
      {{ n }} places in {{ room }}
    {% endblocktranslate %}
{% include "x.html" with label=_("It's here") %}
</main>
"""
CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext_lazy, pgettext
A = _("In code"), gettext_lazy("Lazy" " text"), ngettext("%(n)d hit", "%(n)d hits", 2)
B = pgettext("month", "May"), npgettext_lazy("map", "One way", "%d ways"), _(A)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "catalogue/views.py": CODE,
        "catalogue/migrations/0001.py": 'from x import _\n_("Not me")\n',
        "templates/catalogue/page.html": PAGE,
        "templates/emails/catalogue/seat.subject.txt": '{% translate "Your place" %}\n',
        "templates/base.html": '{% translate "Menu" %}',
        "templates/emails/base.txt": '{% translate "Regards" %}',
        "lms_portal/common/x.py": '_ = str\n_("Kernel")\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def update(root: Path, *apps: str) -> None:
    messages.update(apps or messages.CATALOGUES, root, libraries=False)


def check(root: Path, *apps: str) -> list[str]:
    return messages.check(apps or ("catalogue",), root, libraries=False)


def text_of(root: Path, language: str, app: str = "catalogue") -> str:
    return catalogue_path(app, language, root).read_text(encoding="utf-8")


def translate_all(root: Path, app: str = "catalogue") -> None:
    """Give every string a translation that passes: itself."""
    for row in messages.missing([app], root):
        own = [row["msgid"], row["plural"]] if "plural" in row else row["msgid"]
        messages.fill([{**row, "nb": own, "nn": own}], root)


def test_find_messages_in_code_templates_and_mails(project: Path) -> None:
    found = messages.find_messages("catalogue", project)
    assert {key: message.plural for key, message in found.items()} == {
        ("", "Hello"): "",
        ("", "Yes"): "",
        ("a door", "Open"): "",
        ("", "50%% done"): "",
        ("", "One place in %(room)s"): "%(n)s places in %(room)s",
        ("", "It's here"): "",
        ("", "In code"): "",
        ("", "Lazy text"): "",
        ("", "%(n)d hit"): "%(n)d hits",
        ("month", "May"): "",
        ("map", "One way"): "%d ways",
        ("", "Your place"): "",
    }
    assert found["", "Your place"].places == {"templates/emails/catalogue/seat.subject.txt"}
    assert found["", "One place in %(room)s"].comments == ["on the course page"]


def test_find_messages_of_the_kernel_takes_what_no_app_owns(project: Path) -> None:
    assert set(messages.find_messages("lms_portal", project, libraries=False)) == {("", "Menu"), ("", "Regards"), ("", "Kernel")}


def test_find_messages_with_libraries_covers_what_norwegian_lacks() -> None:
    found = messages.find_messages("lms_portal")
    assert found["", "You have signed out."].places == {"allauth/templates/account/messages/logged_out.txt"}
    assert found["", "This password is too short. It must contain at least %d character."].plural.endswith("characters.")
    assert ("", "Enter a number.") not in found  # Django says it in both forms


def test_find_messages_of_broken_file_names_it(project: Path) -> None:
    (project / "templates/catalogue/page.html").write_text("{% blocktranslate %}no end", encoding="utf-8")
    (project / "catalogue/views.py").write_text('_("open', encoding="utf-8")
    with pytest.raises(MessageError, match=r"^catalogue/views.py: cannot be read"):
        update(project, "catalogue")


def test_find_messages_with_two_plurals_of_one_singular(project: Path) -> None:
    (project / "catalogue/other.py").write_text('ngettext("%(n)d hit", "%(n)d strikes", 2)', encoding="utf-8")
    with pytest.raises(MessageError, match="“%\\(n\\)d hit” has the plural"):
        update(project, "catalogue")


def test_update_writes_no_dates_numbers_or_paths(project: Path) -> None:
    update(project, "catalogue")
    text = text_of(project, "nn")
    assert "20" not in text
    assert str(project) not in text
    assert ".py:" not in text
    assert '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"' in text
    assert '\nmsgctxt "a door"\nmsgid "Open"\n' in text


def test_update_twice_is_the_same(project: Path) -> None:
    update(project)
    translate_all(project)
    first = text_of(project, "nb")
    times = catalogue_path("catalogue", "nb", project).stat().st_mtime_ns
    update(project)
    assert text_of(project, "nb") == first
    assert catalogue_path("catalogue", "nb", project).stat().st_mtime_ns == times


def test_update_keeps_translations_and_drops_what_is_gone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(project)
    translate_all(project)
    page = project / "templates/catalogue/page.html"
    page.write_text(PAGE.replace('"Hello"', '"Hello there"'), encoding="utf-8")
    capsys.readouterr()
    update(project, "catalogue")
    assert "catalogue nb: dropped “Hello” = «Hello»" in capsys.readouterr().out.splitlines()
    # a similar string is not guessed from, and nothing is fuzzy
    assert 'msgid "Hello there"\nmsgstr ""' in text_of(project, "nb")
    assert "fuzzy" not in text_of(project, "nb")
    assert 'msgid "In code"\nmsgstr "In code"' in text_of(project, "nb")


def test_update_takes_the_translation_of_another_catalogue(project: Path) -> None:
    (project / "grants").mkdir()
    (project / "grants/a.py").write_text('_("Menu")', encoding="utf-8")
    update(project)
    messages.fill([{"app": "lms_portal", "msgid": "Menu", "nb": "Meny", "nn": "Meny"}], project)
    update(project, "grants")
    assert 'msgid "Menu"\nmsgstr "Meny"' in text_of(project, "nn", "grants")


def test_fill_of_unknown_string_says_so(project: Path) -> None:
    update(project)
    with pytest.raises(MessageError, match="“Nope” is not there; run update first"):
        messages.fill([{"app": "catalogue", "msgid": "Nope", "nb": "Nei"}], project)


def test_check_of_finished_catalogue_finds_nothing(project: Path) -> None:
    update(project)
    for app in messages.CATALOGUES:
        translate_all(project, app)
    assert check(project, *messages.CATALOGUES) == []


def test_check_names_file_and_missing_string(project: Path) -> None:
    update(project)
    translate_all(project)
    path = catalogue_path("catalogue", "nn", project)
    path.write_text(path.read_text().replace('msgid "Hello"\nmsgstr "Hello"', 'msgid "Hello"\nmsgstr ""'), encoding="utf-8")
    assert check(project) == ["catalogue/locale/nn/LC_MESSAGES/django.po: “Hello” has no translation"]


def test_check_names_string_that_is_not_in_the_catalogue(project: Path) -> None:
    update(project)
    translate_all(project)
    (project / "catalogue/new.py").write_text('_("Brand new")', encoding="utf-8")
    assert check(project) == [
        f"catalogue/locale/{language}/LC_MESSAGES/django.po: “Brand new” (catalogue/new.py) is not there; run update"
        for language in ("nb", "nn")
    ]


def test_check_names_string_that_has_left_the_code(project: Path) -> None:
    update(project)
    translate_all(project)
    (project / "templates/emails/catalogue/seat.subject.txt").unlink()
    assert check(project)[0] == "catalogue/locale/nb/LC_MESSAGES/django.po: “Your place” is no longer in the code; run update"


def test_check_of_fuzzy_string(project: Path) -> None:
    update(project)
    translate_all(project)
    path = catalogue_path("catalogue", "nb", project)
    path.write_text(path.read_text().replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'), encoding="utf-8")
    assert check(project) == ["catalogue/locale/nb/LC_MESSAGES/django.po: “Hello” is marked fuzzy: check it and take the mark away"]


def test_check_of_catalogue_in_another_order(project: Path) -> None:
    update(project)
    translate_all(project)
    path = catalogue_path("catalogue", "nb", project)
    header, *entries = path.read_text().strip().split("\n\n")
    path.write_text("\n\n".join([header, *reversed(entries)]) + "\n", encoding="utf-8")
    assert check(project) == ["catalogue/locale/nb/LC_MESSAGES/django.po: is not as update writes it; run update"]


def test_check_without_a_file(project: Path) -> None:
    assert check(project)[0] == "catalogue/locale/nb/LC_MESSAGES/django.po: is not there; run update"


def test_check_of_two_catalogues_that_disagree(project: Path) -> None:
    (project / "grants").mkdir()
    (project / "grants/a.py").write_text('_("Menu")', encoding="utf-8")
    update(project)
    for app in messages.CATALOGUES:
        translate_all(project, app)
    messages.fill([{"app": "grants", "msgid": "Menu", "nn": "Oversyn"}], project)
    assert check(project, *messages.CATALOGUES) == ["nn: “Menu” is «Menu» in lms_portal and «Oversyn» in grants; agree, or use a context"]


def test_load_of_malformed_file_names_it(project: Path) -> None:
    path = catalogue_path("catalogue", "nb", project)
    path.parent.mkdir(parents=True)
    path.write_text('msgid "open\n', encoding="utf-8")
    with pytest.raises(MessageError, match=r"django\.po"):
        update(project, "catalogue")


def test_compile_writes_what_gettext_reads(project: Path) -> None:
    update(project)
    messages.fill(
        [
            {"app": "catalogue", "msgid": "Hello", "nb": "Hei", "nn": "Hei der"},
            {"app": "catalogue", "msgid": "%(n)d hit", "plural": "%(n)d hits", "nn": ["%(n)d treff", "%(n)d treff i alt"]},
            {"app": "catalogue", "msgid": "May", "context": "month", "nn": "mai"},
        ],
        project,
    )
    messages.compile_all(["catalogue"], project)
    with catalogue_path("catalogue", "nn", project).with_suffix(".mo").open("rb") as source:
        nynorsk = gettext.GNUTranslations(source)
    assert nynorsk.gettext("Hello") == "Hei der"
    assert [nynorsk.ngettext("%(n)d hit", "%(n)d hits", n) for n in (1, 2)] == ["%(n)d treff", "%(n)d treff i alt"]
    assert nynorsk.pgettext("month", "May") == "mai"
    assert nynorsk.gettext("In code") == "In code"


def test_compile_leaves_files_that_are_newer(project: Path) -> None:
    update(project)
    messages.compile_all(["catalogue"], project)
    compiled = catalogue_path("catalogue", "nb", project).with_suffix(".mo")
    compiled.write_bytes(b"newer")
    messages.compile_all(["catalogue"], project)
    assert compiled.read_bytes() == b"newer"
    os.utime(compiled, (0, 0))
    messages.compile_all(["catalogue"], project)
    assert compiled.read_bytes()[:4] == b"\xde\x12\x04\x95"


def _update_one(root: str) -> None:
    messages.update(["catalogue"], Path(root), libraries=False)


def test_update_by_several_at_once_leaves_one_whole_file(project: Path) -> None:
    update(project)
    translate_all(project)
    whole = text_of(project, "nb")
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_update_one, [str(project)] * 6))
    assert text_of(project, "nb") == whole
    assert [path.name for path in catalogue_path("catalogue", "nb", project).parent.iterdir()] == ["django.po"]
