"""The referrals' tables."""

from referrals.models.cases import Decision, Referral, ReferralParticipant, ThreadMessage
from referrals.models.letters import Letter
from referrals.models.rules import Rule, RuleSet

__all__ = ["Decision", "Letter", "Referral", "ReferralParticipant", "Rule", "RuleSet", "ThreadMessage"]
