"""Forms of the messages pages."""

from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms_portal.common.forms import FilterForm, PortalForm, SubmitButton


class MessageFilter(FilterForm):
    """Narrows the list by kind; the states are tabs."""

    kind = forms.ChoiceField(label=_("Kind of message"), required=False)
    status = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", pgettext_lazy("kinds of message", "All kinds")), *kinds]  # type: ignore[attr-defined]


class PauseForm(PortalForm):
    """Why nothing is to be sent. Those who look after messages read it."""

    submit_text = _("Pause all sending")
    messages_when_empty = {"reason": _("Write why nothing is to be sent, so that the others understand it")}
    reason = forms.CharField(
        label=_("Why is nothing to be sent?"),
        help_text=_("All who look after messages read it. Write nothing about a person."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )


class ResumeForm(PortalForm):
    """Ends the pause that the person saw, and no other."""

    submit_text = _("Go on sending")
    pause = forms.UUIDField(widget=forms.HiddenInput)


class SettleForm(PortalForm):
    """What a person found out about a message in doubt, with the reason for the log. One button for each way."""

    marks_fields = False
    messages_when_empty = {"reason": _("Write how you found out, for example what the mail server's log says")}
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("How do you know?"), max_length=300, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, verbs: list[tuple[str, Any]], **kwargs: Any) -> None:
        self.verbs = verbs
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        """This will put a button for each way that the message's state allows, the first one first in rank."""
        buttons = [
            SubmitButton(text, name="verb", value=verb, variant="primary" if index == 0 else "secondary")
            for index, (verb, text) in enumerate(self.verbs)
        ]
        return Layout("version", "reason", FormActions(*buttons))


class SkipForm(SettleForm):
    """Why a message that waits is not to be sent."""

    messages_when_empty = {"reason": _("Write why this message is not to be sent")}
    reason = forms.CharField(
        label=_("Why is this message not to be sent?"),
        help_text=_("The reason is shown where the message is listed. Write nothing about anybody's health."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )
