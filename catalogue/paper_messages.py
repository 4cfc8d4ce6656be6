"""The message to a learning and mastery centre that a poster or booklet which somebody has fetched is out of date: one a term and week at most."""

from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from catalogue.enums import PaperKind
from catalogue.models import Paper, Season
from catalogue.queries.seasons import centre_of
from lms_portal.accounts.links import absolute
from lms_portal.accounts.models import HospitalArea
from lms_portal.common.clock import oslo_date
from lms_portal.outbox import kinds, reasons
from lms_portal.outbox.actions import Draft, Recipient, plan
from lms_portal.outbox.models import Message

OUTDATED = "catalogue.print_outdated"
FRESH = timedelta(days=1)  # how long after the change the centre is told, if the portal stood still


def _revision(area: HospitalArea, now: datetime) -> str:
    year, week, _day = oslo_date(now).isocalendar()
    return f"{area.code} {year}-{week:02}"


def plan_outdated(*, now: datetime) -> int:
    """This will plan the message for each area and term whose fetched prints were overtaken of late. Returns how many."""
    rows = Paper.objects.filter(fetched_on__isnull=False, replaced_at__gt=now - FRESH, replaced_at__lte=now, seen_to_at__isnull=True)
    rows = rows.exclude(kind=PaperKind.GUIDE).select_related("hospital_area", "season").defer("content")
    wanted = {(row.season.pk, _revision(row.hospital_area, now)): row for row in rows if row.season}
    told = set(Message.objects.filter(kind=OUTDATED, object_id__in=[pk for pk, _rev in wanted]).values_list("object_id", "revision"))
    drafts = []
    for (season_id, revision), row in wanted.items():
        centre = centre_of(row.hospital_area)
        if (season_id, revision) in told or centre is None or not centre.mailbox:
            continue
        recipient = Recipient(unit_id=centre.pk, language=centre.default_language)
        context = {"area": row.hospital_area.pk}
        drafts.append(
            Draft(OUTDATED, "catalogue.season", season_id, recipient, due_at=now, revision=revision, unit_id=centre.pk, context=context)
        )
    return plan(drafts, now=now) if drafts else 0


def _area_of(message: Message) -> HospitalArea:
    return HospitalArea.objects.get(pk=message.context["area"])


def _skip_reason(message: Message, now: datetime) -> str:
    rows = Paper.objects.filter(season=message.object_id, hospital_area=message.context["area"])
    is_open = rows.filter(fetched_on__isnull=False, replaced_at__isnull=False, seen_to_at__isnull=True).exists()
    return "" if is_open else "prints_seen_to"


def _rendered(message: Message) -> kinds.Rendered:
    context = {
        "area": _area_of(message).name,
        "season": Season.objects.get(pk=message.object_id).name,
        "link": absolute("catalogue:posters_desk", language=message.language),
    }
    subject = render_to_string("emails/catalogue/print_outdated.subject.txt", context)
    text = render_to_string("emails/catalogue/print_outdated.txt", context)
    return kinds.Rendered(subject=" ".join(subject.split()), text=text.strip() + "\n")


def register() -> None:
    """This will make the kind known to the outbox; called once, when the app is ready."""
    kinds.register(
        kinds.Kind(
            OUTDATED, kinds.OnDoubt.RESEND, _skip_reason, _rendered, _("A print is out of date"), ("emails/catalogue/print_outdated",)
        )
    )
    reasons.register({"prints_seen_to": _("The prints had been seen to already.")})
