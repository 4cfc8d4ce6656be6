"""People, units, memberships, permissions and sign-in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lms_portal.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from lms_portal.accounts import desk_cards, notifications, second_factor_keys, signals
        from lms_portal.accounts.directory import PortalDirectory
        from lms_portal.common.people import set_directory

        set_directory(PortalDirectory())
        notifications.register()
        second_factor_keys.register()
        signals.connect()
        desk_cards.register()
