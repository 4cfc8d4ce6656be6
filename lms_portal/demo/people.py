"""Who can sign in to the demo: role mailboxes of invented people, one line each. Names are made so that nobody bears them."""

from dataclasses import dataclass

from lms_portal.accounts.demo_constants import DOMAIN, PASSWORD
from lms_portal.accounts.roles import ROLES

DEMO_PASSWORD = PASSWORD


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One sign-in. `unit` is a unit's code; empty where the part of the demo that makes the unit adds the person."""

    mailbox: str
    name: str
    role: str
    unit: str
    language: str = "nb"
    profession: str = ""  # Volven 9060
    hpr_number: str = ""

    @property
    def email(self) -> str:
        """The address that signs in."""
        return f"{self.mailbox}@{DOMAIN}"

    @property
    def role_name_en(self) -> str:
        """The role's name for the terminal."""
        return ROLES[self.role].name.en


GP_OFFICE = "volda-legesenter"

DEMO_PEOPLE = (
    DemoPerson("tilvisar.volda", "Tiril Prøvelege", "referrer", GP_OFFICE, "nn", "LE", "910000019"),
    DemoPerson("medarbeidar.volda", "Magne Prøvesekretær", "referrer_assistant", GP_OFFICE, "nn"),
    DemoPerson("tilvisar.sjukehus", "Solveig Prøveoverlege", "referrer", "volda-medical-outpatient", "nn", "LE", "910000027"),
    DemoPerson("inntak.molde", "Inger Prøveinntak", "intake_secretary", "molde-neurology-intake"),
    DemoPerson("vurderer.molde", "Vidar Prøvenevrolog", "assessor", "molde-neurology-intake", "nb", "LE", "910000035"),
    DemoPerson("inntak.volda", "Jorunn Prøveinntak", "intake_secretary", "volda-medical-outpatient", "nn"),
    DemoPerson("vurderar.volda", "Asbjørn Prøvespesialist", "assessor", "volda-medical-outpatient", "nn", "LE", "910000043"),
    DemoPerson("kurs.volda", "Kari Prøvesjukepleiar", "course_owner", "volda-medical-outpatient", "nn", "SP"),
    DemoPerson("kurs.molde", "Kåre Prøvesykepleier", "course_owner", "molde-neurology-intake", "nb", "SP"),
    DemoPerson("lms.volda", "Lillian Prøverådgjevar", "lms_adviser", "volda", "nn"),
    DemoPerson("lms.stolav", "Lars Prøverådgiver", "lms_adviser", "trondheim"),
    DemoPerson("lms.regionalt", "Ragnhild Prøveregion", "regional_lms", "hmn"),
    DemoPerson("brukarrepresentant.volda", "Birger Prøvebrukar", "user_representative", "volda-lms", "nn"),
    DemoPerson("leder.organisasjon", "Oddveig Prøveleder", "organisation_lead", ""),
    DemoPerson("soker.organisasjon", "Sindre Prøvesøker", "applicant", ""),
    DemoPerson("saksbehandler1", "Sara Prøvesak", "case_officer", "hmn-grants"),
    DemoPerson("saksbehandlar2", "Steinar Prøvesak", "case_officer", "hmn-grants", "nn"),
    DemoPerson("beslutter", "Berit Prøvebeslutter", "decision_maker", "hmn-grants"),
    DemoPerson("rbu", "Roar Prøveutval", "rbu_member", "hmn-grants", "nn"),
    DemoPerson("innsyn", "Ida Prøveinnsyn", "auditor", "hmn"),
    DemoPerson("administrator", "Anders Prøveadministrator", "administrator", "hmn"),
)
