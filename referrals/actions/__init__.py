"""The writes of the referrals: each locks the case, checks, changes, and makes letters and messages, in one transaction."""
