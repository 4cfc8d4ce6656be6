"""The season collection on the desk: a new round, the board of who has answered, one answer beside last time's dates, and who answers."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import permissions
from catalogue.actions import collection as actions
from catalogue.actions.seasons import season_from_code
from catalogue.collected import is_overdue
from catalogue.collection_mails import Words, invitation
from catalogue.forms import collection as forms
from catalogue.forms.rosters import season_of
from catalogue.models import CollectionRecipient, CollectionRound, CollectionRow, Season
from catalogue.queries import collection as queries
from catalogue.queries.seasons import listings_of
from catalogue.views.collection_answers import CONFLICT, TONES, answer_of, answer_words, contacts_of, last_time, title_of
from catalogue.views.desk import course_of, crumbs, desk_tabs, editor_of
from catalogue.wording import label_of, place_line
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import has_permission, role_for
from lms_portal.audit import context as audit_context
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

PER_PAGE = 25
SAMPLE_LINK = "…"
TILES: dict[str, Any] = {
    "waiting": gettext_lazy("Not answered yet"),
    "overdue": gettext_lazy("Overdue"),
    "answered": gettext_lazy("To check"),
    "checked": gettext_lazy("Checked"),
    "in_catalogue": gettext_lazy("In the catalogue"),
    "not_held": pgettext_lazy("courses", "Not held"),
}


def collector_of(request: PortalRequest) -> User:
    """Whoever collects no season anywhere gets 403."""
    if not has_permission(request.user, Permission.MANAGE_SEASON):
        raise PermissionDenied
    return cast("User", request.user)


def _round_of(request: PortalRequest, round_id: UUID) -> CollectionRound:
    rows = CollectionRound.objects.visible_to(request.user).select_related("unit", "season", "hospital_area", "opened_by")
    return get_object_or_404(rows, pk=round_id)


def _acting(round_: CollectionRound, user: User) -> Any:
    role = role_for(user, Permission.MANAGE_SEASON, round_.unit)
    return audit_context.for_purpose("collect_season", role=role, unit_id=round_.unit_id)


def name_of(round_: CollectionRound) -> str:
    """This will name a round: the season, or the yearly question."""
    return forms.season_text(round_.season) if round_.season else _("Still running?")


def _crumbs(round_: CollectionRound | None = None, last: str = "") -> list[dict[str, str]]:
    items = [*crumbs(), {"text": _("Season collection"), "url": reverse("catalogue:collections")}]
    if round_ is not None:
        items.append({"text": f"{name_of(round_)}, {round_.unit.name}", "url": reverse("catalogue:collection", args=[round_.pk])})
    return [*items, {"text": last}] if last else [*items[:-1], {"text": items[-1]["text"]}]


# The rounds


@require_safe
def collections(request: PortalRequest) -> HttpResponse:
    """The rounds that there have been, the newest first."""
    user = editor_of(request)
    rounds = queries.with_counts(CollectionRound.objects.visible_to(user))
    page = Paginator(rounds, PER_PAGE).get_page(request.GET.get("page"))
    today = oslo_date(request.now)
    context = {
        "tabs": desk_tabs("collections", request.user),
        "page": page,
        "lines": [
            {"round": one, "name": name_of(one), "is_late": one.last_on < today and one.unanswered}  # type: ignore[attr-defined]  # with_counts
            for one in page.object_list
        ],
        "may_collect": has_permission(user, Permission.MANAGE_SEASON),
        "breadcrumbs": _crumbs(),
    }
    return render(request, "catalogue/collections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def collection_new(request: PortalRequest) -> HttpResponse:
    """A new round: its courses with who answers for each are shown before anything is sent, and the mail as it will be."""
    user = collector_of(request)
    today = oslo_date(request.now)
    units = list(queries.collecting_units(user))
    form = forms.RoundForm(request.POST if request.method == "POST" else None, units=units, today=today)
    pressed = request.POST.get("do", "")
    rows: list[dict[str, Any]] = []
    mail = existing = None
    is_shown = request.method == "POST" and form.is_valid()
    if is_shown:
        unit = form.units[form.cleaned_data["unit"]]
        kind, year = season_of(int(form.cleaned_data["season"]))
        # not stored before something is sent
        season = Season.objects.filter(season=kind, year=year).first() or Season(season=kind, year=year, code=f"{kind}-{year}")
        existing = _existing(request, form)
        rows = _ask_rows(request, queries.candidates(unit, season), judged=pressed in ("send", "preview"))
        ticked = [row for row in rows if row["is_ticked"]]
        if pressed == "preview" and ticked:
            words = Words(unit, season, form.cleaned_data["last_on"], form.cleaned_data["greeting"], _most(ticked), SAMPLE_LINK)
            mail = invitation(words)
        if pressed == "send" and not any(row["error"] for row in rows) and (sent := _send(request, form, rows, user)):
            return sent
    context = {
        "form": form,
        "rows": rows,
        "row_errors": [row for row in rows if row["error"]],
        "mail": mail,
        "existing": existing,
        "is_shown": is_shown,
        "has_errors": bool(form.errors) or any(row["error"] for row in rows),
        "breadcrumbs": _crumbs(last=_("New collection")),
    }
    return render(request, "catalogue/collection_new.html", context)


def _existing(request: PortalRequest, form: forms.RoundForm) -> CollectionRound | None:
    """The round of this season that is under way already; courses that were left out are asked about in it."""
    kind, year = season_of(int(form.cleaned_data["season"]))
    rounds = CollectionRound.objects.visible_to(request.user).filter(unit=form.units[form.cleaned_data["unit"]])
    return rounds.filter(season__season=kind, season__year=year).select_related("unit", "season").first()


def _most(rows: list[dict[str, Any]]) -> int:
    """How many courses the mailbox with the most has: the mail that is shown is its."""
    emails = [row["email"].strip().lower() for row in rows]
    return max(emails.count(email) for email in emails)


def _ask_rows(request: PortalRequest, found: list[queries.Candidate], *, judged: bool) -> list[dict[str, Any]]:
    ticked = set(request.POST.getlist("ask"))
    rows = []
    for one in found:
        version = one.course.public_version
        email = request.POST.get(f"email-{one.key}", one.email).strip()
        row = {
            "key": one.key,
            "candidate": one,
            "title": version.title if version else one.course.code,
            "title_language": version.language_shown() if version else "",
            "before": label_of(one.last_run) if one.last_run else "",
            "place": place_line(list(one.last_run.sites.all())) if one.last_run else "",
            "email": email,
            "is_ticked": one.key in ticked if judged or f"email-{one.key}" in request.POST else not one.has_dates,
            "error": "",
        }
        if judged and row["is_ticked"]:
            try:
                validate_email(email)
            except ValidationError:
                row["error"] = _("Write the e-mail of whoever answers")
        rows.append(row)
    return rows


def _send(request: PortalRequest, form: forms.RoundForm, rows: list[dict[str, Any]], user: User) -> HttpResponse | None:
    unit = form.units[form.cleaned_data["unit"]]
    kind, year = season_of(int(form.cleaned_data["season"]))
    asks = [
        actions.Ask(row["candidate"].course, row["candidate"].last_run, row["email"], row["candidate"].position)
        for row in rows
        if row["is_ticked"]
    ]
    try:
        with audit_context.for_purpose("collect_season", role=role_for(user, Permission.MANAGE_SEASON, unit), unit_id=unit.pk):
            if (round_ := _existing(request, form)) is not None:
                actions.ask_more(round_=round_, asks=asks, by=user, now=request.now)
                messages.success(request, _("They are asked in the collection that is under way."))
                return redirect("catalogue:collection", round_id=round_.pk)
            round_ = actions.open_round(
                unit=unit,
                season=season_from_code(f"{kind}-{year}"),
                last_on=form.cleaned_data["last_on"],
                greeting=form.cleaned_data["greeting"],
                asks=asks,
                by=user,
                now=request.now,
            )
    except actions.UnableToCollect as error:
        form.add_error(None, str(error))
        return None
    number = round_.recipients.count()
    text = ngettext("One mail is on its way.", "%(number)s mails are on their way.", number)
    messages.success(request, text % {"number": number})
    return redirect("catalogue:collection", round_id=round_.pk)


# The board


def _board_line(row: CollectionRow, round_: CollectionRound, today: Any) -> dict[str, Any]:
    row.round = round_
    late = is_overdue(row, round_, today)
    return {
        "row": row,
        **title_of(row),
        "before": label_of(row.last_run) if row.last_run else "",
        "answer": answer_words(row),
        "label": _("Overdue") if late else row.label,
        "tone": "late" if late else "stopped" if row.answer == "not_held" else TONES[row.status],
        "answered_dates": next((item["value"] for item in answer_of(row) if item["term"] == _("Dates")), ""),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: PortalRequest, round_id: UUID) -> HttpResponse:
    """Who has answered and who has not; what can be done with many at once."""
    round_ = _round_of(request, round_id)
    user = cast("User", request.user)
    today = oslo_date(request.now)
    pressed = request.POST.get("do", "")
    extend = forms.ExtendForm(request.POST if pressed == "extend" else None, today=today, initial={"last_on": round_.last_on})
    refused = ""
    if request.method == "POST":
        try:
            with _acting(round_, user):
                if said := _press(pressed, round_, extend, user, request):
                    messages.success(request, said)
                    return redirect("catalogue:collection", round_id=round_.pk)
        except actions.UnableToCollect as error:
            refused = str(error)
    counted = queries.counts(round_, today)
    shown = request.GET.get("show", "")
    shown = shown if shown in TILES else ""
    rows = round_.rows.filter(queries.states(round_, today)[shown]) if shown else round_.rows.all()
    page = Paginator(queries.with_details(rows).select_related("recipient__data_key"), PER_PAGE).get_page(request.GET.get("page"))
    address = reverse("catalogue:collection", args=[round_.pk])
    context = {
        "round": round_,
        "name": name_of(round_),
        "tiles": [
            {
                "count": counted[code],
                "text": text,
                "tone": "late" if code == "overdue" else "",
                "url": address if code == shown else f"{address}?show={code}",
                "current": code == shown,
            }
            for code, text in TILES.items()
            if not (round_.is_yearly and code == "in_catalogue")
        ],
        "counted": counted,
        "chosen": TILES.get(shown, ""),
        "page": page,
        "lines": [_board_line(row, round_, today) for row in page.object_list],
        "recipients": queries.recipients_of(round_),
        "same_to_check": round_.rows.filter(status="answered", answer="same", notes="").count(),
        "is_over": round_.last_on < today,
        "has_poster": round_.season and round_.hospital_area and listings_of(round_.season, round_.hospital_area).exists(),
        "extend": extend,
        "refused": refused,
        "has_errors": bool(refused) or (extend.is_bound and not extend.is_valid()),
        "breadcrumbs": _crumbs(round_),
    }
    return render(request, "catalogue/collection.html", context)


def _press(pressed: str, round_: CollectionRound, extend: forms.ExtendForm, user: User, request: PortalRequest) -> str:
    """Do what a button of the board says; an empty text means that the page is shown again."""
    if pressed == "check_same":
        number = actions.check_all_same(round_=round_, by=user, now=request.now)
        return ngettext("One answer is checked.", "%(number)s answers are checked.", number) % {"number": number}
    if pressed == "put_all":
        number = actions.put_all_in_catalogue(round_=round_, by=user, now=request.now)
        text = ngettext("One course is put in the catalogue.", "%(number)s courses are put in the catalogue.", number)
        return text % {"number": number}
    if pressed == "extend" and extend.is_valid():
        actions.extend(round_=round_, last_on=extend.cleaned_data["last_on"], by=user, now=request.now)
        return _("The last day to answer is moved.")
    return ""


DONE: dict[str, Any] = {
    "check": gettext_lazy("The answer is checked."),
    "reopen": gettext_lazy("The answer can be changed again."),
    "put_in": gettext_lazy("The dates are in the catalogue, as planned. Open them when people may join."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def collection_row(request: PortalRequest, round_id: UUID, row_id: UUID) -> HttpResponse:
    """One answer beside what was last time; corrected, checked, put in the catalogue."""
    round_ = _round_of(request, round_id)
    user = cast("User", request.user)
    back = reverse("catalogue:collection", args=[round_.pk])
    row = _one(round_, row_id)
    pressed = request.POST.get("do", "")
    is_answer = request.method == "POST" and pressed not in DONE
    form = _correction(row, request.POST if is_answer else None, back)
    refused, clash = "", False
    if request.method == "POST" and (not is_answer or form.is_valid()):
        try:
            with _acting(round_, user):
                said = _do(pressed, row, form, user, request)
        except actions.AnsweredMeanwhile:
            clash, row = True, _one(round_, row_id)
            if is_answer:
                kept = request.POST.copy()
                kept["version"] = str(row.version)
                form = _correction(row, kept, back)
                form.is_valid()
            else:
                form = _correction(row, None, back)
        except actions.UnableToCollect as error:
            refused = str(error)
        else:
            messages.success(request, said)
            return redirect("catalogue:collection_row", round_id=round_.pk, row_id=row.pk)
    may_change = row.status in (CollectionRow.Status.INVITED, CollectionRow.Status.ANSWERED)
    context = {
        **_board_line(row, round_, oslo_date(request.now)),
        "round": round_,
        "name": name_of(round_),
        "items": answer_of(row),
        "last_items": last_time(row),
        "form": form if may_change else None,
        "shows_form": clash or (form.is_bound and not form.is_valid()),
        "may_put_in": row.status == CollectionRow.Status.CHECKED and row.answer != "not_held" and not round_.is_yearly,
        "to_apply": row.status == CollectionRow.Status.CHECKED and row.answer == "changed" and round_.is_yearly,
        "to_stop": row.answer == "not_held" and round_.is_yearly and row.last_run_id,
        "clash": clash,
        "refused": refused,
        "has_errors": bool(refused or clash) or (form.is_bound and not form.is_valid()),
        "breadcrumbs": _crumbs(round_, title_of(row)["title"]),
    }
    return render(request, "catalogue/collection_row.html", context, status=CONFLICT if clash else 200)


def _one(round_: CollectionRound, row_id: UUID) -> CollectionRow:
    rows = queries.with_details(round_.rows.all()).select_related("recipient__data_key", "answered_by", "checked_by")
    row: CollectionRow = get_object_or_404(rows, pk=row_id)
    row.round = round_
    return row


def _correction(row: CollectionRow, data: Any, back: str) -> forms.ChangeForm:
    return forms.ChangeForm(data, row=row, contacts=contacts_of(row), by_adviser=True, back_url=back)


def _seen(request: PortalRequest) -> int:
    written = request.POST.get("version", "")
    return int(written) if written.isascii() and written.isdigit() else -1


def _do(pressed: str, row: CollectionRow, form: forms.ChangeForm, user: User, request: PortalRequest) -> str:
    match pressed:
        case "check":
            actions.check(row=row, seen_version=_seen(request), by=user, now=request.now)
        case "reopen":
            actions.reopen(row=row, seen_version=_seen(request), by=user, now=request.now)
        case "put_in":
            actions.put_in_catalogue(row=row, by=user, now=request.now)
        case _:
            actions.answer(row=row, said=form.said(), seen_version=form.cleaned_data["version"], now=request.now, by=user)
            return _("The answer is saved.")
    return str(DONE[pressed])


# Who answers


@require_http_methods(["GET", "HEAD", "POST"])
def collection_recipient(request: PortalRequest, round_id: UUID, recipient_id: UUID) -> HttpResponse:
    """A new link to a mailbox, the same or another; the old one stops."""
    round_ = _round_of(request, round_id)
    user = cast("User", request.user)
    recipient: CollectionRecipient = get_object_or_404(round_.recipients.select_related("data_key"), pk=recipient_id)
    form = forms.RecipientForm(
        request.POST if request.method == "POST" else None,
        initial={"email": recipient.email},
        back_url=reverse("catalogue:collection", args=[round_.pk]),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with _acting(round_, user):
                actions.replace_link(recipient=recipient, email=form.cleaned_data["email"], by=user, now=request.now)
        except actions.UnableToCollect as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("A new link is on its way. The old one no longer works."))
            return redirect("catalogue:collection", round_id=round_.pk)
    rows = list(queries.rows_of(recipient))
    context = {
        "round": round_,
        "form": form,
        "titles": [{**title_of(row), "row": row} for row in rows],
        "breadcrumbs": _crumbs(round_, _("Send a new link")),
    }
    return render(request, "catalogue/collection_recipient.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_contact(request: PortalRequest, code: str) -> HttpResponse:
    """Who is asked about a course before each season."""
    course = course_of(request, code)
    user = cast("User", request.user)
    if not permissions.may_own(user, course.owner):
        raise PermissionDenied
    own, of_unit = queries.contact_of(course)
    form = forms.AnswerContactForm(
        request.POST if request.method == "POST" else None,
        initial={"email": own},
        back_url=reverse("catalogue:course_desk", args=[course.code]),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with audit_context.for_purpose(
                "set_answer_contact", role=role_for(user, Permission.EDIT_COURSE, course.owner), unit_id=course.owner_id
            ):
                actions.set_answer_contact(course=course, email=form.cleaned_data["email"], by=user, now=request.now)
        except actions.UnableToCollect as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Who answers for the course is saved."))
            return redirect("catalogue:course_desk", code=course.code)
    context = {"course": course, "form": form, "of_unit": of_unit, "breadcrumbs": crumbs(course, _("Who answers for the course"))}
    return render(request, "catalogue/answer_contact.html", context)
