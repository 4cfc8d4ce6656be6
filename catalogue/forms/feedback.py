"""Did you find what you were looking for? Two buttons and a text."""

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.forms.joining import _Guarded
from lms_portal.common.forms import PortalFormHelper, SubmitButton

MOST_TEXT = 1000


class FeedbackForm(_Guarded):
    """No cookie is set for it, so nothing guards it against forged forms: it changes nothing for whoever sends it."""

    marks_fields = False
    page = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("What were you looking for, or what was missing?"),
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Do not write names, numbers or anything about health. Nobody can answer you: we do not know who you are."),
    )

    def build_layout(self) -> Layout:
        """This will put both answers under the text."""
        yes = SubmitButton(_("Yes, I found it"), name="found", value="yes")
        no = SubmitButton(_("No, I did not"), name="found", value="no", variant="secondary")
        return Layout("page", "text", self.guard(), FormActions(yes, no))

    def build_helper(self) -> PortalFormHelper:
        helper = super().build_helper()
        helper.disable_csrf = True
        return helper
