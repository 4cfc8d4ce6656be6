"""Addresses of the referrals, under a language and `henvisning/`."""

from django.urls import path

from referrals.views import acting, case, letters, lists, patient, writing

app_name = "referrals"
urlpatterns = [
    path("ny/", writing.start, name="start"),
    path("utkast/<uuid:pk>/", writing.draft, name="draft"),
    path("utkast/<uuid:pk>/se-over/", writing.review, name="review"),
    path("utkast/<uuid:pk>/slett/", writing.delete, name="delete_draft"),
    path("utkast/<uuid:pk>/til-kliniker/", writing.hand_over, name="hand_over"),
    path("mine/", lists.mine, name="mine"),
    path("arbeidsliste/", lists.worklist, name="worklist"),
    path("deltakere/", lists.participants, name="participants"),
    path("brev/", letters.queue, name="letters"),
    path("brev/<uuid:pk>/", patient.page, name="patient"),
    path("brev/<uuid:pk>/utskrift/", letters.print_page, name="letter"),
    path("brev/<uuid:pk>/postlagt/", letters.posted, name="letter_posted"),
    path("brev/<uuid:pk>/kode/", letters.code, name="letter_code"),
    path("<uuid:pk>/", case.referral, name="referral"),
    path("<uuid:pk>/kvittering/", case.receipt, name="receipt"),
    path("<uuid:pk>/deltaker/<uuid:participant>/nummer/", case.show_number, name="show_number"),
    path("<uuid:pk>/ta-over/", acting.take_over, name="take_over"),
    path("<uuid:pk>/<slug:verb>/", acting.act, name="act"),
]
