"""The room's screens as `frontend/` builds them: files for browsers, and the policy they are shown under."""
