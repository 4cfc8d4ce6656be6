"""What was written about a person stands in no column in plain, and in no log."""

from datetime import datetime

import pytest
from django.db import connection

from lms_portal.common.sealing import SealError
from referrals.models import Referral
from tests.factories.referrals import SECRET_WORDS, make_in_state, make_world, patient, synthetic_number

pytestmark = pytest.mark.django_db

WORDS = (
    *SECRET_WORDS,
    "Å kome tilbake i arbeid",
    "Nær Prøve",
    "Fastlege Prøve",
    "Kan de seie meir?",
    "Ja, her er meir.",
    "Kommunen har eit tilbod.",
    "90012345",
)


def _everything() -> str:
    texts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t.*::text FROM {table} t")  # noqa: S608 - names that the database quotes
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def test_no_table_holds_what_is_sealed_in_plain(now: datetime) -> None:
    world = make_world()
    number = synthetic_number()
    make_in_state(world, "info_requested", now, people=(patient(identity_number=number),))
    make_in_state(world, "rejected", now)
    accepted = make_in_state(world, "accepted_dated", now)
    everything = _everything()
    assert [word for word in (*WORDS, number) if word in everything] == []
    as_bytes = [word.encode().hex() for word in (*WORDS, number)]
    assert [word for word in as_bytes if word in everything] == []
    assert accepted.reference in everything


def test_value_moved_to_another_referral_does_not_open(now: datetime) -> None:
    world = make_world()
    first, second = make_in_state(world, "submitted", now), make_in_state(world, "submitted", now)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE referrals_referral SET reason = other.reason FROM referrals_referral other WHERE referrals_referral.id = %s AND other.id = %s",
            [first.pk, second.pk],
        )
    with pytest.raises(SealError):
        assert Referral.objects.select_related("data_key").get(pk=first.pk).reason


def test_erasing_the_key_takes_everything_of_the_case(now: datetime) -> None:
    referral = make_in_state(make_world(), "accepted_dated", now)
    key = referral.data_key
    type(key).objects.filter(pk=key.pk).update(wrapped=None, erased_at=now)
    fresh = Referral.objects.select_related("data_key").get(pk=referral.pk)
    with pytest.raises(SealError):
        assert fresh.reason
    for letter in fresh.letters.select_related("data_key"):
        with pytest.raises(SealError):
            assert letter.body
