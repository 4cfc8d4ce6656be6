"""What public pages share: no sign-in, and a quick “nothing has changed” for who asks again."""

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import condition, require_safe

from catalogue.queries.pages import catalogue_number
from lms_portal.common.clock import oslo_date
from lms_portal.common.http import PortalRequest

View = Callable[..., HttpResponse]


@lru_cache(maxsize=1)
def _release() -> str:
    """The newest template or translation: a new release must not answer 304 for the old one's pages."""
    files = [path for folder in ("templates", "catalogue/locale", "lms_portal/locale") for path in (settings.ROOT / folder).rglob("*.*")]
    return str(int(max((path.stat().st_mtime for path in files), default=0)))


def is_anonymous(request: HttpRequest) -> bool:
    """This will say whether no session stands behind the request, without opening one."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


def _etag(request: PortalRequest, *_args: Any, **_kwargs: Any) -> str | None:
    if not is_anonymous(request) or "messages" in request.COOKIES:
        return None
    parts = [request.get_full_path(), str(catalogue_number()), oslo_date(request.now).isoformat(), _release()]
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]}"'


def public_page(view: View) -> Any:
    """This will open a page to everybody, and answer 304 where neither catalogue, day nor release has changed."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if is_anonymous(request):
            patch_cache_control(response, public=True, no_cache=True)
            patch_vary_headers(response, ["Cookie"])
        return response

    return login_not_required(require_safe(condition(etag_func=_etag)(answer)))
