"""The form for a sum and its text, from a day on."""

from datetime import date
from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.actions.costs import CostWords
from lms_portal.common.form_fields import KronerField
from lms_portal.common.forms import DateTripleField, LinkButton, PortalForm, SubmitButton

MOST_WORDS = 600


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=MOST_WORDS, widget=forms.Textarea({"rows": 3}))


class CostForm(PortalForm):
    """All three languages at once: a page never mixes them."""

    valid_from = DateTripleField(label=gettext_lazy("Counts from"))
    amount_nok = KronerField(
        label=gettext_lazy("Sum in kroner"), required=False, help_text=gettext_lazy("Leave it empty where there is no sum.")
    )
    text_nb = _text(gettext_lazy("Text in bokmål"))
    text_nn = _text(gettext_lazy("Text in nynorsk"))
    text_en = _text(gettext_lazy("Text in English"))
    source_name = forms.CharField(
        label=gettext_lazy("Source"), max_length=120, help_text=gettext_lazy("Who decides it, such as a regulation or Helsenorge.")
    )
    source_url = forms.URLField(label=gettext_lazy("Address of the source"), required=False, max_length=300, assume_scheme="https")

    def __init__(self, *args: Any, today: date, back: str, may_follow: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.back, self.may_follow = today, back, may_follow

    def build_layout(self) -> Layout:
        """This will put the other ways on beside the button."""
        other = [SubmitButton(_("Use the value above again from that day"), name="verb", value="follow", variant="secondary")]
        buttons = [SubmitButton(self.submit_text, name="verb", value="save"), *(other if self.may_follow else [])]
        return Layout(*self.fields, FormActions(*buttons, LinkButton(_("Back"), self.back)))

    def clean_valid_from(self) -> date:
        """This will refuse a day that is over: what counted then has been read and paid by."""
        day: date = self.cleaned_data["valid_from"]
        if day < self.today:
            raise ValidationError(_("Choose today or a later day. What counted before stays as it was."))
        return day

    def words(self) -> CostWords:
        """This will gather what was written for the action."""
        written = self.cleaned_data
        return CostWords(
            amount_nok=written["amount_nok"],
            text_nb=written["text_nb"],
            text_nn=written["text_nn"],
            text_en=written["text_en"],
            source_name=written["source_name"],
            source_url=written["source_url"] or "",
        )
