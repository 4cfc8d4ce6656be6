"""The adviser chooses where a course is found."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue import permissions
from catalogue.actions.courses import UnableToEditCourse
from catalogue.actions.visibility import set_visibility
from catalogue.enums import Visibility
from catalogue.forms.visibility import VisibilityForm
from catalogue.views.desk import acting_on, course_of, crumbs
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.common.http import PortalRequest


@require_http_methods(["GET", "HEAD", "POST"])
def course_visibility(request: PortalRequest, code: str) -> HttpResponse:
    """Listed, by link only, or hidden."""
    course = course_of(request, code)
    user = cast("User", request.user)
    if why_not := permissions.why_not_set_visibility(user, course):
        raise PermissionDenied(why_not)
    form = VisibilityForm(
        request.POST if request.method == "POST" else None,
        initial={"visibility": course.visibility},
        back=reverse("catalogue:course_desk", args=[course.code]),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with acting_on(course, user, "course_visibility", Permission.PUBLISH_COURSE):
                set_visibility(course=course, visibility=Visibility(form.cleaned_data["visibility"]), by=user, now=request.now)
        except UnableToEditCourse as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Lists and pages say so at once."))
            return redirect("catalogue:course_desk", code=course.code)
    context = {"course": course, "form": form, "breadcrumbs": crumbs(course, _("Where it is found"))}
    return render(request, "catalogue/course_visibility.html", context)
