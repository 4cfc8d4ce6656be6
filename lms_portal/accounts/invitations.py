"""The secret of an invitation's link: made from the invitation and a key outside the database, so it need not be kept."""

import base64
import hashlib
from uuid import UUID

from lms_portal.common import sealing

VALID_HOURS = 72


def secret_of(invitation_id: UUID) -> str:
    """This will make the secret of a link, the same one each time: a message sent twice carries one link, not two."""
    first = sealing.lookup_hash(str(invitation_id), purpose="accounts.invitation.first")
    second = sealing.lookup_hash(str(invitation_id), purpose="accounts.invitation.second")
    return base64.urlsafe_b64encode(first + second).decode().rstrip("=")


def hash_of(secret: str) -> bytes:
    """This will make what the database keeps of a secret."""
    return hashlib.sha256(secret.encode()).digest()
