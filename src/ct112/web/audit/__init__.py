"""The audit, read by admins."""
