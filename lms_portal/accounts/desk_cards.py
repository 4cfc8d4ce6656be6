"""The cards of the accounts and the outbox."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from lms_portal.accounts import desk
from lms_portal.accounts.enums import Permission
from lms_portal.accounts.models import User
from lms_portal.outbox.models import Message


def people(user: User, now: datetime) -> desk.Card:
    """This will lead to the people of one's units."""
    return desk.Card(title=_("People and roles"), url=reverse("accounts:people"), text=_("Invite people, and give and end roles."))


def messages(user: User, now: datetime) -> desk.Card:
    """This will count the messages that a person has to look at."""
    doubtful = [Message.Status.UNCERTAIN, Message.Status.DEAD, Message.Status.BOUNCED]
    count = Message.objects.visible_to(user).filter(status__in=doubtful).count()
    text = _("Messages that nobody knows the fate of, that gave up or that came back.")
    return desk.Card(title=_("Messages to look at"), url=f"{reverse('outbox:list')}?status=attention", text=text, count=count)


def logs(user: User, now: datetime) -> desk.Card:
    """This will lead to the audit logs."""
    return desk.Card(title=_("Audit log"), url=reverse("audit:log"), text=_("Who has read what, and who has changed what."))


def register() -> None:
    """This will add the cards; called once, when the app is ready."""
    desk.register(Permission.SEE_MESSAGES, build=messages)
    desk.register(Permission.MANAGE_PEOPLE, build=people)
    desk.register(Permission.READ_AUDIT, build=logs)
