"""The words of referrals that are no workflow: who takes part, how urgent, which answer, which letter."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Urgency(models.TextChoices):
    """Two values on the form; the national code list 8273 behind them (`URGENCY_CODES`)."""

    ROUTINE = "routine", _("Ordinary")
    URGENT = "urgent", _("As soon as possible")


# Source: Volven 8273; an ordinary referral carries no code.
URGENCY_CODES = {Urgency.URGENT: "S"}


class DiagnosisSystem(models.TextChoices):
    """ICPC-2 comes from primary care, ICD-10 from hospitals."""

    ICPC2 = "ICPC-2", "ICPC-2"
    ICD10 = "ICD-10", "ICD-10"


class ParticipantKind(models.TextChoices):
    """Who takes part; exactly one is the patient, also where only next of kin come."""

    PATIENT = "patient", _("Patient")
    NEXT_OF_KIN = "next_of_kin", pgettext_lazy("one person", "Next of kin")
    GUARDIAN = "guardian", _("Parent or guardian")
    CHILD = "child", _("Child of the patient")
    SIBLING = "sibling", _("Brother or sister")


class Outcome(models.TextChoices):
    """What one participant got."""

    UNDECIDED = "undecided", pgettext_lazy("outcome for a participant", "Not decided yet")
    NOT_ATTENDING = "not_attending", pgettext_lazy("outcome for a participant", "Does not attend")
    PLACE = "place", pgettext_lazy("outcome for a participant", "Has a place")
    WAITING = "waiting", pgettext_lazy("outcome for a participant", "On the waiting list")
    NONE = "none", pgettext_lazy("outcome for a participant", "No place")


class Route(models.TextChoices):
    """What decided where the referral goes."""

    RUN = "run", _("The course date's own clinic")
    RULE = "rule", _("A routing rule")
    FALLBACK = "fallback", _("The unit named for what no rule covers")
    COURSE = "course", _("The course's own clinic")


class Answer(models.TextChoices):
    """The national answers to a referral. Source: Volven 9148."""

    DATE_GIVEN = "1", _("Called in")
    DATE_TO_COME = "2", _("Right to health care, date to come")
    FORWARDED = "3", _("Forwarded")
    REJECTED = "4", _("Turned down")
    ADVICE = "11", _("Advice to the referrer")


class LetterKind(models.TextChoices):
    """What a letter tells; each has its text in templates/referrals/letters/."""

    PLACE_GIVEN = "place_given", _("A place is given")
    DATE_TO_COME = "date_to_come", _("Right to the course, date to come")
    REJECTED = "rejected", _("The referral is turned down")
    ADVICE = "advice", pgettext_lazy("letter", "Advice to the referrer")
    FORWARDED = "forwarded", _("The referral is sent on")
    WITHDRAWN = "withdrawn", _("The referral is withdrawn")


class RecipientKind(models.TextChoices):
    """Who a letter is for."""

    PARTICIPANT = "participant", _("Participant")
    REFERRER = "referrer", _("Referrer")
    GENERAL_PRACTITIONER = "gp", _("General practitioner")


class Channel(models.TextChoices):
    """How a letter leaves: by post from the unit's queue, or read in the portal by somebody who signs in."""

    POST = "post", _("By post")
    PORTAL = "portal", _("In the portal")


class ThreadKind(models.TextChoices):
    """What stands in the thread between clinic and referrer."""

    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")


class WithdrawnBy(models.TextChoices):
    """On whose wish a referral is withdrawn."""

    REFERRER = "referrer", _("The referrer")
    PATIENT = "patient", _("The patient")


class CodeSystem:
    """The code lists that referrals use, as `catalogue.Code.system` names them."""

    ANSWER = "volven-9148"
    URGENCY = "volven-8273"
    END_OF_WAITING = "volven-8445"
    POSTPONED = "volven-8446"
    PROFESSION = "volven-9060"
    REJECTION = "rejection"
    FORWARDING = "forwarding"


class ReopenReason(models.TextChoices):
    """Why an answered referral is assessed once more."""

    COMPLAINT = "complaint", _("The patient or the referrer has complained")
    NEW_INFORMATION = "new_information", _("There is new information")


class ErrorReason(models.TextChoices):
    """Why a referral is marked as entered in error."""

    WRONG_PERSON = "wrong_person", _("It is about the wrong person")
    WRONG_COURSE = "wrong_course", _("It is to the wrong course")
    SENT_TWICE = "sent_twice", _("It was sent twice")
    NOT_MEANT = "not_meant", _("It was sent by mistake")
