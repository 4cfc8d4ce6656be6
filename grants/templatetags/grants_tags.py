"""How amounts, numbers, deadlines and states of grants are written on pages."""

from datetime import datetime
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import forms, template
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from grants import rounds
from grants.workflow import APPLICATION, CARRY_OVER, PAYMENT, REPORT, ROUND, public_label
from lms_portal.common.business_ids import format_account_number, format_organisation_number
from lms_portal.common.clock import OSLO
from lms_portal.common.money import format_kroner, group_thousands

register = template.Library()

TONES = {
    "draft": "draft",
    "planned": "draft",
    "open": "active",
    "closed": "stopped",
    "in_assessment": "active",
    "recommended": "active",
    "decided": "done",
    "paid_out": "done",
    "settled": "done",
    "submitted": "waiting",
    "screening": "active",
    "more_info": "late",
    "ineligible": "stopped",
    "under_review": "active",
    "granted": "done",
    "partly_granted": "done",
    "rejected": "stopped",
    "withdrawn": "stopped",
    "prepared": "waiting",
    "approved": "done",
    "exported": "active",
    "paid": "done",
    "failed": "stopped",
    "returned": "late",
    "requested": "waiting",
    "refused": "stopped",
    "repaid": "done",
    "started": "active",
    "done": "done",
    "not_started": "draft",
}
TABLES = {"round": ROUND, "application": APPLICATION, "payment": PAYMENT, "report": REPORT, "carry_over": CARRY_OVER}


@register.filter
def kroner(amount: int | None) -> str:
    """Whole kroner with their unit; nothing where there is no amount."""
    return "" if amount is None else format_kroner(amount)


@register.filter
def thousands(amount: int | None) -> str:
    """A whole number in groups; nothing where there is none."""
    return "" if amount is None else group_thousands(amount)


@register.filter
def organisation_number(number: str) -> str:
    """An organisation number in groups."""
    return format_organisation_number(number)


@register.filter
def account_number(number: str | None) -> str:
    """An account number in groups."""
    return format_account_number(number) if number else ""


@register.filter
def deadline(closes_at: datetime) -> str:
    """The last minute that is in time."""
    return rounds.deadline_words(closes_at)


@register.filter
def clock(moment: datetime) -> str:
    """A time of the day in Norwegian time, for “Saved at 14.02”."""
    return date_format(moment.astimezone(OSLO), "TIME_FORMAT")


@register.filter
def tone(status: str) -> str:
    """The shape and colour of a state."""
    return TONES.get(status, "draft")


@register.filter
def state(status: str, table: str) -> str:
    """The words for a state in one of the workflows, as the office reads them."""
    return str(TABLES[table].labels[status])


@register.filter
def public_state(status: str) -> str:
    """The words for an application's state, as its organisation reads them."""
    return str(public_label(status))


@register.simple_tag(takes_context=True)
def fields_of(context: Any, form: forms.BaseForm) -> SafeString:
    """A form's summary, fields and buttons, without the form element: the page writes that, with its address."""
    form.helper.form_tag = False  # type: ignore[attr-defined]  # every form here is a PortalForm
    form.helper.disable_csrf = True  # type: ignore[attr-defined]
    return SafeString(render_crispy_form(form, context=context))
