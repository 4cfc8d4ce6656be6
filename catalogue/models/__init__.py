"""The catalogue's tables."""

from catalogue.models.codes import Code
from catalogue.models.courses import Course, CourseVersion
from catalogue.models.imports import CourseImport, CourseImportRow, ImportColumn, RunKey
from catalogue.models.joining import CourseInterest, SignUp
from catalogue.models.people import Enrolment, Participant
from catalogue.models.rosters import Attendance, Evaluation, EvaluationAnswer
from catalogue.models.runs import DeliverySite, Run, RunMonth, RunRecurrence, RunSession, RunTerm, TermEdge
from catalogue.models.search import (
    CatalogueState,
    CourseCard,
    CourseChange,
    CoursePage,
    FacetBits,
    FormPair,
    SearchDocument,
    SearchPlace,
    SearchTerm,
    Synonym,
)
from catalogue.models.seasons import Season, SeasonListing

__all__ = [
    "Attendance",
    "CatalogueState",
    "Code",
    "Course",
    "CourseCard",
    "CourseChange",
    "CourseImport",
    "CourseImportRow",
    "CourseInterest",
    "CoursePage",
    "CourseVersion",
    "DeliverySite",
    "Enrolment",
    "Evaluation",
    "EvaluationAnswer",
    "FacetBits",
    "FormPair",
    "ImportColumn",
    "Participant",
    "Run",
    "RunKey",
    "RunMonth",
    "RunRecurrence",
    "RunSession",
    "RunTerm",
    "SearchDocument",
    "SearchPlace",
    "SearchTerm",
    "Season",
    "SeasonListing",
    "SignUp",
    "Synonym",
    "TermEdge",
]
