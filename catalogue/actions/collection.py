"""The season collection: asked, answered, checked, in the catalogue. And once a year whether offers without an end still run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue import collection_mails, permissions, schedule
from catalogue.actions.runs import SiteFields, UnableToChangeRun, create_run, publicly_changed, term_edges_of
from catalogue.actions.season_copies import Copy, copy_runs
from catalogue.actions.state import note_change
from catalogue.collected import LINK_DAYS_AFTER, answered_dates, dates_as_json, is_standing, may_answer, same_dates
from catalogue.enums import SeasonAnswer, SiteMode, SiteRole
from catalogue.links import COLLECTION as LINK
from catalogue.links import hash_of, secret_of
from catalogue.models import (
    AnswerContact,
    CollectionRecipient,
    CollectionRound,
    CollectionRow,
    Course,
    DeliverySite,
    Run,
    Season,
    SeasonListing,
)
from catalogue.queries import collection as queries
from catalogue.wording import dates_of
from catalogue.workflow import COLLECTION
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import Unit, User
from lms_portal.accounts.permissions import has_permission
from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date, start_of_day
from lms_portal.common.ids import new_id
from lms_portal.common.models import DataKey

YEAR = timedelta(days=365)
TOGETHER = timedelta(days=60)  # what is due soon is asked in the same mail
YEARLY_DAYS = 28
MOST_ROWS = 500


class UnableToCollect(Exception):
    """It cannot be done as asked; the first argument is the reason for the screen."""


class AnsweredMeanwhile(Exception):
    """Somebody else answered, or the answer was checked, since the page was opened; nothing has been written. `current` stands now."""

    def __init__(self, current: CollectionRow) -> None:
        super().__init__("answered meanwhile")
        self.current = current


@dataclass(frozen=True, slots=True)
class Ask:
    """One course to ask about, with one of its runs of last time, and the mailbox that answers."""

    course: Course
    last_run: Run | None
    email: str
    position: int = queries.NO_POSITION


@dataclass(frozen=True, slots=True)
class Said:
    """One answer. `dates` None: the run goes on as it is; `sites` as `CollectionRow.sites`; `contact` None: as last time."""

    answer: SeasonAnswer
    dates: schedule.Dates | None = None
    sites: Sequence[Mapping[str, Any]] = ()
    contact: Unit | None = None
    notes: str = ""
    reason: str = ""


def _checked(reason: str | Promise | None) -> None:
    if reason:
        raise UnableToCollect(reason)


def _may_collect(user: User, unit: Unit) -> None:
    if not has_permission(user, Permission.MANAGE_SEASON, unit):
        raise UnableToCollect(_("Your roles do not let you collect the season here."))


# Asking


@transaction.atomic
def open_round(
    *, unit: Unit, season: Season, last_on: date, greeting: str, asks: Sequence[Ask], by: User, now: datetime
) -> CollectionRound:
    """This will ask everybody who owns the courses, in one mail to each mailbox. Raises: UnableToCollect."""
    _may_collect(by, unit)
    if not asks:
        raise UnableToCollect(_("Tick at least one course."))
    if unit.hospital_area_id is None:
        raise UnableToCollect(_("The unit belongs to no hospital area, so there is no poster to fill."))
    if last_on < oslo_date(now):
        raise UnableToCollect(_("The last day to answer must not have passed."))
    if any(not permissions.may_own(by, ask.course.owner) for ask in asks):
        raise UnableToCollect(_("Your roles do not let you edit this course."))
    try:
        with transaction.atomic():
            round_ = CollectionRound.objects.create(
                unit=unit,
                hospital_area_id=unit.hospital_area_id,
                season=season,
                last_on=last_on,
                greeting=greeting.strip(),
                opened_on=oslo_date(now),
                opened_by=by,
            )
    except IntegrityError:
        raise UnableToCollect(_("This season has been collected here already. Look at the list of collections.")) from None
    _ask(round_, asks, now=now)
    return round_


@transaction.atomic
def ask_more(*, round_: CollectionRound, asks: Sequence[Ask], by: User, now: datetime) -> int:
    """This will ask about courses that were left out. A mailbox that has a link gets the courses on it, and the mail anew."""
    _may_collect(by, round_.unit)
    if not asks:
        raise UnableToCollect(_("Tick at least one course."))
    if round_.last_on < oslo_date(now):
        raise UnableToCollect(_("The last day to answer has passed. Give more time first."))
    if any(not permissions.may_own(by, ask.course.owner) for ask in asks):
        raise UnableToCollect(_("Your roles do not let you edit this course."))
    return _ask(round_, asks, now=now)


def _ask(round_: CollectionRound, asks: Sequence[Ask], *, now: datetime) -> int:
    if missing := next((ask for ask in asks if not ask.email.strip()), None):
        raise UnableToCollect(_("Write who answers for %(code)s.") % {"code": missing.course.code})
    known = {bytes(one.email_hash): one for one in round_.recipients.select_related("data_key")}
    rows, told = [], {}
    asked_before = set(known)
    for number, ask in enumerate(asks):
        key = queries.email_hash(ask.email)
        recipient = known.get(key)
        if recipient is None:
            recipient = known[key] = _new_recipient(round_, ask.email, language=ask.course.owner.default_language, now=now)
        elif key in asked_before and recipient.pk not in told:
            _renew_link(recipient, now=now, round_=round_)
        told[recipient.pk] = recipient
        position = ask.position if ask.position < queries.NO_POSITION else queries.NO_POSITION + number
        rows.append(CollectionRow(round=round_, recipient=recipient, course=ask.course, last_run=ask.last_run, position=position))
    CollectionRow.objects.bulk_create(rows)
    collection_mails.plan_invitations(told.values(), round_, now=now)
    return len(rows)


def _expires_at(last_on: date) -> datetime:
    return start_of_day(last_on + timedelta(days=1 + LINK_DAYS_AFTER))


def _new_recipient(round_: CollectionRound, email: str, *, language: str, now: datetime) -> CollectionRecipient:
    row = new_id()
    return CollectionRecipient.objects.create(
        id=row,
        round=round_,
        data_key=DataKey.create(),
        email=email.strip().lower(),
        email_hash=queries.email_hash(email),
        language=language,
        link_hash=hash_of(secret_of(row, purpose=LINK), purpose=LINK),
        link_expires_at=_expires_at(round_.last_on),
        created_at=now,
    )


def _renew_link(recipient: CollectionRecipient, *, round_: CollectionRound, now: datetime) -> None:
    """The old link opens nothing any more."""
    recipient.link_number += 1
    recipient.link_hash = hash_of(secret_of(recipient.pk, purpose=LINK, number=recipient.link_number), purpose=LINK)
    recipient.link_expires_at = max(_expires_at(round_.last_on), now + timedelta(days=1))
    recipient.save(update_fields=["link_number", "link_hash", "link_expires_at"])


@transaction.atomic
def replace_link(*, recipient: CollectionRecipient, email: str, by: User, now: datetime) -> CollectionRecipient:
    """This will send a new link, to the same mailbox or another; the old link stops. Courses of a mailbox that is asked already join its own.

    Raises: UnableToCollect.
    """
    round_ = CollectionRound.objects.select_for_update().get(pk=recipient.round_id)
    _may_collect(by, round_.unit)
    if round_.last_on < oslo_date(now):
        raise UnableToCollect(_("The last day to answer has passed. Give more time first."))
    locked = CollectionRecipient.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=recipient.pk)
    key = queries.email_hash(email)
    other = CollectionRecipient.objects.select_related("data_key").filter(round=round_, email_hash=key).exclude(pk=locked.pk).first()
    if other is not None:
        locked.rows.update(recipient=other)
        _renew_link(locked, round_=round_, now=now)  # nobody is told this one: what was sent opens nothing
        locked = other
    elif key != bytes(locked.email_hash):
        locked.email, locked.email_hash = email.strip().lower(), key
        locked.save(update_fields=["email", "email_hash"])
    _renew_link(locked, round_=round_, now=now)
    collection_mails.plan_invitations([locked], round_, now=now)
    return locked


@transaction.atomic
def extend(*, round_: CollectionRound, last_on: date, by: User, now: datetime) -> CollectionRound:
    """This will move the last day to answer; the links hold as much longer. Raises: UnableToCollect."""
    locked = CollectionRound.objects.select_for_update(of=("self",)).select_related("unit").get(pk=round_.pk)
    _may_collect(by, locked.unit)
    if last_on < oslo_date(now):
        raise UnableToCollect(_("The last day to answer must not have passed."))
    locked.last_on = last_on
    locked.save(update_fields=["last_on"])
    locked.recipients.update(link_expires_at=_expires_at(last_on))
    return locked


@transaction.atomic
def set_answer_contact(*, course: Course, email: str, by: User, now: datetime) -> None:
    """This will set who answers for a course; empty gives it back to the unit's own mailbox. Raises: UnableToCollect."""
    if not permissions.may_own(by, course.owner):
        raise UnableToCollect(_("Your roles do not let you edit this course."))
    row = AnswerContact.objects.select_for_update(of=("self",)).select_related("data_key").filter(course=course).first()
    if not email.strip():
        if row is not None:
            key = row.data_key_id
            row.delete()
            DataKey.objects.filter(pk=key).update(wrapped=None, erased_at=now)
        return
    if row is None:
        row = AnswerContact(course=course, data_key=DataKey.create())
    row.email, row.changed_at, row.changed_by = email.strip().lower(), now, by
    row.save()


# Answering


def _lock(row: CollectionRow) -> CollectionRow:
    rows = CollectionRow.objects.select_for_update(of=("self",))
    return rows.select_related("round__unit", "round__season", "course__owner", "course__public_version", "last_run").get(pk=row.pk)


def _refuse_wrong(said: Said, locked: CollectionRow) -> None:
    if said.answer == SeasonAnswer.NOT_HELD and not said.reason.strip():
        raise UnableToCollect(_("Write why it is not held."))
    needs_dates = locked.round.season_id is not None and not is_standing(locked.last_run)
    if said.answer != SeasonAnswer.NOT_HELD and needs_dates and said.dates is None:
        raise UnableToCollect(_("Say when it is held, or that the dates are to come."))
    if said.dates is not None:
        try:
            schedule.compute(said.dates)
        except schedule.ScheduleError:
            raise UnableToCollect(_("Fill in the dates for the kind you have chosen")) from None


@transaction.atomic
def answer(*, row: CollectionRow, said: Said, seen_version: int, now: datetime, by: User | None = None) -> CollectionRow:
    """This will write an answer down, by whoever has the link or (`by`) an adviser. The last answer of a round tells the centre.

    Raises: UnableToCollect where the time is out or it is checked; AnsweredMeanwhile where somebody else answered first.
    """
    # one after another within a round: the last answer is one answer, not two at once that each see the other missing
    CollectionRound.objects.select_for_update(of=("self",)).get(pk=row.round_id)
    locked = _lock(row)
    if by is None:
        if locked.version != seen_version and locked.status == CollectionRow.Status.ANSWERED:
            raise AnsweredMeanwhile(locked)
        if not may_answer(locked, locked.round, oslo_date(now)):
            is_done = locked.status in (CollectionRow.Status.CHECKED, CollectionRow.Status.IN_CATALOGUE)
            raise UnableToCollect(
                _("The centre has checked this answer. Ask the centre to change it.")
                if is_done
                else _("The last day to answer has passed. Ask the centre to change it.")
            )
    else:
        _may_collect(by, locked.round.unit)
        if locked.version != seen_version:
            raise AnsweredMeanwhile(locked)
        if locked.status not in (CollectionRow.Status.INVITED, CollectionRow.Status.ANSWERED):
            raise UnableToCollect(_("The answer is checked. Take it up again to change it."))
    _refuse_wrong(said, locked)
    was_open = locked.status == CollectionRow.Status.INVITED
    not_held = said.answer == SeasonAnswer.NOT_HELD
    transitions.move(
        COLLECTION,
        locked,
        verb="answer",
        now=now,
        reason_code=str(said.answer),
        answer=str(said.answer),
        dates=dates_as_json(said.dates) if said.dates and not not_held else None,
        sites=[] if not_held else [dict(site) for site in said.sites],
        contact=None if not_held else said.contact,
        notes=said.notes.strip(),
        why_not=said.reason.strip() if not_held else "",
        answered_at=now,
        answered_by=by,
    )
    if was_open and not CollectionRow.objects.filter(round=locked.round_id, status="invited").exists():
        collection_mails.plan_all_answered(locked.round, now=now)
    return locked


@transaction.atomic
def answer_same_for_all(
    *, recipient: CollectionRecipient, chosen: Mapping[UUID, schedule.Dates | None], now: datetime
) -> list[CollectionRow]:
    """This will answer “same as last time” for each course of a mailbox that has no answer yet; answers that are there stay.

    `chosen`: dates by row, for those where some were typed. Returns the rows that were answered now.
    """
    CollectionRound.objects.select_for_update(of=("self",)).get(pk=recipient.round_id)
    rows = list(queries.rows_of(recipient).filter(status="invited"))
    return [
        answer(
            row=row,
            said=Said(SeasonAnswer.SAME, dates=chosen[row.pk] if row.pk in chosen else dates_if_same(row)),
            seen_version=row.version,
            now=now,
        )
        for row in rows
    ]


def dates_if_same(row: CollectionRow, *, days: Sequence[date] = (), to_come: bool = False) -> schedule.Dates | None:
    """This will make the dates of “same as last time” for a row. Loaded before: the round's season, the last run with its dates."""
    old = dates_of(row.last_run) if row.last_run else None
    return same_dates(row.last_run, old, row.round.season, days=days, to_come=to_come)


# Checking


@transaction.atomic
def check(*, row: CollectionRow, seen_version: int, by: User, now: datetime) -> CollectionRow:
    """This will mark an answer as checked; whoever gave it can no longer change it. Raises: UnableToCollect, AnsweredMeanwhile."""
    locked = _lock(row)
    _may_collect(by, locked.round.unit)
    if locked.version != seen_version:
        raise AnsweredMeanwhile(locked)
    if locked.status != CollectionRow.Status.ANSWERED:
        raise UnableToCollect(_("Only an answer that is not checked yet can be checked."))
    transitions.move(COLLECTION, locked, verb="check", now=now, checked_at=now, checked_by=by)
    return locked


@transaction.atomic
def check_all_same(*, round_: CollectionRound, by: User, now: datetime) -> int:
    """This will check every answer that says “same as last time” and has no note to read. Returns how many."""
    _may_collect(by, round_.unit)
    rows = CollectionRow.objects.select_for_update(of=("self",)).filter(round=round_, status="answered", answer="same", notes="")
    wanted = list(rows[:MOST_ROWS])
    for row in wanted:
        transitions.move(COLLECTION, row, verb="check", now=now, checked_at=now, checked_by=by)
    return len(wanted)


@transaction.atomic
def reopen(*, row: CollectionRow, seen_version: int, by: User, now: datetime) -> CollectionRow:
    """This will take a checked answer up again, so that it can be changed. Raises: UnableToCollect, AnsweredMeanwhile."""
    locked = _lock(row)
    _may_collect(by, locked.round.unit)
    if locked.version != seen_version:
        raise AnsweredMeanwhile(locked)
    if locked.status != CollectionRow.Status.CHECKED:
        raise UnableToCollect(_("Only a checked answer can be taken up again."))
    transitions.move(COLLECTION, locked, verb="reopen", now=now, checked_at=None, checked_by=None)
    return locked


# Into the catalogue


@transaction.atomic
def put_in_catalogue(*, row: CollectionRow, by: User, now: datetime) -> Run:
    """This will make the checked answer a planned run and a row of the season's poster. Pressed twice it is done once.

    Raises: UnableToCollect.
    """
    if row.round.season_id is not None:
        Season.objects.select_for_update().get(pk=row.round.season_id)  # posters are renumbered one at a time
    locked = _lock(row)
    _may_collect(by, locked.round.unit)
    if locked.status == CollectionRow.Status.IN_CATALOGUE and locked.run is not None:
        return locked.run
    if locked.status != CollectionRow.Status.CHECKED:
        raise UnableToCollect(_("Check the answer before it goes into the catalogue."))
    if locked.answer == SeasonAnswer.NOT_HELD:
        raise UnableToCollect(_("It is not held this season, so there is nothing to put in."))
    try:
        run = _run_of(locked, by=by, now=now)
    except UnableToChangeRun as error:
        raise UnableToCollect(error.args[0]) from None
    if locked.round.season is not None and locked.round.hospital_area_id is not None:
        _list(locked, run, season=locked.round.season, area=locked.round.hospital_area_id, now=now)
    transitions.move(COLLECTION, locked, verb="put_in", now=now, run=run)
    note_change(courses=[locked.course_id], now=now)
    return run


@transaction.atomic
def put_all_in_catalogue(*, round_: CollectionRound, by: User, now: datetime) -> int:
    """This will put every checked answer of a round in the catalogue, in the poster's order: all, or none. Raises: UnableToCollect."""
    _may_collect(by, round_.unit)
    rows = CollectionRow.objects.filter(round=round_, status="checked").exclude(answer="not_held").select_related("round", "course")
    wanted = list(rows.order_by("position", "course__code", "id")[:MOST_ROWS])
    for row in wanted:
        try:
            put_in_catalogue(row=row, by=by, now=now)
        except UnableToCollect as error:
            raise UnableToCollect(f"{row.course.code}: {error}") from None
    return len(wanted)


def _run_of(row: CollectionRow, *, by: User, now: datetime) -> Run:
    """The run that an answer becomes: the same one where it goes on by itself, one made by a copied season, else a new one."""
    dates, last = answered_dates(row), row.last_run
    if last is not None and dates is None:
        if not permissions.may_own(by, row.course.owner):
            raise UnableToChangeRun(_("Your roles do not let you edit this course."))
        _apply_sites(last, row, now=now)
        return last
    if dates is None:
        raise UnableToCollect(_("Say when it is held, or that the dates are to come."))
    if last is None:
        return create_run(course=row.course, dates=dates, fields={}, sites=_first_sites(row), by=by, now=now)
    last.course = row.course  # loaded with its owner and text
    with_edges = schedule.compute(_edged(dates, row.course.owner))
    made = last.copies.filter(sort_key=with_edges.sort_key).exclude(status=Run.Status.CANCELLED).first()
    run = made or copy_runs(copies=[Copy(last, dates)], by=by, now=now)[0]
    run.course = row.course
    _apply_sites(run, row, now=now)
    return run


def _edged(dates: schedule.Dates, unit: Unit) -> schedule.Dates:
    return schedule.Dates(
        dates.kind, dates.meetings, dates.months, dates.season, dates.year, dates.frequency, dates.weekday, dates.from_on, dates.until_on,
        term_edges_of(unit),
    )  # fmt: skip


def _first_sites(row: CollectionRow) -> list[SiteFields]:
    """A course without an earlier run begins at its own unit."""
    found = list(row.sites) or [{}]
    return [
        SiteFields(
            unit=row.course.owner,
            role=SiteRole.ORIGIN,
            mode=SiteMode.IN_PERSON,
            meeting_place=str(site.get("meeting_place", "")),
            places=site.get("places"),
            contact=row.contact,
        )
        for site in found[:1]
    ]


def _apply_sites(run: Run, row: CollectionRow, *, now: datetime) -> None:
    """Write what an answer says of the places onto the run's own: matched by unit and way to take part, as copies are."""
    said = {(str(site.get("unit")), str(site.get("mode"))): site for site in row.sites}
    changed = False
    for site in DeliverySite.objects.select_for_update().filter(run=run):
        columns: dict[str, Any] = {}
        new = said.get((str(site.unit_id), site.mode))
        if new is not None:
            columns = {"meeting_place": str(new.get("meeting_place", "")), "places": new.get("places")}
        if row.contact is not None:
            columns["contact"] = row.contact
        wanted = {name: value for name, value in columns.items() if getattr(site, name) != value}
        if wanted.get("places") is not None and wanted["places"] < site.taken:
            raise UnableToCollect(_("More people have a place than the number you wrote."))
        if wanted:
            DeliverySite.objects.filter(pk=site.pk).update(**wanted)
            changed = True
    where = said.get(("", ""), {})
    if (where.get("meeting_place") or where.get("places") is not None) and not run.sites.exists():
        # last time said of no place; what is answered now is at the course's own unit
        first = _first_sites(row)[0]
        names = ("unit", "role", "mode", "meeting_place", "places", "contact")
        DeliverySite.objects.create(run=run, **{name: getattr(first, name) for name in names})
        changed = True
    if changed:
        publicly_changed(row.course, now=now)


def _list(row: CollectionRow, run: Run, *, season: Season, area: str, now: datetime) -> None:
    """Put a run on the season's poster where its predecessor stood among the others; those that came by hand keep their order."""
    listings = list(SeasonListing.objects.select_for_update(of=("self",)).filter(season=season, hospital_area_id=area).order_by("position"))
    if any(one.run_id == run.pk for one in listings):
        return
    placed = dict(CollectionRow.objects.filter(round=row.round_id, run__isnull=False).values_list("run_id", "position"))
    after = [number for number, one in enumerate(listings) if placed.get(one.run_id, -1) <= row.position and one.run_id in placed]
    before = [number for number, one in enumerate(listings) if placed.get(one.run_id, -1) > row.position]
    index = min(before) if before else (max(after) + 1 if after else len(listings))
    old = (
        SeasonListing.objects.filter(run=row.last_run, hospital_area_id=area).exclude(season=season).order_by("-changed_at").first()
        if row.last_run_id
        else None
    )
    texts = {name: getattr(old, name) for name in ("title_nb", "title_nn", "audience_nb", "audience_nn")} if old else {}
    for later in reversed(listings[index:]):  # the constraint is looked at when the transaction ends
        later.position += 1
    SeasonListing.objects.bulk_update(listings[index:], ["position"])
    position = listings[index - 1].position + 1 if index else 1
    SeasonListing.objects.create(season=season, hospital_area_id=area, run=run, position=position, changed_at=now, **texts)


# Once a year


@transaction.atomic
def ask_whether_still_running(*, now: datetime) -> int:
    """This will ask the owners of offers without an end whether they still stand, once a year each. Returns how many offers.

    What is due within some weeks is asked at once with what is due now, so that a mailbox gets one mail. Source: docs/workflows/season_answer.md.
    """
    today = oslo_date(now)
    asked = queries.asked_on()
    by_unit: dict[str, list[tuple[Run, date]]] = {}
    for run in queries.standing_runs().order_by("course__code", "sort_key"):
        since = max(asked.get(run.pk, date.min), oslo_date(run.created_at))
        by_unit.setdefault(_hospital_code(run.course.owner), []).append((run, since))
    due = {
        code: [run for run, since in runs if since <= today - YEAR + TOGETHER]
        for code, runs in by_unit.items()
        if any(since <= today - YEAR for _run, since in runs)
    }
    boxes = queries.mailboxes_of({run.course for runs in due.values() for run in runs}) if due else {}
    return sum(_ask_yearly(code, runs, boxes, now=now) for code, runs in due.items())


def _hospital_code(unit: Unit) -> str:
    """The hospital that a unit is, or belongs to, by the tree's order: region, trust, hospital; the unit itself where it stands higher."""
    codes = unit.path.split("/")
    return codes[2] if len(codes) > 2 else unit.code


def _ask_yearly(code: str, runs: Iterable[Run], boxes: Mapping[UUID, str], *, now: datetime) -> int:
    unit = Unit.objects.get(code=code)
    asks = [Ask(run.course, run, boxes[run.course_id]) for run in runs if boxes.get(run.course_id)]
    today = oslo_date(now)
    if not asks or CollectionRound.objects.filter(unit=unit, opened_on=today, season__isnull=True).exists():
        return 0
    round_ = CollectionRound.objects.create(
        unit=unit, hospital_area_id=unit.hospital_area_id, last_on=today + timedelta(days=YEARLY_DAYS), opened_on=today
    )
    return _ask(round_, asks, now=now)


def sweep(*, now: datetime) -> int:
    """This will plan what the calendar asks for: yearly questions, weekly reminders, and the notice that time is out. Returns how many."""
    planned = ask_whether_still_running(now=now)
    with transaction.atomic():
        return planned + collection_mails.plan_reminders(now=now) + collection_mails.plan_time_is_out(now=now)
