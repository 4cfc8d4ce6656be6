"""What a health trust says of its own about money, and what visitors said of pages, relative to the day."""

from datetime import date, datetime, timedelta

from catalogue.actions import costs, feedback
from catalogue.actions.costs import CostWords
from catalogue.enums import CostKind
from lms_portal.accounts.models import Unit, User
from lms_portal.common.clock import oslo_date

ADVISER = "lms.regionalt@demo.example"


def _costs(*, now: datetime) -> None:
    by, trust = User.objects.get(email=ADVISER), Unit.objects.get(code="hmr")
    today = oslo_date(now)
    words = CostWords(
        amount_nok=None,
        text_nb="Sykehuset dekker lunsj på kursdagene. Du betaler én poliklinisk egenandel, som teller med til frikort.",
        text_nn="Sjukehuset dekkjer lunsj på kursdagane. Du betaler éin poliklinisk eigendel, som tel med til frikort.",
        text_en="The hospital pays for lunch on course days. You pay one outpatient fee, which counts towards the exemption card.",
        source_name="Helse Møre og Romsdal HF",
    )
    costs.save_cost(unit=trust, kind=CostKind.OWN_CONTRIBUTION, valid_from=today, words=words, by=by, now=now)
    costs.follow_above(unit=trust, kind=CostKind.OWN_CONTRIBUTION, valid_from=date(today.year + 1, 1, 1), by=by, now=now)


# page, found it, words, days ago
ANSWERS = (
    ("/nn/kurs/", True, "", 1),
    ("/nn/kurs/", False, "Eg leita etter kurs om kveldane.", 2),
    ("/nb/kurs/", False, "Det var vanskelig å se om kurset er digitalt.", 4),
    ("/nb/slik-henviser-du/", True, "Tydelig og kort, takk.", 6),
    ("/nn/sentre/", False, "Fann ikkje telefonnummeret til senteret.", 9),
    ("/nb/kalender/", True, "", 12),
)


def _feedback(*, now: datetime) -> None:
    for page, is_found, text, days in ANSWERS:
        day = oslo_date(now) - timedelta(days=days)
        feedback.take_feedback(page=page, is_found=is_found, text=text, language=page[1:3], today=day)


def load(*, now: datetime) -> None:
    """This will add a trust's own sums and visitors' answers."""
    _costs(now=now)
    _feedback(now=now)
