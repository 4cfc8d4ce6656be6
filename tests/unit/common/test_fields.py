"""Sealed fields, on unsaved rows: what goes to the database is sealed, and nothing else gets there."""

import pickle

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models

from lms_portal.common import sealing
from lms_portal.common.fields import Sealed, SealedTextField
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey
from lms_portal.outbox.models import Message

FIELD = Message._meta.get_field("recipient_address")
assert isinstance(FIELD, SealedTextField)


def new_key() -> DataKey:
    key_id = new_id()
    master, wrapped = sealing.wrap(sealing.new_data_key(), key_id=key_id)
    return DataKey(id=key_id, master=master, wrapped=wrapped)


def message(address: object) -> Message:
    return Message(recipient_address=address, data_key=new_key())


def test_value_is_sealed_on_its_way_and_read_through_the_instance() -> None:
    row = message("kari@example.org")
    sealed = FIELD.pre_save(row, add=True)
    assert isinstance(sealed, Sealed)
    assert b"kari" not in sealed.token
    stored = FIELD.from_db_value(FIELD.get_prep_value(sealed), None, connection)
    row.__dict__["recipient_address"] = stored
    assert row.recipient_address == "kari@example.org"


def test_value_of_another_row_does_not_open() -> None:
    row = message("kari@example.org")
    sealed = FIELD.pre_save(row, add=True)
    other = Message(recipient_address=sealed, data_key=row.data_key)
    with pytest.raises(sealing.SealError):
        _ = other.recipient_address


def test_empty_stays_empty_and_sealed_is_not_sealed_twice() -> None:
    row = message(None)
    assert FIELD.pre_save(row, add=True) is None
    assert FIELD.get_prep_value(None) is None
    assert FIELD.from_db_value(None, None, connection) is None
    sealed = FIELD.pre_save(message("a"), add=True)
    assert FIELD.pre_save(message(sealed), add=False) is sealed


@pytest.mark.parametrize("value", [b"kari", 5, ["kari"]])
def test_only_text_is_taken(value: object) -> None:
    with pytest.raises(FieldError, match="takes text"):
        FIELD.pre_save(message(value), add=True)


@pytest.mark.parametrize("value", ["kari@example.org", b"kari@example.org", bytearray(b"x")])
def test_nothing_unsealed_reaches_the_database(value: object) -> None:
    with pytest.raises(FieldError, match="is sealed"):
        FIELD.get_db_prep_value(value, connection)
    with pytest.raises(FieldError, match="is sealed"):
        str(Message.objects.filter(pk=new_id()).update(recipient_address=value))


@pytest.mark.parametrize("lookup", ["exact", "contains", "in", "startswith", "gt"])
def test_no_lookup_but_isnull(lookup: str) -> None:
    with pytest.raises(FieldError, match="no lookup but isnull"):
        Message.objects.filter(**{f"recipient_address__{lookup}": "x"})
    assert "IS NULL" in str(Message.objects.filter(recipient_address__isnull=True).query)


def test_sealed_shows_nothing() -> None:
    sealed = FIELD.pre_save(message("kari@example.org"), add=True)
    assert f"{sealed} {sealed!r} {[sealed]}" == "<sealed> <sealed> [<sealed>]"


def test_serialising_is_refused() -> None:
    with pytest.raises(FieldError, match="not serialised"):
        FIELD.value_to_string(message("a"))


def test_field_without_seal_id_is_refused() -> None:
    with pytest.raises(FieldError, match="needs a seal_id"):
        type(
            "Unsealed",
            (models.Model,),
            {"__module__": __name__, "name": SealedTextField(), "Meta": type("Meta", (), {"app_label": "common"})},
        )


def test_deconstruct_keeps_the_seal_id() -> None:
    _, _, _, options = SealedTextField(seal_id="a.b.c", null=True).deconstruct()
    assert options == {"seal_id": "a.b.c", "null": True}


def test_open_key_is_kept_once_and_never_pickled() -> None:
    key = new_key()
    opened = key.open()
    assert key.open() is opened
    copy = pickle.loads(pickle.dumps(key))  # noqa: S301 - our own bytes
    assert "_opened" not in copy.__dict__
    assert copy.open() == opened


def test_erased_key_opens_nothing() -> None:
    row = message("kari@example.org")
    row.__dict__["recipient_address"] = FIELD.pre_save(row, add=True)
    row.data_key = DataKey(id=row.data_key_id, master=1, wrapped=None)
    with pytest.raises(sealing.SealError, match="erased"):
        _ = row.recipient_address
