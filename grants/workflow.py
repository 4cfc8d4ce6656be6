"""The workflows of the grants app. Pages, tests, the database's guards and the generated diagrams read these tables.

Source: workflows study E2.5 to E2.7; docs/workflows/ is generated from here.
"""

from lms_portal.common.text import Words
from lms_portal.common.workflow import Transition, Workflow

MEMBERS = frozenset({"applicant", "organisation_lead"})
LEAD = frozenset({"organisation_lead"})
OFFICER = frozenset({"case_officer"})
DECIDER = frozenset({"decision_maker"})

ROUND = Workflow(
    name="grant_round",
    table="grants_round",
    initial=frozenset({"planned"}),
    labels={
        "planned": Words("Planlagt", "Planlagd", "Planned"),
        "open": Words("Åpen", "Open", "Open"),
        "closed": Words("Stengt", "Stengd", "Closed"),
        "in_assessment": Words("Under behandling", "Under handsaming", "Being assessed"),
        "recommended": Words("Innstilt", "Innstilt", "Recommended"),
        "decided": Words("Vedtatt", "Vedteken", "Decided"),
        "paid_out": Words("Utbetalt", "Utbetalt", "Paid out"),
        "settled": Words("Avsluttet", "Avslutta", "Settled"),
    },
    transitions=(
        Transition("open", "planned", "open", by_system=True),
        Transition("close", "open", "closed", by_system=True),
        Transition("start_assessment", "closed", "in_assessment", roles=OFFICER),
        Transition("recommend", "in_assessment", "recommended", roles=OFFICER),
        Transition("decide", "recommended", "decided", roles=DECIDER),
        Transition("finish_payments", "decided", "paid_out", roles=OFFICER | DECIDER),
        Transition("settle", "paid_out", "settled", roles=OFFICER),
    ),
)

APPLICATION = Workflow(
    name="grant_application",
    table="grants_application",
    initial=frozenset({"draft"}),
    labels={
        "draft": Words("Utkast", "Utkast", "Draft"),
        "submitted": Words("Innsendt", "Innsend", "Submitted"),
        "screening": Words("Formell kontroll", "Formell kontroll", "Formal check"),
        "more_info": Words("Opplysninger etterspurt", "Opplysningar etterspurde", "More information asked for"),
        "ineligible": Words("Ikke søknadsberettiget", "Ikkje rett til å søkje", "Not entitled to apply"),
        "under_review": Words("Til vurdering", "Til vurdering", "Under review"),
        "recommended": Words("Innstilt", "Innstilt", "Recommended"),
        "granted": Words("Innvilget", "Innvilga", "Granted"),
        "partly_granted": Words("Delvis innvilget", "Delvis innvilga", "Partly granted"),
        "rejected": Words("Avslått", "Avslått", "Rejected"),
        "withdrawn": Words("Trukket", "Trekt", "Withdrawn"),
    },
    transitions=(
        Transition("submit", "draft", "submitted", roles=LEAD),
        Transition("take_in_late", "draft", "submitted", roles=OFFICER, needs_reason=True),
        Transition("withdraw", "draft", "withdrawn", roles=MEMBERS),
        Transition("withdraw", "submitted", "withdrawn", roles=LEAD),
        Transition("take_up_again", "withdrawn", "draft", roles=LEAD),
        Transition("reopen", "submitted", "draft", roles=LEAD),
        Transition("screen", "submitted", "screening", roles=OFFICER),
        Transition("ask", "screening", "more_info", roles=OFFICER, needs_reason=True),
        Transition("answer", "more_info", "screening", roles=MEMBERS),
        Transition("find_ineligible", "screening", "ineligible", roles=OFFICER, needs_reason=True),
        Transition("readmit", "ineligible", "screening", roles=OFFICER, needs_reason=True),
        Transition("send_to_review", "screening", "under_review", roles=OFFICER),
        Transition("recommend", "under_review", "recommended", roles=OFFICER),
        Transition("grant", "recommended", "granted", roles=DECIDER),
        Transition("grant_partly", "recommended", "partly_granted", roles=DECIDER),
        Transition("reject", "recommended", "rejected", roles=DECIDER, needs_reason=True),
    ),
)

# What the applicant reads while the office works: one label, so that no inner step is mistaken for an answer.
UNDER_TREATMENT = Words("Under behandling", "Under handsaming", "Being processed")
INNER_STATES = frozenset({"screening", "under_review", "recommended"})


def public_label(status: str) -> Words:
    """This will return the words for an application's state that its own organisation reads."""
    return UNDER_TREATMENT if status in INNER_STATES else APPLICATION.labels[status]


PAYMENT = Workflow(
    name="grant_payment",
    table="grants_payment",
    initial=frozenset({"prepared"}),
    labels={
        "prepared": Words("Klargjort", "Klargjord", "Prepared"),
        "approved": Words("Godkjent", "Godkjend", "Approved"),
        "exported": Words("Sendt til banken", "Send til banken", "Sent to the bank"),
        "paid": Words("Utbetalt", "Utbetalt", "Paid"),
        "failed": Words("Stoppet", "Stoppa", "Stopped"),
    },
    transitions=(
        Transition("approve", "prepared", "approved", roles=OFFICER | DECIDER),
        Transition("export", "approved", "exported", roles=OFFICER),
        Transition("confirm_paid", "exported", "paid", roles=OFFICER),
        Transition("stop", "prepared", "failed", roles=OFFICER | DECIDER, needs_reason=True),
        Transition("stop", "approved", "failed", roles=OFFICER | DECIDER, needs_reason=True),
        Transition("stop", "exported", "failed", roles=OFFICER | DECIDER, needs_reason=True),
    ),
)

REPORT = Workflow(
    name="grant_report",
    table="grants_report",
    initial=frozenset({"draft"}),
    labels={
        "draft": Words("Utkast", "Utkast", "Draft"),
        "submitted": Words("Levert", "Levert", "Delivered"),
        "returned": Words("Sendt tilbake", "Send tilbake", "Sent back"),
        "approved": Words("Godkjent", "Godkjend", "Approved"),
    },
    transitions=(
        Transition("submit", "draft", "submitted", roles=LEAD),
        Transition("take_in_late", "draft", "submitted", roles=OFFICER, needs_reason=True),
        Transition("reopen", "submitted", "draft", roles=LEAD),
        Transition("send_back", "submitted", "returned", roles=OFFICER, needs_reason=True),
        Transition("revise", "returned", "draft", roles=MEMBERS),
        Transition("approve", "submitted", "approved", roles=OFFICER),
    ),
)

CARRY_OVER = Workflow(
    name="grant_carry_over",
    table="grants_carryover",
    initial=frozenset({"requested"}),
    labels={
        "requested": Words("Søkt om overføring", "Søkt om overføring", "Carry-over requested"),
        "approved": Words("Godkjent overføring", "Godkjend overføring", "Carry-over approved"),
        "refused": Words("Avslått, skal betales tilbake", "Avslått, skal betalast tilbake", "Refused, to be repaid"),
        "repaid": Words("Tilbakebetalt", "Tilbakebetalt", "Repaid"),
    },
    transitions=(
        Transition("approve", "requested", "approved", roles=DECIDER),
        Transition("refuse", "requested", "refused", roles=DECIDER, needs_reason=True),
        Transition("record_repayment", "refused", "repaid", roles=OFFICER),
    ),
)

COMPLAINT = Workflow(
    name="grant_complaint",
    table="grants_complaint",
    initial=frozenset({"received"}),
    labels={
        "received": Words("Mottatt", "Motteken", "Received"),
        "under_review": Words("Under behandling", "Under handsaming", "Being processed"),
        "upheld": Words("Vedtaket står", "Vedtaket står", "Decision stands"),
        "changed": Words("Vedtaket er endret", "Vedtaket er endra", "Decision changed"),
        "forwarded": Words("Sendt til klageinstansen", "Send til klageinstansen", "Forwarded to the appeals body"),
    },
    transitions=(
        Transition("take_up", "received", "under_review", roles=OFFICER),
        Transition("uphold", "under_review", "upheld", roles=DECIDER, needs_reason=True),
        Transition("change", "under_review", "changed", roles=DECIDER, needs_reason=True),
        Transition("forward", "under_review", "forwarded", roles=OFFICER, needs_reason=True),
    ),
)

WORKFLOWS = (ROUND, APPLICATION, PAYMENT, REPORT, CARRY_OVER, COMPLAINT)
