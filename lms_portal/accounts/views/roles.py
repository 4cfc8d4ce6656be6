"""“Who can do what here”, printed from the code: the same tables that decide."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lms_portal.accounts import role_tables


@login_not_required
def roles(request: HttpRequest) -> HttpResponse:
    """This will show each role with its permissions, its units and whether it needs a second factor."""
    context = {"tables": role_tables.by_area(), "breadcrumbs": [{"text": _("Who can do what here")}]}
    return render(request, "accounts/roles.html", context)
