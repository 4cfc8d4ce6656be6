"""Conditions that many tables' CHECK constraints are made of."""

from django.db.models import F, Q


def both_or_neither(first: str, second: str) -> Q:
    """This will hold where two columns are both set or both empty, such as a moment and who did it then."""
    return Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(**{f"{first}__isnull": False, f"{second}__isnull": False})


def exactly_one(*columns: str) -> Q:
    """This will hold where one of the columns is set and the others are empty."""
    condition = Q()
    for chosen in columns:
        condition |= Q(**{f"{column}__isnull": column != chosen for column in columns})
    return condition


def in_order(first: str, second: str) -> Q:
    """This will hold where the second is not before the first, or one of them is empty."""
    return Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | Q(**{f"{second}__gte": F(first)})
