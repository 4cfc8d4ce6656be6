"""The adviser's pages about those who take part, dates in numbers, and quality; and the evaluation, open to whoever has its code."""

from django.urls import URLPattern, path

from catalogue.views import attendance, evaluations, notices, quality, rosters, season_copies

# before the editor's: `kursbord/<code>/` and `…/datoer/<run>/<verb>/` would take these addresses
ROSTER_URLS: list[URLPattern] = [
    path("kursbord/kvalitet/", quality.quality, name="quality"),
    path("kursbord/kopier-sesong/", season_copies.season_copy, name="season_copy"),
    path("kursbord/<str:code>/dupliser/", season_copies.course_duplicate, name="course_duplicate"),
    path("kursbord/<str:code>/venteliste/", rosters.waiting_list, name="waiting_list"),
    path("kursbord/<str:code>/deltakere/<uuid:enrolment_id>/", rosters.person, name="person"),
    path("kursbord/<str:code>/deltakere/<uuid:enrolment_id>/kursbevis/", attendance.certificate, name="certificate"),
    path("kursbord/<str:code>/datoer/gjenta/", season_copies.run_repeat, name="run_repeat"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/deltakere/", rosters.roster, name="roster"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/signaturliste/", rosters.sign_list, name="sign_list"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/skriv/", notices.write, name="write"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/deltakere.csv", rosters.roster_file, {"extension": "csv"}, name="roster_file"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/deltakere.xlsx", rosters.roster_file, {"extension": "xlsx"}, name="roster_excel"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/oppmote/", attendance.attendance, name="attendance"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/fullfort/", attendance.outcomes, name="outcomes"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/evaluering/", evaluations.evaluation, name="evaluation"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/evaluering/kode.svg", evaluations.evaluation_code, name="evaluation_code"),
    path("evaluering/takk/", evaluations.evaluated, name="evaluated"),
    path("evaluering/<str:code>/", evaluations.evaluate, name="evaluate"),
]
