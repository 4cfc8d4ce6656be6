"""What a link of the season collection opens, without sign-in: one mailbox's courses, and three ways to answer about each."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue import schedule
from catalogue.actions import collection as actions
from catalogue.collected import answered_dates, is_overdue, may_answer
from catalogue.enums import SeasonAnswer
from catalogue.forms.collection import ChangeForm, DropForm, SameForm, site_text
from catalogue.forms.runs import SITE_KINDS
from catalogue.models import CollectionRecipient, CollectionRow
from catalogue.queries import collection as queries
from catalogue.views.joining import own_page
from catalogue.wording import label_of, language_now
from lms_portal.accounts.models import Unit
from lms_portal.audit.context import for_purpose
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest
from lms_portal.common.phones import format_phone

PURPOSE = "answer_collection"
ROLE = "course_contact"
CONFLICT = 409
TONES = {"invited": "waiting", "answered": "active", "checked": "done", "in_catalogue": "done"}


def link_page(view: Callable[..., HttpResponse]) -> Any:
    """This will open what a link leads to, or say how to get a new one."""

    @wraps(view)
    def answer(request: PortalRequest, secret: str, **kwargs: Any) -> HttpResponse:
        limited: HttpResponse | None = ratelimit.consume_or_429(request, action="place_page")
        if limited:
            return limited
        recipient = queries.recipient_of(secret, now=request.now)
        if recipient is None:
            return render(request, "catalogue/collected_gone.html", status=404)
        with for_purpose(PURPOSE, role=ROLE, unit_id=recipient.round.unit_id):
            return view(request, secret, recipient, **kwargs)

    return own_page(answer)


# Words that the adviser's pages use too


def last_time(row: CollectionRow) -> list[dict[str, Any]]:
    """This will say what a course had last time: dates, places, how many, whom to ask."""
    run = row.last_run
    if run is None:
        return [{"term": _("Last time"), "value": _("No earlier dates")}]
    sites = sorted(run.sites.all(), key=lambda site: site.role != "origin")
    contact = (sites[0].contact or sites[0].unit) if sites else row.course.owner
    return [
        {"term": _("Dates"), "value": label_of(run)},
        {"term": _("Where"), "lines": [_place(site_text(site), site.meeting_place) for site in sites], "value": ""},
        {"term": _("Places"), "lines": [_number(site.places) for site in sites], "value": ""},
        {"term": _("Contact"), "value": _contact(contact)},
    ]


def _place(where: str, room: str) -> str:
    return f"{room}, {where}" if room else where


def _number(places: Any) -> str:
    return _("No limit") if places in (None, "") else str(places)


def _contact(unit: Unit) -> str:
    return ", ".join(part for part in (unit.name, format_phone(unit.phone) if unit.phone else "", unit.mailbox) if part)


def answer_of(row: CollectionRow) -> list[dict[str, Any]]:
    """This will say what was answered; what is as last time is not said again. Empty while nothing is."""
    if not row.answer:
        return []
    items: list[dict[str, Any]] = [{"term": _("Answer"), "value": answer_words(row)}]
    if row.answer == SeasonAnswer.NOT_HELD:
        return [*items, {"term": _("Why?"), "value": row.why_not}, *_notes(row)]
    dates = answered_dates(row)
    if dates is not None:
        items.append({"term": _("Dates"), "value": schedule.label(dates, language_now())})
        hours = [schedule.meeting_label(one, language_now()) for one in dates.meetings if one.starts]
        if hours:
            items.append({"term": _("Hours"), "lines": hours, "value": ""})
    if row.sites:
        names = {(str(site.unit_id), str(site.mode)): site_text(site) for site in row.last_run.sites.all()} if row.last_run else {}
        rows = [(names.get((one["unit"], one["mode"]), row.course.owner.name), one) for one in row.sites]
        items.append({"term": _("Where"), "lines": [_place(name, one["meeting_place"]) for name, one in rows], "value": ""})
        items.append({"term": _("Places"), "lines": [_number(one["places"]) for _name, one in rows], "value": ""})
    if row.contact is not None:
        items.append({"term": _("Contact"), "value": _contact(row.contact)})
    return [*items, *_notes(row)]


def _notes(row: CollectionRow) -> list[dict[str, Any]]:
    return [{"term": _("Note to the centre"), "value": row.notes}] if row.notes else []


def answer_words(row: CollectionRow) -> str:
    """This will write an answer as its question was put."""
    if row.round.is_yearly and row.answer == SeasonAnswer.SAME:
        return _("Yes, as it stands")
    if row.round.is_yearly and row.answer == SeasonAnswer.NOT_HELD:
        return _("Stopped")
    return row.answer_label


def contacts_of(row: CollectionRow) -> dict[str, Unit]:
    """This will list the units of the course's hospital, to choose whom to ask (one query)."""
    top = "/".join(row.course.owner.path.split("/")[:3])
    rows = Unit.objects.filter(kind__in=SITE_KINDS).order_by("path")
    return {str(unit.pk): unit for unit in rows if unit.path == top or unit.path.startswith(f"{top}/")}


def title_of(row: CollectionRow) -> dict[str, str]:
    """This will name a course, with the language of its name."""
    version = row.course.public_version
    return {"title": version.title if version else row.course.code, "title_language": version.language_shown() if version else ""}


# The list


def _cards(
    request: PortalRequest, recipient: CollectionRecipient, rows: list[CollectionRow], secret: str, data: Any = None
) -> list[dict[str, Any]]:
    today = oslo_date(request.now)
    cards = []
    for row in rows:
        row.round = recipient.round  # loaded with its season
        open_ = may_answer(row, recipient.round, today)
        cards.append(
            {
                "row": row,
                **title_of(row),
                "before": last_time(row),
                "answer": answer_of(row),
                "tone": "late" if is_overdue(row, recipient.round, today) else TONES[row.status],
                "may_answer": open_,
                "form": SameForm(data, row=row) if open_ and data is not None else SameForm(row=row) if open_ else None,
                "change_url": reverse("catalogue:collected_change", args=[secret, row.pk]),
                "drop_url": reverse("catalogue:collected_drop", args=[secret, row.pk]),
            }
        )
    return cards


@link_page
def collected(request: PortalRequest, secret: str, recipient: CollectionRecipient) -> HttpResponse:
    """All courses of one mailbox; each confirmed in one press, or all at once."""
    rows = list(queries.rows_of(recipient))
    if request.method != "POST":
        return _list(request, secret, recipient, _cards(request, recipient, rows, secret))
    cards = _cards(request, recipient, rows, secret, request.POST)
    pressed = request.POST.get("do", "")
    if pressed == "all":
        return _answer_all(request, secret, recipient, cards)
    card = next((one for one in cards if f"same:{one['row'].pk}" == pressed), None)
    if card is None:
        return redirect("catalogue:collected", secret=secret)
    return _answer_one(request, secret, recipient, cards, card)


def _answer_one(
    request: PortalRequest, secret: str, recipient: CollectionRecipient, cards: list[dict[str, Any]], card: Mapping[str, Any]
) -> HttpResponse:
    form: SameForm | None = card["form"]
    error = ""
    clash = None
    if form is None:
        error = _("The centre has checked this answer. Ask the centre to change it.")
    elif form.is_valid():
        said = actions.Said(SeasonAnswer.SAME, dates=form.dates())
        try:
            actions.answer(row=card["row"], said=said, seen_version=form.cleaned_data["version"], now=request.now)
        except actions.AnsweredMeanwhile:
            clash = card["row"].pk
        except actions.UnableToCollect as refused:
            error = str(refused)
        else:
            messages.success(request, _("Thank you. The answer is saved."))
            if not any(one["form"] is not None and one is not card and one["form"].is_typed for one in cards):
                return redirect(f"{reverse('catalogue:collected', args=[secret])}#c-{card['row'].pk}")
    again = _again(
        request, secret, recipient, keep=None if form is not None and form.is_valid() and not clash and not error else card["row"].pk
    )
    return _list(request, secret, recipient, again, error=error, clash=clash, tried=True)


def _again(request: PortalRequest, secret: str, recipient: CollectionRecipient, *, keep: Any) -> list[dict[str, Any]]:
    """The page as it is now, with what was typed about other courses; a version that was too old is taken from what stands now."""
    rows = list(queries.rows_of(recipient))
    typed = request.POST.copy()
    for row in rows:
        typed[f"{row.pk}-version"] = str(row.version)
    cards = _cards(request, recipient, rows, secret, typed)
    for card in cards:
        # only what was pressed is judged; the others are as they were typed, and wait
        if card["form"] is not None and card["row"].pk != keep:
            shown = {
                "version": card["row"].version,
                "when": typed.get(f"{card['row'].pk}-when", "term"),
                "days": typed.get(f"{card['row'].pk}-days", ""),
            }
            card["form"] = SameForm(row=card["row"], initial=shown)
    return cards


def _answer_all(request: PortalRequest, secret: str, recipient: CollectionRecipient, cards: list[dict[str, Any]]) -> HttpResponse:
    waiting = [card for card in cards if card["row"].status == CollectionRow.Status.INVITED and card["form"] is not None]
    wrong = [card for card in waiting if not card["form"].is_valid()]
    if wrong:
        return _list(request, secret, recipient, cards, tried=True)
    chosen = {card["row"].pk: card["form"].dates() for card in waiting}
    try:
        done = actions.answer_same_for_all(recipient=recipient, chosen=chosen, now=request.now)
    except actions.UnableToCollect as refused:
        return _list(request, secret, recipient, cards, error=str(refused), tried=True)
    text = ngettext(
        "Thank you. “Same as last time” is saved for one course.",
        "Thank you. “Same as last time” is saved for %(number)s courses.",
        len(done),
    )
    messages.success(request, text % {"number": len(done)})
    return redirect("catalogue:collected", secret=secret)


def _list(
    request: HttpRequest,
    secret: str,
    recipient: CollectionRecipient,
    cards: list[dict[str, Any]],
    *,
    error: str = "",
    clash: UUID | None = None,
    tried: bool = False,
) -> HttpResponse:
    faults = []
    if tried:
        for card in cards:
            form = card["form"]
            if form is not None and form.is_bound and not form.is_valid():
                faults += [
                    {"id": f"id_{card['row'].pk}-{name}", "title": card["title"], "text": " ".join(texts)}
                    for name, texts in form.errors.items()
                ]
    waiting = sum(card["row"].status == CollectionRow.Status.INVITED for card in cards)
    return render(
        request,
        "catalogue/collected.html",
        {
            "secret": secret,
            "round": recipient.round,
            "cards": cards,
            "waiting": waiting,
            "answered": len(cards) - waiting,
            "faults": faults,
            "error": error,
            "clash": next((card for card in cards if card["row"].pk == clash), None),
            "has_errors": bool(faults or error or clash),
        },
        status=CONFLICT if clash else 200,
    )


# One course


def _row_of(recipient: CollectionRecipient, row_id: UUID) -> CollectionRow:
    row = get_object_or_404(queries.rows_of(recipient), pk=row_id)
    row.round = recipient.round
    return row


def _one(request: PortalRequest, secret: str, recipient: CollectionRecipient, row_id: UUID, *, build: Any, heading: str) -> HttpResponse:
    """A form about one course. What somebody else answered meanwhile stands beside it, and can be overwritten knowingly."""
    row = _row_of(recipient, row_id)
    if not may_answer(row, recipient.round, oslo_date(request.now)):
        messages.warning(request, _("This answer can no longer be changed here. Ask the centre to change it."))
        return redirect("catalogue:collected", secret=secret)
    form = build(row, request.POST if request.method == "POST" else None)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(row=row, said=form.said(), seen_version=form.cleaned_data["version"], now=request.now)
        except actions.AnsweredMeanwhile:
            clash = row = _row_of(recipient, row_id)
            kept = request.POST.copy()
            kept["version"] = str(row.version)
            form = build(row, kept)
            form.is_valid()
        except actions.UnableToCollect as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Thank you. The answer is saved."))
            return redirect(f"{reverse('catalogue:collected', args=[secret])}#c-{row.pk}")
    context = {
        "form": form,
        "row": row,
        "round": recipient.round,
        **title_of(row),
        "before": last_time(row),
        "theirs": answer_of(row) if clash else [],
        "clash": clash,
        "heading": heading,
        "has_errors": bool(clash) or (form.is_bound and not form.is_valid()),
    }
    return render(request, "catalogue/collected_one.html", context, status=CONFLICT if clash else 200)


@link_page
def collected_change(request: PortalRequest, secret: str, recipient: CollectionRecipient, row_id: UUID) -> HttpResponse:
    """What differs from last time."""
    back = f"{reverse('catalogue:collected', args=[secret])}#c-{row_id}"

    def build(row: CollectionRow, data: Any) -> ChangeForm:
        return ChangeForm(data, row=row, contacts=contacts_of(row), back_url=back)

    return _one(request, secret, recipient, row_id, build=build, heading=_("What is changed?"))


@link_page
def collected_drop(request: PortalRequest, secret: str, recipient: CollectionRecipient, row_id: UUID) -> HttpResponse:
    """Not this season, or stopped."""
    back = f"{reverse('catalogue:collected', args=[secret])}#c-{row_id}"

    def build(row: CollectionRow, data: Any) -> DropForm:
        return DropForm(data, row=row, back_url=back)

    return _one(
        request, secret, recipient, row_id, build=build, heading=_("It has stopped") if recipient.round.is_yearly else _("Not this season")
    )
