"""What a health trust says of its own about money in the demo, relative to the day."""

from datetime import date, datetime

from catalogue.actions import costs
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


def load(*, now: datetime) -> None:
    """This will add a trust's own sums."""
    _costs(now=now)
