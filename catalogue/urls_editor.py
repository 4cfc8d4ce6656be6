"""The adviser's pages: the course desk, and the editors of courses and dates."""

from django.urls import URLPattern, path

from catalogue.views import desk, editor, runs

EDITOR_URLS: list[URLPattern] = [
    path("kursbord/", desk.desk, name="desk"),
    path("kursbord/nytt/", editor.course_new, name="course_new"),
    path("kursbord/<str:code>/", desk.course_desk, name="course_desk"),
    path("kursbord/<str:code>/rediger/", editor.course_edit, name="course_edit"),
    path("kursbord/<str:code>/forhandsvis/", editor.course_preview, name="course_preview"),
    path("kursbord/<str:code>/publiser/", editor.course_publish, name="course_publish"),
    path("kursbord/<str:code>/arkiver/", editor.course_archive, name="course_archive"),
    path("kursbord/<str:code>/apne-igjen/", editor.course_reopen, name="course_reopen"),
    path("kursbord/<str:code>/forkast/", editor.course_discard, name="course_discard"),
    path("kursbord/<str:code>/historikk/", editor.course_history, name="course_history"),
    path("kursbord/<str:code>/historikk/<int:number>/", editor.course_version, name="course_version"),
    path("kursbord/<str:code>/datoer/ny/", runs.run_new, name="run_new"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/", runs.run_edit, name="run_edit"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/<str:verb>/", runs.run_status, name="run_status"),
]
