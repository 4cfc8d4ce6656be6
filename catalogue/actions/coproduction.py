"""Making a course together: user representatives, the four phases, and the steps before and after a course."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue import following, permissions
from catalogue.actions.state import note_change
from catalogue.models import CoproductionPhase, Course, PathwayStep, Run, UserRepresentative
from catalogue.models.following import Phase, StepKind, StepSide
from lms_portal.accounts.enums import UnitKind
from lms_portal.accounts.models import Unit, User
from lms_portal.common.clock import oslo_date
from lms_portal.common.models import DataKey


class UnableToChange(Exception):
    """It cannot be done as asked; the first argument is the reason for the screen."""


def _checked(wrong: object, text: str | Promise) -> None:
    if wrong:
        raise UnableToChange(text)


def _lock(course: Course, by: User | None) -> Course:
    """`by` is None for loaders."""
    locked = Course.objects.select_for_update(of=("self",)).select_related("owner", "public_version").get(pk=course.pk)
    if by is not None and not permissions.may_own(by, locked.owner):
        raise UnableToChange(_("Your roles do not let you edit this course."))
    return locked


# User representatives


@transaction.atomic
def add_representative(
    *,
    course: Course,
    contribution: str,
    now: datetime,
    by: User | None = None,
    run: Run | None = None,
    unit: Unit | None = None,
    organisation: str = "",
    name: str = "",
    email: str = "",
    name_is_public: bool = False,
) -> UserRepresentative:
    """This will link a user representative to a course, or to one run of it. Raises: UnableToChange."""
    locked = _lock(course, by)
    organisation = "" if unit else organisation.strip()
    _checked(not unit and not organisation, _("Choose or write the organisation that the user representative comes from."))
    _checked(unit is not None and unit.kind != UnitKind.USER_ORGANISATION, _("Choose a user organisation."))
    _checked(run is not None and run.course_id != locked.pk, _("These dates belong to another course."))
    _checked(name_is_public and not name, _("Write the name that is to be public."))
    made = UserRepresentative.objects.create(
        course=locked,
        run=run,
        unit=unit,
        organisation=organisation,
        contribution=contribution.strip(),
        data_key=DataKey.create(),
        name=name.strip() or None,
        email=email.strip().lower() or None,
        consented_on=oslo_date(now) if name_is_public else None,
        added_at=now,
        added_by=by,
    )
    note_change(courses=[locked.pk], now=now)
    return made


@transaction.atomic
def set_name_public(*, representative: UserRepresentative, public: bool, by: User, now: datetime) -> None:
    """This will show a name on the course page from now on, by consent, or take it away at once. Raises: UnableToChange."""
    locked = _lock(representative.course, by)
    _checked(public and not representative.name, _("Write the name that is to be public."))
    rows = UserRepresentative.objects.filter(pk=representative.pk, course=locked)
    rows.update(consented_on=oslo_date(now) if public else None)
    note_change(courses=[locked.pk], now=now)


@transaction.atomic
def remove_representative(*, representative: UserRepresentative, by: User, now: datetime) -> None:
    """This will take a user representative away from a course, with the key of their name and address. Raises: UnableToChange."""
    locked = _lock(representative.course, by)
    key = representative.data_key_id
    UserRepresentative.objects.filter(pk=representative.pk, course=locked).delete()
    DataKey.objects.filter(pk=key).update(wrapped=None, erased_at=now)
    note_change(courses=[locked.pk], now=now)


# The four phases


@transaction.atomic
def save_phase(*, course: Course, phase: str, values: Mapping[str, Any], by: User | None, now: datetime) -> CoproductionPhase:
    """This will keep who did one phase together, and when; done only where both sides are named. Raises: UnableToChange."""
    locked = _lock(course, by)
    _checked(phase not in Phase.values, _("There is no such phase."))
    professional, representative = values.get("professional", "").strip(), values.get("representative", "").strip()
    done_on: date | None = values.get("done_on")
    _checked(
        done_on is not None and not (professional and representative),
        _("A phase is done when both took part: write the role of the professional and of the user representative."),
    )
    _checked(done_on is not None and done_on > oslo_date(now), _("Write a day that has been."))
    row, _made = CoproductionPhase.objects.update_or_create(
        course=locked,
        phase=phase,
        defaults={
            "professional": professional,
            "representative": representative,
            "note": values.get("note", "").strip(),
            "done_on": done_on,
        },
    )
    return row


# Steps before and after


@transaction.atomic
def add_step(
    *,
    course: Course,
    side: str,
    kind: str,
    now: datetime,
    by: User | None = None,
    target: Course | None = None,
    text_nb: str = "",
    text_nn: str = "",
    url: str = "",
) -> PathwayStep:
    """This will put a step last among those before or after a course. Raises: UnableToChange."""
    locked = _lock(course, by)
    _checked(side not in StepSide.values or kind not in StepKind.values, _("There is no such step."))
    count = PathwayStep.objects.filter(course=locked, side=side).count()
    _checked(count >= following.MOST_STEPS, _("There are many steps already. Take one away first."))
    if kind == StepKind.COURSE:
        _checked(target is None or not target.is_public or target.pk == locked.pk, _("Choose another published course."))
        text_nb = text_nn = url = ""
    else:
        target = None
        _checked(not (text_nb.strip() and text_nn.strip()), _("Write what the step is in both bokmål and nynorsk."))
    last = PathwayStep.objects.filter(course=locked, side=side).aggregate(last=Max("position"))["last"] or 0
    made = PathwayStep.objects.create(
        course=locked,
        side=side,
        position=last + 1,
        kind=kind,
        target=target,
        text_nb=text_nb.strip(),
        text_nn=text_nn.strip(),
        url=url,
    )
    note_change(courses=[locked.pk], now=now)
    return made


@transaction.atomic
def move_step_up(*, step: PathwayStep, by: User, now: datetime) -> None:
    """This will let a step change places with the one before it; the first stays first. Raises: UnableToChange."""
    locked = _lock(step.course, by)
    rows = list(PathwayStep.objects.filter(course=locked, side=step.side).order_by("position"))
    place = next((number for number, row in enumerate(rows) if row.pk == step.pk), 0)
    if place:
        above, row = rows[place - 1], rows[place]
        above.position, row.position = row.position, above.position
        PathwayStep.objects.bulk_update([above, row], ["position"])
        note_change(courses=[locked.pk], now=now)


@transaction.atomic
def remove_step(*, step: PathwayStep, by: User, now: datetime) -> None:
    """This will take a step away. Raises: UnableToChange."""
    locked = _lock(step.course, by)
    PathwayStep.objects.filter(pk=step.pk, course=locked).delete()
    note_change(courses=[locked.pk], now=now)
