"""Paper: the documents of an area and a term, what of them is out of date, and short addresses beside the courses' own."""

from django.urls import URLPattern, path, register_converter

from catalogue.enums import PaperKind
from catalogue.views import papers


class SeasonPaper:
    """A kind of document that belongs to a term."""

    regex = "|".join(kind.value for kind in PaperKind if kind is not PaperKind.GUIDE)

    def to_python(self, value: str) -> PaperKind:
        """This will return the kind."""
        return PaperKind(value)

    def to_url(self, value: str) -> str:
        """This will return its code."""
        return str(value)


register_converter(SeasonPaper, "season_paper")

# before the editor's: `kursbord/<code>/` would take the first address
PRINT_URLS: list[URLPattern] = [
    path("kursbord/plakater/", papers.outdated, name="posters_desk"),
    path("kursbord/plakater/<uuid:paper_id>/ordnet/", papers.seen_to, name="poster_seen_to"),
    path("plakater/<slug:area>/slik-henviser-du.pdf", papers.guide, name="guide_paper"),
    path("plakater/<slug:area>/<slug:season>/utskrift/", papers.papers_of_season, name="season_papers"),
    path("plakater/<slug:area>/<slug:season>/<season_paper:kind>.pdf", papers.paper, name="paper"),
]
SHORT_URLS: list[URLPattern] = [
    path("p/<slug:area>/<slug:season>", papers.poster_short, name="poster_short"),
    path("p/<slug:area>/<slug:season>/<int:printed>", papers.poster_short, name="poster_short"),
    path("s/<slug:code>", papers.centre_short, name="centre_short"),
    path("s/<slug:code>/qr.svg", papers.centre_qr, name="centre_qr"),
]
