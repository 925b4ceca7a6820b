"""Caller numbers: one form for each, so that two calls of one telephone show, and which are not dialled."""

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo

from ct112.core.callback_rules import NotDialled

REGION = "ID"
SATELLITE = frozenset({870, 878, 881, 882, 883, 888})
"""Country codes of no country (ITU-T E.164.1): satellite and other global networks."""
PREMIUM_CODES = frozenset({808, 979})  # international shared-cost and premium-rate services
PREMIUM_TYPES = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
ABROAD = ("00", "001", "007", "008", "009", "01017")  # what is dialled before a country's code
PREMIUM_HERE = "809"  # Indonesia's premium rate, however long what follows


@lru_cache(maxsize=4096)  # each number comes several times in a call, and reading one is dear
def e164(ani: str | None) -> str | None:
    """Return the number in E.164 (ITU-T), read as dialled in Indonesia; None when it is no valid number."""
    number = _parsed(ani or "")
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def not_dialled(ani: str) -> NotDialled | None:
    """Return why a number that called us is not dialled; None when it is.

    Anybody can send any number: what could cost the city money or change its line is left to a person.
    What is merely unknown is dialled, for the caller may be real.
    """
    if not any(sign in "0123456789" for sign in ani):
        return NotDialled.NO_DIGIT
    if "*" in ani or "#" in ani:
        return NotDialled.CODE
    digits = "".join(sign for sign in ani if sign in "0123456789")
    if shortnumberinfo.is_emergency_number(digits, REGION):
        return NotDialled.EMERGENCY
    outside = (f"+{digits[len(prefix) :]}" for prefix in ABROAD if digits.startswith(prefix))
    reasons = [_dear(_parsed(one)) for one in (ani, *outside)]
    return next((reason for reason in reasons if reason is not None), None)


def _dear(number: PhoneNumber | None) -> NotDialled | None:
    if number is None:
        return None
    code, national = number.country_code, str(number.national_number)
    if code in SATELLITE:
        return NotDialled.SATELLITE
    here = code == phonenumbers.country_code_for_region(REGION) and national.startswith(PREMIUM_HERE)
    if here or code in PREMIUM_CODES or phonenumbers.number_type(number) in PREMIUM_TYPES:
        return NotDialled.PREMIUM
    return None


def _parsed(ani: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(ani, REGION)
    except phonenumbers.NumberParseException:
        return None
