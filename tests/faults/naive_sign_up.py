"""The control of the oversell test: signs people up as one would without thinking of others, by counting first and writing then."""

import time
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from catalogue.models import DeliverySite, Enrolment, Participant
from lms_portal.common.ids import new_reference
from lms_portal.common.models import DataKey
from lms_portal.urls import handler400, handler403, handler404, handler500
from lms_portal.urls import urlpatterns as portal
from tests.conftest import NOW

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


MAIL_SECONDS = 0.05  # a mail server's answer, which code of this kind waits for before its transaction ends


@csrf_exempt
@login_not_required
@transaction.atomic
def naive(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Looks whether there is room, and takes it if there is."""
    site = DeliverySite.objects.select_related("run__course").get(pk=site_id)
    has_room = Enrolment.objects.filter(site=site).count() < (site.places or 0)
    key = DataKey.create()
    participant = Participant.objects.create(data_key=key, name=request.POST["name"], created_at=NOW)
    enrolment = Enrolment(
        reference=new_reference("P"),
        course=site.run.course,
        participant=participant,
        data_key=key,
        waiting_since=NOW.date(),
        created_at=NOW,
    )
    enrolment.status = Enrolment.Status.CONFIRMED if has_room else Enrolment.Status.WAITING
    if has_room:
        enrolment.run, enrolment.site = site.run, site
    enrolment.save()
    time.sleep(MAIL_SECONDS)
    return HttpResponse(status=204)


urlpatterns = [path("naive/<uuid:site_id>/", naive, name="naive"), *portal]
