"""The states of a referral and of a set of routing rules. Pages, tests, the database's guard and docs/workflows/ read these tables."""

from lms_portal.common.text import Words
from lms_portal.common.workflow import Transition, Workflow

REFERRER = frozenset({"referrer"})
ASSESSOR = frozenset({"assessor"})
CLINIC = frozenset({"intake_secretary", "assessor"})
RULE_EDITORS = frozenset({"lms_adviser", "regional_lms"})

UNANSWERED_STATES = ("submitted", "under_assessment", "info_requested")
ACCEPTED_STATES = ("accepted_pending", "accepted_dated")
OPEN_STATES = (*UNANSWERED_STATES, *ACCEPTED_STATES)
ENDED_STATES = ("forwarded", "rejected", "advised", "withdrawn", "closed")

REFERRAL = Workflow(
    name="referral",
    table="referrals_referral",
    initial=frozenset({"draft"}),
    labels={
        "draft": Words("Utkast", "Utkast", "Draft"),
        "submitted": Words("Mottatt, ikke vurdert", "Motteken, ikkje vurdert", "Received, not assessed"),
        "under_assessment": Words("Vurdering pågår", "Vurdering pågår", "Being assessed"),
        "info_requested": Words("Venter på opplysninger", "Ventar på opplysningar", "Waiting for information"),
        "accepted_pending": Words(
            "Rett til helsehjelp, tidspunkt kommer", "Rett til helsehjelp, tidspunkt kjem", "Right to health care, date to come"
        ),
        "accepted_dated": Words("Innkalt", "Kalla inn", "Called in"),
        "forwarded": Words("Videresendt", "Vidaresend", "Forwarded"),
        "rejected": Words("Avslått", "Avslått", "Turned down"),
        "advised": Words("Råd til henviser", "Råd til tilvisar", "Advice to the referrer"),
        "withdrawn": Words("Trukket", "Trekt", "Withdrawn"),
        "closed": Words("Avsluttet", "Avslutta", "Closed"),
        "entered_in_error": Words("Feilregistrert", "Feilregistrert", "Entered in error"),
    },
    transitions=(
        Transition("submit", "draft", "submitted", roles=REFERRER),
        Transition("start", "submitted", "under_assessment", roles=CLINIC),
        Transition("ask", "under_assessment", "info_requested", roles=CLINIC),
        # the clinic writes down an answer that came by phone or from the patient
        Transition("answer", "info_requested", "under_assessment", roles=REFERRER | CLINIC),
        Transition("assess_as_it_is", "info_requested", "under_assessment", roles=ASSESSOR),
        Transition("accept", "under_assessment", "accepted_dated", roles=ASSESSOR),
        Transition("accept_without_date", "under_assessment", "accepted_pending", roles=ASSESSOR),
        Transition("give_date", "accepted_pending", "accepted_dated", roles=ASSESSOR),
        Transition("reject", "under_assessment", "rejected", roles=ASSESSOR, needs_reason=True),
        Transition("advise", "under_assessment", "advised", roles=ASSESSOR),
        *(Transition("forward", source, "submitted", roles=CLINIC, needs_reason=True) for source in UNANSWERED_STATES),
        *(Transition("forward_outside", source, "forwarded", roles=CLINIC, needs_reason=True) for source in UNANSWERED_STATES),
        # the referrer until the assessment begins; the patient, or the clinic on their behalf, as long as it is open
        Transition("withdraw", "submitted", "withdrawn", roles=REFERRER | CLINIC, needs_reason=True),
        *(Transition("withdraw", source, "withdrawn", roles=CLINIC, needs_reason=True) for source in OPEN_STATES[1:]),
        *(Transition("close", source, "closed", roles=ASSESSOR, by_system=True) for source in ACCEPTED_STATES),
        Transition("reopen", "rejected", "under_assessment", roles=ASSESSOR, needs_reason=True),
        Transition("reopen", "advised", "under_assessment", roles=ASSESSOR, needs_reason=True),
        *(
            Transition("enter_in_error", source, "entered_in_error", roles=CLINIC, needs_reason=True)
            for source in (*OPEN_STATES, *ENDED_STATES)
        ),
    ),
)

# What the patient reads: the words that helsenorge.no uses for the same states. An empty expression is not shown to patients.
PATIENT_LABELS = {
    "draft": Words("", "", ""),
    "submitted": Words("Til vurdering", "Til vurdering", "Waiting to be assessed"),
    "under_assessment": Words("Vurdering pågår", "Vurdering pågår", "Being assessed"),
    "info_requested": Words("Vurdering pågår", "Vurdering pågår", "Being assessed"),
    "accepted_pending": Words("Vurdert", "Vurdert", "Assessed"),
    "accepted_dated": Words("Time tildelt", "Time tildelt", "Appointment given"),
    "forwarded": Words("Videresendt", "Vidaresend", "Forwarded"),
    "rejected": Words("Avvist", "Avvist", "Turned down"),
    "advised": Words("Avsluttet", "Avslutta", "Closed"),
    "withdrawn": Words("Avsluttet", "Avslutta", "Closed"),
    "closed": Words("Behandling avsluttet", "Behandling avslutta", "Treatment ended"),
    "entered_in_error": Words("", "", ""),
}

# The national answer that a state stands for. Source: Volven 9148.
ANSWER_CODES = {"accepted_dated": "1", "accepted_pending": "2", "forwarded": "3", "rejected": "4", "advised": "11"}

RULE_SET = Workflow(
    name="rule_set",
    table="referrals_ruleset",
    initial=frozenset({"draft"}),
    labels={
        "draft": Words("Utkast", "Utkast", "Draft"),
        "in_force": Words("Gjelder nå", "Gjeld no", "In force"),
        "retired": Words("Gjelder ikke lenger", "Gjeld ikkje lenger", "No longer in force"),
    },
    transitions=(
        Transition("put_in_force", "draft", "in_force", roles=RULE_EDITORS, by_system=True),
        Transition("retire", "in_force", "retired", roles=RULE_EDITORS, by_system=True),
    ),
)

# What the buttons say, and what the timeline says afterwards.
BUTTONS = {
    "submit": Words("Send henvisningen", "Send tilvisinga", "Send the referral"),
    "start": Words("Start vurderingen", "Start vurderinga", "Start the assessment"),
    "ask": Words("Be om opplysninger", "Be om opplysningar", "Ask for information"),
    "answer": Words("Svar på spørsmålet", "Svar på spørsmålet", "Answer the question"),
    "assess_as_it_is": Words("Vurder henvisningen som den er", "Vurder tilvisinga som ho er", "Assess it as it is"),
    "accept": Words("Gi plass", "Gi plass", "Give a place"),
    "accept_without_date": Words("Gi rett, dato kommer", "Gi rett, dato kjem", "Grant it, date to come"),
    "give_date": Words("Gi plass på en dato", "Gi plass på ein dato", "Give a place on a date"),
    "reject": Words("Avslå", "Avslå", "Turn down"),
    "advise": Words("Gi råd til henviser", "Gi råd til tilvisar", "Give the referrer advice"),
    "forward": Words("Send videre", "Send vidare", "Send on"),
    "forward_outside": Words("Send videre ut av portalen", "Send vidare ut av portalen", "Send on, out of the portal"),
    "withdraw": Words("Trekk henvisningen", "Trekk tilvisinga", "Withdraw the referral"),
    "close": Words("Avslutt", "Avslutt", "Close"),
    "reopen": Words("Ta opp igjen", "Ta opp att", "Take up again"),
    "enter_in_error": Words("Meld feilregistrering", "Meld feilregistrering", "Report as entered in error"),
}
EVENTS = {
    "submit": Words("Sendt og mottatt", "Send og motteken", "Sent and received"),
    "start": Words("Vurderingen er begynt", "Vurderinga er byrja", "The assessment has begun"),
    "ask": Words("Klinikken har bedt om opplysninger", "Klinikken har bede om opplysningar", "The clinic has asked for information"),
    "answer": Words("Spørsmålet er besvart", "Spørsmålet er svart på", "The question is answered"),
    "assess_as_it_is": Words("Vurderes som den er", "Blir vurdert som ho er", "Assessed as it is"),
    "accept": Words("Plass er gitt", "Plass er gitt", "A place is given"),
    "accept_without_date": Words(
        "Rett til helsehjelp, dato kommer", "Rett til helsehjelp, dato kjem", "Right to health care, date to come"
    ),
    "give_date": Words("Plass er gitt på en dato", "Plass er gitt på ein dato", "A place is given on a date"),
    "reject": Words("Avslått", "Avslått", "Turned down"),
    "advise": Words("Råd er gitt til henviser", "Råd er gitt til tilvisar", "Advice is given to the referrer"),
    "forward": Words("Sendt videre til en annen klinikk", "Send vidare til ein annan klinikk", "Sent on to another clinic"),
    "forward_outside": Words("Sendt videre ut av portalen", "Send vidare ut av portalen", "Sent on, out of the portal"),
    "withdraw": Words("Trukket", "Trekt", "Withdrawn"),
    "close": Words("Avsluttet", "Avslutta", "Closed"),
    "reopen": Words("Tatt opp igjen", "Teken opp att", "Taken up again"),
    "enter_in_error": Words("Markert som feilregistrert", "Markert som feilregistrert", "Marked as entered in error"),
}
# How each state looks beside its word; the tones of components/status_tag.html.
TONES = {
    "draft": "draft",
    "submitted": "waiting",
    "under_assessment": "active",
    "info_requested": "waiting",
    "accepted_pending": "done",
    "accepted_dated": "done",
    "forwarded": "stopped",
    "rejected": "stopped",
    "advised": "done",
    "withdrawn": "stopped",
    "closed": "stopped",
    "entered_in_error": "stopped",
}
