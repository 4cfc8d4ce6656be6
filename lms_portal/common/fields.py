"""Model fields of our own: text that is sealed at rest."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from lms_portal.common import sealing


class Sealed:
    """Ciphertext on its way between the database and an instance; shows nothing of itself."""

    __slots__ = ("token",)

    def __init__(self, token: bytes) -> None:
        self.token = bytes(token)

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class _SealedAttribute:
    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        stored = instance.__dict__[name]
        return self.field.open(stored, instance) if isinstance(stored, Sealed) else stored

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Text sealed under its row's `data_key`. Readable through an instance only; no lookup but `isnull`.

    `seal_id` is a literal that never changes, whatever the model or field is later called. The model needs a UUID primary key
    known before insert, and a foreign key `data_key` (load it with select_related).
    """

    description = "Text sealed with AES-256-GCM under the key of its case"

    def __init__(self, *args: Any, seal_id: str = "", **kwargs: Any) -> None:
        self.seal_id = seal_id
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["seal_id"] = self.seal_id
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        super().contribute_to_class(cls, name, private_only)
        if not self.seal_id:
            raise FieldError(f"{cls.__name__}.{name} needs a seal_id")
        setattr(cls, self.attname, _SealedAttribute(self))

    def open(self, stored: Sealed, instance: Any) -> str:
        """This will open a stored value. Raises: SealError where key, row or bytes do not fit."""
        return sealing.unseal(stored.token, data_key=instance.data_key.open(), seal_id=self.seal_id, row=instance.pk)

    def pre_save(self, model_instance: Any, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        if not isinstance(value, str):
            raise FieldError(f"{self.name} takes text, not {type(value).__name__}")
        token = sealing.seal(value, data_key=model_instance.data_key.open(), seal_id=self.seal_id, row=model_instance.pk)
        return Sealed(token)

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.token
        # plain bytes are refused like any plaintext: `.update(field=b"...")` would store them unsealed
        raise FieldError(f"{self.name} is sealed: save it through an instance, and look it up by its hash")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        if not prepared:
            value = self.get_prep_value(value)
        return None if value is None else connection.Database.Binary(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: Any) -> str:
        raise FieldError("sealed fields are not serialised")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: no lookup but isnull")
        return super().get_lookup(lookup_name)
