"""What the pages of numbers are narrowed by, and the forms for the words of the search."""

import re
from typing import Any

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalogue.enums import Topic
from catalogue.models import FormPair, Synonym
from catalogue.search import LONGEST_QUERY
from lms_portal.accounts.models import Unit
from lms_portal.common.forms import FilterForm, PortalForm, SubmitButton

LONGEST_WORD = 60
MOST_FINDS = 12
WORD = re.compile(r"[^\W\d_]", re.UNICODE)


class StatisticsFilter(FilterForm):
    """Period, centre and topic. `terms`: codes and names of the half-years that can be chosen."""

    submit_text = gettext_lazy("Show the numbers")
    first = forms.ChoiceField(label=gettext_lazy("From the term"), required=False)
    last = forms.ChoiceField(label=gettext_lazy("To the term"), required=False)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Unit"), required=False, to_field_name="code", empty_label=gettext_lazy("All units")
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)

    def __init__(self, *args: Any, units: QuerySet[Unit], terms: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = units
        fields["first"].choices = fields["last"].choices = terms
        fields["topic"].choices = [("", _("All topics")), *((code, str(words)) for code, words in Topic.choices)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        order = [code for code, _name in self.fields["first"].choices]  # type: ignore[attr-defined] # set above
        first, last = values.get("first"), values.get("last")
        if first and last and order.index(last) < order.index(first):
            self.add_error("last", _("The last term is before the first. Choose a later one."))
        return values


class ReportFilter(FilterForm):
    """Year, unit and written form of the annual report."""

    submit_text = gettext_lazy("Write the text")
    year = forms.ChoiceField(label=gettext_lazy("Year"), required=False)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Unit"), required=False, to_field_name="code", empty_label=gettext_lazy("All units")
    )
    form = forms.ChoiceField(label=gettext_lazy("Written form"), required=False)

    def __init__(self, *args: Any, units: QuerySet[Unit], years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = units
        fields["year"].choices = [(str(year), str(year)) for year in years]
        fields["form"].choices = [("nb", "Bokmål"), ("nn", "Nynorsk")]


class WordsFilter(FilterForm):
    """Finds a word among those that are tied together, and tries a search."""

    q = forms.CharField(
        label=gettext_lazy("Find a word in the lists"),
        required=False,
        max_length=LONGEST_WORD,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    kind = forms.CharField(required=False, widget=forms.HiddenInput)


def _tidy(text: str) -> str:
    return " ".join(text.replace("\0", "").lower().split())


def _checked_word(text: str) -> str:
    """One word or a short phrase, in small letters."""
    word = _tidy(text)
    if not WORD.search(word):
        raise ValidationError(_("Write a word with letters in it."))
    if any(sign in word for sign in ",;|"):
        raise ValidationError(_("Write one word or phrase only."))
    return word


class WordForm(PortalForm):
    """What both kinds share: a search to try, and two buttons."""

    def build_layout(self) -> Layout:
        return Layout(
            *self.fields,
            FormActions(
                SubmitButton(self.submit_text, name="verb", value="save"),
                SubmitButton(_("Try it"), name="verb", value="try", variant="secondary"),
            ),
        )

    submit_text = pgettext_lazy("button", "Save")
    trial = forms.CharField(
        label=gettext_lazy("A search to try it with"),
        required=False,
        max_length=LONGEST_QUERY,
        help_text=gettext_lazy("“Try it” shows what the search finds now, and what it would find. Nothing is saved."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class SynonymForm(WordForm):
    """A word that people use, and what it also finds."""

    word = forms.CharField(
        label=gettext_lazy("The word that people write"),
        max_length=LONGEST_WORD,
        help_text=gettext_lazy("For example sukkersyke"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    finds = forms.CharField(
        label=gettext_lazy("What it also finds"),
        max_length=MOST_FINDS * (LONGEST_WORD + 1),
        help_text=gettext_lazy("One word or phrase a line. Write bokmål: nynorsk follows from the pairs of forms."),
        widget=forms.Textarea({"rows": 5}),
    )
    field_order = ["word", "finds", "trial"]

    def __init__(self, *args: Any, existing: Synonym | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.existing = existing

    def clean_word(self) -> str:
        word = _checked_word(self.cleaned_data["word"])
        others = Synonym.objects.filter(word=word)
        if self.existing:
            others = others.exclude(pk=self.existing.pk)
        if others.exists():
            raise ValidationError(_("This word is in the list already, in use or taken out. Find it in the list and change it there."))
        return word

    def clean_finds(self) -> list[str]:
        lines = [_tidy(line) for line in re.split(r"[\n;|]", self.cleaned_data["finds"])]
        found = list(dict.fromkeys(_checked_word(line) for line in lines if line))
        if len(found) > MOST_FINDS:
            raise ValidationError(_("Write at most %(number)s words or phrases.") % {"number": MOST_FINDS})
        if too_long := next((line for line in found if len(line) > LONGEST_WORD), ""):
            raise ValidationError(_("Write “%(line)s” shorter: at most %(number)s letters.") % {"line": too_long, "number": LONGEST_WORD})
        return found

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("word") in values.get("finds", []):
            self.add_error("finds", _("The word finds itself already. Take it out here."))
        return values


class PairForm(WordForm):
    """One word in both written forms."""

    nb = forms.CharField(
        label=gettext_lazy("Bokmål"), max_length=LONGEST_WORD, widget=forms.TextInput({"autocomplete": "off", "lang": "nb"})
    )
    nn = forms.CharField(
        label=gettext_lazy("Nynorsk"), max_length=LONGEST_WORD, widget=forms.TextInput({"autocomplete": "off", "lang": "nn"})
    )
    is_stem = forms.BooleanField(
        label=gettext_lazy("It also counts inside longer words"),
        required=False,
        help_text=gettext_lazy("As tilvis is in tilvising and tilvisingsskjema. Choose it for long, particular words alone."),
    )
    field_order = ["nb", "nn", "is_stem", "trial"]

    def __init__(self, *args: Any, existing: FormPair | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.existing = existing

    def clean_nb(self) -> str:
        return _checked_word(self.cleaned_data["nb"])

    def clean_nn(self) -> str:
        return _checked_word(self.cleaned_data["nn"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        nb, nn = values.get("nb"), values.get("nn")
        if not (nb and nn):
            return values
        if nb == nn:
            self.add_error("nn", _("The two forms are the same, so there is nothing to tie together."))
        others = FormPair.objects.filter(nb=nb, nn=nn)
        if self.existing:
            others = others.exclude(pk=self.existing.pk)
        if others.exists():
            self.add_error("nn", _("This pair is in the list already, in use or taken out. Find it in the list and change it there."))
        if values.get("is_stem") and min(len(nb), len(nn)) < 4:
            self.add_error("is_stem", _("A word this short stands inside too many others. Leave this off."))
        return values
