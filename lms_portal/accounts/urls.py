"""Addresses of sign-in and people. allauth's views keep allauth's names, because allauth looks them up; ours are `accounts:…`.

Only the views that the portal uses are here: no sign-up, no change of e-mail, no codes by mail.
"""

from django.urls import URLPattern, URLResolver, include, path, re_path

from lms_portal.accounts.views import demo, invitations, people, profile, roles, sign_in

sign_in_patterns = [
    path("inn/", sign_in.sign_in, name="account_login"),
    path("ut/", sign_in.sign_out, name="account_logout"),
    path("bekreft/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("passord/bytt/", sign_in.change_password, name="account_change_password"),
    path("passord/nytt/", sign_in.reset_password, name="account_reset_password"),
    path("passord/nytt/sendt/", sign_in.reset_password_done, name="account_reset_password_done"),
    path("passord/nytt/ferdig/", sign_in.reset_password_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^passord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", sign_in.reset_password_from_key, name="account_reset_password_from_key"
    ),
    path("tofaktor/", sign_in.second_factor, name="mfa_index"),
    path("tofaktor/kode/", sign_in.authenticate, name="mfa_authenticate"),
    path("tofaktor/bekreft/", sign_in.reauthenticate_by_code, name="mfa_reauthenticate"),
    path("tofaktor/app/ny/", sign_in.activate_app, name="mfa_activate_totp"),
    path("tofaktor/app/fjern/", sign_in.remove_app, name="mfa_deactivate_totp"),
    path("tofaktor/nokler/", sign_in.passkeys, name="mfa_list_webauthn"),
    path("tofaktor/nokler/ny/", sign_in.add_passkey, name="mfa_add_webauthn"),
    path("tofaktor/nokler/bekreft/", sign_in.reauthenticate_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("tofaktor/nokler/<int:pk>/fjern/", sign_in.remove_passkey, name="mfa_remove_webauthn"),
    path("tofaktor/nokler/<int:pk>/endre/", sign_in.rename_passkey, name="mfa_edit_webauthn"),
    path("tofaktor/reservekoder/", sign_in.recovery_codes, name="mfa_view_recovery_codes"),
    path("tofaktor/reservekoder/nye/", sign_in.make_recovery_codes, name="mfa_generate_recovery_codes"),
]

own_patterns = [
    path("demo/", demo.demo_sign_in, name="demo_sign_in"),
    path("invitasjon/", invitations.accept_invitation, name="accept_invitation"),
    path("invitasjon/<str:secret>/", invitations.open_invitation, name="open_invitation"),
    path("roller/", roles.roles, name="roles"),
    path("profil/", profile.profile, name="profile"),
    path("folk/", people.people, name="people"),
    path("folk/inviter/", people.invite, name="invite"),
    path("folk/invitasjon/<uuid:pk>/trekk/", people.withdraw_invitation, name="withdraw_invitation"),
    path("folk/<uuid:pk>/", people.person, name="person"),
    path("folk/<uuid:pk>/konto/", people.switch_account, name="switch_account"),
    path("folk/rolle/<uuid:pk>/avslutt/", people.end_membership, name="end_membership"),
]

urlpatterns: list[URLPattern | URLResolver] = [*sign_in_patterns, path("", include((own_patterns, "accounts")))]
