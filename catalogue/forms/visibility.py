"""Where a course is to be found."""

from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.enums import Visibility
from lms_portal.common.forms import HintedRadios, LinkButton, PortalForm, SubmitButton

VISIBILITY_HINTS = {
    Visibility.LISTED: _("In lists, searches, calendars, feeds and on posters."),
    Visibility.LINK: _(
        "Its page answers to whoever has the address or the short code. It stands in no list, and search engines leave it out."
    ),
    Visibility.HIDDEN: _("Visitors get no page. Referrers can still choose it, such as a course in preparation."),
}


class VisibilityForm(PortalForm):
    """One of three."""

    visibility = forms.ChoiceField(
        label=_("Where is the course found?"),
        choices=Visibility,
        widget=HintedRadios(hints={code.value: hint for code, hint in VISIBILITY_HINTS.items()}),
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back = back

    def build_layout(self) -> Layout:
        """This will put the way back beside the button."""
        return Layout("visibility", FormActions(SubmitButton(self.submit_text), LinkButton(_("Back to the course"), self.back)))
