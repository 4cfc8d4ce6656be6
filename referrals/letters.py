"""What the letters say: rendered once, in the recipient's own language, at the moment of the decision, and then frozen."""

import re
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils import translation

from lms_portal.common.ids import REFERENCE_ALPHABET
from referrals.enums import LetterKind, RecipientKind

SECRET_LENGTH = 8
BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Content:
    """The facts of one letter. Days are Norwegian calendar days; texts are what the clinic wrote, in its own words."""

    kind: LetterKind
    recipient_kind: RecipientKind
    language: str
    recipient_name: str
    patient_name: str
    reference: str
    course_title: str
    unit_name: str
    unit_phone: str
    written_on: date
    attends: bool = True
    to_guardians: bool = False
    run_dates: str = ""
    meeting_place: str = ""
    is_digital: bool = False
    right_by_on: date | None = None
    period_from_on: date | None = None
    period_to_on: date | None = None
    reason: str = ""
    text: str = ""
    to_unit_name: str = ""
    page_url: str = ""
    secret: str = ""

    @property
    def secret_in_groups(self) -> str:
        """The secret as it is easiest to read and type: two groups of four."""
        return f"{self.secret[:4]} {self.secret[4:]}"


def body(content: Content) -> str:
    """This will write a letter: paragraphs with an empty line between, in the content's language."""
    reader = "participant" if content.recipient_kind == RecipientKind.PARTICIPANT else "referrer"
    with translation.override(content.language):
        text = render_to_string(f"referrals/letters/{content.kind}.{reader}.txt", {"letter": content})
    paragraphs = ("\n".join(line.strip() for line in block.splitlines() if line.strip()) for block in BLANK_LINES.split(text))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def normalise_secret(typed: str) -> str:
    """This will bring a secret as people type it to the form that was hashed."""
    return "".join(letter for letter in typed.upper() if letter in REFERENCE_ALPHABET)
