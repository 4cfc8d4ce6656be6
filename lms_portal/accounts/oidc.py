"""Other ways to sign in than by password: HelseID, ID-porten, Ansattporten. None is built in; each comes as an adapter.

An adapter is an object with the shape of `SignInProvider`, registered from the ready() of the app that brings it. The sign-in
page lists the providers that say they are set up, as links (a form would be stopped by `form-action 'self'` at the redirect).
What a provider has to check is in docs/adr/0006-sign-in.md.
"""

from typing import Protocol

from django.http import HttpRequest

from lms_portal.common.text import Words


class SignInProvider(Protocol):
    """One identity provider."""

    code: str
    name: Words

    def is_set_up(self) -> bool:
        """Return whether this deployment has the keys and addresses that the provider needs."""

    def begin_url(self, request: HttpRequest, next_url: str) -> str:
        """Return the portal's own address that begins the sign-in; it checks `next_url` again when the person comes back."""


_providers: dict[str, SignInProvider] = {}


def register(provider: SignInProvider) -> None:
    """This will offer a provider on the sign-in page, wherever it is set up."""
    _providers[provider.code] = provider


def links(request: HttpRequest, next_url: str) -> list[tuple[str, str]]:
    """This will list name and address of each provider that is set up here."""
    return [(str(provider.name), provider.begin_url(request, next_url)) for provider in _providers.values() if provider.is_set_up()]
