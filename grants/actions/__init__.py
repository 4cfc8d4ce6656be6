"""Writes of the grants app, by noun. Each is one transaction: lock, check, change, record, queue messages."""
