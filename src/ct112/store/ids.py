"""A call's id, as others say it and as the database has it."""

import uuid


class UnknownCall(LookupError):
    """There is no record of that call."""


def call_uuid(call_id: str) -> uuid.UUID:
    """Return the id as the database has it. Raises UnknownCall when it is none."""
    try:
        return uuid.UUID(call_id)
    except (ValueError, AttributeError, TypeError) as error:
        raise UnknownCall(call_id) from error
