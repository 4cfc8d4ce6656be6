"""What editors see about their catalogue: numbers, searches without an answer, the words of the search, links, the annual report."""

from django.urls import URLPattern, path

from catalogue.views import demand, links, statistics, words

# before the editor's: `kursbord/<code>/` would take these addresses
STATISTICS_URLS: list[URLPattern] = [
    path("kursbord/statistikk/", statistics.statistics, name="statistics"),
    path("kursbord/statistikk/tall.csv", statistics.statistics_csv, name="statistics_csv"),
    path("kursbord/statistikk/tall.xlsx", statistics.statistics_excel, name="statistics_excel"),
    path("kursbord/arsmelding/", statistics.annual_report, name="annual_report"),
    path("kursbord/sokt-uten-treff/", demand.demand, name="demand"),
    path("kursbord/sokeord/", words.words, name="words"),
    path("kursbord/sokeord/historikk/", words.words_history, name="words_history"),
    path("kursbord/sokeord/nytt/", words.synonym_new, name="synonym_new"),
    path("kursbord/sokeord/par/nytt/", words.pair_new, name="pair_new"),
    path("kursbord/sokeord/<uuid:pk>/", words.synonym_edit, name="synonym_edit"),
    path("kursbord/sokeord/par/<uuid:pk>/", words.pair_edit, name="pair_edit"),
    path("kursbord/lenker/", links.links, name="links"),
]
