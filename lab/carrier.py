"""The carrier's gateway: SIP from a phone on 127.0.0.1 leaves from the carrier's address instead.

The phones' SIP library uses only addresses an interface is listed with, and of 127.0.0.0/8 that is 127.0.0.1
alone. Forwarding its packets unchanged from a socket bound to 127.0.0.2 needs no privilege and leaves the
machine's network alone: answers come back to where a request came from (`rport`, RFC 3581).
"""

import asyncio
from typing import cast

Address = tuple[str, int]


class Gateway(asyncio.DatagramProtocol):
    """Forwards between one phone process and one exchange. Bind it with `open_gateway`."""

    def __init__(self, phone: Address, exchange: Address) -> None:
        self._phone = phone
        self._exchange = exchange
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Pass what the phone sends to the exchange, and everything else to the phone."""
        if self._transport is not None:
            self._transport.sendto(data, self._exchange if addr == self._phone else self._phone)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there just now (ICMP); SIP sends again by itself."""

    @property
    def port(self) -> int:
        """Where phones send to."""
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def close(self) -> None:
        """Give the socket back."""
        if self._transport is not None:
            self._transport.close()


async def open_gateway(address: str, phone: Address, exchange: Address) -> Gateway:
    """Open a gateway on any free port of `address`; raises OSError when the address is not ours."""
    loop = asyncio.get_running_loop()
    _, gateway = await loop.create_datagram_endpoint(
        lambda: Gateway(phone, exchange), local_addr=(address, 0)
    )
    return gateway
