"""The secrets in links that people get by mail: made from a row's key and a key outside the database, so no table keeps them."""

import base64
from uuid import UUID

from lms_portal.common import sealing

SIGN_UP = "catalogue.joining.link"
INTEREST = "catalogue.interest.link"
SELF_HELP = "catalogue.self_help.link"
LEADER = "catalogue.leader_evaluation.link"
NEWS = "catalogue.news.link"
COLLECTION = "catalogue.collection.link"


def secret_of(row: UUID, *, purpose: str, number: int = 1) -> str:
    """This will make the secret of a link, the same one each time: a mail sent twice carries one link. A new number is a new secret."""
    parts = [sealing.lookup_hash(f"{row} {number} {half}", purpose=f"{purpose}.secret") for half in ("first", "second")]
    return base64.urlsafe_b64encode(b"".join(parts)).decode().rstrip("=")


def hash_of(secret: str, *, purpose: str) -> bytes:
    """This will make what the database keeps of a secret."""
    return sealing.lookup_hash(secret, purpose=purpose)
