"""Norwegian letters: an order that needs no collation, addresses without æøå, and names compared as people compare them.

The database sorts by bytes (C collation), so that the demo's server and production's agree. The sort key writes æ, ø and å as the
three characters that stand after z, as Norwegian machines once did. Source: CLDR's rules for nb, which nn shares.
"""

import re
import unicodedata

# Letters that sort as others. `aa` is å; ä and ö are æ and ø; ü is y.
_AS_LETTERS = {
    "æ": "{",
    "ä": "{",
    "ø": "|",
    "ö": "|",
    "ő": "|",
    "œ": "|",
    "å": "}",
    "ü": "y",
    "ű": "y",
    "đ": "d",
    "ð": "d",
    "ŋ": "n",
    "ŧ": "t",
    "ł": "l",
    "ı": "i",
    "þ": "th",
}
_IN_ADDRESSES = str.maketrans({"{": "ae", "|": "o", "}": "a"})
_IN_NAMES = str.maketrans("{|}", "æøå")
_DIGITS = re.compile(r"\d+", re.ASCII)
_NOT_IN_ADDRESSES = re.compile(r"[^0-9a-z]+")
LONGEST_KEY = 200


def _bare(letter: str) -> str:
    """Return a letter as it sorts; accents give nothing, signs a space."""
    if letter in _AS_LETTERS:
        return _AS_LETTERS[letter]
    parts = (part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return "".join(part if part.isalnum() else " " for part in parts)


def _letters(text: str) -> str:
    """Lower case, special letters replaced, accents off, everything else one space."""
    lower = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(map(_bare, lower)).split())


def _by_size(digits: re.Match[str]) -> str:
    """Write a number after its length, so that 9 comes before 10."""
    number = digits.group().lstrip("0") or "0"
    return f"{min(len(number), 9)}{number}"


def sort_key(text: str, *, max_length: int = LONGEST_KEY) -> str:
    """This will make the key that sorts a text in Norwegian order under C collation: Zorro, Ærlig, Østby, Aa and Ås."""
    return _DIGITS.sub(_by_size, _letters(text).replace("aa", "}"))[:max_length]


def fold(text: str) -> str:
    """This will bring spellings of one name together: case, accents, punctuation and spacing do not count; æ, ø and å do.

    For looking names up and finding doubles; not for showing.
    """
    return _letters(text).translate(_IN_NAMES)


def slugify_norwegian(text: str, *, max_length: int = 80) -> str:
    """This will make the part of an address that names something: lower case a to z, digits and hyphens; æ is ae, ø o and å a."""
    ascii_letters = _NOT_IN_ADDRESSES.sub("-", _letters(text).translate(_IN_ADDRESSES)).strip("-")
    if len(ascii_letters) <= max_length:
        return ascii_letters
    whole_words, hyphen, _rest = ascii_letters[: max_length + 1].rpartition("-")
    return whole_words if hyphen else ascii_letters[:max_length]
