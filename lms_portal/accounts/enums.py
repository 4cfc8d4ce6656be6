"""The kinds of unit, and the permissions that roles are made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """What a unit is; the tree is region, health trust, hospital, clinic or learning centre."""

    REGION = "region", _("Health region")
    HEALTH_TRUST = "health_trust", _("Health trust")
    HOSPITAL = "hospital", _("Hospital")
    CLINIC = "clinic", _("Clinic")
    LEARNING_CENTRE = "learning_centre", _("Learning and mastery centre")
    MUNICIPALITY = "municipality", _("Municipality")
    GP_OFFICE = "gp_office", _("GP office")
    USER_ORGANISATION = "user_organisation", _("User organisation")
    GRANT_OFFICE = "grant_office", _("Grant office")


class Permission(models.TextChoices):
    """What a person may do in a unit. The pages, the tests and docs/roles.md read this list."""

    EDIT_COURSE = "edit_course", _("Edit courses and runs")
    PUBLISH_COURSE = "publish_course", _("Publish courses")
    MANAGE_SEASON = "manage_season", _("Collect and print the season")
    WRITE_REFERRAL = "write_referral", _("Prepare referrals")
    SEND_REFERRAL = "send_referral", _("Send referrals")
    SEE_UNIT_REFERRALS = "see_unit_referrals", _("See the unit's referrals")
    ASSESS_REFERRAL = "assess_referral", _("Assess referrals and give places")
    FORWARD_REFERRAL = "forward_referral", _("Forward referrals and ask for information")
    SEE_ENROLMENTS = "see_enrolments", _("See who has a place, and their needs")
    EDIT_ROUTING = "edit_routing", _("Edit routing rules")
    APPLY_FOR_GRANT = "apply_for_grant", _("Write grant applications")
    SUBMIT_GRANT = "submit_grant", _("Submit grant applications")
    HANDLE_GRANT = "handle_grant", _("Handle grant applications")
    ADVISE_ON_GRANT = "advise_on_grant", _("Give advice on grants")
    DECIDE_GRANT = "decide_grant", _("Decide grants")
    MANAGE_PEOPLE = "manage_people", _("Invite people and give roles")
    SEE_MESSAGES = "see_messages", _("See what was sent, and settle doubtful messages")
    READ_AUDIT = "read_audit", _("Read the audit logs, with a purpose")


# Whoever holds one of these sees health data or decides money: a second factor is required in production.
SENSITIVE = frozenset(
    {
        Permission.WRITE_REFERRAL,
        Permission.SEND_REFERRAL,
        Permission.SEE_UNIT_REFERRALS,
        Permission.ASSESS_REFERRAL,
        Permission.FORWARD_REFERRAL,
        Permission.SEE_ENROLMENTS,
        Permission.DECIDE_GRANT,
        Permission.HANDLE_GRANT,
        Permission.MANAGE_PEOPLE,
        Permission.READ_AUDIT,
        Permission.SEE_MESSAGES,
    }
)
