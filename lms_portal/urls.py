"""Every address of the portal. Pages stand under /nb/, /nn/ and /en/; what machines read stands beside them."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from lms_portal.views import components, health, home, language, privacy, security_txt

# The pages that need no sign-in, by URL name. Everything else is behind LoginRequiredMiddleware; a test walks both.
PUBLIC_VIEWS = frozenset(
    {
        "healthz",
        "readyz",
        "security_txt",
        "root",
        "set_language",
        "privacy",
        "cookies",
        "accessibility",
        "components",
        "demo_clock",
        "front",
        "accounts:roles",
        "accounts:demo_sign_in",
        "accounts:accept_invitation",
        "accounts:open_invitation",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "outbox:mailbox",
        "catalogue:list",
        "catalogue:course",
        "catalogue:centres",
        "catalogue:seasons",
        "catalogue:season",
        "catalogue:how_to_refer",
        "catalogue:season_papers",
        "catalogue:paper",
        "catalogue:guide_paper",
        "catalogue:calendar",
        "catalogue:collected",
        "catalogue:collected_change",
        "catalogue:collected_drop",
        "catalogue:join",
        "catalogue:joined",
        "catalogue:place",
        "catalogue:place_needs",
        "catalogue:place_site",
        "catalogue:place_cancel",
        "catalogue:lost_link",
        "catalogue:lost_link_sent",
        "catalogue:interest",
        "catalogue:interest_sent",
        "catalogue:interest_confirm",
        "catalogue:interest_stop",
        "catalogue:interest_stopped",
        "catalogue:run_link",
        "catalogue:evaluate",
        "catalogue:evaluated",
        "catalogue:place_group",
        "catalogue:my_group",
        "catalogue:group_left",
        "catalogue:leader_answer",
        "catalogue:leader_thanks",
        "catalogue:news_list",
        "catalogue:news_item",
        "catalogue:news_ask",
        "catalogue:news_asked",
        "catalogue:news_confirm",
        "catalogue:news_stop",
        "catalogue:news_stopped",
        "catalogue:news_one_press",
        "catalogue:month",
        "catalogue:centre",
        "catalogue:embedded",
        "catalogue:open_data",
        "catalogue:feedback",
        "catalogue:feedback_thanks",
        "calendar_of_course",
        "calendar_of_centre",
        "calendar_of_topic",
        "courses_atom",
        "courses_json",
        "courses_schema",
        "opensearch",
        "sitemap",
        "robots",
        "course_short",
        "course_qr",
        "poster_short",
        "centre_short",
        "centre_qr",
        "referrals:patient",
        "grants:overview",
    }
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("sprak/", language.set_language, name="set_language"),
    path("", language.root, name="root"),
    path("", include("catalogue.urls_machines")),
]
urlpatterns += i18n_patterns(
    path("hjem/", home.home_signed_in, name="home_signed_in"),
    path("personvern/", privacy.privacy, name="privacy"),
    path("informasjonskapsler/", privacy.cookies, name="cookies"),
    path("tilgjengelighet/", privacy.accessibility, name="accessibility"),
    path("konto/", include("lms_portal.accounts.urls")),
    path("meldinger/", include("lms_portal.outbox.urls")),
    path("innsyn/", include("lms_portal.audit.urls")),
    path("henvisning/", include("referrals.urls")),
    path("tilskudd/", include("grants.urls")),
    path("", include("catalogue.urls")),
)
if settings.DEMO:
    urlpatterns += i18n_patterns(
        path("demo/komponenter/", components.components, name="components"),
        path("demo/klokke/", home.demo_clock, name="demo_clock"),
    )

handler400 = "lms_portal.views.errors.bad_request"
handler403 = "lms_portal.views.errors.permission_denied"
handler404 = "lms_portal.views.errors.page_not_found"
handler500 = "lms_portal.views.errors.server_error"
