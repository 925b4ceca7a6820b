"""What may be asked of serve, and its answer."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ct112.core.asks import SummonsState
from ct112.core.record import ServiceClass

AGENCY = r"\A[a-z0-9_]{1,64}\z"
NUMBER = r"\A\+?[0-9]{3,20}\z"
Name = Annotated[str, Field(min_length=1, max_length=64)]


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SetClass(_Ask):
    """Give a call another service class."""

    kind: Literal["set_class"] = "set_class"
    call: Name
    service_class: ServiceClass


class SetPriority(_Ask):
    """Put a waiting call in front of its class, or back into its place."""

    kind: Literal["set_priority"] = "set_priority"
    call: Name
    first: bool


class Sit(_Ask):
    """Log an operator in at a position; `ready` None: as they were, ready when they were nowhere."""

    kind: Literal["sit"] = "sit"
    position: Name
    operator: Name
    ready: bool | None = None
    reason: Name | None = None


class Leave(_Ask):
    """Log out whoever sits at the position, or this operator wherever they sit: one of the two."""

    kind: Literal["leave"] = "leave"
    position: Name | None = None
    operator: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> "Leave":
        _exactly_one(self.position, self.operator)
        return self


class SetState(_Ask):
    """Make an operator ready, or paused with a reason from the centre's list."""

    kind: Literal["set_state"] = "set_state"
    operator: Name
    ready: bool
    reason: Name | None = None


class Summon(_Ask):
    """Call a supervisor to the position, say that one is coming, or that it is over."""

    kind: Literal["summon"] = "summon"
    position: Name
    state: SummonsState


class CallContact(_Ask):
    """Ring the operator's own phone, then this contact of the agency book.

    `contact`: its id there, or "desk": the agency's own number. `number`: theirs, as the book has it.
    """

    kind: Literal["call_contact"] = "call_contact"
    operator: Name
    agency: Annotated[str, Field(pattern=AGENCY)]
    contact: Name
    number: Annotated[str, Field(pattern=NUMBER)]


class TakeCallback(_Ask):
    """Ring the operator's phone, or the position's, and then whoever is to be called back."""

    kind: Literal["take_callback"] = "take_callback"
    task: Annotated[int, Field(ge=1, le=2**63 - 1)]
    operator: Name | None = None
    position: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> "TakeCallback":
        _exactly_one(self.position, self.operator)
        return self


class CallAgency(_Ask):
    """Call an agency by telephone and say the text; asked again by the same delivery: how far that is.

    `agency`: its code, for the operator's display. `seconds`: it may ring so long. The number is dialled as
    it is: digits, and perhaps a "+" before them, so that it can be nothing but a number.
    """

    kind: Literal["call_agency"] = "call_agency"
    delivery: UUID
    agency: Annotated[str, Field(pattern=AGENCY)]
    number: Annotated[str, Field(pattern=NUMBER)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    seconds: Annotated[float, Field(ge=5, le=120)] = 45.0


class CallMenu(_Ask):
    """Ring a position's phone and play this draft of the menu there (YAML)."""

    kind: Literal["call_menu"] = "call_menu"
    position: Name
    source_yaml: Annotated[str, Field(min_length=1, max_length=64_000)]


Ask = Annotated[
    SetClass
    | SetPriority
    | Sit
    | Leave
    | SetState
    | Summon
    | CallContact
    | TakeCallback
    | CallAgency
    | CallMenu,
    Field(discriminator="kind"),
]


class AskRequest(_Ask):
    """One ask. The same `id` again is the same ask and gets the first answer.

    `by`: who asks, for the record. `revision`: of the thing when it was looked at; None: whatever it is now.
    """

    id: UUID
    by: Name
    revision: Annotated[int, Field(ge=0)] | None = None
    ask: Ask


class Answer(BaseModel):
    """What the floor said. `code` (for programs) and `reason` (for people) when it refused.

    `state`: how far a call to an agency is, or its outcome.
    """

    model_config = ConfigDict(frozen=True)

    accepted: bool
    code: str | None = None
    reason: str = ""
    state: str | None = None


def _exactly_one(*given: str | None) -> None:
    if sum(name is not None for name in given) != 1:
        raise ValueError("give position or operator, one of the two")
