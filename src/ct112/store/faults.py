"""What can go wrong with the database, in words the rest of the program may know."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

DATABASE_ERRORS = (OSError, TimeoutError, SQLAlchemyError)  # what using the database may raise

# SQLSTATE classes that mean "this row, as it is, can never be written": data exception, integrity
# constraint violation, program limit exceeded (PostgreSQL documentation, appendix A).
ROW_FAULTS = frozenset({"22", "23", "54"})
# Connection lost or refused, wrong password, shutting down, out of resources, no such database.
AWAY = frozenset({"08", "28", "53", "57", "3D"})
NO_SUCH_TABLE = frozenset({"42P01", "42703"})
STATEMENT_CANCELLED = "57014"  # by statement_timeout
NO_ROW = (ValueError, TypeError, OverflowError, AttributeError, RecursionError)
"""What making a row of something that is none may raise."""


class StoreUnavailable(Exception):
    """The database cannot be used now: away, too slow, full, or not migrated. Trying again may help.

    `refused`: the server is there and said no. `slow`: it was there and took too long: less may do.
    """

    def __init__(self, reason: str, *, refused: bool = False, slow: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused
        self.slow = slow


class RowRefused(ValueError):
    """The row itself is to blame: trying again is of no use. The text never holds what is in it.

    `state`: PostgreSQL's code, when its tables refused the row; they may not be the tables of this program.
    """

    def __init__(self, reason: str, state: str | None = None) -> None:
        super().__init__(reason)
        self.state = state


class Stale(Exception):
    """What is to be changed is not as it was when it was read."""


def sqlstate(error: BaseException) -> str | None:
    """Return PostgreSQL's error code, when the error comes from there."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state if isinstance(state, str) else None


def of_the_row(error: BaseException) -> bool:
    """Return whether the row itself is to blame, so that trying again is of no use."""
    state = sqlstate(error)
    if state is not None:
        return state[:2] in ROW_FAULTS
    if isinstance(error, DBAPIError):  # refused by the driver before it was sent
        return isinstance(error.orig.__cause__, ValueError | TypeError) if error.orig else False
    if isinstance(error, StatementError):
        return isinstance(error.orig, ValueError | TypeError)
    return isinstance(error, ValueError | TypeError | OverflowError)


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return the same error in our words."""
    state = sqlstate(error)
    refused = state is not None and state[:2] not in AWAY
    slow = isinstance(error, TimeoutError) or state == STATEMENT_CANCELLED
    return StoreUnavailable(explain(error), refused=refused, slow=slow)


def explain(error: BaseException) -> str:
    """Return why in a few words. Never the row's contents: they may be personal."""
    if isinstance(error, StoreUnavailable | RowRefused):
        return str(error)
    state = sqlstate(error)
    if state in NO_SUCH_TABLE:
        return "the database is not migrated: run `ct112 db upgrade`"
    if isinstance(error, TimeoutError):
        return "the database did not answer in time"
    return f"{type(error).__name__} {state}" if state else type(error).__name__
