"""What an account may be: one role each; the access matrix says what each may do."""

from enum import StrEnum


class Role(StrEnum):
    """A person's or a machine's part in the centre."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AGENCY = "agency"
    INTEGRATION = "integration"
