"""The words of the search, for advisers: synonyms and pairs of written forms, tried before they are saved."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.actions import words as actions
from catalogue.forms.statistics import PairForm, SynonymForm, WordForm, WordsFilter
from catalogue.models import CatalogueState, FormPair, Synonym
from catalogue.permissions import may_edit_words
from catalogue.queries import words as queries
from catalogue.views.desk import crumbs, editor_of, names_of
from catalogue.wording import language_now
from lms_portal.accounts.models import User
from lms_portal.audit import context as audit_context
from lms_portal.common.http import PortalRequest

PER_PAGE = 50
KINDS = ("synonyms", "pairs", "out")


def _editor(request: PortalRequest) -> User:
    user = editor_of(request)
    if not may_edit_words(user):
        raise PermissionDenied
    return user


def _way(*steps: tuple[str, str]) -> list[dict[str, str]]:
    items = (
        [*crumbs(), {"text": _("The words of the search"), "url": reverse("catalogue:words")}]
        if steps
        else crumbs(None, _("The words of the search"))
    )
    return [*items, *({"text": text, "url": url} if url else {"text": text} for text, url in steps)]


@require_safe
def words(request: PortalRequest) -> HttpResponse:
    """The lists: words and what they find, pairs of written forms, and what has been taken out."""
    _editor(request)
    form = WordsFilter(request.GET)
    values = form.cleaned_data if form.is_valid() else {}
    text = " ".join(values.get("q", "").replace("\0", "").lower().split())
    kind = values.get("kind", "") if values.get("kind") in KINDS else KINDS[0]
    rows: Any = queries.pairs(text) if kind == "pairs" else queries.synonyms(text)
    if kind == "out":
        rows = [*queries.synonyms(text, used=False), *queries.pairs(text, used=False)]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    address = reverse("catalogue:words")
    context = {
        "kinds": [
            {"text": label, "url": f"{address}?kind={code}", "current": code == kind}
            for code, label in zip(KINDS, (_("Synonyms"), _("Bokmål and nynorsk"), _("Taken out")), strict=True)
        ],
        "kind": kind,
        "filter": form,
        "text": text,
        "page": page,
        "lines": [_line(row) for row in page.object_list],
        "is_behind": CatalogueState.objects.filter(pk=1, words_changed_at__isnull=False).exists(),
        "breadcrumbs": _way(),
    }
    return render(request, "catalogue/words.html", context)


def _line(row: Synonym | FormPair) -> dict[str, Any]:
    if isinstance(row, Synonym):
        return {"word": row.word, "finds": ", ".join(row.finds), "url": reverse("catalogue:synonym_edit", args=[row.pk])}
    return {"word": row.nb, "finds": row.nn, "is_stem": row.is_stem, "url": reverse("catalogue:pair_edit", args=[row.pk]), "is_pair": True}


def _extra(values: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """What the form ties together, as synonyms: the index knows a new pair only once it is built anew."""
    if "finds" in values:
        return [(values["word"], values["finds"])]
    return [(values["nb"], [values["nn"]]), (values["nn"], [values["nb"]])]


def _tried(form: WordForm, existing: Synonym | FormPair | None) -> dict[str, Any]:
    """What a search finds now, and would find."""
    values = form.cleaned_data
    written = values["trial"] or values.get("word") or values.get("nn") or ""
    language = language_now()
    now = queries.trial(written, language)
    then = queries.trial(written, language, extra=_extra(values), without=existing)
    return {
        "written": written,
        "now": {
            "total": now.total,
            "courses": [{"title": title, "changed": pk not in then.courses} for pk, title in now.courses.items()],
            "corrected": now.corrected,
        },
        "then": {
            "total": then.total,
            "courses": [{"title": title, "changed": pk not in now.courses} for pk, title in then.courses.items()],
            "corrected": then.corrected,
        },
    }


def _edit(request: PortalRequest, form: WordForm, existing: Synonym | FormPair | None, title: str, template_kind: str) -> HttpResponse:
    user = _editor(request)
    tried = None
    verb = request.POST.get("verb", "save") if request.method == "POST" else ""
    if verb == "take_out" and existing is not None:
        try:
            with audit_context.for_purpose("search_words"):
                actions.take_out(words=existing, by=user, now=request.now)
        except actions.UnableToChangeWords as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Taken out. The search follows within a few minutes."))
            return redirect("catalogue:words")
    elif verb and form.is_valid():
        if verb == "try":
            tried = _tried(form, existing)
        elif _saved(request, user, form, existing):
            messages.success(request, _("Saved. The search follows within a few minutes."))
            kind = "pairs" if template_kind == "pair" else "synonyms"
            return redirect(f"{reverse('catalogue:words')}?kind={kind}")
    context = {
        "form": form,
        "title": title,
        "existing": existing,
        "is_pair": template_kind == "pair",
        "tried": tried,
        "has_errors": bool(form.errors),
        "breadcrumbs": _way((title, "")),
    }
    return render(request, "catalogue/words_edit.html", context)


def _saved(request: PortalRequest, user: User, form: WordForm, existing: Synonym | FormPair | None) -> bool:
    values = {key: value for key, value in form.cleaned_data.items() if key != "trial"}
    common: dict[str, Any] = {**values, "by": user, "now": request.now}
    try:
        with audit_context.for_purpose("search_words"):
            if isinstance(existing, Synonym):
                actions.change_synonym(synonym=existing, **common)
            elif isinstance(existing, FormPair):
                actions.change_pair(pair=existing, **common)
            elif isinstance(form, SynonymForm):
                actions.add_synonym(**common)
            else:
                actions.add_pair(**common)
    except actions.UnableToChangeWords as error:
        form.add_error(None, str(error))
        return False
    return True


METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def synonym_new(request: PortalRequest) -> HttpResponse:
    """A word that people use gets something to find; the demand map leads here with the word filled in."""
    _editor(request)
    word = " ".join(request.GET.get("word", "").replace("\0", "").split())[:60]
    form = SynonymForm(request.POST if request.method == "POST" else None, initial={"word": word, "trial": word})
    return _edit(request, form, None, _("New synonym"), "synonym")


@require_http_methods(METHODS)
def synonym_edit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One word and what it finds: changed, tried, taken out, or used again."""
    _editor(request)
    existing = get_object_or_404(Synonym, pk=pk)
    initial = {"word": existing.word, "finds": "\n".join(existing.finds)}
    form = SynonymForm(request.POST if request.method == "POST" else None, existing=existing, initial=initial)
    return _edit(request, form, existing, _("Change a synonym"), "synonym")


@require_http_methods(METHODS)
def pair_new(request: PortalRequest) -> HttpResponse:
    """A word in both written forms."""
    _editor(request)
    form = PairForm(request.POST if request.method == "POST" else None)
    return _edit(request, form, None, _("New pair of forms"), "pair")


@require_http_methods(METHODS)
def pair_edit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One pair: changed, tried, taken out, or used again."""
    _editor(request)
    existing = get_object_or_404(FormPair, pk=pk)
    initial = {"nb": existing.nb, "nn": existing.nn, "is_stem": existing.is_stem}
    form = PairForm(request.POST if request.method == "POST" else None, existing=existing, initial=initial)
    return _edit(request, form, existing, _("Change a pair of forms"), "pair")


@require_safe
def words_history(request: PortalRequest) -> HttpResponse:
    """Who changed which word, and from what to what."""
    _editor(request)
    page = Paginator(queries.history(), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    people = names_of(row.actor_id for row in rows)
    now = queries.names_now(rows)
    fields = {
        "word": _("The word that people write"),
        "finds": _("What it also finds"),
        "nb": _("Bokmål"),
        "nn": _("Nynorsk"),
        "is_stem": _("It also counts inside longer words"),
        "is_used": _("In use"),
    }
    kinds = {"insert": _("Added"), "update": _("Changed"), "delete": _("Deleted")}

    def told(value: object) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "–")

    context = {
        "page": page,
        "lines": [
            {
                "at": row.portal_at or row.recorded_at,
                "by": people.get(row.actor_id, ""),
                "what": kinds[row.operation],
                "word": now.get(row.object_id, ""),
                "changes": [
                    {"field": fields[name], "before": told(pair[0]) if row.operation == "update" else "", "after": told(pair[1])}
                    for name, pair in row.changes.items()
                    if name in fields and isinstance(pair, list)
                ],
            }
            for row in rows
        ],
        "breadcrumbs": _way((_("Who changed what"), "")),
    }
    return render(request, "catalogue/words_history.html", context)
