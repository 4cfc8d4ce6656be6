"""What a referral and the calendar allow, whoever asks. Each answer is a list of sentences or a sentence; empty means yes."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from catalogue.enums import AgeGroup, SignUpRoute
from catalogue.models import Course, Run
from catalogue.workflow import PUBLIC_COURSE_STATES
from lms_portal.common import personal_ids
from referrals.deadline import may_ask_on
from referrals.models import Referral, ReferralParticipant

ADULT_FROM = 18
CHILD_LETTERS_BEFORE = 16  # younger people's letters go to those who have parental responsibility
# The ages that the catalogue's words stand for, both ends included.
AGES = {AgeGroup.CHILDREN: (0, 12), AgeGroup.YOUTH: (13, 24), AgeGroup.ADULTS: (ADULT_FROM, 130), AgeGroup.OLDER: (60, 130)}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a draft lacks: the form's field and what to do."""

    field: str
    sentence: str


def whole_years(born_on: date, today: date) -> int:
    """This will return somebody's age in whole years on a day."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def age_of(participant: ReferralParticipant, today: date) -> int | None:
    """This will return a participant's age by their identity number; None where the number does not tell."""
    if not participant.identity_number:
        return None
    try:
        born = personal_ids.parse(participant.identity_number).birth_date
    except personal_ids.InvalidPersonalId:
        return None
    return whole_years(born, today) if born else None


def why_course_takes_no_referral(course: Course, run: Run | None = None) -> str:
    """This will say why a referral to a course makes no sense; empty where it does."""
    if course.status not in PUBLIC_COURSE_STATES:
        return _("This course is not published, so it takes no referrals.")
    route = run.sign_up if run and run.sign_up else course.shown_version.sign_up
    if route != SignUpRoute.REFERRAL:
        return _("This course needs no referral. The course page says how to join.")
    return ""


def what_is_missing(referral: Referral, participants: list[ReferralParticipant]) -> list[Missing]:
    """This will list what must be filled in before a draft can be sent, in the order of the form.

    Source: the national guide to a good referral (domain brief “What a referral must hold”); identity numbers of all participants.
    """
    lacking = []
    patient = next((one for one in participants if one.is_patient), None)
    if patient is None or not patient.name:
        lacking.append(Missing("patient_name", _("Fill in the patient's name")))
    if patient is None or not patient.identity_hash:
        lacking.append(Missing("patient_number", _("Fill in the patient's identity number, eleven digits")))
    if referral.municipality_id is None:
        lacking.append(Missing("municipality", _("Choose the municipality where the patient lives")))
    for number, other in enumerate((one for one in participants if not one.is_patient), start=1):
        if not other.name or not other.identity_hash:
            lacking.append(Missing("participants", _("Fill in name and identity number of participant %(number)d") % {"number": number}))
    if not any(one.attends for one in participants):
        lacking.append(Missing("patient_attends", _("Somebody must attend: the patient or another participant")))
    if not referral.diagnosis_code and not referral.diagnosis_text:
        lacking.append(Missing("diagnosis_code", _("Give a diagnosis, as a code or in words")))
    if not referral.reason:
        lacking.append(Missing("reason", _("Say why the patient is referred")))
    if not referral.patient_is_informed:
        lacking.append(Missing("patient_is_informed", _("Confirm that the patient knows about the referral and agrees")))
    return lacking


def age_warning(referral: Referral, patient: ReferralParticipant, today: date) -> str:
    """This will warn where the patient's age is outside the course's groups; the referral can still be sent."""
    groups = referral.course.shown_version.age_groups
    age = age_of(patient, today)
    if age is None or not groups or not patient.attends:
        return ""
    if any(AGES[AgeGroup(group)][0] <= age <= AGES[AgeGroup(group)][1] for group in groups):
        return ""
    names = ", ".join(str(AgeGroup(group).label).lower() for group in groups)
    return _("The course is meant for %(groups)s, and the patient is %(age)d years old.") % {"groups": names, "age": age}


def why_no_question(referral: Referral, today: date) -> str:
    """This will say why the clinic may not ask for more information now; empty where it may.

    Source: data-model “Referrals”; from the eighth working day a referral is assessed as it is, doubt favouring the patient.
    """
    if referral.received_on and may_ask_on(referral.received_on, today):
        return ""
    return _("From the eighth working day the referral is assessed as it is. Doubt counts in the patient's favour.")
