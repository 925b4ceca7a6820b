"""Bugs chosen by somebody who wrote neither the program nor the simulator, before any of them was tried."""

from dataclasses import replace
from typing import Any

from ct112.asterisk import fallback_files
from ct112.asterisk.ami import Fields
from ct112.asterisk.ami_nodes import _NodeWatch
from ct112.asterisk.inbound import Inbound
from ct112.core import offering
from ct112.core.board import Board
from ct112.core.calls import Call, Offered, Waiting
from ct112.core.events import OfferEnd
from ct112.core.ids import OfferId
from ct112.serve.callbacks import CallbackDesk
from tests.simulation.mutations import Bug, Patch


def broken_is_hung_up(patch: Patch) -> None:
    """Whyever the leg of an operator who picked up ends, the operator is said to have hung up."""
    why = Inbound._why

    def careless(self: Any, offer: OfferId, cause: int, *, page: bool) -> OfferEnd:
        end = why(self, offer, cause, page=page)
        return OfferEnd.HUNG_UP if end is OfferEnd.LOST else end

    patch(Inbound, "_why", careless)


def the_front_is_lost(patch: Patch) -> None:
    """A caller in front of the class, whom the next operator declines, is there no longer."""
    refused = offering.refused

    def forgetful(board: Board, call: Call, state: Offered, reason: OfferEnd) -> None:
        refused(board, call, state, reason)
        call.state = Waiting(replace(state.place, first=False), state.hearing)

    patch(offering, "refused", forgetful)


def members_stay(patch: Patch) -> None:
    """Who is off duty stays in the fallback queue."""
    once = _NodeWatch._try

    async def adding(self: Any, connection: Any, action: Fields) -> None:
        if action["Action"] != "QueueRemove":
            await once(self, connection, action)

    patch(_NodeWatch, "_try", adding)


def results_are_lost(patch: Patch) -> None:
    """How a call-back went is written once: not again when the database is away."""
    written = CallbackDesk._written

    async def once(self: Any, result: Any) -> bool:
        await written(self, result)
        return True

    patch(CallbackDesk, "_written", once)


def late_files_are_not_waited_for(patch: Patch) -> None:
    """A call of the fallback is taken in as soon as its end is there, whatever else may still land."""
    patch(fallback_files.Ripening, "is_ripe", lambda *_: True)


CHOSEN = {
    "an operator's broken leg is a hang-up": Bug(broken_is_hung_up, 2, "nobody is hung up on"),
    "the place in front is lost": Bug(the_front_is_lost, 6, "a place is kept"),
    "members stay in the fallback queue": Bug(members_stay, 1, "the fallback rings who is on duty"),
    "results of call-backs are lost": Bug(results_are_lost, 17, "no result is lost"),
    "late files are not waited for": Bug(late_files_are_not_waited_for, 31, "a true record"),
}
