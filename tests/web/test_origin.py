"""Where a request comes from: behind proxies, and from other sites' pages."""

import pytest
from aiohttp.test_utils import make_mocked_request

from ct112.web.access import origin

PROXIES = frozenset({"10.0.0.1", "10.0.0.2"})


class Peer:
    """A transport whose other end is an address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("192.0.2.9", None, "192.0.2.9"),
        ("192.0.2.9", "203.0.113.1", "192.0.2.9"),  # not our proxy: what it says of itself is nothing
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "198.51.100.7, 203.0.113.1", "203.0.113.1"),  # the left one is the client's own word
        ("10.0.0.1", "203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_say_who_asks(peer: str, forwarded: str | None, source: str) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("GET", "/", headers=headers, transport=Peer(peer))
    assert origin.source(request, PROXIES) == source


@pytest.mark.parametrize(
    ("said", "host", "foreign"),
    [
        ("https://112.example", "112.example", False),  # TLS ends at the proxy
        ("https://112.example:443", "112.example", False),
        ("http://127.0.0.1:8112", "127.0.0.1:8112", False),
        ("https://other.example", "112.example", True),  # in CT112_WEB_ORIGINS: below
        ("https://112.example:8443", "112.example", True),
        ("https://112.example.evil.example", "112.example", True),
        ("null", "112.example", True),
        ("", "112.example", True),
        ("https://", "112.example", True),
        ("file://112.example", "112.example", True),
        ("https://112.example:99999", "112.example", True),
        ("https://[", "112.example", True),
        ("112.example", "112.example", True),
    ],
)
def test_a_page_of_another_origin_is_foreign(said: str, host: str, foreign: bool) -> None:
    request = make_mocked_request("POST", "/", headers={"Host": host, "Origin": said})
    assert origin.foreign(request, frozenset()) is foreign
    assert origin.from_elsewhere(request, frozenset()) is foreign


def test_an_origin_we_named_is_ours() -> None:
    headers = {"Host": "112.example", "Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}
    request = make_mocked_request("POST", "/", headers=headers)
    assert not origin.foreign(request, frozenset({"https://other.example"}))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_our_own_page_over_plain_http_is_another_sites(method: str, site: str) -> None:
    """Behind a proxy both schemes have one Host: the browser alone knows that the page was not ours."""
    headers = {"Host": "112.example", "Origin": "http://112.example", "Sec-Fetch-Site": site}
    request = make_mocked_request(method, "/", headers=headers)
    assert origin.foreign(request, frozenset())
    assert origin.from_elsewhere(request, frozenset())


def test_opening_a_websocket_is_no_reading() -> None:
    request = make_mocked_request("GET", "/", headers={"Host": "112.example", "Upgrade": "websocket"})
    assert origin.foreign(request, frozenset())
