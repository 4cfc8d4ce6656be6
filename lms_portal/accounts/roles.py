"""The roles, each with what it may do and where. Printed by the page “who can do what here” and by docs/roles.md."""

from dataclasses import dataclass

from lms_portal.accounts.enums import SENSITIVE, Permission, UnitKind
from lms_portal.common.text import Words

HOSPITAL_UNITS = frozenset({UnitKind.HEALTH_TRUST, UnitKind.HOSPITAL, UnitKind.CLINIC, UnitKind.LEARNING_CENTRE})


@dataclass(frozen=True, slots=True)
class Role:
    """One role. `reaches_below`: it counts in every unit below the one it is held in, not in that unit alone."""

    code: str
    name: Words
    permissions: frozenset[Permission]
    kinds: frozenset[UnitKind]
    reaches_below: bool = False

    @property
    def needs_second_factor(self) -> bool:
        """Whether production asks this role for a second factor. Source: docs/adr/0006-sign-in.md."""
        return bool(self.permissions & SENSITIVE)

    def __str__(self) -> str:
        return str(self.name)


P = Permission
REFERRER = Role(
    "referrer",
    Words("henviser", "tilvisar", "referrer"),
    frozenset({P.WRITE_REFERRAL, P.SEND_REFERRAL}),
    frozenset({UnitKind.GP_OFFICE, UnitKind.MUNICIPALITY}) | HOSPITAL_UNITS,
)
REFERRER_ASSISTANT = Role(
    "referrer_assistant",
    Words("medarbeider", "medarbeidar", "referrer's assistant"),
    frozenset({P.WRITE_REFERRAL}),
    frozenset({UnitKind.GP_OFFICE, UnitKind.MUNICIPALITY}) | HOSPITAL_UNITS,
)
INTAKE_SECRETARY = Role(
    "intake_secretary",
    Words("inntakssekretær", "inntakssekretær", "intake secretary"),
    frozenset({P.SEE_UNIT_REFERRALS, P.FORWARD_REFERRAL, P.SEE_ENROLMENTS}),
    frozenset({UnitKind.CLINIC}),
)
ASSESSOR = Role(
    "assessor",
    Words("vurderer", "vurderar", "assessor"),
    frozenset({P.SEE_UNIT_REFERRALS, P.FORWARD_REFERRAL, P.ASSESS_REFERRAL, P.SEE_ENROLMENTS}),
    frozenset({UnitKind.CLINIC}),
)
COURSE_OWNER = Role(
    "course_owner",
    Words("kursansvarlig", "kursansvarleg", "course owner"),
    frozenset({P.EDIT_COURSE, P.SEE_ENROLMENTS}),
    frozenset({UnitKind.CLINIC, UnitKind.LEARNING_CENTRE}),
)
LMS_ADVISER = Role(
    "lms_adviser",
    Words("LMS-rådgiver", "LMS-rådgjevar", "LMS adviser"),
    frozenset({P.EDIT_COURSE, P.PUBLISH_COURSE, P.MANAGE_SEASON, P.SEE_ENROLMENTS, P.EDIT_ROUTING, P.SEE_MESSAGES}),
    frozenset({UnitKind.LEARNING_CENTRE, UnitKind.HOSPITAL, UnitKind.HEALTH_TRUST}),
    reaches_below=True,
)
REGIONAL_LMS = Role(
    "regional_lms",
    Words("regional LMS-funksjon", "regional LMS-funksjon", "regional LMS function"),
    frozenset({P.EDIT_COURSE, P.PUBLISH_COURSE, P.MANAGE_SEASON, P.EDIT_ROUTING, P.SEE_MESSAGES}),
    frozenset({UnitKind.REGION, UnitKind.HEALTH_TRUST}),
    reaches_below=True,
)
USER_REPRESENTATIVE = Role(
    "user_representative",
    Words("brukerrepresentant", "brukarrepresentant", "user representative"),
    frozenset(),
    frozenset({UnitKind.CLINIC, UnitKind.LEARNING_CENTRE}),
)
APPLICANT = Role(
    "applicant",
    Words("søker", "søkjar", "applicant"),
    frozenset({P.APPLY_FOR_GRANT}),
    frozenset({UnitKind.USER_ORGANISATION}),
)
ORGANISATION_LEAD = Role(
    "organisation_lead",
    Words("organisasjonsansvarlig", "organisasjonsansvarleg", "organisation lead"),
    frozenset({P.APPLY_FOR_GRANT, P.SUBMIT_GRANT, P.MANAGE_PEOPLE}),
    frozenset({UnitKind.USER_ORGANISATION}),
)
CASE_OFFICER = Role(
    "case_officer",
    Words("saksbehandler", "saksbehandlar", "case officer"),
    frozenset({P.HANDLE_GRANT, P.SEE_MESSAGES}),
    frozenset({UnitKind.GRANT_OFFICE}),
)
RBU_MEMBER = Role(
    "rbu_member",
    Words("RBU-medlem", "RBU-medlem", "member of the regional user committee"),
    frozenset({P.ADVISE_ON_GRANT}),
    frozenset({UnitKind.GRANT_OFFICE}),
)
DECISION_MAKER = Role(
    "decision_maker",
    Words("beslutter", "avgjerdstakar", "decision maker"),
    frozenset({P.DECIDE_GRANT}),
    frozenset({UnitKind.GRANT_OFFICE}),
)
AUDITOR = Role(
    "auditor",
    Words("innsyn", "innsyn", "auditor"),
    frozenset({P.READ_AUDIT}),
    frozenset({UnitKind.REGION, UnitKind.HEALTH_TRUST, UnitKind.HOSPITAL}),
    reaches_below=True,
)
ADMINISTRATOR = Role(
    "administrator",
    Words("administrator", "administrator", "administrator"),
    frozenset({P.MANAGE_PEOPLE, P.SEE_MESSAGES}),
    frozenset({UnitKind.REGION, UnitKind.HEALTH_TRUST}),
    reaches_below=True,
)

ROLES = {
    role.code: role
    for role in (
        REFERRER,
        REFERRER_ASSISTANT,
        INTAKE_SECRETARY,
        ASSESSOR,
        COURSE_OWNER,
        LMS_ADVISER,
        REGIONAL_LMS,
        USER_REPRESENTATIVE,
        APPLICANT,
        ORGANISATION_LEAD,
        CASE_OFFICER,
        RBU_MEMBER,
        DECISION_MAKER,
        AUDITOR,
        ADMINISTRATOR,
    )
}


def roles_with(permission: Permission) -> frozenset[str]:
    """This will list the codes of the roles that hold a permission."""
    return frozenset(role.code for role in ROLES.values() if permission in role.permissions)
