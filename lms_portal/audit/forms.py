"""Forms of the auditor's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lms_portal.audit.purposes import Purpose
from lms_portal.common.forms import FilterForm, PortalForm


class PurposeForm(PortalForm):
    """Why the log is read, and the case that it belongs to."""

    submit_text = _("Open the log")
    messages_when_empty = {
        "purpose": _("Choose why you read the log"),
        "reference": _("Write the number of the case, so that your reading can be explained"),
    }
    purpose = forms.ChoiceField(label=_("Why do you read the log?"), choices=Purpose.choices, widget=forms.RadioSelect)
    reference = forms.CharField(label=_("Number of the case"), max_length=40, help_text=_("No names, and nothing about health"))


class LogFilter(FilterForm):
    """Narrows a log."""

    since = forms.DateField(label=_("From the day"), required=False, input_formats=["%d.%m.%Y", "%Y-%m-%d"], help_text=_("Like 03.02.2027"))
    until = forms.DateField(label=_("To the day"), required=False, input_formats=["%d.%m.%Y", "%Y-%m-%d"])
    actor = forms.UUIDField(label=_("Number of the person who acted"), required=False)
    object_id = forms.UUIDField(label=_("Number of the referral or other object"), required=False)
