"""A draft for a centre's annual report, in the language of the moment: the same numbers as the statistics, in sentences.

Masked numbers stay masked. What numbers cannot say is left as questions for whoever writes on.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.queries.statistics import SiteUse, Table
from lms_portal.common.dates import join_words
from lms_portal.common.small_numbers import Count, Showing

MOST_NAMED = 5


def _people(count: Count) -> str:
    if count.showing is Showing.FEW:
        return _("fewer than five people")
    if count.value is None:
        return _("a number that is not told")
    return ngettext("%(number)s person", "%(number)s people", count.value) % {"number": count.value}


def _by_most(table: Table) -> list[str]:
    """The groups with their numbers of dates, the largest first."""
    lines = sorted(table.lines, key=lambda line: (-line.numbers["runs"], line.name))
    return [f"{line.name.lower()} ({line.numbers['runs']})" for line in lines if line.numbers["runs"]][:MOST_NAMED]


def report_text(year: int, unit: str, tables: Mapping[str, Table], receivers: Sequence[SiteUse]) -> str:
    """This will write the draft, paragraph by paragraph with an empty line between. `unit`: empty for all of them."""
    total = tables["term"].total
    if total is None or not (total.numbers["runs"] or total.numbers["cancelled"]):
        return _("No courses had dates in %(year)s.") % {"year": year}
    numbers, people = total.numbers, total.people
    parts = [
        (_("Learning and mastery at %(unit)s in %(year)s") % {"unit": unit, "year": year})
        if unit
        else _("Learning and mastery in %(year)s") % {"year": year}
    ]
    courses = ngettext("%(number)s course", "%(number)s courses", numbers["courses"]) % {"number": numbers["courses"]}
    runs = ngettext("once", "%(number)s times", numbers["runs"]) % {"number": numbers["runs"]}
    activity = [
        _("In %(year)s we offered %(courses)s, held or planned %(runs)s in all.") % {"year": year, "courses": courses, "runs": runs}
    ]
    if numbers["cancelled"]:
        activity.append(
            ngettext("One set of dates was cancelled.", "%(number)s sets of dates were cancelled.", numbers["cancelled"])
            % {"number": numbers["cancelled"]}
        )
    if numbers["places"]:
        activity.append(_("There were %(places)s places.") % {"places": numbers["places"]})
    parts.append(" ".join(activity))
    parts.append(
        _("A place was given to %(held)s. Of these, %(came)s came at least once, and %(completed)s completed the course.")
        % {"held": _people(people["held"]), "came": _people(people["came"]), "completed": _people(people["completed"])}
    )
    for sentence, name in (
        (_("By way of taking part, the dates were: %(list)s."), "delivery"),
        (_("Most dates were for: %(list)s."), "audience"),
        (_("The largest topics were: %(list)s."), "topic"),
    ):
        if groups := _by_most(tables[name]):
            parts.append(sentence % {"list": join_words(groups)})
    if used := [f"{use.name} ({use.runs})" for use in receivers]:
        parts.append(_("Digital courses were received at: %(list)s.") % {"list": join_words(used)})
    parts.append(
        _(
            "To write more about: what users and their organisations have taken part in, what the evaluations say, what was new, and plans for next year."
        )
    )
    parts.append(
        _(
            "How it was counted: a participant has come at least once. Whoever completed has come to as many meetings as the course asks for, two thirds unless it says otherwise. Numbers of people below five are not told."
        )
    )
    return "\n\n".join(parts)
