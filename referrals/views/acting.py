"""What a clinic or a referrer does with a sent referral: one form a verb, one action, and what changed where somebody was first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from referrals import forms, permissions, queries
from referrals.actions import answering, assessing, ending
from referrals.actions.case import UnableToAct
from referrals.enums import ErrorReason, ReopenReason, WithdrawnBy
from referrals.models import Referral
from referrals.views.case import log_view, visible
from referrals.views.shared import case_crumbs, person
from referrals.workflow import BUTTONS, EVENTS, REFERRAL, TONES

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One verb on a page: its form, the action it calls, and what the form explains first."""

    form: type[forms.ActForm]
    call: Callable[[Values, Values], Referral]
    explain: Any = ""


def _accept_without_date(values: Values, common: Values) -> Referral:
    period = answering.Period(values["from_on"], values["to_on"])
    return answering.accept_without_date(period=period, right_by_on=values["right_by_on"], text=values["text"], **common)


def _withdraw(values: Values, common: Values) -> Referral:
    wish_of = WithdrawnBy(values.get("wish_of") or WithdrawnBy.REFERRER)
    return ending.withdraw(wish_of=wish_of, reason_code=values.get("reason_code", ""), text=values["text"], **common)


DEEDS = {
    "start": Deed(
        forms.ConfirmForm, lambda _values, common: assessing.start_assessment(**common), gettext_lazy("You become the one who assesses it.")
    ),
    "ask": Deed(
        forms.AskForm,
        lambda values, common: assessing.ask_for_information(text=values["text"], **common),
        gettext_lazy("The deadline runs on while you wait. A referral that lacks something is never sent back without an assessment."),
    ),
    "answer": Deed(forms.AnswerForm, lambda values, common: assessing.answer_question(text=values["text"], **common)),
    "assess_as_it_is": Deed(
        forms.ConfirmForm,
        lambda _values, common: assessing.assess_as_it_is(**common),
        gettext_lazy("Doubt counts in the patient's favour."),
    ),
    "accept": Deed(
        forms.AcceptForm,
        lambda values, common: answering.accept_with_place(
            site=values["site"], right_by_on=values["right_by_on"], text=values["text"], **common
        ),
        gettext_lazy("Everybody who attends gets a place. The participants and the referrer are told at the same time."),
    ),
    "accept_without_date": Deed(
        forms.AcceptWithoutDateForm,
        _accept_without_date,
        gettext_lazy("Everybody who attends is put on the waiting list, by the day when the referral was received."),
    ),
    "give_date": Deed(
        forms.GiveDateForm,
        lambda values, common: answering.give_date(site=values["site"], text=values["text"], **common),
        gettext_lazy("Those who wait get a place, and new letters go out."),
    ),
    "reject": Deed(
        forms.RejectForm,
        lambda values, common: answering.reject(reason_code=values["reason_code"], text=values["text"], **common),
        gettext_lazy("The participants and the referrer get the reason at the same time, with how to complain."),
    ),
    "advise": Deed(forms.AdviseForm, lambda values, common: answering.advise(text=values["text"], **common)),
    "forward": Deed(
        forms.ForwardForm,
        lambda values, common: assessing.forward(
            to_unit=values["to_unit"], reason_code=values["reason_code"], text=values["text"], **common
        ),
        gettext_lazy("The deadline and the day of first receipt stay as they are. Your unit no longer sees the referral afterwards."),
    ),
    "forward_outside": Deed(
        forms.ForwardOutsideForm,
        lambda values, common: assessing.forward_outside(
            to_name=values["to_name"], reason_code=values["reason_code"], text=values["text"], **common
        ),
        gettext_lazy("Send the referral itself in the way that your unit does. The participants and the referrer are told."),
    ),
    "withdraw": Deed(forms.WithdrawForm, _withdraw, gettext_lazy("Places and waiting are given up.")),
    "close": Deed(forms.CloseForm, lambda values, common: ending.close(result_note=values["result_note"], **common)),
    "reopen": Deed(
        forms.ReopenForm,
        lambda values, common: assessing.reopen(reason=ReopenReason(values["reason"]), **common),
        gettext_lazy("The day of first receipt and the deadline stay as they are."),
    ),
    "enter_in_error": Deed(
        forms.ErrorForm,
        lambda values, common: ending.report_error(reason=ErrorReason(values["reason"]), text=values["text"], **common),
        gettext_lazy("Somebody else in the unit must confirm it. Then nobody sees the content any more; the log of who has read it stays."),
    ),
    # the second half of the same verb, by the second person
    "confirm_error": Deed(
        forms.ConfirmForm,
        lambda _values, common: ending.confirm_error(**common),
        gettext_lazy("After this nobody sees the content any more, and places are given up."),
    ),
    "dismiss_error": Deed(
        forms.ConfirmForm,
        lambda _values, common: ending.dismiss_error(**{key: value for key, value in common.items() if key != "now"}),
        gettext_lazy("The referral goes on as before."),
    ),
}
EXTRA_BUTTONS = {
    "confirm_error": gettext_lazy("Confirm that it was entered in error"),
    "dismiss_error": gettext_lazy("Take back the report"),
}
ON_ERROR = frozenset({"confirm_error", "dismiss_error"})


def _allowed(request: PortalRequest, row: Referral, verb: str) -> bool:
    name = "enter_in_error" if verb in ON_ERROR else verb
    return bool(permissions.role_for_verb(request.user, row, name))


@require_http_methods(["GET", "POST"])
def act(request: PortalRequest, pk: UUID, verb: str) -> HttpResponse:
    """This will ask what one deed needs, and do it."""
    deed = DEEDS.get(verb)
    if deed is None:
        raise Http404
    with transaction.atomic():
        row = visible(request, pk)
        if row.is_draft or not permissions.roles_towards(request.user, row):
            raise Http404
        log_view(request, row, queries.participants_of(row))
    if request.method == "GET" and not _allowed(request, row, verb):
        messages.info(request, _("This cannot be done while the referral is in the state “%(state)s”.") % {"state": row.label})
        return redirect(row.get_absolute_url())
    return _do(request, row, verb, deed)


def _do(request: PortalRequest, row: Referral, verb: str, deed: Deed) -> HttpResponse:
    options: Values = {
        "referral": row,
        "today": oslo_date(request.now),
        "is_referrer": not permissions.clinic_roles(request.user, row),
    }
    form = deed.form(request.POST, **options) if request.method == "POST" else deed.form(**options)
    changed: list[dict[str, Any]] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        common = {"referral": row, "by": person(request), "now": request.now, "seen_version": values.pop("seen_version")}
        try:
            done = deed.call(values, common)
        except transitions.Stale:
            changed, status = _what_changed(row, common["seen_version"]), 409
            typed = request.POST.copy()
            typed["seen_version"] = str(row.version)  # read what has changed, then press again: nothing typed is lost
            form.data = typed
        except UnableToAct as error:
            form.add_error(None, str(error))
        else:
            return _after(request, done, verb)
    button = EXTRA_BUTTONS.get(verb) or BUTTONS[verb]
    form.button_text = str(button)
    context = {
        "referral": row,
        "form": form,
        "verb": verb,
        "button": button,
        "explain": deed.explain,
        "changed": changed,
        "stale": status == 409,
        "tone": TONES[row.status],
        "no_sites": isinstance(form, forms.AcceptForm | forms.GiveDateForm) and not form.has_sites,
        "breadcrumbs": case_crumbs(person(request), row, (row.reference, row.get_absolute_url()), (str(button), "")),
    }
    return render(request, "referrals/referral_act.html", context, status=status)


def _what_changed(row: Referral, seen_version: int) -> list[dict[str, Any]]:
    moves = transitions.history_of(REFERRAL, row.pk).filter(version__gt=seen_version)
    return [{"at": move.portal_at or move.recorded_at, "title": EVENTS[move.verb]} for move in moves]


def _after(request: PortalRequest, done: Referral, verb: str) -> HttpResponse:
    if verb in EVENTS and verb != "enter_in_error":
        messages.success(request, str(EVENTS[verb]))
    else:
        messages.success(request, _("It is noted."))
    if Referral.objects.visible_to(request.user).filter(pk=done.pk).exists():
        return redirect(done.get_absolute_url())
    return redirect("referrals:worklist")


@require_POST
def take_over(request: PortalRequest, pk: UUID) -> HttpResponse:
    """This will give the referral to the person who asks for it."""
    row = visible(request, pk)
    seen = request.POST.get("seen_version", "")
    try:
        assessing.take_over(referral=row, by=person(request), now=request.now, seen_version=int(seen) if seen.isdigit() else -1)
        messages.success(request, _("You have the referral now."))
    except transitions.Stale:
        messages.warning(request, _("Somebody else has changed the referral meanwhile. Look at it again."))
    except UnableToAct as error:
        messages.warning(request, str(error))
    return redirect(row.get_absolute_url())
