"""The portal's forms: rendered by the template pack `designsystemet`, with messages that say what to do.

Every form extends `PortalForm` or `PortalModelForm`; pages print it with `{% crispy form %}`. Messages name the field's label, so
that they make sense in the summary at the top of the page too. Fields are never checked by the browser, always by the server.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from crispy_forms.bootstrap import FormActions
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BLANK_CHOICE_DASH
from django.forms.renderers import DjangoTemplates
from django.forms.utils import pretty_name
from django.template.loader import get_template, render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lms_portal.common.dates import format_date, join_words

Text = str | Promise
DEFAULT_ROWS = 5
DASHES = BLANK_CHOICE_DASH[0][1]


class PortalFormRenderer(DjangoTemplates):
    """Fields and choices come from the template pack, single inputs from Django."""

    field_template_name = "designsystemet/field.html"
    form_template_name = "designsystemet/uni_form.html"
    formset_template_name = "designsystemet/uni_formset.html"
    ours: ClassVar[dict[str, str]] = {
        "django/forms/widgets/radio.html": "designsystemet/widgets/choices.html",
        "django/forms/widgets/checkbox_select.html": "designsystemet/widgets/choices.html",
    }

    def get_template(self, template_name: str) -> Any:
        name = self.ours.get(template_name, template_name)
        return get_template(name) if name.startswith("designsystemet/") else super().get_template(name)


# What a form looks like around its fields


class SubmitButton(LayoutObject):  # type: ignore[misc] # crispy has no types
    """A button that sends the form. `name` and `value` tell the view which one it was; variant: primary, secondary, tertiary."""

    template = "%s/layout/button.html"

    def __init__(self, text: Text, *, name: str = "", value: str = "", variant: str = "primary", color: str = "") -> None:
        self.text, self.name, self.value, self.variant, self.color = text, name, value, variant, color
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        return render_to_string(self.get_template_name(template_pack), {"button": self})


class LinkButton(SubmitButton):
    """A link beside the buttons, such as “Cancel”."""

    def __init__(self, text: Text, url: str, *, variant: str = "tertiary", color: str = "") -> None:
        super().__init__(text, variant=variant, color=color)
        self.url = url


class PortalFormHelper(FormHelper):  # type: ignore[misc] # crispy has no types
    """Posts to the page it stands on, without the browser's own checks, and prints the summary of errors first."""

    include_media = False
    render_hidden_fields = True

    def __init__(self, form: Any = None) -> None:
        super().__init__()
        self.attrs = {"novalidate": ""}
        if form is not None:
            self.layout = form.build_layout()

    @property
    def form_action(self) -> str:
        """An address as it is; crispy would try every value as the name of an URL first. Empty: the page itself."""
        return self._form_action or ""

    @form_action.setter
    def form_action(self, address: str) -> None:
        self._form_action = address


def _marks(form: forms.BaseForm) -> str:
    """This will say whether the fields are all required, all optional, or mixed; ticks and disabled fields do not count."""
    counted = [
        field
        for field in form.fields.values()
        if not (field.disabled or field.widget.is_hidden or isinstance(field.widget, forms.CheckboxInput))
    ]
    if len(counted) < 2:
        return "single"
    required = {field.required for field in counted}
    return "mixed" if len(required) == 2 else ("all_required" if required == {True} else "all_optional")


class PortalFormMixin:
    """What every form of the portal shares.

    `submit_text`: the button; empty for a form whose page prints its own. `marks_fields`: whether the page says what must be
    filled in; off for filters. `shows_summary`: off where the page prints `{% error_summary form formset %}` itself.
    `labels`: field name to the label to use instead, for forms of libraries (the messages are built from it).
    `messages_when_empty`: field name to a better sentence than the built one, for labels that are questions.
    """

    use_required_attribute = False
    submit_text: ClassVar[Text] = gettext_lazy("Save")
    marks_fields: ClassVar[bool] = True
    shows_summary: ClassVar[bool] = True
    labels: ClassVar[Mapping[str, Text]] = {}
    messages_when_empty: ClassVar[Mapping[str, Text]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in self.labels or field.label is None:
                field.label = str(self.labels.get(name) or pretty_name(name))
            _plain_input(field.widget)
            _ask_for_a_choice(field)

    def full_clean(self) -> None:
        """This will check what was sent, with messages built from the labels that the form has by then."""
        for name, field in self.fields.items():
            _say_what_to_do(field, str(field.label), when_empty=self.messages_when_empty.get(name))
        super().full_clean()  # type: ignore[misc] # Django's form, beside this class

    def build_layout(self) -> Layout:
        """This will list the fields and the button. Override for groups, other buttons or another order."""
        buttons = [FormActions(SubmitButton(self.submit_text))] if self.submit_text else []
        return Layout(*self.fields, *buttons)

    def build_helper(self) -> PortalFormHelper:
        """This will make what tells crispy how to print this form."""
        return PortalFormHelper(self)

    @property
    def helper(self) -> PortalFormHelper:
        """How crispy prints this form; built on first use, so that a form may change its fields in `__init__` until then."""
        helper: PortalFormHelper | None = self.__dict__.get("_helper")
        if helper is None:
            helper = self.__dict__["_helper"] = self.build_helper()
        return helper

    @helper.setter
    def helper(self, helper: PortalFormHelper) -> None:
        self.__dict__["_helper"] = helper

    @property
    def marking(self) -> str:
        """all_required, all_optional, mixed, single; empty where the form marks nothing."""
        return _marks(self) if self.marks_fields else ""  # type: ignore[arg-type]


class PortalForm(PortalFormMixin, forms.Form):
    """A form of its own."""


class PortalModelForm(PortalFormMixin, forms.ModelForm):  # type: ignore[type-arg] # Django's own class takes no arguments at run time
    """A form made from a model. Saving is still an action's work: call `form.cleaned_data` from the view, never `form.save()`."""


class FilterForm(PortalForm):
    """Chooses rows of a list: GET, nothing required, no summary, and the button says “Show results”."""

    submit_text = gettext_lazy("Show results")
    marks_fields = False
    shows_summary = False

    def build_helper(self) -> PortalFormHelper:
        helper = super().build_helper()
        helper.form_method = "get"
        helper.disable_csrf = True
        return helper


# Messages that say what to do


def _when_empty(field: forms.Field, label: str) -> str:
    if isinstance(field, DateTripleField | forms.DateField):
        return _("Fill in the date in “%(label)s”") % {"label": label}
    if isinstance(field, forms.FileField):
        return _("Choose a file in “%(label)s”") % {"label": label}
    if isinstance(field.widget, forms.CheckboxInput):
        return _("Tick “%(label)s” to go on") % {"label": label}
    if isinstance(field.widget, forms.CheckboxSelectMultiple | forms.SelectMultiple):
        return _("Choose at least one option in “%(label)s”") % {"label": label}
    if isinstance(field.widget, forms.RadioSelect | forms.Select):
        return _("Choose an option in “%(label)s”") % {"label": label}
    return _("Fill in “%(label)s”") % {"label": label}


def _when_invalid(field: forms.Field, label: str) -> str | None:
    ways: list[tuple[type[forms.Field], Callable[[], str]]] = [
        (forms.EmailField, lambda: _("Write the e-mail address in “%(label)s” in full, like name@example.org")),
        (forms.URLField, lambda: _("Write the address in “%(label)s” in full, like https://example.org")),
        (forms.FileField, lambda: _("The file in “%(label)s” did not arrive. Choose it again")),
        (forms.DateTimeField, lambda: _("Write date and time in “%(label)s” like 03.02.2027 09.30")),
        (forms.DateField, lambda: _("Write the date in “%(label)s” as day, month and year, like 03.02.2027")),
        (forms.TimeField, lambda: _("Write the time in “%(label)s” like 09.30")),
        (forms.FloatField, lambda: _("Write “%(label)s” as a number")),
        (forms.DecimalField, lambda: _("Write “%(label)s” as a number")),
        (forms.IntegerField, lambda: _("Write “%(label)s” as a whole number")),
    ]
    for kind, sentence in ways:
        if isinstance(field, kind):
            return sentence() % {"label": label}
    return None


def _say_what_to_do(field: forms.Field, label: str, *, when_empty: Text | None) -> None:
    """Django's own messages (“This field is required.”, eight times in a summary) give way; the field author's stay."""
    stock: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        if kind.__module__.startswith("django."):
            stock.update(getattr(kind, "default_error_messages", {}))
    in_params = label.replace("%", "%%")  # these are filled in once more by ValidationError
    ours: dict[str, Text | None] = {
        "required": when_empty or _when_empty(field, label),
        "invalid": _when_invalid(field, label),
        "invalid_choice": _("Choose one of the options in “%(label)s”") % {"label": in_params},
        "max_length": _("“%(label)s” can have at most %%(limit_value)d characters. You have written %%(show_value)d")
        % {"label": in_params},
        "min_length": _("“%(label)s” must have at least %%(limit_value)d characters. You have written %%(show_value)d")
        % {"label": in_params},
        "max_value": _("“%(label)s” can be %%(limit_value)s at most") % {"label": in_params},
        "min_value": _("“%(label)s” must be at least %%(limit_value)s") % {"label": in_params},
        "empty": _("The file in “%(label)s” is empty. Choose another file") % {"label": label},
        "missing": _("The file in “%(label)s” did not arrive. Choose it again") % {"label": label},
    }
    if isinstance(field, forms.FileField):
        del ours["max_length"], ours["min_length"]  # their parameters have other names
    for code, sentence in ours.items():
        if sentence is not None and field.error_messages.get(code) is stock.get(code):
            field.error_messages[code] = str(sentence)


def _plain_input(widget: forms.Widget) -> None:
    """Numbers are text with a numeric keyboard (a wheel must not change an amount); text areas follow the page's width.

    No maxlength: a browser that cuts what is pasted hides a mistake. The server says how much is too much.
    """
    widget.attrs.pop("maxlength", None)
    if isinstance(widget, forms.NumberInput):
        widget.input_type = "text"
        widget.attrs.setdefault("inputmode", "numeric")
        for attribute in ("min", "max", "step"):
            widget.attrs.pop(attribute, None)
    if isinstance(widget, forms.Textarea):
        widget.attrs.pop("cols", None)
        if widget.attrs.get("rows") == "10":  # Django's default, not a choice
            widget.attrs["rows"] = DEFAULT_ROWS


def _ask_for_a_choice(field: forms.Field) -> None:
    """The empty first choice of a menu says what to do; Django shows a row of dashes."""
    if not isinstance(field.widget, forms.Select) or field.widget.allow_multiple_selected:
        return
    words = pgettext("the empty first choice of a menu", "Choose")
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = words
    elif isinstance(field, forms.ChoiceField):
        choices: list[Any] = list(field.choices)  # type: ignore[arg-type] # its iterator, whatever it was made from
        if choices and tuple(choices[0]) == ("", DASHES):
            field.choices = [("", words), *choices[1:]]


# Choices with a hint under each


class HintedRadios(forms.RadioSelect):
    """Radio buttons as tiles, each with a sentence under it: `hints={value: sentence}`."""

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Any = (), *, hints: Mapping[str, Text] | None = None, tiles: bool = True
    ) -> None:
        super().__init__(attrs, choices)
        self.hints, self.tiles = dict(hints or {}), tiles

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["tiles"] = self.tiles
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        if option["hint"] and "id" in option["attrs"]:
            described = option["attrs"].get("aria-describedby", "")
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint {described}".strip()
        return option


class HintedCheckboxes(forms.CheckboxSelectMultiple):
    """Checkboxes, each with a sentence under it: `hints={value: sentence}`."""

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Any = (), *, hints: Mapping[str, Text] | None = None, tiles: bool = False
    ) -> None:
        super().__init__(attrs, choices)
        self.hints, self.tiles = dict(hints or {}), tiles

    get_context = HintedRadios.get_context
    create_option = HintedRadios.create_option


# A date in three boxes

PASTED_DATE = re.compile(r"^\s*(\d{1,2})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{2,4})\s*$")
PASTED_ISO_DATE = re.compile(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$")


class DateTriple(forms.MultiWidget):
    """Day, month and year in three text boxes. A whole date pasted into one of them is spread over all three."""

    template_name = "designsystemet/widgets/date_triple.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, autocomplete: bool = False) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            "day": forms.TextInput({"inputmode": "numeric", "size": 2, "autocomplete": "bday-day" if autocomplete else "off"}),
            "month": forms.TextInput({"inputmode": "numeric", "size": 2, "autocomplete": "bday-month" if autocomplete else "off"}),
            "year": forms.TextInput({"inputmode": "numeric", "size": 4, "autocomplete": "bday-year" if autocomplete else "off"}),
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        return [None, None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        parts = [str(part or "").strip() for part in super().value_from_datadict(data, files, name)]
        filled = [part for part in parts if part]
        if len(filled) == 1:
            if pasted := PASTED_DATE.match(filled[0]):
                return list(pasted.groups())
            if pasted := PASTED_ISO_DATE.match(filled[0]):
                return list(reversed(pasted.groups()))
        return parts

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (_("Day"), _("Month"), _("Year"))
        for part, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            part["label"] = label
        return context


class DateTripleField(forms.Field):
    """A known date, such as a birthday. `earliest` and `latest` are days of the calendar; a form that knows `today` sets them in its own `__init__`."""

    widget = DateTriple
    default_error_messages = {
        "incomplete": gettext_lazy("The date in “%(label)s” lacks %(missing)s"),
        "not_a_date": gettext_lazy("There is no such date as %(written)s. Check day, month and year in “%(label)s”"),
        "short_year": gettext_lazy("Write the year in “%(label)s” with four digits, like 1960"),
        "too_early": gettext_lazy("The date in “%(label)s” must be %(limit)s or later"),
        "too_late": gettext_lazy("The date in “%(label)s” must be %(limit)s or earlier"),
    }

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)

    def _refuse(self, code: str, **params: object) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params={"label": self.label or "", **params})

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        parts = [str(part or "").strip() for part in value]
        if not any(parts):
            return None
        names = (pgettext("part of a date", "day"), pgettext("part of a date", "month"), pgettext("part of a date", "year"))
        missing = [name for name, part in zip(names, parts, strict=True) if not part]
        if missing:
            raise self._refuse("incomplete", missing=join_words(missing))
        written = ".".join(parts)
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise self._refuse("not_a_date", written=written)
        day, month, year = (int(part) for part in parts)
        if len(parts[2]) != 4:
            raise self._refuse("short_year")
        try:
            return date(year, month, day)
        except ValueError:
            raise self._refuse("not_a_date", written=written) from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and self.earliest and value < self.earliest:
            raise self._refuse("too_early", limit=format_date(self.earliest))
        if value and self.latest and value > self.latest:
            raise self._refuse("too_late", limit=format_date(self.latest))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def errors_by_field(form: forms.BaseForm) -> Sequence[tuple[forms.BoundField | None, Sequence[str]]]:
    """This will list what the summary prints: the form's own errors first, then each field's in the form's order."""
    found: list[tuple[forms.BoundField | None, Sequence[str]]] = []
    own = [str(error) for error in form.non_field_errors()]
    for hidden in form.hidden_fields():
        own += [str(error) for error in hidden.errors]
    if own:
        found.append((None, own))
    found += [(field, [str(error) for error in field.errors]) for field in form.visible_fields() if field.errors]
    return found
