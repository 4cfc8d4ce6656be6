"""The parts of components that an include cannot work out: addresses that keep the rest of the query, windows of page numbers."""

from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import RequestContext

from lms_portal.common import dates, money, phones

register = template.Library()

PAGES_BESIDE = 1


@register.filter
def kroner(amount: int | None) -> str:
    """`10 000 kr`; empty for no amount."""
    return "" if amount is None else money.format_kroner(amount)


@register.filter
def thousands(number: int | None) -> str:
    """`10 000`; empty for no number."""
    return "" if number is None else money.group_thousands(number)


@register.filter
def phone(number: str | None) -> str:
    """`90 01 23 45`, from the stored form."""
    return phones.format_phone(number) if number else ""


@register.filter
def day(value: date | None) -> str:
    """`3. mars 2027`; empty for no date."""
    return dates.format_date(value) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """`03.03.2027`, for tables; empty for no date."""
    return dates.format_short_date(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`3. mars 2027 kl. 9.00`, in Norwegian time; empty for no moment."""
    return dates.format_moment(value) if value else ""


def _with(context: RequestContext, **changes: str) -> str:
    """This will build the query of the page with some parameters changed; an empty value leaves one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode(safe=',')}"


@register.simple_tag(takes_context=True)
def query_with(context: RequestContext, **changes: object) -> str:
    """`{% query_with month="2027-03" page="" %}`: this page's query with some parameters changed or, when empty, left out."""
    return _with(context, **{name: str(value) for name, value in changes.items()})


def _window(page: Page[Any]) -> list[int]:
    """This will choose the page numbers to show: first, last, and those around the current one; 0 stands for a gap."""
    last = page.paginator.num_pages
    shown = sorted({1, last, *range(max(1, page.number - PAGES_BESIDE), min(last, page.number + PAGES_BESIDE) + 1)})
    numbers: list[int] = []
    for number in shown:
        if numbers and number - numbers[-1] == 2:
            numbers.append(number - 1)  # a gap of one page is the page itself
        elif numbers and number - numbers[-1] > 2:
            numbers.append(0)
        numbers.append(number)
    return numbers


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Page[Any]) -> dict[str, Any]:
    """Steps through the pages of a list. The parameter is `page`; the first page has none."""
    if page.paginator.num_pages < 2:
        return {"steps": []}

    def address(number: int) -> str:
        return _with(context, page=str(number) if number > 1 else "")

    return {
        "page": page,
        "steps": [
            {"gap": True} if number == 0 else {"number": number, "url": address(number), "current": number == page.number}
            for number in _window(page)
        ],
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: RequestContext, text: str, key: str, *, number: bool = False, default: str = "") -> dict[str, Any]:
    """A column head that sorts by `o=key`, and by `o=-key` when chosen again. `default`: the order where `o` is not given."""
    order = context["request"].GET.get("o", default)
    direction = {key: "ascending", f"-{key}": "descending"}.get(order, "")
    return {"text": text, "number": number, "direction": direction, "url": _with(context, o=f"-{key}" if order == key else key, page="")}
