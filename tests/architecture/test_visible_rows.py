"""Views reach protected rows through the querysets that know who asks: `Referral.objects.visible_to(request.user)`."""

import ast
import inspect

import pytest
from django.apps import apps

from tests.architecture.tree import dotted, imported_names, name_of, parsed, python_files

OURS = {"outbox", "accounts", "catalogue", "referrals", "grants"}
# Rows that anybody may see have a method of their own.
FOR_EVERYBODY = {"public"}
# Rows of a thing that the view has reached through its own scope first, each with why the shorter way is needed.
REACHED_BY_THEIR_OWNER = {
    "catalogue/views/desk.py: Course": "loads again, with its runs, a course found by `visible_to(user)`",
    "catalogue/views/editor.py: Course": "likewise",
    "catalogue/views/runs.py: Run": "a run of a course found by `visible_to(user)`",
    "referrals/views/patient.py: Referral": "the case of a letter that the patient has opened with its secret and a code",
    "grants/views/mine.py: Application": "the one of an organisation found by `of(user)`",
    "grants/views/mine.py: LedgerAccount": "the accounts of organisations found by `of(user)`",
    "grants/views/mine.py: Round": "an open round, which everybody may read about",
    "grants/views/reports.py: Report": "the number of the last save of a report found by `of(user)`",
}


def scopes_of(model: type) -> set[str]:
    """List the methods of a model's queryset that take who asks, and those for everybody."""
    queryset = type(model._default_manager.all())  # type: ignore[attr-defined] # every model has one
    own = inspect.getmembers(queryset, inspect.isfunction)
    return {name for name, method in own if "user" in inspect.signature(method).parameters} | (FOR_EVERYBODY & set(dir(queryset)))


def protected() -> dict[str, set[str]]:
    """Map each model that has `visible_to` to the methods that may begin a query of it in a view."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS and "visible_to" in (scopes := scopes_of(model)):
            found[model.__name__] = scopes
    return found


def unscoped(module: ast.Module, models: dict[str, set[str]]) -> list[tuple[int, str]]:
    """List where a view takes a protected model's rows without saying who asks: line and model."""
    names = imported_names(module)
    scoped, found = set(), []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in {"objects", "_default_manager"}:
            model = dotted(node.value.value, names).rpartition(".")[2]
            if node.attr in models.get(model, set()):
                scoped.add(id(node.value))
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"} and id(node) not in scoped:
            model = dotted(node.value, names).rpartition(".")[2]
            if model in models:
                found.append((node.lineno, model))
        if isinstance(node, ast.Call) and dotted(node.func, names).endswith(("get_object_or_404", "get_list_or_404")) and node.args:
            model = dotted(node.args[0], names).rpartition(".")[2]
            if model in models:
                found.append((node.lineno, model))
    return found


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("Referral.objects.visible_to(request.user).get(pk=pk)", []),
        ("Referral.objects.sent_by(request.user)", []),
        ("Referral.objects.get(pk=pk)", [1]),
        ("Referral.objects.filter(unit=1).visible_to(user)", [1]),
        ("rows = Referral.objects", [1]),
        ("from referrals.models import Referral as R\nR.objects.all()", [2]),
        ("import referrals.models\nreferrals.models.Referral._default_manager.all()", [2]),
        ("get_object_or_404(Referral, pk=pk)", [1]),
        ("get_object_or_404(Referral.objects.visible_to(user), pk=pk)", []),
        ("Code.objects.all()", []),
    ],
)
def test_rule(code: str, lines: list[int]) -> None:
    assert [line for line, _ in unscoped(ast.parse(code), {"Referral": {"visible_to", "sent_by"}})] == lines


def test_protected_models_are_known() -> None:
    assert {"Referral", "Application", "Course", "Message"} <= set(protected())


def test_views_say_who_asks() -> None:
    models = protected()
    found = set()
    for path in python_files():
        if "views" in path.parts or path.stem == "views":
            found |= {f"{name_of(path)}: {model}" for _, model in unscoped(parsed(path), models)}
    assert sorted(found - set(REACHED_BY_THEIR_OWNER)) == []
    assert sorted(set(REACHED_BY_THEIR_OWNER) - found) == []
