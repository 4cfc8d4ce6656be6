"""The catalogue's tables."""

from catalogue.models.codes import Code
from catalogue.models.collection import AnswerContact, CollectionRecipient, CollectionRound, CollectionRow
from catalogue.models.costs import CostText
from catalogue.models.courses import Course, CourseVersion
from catalogue.models.feedback import PageFeedback
from catalogue.models.following import (
    CoproductionPhase,
    LeaderEvaluation,
    NewsItem,
    NewsSubscription,
    PathwayStep,
    SelfHelpGroup,
    SelfHelpMember,
    UserRepresentative,
)
from catalogue.models.imports import CourseImport, CourseImportRow, ImportColumn, RunKey
from catalogue.models.joining import CourseInterest, SignUp
from catalogue.models.notices import RunNotice
from catalogue.models.papers import CourseShortHit, Paper
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
from catalogue.models.statistics import CourseLink, SearchMiss

__all__ = [
    "AnswerContact",
    "Attendance",
    "CatalogueState",
    "Code",
    "CollectionRecipient",
    "CollectionRound",
    "CollectionRow",
    "CoproductionPhase",
    "CostText",
    "Course",
    "CourseCard",
    "CourseChange",
    "CourseImport",
    "CourseImportRow",
    "CourseInterest",
    "CourseLink",
    "CoursePage",
    "CourseShortHit",
    "CourseVersion",
    "DeliverySite",
    "Enrolment",
    "Evaluation",
    "EvaluationAnswer",
    "FacetBits",
    "FormPair",
    "ImportColumn",
    "LeaderEvaluation",
    "NewsItem",
    "NewsSubscription",
    "PageFeedback",
    "Paper",
    "Participant",
    "PathwayStep",
    "Run",
    "RunKey",
    "RunMonth",
    "RunNotice",
    "RunRecurrence",
    "RunSession",
    "RunTerm",
    "SearchDocument",
    "SearchMiss",
    "SearchPlace",
    "SearchTerm",
    "Season",
    "SeasonListing",
    "SelfHelpGroup",
    "SelfHelpMember",
    "SignUp",
    "Synonym",
    "TermEdge",
    "UserRepresentative",
]
