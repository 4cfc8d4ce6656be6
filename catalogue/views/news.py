"""News by mail: asked for, confirmed and stopped without an account; written, looked at and sent by an adviser; read on a public page."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue import following
from catalogue.actions import news as actions
from catalogue.enums import Topic
from catalogue.forms.following import NewsAskForm, NewsItemForm, SendNewsForm
from catalogue.forms.joining import ButtonForm
from catalogue.models import NewsItem, NewsSubscription
from catalogue.queries import following as queries
from catalogue.views.desk import desk_tabs, editor_of
from catalogue.views.joining import _limited, own_page
from catalogue.views.public import public_page
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.accounts.permissions import role_for
from lms_portal.audit import context as audit_context
from lms_portal.common.http import PortalRequest

PER_PAGE = 20
ONE_PRESS = "One-Click"


# For everybody


@public_page
def news_list(request: PortalRequest) -> HttpResponse:
    """What has been sent, the newest first."""
    rows = NewsItem.objects.public().select_related("unit").order_by("-sent_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "catalogue/news_list.html", {"page": page, "breadcrumbs": [{"text": _("News")}]})


@public_page
def news_item(request: PortalRequest, item_id: UUID) -> HttpResponse:
    """One piece of news."""
    item = get_object_or_404(NewsItem.objects.public().select_related("unit"), pk=item_id)
    crumbs = [{"text": _("News"), "url": reverse("catalogue:news_list")}, {"text": item.unit.name}]
    return render(request, "catalogue/news_item.html", {"item": item, "breadcrumbs": crumbs})


@own_page
def news_ask(request: PortalRequest) -> HttpResponse:
    """This will take the address of somebody who wants news."""
    form = NewsAskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data
        if limited := _limited(request, "course_news", key=written["email"].strip().lower()):
            return limited
        actions.ask_for_news(
            email=written["email"], topics=written["topics"], area=written["area"], language=written["language"], now=request.now
        )
        return redirect("catalogue:news_asked")
    crumbs = [{"text": _("News"), "url": reverse("catalogue:news_list")}, {"text": _("News by e-mail")}]
    return render(request, "catalogue/news_ask.html", {"form": form, "breadcrumbs": crumbs})


@own_page
def news_asked(request: PortalRequest) -> HttpResponse:
    """This will say that a mail is on its way, whoever asked."""
    return render(request, "catalogue/news_over.html", {"said": "asked"})


@own_page
def news_stopped(request: PortalRequest) -> HttpResponse:
    """This will say that the address is deleted."""
    return render(request, "catalogue/news_over.html", {"said": "stopped"})


def _choices(found: NewsSubscription) -> dict[str, Any]:
    chosen = [code for code in found.topics.split(",") if code]
    return {
        "topics": [str(Topic(code).label) for code in chosen if code in Topic.values],
        "area": found.area.name if found.area else _("The whole region"),
        "language": found.get_language_display(),
    }


@own_page
def news_confirm(request: PortalRequest, secret: str) -> HttpResponse:
    """This will put an address on the list, by a button; afterwards the page shows what was chosen."""
    if limited := _limited(request, "place_page"):
        return limited
    found = queries.subscription_of(secret, now=request.now)
    if found is None:
        return render(request, "catalogue/news_over.html", {"said": "gone"}, status=404)
    if request.method == "POST":
        actions.confirm(subscription=found, now=request.now)
        return redirect("catalogue:news_confirm", secret=secret)
    context = {
        "form": ButtonForm(button=_("Yes, send me the news")),
        "secret": secret,
        "is_confirmed": found.confirmed_at is not None,
        **_choices(found),
    }
    return render(request, "catalogue/news_confirm.html", context)


@own_page
def news_stop(request: PortalRequest, secret: str) -> HttpResponse:
    """This will delete an address, by a button."""
    if limited := _limited(request, "place_page"):
        return limited
    found = queries.subscription_of(secret, now=request.now)
    if found is None:
        return render(request, "catalogue/news_over.html", {"said": "gone"}, status=404)
    if request.method == "POST":
        actions.forget(subscription=found, now=request.now)
        return redirect("catalogue:news_stopped")
    return render(request, "catalogue/news_stop.html", {"form": ButtonForm(button=_("Stop the news and delete my address"))})


@csrf_exempt
@login_not_required
@require_POST
def news_one_press(request: PortalRequest, secret: str) -> HttpResponse:
    """A mail program's own button stops the news. Source: RFC 8058: a POST without cookies, and no page to answer with.

    Not guarded against forged forms, because the secret in the address is what lets it through; nothing is read from a session.
    """
    if limited := _limited(request, "place_page"):
        return limited
    if request.POST.get("List-Unsubscribe") != ONE_PRESS:
        return HttpResponseBadRequest(content_type="text/plain")
    found = queries.subscription_of(secret, now=request.now)
    if found is not None:
        actions.forget(subscription=found, now=request.now)
    return HttpResponse(status=200, content_type="text/plain")


# For advisers


def _acting(user: User, item: NewsItem) -> Any:
    return audit_context.for_purpose("news", role=role_for(user, Permission.PUBLISH_COURSE, item.unit), unit_id=item.unit_id)


def _crumbs(last: str = "") -> list[dict[str, str]]:
    items = [{"text": _("Course desk"), "url": reverse("catalogue:desk")}, {"text": _("News"), "url": reverse("catalogue:news_desk")}]
    return [*items, {"text": last}] if last else [items[0], {"text": _("News")}]


def _item_of(request: PortalRequest, item_id: UUID) -> NewsItem:
    editor_of(request)
    return get_object_or_404(NewsItem.objects.visible_to(request.user).select_related("unit__hospital_area"), pk=item_id)


@require_safe
def news_desk(request: PortalRequest) -> HttpResponse:
    """The news of the person's centres: drafts, what waits, what has been sent."""
    user = editor_of(request)
    rows = NewsItem.objects.visible_to(user).select_related("unit").order_by("-created_at", "-id")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_write": queries.units_with_news(user).exists(),
        "tabs": desk_tabs("news", request.user),
        "breadcrumbs": [{"text": _("My page"), "url": reverse("home_signed_in")}, *_crumbs()],
    }
    return render(request, "catalogue/news_desk.html", context)


def _next_page(request: PortalRequest, item: NewsItem) -> HttpResponse:
    page = "catalogue:news_send" if request.POST.get("then") == "preview" else "catalogue:news_edit"
    return redirect(page, item_id=item.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def news_new(request: PortalRequest) -> HttpResponse:
    """A new piece of news."""
    user = editor_of(request)
    form = NewsItemForm(
        request.POST if request.method == "POST" else None, units=queries.units_with_news(user), back=reverse("catalogue:news_desk")
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.write_news(unit=form.cleaned_data["unit"], values=form.cleaned_data, by=user, now=request.now)
        except actions.UnableToSendNews as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft has been saved."))
            return _next_page(request, made)
    heading = _("New piece of news")
    return render(request, "catalogue/news_edit.html", {"form": form, "heading": heading, "breadcrumbs": _crumbs(heading)})


@require_http_methods(["GET", "HEAD", "POST"])
def news_edit(request: PortalRequest, item_id: UUID) -> HttpResponse:
    """Writes on a draft, and deletes it."""
    item = _item_of(request, item_id)
    user = cast("User", request.user)
    if item.sent_at is not None:
        return redirect("catalogue:news_send", item_id=item.pk)
    start = {name: getattr(item, name) for name in (*actions.COLUMNS, "edit_version")}
    deletes = request.method == "POST" and request.POST.get("do") == "delete"
    form = NewsItemForm(
        request.POST if request.method == "POST" and not deletes else None,
        units=queries.units_with_news(user),
        item=item,
        initial=start,
        back=reverse("catalogue:news_desk"),
    )
    try:
        with _acting(user, item):
            if deletes:
                actions.delete_news(item=item, by=user)
                messages.success(request, _("The draft has been deleted."))
                return redirect("catalogue:news_desk")
            if form.is_bound and form.is_valid():
                seen = form.cleaned_data["edit_version"]
                saved = actions.change_news(item=item, values=form.cleaned_data, seen_version=-1 if seen is None else seen, by=user)
                messages.success(request, _("The draft has been saved."))
                return _next_page(request, saved)
    except actions.UnableToSendNews as error:
        if deletes:
            messages.error(request, str(error))
            return redirect("catalogue:news_edit", item_id=item.pk)
        form.add_error(None, str(error))
    context = {"form": form, "item": item, "heading": _("Edit the news"), "breadcrumbs": _crumbs(item.title)}
    return render(request, "catalogue/news_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def news_send(request: PortalRequest, item_id: UUID) -> HttpResponse:
    """The news as it will be read, in both written forms; and when it goes."""
    item = _item_of(request, item_id)
    user = cast("User", request.user)
    holds = request.method == "POST" and request.POST.get("do") == "hold"
    form = SendNewsForm(
        request.POST if request.method == "POST" and not holds else None, now=request.now, initial={"edit_version": item.edit_version}
    )
    try:
        with _acting(user, item):
            if holds:
                actions.hold_back(item=item, by=user)
                messages.success(request, _("The news is held back, and is a draft again."))
                return redirect("catalogue:news_send", item_id=item.pk)
            if form.is_bound and form.is_valid():
                written = form.cleaned_data
                actions.plan_news(item=item, send_at=written["send_at"], seen_version=written["edit_version"], by=user, now=request.now)
                messages.success(request, _("The news will be sent."))
                return redirect("catalogue:news_send", item_id=item.pk)
    except actions.UnableToSendNews as error:
        if holds:
            messages.error(request, str(error))
            return redirect("catalogue:news_send", item_id=item.pk)
        form.add_error(None, str(error))
    area = queries.area_of(item.unit)
    context = {
        "item": item,
        "form": form,
        "why_not": following.why_not_send(item, send_at=request.now, now=request.now),
        "topic": item.get_topic_display() if item.topic else _("For everybody on the list"),
        "area": area.name if area else _("The whole region"),
        "near": queries.subscriptions_near(area).count(),
        "breadcrumbs": _crumbs(item.title),
    }
    return render(request, "catalogue/news_send.html", context)
