"""The logs' code words in three languages, for people who read them."""

from lms_portal.audit.purposes import Purpose
from lms_portal.common.text import Words

DID = {
    "list": Words("så en liste", "såg ei liste", "saw a list"),
    "view": Words("åpnet", "opna", "opened"),
    "unmask": Words("viste det skjulte", "viste det skjulte", "showed what was hidden"),
    "download": Words("lastet ned", "lasta ned", "downloaded"),
    "print": Words("skrev ut", "skreiv ut", "printed"),
    "export": Words("tok ut", "tok ut", "exported"),
    "search": Words("søkte", "søkte", "searched"),
    "deny": Words("fikk ikke åpne", "fekk ikkje opne", "was refused"),
    "insert": Words("laget", "laga", "made"),
    "update": Words("endret", "endra", "changed"),
    "delete": Words("slettet", "sletta", "deleted"),
}


def purpose(code: str) -> str:
    """This will say a purpose in words where it is one that an auditor states; other code words stand as they are."""
    stated = code.removeprefix("audit:")
    return str(Purpose(stated).label) if code.startswith("audit:") and stated in Purpose.values else code
