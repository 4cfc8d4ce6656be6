"""What the template pack `designsystemet` needs beside plain templates: widgets with full ARIA, marks, the summary of errors."""

from typing import Any

from django import forms, template
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lms_portal.common.forms import errors_by_field

register = template.Library()


@register.filter
def ds_kind(field: forms.BoundField) -> str:
    """Hidden, group (several inputs under one legend), tick (one checkbox) or box (everything with a label above)."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if widget.use_fieldset:
        return "group"
    return "tick" if isinstance(widget, forms.CheckboxInput) else "box"


@register.filter
def ds_is_radio(field: forms.BoundField) -> bool:
    """Whether the group holds radio buttons."""
    return isinstance(field.field.widget, forms.RadioSelect) and not isinstance(field.field.widget, forms.CheckboxSelectMultiple)


@register.filter
def ds_mark(field: forms.BoundField) -> str:
    """Required or optional where the form has both kinds of field; empty where it has one."""
    if getattr(field.form, "marking", "") != "mixed" or field.field.disabled:
        return ""
    return "required" if field.field.required else "optional"


@register.filter
def ds_limit(field: forms.BoundField) -> int | None:
    """How many characters a text area takes; nothing for other fields."""
    limit: int | None = getattr(field.field, "max_length", None)
    return limit if isinstance(field.field.widget, forms.Textarea) else None


@register.simple_tag
def ds_widget(field: forms.BoundField) -> SafeString:
    """The bare input with Designsystemet's class, described by its help, its limit and its errors, in that order."""
    widget = field.field.widget
    described = [f"{field.auto_id}_error"] if field.errors else []
    if not widget.use_fieldset:  # a group's help is part of its legend
        if ds_limit(field):
            described.insert(0, f"{field.auto_id}_limit")
        if field.help_text:
            described.insert(0, f"{field.auto_id}_helptext")
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if not widget.is_hidden:
        of_kind = "file-input" if isinstance(widget, forms.FileInput) else "ds-input"
        attrs["class"] = f"{of_kind} {widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs=attrs)


def error_anchor(field: forms.BoundField) -> str:
    """This will name the input that a link in the summary leads to: the first one of a group."""
    return field.id_for_label or f"{field.auto_id}_0"


def _entries(form: Any, before: str = "") -> list[tuple[str, str]]:
    entries = []
    for field, messages in errors_by_field(form):
        anchor = error_anchor(field) if field else ""
        entries += [(anchor, f"{before}{message}") for message in messages]
    return entries


@register.simple_tag
def error_summary(*forms_or_formsets: Any, summary_id: str = "error-summary") -> SafeString:
    """Every error of the forms and formsets, linked to its field; nothing where there is none. Takes the focus when the page opens."""
    entries: list[tuple[str, str]] = []
    for source in forms_or_formsets:
        if isinstance(source, BaseFormSet):
            entries += [("", str(error)) for error in source.non_form_errors()]
            row_name = getattr(source, "row_name", _("Row"))
            for number, form in enumerate(source.forms, start=1):
                entries += _entries(form, f"{row_name} {number}: ")
        elif source is not None and source.is_bound:
            entries += _entries(source)
    return render_to_string("designsystemet/layout/error_summary.html", {"entries": entries, "summary_id": summary_id})
