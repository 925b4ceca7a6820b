"""The packet filter's rules, loaded in a network namespace of our own, against the attacks it is for."""

import pytest

from ct112.asterisk.configfiles import NodeValues
from lab.siege import CONNECTIONS, siege

pytestmark = [pytest.mark.real, pytest.mark.system, pytest.mark.timeout(400)]


def test_idle_connections_of_a_stranger_leave_the_carrier_room() -> None:
    bare = siege("connections", filtered=False)
    assert bare["opened"] == CONNECTIONS
    assert bare["carrier_answered"] == 0, "the attack works without the rules"
    assert siege("connections", filtered=True) == {"opened": 0, "carrier_answered": 1}


def test_a_strangers_packets_write_nothing() -> None:
    assert siege("flood", filtered=False)["bytes_per_second"] > 100_000, "the attack works without the rules"
    assert siege("flood", filtered=True)["bytes_per_second"] < 1_000


def test_the_sound_for_a_silent_caller_goes_to_nobody_else() -> None:
    bare = siege("sound", filtered=False)
    assert bare["stranger"] > 50, "the attack works without the rules"
    filtered = siege("sound", filtered=True)
    assert filtered["stranger"] == 0
    assert filtered["caller"] > 50


def test_calls_that_are_never_acknowledged_do_not_fill_the_exchange() -> None:
    """Forty a second, each gone after 13 s: 520 at a time, where 400 have room."""
    figures = siege("half-open", filtered=True)
    assert figures["full"] == 0
    assert figures["peak"] < NodeValues.max_calls
    assert figures["served"] > figures["callers"] / 2
