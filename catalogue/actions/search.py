"""Keeps what the search reads in step with the courses: documents, ready cards, vocabulary."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q
from django.template.loader import get_template
from django.utils import translation

from catalogue import facets
from catalogue.actions import facet_bits
from catalogue.actions.state import note_change_of_all
from catalogue.enums import Delivery, ScheduleKind, SiteMode
from catalogue.models import (
    CatalogueState,
    Code,
    Course,
    CourseCard,
    CourseVersion,
    FormPair,
    Run,
    SearchDocument,
    SearchPlace,
    SearchTerm,
    Synonym,
)
from catalogue.models.courses import TEXT_LANGUAGES, TEXTS
from catalogue.policies import changes_on
from catalogue.queries.pages import with_runs
from catalogue.release import release
from catalogue.search import Normaliser
from catalogue.wording import RunWords, delivery_of, place_line, run_words
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit
from lms_portal.common.clock import oslo_date
from lms_portal.common.norwegian_text import sort_key

WITHOUT_DATE = "~"  # after every digit: courses without a run ahead come last
BATCH = 500
NEVER = -1  # a generation before the first
COURSES_A_STEP = 40  # about half a second of work; a booking waits three
LONGEST_WORD = 60
PLACE_KINDS = (UnitKind.HOSPITAL, UnitKind.MUNICIPALITY)
SHORTEST_WORD = 3
LONG_WORD = 10


def normaliser(*, tails: Iterable[str] = ()) -> Normaliser:
    """This will build the normaliser from the tables that editors keep (two queries). Only the index needs `tails`."""
    pairs = list(FormPair.objects.used().values_list("nb", "nn", "is_stem"))
    return Normaliser(pairs, list(Synonym.objects.used().values_list("word", "finds")), tails=tails)


def _heads_of_all() -> list[str]:
    """The words that compounds are taken apart by: those of titles and keywords, long ones of the text, and what editors have tied together."""
    versions = CourseVersion.objects.filter(pk__in=Course.objects.public().values("public_version"))
    texts = [text for row in versions.values_list("title_nb", "title_nn", "keywords_nb", "keywords_nn") for text in row]
    for row in versions.values_list("summary_nb", "summary_nn", "for_whom_nb", "for_whom_nn", "before_nb", "after_nb"):
        texts += [word for text in row for word in text.split() if len(word) >= LONG_WORD]
    return texts + list(Synonym.objects.used().values_list("word", flat=True)) + list(FormPair.objects.used().values_list("nb", flat=True))


@dataclass
class _Row:
    course: Course
    language: str
    ordinal: int
    texts: tuple[str, str, str, str]
    facets: list[int]
    next_key: str
    title_key: str
    stale_on: date | None
    html: str
    words: list[str] = field(default_factory=list)


class _Builder:
    """Everything that is the same for all courses of one refresh, asked for once."""

    def __init__(self, *, now: datetime, heads: list[str] | None = None, generation: int = 0) -> None:
        self.now = now
        self.generation = generation
        self.today = oslo_date(now)
        self._heads = heads
        self.ordinals: dict[UUID, int] = {}
        hospitals = list(Unit.objects.filter(kind__in=PLACE_KINDS))
        numbers = dict(SearchPlace.objects.values_list("unit_id", "number"))
        self.hospitals = {unit.path: (facets.place_number(numbers[unit.pk]), unit) for unit in hospitals if unit.pk in numbers}
        self.diagnoses = {f"{code.system} {code.code}": code for code in Code.objects.filter(system__in=["ICD-10", "ICPC-2"])}
        self.card = get_template("catalogue/_card.html")

    @cached_property
    def heads(self) -> list[str]:
        """The words that compounds are taken apart by: those found by the last full refresh, unless they are given."""
        return list(SearchTerm.objects.filter(is_head=True).values_list("word", flat=True)) if self._heads is None else self._heads

    @cached_property
    def normaliser(self) -> Normaliser:
        """Built when a text is first read: a card alone needs none."""
        return normaliser(tails=self.heads)

    def hospital(self, unit: Unit) -> tuple[int, Unit] | None:
        """The hospital that a unit is, or belongs to."""
        path = unit.path
        while path:
            if path in self.hospitals:
                return self.hospitals[path]
            path = path.rpartition("/")[0]
        return None

    def rows(self, course: Course, languages: Sequence[str] = TEXT_LANGUAGES) -> Iterable[_Row]:
        version = course.public_version
        if version is None:
            return
        ahead = self._runs_ahead(course)
        stale_on = min((day for run in ahead if (day := changes_on(run, now=self.now))), default=None)
        for language in languages:
            with translation.override(language):
                words = [run_words(run, version, now=self.now) for run in ahead]
                shown = [run for run in words if run.can_join] or words
                yield _Row(
                    course=course,
                    language=language,
                    ordinal=self.ordinals.get(course.pk, 0),
                    texts=self._texts(course, version, language, ahead),
                    facets=self._facets(course, version, ahead, words),
                    next_key=shown[0].run.sort_key if shown else WITHOUT_DATE,
                    title_key=sort_key(version.title, max_length=80),
                    stale_on=stale_on,
                    html=self._html(course, version, shown),
                    words=self._vocabulary(course, version) if language == languages[0] else [],
                )

    def _runs_ahead(self, course: Course) -> list[Run]:
        runs = [run for run in course.runs.all() if run.last_possible_on is None or run.last_possible_on >= self.today]
        return sorted((run for run in runs if run.status in ("open", "closed", "postponed")), key=lambda run: run.sort_key)

    def _texts(self, course: Course, version: CourseVersion, language: str, ahead: list[Run]) -> tuple[str, str, str, str]:
        """The text by weight: title; keywords, diagnoses and topic; summary, for whom and where; everything else, in every language."""
        shown = version.language_shown(language)
        others = [other for other in TEXT_LANGUAGES if other != shown]
        codes = [self.diagnoses[code] for code in version.diagnoses if code in self.diagnoses]
        known = " ".join([*version.diagnoses, *(f"{code.display_nb} {code.display_nn}" for code in codes)])
        units = {course.owner, *(site.unit for run in ahead for site in run.sites.all())}
        hospitals = {found[1] for unit in units if (found := self.hospital(unit))}
        where = " ".join(f"{unit.name_nb} {unit.place}" for unit in sorted(units | hospitals, key=lambda unit: unit.code))
        audience = " ".join(str(facets.AUDIENCE.labels[code]) for code in version.audiences)
        body = ("learn", "for_whom", "programme", "practical", "referral_note", "user_representative", "before", "after")
        index = self.normaliser.index_text
        return (
            index(version.text("title", shown), course.code),
            index(
                version.text("keywords", shown),
                *(version.text("keywords", other) for other in others),
                known,
                str(version.get_topic_display()),
            ),
            index(version.text("summary", shown), audience, where, str(version.get_sign_up_display()), str(version.get_delivery_display())),
            # a word of either written form finds the course, whichever form the reader has chosen
            index(*(version.text(name, any_of) for any_of in (shown, *others) for name in (*body, "title", "summary"))),
        )

    def _facets(self, course: Course, version: CourseVersion, ahead: list[Run], words: list[RunWords]) -> list[int]:
        deliveries = {delivery_of(run.sites.all(), version.delivery) for run in ahead} or {version.delivery}
        if Delivery.HYBRID in deliveries:  # who looks for one of the two finds it
            deliveries |= {Delivery.IN_PERSON, Delivery.DIGITAL}
        numbers = set(facets.TOPIC.numbers_of([version.topic]))
        numbers.update(facets.FIELD.numbers_of([version.field]))
        numbers.update(facets.AUDIENCE.numbers_of(version.audiences))
        numbers.update(facets.AGE.numbers_of(version.age_groups))
        numbers.update(facets.DELIVERY.numbers_of(deliveries))
        numbers.update(facets.FORMAT.numbers_of([version.format]))
        numbers.update(facets.SIGN_UP.numbers_of([run.sign_up or version.sign_up for run in ahead] or [version.sign_up]))
        numbers.update(facets.SPECIFIC.numbers_of(["specific" if version.diagnosis_specific else "independent"]))
        numbers.update(facets.SPOKEN.numbers_of([version.spoken_language]))
        if any(run.takes_now for run in words):
            numbers.update(facets.FREE.numbers_of(["free"]))
        if any(run.can_join and run.run.kind in (ScheduleKind.SESSIONS, ScheduleKind.MONTHS, ScheduleKind.TERM) for run in words):
            numbers.update(facets.DATED.numbers_of(["upcoming"]))
        units = [site.unit for run in ahead for site in run.sites.all() if site.mode == SiteMode.IN_PERSON] or [course.owner]
        numbers.update(found[0] for unit in units if (found := self.hospital(unit)))
        for run in ahead:
            if run.first_possible_on and run.last_possible_on:
                numbers.update(facets.terms_between(max(run.first_possible_on, self.today), run.last_possible_on))
        return sorted(numbers)

    def _html(self, course: Course, version: CourseVersion, runs: list[RunWords]) -> str:
        shown = version.language_shown()
        owner = self.hospital(course.owner)
        context = {
            "course": course,
            "title": version.text("title", shown),
            "summary": version.text("summary", shown),
            "text_language": shown if shown != (translation.get_language() or "nb") else "",
            "version": version,
            "audiences": [facets.AUDIENCE.labels[code] for code in version.audiences],
            "next": runs[0] if runs else None,
            "further": max(0, len(runs) - 1),
            "place": self._places(runs) or str(version.get_delivery_display() if version.delivery == "digital" else ""),
            "provider": owner[1].name if owner else course.owner.name,
        }
        return self.card.render(context).strip()

    @staticmethod
    def _places(runs: list[RunWords]) -> str:
        return place_line([words.site for words in runs[0].sites]) if runs else ""

    def _vocabulary(self, course: Course, version: CourseVersion) -> list[str]:
        """Every word of the course, as written, in every language: what a typing error is compared with."""
        texts = [version.text(name, language) for name in TEXTS for language in TEXT_LANGUAGES]
        codes = [self.diagnoses[code] for code in version.diagnoses if code in self.diagnoses]
        texts += [name for code in codes for name in (code.display_nb, code.display_nn)]
        texts += [course.owner.name_nb, course.owner.name_nn, course.owner.place]
        words = self.normaliser.words(" ".join(texts))
        return [word for word in words if SHORTEST_WORD <= len(word) <= LONGEST_WORD and not word.isdigit()]

    def common_words(self) -> list[str]:
        """The words that every course page may say: topics, audiences, doors, places, in both forms."""
        words = [str(unit.name_nb) for _number, unit in self.hospitals.values()]
        for language in TEXT_LANGUAGES:
            with translation.override(language):
                words += [str(label) for facet in facets.FACETS for label in facet.labels.values()]
        return [word for word in self.normaliser.words(" ".join(words)) if SHORTEST_WORD <= len(word) <= LONGEST_WORD]


UPSERT = """
INSERT INTO catalogue_search_document (id, course_id, language, ordinal, vector, brief, facets, next_key, title_key, stale_on, generation)
SELECT gen_random_uuid(), row.course_id, row.language, row.ordinal,
       setweight(to_tsvector('norwegian', row.a), 'A') || setweight(to_tsvector('norwegian', row.b), 'B')
       || setweight(to_tsvector('norwegian', row.c), 'C') || setweight(to_tsvector('norwegian', row.d), 'D'),
       setweight(to_tsvector('norwegian', row.a), 'A') || setweight(to_tsvector('norwegian', row.b), 'B'),
       string_to_array(row.facets, ',')::int2[], row.next_key, row.title_key, row.stale_on, %s
  FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[])
    AS row (course_id, language, ordinal, a, b, c, d, facets, next_key, title_key, stale_on)
ON CONFLICT (course_id, language) DO UPDATE
   SET vector = excluded.vector, brief = excluded.brief, facets = excluded.facets, next_key = excluded.next_key,
       title_key = excluded.title_key, stale_on = excluded.stale_on, generation = excluded.generation
"""
LEARN = """
INSERT INTO catalogue_search_term (word, token, uses, is_head)
SELECT row.word, coalesce((ts_lexize('norwegian_stem', row.token))[1], row.token), row.uses, row.is_head
  FROM unnest(%s::text[], %s::text[], %s::int[], %s::bool[]) AS row (word, token, uses, is_head)
ON CONFLICT (word) DO UPDATE
   SET token = excluded.token, uses = greatest(catalogue_search_term.uses, excluded.uses),
       is_head = catalogue_search_term.is_head OR excluded.is_head
"""


def _number_places() -> None:
    """Give new hospitals a number. Only where one is missing: a refused insert would use up a number each time."""
    for unit in Unit.objects.filter(kind__in=PLACE_KINDS, search_place__isnull=True).order_by("path"):
        SearchPlace.objects.get_or_create(unit=unit)


def _store(rows: list[_Row], builder: _Builder) -> None:
    columns: list[Callable[[_Row], object]] = [
        lambda row: row.course.pk,
        lambda row: row.language,
        lambda row: row.ordinal,
        *[(lambda row, weight=weight: row.texts[weight]) for weight in range(4)],
        lambda row: ",".join(str(number) for number in row.facets),
        lambda row: row.next_key,
        lambda row: row.title_key,
        lambda row: row.stale_on,
    ]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [builder.generation, *([column(row) for row in rows] for column in columns)])
    CourseCard.objects.bulk_create(
        [CourseCard(course=row.course, language=row.language, html=row.html, made_on=builder.today, stale_on=row.stale_on) for row in rows],
        update_conflicts=True,
        unique_fields=["course", "language"],
        update_fields=["html", "made_on", "stale_on"],
    )


def _learn(uses: Counter[str], builder: _Builder) -> None:
    words = sorted(uses)
    heads = {word for text in builder.heads for word in builder.normaliser.words(text)}
    tokens = [builder.normaliser.token(word) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(LEARN, [words, tokens, [uses[word] for word in words], [word in heads for word in words]])


def cards_now(*, courses: Iterable[UUID], language: str, now: datetime) -> dict[UUID, str]:
    """This will make cards for one answer without storing them, where the calendar has passed the stored ones by."""
    builder = _Builder(now=now)
    chosen = Course.objects.filter(pk__in=list(courses)).select_related("owner", "public_version__refer_to").prefetch_related(with_runs())
    return {course.pk: row.html for course in chosen for row in builder.rows(course, languages=(language,))}


@transaction.atomic
def refresh_search(*, courses: Iterable[UUID] | None = None, now: datetime, heads: list[str] | None = None) -> int:
    """This will bring the search's rows of some courses, or of all, to what their public texts and runs say. Returns how many.

    `heads`: the words that compounds are taken apart by, where they are to be found anew for some courses.
    """
    is_full = courses is None
    chosen = Course.objects.all() if courses is None else Course.objects.filter(pk__in=list(courses))
    CatalogueState.objects.get_or_create(pk=1)
    state = CatalogueState.objects.select_for_update().get(pk=1)  # one refresh at a time: ordinals and bits are counted up
    hidden = chosen.exclude(pk__in=Course.objects.public().values("pk"))
    before = facet_bits.facets_now(chosen)
    SearchDocument.objects.filter(course__in=chosen if is_full else hidden).delete()
    CourseCard.objects.filter(course__in=hidden).delete()
    if is_full:
        SearchTerm.objects.all().delete()
    _number_places()
    builder = _Builder(now=now, heads=_heads_of_all() if is_full else heads, generation=state.generation)
    uses: Counter[str] = Counter(builder.common_words() if is_full else ())
    pending: list[_Row] = []
    count = 0
    shown = chosen.public().select_related("owner", "public_version__refer_to").prefetch_related(with_runs())
    for course in shown.order_by("pk").iterator(chunk_size=BATCH):
        count += 1
        builder.ordinals[course.pk] = facet_bits.ordinal_of(course.pk, before, builder.ordinals, is_full=is_full)
        rows = list(builder.rows(course))
        uses.update(rows[0].words if rows else ())
        pending += rows
        if len(pending) >= BATCH:
            _store(pending, builder)
            pending = []
    if pending:
        _store(pending, builder)
    if uses:
        _learn(uses, builder)
    facet_bits.bring_up_to_date(chosen, before, is_full=is_full)
    if is_full:
        CatalogueState.objects.filter(pk=1).update(release=release(), words_changed_at=None)
    return count


@transaction.atomic
def follow_release(*, now: datetime) -> bool:
    """This will have cards and pages made anew where another release's templates made them. Returns whether it is another one."""
    changed = CatalogueState.objects.filter(pk=1).exclude(release=release()).update(release=release(), generation=F("generation") + 1)
    if changed:
        note_change_of_all(now=now)
    return bool(changed)


def refresh_soon(*, courses: Collection[UUID], now: datetime) -> None:
    """This will bring the search's rows of a few courses in step at once, and have the sweep make those of many anew in small steps."""
    if len(courses) <= COURSES_A_STEP:
        refresh_search(courses=courses, now=now)
    else:
        SearchDocument.objects.filter(course__in=courses).update(generation=NEVER)


def catch_up(*, now: datetime, goes_on: Callable[[], bool] = lambda: True) -> int:
    """This will make anew what older words or templates have made, a few courses a transaction. Returns how many courses.

    In small steps, because a refresh holds what every booking needs for a moment; stopped at any step, the next call goes on from there.
    """
    count = 0
    heads: list[str] | None = None
    while (behind := _behind()) and goes_on():
        heads = _heads_of_all() if heads is None else heads
        count += refresh_search(courses=behind, now=now, heads=heads)
    if not behind:
        _caught_up(now=now)
    return count


def _behind() -> list[UUID]:
    state = CatalogueState.objects.filter(pk=1).first()
    rows = SearchDocument.objects.filter(generation__lt=state.generation if state else 0)
    return list(rows.order_by("course_id").values_list("course_id", flat=True).distinct()[:COURSES_A_STEP])


@transaction.atomic
def _caught_up(*, now: datetime) -> None:
    """Say that the index has taken in what editors changed: the copies of words that workers keep are asked for again."""
    if CatalogueState.objects.filter(pk=1, words_changed_at__isnull=False).exists():
        note_change_of_all(now=now)  # holds the row: a change of words comes before this or after it
        if not _behind():
            CatalogueState.objects.filter(pk=1).update(words_changed_at=None)


def refresh_stale(*, now: datetime, limit: int = 200) -> int:
    """This will renew the rows that the calendar alone has made wrong: a run began, or is over. Returns how many courses.

    Also where the demo's clock was moved back: a row made on a later day than today is as wrong as an old one.
    """
    today = oslo_date(now)
    stale = Q(search_documents__stale_on__lte=today) | Q(cards__made_on__gt=today)
    courses = list(Course.objects.filter(stale).distinct().values_list("pk", flat=True)[:limit])
    return refresh_search(courses=courses, now=now) if courses else 0
