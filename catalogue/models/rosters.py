"""What happens on a run: who came to which meeting, and what people thought of it without saying who they are."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from catalogue.enums import AttendanceMark
from catalogue.models.people import Enrolment
from catalogue.models.runs import Run, RunSession
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import units_with
from lms_portal.common.fields import SealedTextField
from lms_portal.common.models import DataKey, TimeOrdered

SCORES = ("learnt", "everyday", "sharing", "practical", "recommend")
LOWEST, HIGHEST = 1, 5


class Attendance(TimeOrdered):
    """One person at one meeting. No row: nobody has noted it yet."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    # PROTECT: who came is not lost because somebody edits the dates
    session = models.ForeignKey(RunSession, on_delete=models.PROTECT, related_name="attendances")
    mark = models.CharField(max_length=8, choices=AttendanceMark)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "session"], name="attendance_once"),
            models.CheckConstraint(condition=Q(mark__in=sorted(AttendanceMark.values)), name="attendance_mark_known"),
        ]
        indexes = [models.Index(fields=["session"], name="attendance_of_session")]

    def __str__(self) -> str:
        return self.mark


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    """Evaluations that a person may see the results of, and those that take answers."""

    def visible_to(self, user: object) -> "EvaluationQuerySet":
        """This will keep the evaluations of courses whose participants a person may see, or that they edit."""
        may_see = units_with(user, Permission.SEE_ENROLMENTS, prefix="run__course__owner")
        return self.filter(may_see | units_with(user, Permission.EDIT_COURSE, prefix="run__course__owner"))

    def public(self) -> "EvaluationQuerySet":
        """This will keep them all: whoever has the code of one may answer it while it is open."""
        return self.all()


class Evaluation(TimeOrdered):
    """The evaluation of one run. Everybody gets the same address, so that no answer can be traced to a person."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="evaluation")
    code = models.CharField(max_length=12, unique=True, db_collation="C", help_text="stands in the address; given to participants alone")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closes_on = models.DateField(help_text="the last day to answer")

    objects = EvaluationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"evaluation {self.pk}"


def _score() -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, blank=True)


class EvaluationAnswer(models.Model):
    """One anonymous answer. Nothing says who or when: the key is random, and no log of changes is kept of this table."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="answers")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    learnt, everyday, sharing, practical, recommend = _score(), _score(), _score(), _score(), _score()
    good = SealedTextField(seal_id="catalogue.evaluation_answer.good", null=True, blank=True)
    better = SealedTextField(seal_id="catalogue.evaluation_answer.better", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (LOWEST, HIGHEST)}), name=f"evaluationanswer_{name}"
            )
            for name in SCORES
        ]

    def __str__(self) -> str:
        return "answer"
