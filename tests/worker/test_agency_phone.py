"""The way by telephone: asked again until it is over; only a key or a talk counts, nothing is raised."""

from typing import Any
from uuid import UUID

import pytest

from ct112.control.asks import Answer, AskRequest, CallAgency
from ct112.control.client import ControlAway, ControlRefused
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.incidents.spoken import Telling
from ct112.worker import agency_phone
from ct112.worker.agency_phone import PhoneProgress, Progress
from tests.incidents.test_spoken import VIEW

DELIVERY = UUID("0196a000-0000-7000-8000-000000000001")


class Serve:
    """Answers what a test wants, and checks asks as the real client does."""

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer = answer
        self.asked: list[CallAgency] = []

    async def ask(
        self,
        kind: str,
        *,
        by: str,
        revision: int | None = None,
        id: UUID | None = None,  # noqa: A002 (the word of the contract)
        **fields: Any,
    ) -> Answer:
        """Answer."""
        wanted = {"id": id, "by": by, "revision": revision, "ask": {"kind": kind, **fields}}
        ask = AskRequest.model_validate(wanted).ask
        assert isinstance(ask, CallAgency)
        self.asked.append(ask)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def progress(serve: Serve, number: str = "0285 421-42") -> PhoneProgress:
    return await agency_phone.call(
        serve, DELIVERY, agency="pmi", number=number, view=VIEW, telling=Telling.NEW
    )


@pytest.mark.parametrize(
    "state", ["preparing", "dialling", "speaking", "sought", "begun", "unheard-of", None]
)
async def test_what_is_going_on_is_asked_again(state: str | None) -> None:
    serve = Serve(Answer(accepted=True, state=state))
    assert (await progress(serve)).progress is Progress.PENDING
    (ask,) = serve.asked
    assert (ask.delivery, ask.number, ask.agency) == (DELIVERY, "028542142", "pmi")


@pytest.mark.parametrize("outcome", AgencyOutcome)
async def test_each_outcome_means_one_thing(outcome: AgencyOutcome) -> None:
    meant = {"accepted": Progress.ACKNOWLEDGED, "put_through": Progress.DELIVERED}
    found = await progress(Serve(Answer(accepted=True, state=outcome.value)))
    assert found == PhoneProgress(meant.get(outcome.value, Progress.FAILED), outcome.value)


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (ControlAway("away"), Progress.PENDING),
        (ControlRefused("another version"), Progress.FAILED),
        (Answer(accepted=False, code="unavailable", reason="every line"), Progress.PENDING),
        (Answer(accepted=False, code="unanswered"), Progress.PENDING),
        (Answer(accepted=False, code="not-possible", reason="this number"), Progress.FAILED),
    ],
)
async def test_what_is_refused_for_now_is_asked_again_and_the_rest_goes_another_way(
    answer: Answer | Exception, wanted: Progress
) -> None:
    assert (await progress(Serve(answer))).progress is wanted


@pytest.mark.parametrize("number", ["*21*0812#", "0812@x", "", "PJSIP/x", "0812;ext=1", "\u0660\u0661\u0662"])
async def test_a_number_that_is_none_never_reaches_serve(number: str) -> None:
    serve = Serve(Answer(accepted=True, state="accepted"))
    assert (await progress(serve, number)).progress is Progress.FAILED
    assert serve.asked == []
