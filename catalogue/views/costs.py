"""Sums and practical texts of course pages: what counts now, what comes, what was before."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import permissions
from catalogue.actions import costs as actions
from catalogue.costs import in_force
from catalogue.enums import CostKind
from catalogue.forms.costs import CostForm
from catalogue.models import CostText
from catalogue.queries import costs as queries
from catalogue.views.desk import crumbs, desk_tabs, editor_of
from lms_portal.accounts.models import Unit, User
from lms_portal.audit import context as audit_context
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

PER_PAGE = 25


def whose(row: CostText) -> str:
    """This will name the unit whose value it is."""
    return row.unit.name if row.unit else _("Reference value of the portal")


@require_safe
def costs(request: PortalRequest) -> HttpResponse:
    """What course pages of a health trust or a region say about money now, and what is to come."""
    user = editor_of(request)
    units = list(queries.units_with_costs(user))
    wanted = request.GET.get("unit", "")
    chosen = next((unit for unit in units if unit.code == wanted), None)
    if wanted and chosen is None:
        raise Http404
    chosen = chosen or next((unit for unit in units if permissions.may_edit_costs(user, unit)), next(iter(reversed(units)), None))
    today = oslo_date(request.now)
    rows = queries.costs_of(chosen) if chosen else []
    now = in_force(rows, on=today)
    address = reverse("catalogue:costs")
    context = {
        "tabs": desk_tabs("costs", request.user),
        "units": [{"text": unit.name, "url": f"{address}?unit={unit.code}", "current": unit == chosen} for unit in units],
        "unit": chosen,
        "may_edit": chosen is not None and permissions.may_edit_costs(user, chosen),
        "lines": [
            {
                "kind": CostKind(kind),
                "row": now.get(kind),
                "whose": whose(now[kind]) if kind in now else "",
                "coming": sorted((row for row in rows if row.kind == kind and row.valid_from > today), key=lambda row: row.valid_from),
            }
            for kind in CostKind
        ]
        if chosen
        else [],
        "breadcrumbs": crumbs(None, _("Costs and practical texts")),
    }
    return render(request, "catalogue/costs.html", context)


def _initial(row: CostText | None, today: Any) -> dict[str, Any]:
    names = ("amount_nok", "text_nb", "text_nn", "text_en", "source_name", "source_url")
    return {"valid_from": today, **({name: getattr(row, name) for name in names} if row else {})}


@require_http_methods(["GET", "HEAD", "POST"])
def cost_edit(request: PortalRequest, code: str, kind: str) -> HttpResponse:
    """One kind of sum of one unit: a new value from a day on, and what was saved before."""
    user = editor_of(request)
    unit = get_object_or_404(queries.units_with_costs(user), code=code)
    if kind not in CostKind.values:
        raise Http404
    if not permissions.may_edit_costs(user, unit) and request.method == "POST":
        raise PermissionDenied
    today = oslo_date(request.now)
    current = in_force(queries.costs_of(unit), on=today).get(kind)
    back = f"{reverse('catalogue:costs')}?unit={unit.code}"
    has_own = CostText.objects.filter(unit=unit, kind=kind, replaced_at__isnull=True).exists()
    form = CostForm(request.POST or None, initial=_initial(current, today), today=today, back=back, may_follow=has_own)
    if request.method == "POST" and _saved(request, user, unit, CostKind(kind), form):
        messages.success(request, _("Saved. Course pages say so from the day you chose."))
        return HttpResponseRedirect(back)
    page = Paginator(queries.history_of_costs(unit, kind), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "unit": unit,
        "kind": CostKind(kind),
        "may_edit": permissions.may_edit_costs(user, unit),
        "current": current,
        "page": page,
        "breadcrumbs": [
            *crumbs(),
            {"text": _("Costs and practical texts"), "url": back},
            {"text": str(CostKind(kind).label)},
        ],
    }
    return render(request, "catalogue/cost_edit.html", context)


def _saved(request: PortalRequest, user: User, unit: Unit, kind: CostKind, form: CostForm) -> bool:
    follows = request.POST.get("verb") == "follow"
    is_valid = form.is_valid()
    if not is_valid and not (follows and "valid_from" in form.cleaned_data):  # then the day alone is asked for
        return False
    common: dict[str, Any] = {"unit": unit, "kind": kind, "valid_from": form.cleaned_data["valid_from"], "by": user, "now": request.now}
    try:
        with audit_context.for_purpose("costs", unit_id=unit.pk):
            if follows:
                actions.follow_above(**common)
            else:
                actions.save_cost(words=form.words(), **common)
    except actions.UnableToSaveCost as error:
        form.add_error(None, str(error))
        return False
    return True
