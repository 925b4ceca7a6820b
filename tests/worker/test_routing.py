"""The watch over rules and agencies: what no rule fitted is counted, and who cannot be reached is named."""

import uuid
from zoneinfo import ZoneInfo

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from ct112.incidents.agencies import Way, WayKind
from ct112.store import Store, agencies, routing
from ct112.worker.routing import RoutingWatch

JAKARTA = ZoneInfo("Asia/Jakarta")


def told(name: str) -> float | None:
    return REGISTRY.get_sample_value(name)


async def test_an_incident_without_a_rule_is_an_alarm_and_one_line(store: Store) -> None:
    watch = RoutingWatch(store, JAKARTA)
    await watch.look()
    assert told("ct112_routing_unmatched") == 0
    async with store.transaction() as connection:
        await routing.unmatched(connection, uuid.uuid4(), "kebakaran", "33.75.01.1003", 1)
    with capture_logs() as lines:
        await watch.look()
        await watch.look()
    assert told("ct112_routing_unmatched") == 1
    assert [line["log_level"] for line in lines] == ["error"]
    assert "33.75" not in str(lines)


async def test_an_agency_whose_telephone_nobody_on_duty_has_is_not_reached(store: Store) -> None:
    watch = RoutingWatch(store, JAKARTA)
    await watch.look()
    assert told("ct112_agencies_unreached") == 0  # their page is a way
    async with store.transaction() as connection:
        for code in ("damkar", "pmi"):
            await agencies.change(connection, code, None, ways=[Way(kind=WayKind.PHONE)])
        await agencies.change(connection, "pmi", None, active=False)
    with capture_logs() as lines:
        await watch.look()
        await watch.look()
    assert told("ct112_agencies_unreached") == 1
    assert [line["agencies"] for line in lines] == [["damkar"]]
