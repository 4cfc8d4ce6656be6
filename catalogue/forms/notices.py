"""The form in which an adviser writes to everybody on a run."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.actions.notices import NoticeFields, why_not_say
from catalogue.enums import NoticeTo, SiteMode
from catalogue.models import DeliverySite, Run
from lms_portal.common.forms import PortalForm

MAX_TEXT = 2000


def _name(site: DeliverySite) -> str:
    parts = [site.unit.place or site.unit.name, str(SiteMode(site.mode).label).lower()]
    return ", ".join(parts)


class NoticeForm(PortalForm):
    """To whom, and what, in one written form or both."""

    submit_text = ""
    messages_when_empty = {"to": _("Choose whom you write to")}
    to = forms.ChoiceField(label=_("To whom?"), choices=NoticeTo, widget=forms.RadioSelect, initial=NoticeTo.PLACED)
    site = forms.ChoiceField(label=_("Which place?"), required=False)
    text_nb = forms.CharField(
        label=_("Message in bokmål"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 6, "lang": "nb"}),
        help_text=_("Nothing about illness, and not the name of the course: others may see the e-mail."),
    )
    text_nn = forms.CharField(
        label=_("Message in nynorsk"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 6, "lang": "nn"}),
        help_text=_("Each person gets the written form that they have chosen, or the one that you have written."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, run: Run, sites: Sequence[DeliverySite], **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_key": uuid4()}, **kwargs)
        self.run = run
        self.sites = {str(site.pk): site for site in sites}
        if len(self.sites) > 1:
            self.fields["site"].choices = [("", _("Every place")), *((key, _name(site)) for key, site in self.sites.items())]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["site"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("text_nb", "text_nn"):
            if reason := why_not_say(self.run, cleaned.get(name, "")):
                self.add_error(name, reason)
        if not (self.errors or cleaned.get("text_nb", "").strip() or cleaned.get("text_nn", "").strip()):
            self.add_error("text_nb", _("Write the message in bokmål, in nynorsk, or in both"))
        return cleaned

    def answers(self) -> NoticeFields:
        """This will return what was written. Call after `is_valid`."""
        cleaned = self.cleaned_data
        site = self.sites.get(cleaned.get("site", ""))
        return NoticeFields(NoticeTo(cleaned["to"]), cleaned["text_nb"], cleaned["text_nn"], site)

    @property
    def key(self) -> UUID:
        """The key that makes the same form sent twice one notice. Call after `is_valid`."""
        found: UUID = self.cleaned_data["form_key"]
        return found
