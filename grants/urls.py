"""The pages of the grants app, under /<language>/tilskudd/."""

from django.urls import URLPattern, path

from grants.views import applications, desk, desk_applications, desk_money, mine, overview, reports

app_name = "grants"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("mine/", mine.mine, name="mine"),
    path("organisasjoner/<uuid:organisation_id>/", mine.organisation, name="organisation"),
    path("sok/<uuid:round_id>/<uuid:organisation_id>/", mine.start, name="start"),
    path("soknader/<str:reference>/", applications.application, name="application"),
    path("soknader/<str:reference>/del/<slug:key>/", applications.part, name="part"),
    path("soknader/<str:reference>/kopier/", applications.copy, name="copy"),
    path("soknader/<str:reference>/se-over/", applications.check, name="check"),
    path("soknader/<str:reference>/kvittering/", applications.receipt, name="receipt"),
    path("soknader/<str:reference>/hele/", applications.whole, name="whole"),
    path("soknader/<str:reference>/trekk/", applications.withdraw, name="withdraw"),
    path("soknader/<str:reference>/gjenapne/", applications.reopen, name="reopen"),
    path("soknader/<str:reference>/svar/", applications.answer, name="answer"),
    path("rapporter/ny/<uuid:organisation_id>/<uuid:scheme_id>/<int:year>/", mine.start_report_alone, name="report_start"),
    path("rapporter/<uuid:report_id>/", reports.report, name="report"),
    path("rapporter/<uuid:report_id>/se-over/", reports.report_check, name="report_check"),
    path("rapporter/<uuid:report_id>/rett/", reports.report_revise, name="report_revise"),
    path("saksbehandling/", desk.desk, name="desk"),
    path("saksbehandling/runder/<uuid:round_id>/", desk.desk_round, name="desk_round"),
    path("saksbehandling/runder/<uuid:round_id>/utbetalinger/", desk_money.desk_payments, name="desk_payments"),
    path("saksbehandling/runder/<uuid:round_id>/utbetalinger/liste.csv", desk_money.desk_payments_file, name="desk_payments_file"),
    path("saksbehandling/runder/<uuid:round_id>/utbetalinger/<slug:verb>/", desk_money.desk_payments_do, name="desk_payments_do"),
    path("saksbehandling/runder/<uuid:round_id>/<slug:verb>/", desk.desk_round_do, name="desk_round_do"),
    path("saksbehandling/utbetalinger/<uuid:payment_id>/stopp/", desk_money.desk_payment_stop, name="desk_payment_stop"),
    path("saksbehandling/soknader/<str:reference>/", desk_applications.desk_application, name="desk_application"),
    path("saksbehandling/soknader/<str:reference>/<slug:verb>/", desk_applications.desk_application_do, name="desk_application_do"),
    path("saksbehandling/rapporter/", desk_money.desk_reports, name="desk_reports"),
    path("saksbehandling/rapporter/<uuid:report_id>/", desk_money.desk_report, name="desk_report"),
    path("saksbehandling/rapporter/<uuid:report_id>/<slug:verb>/", desk_money.desk_report_do, name="desk_report_do"),
    path("saksbehandling/overforinger/", desk_money.desk_carry_overs, name="desk_carry_overs"),
    path("saksbehandling/overforinger/<uuid:carry_over_id>/<slug:verb>/", desk_money.desk_carry_over_do, name="desk_carry_over_do"),
]
