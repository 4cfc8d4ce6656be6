"""The states of a course, a run and a place. The pages, the tests, the database's guards and docs/workflows/ read these tables."""

from lms_portal.common.text import Words
from lms_portal.common.workflow import Transition, Workflow

EDITORS = frozenset({"course_owner", "lms_adviser", "regional_lms"})
ADVISERS = frozenset({"lms_adviser", "regional_lms"})
CLINIC = frozenset({"intake_secretary", "assessor"})
GIVES_PLACES = ADVISERS | frozenset({"course_owner"}) | CLINIC

COURSE = Workflow(
    name="course",
    table="catalogue_course",
    initial=frozenset({"draft"}),
    labels={
        "draft": Words("Utkast", "Utkast", "Draft"),
        "in_review": Words("Til godkjenning", "Til godkjenning", "In review"),
        "published": Words("Publisert", "Publisert", "Published"),
        # the public page stays as it is while a draft is written beside it
        "changed": Words("Publisert, med endringer på vei", "Publisert, med endringar på veg", "Published, changes on their way"),
        "change_in_review": Words(
            "Publisert, endringer til godkjenning", "Publisert, endringar til godkjenning", "Published, changes in review"
        ),
        "archived": Words("Arkivert", "Arkivert", "Archived"),
    },
    transitions=(
        Transition("submit", "draft", "in_review", roles=EDITORS),
        Transition("send_back", "in_review", "draft", roles=ADVISERS, needs_reason=True),
        # its author takes it back before anybody has answered
        Transition("take_back", "in_review", "draft", roles=EDITORS),
        Transition("publish", "in_review", "published", roles=ADVISERS, by_system=True),
        Transition("change", "published", "changed", roles=EDITORS),
        Transition("discard", "changed", "published", roles=EDITORS),
        Transition("submit", "changed", "change_in_review", roles=EDITORS),
        Transition("send_back", "change_in_review", "changed", roles=ADVISERS, needs_reason=True),
        Transition("take_back", "change_in_review", "changed", roles=EDITORS),
        Transition("publish", "change_in_review", "published", roles=ADVISERS, by_system=True),
        Transition("archive", "published", "archived", roles=ADVISERS, needs_reason=True),
        Transition("archive", "changed", "archived", roles=ADVISERS, needs_reason=True),
        Transition("reopen", "archived", "draft", roles=ADVISERS),
    ),
)
PUBLIC_COURSE_STATES = frozenset({"published", "changed", "change_in_review"})
EDITABLE_COURSE_STATES = frozenset({"draft", "changed"})
REVIEW_COURSE_STATES = frozenset({"in_review", "change_in_review"})

RUN = Workflow(
    name="run",
    table="catalogue_run",
    initial=frozenset({"planned"}),
    labels={
        "planned": Words("Planlagt", "Planlagt", "Planned"),
        "open": Words("Åpen", "Open", "Open"),
        "closed": Words("Stengt", "Stengt", "Closed"),
        "postponed": Words("Utsatt", "Utsett", "Postponed"),
        "cancelled": Words("Avlyst", "Avlyst", "Cancelled"),
        "completed": Words("Gjennomført", "Gjennomført", "Completed"),
    },
    transitions=(
        Transition("open", "planned", "open", roles=EDITORS, by_system=True),
        Transition("cancel", "planned", "cancelled", roles=EDITORS, needs_reason=True),
        Transition("close", "open", "closed", roles=EDITORS, by_system=True),
        Transition("postpone", "open", "postponed", roles=ADVISERS, needs_reason=True),
        Transition("cancel", "open", "cancelled", roles=ADVISERS, needs_reason=True),
        Transition("open", "closed", "open", roles=EDITORS),
        Transition("complete", "closed", "completed", roles=EDITORS, by_system=True),
        Transition("cancel", "closed", "cancelled", roles=ADVISERS, needs_reason=True),
        Transition("open", "postponed", "open", roles=ADVISERS),
        Transition("cancel", "postponed", "cancelled", roles=ADVISERS, needs_reason=True),
    ),
)
LIVE_RUN_STATES = frozenset({"planned", "open", "closed", "postponed"})
PUBLIC_RUN_STATES = frozenset({"open", "closed", "postponed", "cancelled", "completed"})

ENROLMENT = Workflow(
    name="enrolment",
    table="catalogue_enrolment",
    # a referral's acceptance makes a place at once, or a row on the waiting list
    initial=frozenset({"requested", "waiting", "offered", "confirmed"}),
    labels={
        "requested": Words("Påmeldt, ikke behandlet", "Påmeld, ikkje behandla", "Signed up, not handled yet"),
        "waiting": Words("På venteliste", "På venteliste", "On the waiting list"),
        "offered": Words("Tilbudt plass", "Tilboden plass", "Offered a place"),
        "confirmed": Words("Bekreftet", "Stadfesta", "Confirmed"),
        "declined": Words("Takket nei", "Takka nei", "Declined"),
        "expired": Words("Frist ute", "Frist ute", "Offer expired"),
        "declined_by_provider": Words("Fikk ikke plass", "Fekk ikkje plass", "Not given a place"),
        "no_show": Words("Ikke møtt", "Ikkje møtt", "Did not attend"),
        "completed": Words("Fullført", "Fullført", "Completed"),
        "not_completed": Words("Ikke fullført", "Ikkje fullført", "Not completed"),
        "cancelled_by_participant": Words("Avbestilt", "Avbestilt", "Cancelled by the participant"),
        "cancelled_by_provider": Words("Avlyst av oss", "Avlyst av oss", "Cancelled by us"),
        "closed": Words("Avsluttet", "Avslutta", "Closed"),
    },
    transitions=(
        Transition("queue", "requested", "waiting", roles=ADVISERS, by_system=True),
        Transition("offer", "requested", "offered", roles=ADVISERS, by_system=True),
        Transition("confirm", "requested", "confirmed", roles=ADVISERS, by_system=True),
        Transition("turn_down", "requested", "declined_by_provider", roles=ADVISERS, needs_reason=True),
        Transition("cancel", "requested", "cancelled_by_participant", roles=GIVES_PLACES, by_system=True),
        Transition("offer", "waiting", "offered", roles=GIVES_PLACES, by_system=True),
        Transition("confirm", "waiting", "confirmed", roles=GIVES_PLACES, by_system=True),
        Transition("cancel", "waiting", "cancelled_by_participant", roles=GIVES_PLACES, by_system=True),
        Transition("call_off", "waiting", "cancelled_by_provider", roles=GIVES_PLACES, needs_reason=True),
        Transition("confirm", "offered", "confirmed", roles=GIVES_PLACES, by_system=True),
        Transition("decline", "offered", "declined", roles=GIVES_PLACES, by_system=True),
        Transition("expire", "offered", "expired", by_system=True),
        Transition("call_off", "offered", "cancelled_by_provider", roles=GIVES_PLACES, needs_reason=True),
        Transition("return_to_queue", "offered", "waiting", roles=GIVES_PLACES),
        Transition("return_to_queue", "confirmed", "waiting", roles=GIVES_PLACES),
        Transition("return_to_queue", "declined", "waiting", roles=GIVES_PLACES),
        Transition("return_to_queue", "expired", "waiting", roles=GIVES_PLACES),
        Transition("return_to_queue", "cancelled_by_provider", "waiting", roles=GIVES_PLACES),
        Transition("complete", "confirmed", "completed", roles=GIVES_PLACES, by_system=True),
        Transition("leave_incomplete", "confirmed", "not_completed", roles=GIVES_PLACES, by_system=True),
        Transition("note_absence", "confirmed", "no_show", roles=GIVES_PLACES),
        Transition("cancel", "confirmed", "cancelled_by_participant", roles=GIVES_PLACES, by_system=True),
        Transition("call_off", "confirmed", "cancelled_by_provider", roles=GIVES_PLACES, needs_reason=True),
        Transition("offer", "no_show", "offered", roles=GIVES_PLACES),
        Transition("close", "no_show", "closed", roles=GIVES_PLACES),
    ),
)
WAITING_STATES = frozenset({"requested", "waiting"})
HOLDING_STATES = frozenset({"offered", "confirmed", "no_show", "completed", "not_completed"})
ENDED_STATES = frozenset(ENROLMENT.labels) - WAITING_STATES - {"offered", "confirmed", "no_show"}

# workflows.md E2.9: one course in a collection before a season, or in the yearly question to offers without an end
COLLECTION = Workflow(
    name="season_answer",
    table="catalogue_collectionrow",
    initial=frozenset({"invited"}),
    labels={
        "invited": Words("Invitert", "Invitert", "Invited"),
        "answered": Words("Svart", "Svart", "Answered"),
        "checked": Words("Kontrollert", "Kontrollert", "Checked"),
        "in_catalogue": Words("Med i katalogen", "Med i katalogen", "In the catalogue"),
    },
    transitions=(
        # whoever has the link answers; an adviser writes down what somebody says on the telephone
        Transition("answer", "invited", "answered", roles=ADVISERS, by_system=True),
        Transition("answer", "answered", "answered", roles=ADVISERS, by_system=True),
        Transition("check", "answered", "checked", roles=ADVISERS),
        Transition("reopen", "checked", "answered", roles=ADVISERS),
        Transition("put_in", "checked", "in_catalogue", roles=ADVISERS),
    ),
)
