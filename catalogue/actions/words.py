"""The words of the search, as advisers tie them together. The index follows in the worker; every change stands in the log."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from catalogue import permissions
from catalogue.models import CatalogueState, FormPair, Synonym
from lms_portal.accounts.models import User


class UnableToChangeWords(Exception):
    """The words cannot be changed in this way; the first argument is the reason for the screen."""


def _begin(by: User, now: datetime) -> None:
    """Refuse those who may not, and say that the index is behind. Held until the end: a refresh sees all of a change, or none of it."""
    if not permissions.may_edit_words(by):
        raise UnableToChangeWords(_("Your roles do not let you change the words of the search."))
    CatalogueState.objects.get_or_create(pk=1)
    CatalogueState.objects.filter(pk=1).update(words_changed_at=now, generation=F("generation") + 1)


@transaction.atomic
def add_synonym(*, word: str, finds: Sequence[str], by: User, now: datetime) -> Synonym:
    """This will let a word find others. Raises: UnableToChangeWords."""
    _begin(by, now)
    synonym: Synonym
    synonym, is_new = Synonym.objects.get_or_create(word=word, defaults={"finds": list(finds)})
    if not is_new:
        raise UnableToChangeWords(_("Somebody else has added this word in the meantime. Find it in the list and change it there."))
    return synonym


@transaction.atomic
def change_synonym(*, synonym: Synonym, word: str, finds: Sequence[str], by: User, now: datetime) -> Synonym:
    """This will change a word or what it finds, and use it again where it was taken out. Raises: UnableToChangeWords."""
    _begin(by, now)
    if Synonym.objects.filter(word=word).exclude(pk=synonym.pk).exists():
        raise UnableToChangeWords(_("Somebody else has added this word in the meantime. Find it in the list and change it there."))
    locked: Synonym = Synonym.objects.select_for_update().get(pk=synonym.pk)
    locked.word, locked.finds, locked.is_used = word, list(finds), True
    locked.save(update_fields=["word", "finds", "is_used"])
    return locked


@transaction.atomic
def add_pair(*, nb: str, nn: str, is_stem: bool, by: User, now: datetime) -> FormPair:
    """This will tie a word's two written forms together. Raises: UnableToChangeWords."""
    _begin(by, now)
    pair: FormPair
    pair, is_new = FormPair.objects.get_or_create(nb=nb, nn=nn, defaults={"is_stem": is_stem})
    if not is_new:
        raise UnableToChangeWords(_("Somebody else has added this word in the meantime. Find it in the list and change it there."))
    return pair


@transaction.atomic
def change_pair(*, pair: FormPair, nb: str, nn: str, is_stem: bool, by: User, now: datetime) -> FormPair:
    """This will change a pair, and use it again where it was taken out. Raises: UnableToChangeWords."""
    _begin(by, now)
    if FormPair.objects.filter(nb=nb, nn=nn).exclude(pk=pair.pk).exists():
        raise UnableToChangeWords(_("Somebody else has added this word in the meantime. Find it in the list and change it there."))
    locked: FormPair = FormPair.objects.select_for_update().get(pk=pair.pk)
    locked.nb, locked.nn, locked.is_stem, locked.is_used = nb, nn, is_stem, True
    locked.save(update_fields=["nb", "nn", "is_stem", "is_used"])
    return locked


@transaction.atomic
def take_out(*, words: Synonym | FormPair, by: User, now: datetime) -> None:
    """This will have the search leave a synonym or pair out; it stays in the list, so that no release brings it back. Raises: UnableToChangeWords."""
    _begin(by, now)
    type(words)._default_manager.filter(pk=words.pk).update(is_used=False)
