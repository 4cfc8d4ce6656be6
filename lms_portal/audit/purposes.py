"""Why somebody reads the logs. One of these is stated first, and stands on the row that the reading itself leaves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """The reasons that pasientjournalforskriften and Normen give for reading a log."""

    PATIENT_REQUEST = "patient_request", _("A patient asks who has opened their referral")
    ROUTINE_CONTROL = "routine_control", _("Regular control of the log")
    SUSPICION = "suspicion", _("Suspicion that somebody has read without need")
    CASE = "case", _("A complaint, a supervision or a case of the data protection officer")
    ERROR_SEARCH = "error_search", _("Finding out how a mistake came about")
