"""The states of a message. Source: data-model decision “Messages”; docs/workflows/message.md is generated from this."""

from lms_portal.common.text import Words
from lms_portal.common.workflow import Transition, Workflow

ADMINISTRATORS = frozenset({"administrator", "lms_adviser", "regional_lms", "case_officer"})


def _system(verb: str, source: str, target: str) -> Transition:
    return Transition(verb, source, target, by_system=True)


MESSAGE = Workflow(
    name="message",
    table="outbox_message",
    initial=frozenset({"planned", "skipped"}),
    labels={
        "planned": Words("Planlagt", "Planlagt", "Planned"),
        "claimed": Words("Sendes", "Blir sendt", "Being sent"),
        "sent": Words("Sendt", "Sendt", "Sent"),
        "failed": Words("Mislyktes, prøver igjen", "Mislukkast, prøver igjen", "Failed, will try again"),
        "uncertain": Words("Usikkert, må sjekkes", "Uvisst, må sjekkast", "Uncertain, must be checked"),
        "skipped": Words("Hoppet over", "Hoppa over", "Skipped"),
        "dead": Words("Ga opp", "Gav opp", "Gave up"),
        "bounced": Words("Kom i retur", "Kom i retur", "Returned"),
    },
    transitions=(
        _system("claim", "planned", "claimed"),
        _system("claim", "failed", "claimed"),
        _system("skip", "planned", "skipped"),
        _system("skip", "claimed", "skipped"),
        _system("skip", "failed", "skipped"),
        _system("deliver", "claimed", "sent"),
        _system("fail", "claimed", "failed"),
        _system("give_up", "claimed", "dead"),
        _system("lease_ran_out_resend", "claimed", "planned"),
        _system("lease_ran_out_ask", "claimed", "uncertain"),
        _system("bounce", "sent", "bounced"),
        Transition("settle_as_sent", "uncertain", "sent", roles=ADMINISTRATORS, needs_reason=True),
        Transition("settle_as_skipped", "uncertain", "skipped", roles=ADMINISTRATORS, needs_reason=True),
        Transition("skip_by_hand", "planned", "skipped", roles=ADMINISTRATORS, needs_reason=True),
        Transition("skip_by_hand", "failed", "skipped", roles=ADMINISTRATORS, needs_reason=True),
        Transition("plan_again", "dead", "planned", roles=ADMINISTRATORS, needs_reason=True),
        Transition("plan_again", "bounced", "planned", roles=ADMINISTRATORS, needs_reason=True),
    ),
)
