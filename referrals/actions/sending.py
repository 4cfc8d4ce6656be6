"""Sending: the referral is whole, goes to one unit for a reason that is kept, and its clock starts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms_portal.accounts.models import Unit, User
from lms_portal.audit import transitions
from lms_portal.common.clock import oslo_date
from referrals import notifications, policies, queries, routing
from referrals.actions.case import begin
from referrals.deadline import answer_due_on
from referrals.models import Referral
from referrals.workflow import REFERRAL


class UnableToSend(Exception):
    """The referral cannot be sent; the first argument is the reason for the screen, `missing` what to fill in."""

    def __init__(self, reason: str, missing: list[policies.Missing] | None = None) -> None:
        super().__init__(reason)
        self.missing = missing or []


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a referral goes by the rules, and the number of the set that said so."""

    routed: routing.Routed
    rule_set_number: int | None


def resolve_route(referral: Referral, *, now: datetime) -> Resolved:
    """This will find where a referral goes and why; what the page shows before sending, and what sending keeps. Raises: UnableToSend."""
    today = oslo_date(now)
    patient = next((one for one in queries.participants_of(referral) if one.is_patient), None)
    facts = queries.facts_of(referral, age_years=policies.age_of(patient, today) if patient else None)
    in_force = queries.rules_in_force(referral.course)
    try:
        return Resolved(routing.route(in_force.rules, facts), in_force.number)
    except (routing.NoRoute, routing.Tied):
        raise UnableToSend(
            _("No rule says where this referral goes. Contact the learning and mastery centre, which keeps the rules.")
        ) from None


def send_referral(
    *,
    referral: Referral,
    by: User,
    now: datetime,
    seen_version: int,
    seen_edit_version: int | None = None,
    chosen_unit: Unit | None = None,
    override_reason: str = "",
) -> Referral:
    """This will send a draft to the unit that the rules name, or to another one that the referrer chooses with a reason.

    The day of `now` in Norway becomes the ansiennitetsdato, and the tenth working day after it the deadline.
    Raises: UnableToSend, UnableToAct, transitions.Stale. Source: data-model “Referrals”.
    """
    with begin(referral, verb="submit", by=by, seen_version=seen_version) as case:
        row = case.referral
        if seen_edit_version is not None and row.edit_version != seen_edit_version:
            raise transitions.Stale(f"draft {row.pk} was saved after it was looked over")
        participants = queries.participants_of(row)
        if refusal := policies.why_course_takes_no_referral(row.course, row.run):
            raise UnableToSend(refusal)
        if missing := policies.what_is_missing(row, participants):
            raise UnableToSend(_("Something is missing before the referral can be sent."), missing)
        resolved = resolve_route(row, now=now)
        overridden = chosen_unit is not None and chosen_unit.pk != resolved.routed.unit.id
        if overridden and not override_reason.strip():
            raise UnableToSend(_("Say why the referral should go somewhere else than the rules say."))
        if overridden:
            row.override_reason = override_reason.strip()
            row.save(update_fields=["override_reason"])
        received_on = oslo_date(now)
        transitions.move(
            REFERRAL,
            row,
            verb="submit",
            now=now,
            referrer=by,
            submitted_at=now,
            received_at=now,
            received_on=received_on,
            deadline_on=answer_due_on(received_on),
            receiving_unit_id=chosen_unit.pk if overridden and chosen_unit else resolved.routed.unit.id,
            is_overridden=overridden,
            **_kept(resolved),
        )
        sent = Referral.objects.with_case().get(pk=row.pk)
        notifications.plan_received(sent, now=now)
        return sent


def _kept(resolved: Resolved) -> dict[str, Any]:
    """What the referral keeps of its route: rule, set, reasons with parameters, and the text as shown with its language."""
    language = (get_language() or "nb")[:2]
    routed = resolved.routed
    return {
        "route": routed.route,
        "route_unit_id": routed.unit.id,
        "route_rule_id": routed.rule_id,
        "rule_set_number": resolved.rule_set_number,
        "route_reasons": [reason.stored() for reason in routed.reasons],
        "route_text": routed.explanation.in_language(language),
        "route_language": language,
    }
