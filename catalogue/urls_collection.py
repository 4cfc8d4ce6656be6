"""The season collection: the advisers' rounds and board, and the page that a link opens without sign-in."""

from django.urls import URLPattern, path

from catalogue.views import collection, collection_answers

# before the editor's: `kursbord/<code>/` would take these addresses
COLLECTION_URLS: list[URLPattern] = [
    path("kursbord/innsamling/", collection.collections, name="collections"),
    path("kursbord/innsamling/ny/", collection.collection_new, name="collection_new"),
    path("kursbord/innsamling/<uuid:round_id>/", collection.collection, name="collection"),
    path("kursbord/innsamling/<uuid:round_id>/kurs/<uuid:row_id>/", collection.collection_row, name="collection_row"),
    path("kursbord/innsamling/<uuid:round_id>/svarer/<uuid:recipient_id>/", collection.collection_recipient, name="collection_recipient"),
    path("kursbord/<str:code>/svarer/", collection.answer_contact, name="answer_contact"),
    path("sesongsvar/<str:secret>/", collection_answers.collected, name="collected"),
    path("sesongsvar/<str:secret>/<uuid:row_id>/", collection_answers.collected_change, name="collected_change"),
    path("sesongsvar/<str:secret>/<uuid:row_id>/utgar/", collection_answers.collected_drop, name="collected_drop"),
]
