"""Caller numbers in one form, so that two calls of one telephone can be seen as such."""

from functools import lru_cache

import phonenumbers

REGION = "ID"


@lru_cache(maxsize=4096)  # each number comes several times in a call, and reading one is dear
def e164(ani: str | None) -> str | None:
    """Return the number in E.164 (ITU-T), read as dialled in Indonesia; None when it is no valid number."""
    if not ani:
        return None
    try:
        number = phonenumbers.parse(ani, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
