"""Writing a referral: saved at any time, by a clinician or by somebody who prepares it for one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalogue.models import Course, Run
from lms_portal.accounts.models import Municipality, Unit, User
from lms_portal.audit.context import acting_as_system, for_purpose
from lms_portal.audit.transitions import Stale
from lms_portal.common import personal_ids
from lms_portal.common.ids import new_reference
from lms_portal.common.models import DataKey
from lms_portal.common.sealing import lookup_hash
from referrals import permissions
from referrals.enums import DiagnosisSystem, ParticipantKind, Urgency
from referrals.models import Referral, ReferralParticipant
from referrals.models.cases import DRAFT_KEPT_DAYS, IDENTITY_PURPOSE

PURPOSE = "referral_write"


class UnableToSave(Exception):
    """The draft cannot be saved; the first argument is the reason for the screen."""


@dataclass(frozen=True, slots=True)
class Person:
    """One participant as typed. A number that does not check out is kept in the draft, without a hash."""

    kind: ParticipantKind
    attends: bool = True
    name: str = ""
    identity_number: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a draft holds. The first person is the patient. `language` is the written form of the patient's letters."""

    people: Sequence[Person]
    run: Run | None = None
    urgency: Urgency = Urgency.ROUTINE
    diagnosis_system: DiagnosisSystem = DiagnosisSystem.ICPC2
    diagnosis_code: str = ""
    diagnosis_text: str = ""
    reason: str = ""
    what_matters: str = ""
    history: str = ""
    medication: str = ""
    needs_interpreter: bool = False
    interpreter_language: str = ""
    other_needs: str = ""
    language: str = "nb"
    patient_is_informed: bool = False
    consents_to_sharing: bool = False
    copy_to_gp: bool = True
    gp_name: str = ""
    municipality: Municipality | None = None
    preferred_delivery: str = ""


SEALED = frozenset({"diagnosis_code", "diagnosis_text", "reason", "what_matters", "history", "medication", "other_needs", "gp_name"})
COLUMNS = tuple(field.name for field in fields(Contents) if field.name != "people")


@transaction.atomic
def save_draft(
    *,
    referral: Referral | None,
    course: Course,
    unit: Unit,
    token: UUID,
    contents: Contents,
    by: User,
    now: datetime,
    seen_edit_version: int | None = None,
) -> Referral:
    """This will save a new draft, or an existing one over what it held. `token` comes with the empty form: sent twice, it makes one draft.

    Raises: UnableToSave; transitions.Stale where a colleague has saved since the form was opened.
    """
    with for_purpose(PURPOSE, unit_id=unit.pk):
        draft = _locked(referral, by, seen_edit_version) if referral else _new(course, unit, token, by, now)
        changed = _write_columns(draft, {"course": course, **{name: getattr(contents, name) for name in COLUMNS}})
        people_changed = _write_people(draft, contents.people)
        if changed or people_changed or draft.edit_version == 0:
            draft.saved_at, draft.saved_by = now, by
            draft.edit_version += 1
            draft.save(update_fields=[*changed, "saved_at", "saved_by", "edit_version"])
        return draft


def _new(course: Course, unit: Unit, token: UUID, by: User, now: datetime) -> Referral:
    if not any(one.pk == unit.pk for one in permissions.writing_units(by)):
        raise UnableToSave(_("You may not write referrals from this office."))
    earlier = Referral.objects.filter(form_token=token).first()
    if earlier is not None:
        return _locked(earlier, by, None)
    row = Referral(
        reference=new_reference("H"),
        course=course,
        data_key=DataKey.create(),
        form_token=token,
        prepared_by=by,
        referrer_unit=unit,
        created_at=now,
        saved_at=now,
        saved_by=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same form came twice at once; the other one made the row
        return _locked(Referral.objects.get(form_token=token), by, None)
    return row


def _locked(referral: Referral, by: User, seen_edit_version: int | None) -> Referral:
    row = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("data_key").get(pk=referral.pk)
    if not permissions.may_edit_draft(by, row):
        reason = _("The referral is already sent.") if not row.is_draft else _("This draft belongs to somebody else.")
        raise UnableToSave(reason)
    if seen_edit_version is not None and row.edit_version != seen_edit_version and row.saved_by_id != by.pk:
        raise Stale(f"draft {row.pk} was saved by somebody else")
    return row


def _write_columns(row: Any, values: dict[str, Any]) -> list[str]:
    """Set what differs, and name it: what is the same keeps its ciphertext, and leaves no trace in the log of changes."""
    changed = []
    for name, value in values.items():
        kept = (value or None) if name in SEALED else value
        if getattr(row, name) != kept:
            setattr(row, name, kept)
            changed.append(name)
    return changed


def checked_number(text: str) -> tuple[str | None, bytes | None]:
    """This will return a number as kept and its keyed hash; no hash where the number does not check out, None where nothing is typed."""
    if not text.strip():
        return None, None
    try:
        number = personal_ids.parse(text).number
    except personal_ids.InvalidPersonalId:
        return text.strip(), None
    return number, lookup_hash(number, purpose=IDENTITY_PURPOSE)


def _write_people(draft: Referral, people: Sequence[Person]) -> bool:
    rows = list(draft.participants.order_by("position"))
    changed = False
    seen: set[bytes] = set()
    for extra in rows[len(people) :]:
        extra.delete()
        changed = True
    for position, person in enumerate(people):
        number, digest = checked_number(person.identity_number)
        if digest in seen:
            digest = None  # the page asks about a number typed twice; the draft keeps it meanwhile
        elif digest:
            seen.add(digest)
        values = {
            "kind": person.kind,
            "attends": person.attends,
            "name": person.name or None,
            "identity_number": number,
            "identity_hash": digest,
            "phone": person.phone or None,
        }
        if position < len(rows):
            row = rows[position]
            row.data_key = draft.data_key
            row.identity_hash = bytes(row.identity_hash) if row.identity_hash else None
            if touched := _write_columns(row, values):
                row.save(update_fields=touched)
                changed = True
        else:
            ReferralParticipant.objects.create(referral=draft, data_key=draft.data_key, position=position, **values)
            changed = True
    return changed


@transaction.atomic
def hand_over(*, referral: Referral, by: User, now: datetime) -> Referral:
    """This will give a prepared draft to the clinicians of the office, who can see and send it from now on. Raises: UnableToSave."""
    with for_purpose(PURPOSE, unit_id=referral.referrer_unit_id):
        row = _locked(referral, by, None)
        row.handed_over_at = row.handed_over_at or now
        row.save(update_fields=["handed_over_at"])
        return row


@transaction.atomic
def delete_draft(*, referral: Referral, by: User) -> None:
    """This will delete a draft with everything in it, and erase its key. Raises: UnableToSave."""
    with for_purpose(PURPOSE, unit_id=referral.referrer_unit_id):
        row = _locked(referral, by, None)
        key = row.data_key
        row.delete()
        key.delete()


SWEEP = "referrals.delete_forgotten_drafts"
DRAFTS_A_SWEEP = 200


def delete_forgotten_drafts(*, now: datetime) -> int:
    """This will delete the drafts that nobody has saved for 14 days, each with its key, and return how many they were."""
    with acting_as_system(SWEEP, now=now), transaction.atomic():
        forgotten = Referral.objects.filter(status=Referral.Status.DRAFT, saved_at__lt=now - timedelta(days=DRAFT_KEPT_DAYS))
        rows = list(
            forgotten.select_for_update(of=("self",), skip_locked=True).select_related("data_key").order_by("saved_at")[:DRAFTS_A_SWEEP]
        )
        for row in rows:
            key = row.data_key
            row.delete()
            key.delete()
    return len(rows)
