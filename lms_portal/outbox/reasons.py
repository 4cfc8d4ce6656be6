"""Why a message was not sent, in words. Rows keep the code; apps add their own codes from AppConfig.ready()."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_words: "dict[str, StrOrPromise]" = {
    "expired": _("It was too late for this message when it could be sent."),
    "expired_in_pause": _("All sending was paused until it was too late for this message."),
    "no_address": _("The recipient has no e-mail address in the portal, or may not get mail any more."),
    "bad_address": _("The e-mail address cannot be used."),
    "unknown_kind": _("The portal no longer knows this kind of message."),
    "could_not_be_written": _("The message could not be written because of an error in the portal."),
    "connection_lost": _("The line to the mail server broke while the message was being sent."),
    "mail_server_down": _("The mail server could not be reached."),
    "lease_ran_out": _("The worker stopped while it was sending. The mail server may have taken the message, or not."),
    "too_many_attempts": _("The portal tried several times."),
    "settled_by_person": _("Settled by hand."),
    "skipped_by_person": _("Skipped by hand."),
    "newer_reminder": _("A more urgent reminder about the same thing was sent instead."),
}


def register(words: "dict[str, StrOrPromise]") -> None:
    """This will add an app's own reasons."""
    _words.update(words)


def in_words(code: str) -> str:
    """This will explain a code in the language of the moment; a code that nobody explains is shown as it is."""
    if code in _words:
        return str(_words[code])
    verdict, _underscore, answer = code.partition("_")
    if verdict == "refused":
        return gettext("The mail server refused the message (%(answer)s).") % {"answer": answer}
    if verdict == "deferred":
        return gettext("The mail server asked the portal to wait (%(answer)s).") % {"answer": answer}
    if verdict == "bounced":
        return gettext("The message came back (%(answer)s).") % {"answer": answer}
    return code
