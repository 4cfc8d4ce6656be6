"""What follows a course: keeping in touch, the leaders' evaluation, working together, steps around a course, news by mail.

No address here names a course or an illness to a visitor.
"""

from django.urls import URLPattern, path

from catalogue.views import coproduction, leader_evaluations, news, self_help

# before the editor's: `kursbord/<code>/` and `…/datoer/<run>/<verb>/` would take these addresses
FOLLOWING_URLS: list[URLPattern] = [
    path("min-plass/<str:secret>/gruppe/", self_help.place_group, name="place_group"),
    path("min-gruppe/ute/", self_help.group_left, name="group_left"),
    path("min-gruppe/<str:secret>/", self_help.my_group, name="my_group"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/gruppe/", self_help.group_papers, name="group_papers"),
    path("lederevaluering/takk/", leader_evaluations.leader_thanks, name="leader_thanks"),
    path("lederevaluering/<str:secret>/", leader_evaluations.leader_answer, name="leader_answer"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/evaluering/leder/", leader_evaluations.leader_own, name="leader_own"),
    path("kursbord/<str:code>/datoer/<uuid:run_id>/evaluering/ledere/", leader_evaluations.leaders_ask, name="leaders_ask"),
    path("kursbord/<str:code>/samarbeid/", coproduction.together, name="together"),
    path("kursbord/<str:code>/forlop/", coproduction.pathway, name="pathway"),
    path("kursbord/nyheter/", news.news_desk, name="news_desk"),
    path("kursbord/nyheter/ny/", news.news_new, name="news_new"),
    path("kursbord/nyheter/<uuid:item_id>/", news.news_edit, name="news_edit"),
    path("kursbord/nyheter/<uuid:item_id>/send/", news.news_send, name="news_send"),
    path("nyheter/", news.news_list, name="news_list"),
    path("nyheter/pa-epost/", news.news_ask, name="news_ask"),
    path("nyheter/sendt/", news.news_asked, name="news_asked"),
    path("nyheter/slettet/", news.news_stopped, name="news_stopped"),
    path("nyheter/<uuid:item_id>/", news.news_item, name="news_item"),
    path("nyheter/epost/<str:secret>/", news.news_confirm, name="news_confirm"),
    path("nyheter/epost/<str:secret>/slett/", news.news_stop, name="news_stop"),
    path("nyheter/epost/<str:secret>/ett-trykk/", news.news_one_press, name="news_one_press"),
]
