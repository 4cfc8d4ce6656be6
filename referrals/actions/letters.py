"""Letters: made with the decision for each participant, the referrer and the general practitioner; printed, posted, opened."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalogue.enums import SiteMode
from catalogue.models import DeliverySite
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import role_for
from lms_portal.audit.context import for_purpose
from lms_portal.common.clock import oslo_date
from lms_portal.common.ids import REFERENCE_ALPHABET, new_id
from lms_portal.common.phones import format_phone
from lms_portal.common.sealing import lookup_hash
from lms_portal.common.text import Words
from referrals import letters, policies, queries
from referrals.enums import Channel, LetterKind, RecipientKind
from referrals.models import Decision, Letter, Referral, ReferralParticipant
from referrals.models.letters import MAX_TRIES

SECRET_VALID = timedelta(days=180)
CODE_VALID = timedelta(minutes=20)
CODE_DIGITS = 6
TO_GUARDIANS = Words("De foresatte til {name}", "Dei føresette til {name}", "The parents or guardians of {name}")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a letter tells beside the referral itself."""

    reason: Words | None
    to_unit_name: Words | None
    site: DeliverySite | None


class UnableToPost(Exception):
    """The letter cannot be marked; the first argument is the reason for the screen."""


class UnableToOpen(Exception):
    """The patient's page stays closed; the first argument is the reason for the screen."""


def secret_hash(letter_id: object, secret: str) -> bytes:
    """This will make the keyed hash of a letter's secret, bound to that letter."""
    return lookup_hash(letters.normalise_secret(secret), purpose=f"referral.letter.secret.{letter_id}")


def code_hash(letter_id: object, code: str) -> bytes:
    """This will make the keyed hash of the code that the clinic reads out, bound to the letter."""
    return lookup_hash(code.strip(), purpose=f"referral.letter.code.{letter_id}")


def make_letters(
    *,
    referral: Referral,
    participants: list[ReferralParticipant],
    kind: LetterKind,
    now: datetime,
    decision: Decision | None = None,
    text: str = "",
    reason: Words | None = None,
    to_unit_name: Words | None = None,
    site: DeliverySite | None = None,
) -> list[Letter]:
    """This will make the letters of one event: to each participant, to the referrer, and to the general practitioner who gets a copy.

    Called inside the event's own transaction: no decision without its letters, and no letter without its decision.
    """
    patient = next(one for one in participants if one.is_patient)
    base = letters.Content(
        kind=kind,
        recipient_kind=RecipientKind.REFERRER,
        language="nb",
        recipient_name="",
        patient_name=patient.name or "",
        reference=referral.reference,
        course_title="",
        unit_name="",
        unit_phone="",
        written_on=oslo_date(now),
        right_by_on=referral.right_by_on,
        period_from_on=referral.period_from_on,
        period_to_on=referral.period_to_on,
        text=text,
    )
    told = _Told(reason, to_unit_name, site)
    made = []
    for one in participants:
        age = policies.age_of(one, oslo_date(now))
        young = age is not None and age < policies.CHILD_LETTERS_BEFORE
        content = replace(
            _in_language(base, referral, referral.language, told),
            recipient_kind=RecipientKind.PARTICIPANT,
            recipient_name=TO_GUARDIANS.in_language(referral.language).format(name=one.name) if young else one.name or "",
            attends=one.attends,
            to_guardians=young,
        )
        made.append(_make(content, referral, decision, now, participant=one))
    if referral.referrer is not None:
        to_referrer = _in_language(base, referral, referral.referrer.language, told)
        made.append(_make(replace(to_referrer, recipient_name=referral.referrer.name), referral, decision, now))
    if referral.copy_to_gp and referral.gp_name:
        to_gp = _in_language(base, referral, referral.language, told)
        to_gp = replace(to_gp, recipient_kind=RecipientKind.GENERAL_PRACTITIONER, recipient_name=referral.gp_name)
        made.append(_make(to_gp, referral, decision, now))
    return made


def _in_language(content: letters.Content, referral: Referral, language: str, told: _Told) -> letters.Content:
    site = told.site
    unit = referral.clinic
    with translation.override(language):
        return replace(
            content,
            language=language,
            course_title=referral.course.shown_version.title,
            unit_name=unit.name,
            unit_phone=format_phone(unit.phone) if unit.phone else "",
            reason=told.reason.in_language(language) if told.reason else "",
            to_unit_name=told.to_unit_name.in_language(language) if told.to_unit_name else "",
            run_dates=queries.run_words(site.run).in_language(language) if site else "",
            meeting_place=", ".join(part for part in (site.meeting_place, site.unit.name) if part) if site else "",
            is_digital=site.mode == SiteMode.DIGITAL if site else False,
        )


def _make(
    content: letters.Content, referral: Referral, decision: Decision | None, now: datetime, participant: ReferralParticipant | None = None
) -> Letter:
    letter_id = new_id()
    digest = None
    if participant is not None:
        secret = "".join(secrets.choice(REFERENCE_ALPHABET) for _place in range(letters.SECRET_LENGTH))
        digest = secret_hash(letter_id, secret)
        content = replace(content, secret=secret, page_url=absolute("referrals:patient", language=content.language, pk=str(letter_id)))
    return Letter.objects.create(
        id=letter_id,
        referral=referral,
        decision=decision,
        data_key=referral.data_key,
        kind=content.kind,
        recipient_kind=content.recipient_kind,
        participant=participant,
        recipient_name=content.recipient_name,
        body=letters.body(content),
        language=content.language,
        unit=referral.clinic,
        channel=Channel.PORTAL if content.recipient_kind == RecipientKind.REFERRER else Channel.POST,
        made_at=now,
        secret_hash=digest,
        expires_at=now + SECRET_VALID if digest else None,
    )


def _role(letter: Letter, by: User) -> str:
    return role_for(by, Permission.SEE_UNIT_REFERRALS, letter.unit) or (
        role_for(by, Permission.SEE_UNIT_REFERRALS, letter.referral.receiving_unit) if letter.referral.receiving_unit else ""
    )


@transaction.atomic
def mark_posted(*, letter: Letter, by: User, now: datetime) -> Letter:
    """This will mark a letter as printed and posted. Raises: UnableToPost where it is marked already, or not the person's to post."""
    if not (role := _role(letter, by)):
        raise UnableToPost(_("Only the clinic that sends the letter can mark it."))
    with for_purpose("referral_letter", role=role, unit_id=letter.unit_id):
        marked = Letter.objects.filter(pk=letter.pk, channel=Channel.POST, posted_at__isnull=True).update(posted_at=now, posted_by=by)
    if not marked:
        raise UnableToPost(_("The letter is already marked as posted."))
    letter.refresh_from_db(fields=["posted_at", "posted_by"])
    return letter


@transaction.atomic
def new_code(*, letter: Letter, by: User, real_now: datetime) -> str:
    """This will make the code of six digits that the clinic reads out to somebody it has recognised on the phone, and open a page closed by tries.

    The code holds for 20 minutes of real time. Raises: UnableToOpen.
    """
    if not (role := _role(letter, by)) or letter.secret_hash is None:
        raise UnableToOpen(_("Only the clinic that sent the letter can open the page."))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with for_purpose("referral_letter", role=role, unit_id=letter.unit_id):
        Letter.objects.filter(pk=letter.pk).update(tries=0, code_hash=code_hash(letter.pk, code), code_expires_at=real_now + CODE_VALID)
    return code


def open_page(*, letter_id: UUID, secret: str, code: str, now: datetime, real_now: datetime) -> Letter:
    """This will open the patient's page for the secret of the letter and the code read out; the code serves once.

    Five wrong tries close it until the clinic makes a new code. Raises: UnableToOpen with the same reason whatever was wrong.
    """
    with transaction.atomic():
        letters_with_page = Letter.objects.filter(secret_hash__isnull=False).exclude(referral__status="entered_in_error")
        row = letters_with_page.select_for_update(of=("self",), no_key=True).select_related("participant").filter(pk=letter_id).first()
        fits = row is not None and _fits(row, secret, code, now=now, real_now=real_now)
        if row is not None:
            with for_purpose("patient_page", role="patient", unit_id=row.unit_id):
                _count_try(row, fits=fits)
    if row is None or not fits:
        raise UnableToOpen(_("This does not fit. Check the secret word in the letter, and call the clinic for a new code."))
    return row


def _fits(row: Letter, secret: str, code: str, *, now: datetime, real_now: datetime) -> bool:
    if row.secret_hash is None or row.code_hash is None or row.expires_at is None or row.code_expires_at is None:
        return False
    in_time = row.tries < MAX_TRIES and now < row.expires_at and real_now < row.code_expires_at
    right_secret = secrets.compare_digest(bytes(row.secret_hash), secret_hash(row.pk, secret))
    right_code = secrets.compare_digest(bytes(row.code_hash), code_hash(row.pk, code))
    return in_time and right_secret and right_code


def _count_try(row: Letter, *, fits: bool) -> None:
    if fits:
        Letter.objects.filter(pk=row.pk).update(tries=0, code_hash=None, code_expires_at=None)
    elif row.tries < MAX_TRIES:
        Letter.objects.filter(pk=row.pk).update(tries=row.tries + 1)
