"""Reference data as `load_reference` leaves it."""

import pytest
from django.core.management import call_command


@pytest.fixture
def reference(db: None) -> None:
    """Areas, municipalities, units, code lists, words of the search."""
    call_command("load_reference", verbosity=0)
