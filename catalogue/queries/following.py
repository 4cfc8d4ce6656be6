"""What follows a course: who keeps in touch, what leads to and from a course, who works together on it, and the news."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from catalogue import following
from catalogue.enums import Visibility
from catalogue.links import LEADER, NEWS, SELF_HELP, hash_of
from catalogue.models import (
    Course,
    Enrolment,
    LeaderEvaluation,
    NewsItem,
    NewsSubscription,
    PathwayStep,
    Run,
    SelfHelpMember,
    UserRepresentative,
)
from catalogue.workflow import PUBLIC_COURSE_STATES
from lms_portal.accounts.enums import Permission, UnitKind
from lms_portal.accounts.models import HospitalArea, Unit
from lms_portal.accounts.permissions import units_with
from lms_portal.common import sealing

NEWS_KINDS = (UnitKind.LEARNING_CENTRE, UnitKind.REGION)
PEERS_SHOWN = 6


def news_hash(email: str) -> bytes:
    """This will make the keyed hash by which an address on the list is found."""
    return sealing.lookup_hash(email.strip().lower(), purpose="catalogue.news.email")


# Keeping in touch


def member_of(secret: str, *, today: date) -> SelfHelpMember | None:
    """This will find who a link belongs to; None where there is nobody, or the day has come on which all is deleted."""
    rows = SelfHelpMember.objects.select_related("data_key", "group__run", "enrolment__participant__data_key", "enrolment__course__owner")
    return rows.filter(link_hash=hash_of(secret, purpose=SELF_HELP), group__forget_on__gt=today).first()


def others_in_group(member: SelfHelpMember) -> list[SelfHelpMember]:
    """This will list the others who said yes, in the order in which they did (one query)."""
    rows = SelfHelpMember.objects.filter(group=member.group_id).exclude(pk=member.pk)
    return list(rows.select_related("data_key").order_by("said_yes_at", "id"))


def people_to_ask(run: Run, user: object) -> QuerySet[Enrolment]:
    """This will list who took part in a run, with whether they have said yes."""
    rows = Enrolment.objects.visible_to(user).filter(run=run, status__in=following.TOOK_PART)
    yes = Prefetch("self_help", queryset=SelfHelpMember.objects.defer("name", "email", "phone"))
    return rows.select_related("participant__data_key", "course__owner", "run").prefetch_related(yes).order_by("created_at", "id")


# The leaders' evaluation


def leader_evaluation_of(secret: str) -> LeaderEvaluation | None:
    """This will find the form that a link opens."""
    rows = LeaderEvaluation.objects.select_related("data_key", "run__course__owner")
    return rows.filter(link_hash=hash_of(secret, purpose=LEADER)).first()


# Around a course


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a course on its page: who made it together, what comes before and after, and offers of peers."""

    representatives: list[UserRepresentative]
    before: list[PathwayStep]
    after: list[PathwayStep]
    peers: list[Course]


def steps_of(course: Course) -> list[PathwayStep]:
    """This will list a course's steps in order, with what they lead to (one query)."""
    return list(PathwayStep.objects.filter(course=course).select_related("target__public_version").order_by("side", "position"))


def public_steps(course: Course, side: str = "") -> list[PathwayStep]:
    """This will list the steps that readers see: a step to a course that is no longer offered is left out (one query)."""
    return [step for step in steps_of(course) if (not side or step.side == side) and (step.target is None or step.target.is_public)]


def representatives_of(course: Course, *, run: Run | None = None) -> QuerySet[UserRepresentative]:
    """This will list a course's user representatives; with a run, those of the course and of that run."""
    rows = UserRepresentative.objects.filter(course=course).select_related("unit", "data_key", "run")
    if run is not None:
        rows = rows.filter(Q(run__isnull=True) | Q(run=run))
    return rows.order_by("added_at", "id")


def has_representative(course: Course) -> bool:
    """This will say whether a user representative is linked to a course."""
    return UserRepresentative.objects.filter(course=course).exists()


def peers_of(course: Course, topic: str) -> list[Course]:
    """This will list what user organisations offer on the topic of a course (one query)."""
    rows = Course.objects.filter(
        owner__kind=UnitKind.USER_ORGANISATION, status__in=PUBLIC_COURSE_STATES, public_version__topic=topic
    ).exclude(pk=course.pk)
    rows = rows.filter(visibility=Visibility.LISTED)
    return list(rows.select_related("owner", "public_version").order_by("code")[:PEERS_SHOWN])


def around(course: Course, topic: str) -> Around:
    """This will load what stands around a course on its page (three queries)."""
    steps = public_steps(course)
    own = course.owner.kind == UnitKind.USER_ORGANISATION
    return Around(
        representatives=list(representatives_of(course)),
        before=[step for step in steps if step.side == "before"],
        after=[step for step in steps if step.side == "after"],
        peers=[] if own else peers_of(course, topic),
    )


def pages_that_name(course: Course) -> set[UUID]:
    """This will list the courses whose pages say something of this one: those with a step to it; for a peer offer, those on its topic."""
    found = set(PathwayStep.objects.filter(target=course).values_list("course", flat=True))
    version = course.public_version
    if course.owner.kind == UnitKind.USER_ORGANISATION and version is not None:
        found |= set(Course.objects.filter(public_version__topic=version.topic).values_list("pk", flat=True))
    return found


# News


def subscription_of(secret: str, *, now: datetime) -> NewsSubscription | None:
    """This will find the address that a link belongs to."""
    rows = NewsSubscription.objects.select_related("data_key", "area").filter(link_hash=hash_of(secret, purpose=NEWS))
    return rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).first()


def units_with_news(user: object) -> QuerySet[Unit]:
    """This will list the units that a person writes news for: the centres, and the region's own function."""
    return Unit.objects.filter(units_with(user, Permission.PUBLISH_COURSE, prefix=""), kind__in=NEWS_KINDS).order_by("sort_key")


def area_of(unit: Unit) -> HospitalArea | None:
    """This will find the hospital area of a unit, its own or that of the nearest unit above; None for the whole region."""
    if unit.hospital_area_id:
        return unit.hospital_area
    above = Unit.objects.filter(code__in=unit.path.split("/")[:-1], hospital_area__isnull=False).select_related("hospital_area")
    nearest = max(above, key=lambda one: len(one.path), default=None)
    return nearest.hospital_area if nearest else None


def subscriptions_near(area: HospitalArea | None) -> QuerySet[NewsSubscription]:
    """This will list the confirmed addresses that want news of an area; None: news of the whole region, for everybody."""
    rows = NewsSubscription.objects.filter(confirmed_at__isnull=False)
    if area is not None:
        rows = rows.filter(Q(area=area) | Q(area__isnull=True))
    return rows.select_related("data_key").order_by("id")


def wants(subscription: NewsSubscription, topic: str) -> bool:
    """This will say whether somebody wants news of a topic; news for everybody is for everybody."""
    chosen = [code for code in subscription.topics.split(",") if code]
    return not topic or not chosen or topic in chosen


def news_due(*, now: datetime) -> QuerySet[NewsItem]:
    """This will list the news whose time has come."""
    return NewsItem.objects.filter(send_at__lte=now, sent_at__isnull=True).select_related("unit").order_by("send_at")


def existing(ids: Iterable[str]) -> list[NewsSubscription]:
    """This will find the subscriptions that are still there."""
    return list(NewsSubscription.objects.filter(pk__in=[UUID(one) for one in ids if one]))
