"""Reads pages as a browser would."""

import html5lib
from django.http import HttpResponse

XHTML = "{http://www.w3.org/1999/xhtml}"


def _text(element: object) -> str:
    return " ".join("".join(element.itertext()).split())  # type: ignore[attr-defined] # html5lib has no types


def cells_of(response: object, *, columns: int) -> list[list[str]]:
    """This will return the body of the page's table, so many cells a row."""
    assert isinstance(response, HttpResponse)
    tree = html5lib.parse(response.content.decode())
    rows = tree.findall(f".//{XHTML}tbody/{XHTML}tr")
    return [[_text(cell) for cell in row][:columns] for row in rows]


def texts_of(response: object, tag: str) -> list[str]:
    """This will return the texts of every element of a kind."""
    assert isinstance(response, HttpResponse)
    return [_text(element) for element in html5lib.parse(response.content.decode()).iter(f"{XHTML}{tag}")]


def addresses_of(response: object) -> list[str]:
    """This will return where the page's links lead."""
    assert isinstance(response, HttpResponse)
    return [element.get("href", "") for element in html5lib.parse(response.content.decode()).iter(f"{XHTML}a")]


def values_of(response: object) -> dict[str, str]:
    """This will return what stands in the page's fields, by name; of several with one name, what is chosen."""
    assert isinstance(response, HttpResponse)
    values: dict[str, str] = {}
    for field in html5lib.parse(response.content.decode()).iter():
        name = field.get("name", "")
        if field.tag == f"{XHTML}textarea":
            values[name] = "".join(field.itertext())
        elif field.tag == f"{XHTML}select":
            chosen = [option for option in field.iter(f"{XHTML}option") if option.get("selected") is not None]
            values[name] = chosen[0].get("value", "") if chosen else ""
        elif field.tag == f"{XHTML}input" and (field.get("type") not in ("checkbox", "radio") or field.get("checked") is not None):
            values[name] = field.get("value", "on" if field.get("type") == "checkbox" else "")
    return values
