"""The clock of ten working days: when an answer is due, how far it has run, and how that was counted.

The clock starts at the first receipt anywhere in the specialist service and runs on through questions and forwarding.
Source: pasient- og brukerrettighetsloven § 2-2; the Directorate of Health's guide on prioritising.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from lms_portal.common.text import Words
from lms_portal.common.working_days import add_working_days, working_days_between

ANSWER_WITHIN = 10
WATCH_FROM = 5
LAST_QUESTION_BEFORE = 8  # from the eighth working day a referral is assessed as it is


class Light(Enum):
    """The traffic light; the page always says it in words too. The values are Designsystemet's colours."""

    CALM = "success"
    WATCH = "warning"
    URGENT = "danger"
    OVERDUE = "danger-overdue"

    @property
    def colour(self) -> str:
        """The tag's colour."""
        return self.value.split("-", maxsplit=1)[0]


def answer_due_on(received_on: date) -> date:
    """This will return the last day on which an answer is in time: the tenth working day after the day of receipt."""
    return add_working_days(received_on, ANSWER_WITHIN)


def may_ask_on(received_on: date, today: date) -> bool:
    """This will say whether questions may still be asked: before the eighth working day."""
    return working_days_between(received_on, today) < LAST_QUESTION_BEFORE


@dataclass(frozen=True, slots=True)
class Countdown:
    """How far one referral's clock has run on a Norwegian day. `left` is negative where the deadline has passed."""

    received_on: date
    deadline_on: date
    today: date

    @property
    def day(self) -> int:
        """Which working day of the clock it is; 0 on the day of receipt."""
        return working_days_between(self.received_on, self.today)

    @property
    def left(self) -> int:
        """How many working days are left after today."""
        return working_days_between(self.today, self.deadline_on)

    @property
    def light(self) -> Light:
        """The colour: calm for four days, to be watched from the fifth, urgent from the eighth."""
        if self.today > self.deadline_on:
            return Light.OVERDUE
        if self.day >= LAST_QUESTION_BEFORE:
            return Light.URGENT
        return Light.WATCH if self.day >= WATCH_FROM else Light.CALM

    @property
    def words(self) -> Words:
        """How much is left, as the worklist says it."""
        if self.today > self.deadline_on:
            late = max(-self.left, 1)
            return Words(
                f"{late} virkedag{'' if late == 1 else 'er'} over fristen",
                f"{late} virkedag{'' if late == 1 else 'ar'} over fristen",
                f"{late} working day{'' if late == 1 else 's'} overdue",
            )
        if self.left == 0:
            return Words("Frist i dag", "Frist i dag", "Due today")
        return Words(
            f"{self.left} virkedag{'' if self.left == 1 else 'er'} igjen",
            f"{self.left} virkedag{'' if self.left == 1 else 'ar'} igjen",
            f"{self.left} working day{'' if self.left == 1 else 's'} left",
        )
