"""The routes of the doctor's checks."""

from ct112.web.access.principal import Role
from ct112.web.house import House
from ct112.web.readiness.examiner import Examiner
from ct112.web.readiness.model import CheckView, Readiness
from ct112.web.routes import Route


async def read_readiness(house: House) -> Readiness:
    """Read what the last examination found, and whether one is under way."""
    return _view(house.examiner)


async def examine_readiness(house: House) -> Readiness:
    """Begin an examination as `ct112 doctor` does, in a process of its own; read how far it is."""
    house.examiner.start()
    return _view(house.examiner)


def _view(examiner: Examiner) -> Readiness:
    checks = tuple(map(CheckView.model_validate, examiner.checks))
    return Readiness(running=examiner.running, at=examiner.at, trouble=examiner.trouble, checks=checks)


ADMINS = frozenset({Role.ADMIN})
ROUTES = (
    Route("GET", "/api/v1/readiness", read_readiness, ADMINS),
    Route("POST", "/api/v1/readiness", examine_readiness, ADMINS, status=202, audit="readiness.examine"),
)
