"""What every model has: names for its constraints and for the way back, keys that sort by time, types that fit the names."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.constraints import BaseConstraint

from lms_portal.common.constraints import both_or_neither

OURS = {"common", "audit", "outbox", "accounts", "catalogue", "referrals", "grants"}
OTHER_KEYS = {
    "common.ClockOffset": "one row",
    "outbox.Heartbeat": "named by its sweep",
    "accounts.HospitalArea": "named by its official code",
    "accounts.Municipality": "named by its official number",
    "audit.Change": "written by a trigger, which counts",
    "audit.SealedBatch": "a chain, in the order of its numbers",
    "audit.Tombstone": "likewise",
    "catalogue.FacetBits": "one row for each choice of a filter, by its number",
    "catalogue.CatalogueState": "one row",
    "catalogue.SearchTerm": "computed, made anew with the index",
    "catalogue.SearchPlace": "a small number, kept in arrays of facets",
}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS and model._meta.managed]


def fields_in(condition: Any) -> Iterator[str]:
    """Name the fields that a condition speaks of."""
    if isinstance(condition, Q):
        for child in condition.children:
            if isinstance(child, tuple):
                yield child[0].split("__")[0]
                yield from fields_in(child[1])
            else:
                yield from fields_in(child)
    elif isinstance(condition, F):
        yield str(getattr(condition, "name", "")).split("__")[0]
    elif hasattr(condition, "get_source_expressions"):
        for part in condition.get_source_expressions():
            yield from fields_in(part)


def pairs_without_constraint(names: dict[str, bool], constraints: list[BaseConstraint]) -> list[str]:
    """List the `x_at` and `x_by` that no check holds together, where the moment may be empty. `names`: field to whether it may be.

    A moment that is always there, such as when the row was made, says nothing about who: the portal itself makes rows too.
    """
    checked = [set(fields_in(constraint.condition)) for constraint in constraints if isinstance(constraint, CheckConstraint)]
    pairs = [(name, f"{name[:-3]}_by") for name in names if name.endswith("_at") and f"{name[:-3]}_by" in names]
    return [f"{at}, {by}" for at, by in pairs if names[at] and not any({at, by} <= both for both in checked)]


def test_rule_about_pairs() -> None:
    names = {"decided_at": True, "decided_by": True, "made_at": False, "made_by": True, "sent_at": True}
    assert pairs_without_constraint(names, []) == ["decided_at, decided_by"]
    other = CheckConstraint(condition=Q(decided_at__isnull=True) | Q(sent_at__gt=F("decided_at")), name="x")
    assert pairs_without_constraint(names, [other]) == ["decided_at, decided_by"]
    right = CheckConstraint(condition=both_or_neither("decided_at", "decided_by"), name="x")
    assert pairs_without_constraint(names, [other, right]) == []


def test_moments_and_who_did_it_are_held_together() -> None:
    found = {}
    for model in own_models():
        names = {field.name: bool(field.null) for field in model._meta.concrete_fields}
        if wrong := pairs_without_constraint(names, list(model._meta.constraints)):
            found[model._meta.label] = wrong
    assert found == {}


def _names_no_way_back(field: Any) -> bool:
    relation = field.remote_field
    return bool(relation) and not getattr(relation, "related_name", None) and not getattr(relation, "parent_link", False)


def test_every_relation_names_the_way_back() -> None:
    fields = [(model, field) for model in own_models() for field in [*model._meta.local_fields, *model._meta.local_many_to_many]]
    assert [f"{model._meta.label}.{field.name}" for model, field in fields if _names_no_way_back(field)] == []


PLAIN_NAME = re.compile(r"^[a-z][a-z0-9_]{2,}$")


def test_constraints_and_indexes_have_names_of_their_own() -> None:
    names = [(constraint.name, model._meta.label) for model in own_models() for constraint in model._meta.constraints]
    names += [(index.name, model._meta.label) for model in own_models() for index in model._meta.indexes]
    # Django makes a name up for an index that has none: letters, an underscore and a digest
    assert [f"{label}: {name}" for name, label in names if not PLAIN_NAME.match(name) or re.search(r"_[0-9a-f]{6}_idx$", name)] == []
    assert [name for name, times in Counter(name for name, _ in names).items() if times > 1] == []


def test_pairs_are_unique_by_named_constraints() -> None:
    assert [model._meta.label for model in own_models() if model._meta.unique_together] == []
    assert all(
        isinstance(c, CheckConstraint | UniqueConstraint | ExclusionConstraint) for model in own_models() for c in model._meta.constraints
    )


def test_keys_are_time_ordered() -> None:
    found = [model._meta.label for model in own_models() if not isinstance(model._meta.pk, models.UUIDField | models.OneToOneField)]
    assert sorted(set(found) - set(OTHER_KEYS)) == []
    assert sorted(set(OTHER_KEYS) - set(found)) == []


def test_names_say_what_a_field_holds() -> None:
    wrong = []
    for model in own_models():
        for field in model._meta.local_concrete_fields:
            place = f"{model._meta.label}.{field.name}"
            if field.name.endswith("_at") and not isinstance(field, models.DateTimeField):
                wrong.append(f"{place} ends in _at and is no moment")
            if field.name.endswith("_on") and (not isinstance(field, models.DateField) or isinstance(field, models.DateTimeField)):
                wrong.append(f"{place} ends in _on and is no day")
            if field.name.endswith("_nok") and not isinstance(field, models.IntegerField):
                wrong.append(f"{place} ends in _nok and is no whole number")
            if isinstance(field, models.FloatField | models.DecimalField) and "amount" in field.name:
                wrong.append(f"{place} is money in something else than whole kroner")
            if field.name == "sort_key" and getattr(field, "db_collation", None) != "C":
                wrong.append(f"{place} needs the collation C")
    assert wrong == []
