"""Kernel rows: the key of each case, and how far the demo's clock has been moved."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from lms_portal.common import sealing
from lms_portal.common.constraints import exactly_one
from lms_portal.common.ids import new_id


class DataKey(models.Model):
    """The wrapped secret of one case. Erasing it makes every sealed value of the case unreadable, also in backups."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    master = models.PositiveSmallIntegerField(help_text="number of the master key that wraps this one")
    wrapped = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=exactly_one("wrapped", "erased_at"), name="datakey_wrapped_or_erased"),
        ]
        indexes = [models.Index(fields=["master"], name="datakey_master")]

    def __str__(self) -> str:
        return f"data key {self.pk}"

    @classmethod
    def create(cls) -> "DataKey":
        """This will make and store the key of a new case."""
        key_id = new_id()
        master, wrapped = sealing.wrap(sealing.new_data_key(), key_id=key_id)
        return cls.objects.create(id=key_id, master=master, wrapped=wrapped)

    def open(self) -> bytes:
        """This will unwrap the secret, once per instance. Raises: SealError where it is erased or its master key is missing."""
        cached: bytes | None = self.__dict__.get("_opened")
        if cached is None:
            if self.wrapped is None:
                raise sealing.SealError("the key of this case has been erased")
            cached = sealing.unwrap(bytes(self.wrapped), master=self.master, key_id=self.pk)
            self.__dict__["_opened"] = cached
        return cached

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        state.pop("_opened", None)  # the open secret never leaves the process in a pickle
        return state


class ClockOffset(models.Model):
    """How far the demo's clock is moved. One row at most, and none outside the demo."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="clockoffset_one_row")]

    def __str__(self) -> str:
        return f"{self.seconds} s"


class TimeOrdered(models.Model):
    """A row whose key sorts by the moment it was made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True

    @property
    def uuid(self) -> uuid.UUID:
        """The primary key, for callers that know only this base."""
        return self.id


class Versioned(TimeOrdered):
    """A row with a workflow: `status` changes through `audit.transitions.move` alone, which raises `version` by one."""

    version = models.PositiveIntegerField(default=0)
    status_changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
