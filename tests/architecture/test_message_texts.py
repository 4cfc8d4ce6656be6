"""Every kind of message has a text that the page of texts can show, every text belongs to a kind, and no placeholder comes out empty."""

import pytest
from django.template.base import TokenType, VariableNode
from django.templatetags.i18n import BlockTranslateNode
from django.utils import translation

from lms_portal.outbox import kinds, previews
from lms_portal.outbox.preview_filters import CLOSE, OPEN
from tests.architecture.tree import ROOT, template_files

TEMPLATES = ROOT / "templates"
ENDINGS = (".subject.txt", ".txt")


def real_kinds() -> dict[str, kinds.Kind]:
    """List the kinds of the portal, without those that tests register."""
    return {code: kind for code, kind in kinds.all_kinds().items() if not code.startswith("tests.")}


def texts_in_the_folder() -> set[str]:
    """List the texts by their templates; those that begin with a line are parts of others."""
    mails = [path for path in template_files(".txt") if path.is_relative_to(TEMPLATES / "emails") and not path.name.startswith("_")]
    return {path.relative_to(TEMPLATES).as_posix().removesuffix(".txt").removesuffix(".subject") for path in mails}


@pytest.mark.parametrize("code", sorted(real_kinds()))
def test_kind_has_a_text_in_every_language(code: str) -> None:
    kind = real_kinds()[code]
    assert kind.texts
    for _text, shown in previews.previews_of(kind):
        assert [each.language for each in shown] == ["nb", "nn", "en"]
        assert all(each.subject and each.text.strip() for each in shown)
        assert shown[0].text != shown[2].text  # bokmål and nynorsk may happen to agree


def test_every_text_belongs_to_one_kind() -> None:
    claimed = [text for kind in real_kinds().values() for text in kind.texts]
    assert sorted(claimed) == sorted(texts_in_the_folder())


def test_no_placeholder_comes_out_empty() -> None:
    empty = []
    for path in template_files(".txt"):
        if not path.is_relative_to(TEMPLATES / "emails"):
            continue
        name = path.relative_to(TEMPLATES).as_posix()
        template = previews.engine().get_template(name)
        context = previews.AnyName(counts=previews.counts_in(template))
        with context.bind_template(template), translation.override("nb"):
            variables = template.nodelist.get_nodes_by_type(VariableNode)
            empty += [f"{name}: {node}" for node in variables if not node.render(context).strip()]
            for block in template.nodelist.get_nodes_by_type(BlockTranslateNode):
                assert isinstance(block, BlockTranslateNode)
                wanted = {token.contents for token in [*block.singular, *block.plural] if token.token_type == TokenType.VAR}
                if wanted and OPEN not in block.render(context):
                    empty.append(f"{name}: {sorted(wanted)}")
    assert empty == []


@pytest.mark.parametrize("language", previews.LANGUAGES)
def test_every_placeholder_has_a_word_for_people(language: str) -> None:
    paths = {path for kind in real_kinds().values() for text in kind.texts for path in _marked_paths(text)}
    with translation.override(language):
        marked = {path: previews.word_of(path) for path in paths}
    assert sorted(path for path in paths if path not in previews.WORDS) == []
    assert all(marked.values())


def _marked_paths(text: str) -> set[str]:
    found: set[str] = set()
    for ending in ENDINGS:
        found |= set(previews.MARKED.findall(previews.rendered(f"{text}{ending}", words=str)))
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ link }}", "«link»"),
        ("{{ unit.phone|phone }}", "«unit.phone»"),
        ('{{ last_day|date:"DATE_FORMAT" }}', "«last_day»"),
        ('{% if status == "waiting" %}{{ when }}{% else %}no{% endif %}', "«when»"),
        ("{% for place in places %}{{ place.link }}{% endfor %}", "«places.link»"),
        ("{% blocktranslate count n=number %}one{% plural %}{{ n }} of {{ unit }}{% endblocktranslate %}", "«number» of «unit»"),
        ("{% blocktranslate with day=last_on|day %}by {{ day }}{% endblocktranslate %}", "by «last_on»"),
    ],
)
def test_placeholders_go_through_everything_that_a_text_uses(source: str, expected: str) -> None:
    template = previews.engine().from_string("{% load components %}" + source)
    shown = template.render(previews.AnyName(counts=previews.counts_in(template), words=str))
    assert shown.replace(OPEN, "«").replace(CLOSE, "»") == expected
