"""No row points upwards: a foreign key goes to its own layer or one below, however it is written."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

LAYERS = {"common": 0, "audit": 1, "outbox": 2, "accounts": 3, "catalogue": 4, "referrals": 5, "grants": 5}
# The logs hold no keys to anything, so that nothing else can hold them back.
NO_KEYS_AT_ALL = {"audit"}
# Rows of libraries belong to the bottom: nothing of theirs knows us but by AUTH_USER_MODEL.
LIBRARIES = {"auth", "contenttypes", "sessions", "account", "mfa"}


def may_point(own: str, target: str) -> bool:
    """Say whether a row of one app may point to a row of another."""
    if own in NO_KEYS_AT_ALL:
        return False
    if own == target or target in LIBRARIES:
        return True
    return LAYERS[target] < LAYERS[own]


@pytest.mark.parametrize(
    ("own", "target", "allowed"),
    [
        ("referrals", "catalogue", True),
        ("referrals", "referrals", True),
        ("catalogue", "accounts", True),
        ("accounts", "auth", True),
        ("catalogue", "referrals", False),
        ("referrals", "grants", False),
        ("grants", "referrals", False),
        ("outbox", "accounts", False),
        ("common", "accounts", False),
        ("audit", "audit", False),
        ("audit", "common", False),
    ],
)
def test_rule(own: str, target: str, *, allowed: bool) -> None:
    assert may_point(own, target) is allowed


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in LAYERS]


def test_every_app_of_ours_has_its_layer() -> None:
    ours = {
        config.label for config in apps.get_app_configs() if config.name.split(".")[0] in ("lms_portal", "catalogue", "referrals", "grants")
    }
    assert {label for label in ours if list(apps.get_app_config(label).get_models())} - set(LAYERS) == set()


def test_no_foreign_key_points_upwards() -> None:
    wrong = []
    for model in own_models():
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if not field.remote_field:
                continue
            target = field.related_model
            assert isinstance(target, type), f"{model.__name__}.{field.name} points to {target!r}, which is no model"
            if not may_point(model._meta.app_label, target._meta.app_label):
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_people_are_ours() -> None:
    assert settings.AUTH_USER_MODEL == "accounts.User"
