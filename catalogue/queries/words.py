"""The words of the search: the lists, their history, and what a search finds with words that are not saved yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from catalogue.models import CourseVersion, FormPair, Synonym
from catalogue.queries.finding import Wanted, find_courses, read_query
from catalogue.search import Normaliser
from lms_portal.audit.models import Change

TABLES = {"catalogue_synonym": Synonym, "catalogue_formpair": FormPair}
MOST_FOUND = 20


def synonyms(text: str = "", *, used: bool = True) -> QuerySet[Synonym]:
    """This will list words and what they find, by word or by what they find."""
    rows = Synonym.objects.filter(is_used=used)
    return (rows.filter(Q(word__contains=text) | Q(finds__icontains=text)) if text else rows).order_by("word")


def pairs(text: str = "", *, used: bool = True) -> QuerySet[FormPair]:
    """This will list the pairs of written forms."""
    rows = FormPair.objects.filter(is_used=used)
    return (rows.filter(Q(nb__contains=text) | Q(nn__contains=text)) if text else rows).order_by("nb", "nn")


def history() -> QuerySet[Change]:
    """This will list what people have changed, the newest first; what came with a release has no person."""
    return Change.objects.filter(table__in=TABLES, actor_id__isnull=False).order_by("-pk")


def names_now(rows: Sequence[Change]) -> dict[str, str]:
    """This will name the words that changes are about, as they are now (two queries)."""
    ids = {table: [row.object_id for row in rows if row.table == table] for table in TABLES}
    found: dict[str, str] = {str(row.pk): row.word for row in Synonym.objects.filter(pk__in=ids["catalogue_synonym"])}
    found |= {str(row.pk): f"{row.nb} = {row.nn}" for row in FormPair.objects.filter(pk__in=ids["catalogue_formpair"])}
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """What one search finds: how many, and the first of them in order."""

    total: int
    courses: dict[UUID, str]
    corrected: str


def _tables(without: Synonym | FormPair | None) -> tuple[list[tuple[str, str, bool]], list[tuple[str, list[str]]]]:
    left = without.pk if without else None
    forms = FormPair.objects.used().exclude(pk=left).values_list("nb", "nn", "is_stem")
    return list(forms), list(Synonym.objects.used().exclude(pk=left).values_list("word", "finds"))


def trial(
    written: str,
    language: str,
    *,
    extra: Sequence[tuple[str, Sequence[str]]] = (),
    without: Synonym | FormPair | None = None,
) -> Trial:
    """This will search with the words as they are, or with some more and one left out, over the index as it is."""
    forms, tied = _tables(without)
    # a later row wins where a word stands twice
    words = Normaliser(forms, [*tied, *((word, list(finds)) for word, finds in extra)])
    reading = read_query(written, words)
    found = find_courses(Wanted(language, reading.query, page_size=MOST_FOUND))
    ids = [hit.course_id for hit in found.hits]
    titles = _titles(ids)
    return Trial(found.total if reading.query.groups else 0, {pk: titles[pk] for pk in ids if pk in titles}, reading.corrected)


def _titles(ids: Sequence[UUID]) -> dict[UUID, str]:
    versions = CourseVersion.objects.filter(course__in=ids, course__public_version=F("pk"))
    return {version.course_id: version.title for version in versions}
