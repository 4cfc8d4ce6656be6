"""The markup that the template pack prints, element by element. Source: Designsystemet's documentation of plain HTML."""

from collections.abc import Iterator
from typing import Any

import pytest
from crispy_forms.bootstrap import Alert, AppendedText, FieldWithButtons, FormActions, PrependedText, StrictButton
from crispy_forms.layout import HTML, Button, ButtonHolder, Column, Div, Fieldset, Hidden, Layout, Reset, Row, Submit
from django import forms
from django.template import engines
from django.test.html import parse_html
from django.utils.translation import override

from lms_portal.common.forms import DateTripleField, FilterForm, HintedRadios, LinkButton, PortalForm, PortalFormHelper, SubmitButton

CHOICES = [("a", "First"), ("b", "Second")]


class OneOfEach(PortalForm):
    """A field of each kind."""

    name = forms.CharField(label="Name", max_length=80)
    email = forms.EmailField(label="E-mail", required=False, help_text="Only for this")
    area = forms.ChoiceField(label="Area", choices=[("", "---------"), *CHOICES])
    who = forms.ChoiceField(label="Who", choices=CHOICES, widget=HintedRadios(hints={"a": "A hint"}))
    many = forms.MultipleChoiceField(label="Many", choices=CHOICES, widget=forms.CheckboxSelectMultiple, help_text="Several")
    born_on = DateTripleField(label="Born")
    why = forms.CharField(label="Why", widget=forms.Textarea, max_length=200, required=False)
    agreed = forms.BooleanField(label="Agreed")
    document = forms.FileField(label="Document", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


def printed(template: str, **context: Any) -> str:
    return engines["django"].from_string(f"{{% load crispy_forms_tags ds_forms %}}{template}").render({**context, "csrf_token": "token"})


def field(name: str, form: forms.Form) -> str:
    return printed("{{ field|as_crispy_field }}", field=form[name])


def assert_markup(html: str, expected: str) -> None:
    assert parse_html(html) == parse_html(expected)


MARK = '<span class="field-mark" data-mark="required">Must be filled in</span>'
OPTIONAL = '<span class="field-mark" data-mark="optional">Optional</span>'


def test_text_field_unbound() -> None:
    assert_markup(
        field("name", OneOfEach()),
        f"""<div class="ds-field"><label class="ds-label" for="id_name">Name {MARK}</label>
        <input type="text" name="name" class="ds-input" id="id_name"></div>""",
    )


def test_text_field_with_error_is_described_by_it() -> None:
    assert_markup(
        field("name", OneOfEach({})),
        f"""<div class="ds-field"><label class="ds-label" for="id_name">Name {MARK}</label>
        <input type="text" name="name" class="ds-input" id="id_name" aria-invalid="true" aria-describedby="id_name_error">
        <div id="id_name_error" class="field-errors"><p class="ds-validation-message" data-field="validation">Fill in “Name”</p></div></div>""",
    )


def test_help_comes_before_error_in_the_description() -> None:
    html = field("email", OneOfEach({"email": "nobody"}))
    assert_markup(
        html,
        f"""<div class="ds-field"><label class="ds-label" for="id_email">E-mail {OPTIONAL}</label>
        <div data-field="description" id="id_email_helptext">Only for this</div>
        <input type="email" name="email" value="nobody" class="ds-input" id="id_email" aria-invalid="true" aria-describedby="id_email_helptext id_email_error">
        <div id="id_email_error" class="field-errors"><p class="ds-validation-message" data-field="validation">
        Write the e-mail address in “E-mail” in full, like name@example.org</p></div></div>""",
    )


def test_select_asks_for_a_choice() -> None:
    assert_markup(
        field("area", OneOfEach()),
        f"""<div class="ds-field"><label class="ds-label" for="id_area">Area {MARK}</label>
        <select name="area" class="ds-input" id="id_area"><option value="" selected>Choose</option>
        <option value="a">First</option><option value="b">Second</option></select></div>""",
    )


def test_radio_buttons_with_hints() -> None:
    assert_markup(
        field("who", OneOfEach({"who": "b"})),
        f"""<fieldset class="ds-fieldset" role="radiogroup" aria-labelledby="id_who_legend"><legend class="ds-label" id="id_who_legend">Who {MARK}</legend>
        <div class="choices" id="id_who">
        <div class="ds-field" data-variant="outline"><input type="radio" name="who" value="a" class="ds-input" id="id_who_0" aria-describedby="id_who_0_hint">
        <label class="ds-label" data-weight="regular" for="id_who_0">First</label><div data-field="description" id="id_who_0_hint">A hint</div></div>
        <div class="ds-field" data-variant="outline"><input type="radio" name="who" value="b" class="ds-input" id="id_who_1" checked>
        <label class="ds-label" data-weight="regular" for="id_who_1">Second</label></div></div></fieldset>""",
    )


def test_checkboxes_are_labelled_by_legend_and_help_and_described_by_the_error() -> None:
    message = "Choose at least one option in “Many”"
    assert_markup(
        field("many", OneOfEach({})),
        f"""<fieldset class="ds-fieldset" aria-labelledby="id_many_legend id_many_helptext"><legend class="ds-label" id="id_many_legend">Many {MARK}</legend>
        <div data-field="description" id="id_many_helptext">Several</div><div class="choices" id="id_many">
        <div class="ds-field"><input type="checkbox" name="many" value="a" class="ds-input" id="id_many_0" aria-invalid="true" aria-describedby="id_many_error">
        <label class="ds-label" data-weight="regular" for="id_many_0">First</label></div>
        <div class="ds-field"><input type="checkbox" name="many" value="b" class="ds-input" id="id_many_1" aria-invalid="true" aria-describedby="id_many_error">
        <label class="ds-label" data-weight="regular" for="id_many_1">Second</label></div></div>
        <div id="id_many_error" class="field-errors"><p class="ds-validation-message" data-field="validation">{message}</p></div></fieldset>""",
    )


def test_date_in_three_labelled_boxes() -> None:
    box = '<div class="ds-field"><label class="ds-label" data-weight="regular" for="id_born_on_{n}">{label}</label><input type="text" name="born_on_{part}" '
    box += 'value="{value}" inputmode="numeric" size="{size}" autocomplete="off" class="ds-input" id="id_born_on_{n}"></div>'
    parts = [(0, "Day", "day", "3", 2), (1, "Month", "month", "2", 2), (2, "Year", "year", "1960", 4)]
    boxes = "".join(box.format(n=n, label=label, part=part, value=value, size=size) for n, label, part, value, size in parts)
    assert_markup(
        field("born_on", OneOfEach({"born_on_day": "3", "born_on_month": "2", "born_on_year": "1960"})),
        f"""<fieldset class="ds-fieldset" aria-labelledby="id_born_on_legend"><legend class="ds-label" id="id_born_on_legend">Born {MARK}</legend>
        <div class="date-triple">{boxes}</div></fieldset>""",
    )


def test_text_area_says_how_much_it_takes() -> None:
    assert_markup(
        field("why", OneOfEach()),
        f"""<div class="ds-field"><label class="ds-label" for="id_why">Why {OPTIONAL}</label>
        <textarea name="why" rows="5" class="ds-input" id="id_why" aria-describedby="id_why_limit"></textarea>
        <p class="field-counter" id="id_why_limit" data-counter-for="id_why" data-limit="200" data-left="{{n}} characters left" data-over="{{n}} characters too many">
        At most 200 characters</p></div>""",
    )


def test_single_checkbox_has_its_label_after_it() -> None:
    assert_markup(
        field("agreed", OneOfEach()),
        """<div class="ds-field"><input type="checkbox" name="agreed" class="ds-input" id="id_agreed">
        <label class="ds-label" data-weight="regular" for="id_agreed">Agreed</label></div>""",
    )


def test_file_field_is_not_styled_as_a_text_box() -> None:
    assert_markup(
        field("document", OneOfEach()),
        f"""<div class="ds-field"><label class="ds-label" for="id_document">Document {OPTIONAL}</label>
        <input type="file" name="document" class="file-input" id="id_document"></div>""",
    )


def test_hidden_field_is_bare() -> None:
    assert_markup(field("secret", OneOfEach()), '<input type="hidden" name="secret" id="id_secret">')


def test_text_before_and_after_an_input() -> None:
    form = OneOfEach()
    form.helper.layout = Layout(PrependedText("name", "+47"), AppendedText("email", "kr"))
    html = printed("{% crispy form %}", form=form)
    assert_markup(
        html[html.index('<div class="ds-field-affixes">') :].split("</div>")[0] + "</div>",
        """<div class="ds-field-affixes"><span class="ds-field-affix" aria-hidden="true">+47</span>
        <input type="text" name="name" class="ds-input" id="id_name"></div>""",
    )
    assert html.count('<span class="ds-field-affix" aria-hidden="true">kr</span>') == 1


@pytest.mark.parametrize("name", [name for name in OneOfEach.base_fields if name != "secret"])
def test_field_group_by_hand_equals_crispy(name: str) -> None:
    form = OneOfEach({})
    assert_markup(printed("{{ field.as_field_group }}", field=form[name]), field(name, form))


class Small(PortalForm):
    """Two required fields."""

    first = forms.CharField(label="First")
    second = forms.CharField(label="Second")


def test_whole_form() -> None:
    assert_markup(
        printed("{% crispy form %}", form=Small()),
        """<form class="form" method="post" novalidate><input type="hidden" name="csrfmiddlewaretoken" value="token"><div class="form-fields">
        <p class="form-marking">All fields must be filled in.</p>
        <div class="ds-field"><label class="ds-label" for="id_first">First</label><input type="text" name="first" class="ds-input" id="id_first"></div>
        <div class="ds-field"><label class="ds-label" for="id_second">Second</label><input type="text" name="second" class="ds-input" id="id_second"></div>
        <div class="form-actions"><button class="ds-button" type="submit">Save</button></div></div></form>""",
    )


def test_form_with_errors_begins_with_the_summary() -> None:
    form = Small({"first": "x"})
    form.add_error(None, "There are no places left")
    html = printed("{% crispy form %}", form=form)
    start = html.index("<section")
    assert_markup(
        html[start : html.index("</section>") + len("</section>")],
        """<section class="ds-error-summary" role="group" aria-labelledby="error-summary-heading" id="error-summary" tabindex="-1" autofocus>
        <h2 class="ds-heading" id="error-summary-heading">To go on, correct the following:</h2>
        <ul class="ds-list"><li>There are no places left</li><li><a class="ds-link" href="#id_second">Fill in “Second”</a></li></ul></section>""",
    )
    assert start < html.index("<label")


def test_summary_links_groups_to_their_first_input() -> None:
    html = printed("{% error_summary form %}", form=OneOfEach({}))
    anchors = [part.split('"')[0] for part in html.split('href="#')[1:]]
    assert anchors == ["id_name", "id_area", "id_who_0", "id_many_0", "id_born_on_0", "id_agreed"]
    page = printed("{% crispy form %}", form=OneOfEach({}))
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []


def test_summary_of_a_formset_names_the_row() -> None:
    rows: Any = forms.formset_factory(Small, extra=0)
    rows.row_name = "Participant"
    formset = rows({"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-first": "x", "form-0-second": "y", "form-1-first": "x"})
    html = printed("{% error_summary formset %}", formset=formset)
    assert html.count("<li>") == 1
    assert '<a class="ds-link" href="#id_form-1-second">Participant 2: Fill in “Second”</a>' in html


def test_summary_of_a_form_not_sent_is_empty() -> None:
    assert printed("{% error_summary form %}", form=Small()).strip() == ""


def test_formset_prints_each_form_and_the_management_form() -> None:
    formset = forms.formset_factory(Small, extra=2)()
    html = printed("{% crispy formset helper %}", formset=formset, helper=PortalFormHelper())
    assert html.count('class="formset-row"') == 2
    assert html.count('name="form-TOTAL_FORMS"') == 1
    assert html.count("<form ") == 1


class Optional(PortalForm):
    """Two optional fields."""

    first = forms.CharField(label="First", required=False)
    second = forms.CharField(label="Second", required=False)


class Alone(PortalForm):
    """One field; a tick and a disabled field do not count."""

    first = forms.CharField(label="First")
    tick = forms.BooleanField(label="Tick", required=False)
    fixed = forms.CharField(label="Fixed", disabled=True, required=False)


class Choosing(FilterForm):
    """A filter."""

    first = forms.CharField(label="First", required=False)
    second = forms.CharField(label="Second", required=False)


@pytest.mark.parametrize(
    ("kind", "marking", "line"),
    [
        (Small, "all_required", "All fields must be filled in."),
        (Optional, "all_optional", "All fields are optional."),
        (OneOfEach, "mixed", ""),
        (Alone, "single", ""),
        (Choosing, "", ""),
    ],
)
def test_marking_of_required_and_optional(kind: type[PortalForm], marking: str, line: str) -> None:
    form = kind()
    html = printed("{% crispy form %}", form=form)
    assert form.marking == marking
    assert html.count("form-marking") == (1 if line else 0)
    assert line in html
    assert ("field-mark" in html) == (marking == "mixed")


def test_filter_form_is_a_get_without_token() -> None:
    html = printed("{% crispy form %}", form=Choosing())
    assert 'method="get"' in html
    assert "csrf" not in html


def test_buttons_of_ours() -> None:
    form = Small()
    form.helper.layout = Layout(
        FormActions(
            SubmitButton("Send"),
            SubmitButton("Draft", name="draft", value="1", variant="secondary", color="neutral"),
            LinkButton("Cancel", "/nb/?a=1&b=2"),
        )
    )
    html = printed("{% crispy form %}", form=form)
    start = html.index('<div class="form-actions">')
    assert_markup(
        html[start : html.index("</div>", start) + 6],
        """<div class="form-actions"><button class="ds-button" type="submit">Send</button>
        <button class="ds-button" type="submit" name="draft" value="1" data-variant="secondary" data-color="neutral">Draft</button>
        <a class="ds-button" href="/nb/?a=1&amp;b=2" data-variant="tertiary">Cancel</a></div>""",
    )


def test_layout_objects_of_crispy_print_no_bootstrap() -> None:
    form = OneOfEach()
    form.helper.layout = Layout(
        Fieldset("A heading", Row(Column("name"), Column("email"), css_id="row"), css_class="extra", css_id="group"),
        Div("area", css_id="box"),
        Alert("Mind this"),
        HTML("<p>Text</p>"),
        FieldWithButtons("why", StrictButton("Look up", type="submit")),
        Hidden("kept", "1"),
        ButtonHolder(Submit("go", "Go"), Button("other", "Other"), Reset("reset", "Reset")),
    )
    html = printed("{% crispy form %}", form=form)
    for bootstrap in ("btn", "form-control", "col-", "mb-3", "textinput", "controls"):
        assert bootstrap not in html
    assert html.count('<legend class="form-section__legend">A heading</legend>') == 1
    assert html.count('<div class="form-row" id="row">') == 1
    assert html.count('<input type="hidden" name="kept" value="1">') == 1
    assert html.count('<button class="ds-button" type="submit" name="go" value="Go">Go</button>') == 1
    assert html.count('<button class="ds-button" type="submit">Look up</button>') == 1


def test_helper_inputs_stand_after_the_fields() -> None:
    form = Small()
    form.helper = PortalFormHelper()
    form.helper.add_input(Submit("send", "Send"))
    html = printed("{% crispy form %}", form=form)
    assert html.index('name="second"') < html.index('name="send"')


def test_nothing_inline_and_no_browser_checks() -> None:
    html = printed("{% crispy form %}", form=OneOfEach({}))
    for refused in (" style=", "<script", " onclick", " required", "maxlength"):
        assert refused not in html
    assert html.count("novalidate") == 1


def test_label_can_be_for_screen_readers_alone() -> None:
    form = Small()
    form.helper.form_show_labels = False
    html = printed("{% crispy form %}", form=form)
    assert html.count('<label class="ds-label ds-sr-only"') == 2


def test_labels_and_values_are_escaped() -> None:
    class Hostile(PortalForm):
        text = forms.CharField(label="<b>&")

    html = field("text", Hostile({"text": '"><script>'}))
    assert "<b>" not in html
    assert "<script>" not in html
    assert 'value="&quot;&gt;&lt;script&gt;"' in html
