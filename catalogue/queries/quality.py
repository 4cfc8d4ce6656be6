"""How good the public texts are: links that lead nowhere, and how far each centre has come in both written forms."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from catalogue.enums import LinkState
from catalogue.models import Course, CourseLink
from catalogue.workflow import PUBLIC_COURSE_STATES
from lms_portal.accounts.models import User, in_language


def doubtful_links(user: User) -> QuerySet[CourseLink]:
    """This will list the links of somebody's public courses that lead nowhere or did not answer, the certain ones first."""
    courses = Course.objects.visible_to(user).filter(status__in=PUBLIC_COURSE_STATES)
    rows = CourseLink.objects.filter(course__in=courses, state__in=[LinkState.BROKEN, LinkState.DOUBTFUL, LinkState.REFUSED])
    return rows.select_related("course__public_version", "course__draft_version").order_by("state", "course__code", "url")


@dataclass(frozen=True, slots=True)
class Written:
    """How many public courses of one unit there are in each written form."""

    name: str
    courses: int
    nb: int
    nn: int
    both: int

    @staticmethod
    def share(part: int, whole: int) -> str:
        """This will write a share in whole per cent; nothing is rounded up to all of them."""
        return f"{part * 100 // whole if whole else 0} %"


def written_forms(user: User) -> list[Written]:
    """This will count each unit's public courses by written form, the units with the least nynorsk or bokmål first (one query)."""
    has_nb, has_nn = ~Q(public_version__state_nb="missing"), ~Q(public_version__state_nn="missing")
    rows = (
        Course.objects.visible_to(user)
        .filter(status__in=PUBLIC_COURSE_STATES)
        .order_by()
        .values("owner", nb_name=F("owner__name_nb"), nn_name=F("owner__name_nn"), en_name=F("owner__name_en"))
        .annotate(
            courses=Count("pk"), nb=Count("pk", filter=has_nb), nn=Count("pk", filter=has_nn), both=Count("pk", filter=has_nb & has_nn)
        )
    )
    found = [
        Written(in_language(nb=row["nb_name"], nn=row["nn_name"], en=row["en_name"]), row["courses"], row["nb"], row["nn"], row["both"])
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.both / one.courses, -one.courses, one.name))
