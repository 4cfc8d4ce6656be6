"""What makes a translation wrong: a gap, a placeholder that differs, a tag lost, a word of the other written form."""

import re
from collections import Counter
from collections.abc import Iterator

from babel.messages.catalog import Message

# %(name)s with its conversion, and %s; `%%` is taken out first. No space flag: «100 % sikker» holds no placeholder.
NAMED = re.compile(r"%\((\w+)\)[#0+-]*(?:\d+)?(?:\.\d+)?([a-zA-Z])")
NAMED_WITHOUT_TYPE = re.compile(r"%\(\w+\)(?![#0+.\-\da-zA-Z])")
POSITIONAL = re.compile(r"%(?!\()[0+-]*\d*(?:\.\d+)?[sdifr](?![a-zæøå])")
BRACED = re.compile(r"\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")
TAG = re.compile(r"</?([a-z][a-z0-9]*)")
WORD = re.compile(r"[a-zæøåàéòôó]+")

# Words that only one written form has, as bokmål/nynorsk; a side is empty where the other form allows its word too.
# Safe rather than complete: each must be wrong in every sentence of the other form, names of places and hospitals included.
PAIRS = """
ikke/ikkje jeg/eg hva/kva hvem/kven hvor/ hvordan/korleis hvorfor/kvifor hvilken/ hvilket/ hvilke/ hver/kvar hvert/ fra/frå
uke/veke uken/veka uker/veker ukene/vekene noen/nokon noe/noko noen/nokre hun/ dere/dykk deres/dykkar disse/desse /dei /deira
en/ein et/eit /saman /medan siden/sidan /då ble/vart være/vere vært/vore gjøre/gjere gjør/gjer kommer/kjem finnes/finst kreves/krevst
flere/fleire mer/meir mye/mykje hele/heile helt/heilt selv/sjølv egen/eigen egne/eigne annen/annan annet/ /gong /berre forrige/førre
navn/namn navnet/namnet tegn/teikn åpne/opne åpen/ velg/ tilgjengelig/tilgjengeleg mulig/mogleg tidligere/tidlegare sted/ steder/
dager/dagar dagene/dagane måneder/månader månedene/månadene meldinger/meldingar meldingene/meldingane
opplysninger/opplysningar opplysningene/opplysningane tilskudd/tilskot bevilgning/løyving
henvisning/tilvising henvisningen/tilvisinga henvisninger/tilvisingar henvisningene/tilvisingane henvise/tilvise henviser/tilviser
henvist/tilvist mestring/meistring pårørende/pårørande brukerorganisasjon/brukarorganisasjon nettleser/nettlesar nettleseren/nettlesaren
"""
_SIDES = [pair.partition("/") for pair in PAIRS.split()]
WRONG_WORDS = {
    "nb": frozenset(nynorsk for _, _, nynorsk in _SIDES if nynorsk),
    "nn": frozenset(bokmaal for bokmaal, _, _ in _SIDES if bokmaal),
}


def forms(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """This will list a message's forms: one, or singular and plural."""
    if value is None:
        return [""]
    return [value] if isinstance(value, str) else list(value)


def placeholders(text: str) -> Counter[str]:
    """This will count what is filled in later: %(name)s, %s and {name}."""
    plain = text.replace("%%", "")
    found = Counter(f"%({name}){kind}" for name, kind in NAMED.findall(plain))
    found.update(POSITIONAL.findall(plain))
    found.update("{" + name + "}" for name in BRACED.findall(plain))
    return found


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def _problems_of_form(source: list[str], index: int, text: str) -> Iterator[str]:
    if NAMED_WITHOUT_TYPE.search(text.replace("%%", "")):
        yield "has a placeholder without its letter, such as %(name) for %(name)s"
    # a singular may leave the number out: “one course”
    allowed = [set(placeholders(form)) for form in (source if index == 0 else source[-1:])]
    if set(placeholders(text)) not in allowed:
        yield f"has the placeholders {sorted(placeholders(text))}, the source has {sorted(placeholders(source[min(index, len(source) - 1)]))}"
    like = source[min(index, len(source) - 1)]
    if Counter(TAG.findall(text)) != Counter(TAG.findall(like)):
        yield "has other HTML tags than the source"
    if _edges(text) != _edges(like):
        yield "begins or ends with white space where the source does not, or the other way round"


def wrong_words(text: str, language: str) -> list[str]:
    """This will list words that belong to the other written form."""
    return sorted(set(WORD.findall(text.lower())) & WRONG_WORDS.get(language, frozenset()))


def problems(message: Message, language: str) -> list[str]:
    """This will list what is wrong with one translation, in words that say what to do."""
    source, strings = forms(message.id), forms(message.string)
    if not all(strings) or len(strings) < len(source):
        return ["has no translation"]
    found = ["is marked fuzzy: check it and take the mark away"] if message.fuzzy else []
    for index, text in enumerate(strings):
        found += _problems_of_form(source, index, text)
        found += [f"has «{word}», which belongs to the other written form" for word in wrong_words(text, language)]
    return list(dict.fromkeys(found))
