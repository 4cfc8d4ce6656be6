"""The advisers' forms."""
