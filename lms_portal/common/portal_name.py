"""What the portal is called, on every page, in mails and in calendars."""

from lms_portal.common.text import Words

PORTAL_NAME = Words("Læring og mestring Midt-Norge", "Læring og meistring Midt-Noreg", "Learning and mastery, Central Norway")
