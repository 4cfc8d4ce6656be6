"""The forms of the grants app: the parts of an application, the report, and the case officers' steps.

A part that is not finished is kept as it stands: `stored_answers` gives what was typed, right or wrong, so that nobody loses a word.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from crispy_forms.bootstrap import FormActions
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grants.actions.applications import SEALED_ANSWERS, BudgetRow
from grants.actions.reports import ReportRow
from grants.enums import Category, PartKey
from grants.models import Application, ApplicationPart, Assessment, GuidelineVersion, Report
from lms_portal.common.form_fields import AccountNumberField, KronerField, PhoneField
from lms_portal.common.forms import DateTripleField, HintedRadios, LinkButton, PortalForm, SubmitButton

LONG = 3000
SPARE_ROWS = 3
MOST_ROWS = 40
YES_NO = [("yes", pgettext_lazy("answer", "Yes")), ("no", pgettext_lazy("answer", "No"))]


def _field(form: forms.BaseForm, name: str) -> Any:
    """A form's field as the kind that it is declared as."""
    return form.fields[name]


def long_text(label: Any, help_text: Any = "", *, rows: int = 6, required: bool = True, limit: int = LONG) -> forms.CharField:
    """This will make a text area that says how much it takes."""
    return forms.CharField(label=label, help_text=help_text, max_length=limit, required=required, widget=forms.Textarea({"rows": rows}))


class PartForm(PortalForm):
    """A part of an application. Two ways to send it: to the task list when it is done, or keep writing."""

    submit_text = ""
    shows_summary = True

    def __init__(self, *args: Any, back_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back_url = back_url

    def buttons(self) -> FormActions:
        """The buttons under the part."""
        return FormActions(
            SubmitButton(gettext_lazy("Save and go to the task list"), name="go", value="list"),
            SubmitButton(gettext_lazy("Save and keep writing"), name="go", value="stay", variant="secondary"),
            LinkButton(gettext_lazy("Back without saving"), self.back_url),
        )

    def build_layout(self) -> Layout:
        return Layout(*self.fields, self.buttons())

    def stored_answers(self) -> dict[str, Any]:
        """This will return every answer for the draft: read where it could be read, as typed where not."""
        answers: dict[str, Any] = {}
        for name in self.fields:
            if name in self.cleaned_data:
                value = self.cleaned_data[name]
                answers[name] = value.isoformat() if isinstance(value, date) else value
            else:
                answers[name] = self._typed(name)
        return answers

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))


def _initial_answers(part: ApplicationPart | None) -> dict[str, Any]:
    answers = dict(part.answers) if part else {}
    for name, value in answers.items():
        if name.endswith("_on") and isinstance(value, str):
            answers[name] = date.fromisoformat(value)
    return answers


class OrganisationForm(PartForm):
    """About the organisation: what it is, whom the office talks to, where the money goes."""

    about = long_text(gettext_lazy("What does the organisation do, and for whom?"))
    members = forms.IntegerField(label=gettext_lazy("Number of members"), min_value=1, max_value=1_000_000)
    annual_meeting_on = DateTripleField(
        label=gettext_lazy("Date of the last annual meeting"), help_text=gettext_lazy("The meeting that elected the board.")
    )
    contact_name = forms.CharField(label=gettext_lazy("Name of the contact person"), max_length=120)
    contact_email = forms.EmailField(label=gettext_lazy("E-mail of the contact person"), max_length=200)
    contact_phone = PhoneField(label=gettext_lazy("Phone of the contact person"))
    account_number = AccountNumberField(
        label=gettext_lazy("Account number"),
        help_text=gettext_lazy("The organisation's own account, eleven digits. A grant is paid to this account."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "annual_meeting_on").latest = today

    def build_layout(self) -> Layout:
        return Layout(
            "about",
            "members",
            "annual_meeting_on",
            Fieldset(gettext_lazy("Contact person"), "contact_name", "contact_email", "contact_phone"),
            "account_number",
            self.buttons(),
        )

    def sealed_answers(self) -> dict[str, str]:
        """This will return the contact and the account number, which are kept sealed."""
        return {name: str(value or "") for name, value in super().stored_answers().items() if name in SEALED_ANSWERS}

    def stored_answers(self) -> dict[str, Any]:
        return {name: value for name, value in super().stored_answers().items() if name not in SEALED_ANSWERS}


class ActivitiesForm(PartForm):
    """What the money is to do."""

    goals = long_text(
        gettext_lazy("What do you want to achieve?"), gettext_lazy("Write what will be different for patients and next of kin.")
    )
    activities = long_text(gettext_lazy("What will you do?"), gettext_lazy("Name the activities, when and where they take place."), rows=8)
    participants = forms.IntegerField(label=gettext_lazy("How many people do you expect to reach?"), min_value=1, max_value=1_000_000)
    cooperation = long_text(
        gettext_lazy("Whom do you work together with?"),
        gettext_lazy("Hospitals, learning and mastery centres, municipalities, other organisations."),
    )
    priorities = forms.MultipleChoiceField(label=gettext_lazy("What is the money mainly for?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, categories: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(categories)
        _field(self, "priorities").choices = [(value, label) for value, label in Category.choices if value in allowed]


class ConfirmationForm(PartForm):
    """What the board stands behind."""

    is_user_run = forms.BooleanField(label=gettext_lazy("The organisation is run by users or next of kin"))
    is_democratic = forms.BooleanField(label=gettext_lazy("The members elect the board at the annual meeting"))
    board_approved_on = DateTripleField(label=gettext_lazy("Date on which the board approved this application"))
    knows_report_duty = forms.BooleanField(
        label=gettext_lazy("We know that we must report on how the money was used, and repay what is not used unless we may keep it")
    )
    is_correct = forms.BooleanField(label=gettext_lazy("What we have written is correct"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "board_approved_on").latest = today


class BudgetRowForm(PortalForm):
    """One line of a budget. A line with nothing typed is left out."""

    submit_text = ""
    shows_summary = False
    marks_fields = False

    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    text = forms.CharField(label=gettext_lazy("What"), max_length=200, required=False)
    cost_nok = KronerField(label=gettext_lazy("Cost"), required=False)
    own_nok = KronerField(label=gettext_lazy("Own and other funding"), required=False)

    def __init__(self, *args: Any, categories: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(categories)
        _field(self, "category").choices = [("", _("Choose")), *((value, label) for value, label in Category.choices if value in allowed)]

    def is_blank(self) -> bool:
        """Whether nothing is typed on the line."""
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_blank():
            return cleaned
        if not cleaned.get("category") and "category" not in self.errors:
            self.add_error("category", _("Choose a category for the line"))
        if not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write what the line is for"))
        if cleaned.get("cost_nok") is None and "cost_nok" not in self.errors:
            self.add_error("cost_nok", _("Write what the line costs, in whole kroner"))
        if (cleaned.get("own_nok") or 0) > (cleaned.get("cost_nok") or 0) and "cost_nok" not in self.errors:
            self.add_error("own_nok", _("Own and other funding cannot be more than the cost"))
        return cleaned

    def row(self) -> BudgetRow:
        """The line as it is stored."""
        data = self.cleaned_data
        return BudgetRow(data["category"], data["text"], data["cost_nok"], data.get("own_nok") or 0)

    def typed(self) -> dict[str, str]:
        """The line as it was typed."""
        return {name: str(self.data.get(self.add_prefix(name), "")) for name in self.fields}


class RowSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """Lines of a table, with a few spare ones at the end."""

    row_name = gettext_lazy("Line")

    def filled(self) -> list[Any]:
        """The lines with something typed."""
        return [form for form in self.forms if not form.is_blank()]

    def all_right(self) -> bool:
        """Whether every filled line could be read."""
        return bool(self.is_valid()) and all(not form.errors for form in self.filled())


BudgetRows = forms.formset_factory(BudgetRowForm, formset=RowSet, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class BudgetForm(PartForm):
    """The text beside the budget's lines."""

    explanation = long_text(
        gettext_lazy("Comments on the budget"),
        gettext_lazy("Where own and other funding comes from, if there is any."),
        required=False,
        rows=4,
    )


class ReportRowForm(PortalForm):
    """One line of a report. What the budget said stands beside it and is not typed."""

    submit_text = ""
    shows_summary = False
    marks_fields = False

    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    text = forms.CharField(label=gettext_lazy("What"), max_length=200, required=False)
    used_nok = KronerField(label=gettext_lazy("Used so far"), required=False)
    planned_nok = KronerField(label=gettext_lazy("Planned for the rest of the year"), required=False)

    def __init__(self, *args: Any, categories: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(categories)
        _field(self, "category").choices = [("", _("Choose")), *((value, label) for value, label in Category.choices if value in allowed)]
        self.budgeted_nok: int = (self.initial or {}).get("budgeted_nok", 0)

    def is_blank(self) -> bool:
        """Whether nothing is typed on the line."""
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_blank():
            return cleaned
        if not cleaned.get("category") and "category" not in self.errors:
            self.add_error("category", _("Choose a category for the line"))
        if not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write what the line is for"))
        return cleaned

    def row(self) -> ReportRow:
        """The line as it is stored."""
        data = self.cleaned_data
        return ReportRow(data["category"], data["text"], self.budgeted_nok, data.get("used_nok") or 0, data.get("planned_nok") or 0)


ReportRows = forms.formset_factory(ReportRowForm, formset=RowSet, extra=2, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class ReportForm(PartForm):
    """What was done with the money, and what becomes of the rest."""

    activities = long_text(
        gettext_lazy("What have you done with the money?"), gettext_lazy("Activities, dates, places and how many took part."), rows=8
    )
    difference = long_text(
        gettext_lazy("Why does the use differ from the budget?"), gettext_lazy("Leave it empty if it does not."), required=False, rows=4
    )
    carry_over_nok = KronerField(label=gettext_lazy("Amount that you ask to use next year"), required=False)
    carry_over_purpose = long_text(gettext_lazy("What will the carried-over money be used for?"), required=False, rows=4)
    repay_nok = KronerField(label=gettext_lazy("Amount that you will repay"), required=False)

    def __init__(self, *args: Any, allows_carry_over: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not allows_carry_over:
            del self.fields["carry_over_nok"], self.fields["carry_over_purpose"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("carry_over_nok") and not (cleaned.get("carry_over_purpose") or "").strip():
            self.add_error("carry_over_purpose", _("Write what the carried-over money will be used for"))
        return cleaned

    def texts(self) -> dict[str, str]:
        """The texts as they are stored."""
        return {name: str(self.stored_answers().get(name) or "") for name in ("activities", "difference", "carry_over_purpose")}


def report_initial(report: Report) -> dict[str, Any]:
    """This will return what a report's form begins with."""
    names = ("activities", "difference", "carry_over_purpose")
    texts = {name: getattr(report, name) for name in names}
    return {**texts, "carry_over_nok": report.carry_over_nok or None, "repay_nok": report.repay_nok or None}


def part_form(key: PartKey, application: Application, part: ApplicationPart | None, *, data: Any, today: date, back_url: str) -> PartForm:
    """This will make the form of one part, filled with what is stored."""
    initial = _initial_answers(part)
    common: dict[str, Any] = {"data": data, "initial": initial, "back_url": back_url}
    if key == PartKey.ORGANISATION:
        initial.update({name: getattr(application, name) for name in SEALED_ANSWERS})
        return OrganisationForm(today=today, **common)
    if key == PartKey.ACTIVITIES:
        return ActivitiesForm(categories=application.round.scheme.categories, **common)
    if key == PartKey.BUDGET:
        return BudgetForm(**common)
    return ConfirmationForm(today=today, **common)


def budget_rows(application: Application, part: ApplicationPart | None, *, data: Any) -> RowSet:
    """This will make the budget's lines: those stored, or as they were typed where a line could not be read."""
    typed = part.answers.get("rows") if part else None
    stored = [
        {"category": line.category, "text": line.text, "cost_nok": line.cost_nok, "own_nok": line.own_nok or None}
        for line in application.budget_lines.all()
    ]
    rows = BudgetRows(data, initial=typed or stored, prefix="lines", form_kwargs={"categories": application.round.scheme.categories})
    assert isinstance(rows, RowSet)  # noqa: S101 - formset_factory has no better type
    return rows


def report_rows(report: Report, *, data: Any) -> RowSet:
    """This will make the report's lines: those stored, each with what the budget said."""
    stored = [
        {
            "category": line.category,
            "text": line.text,
            "budgeted_nok": line.budgeted_nok,
            "used_nok": line.used_nok or None,
            "planned_nok": line.planned_nok or None,
        }
        for line in report.lines.all()
    ]
    rows = ReportRows(data, initial=stored, prefix="lines", form_kwargs={"categories": report.scheme.categories})
    assert isinstance(rows, RowSet)  # noqa: S101 - formset_factory has no better type
    return rows


class CheckedForm(PortalForm):
    """Just a button: the page above it is what is confirmed."""

    submit_text = gettext_lazy("Submit")

    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class AnswerForm(PortalForm):
    """The organisation's answer to a question from the case officer."""

    submit_text = gettext_lazy("Send the answer")

    text = long_text(gettext_lazy("Your answer"))


# The case officers' steps


class NewRoundForm(PortalForm):
    """The year that a new round is for."""

    submit_text = gettext_lazy("Set up the round")

    grant_year = forms.IntegerField(
        label=gettext_lazy("Grant year"), help_text=gettext_lazy("The year that the money is for."), min_value=2000, max_value=2200
    )


class ConfirmRoundForm(PortalForm):
    """What a case officer confirms before a round opens by itself."""

    submit_text = gettext_lazy("Confirm")

    opens_on = DateTripleField(label=gettext_lazy("Opens on"))
    last_day = DateTripleField(label=gettext_lazy("Last day to apply"), help_text=gettext_lazy("The day counts whole, until 23:59."))
    guideline = forms.ModelChoiceField(label=gettext_lazy("Guidelines"), queryset=GuidelineVersion.objects.none(), empty_label=None)
    frame_amount_nok = KronerField(label=gettext_lazy("Frame in whole kroner"), min_value=1)

    def __init__(self, *args: Any, guidelines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "guideline").queryset = guidelines
        _field(self, "guideline").label_from_instance = lambda version: _("Version %(number)s") % {"number": version.number}


class MoveDeadlineForm(PortalForm):
    """Another last day."""

    submit_text = gettext_lazy("Move the deadline")

    last_day = DateTripleField(label=gettext_lazy("New last day to apply"))


class AdviceForm(PortalForm):
    """The advice of the regional user committee."""

    submit_text = gettext_lazy("File the advice")

    text = long_text(gettext_lazy("The committee's advice"))
    given_on = DateTripleField(label=gettext_lazy("Date of the meeting"))
    conflicts_declared = forms.BooleanField(label=gettext_lazy("Members with a conflict of interest stepped aside, and the minutes say so"))


class ReasonForm(PortalForm):
    """A step that needs a reason."""

    reason = long_text(gettext_lazy("Reason"), rows=3, limit=1000)

    def __init__(self, *args: Any, label: str | Promise = "", button: str | Promise = "", **kwargs: Any) -> None:
        if button:
            self.submit_text = button  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        if label:
            _field(self, "reason").label = label


class LateForm(ReasonForm):
    """Taking in a late application."""

    use_late_text = forms.BooleanField(label=gettext_lazy("Also take in what was written after the deadline"), required=False)


class AskForm(PortalForm):
    """A question to the organisation, with a day to answer by."""

    submit_text = gettext_lazy("Ask the organisation")

    question = long_text(gettext_lazy("What do you need to know?"), rows=4, limit=1000)
    due_on = DateTripleField(label=gettext_lazy("Last day to answer"))


class ScreeningForm(PortalForm):
    """One question for each point of the guideline's checklist."""

    submit_text = gettext_lazy("Save the formal check")

    def __init__(self, *args: Any, criteria: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [code for code, _words in criteria]
        for code, words in criteria:
            self.fields[code] = forms.ChoiceField(
                label=words,
                choices=YES_NO,
                widget=forms.RadioSelect,
                error_messages={"required": _("Answer yes or no to “%(point)s”") % {"point": words}},
            )
            self.fields[f"{code}_note"] = forms.CharField(label=_("Note"), max_length=300, required=False)

    def checks(self) -> dict[str, tuple[bool, str]]:
        """The answers as the action takes them."""
        return {code: (self.cleaned_data[code] == "yes", self.cleaned_data[f"{code}_note"]) for code in self.codes}


class AssessForm(PortalForm):
    """A reviewer's view."""

    submit_text = gettext_lazy("Save the assessment")

    score = forms.TypedChoiceField(
        label=gettext_lazy("How well does the application fit the guidelines?"),
        choices=[(number, number) for number in Assessment.SCORES],
        coerce=int,
        widget=HintedRadios(hints={"1": gettext_lazy("Hardly"), "3": gettext_lazy("Well"), "5": gettext_lazy("Very well")}, tiles=False),
    )
    comment = long_text(gettext_lazy("Assessment, for the office alone"), rows=4)
    amounts_add_up = forms.BooleanField(label=gettext_lazy("I have checked the amounts"), required=False)


class RecommendForm(PortalForm):
    """A recommended amount."""

    submit_text = gettext_lazy("Save the recommendation")

    amount_nok = KronerField(label=gettext_lazy("Recommended amount"), help_text=gettext_lazy("Whole kroner; 0 recommends rejection."))
    text = long_text(gettext_lazy("Reason, as it will stand in the decision"), rows=4)

    def __init__(self, *args: Any, applied_nok: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "amount_nok").max_value = applied_nok


class PaidForm(PortalForm):
    """The day on which the bank paid."""

    submit_text = gettext_lazy("Record as paid")

    paid_on = DateTripleField(label=gettext_lazy("Paid on"))


class RepaymentForm(PortalForm):
    """Money that came back."""

    submit_text = gettext_lazy("Record the repayment")

    account = forms.ChoiceField(label=gettext_lazy("Money from"))
    amount_nok = KronerField(label=gettext_lazy("Amount repaid"), min_value=1)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "account").choices = accounts


class LinesForm(PortalForm):
    """One field per line of a report, which `make` builds: here the amount that is admitted."""

    submit_text = gettext_lazy("Approve the report")

    def __init__(self, *args: Any, report: Report, make: Callable[[Any], forms.Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {f"line_{line.pk.hex}": line.pk for line in report.lines.all()}
        for line in report.lines.all():
            self.fields[f"line_{line.pk.hex}"] = make(line)

    def by_line(self) -> Mapping[UUID, Any]:
        """The answers by line."""
        return {key: self.cleaned_data[name] for name, key in self.keys.items() if self.cleaned_data.get(name) not in {None, ""}}


class SendBackForm(LinesForm):
    """Why a report is sent back, with a comment per line."""

    submit_text = gettext_lazy("Send the report back")

    reason = long_text(gettext_lazy("Why is the report sent back?"), rows=3, limit=1000)


def approve_form(report: Report, data: Any = None) -> LinesForm:
    """This will make the form in which a case officer admits the use, line by line."""

    def make(line: Any) -> forms.Field:
        used = line.used_nok + line.planned_nok
        return KronerField(label=_("Admitted on “%(line)s”") % {"line": line.text}, max_value=used, initial=used, required=False)

    return LinesForm(data, report=report, make=make, prefix="approve")


def send_back_form(report: Report, data: Any = None) -> LinesForm:
    """This will make the form in which a case officer sends a report back, with a comment on each line that needs one."""

    def make(line: Any) -> forms.Field:
        return forms.CharField(label=_("Comment on “%(line)s”") % {"line": line.text}, max_length=300, required=False, initial=line.comment)

    return SendBackForm(data, report=report, make=make, prefix="return")
