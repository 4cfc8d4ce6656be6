"""Courses and dates as files, in and out."""

from django.urls import URLPattern, path

from catalogue.views import imports

# before the editor's: `kursbord/<code>/` would take these addresses
IMPORT_URLS: list[URLPattern] = [
    path("kursbord/import/", imports.imports, name="imports"),
    path("kursbord/import/mal.xlsx", imports.import_template, name="import_template"),
    path("kursbord/import/<uuid:import_id>/", imports.import_one, name="import_one"),
    path("kursbord/import/<uuid:import_id>/kolonner/", imports.import_columns, name="import_columns"),
    path("kursbord/eksport/", imports.export_file, name="export_file"),
]
