"""The words that courses, runs and places are described by. The order of each list is the order on the pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Topic(models.TextChoices):
    """What a course is about, in the words that people look for."""

    HEART = "heart", _("Heart and blood vessels")
    LUNG = "lung", _("Lungs and airways")
    ENDOCRINE = "endocrine", _("Diabetes and hormones")
    CANCER = "cancer", _("Cancer")
    NEUROLOGY = "neurology", _("Brain and nerves")
    MUSCULOSKELETAL = "musculoskeletal", _("Muscles, joints and bones")
    DIGESTIVE = "digestive", _("Stomach, bowel and liver")
    KIDNEY_UROLOGY = "kidney_urology", _("Kidneys and urinary tract")
    SKIN_ALLERGY = "skin_allergy", _("Skin and allergy")
    WOMENS_HEALTH = "womens_health", _("Women's health and pregnancy")
    NUTRITION_OBESITY = "nutrition_obesity", _("Food and weight")
    MENTAL_HEALTH = "mental_health", _("Mental health")
    SUBSTANCE_USE = "substance_use", _("Alcohol, drugs and gambling")
    SENSORY = "sensory", _("Sight and hearing")
    PAIN_FATIGUE = "pain_fatigue", _("Pain and fatigue")
    LIVING_WITH_ILLNESS = "living_with_illness", _("Living with long-term illness")
    CHILDREN_FAMILIES = "children_families", _("Children and families")


class Field(models.TextChoices):
    """The branch of the health service, so that mental health and substance use are not lost among the rest."""

    SOMATIC = "somatic", _("Physical health")
    MENTAL_HEALTH = "mental_health", pgettext_lazy("branch of the health service", "Mental health care")
    SUBSTANCE_USE = "substance_use", pgettext_lazy("branch of the health service", "Addiction treatment")


class CourseFormat(models.TextChoices):
    """Whether people meet in a group."""

    GROUP = "group", _("Group")
    INDIVIDUAL = "individual", _("Individual")
    MIXED = "mixed", _("Group with some individual meetings")


class Delivery(models.TextChoices):
    """How people attend."""

    IN_PERSON = "in_person", _("In person")
    DIGITAL = "digital", _("Digital")
    HYBRID = "hybrid", _("In person or digital")


class Audience(models.TextChoices):
    """Who may come."""

    PATIENTS = "patients", _("Patients")
    NEXT_OF_KIN = "next_of_kin", _("Next of kin")
    GUARDIANS = "guardians", _("Parents and guardians")
    CHILDREN_YOUNG = "children_young", _("Children and young people")
    PROFESSIONALS = "professionals", _("Professionals")


class AgeGroup(models.TextChoices):
    """How old they are."""

    CHILDREN = "children", _("Children")
    YOUTH = "youth", _("Young people")
    ADULTS = "adults", _("Adults")
    OLDER = "older", _("Older people")


class SignUpRoute(models.TextChoices):
    """The door: how somebody gets a place."""

    REFERRAL = "referral", _("Referral from a doctor")
    SELF = "self", _("Sign up yourself")
    EXTERNAL = "external", _("Sign up in another system")
    CONTACT = "contact", _("Contact the centre")
    WARD = "ward", _("Through the ward, for inpatients")
    OPEN = "open", _("Open to all, no sign-up")


class SpokenLanguage(models.TextChoices):
    """The language spoken on the course."""

    NORWEGIAN = "nb", _("Norwegian")
    ENGLISH = "en", _("English")
    SIGN = "sgn", _("Norwegian Sign Language")
    ARABIC = "ar", _("Arabic")
    POLISH = "pl", _("Polish")
    UKRAINIAN = "uk", _("Ukrainian")


class LanguageState(models.TextChoices):
    """How far the text of one written form has come."""

    MISSING = "missing", pgettext_lazy("text in one language", "Missing")
    DRAFT = "draft", pgettext_lazy("text in one language", "Draft")
    CHECKED = "checked", pgettext_lazy("text in one language", "Checked")


class ScheduleKind(models.TextChoices):
    """What is known of a run's dates."""

    SESSIONS = "sessions", _("Exact days")
    MONTHS = "months", _("One or more months")
    TERM = "term", _("A term")
    RECURRING = "recurring", _("Repeated, such as every month")
    CONTINUOUS = "continuous", _("Continuous")
    TO_BE_ANNOUNCED = "to_be_announced", _("Date to come")


class TermSeason(models.TextChoices):
    """The half-years that courses are planned by."""

    SPRING = "spring", _("Spring")
    AUTUMN = "autumn", _("Autumn")


class Frequency(models.TextChoices):
    """How often a repeated offer is held."""

    WEEKLY = "weekly", _("Weekly")
    FORTNIGHTLY = "fortnightly", _("Every second week")
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Every third month")


class SiteRole(models.TextChoices):
    """Whether a run is given at a place, or received there from another."""

    ORIGIN = "origin", _("Given here")
    RECEIVER = "receiver", _("Received here")


class SiteMode(models.TextChoices):
    """How people attend at one place."""

    IN_PERSON = "in_person", _("In person")
    DIGITAL = "digital", _("Digital")


class Relation(models.TextChoices):
    """For whom somebody signs up."""

    SELF = "self", _("Myself")
    CHILD = "child", _("A child that I am responsible for")
    OTHER = "other", _("Somebody else, who has asked me to")


class CompletionRule(models.TextChoices):
    """How many of the meetings somebody must come to, to have completed the course."""

    HALF = "half", _("Half of the meetings")
    TWO_THIRDS = "two_thirds", _("Two thirds of the meetings")
    FOUR_FIFTHS = "four_fifths", _("Four fifths of the meetings")
    EVERY = "every", _("Every meeting")


class AttendanceMark(models.TextChoices):
    """Whether somebody came to a meeting."""

    PRESENT = "present", pgettext_lazy("somebody at a meeting", "Came")
    EXCUSED = "excused", pgettext_lazy("somebody at a meeting", "Sent word")
    ABSENT = "absent", pgettext_lazy("somebody at a meeting", "Did not come")


class RunReason(models.TextChoices):
    """Why dates are postponed or cancelled, in words that may stand in an e-mail."""

    TOO_FEW = "too_few", _("Too few have signed up")
    LEADER_AWAY = "leader_away", _("The course leader cannot come")
    ROOM = "room", _("There is no room to be in")
    WEATHER = "weather", _("Weather or travel")


class NoticeTo(models.TextChoices):
    """To whom an adviser writes about a run."""

    PLACED = "placed", _("Those who have a place on these dates")
    WAITING = "waiting", _("Those who wait for the course")
    BOTH = "both", _("Both")


class LinkState(models.TextChoices):
    """Whether an address in a text leads anywhere."""

    UNTRIED = "untried", pgettext_lazy("a link", "Not tried yet")
    WORKS = "works", pgettext_lazy("a link", "Works")
    DOUBTFUL = "doubtful", pgettext_lazy("a link", "Did not answer once")
    BROKEN = "broken", pgettext_lazy("a link", "Leads nowhere")
    REFUSED = "refused", pgettext_lazy("a link", "Not an open address")


class PaperKind(models.TextChoices):
    """What is made for print."""

    POSTER_A4 = "a4", _("Poster, A4")
    POSTER_A3 = "a3", _("Poster, A3")
    BOOKLET = "booklet", _("Booklet of all courses, A5")
    GUIDE = "guide", _("How to refer, one page, A4")


class SeasonAnswer(models.TextChoices):
    """What whoever owns a course answers before a season, or once a year about an offer without an end."""

    SAME = "same", pgettext_lazy("answer about a course", "Same as last time")
    CHANGED = "changed", pgettext_lazy("answer about a course", "Changed")
    NOT_HELD = "not_held", pgettext_lazy("answer about a course", "Not this season")


class CostKind(models.TextChoices):
    """What is said about money on a course page, in the order of the page."""

    OWN_CONTRIBUTION = "own_contribution", _("Own contribution (egenandel)")
    EXEMPTION_CARD = "exemption_card", _("Exemption card (frikort)")
    TRAVEL = "travel", _("Travel (pasientreiser)")
    SICK_LEAVE = "sick_leave", _("Sick leave")
    TRAINING_ALLOWANCE = "training_allowance", _("Training allowance (opplæringspenger)")


class Visibility(models.TextChoices):
    """Where a published course is to be found."""

    LISTED = "listed", _("Listed")
    LINK = "link", _("By link only")
    HIDDEN = "hidden", _("Hidden")
