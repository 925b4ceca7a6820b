"""Keys as tones in the sound (RTP, G.711 A-law), as equipment without telephone-event sends them."""

import asyncio
import socket
import struct

import numpy as np
import numpy.typing as npt

RATE, FRAME = 8000, 160  # samples a second, samples a packet
LOW = {
    key: hz
    for row, hz in zip(("123A", "456B", "789C", "*0#D"), (697, 770, 852, 941), strict=True)
    for key in row
}
HIGH = {
    key: hz
    for column, hz in zip(("147*", "2580", "369#", "ABCD"), (1209, 1336, 1477, 1633), strict=True)
    for key in column
}
AMPLITUDE = 0.2  # of each of the two: about -14 dBm0 each


def key(digit: str, seconds: float = 0.12) -> npt.NDArray[np.float64]:
    """Return the sound of a key, in -1…1."""
    time = np.arange(int(seconds * RATE)) / RATE
    pair = np.sin(2 * np.pi * LOW[digit] * time) + np.sin(2 * np.pi * HIGH[digit] * time)
    return np.asarray(AMPLITUDE * pair)


def silence(seconds: float) -> npt.NDArray[np.float64]:
    """Return nothing to hear."""
    return np.zeros(int(seconds * RATE))


def alaw(samples: npt.NDArray[np.float64]) -> bytes:
    """Return samples as G.711 A-law (ITU-T G.711)."""
    values = np.clip(samples * 32767, -32768, 32767).astype(np.int32)
    sign = np.where(values >= 0, 0x80, 0)
    size = np.minimum(np.abs(values), 32635) >> 3
    exponent = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    mantissa = np.where(exponent == 0, size >> 1, size >> np.maximum(exponent, 1)) & 0x0F
    exponent = np.where(size >= 32, exponent, 0)
    return bytes((((exponent << 4) | mantissa | sign) ^ 0x55).astype(np.uint8))


def packet(number: int, sound: bytes) -> bytes:
    """Return the RTP packet with this number of a stream (RFC 3550; payload type 8 is A-law)."""
    return struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * FRAME, 0x112) + sound


async def send(transport: socket.socket, to: tuple[str, int], sound: bytes) -> None:
    """Send the sound packet by packet, 20 ms each."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(len(sound) // FRAME):
        transport.sendto(packet(number, sound[number * FRAME : (number + 1) * FRAME]), to)
        await asyncio.sleep(max(0.0, began + (number + 1) * FRAME / RATE - loop.time()))
