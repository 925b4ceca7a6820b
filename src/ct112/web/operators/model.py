"""Operators as the API shows them. A PIN is never shown, nor its hash."""

from typing import Annotated

from pydantic import Field, SecretStr

from ct112.web.values import Given, Name, Shown

FullName = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Pin = Annotated[SecretStr, Field(min_length=4, max_length=12, description="digits, for the telephone alone")]


class OperatorView(Shown):
    """A person who takes calls; only who is `active` may log in."""

    name: str
    full_name: str
    active: bool
    has_pin: bool
    version: int


class OperatorList(Shown):
    """All operators, by name."""

    operators: tuple[OperatorView, ...]
    total: int


class NewOperator(Given):
    """A person who is to take calls."""

    name: Name
    full_name: FullName = ""
    pin: Pin | None = None


class OperatorChange(Given):
    """What changes; what is not sent stays. `pin` null: no PIN any more."""

    full_name: FullName = ""
    active: bool = True
    pin: Pin | None = None


class StateWanted(Given):
    """Ready, or paused with a reason of GET /api/v1/pause-reasons."""

    ready: bool
    reason: Name | None = None


class PauseReasonView(Shown):
    """Why an operator may be paused."""

    code: str
    indonesian: str
    english: str


class PauseReasonList(Shown):
    """All reasons, in the order in which they are offered."""

    reasons: tuple[PauseReasonView, ...]
    total: int
