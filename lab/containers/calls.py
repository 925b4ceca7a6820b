"""Calls through the composed trunk: from outside the containers to registered phones, heard both ways."""

import asyncio
import time
from collections.abc import Sequence

from lab.containers.city import City
from lab.diary import GAP_SECONDS, Span
from lab.operators import CITIZEN_TONES, OPERATOR_TONES
from lab.phones import ANSWER, RING, Behaviour, Phone, PhoneCall, PhoneError, Phones

HEARD_SECONDS = 0.6
TALK_SECONDS = 2.5
REGISTER_SECONDS = 20.0
PERSON_SECONDS = 40.0


class Callers:
    """The carrier's side and the operators' phones, and who calls whom."""

    def __init__(
        self,
        city: City,
        carrier: Phones,
        desks: Phones,
        passwords: dict[str, str],
        *,
        encrypted: bool = False,
    ) -> None:
        """Nobody is registered yet. `encrypted`: the phones speak TLS and SRTP alone."""
        self.city = city
        self._encrypted = encrypted
        self.carrier = carrier
        self.passwords = passwords
        self.phones: list[Phone] = []
        self._desks = desks
        self._numbers = 0

    async def register(self) -> None:
        """Register every position's phone; tries again while its account is on the way to Asterisk."""
        self.phones = [
            await self._register(user, password, tone)
            for (user, password), tone in zip(self.passwords.items(), OPERATOR_TONES, strict=False)
        ]

    async def _register(self, user: str, password: str, tone: int) -> Phone:
        end, where = time.monotonic() + REGISTER_SECONDS, self.city.exchange
        if self._encrypted:
            where = self.city.exchange_over_tls
        while True:
            try:
                return await self._desks.register(
                    user, password, where, tone_hz=tone, encrypted=self._encrypted
                )
            except PhoneError:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.3)

    async def dial(self) -> tuple[PhoneCall, int]:
        """Call 112 from a number nobody else has; return the call and its tone."""
        tone = CITIZEN_TONES[self._numbers % len(CITIZEN_TONES)]
        self._numbers += 1
        number = f"0812255511{self._numbers:02d}"
        call = await self.carrier.call(f"sip:112@{self.city.exchange}", number, tone_hz=tone)
        await call.wait_for("established")
        return call, tone

    async def three_calls(self) -> str:
        """Three citizens at once: one listens and presses 1, one presses 2 at once, one says nothing."""
        started = time.monotonic()
        dialled = [await self.dial() for _ in range(3)]
        before = [len(phone.calls) for phone in self.phones]
        await asyncio.gather(
            _press(dialled[0][0], "1", after_the_menu=True), _press(dialled[1][0], "2", after_the_menu=False)
        )
        at_desks = await asyncio.gather(
            *(phone.next_call(after, 25) for phone, after in zip(self.phones, before, strict=True))
        )
        await asyncio.gather(*(call.wait_for("established") for call in at_desks))
        took = time.monotonic() - started
        await asyncio.sleep(TALK_SECONDS)
        await self._heard(dialled, at_desks)
        await self._hang_up([call for call, _ in dialled], at_desks)
        return f"heard both ways at {len(at_desks)} phones, all answered after {took:.1f} s"

    async def talk(self) -> tuple[PhoneCall, int, Phone, PhoneCall]:
        """Bring one citizen to a person, heard both ways; return both ends."""
        before = {phone.user: len(phone.calls) for phone in self.phones}
        call, tone = await self.dial()
        await _press(call, "1", after_the_menu=False)
        phone, at_desk = await self._rung(before)
        await at_desk.wait_for("established")
        await _both_hear(call, phone, at_desk, tone)
        return call, tone, phone, at_desk

    async def waiting(self) -> PhoneCall:
        """Let a citizen wait: the phones ring and nobody answers."""
        await self.behave(RING)
        before = {phone.user: len(phone.calls) for phone in self.phones}
        call, _ = await self.dial()
        await _press(call, "1", after_the_menu=False)
        await self._rung(before)
        return call

    async def behave(self, behaviour: Behaviour) -> None:
        """Change what all phones do when they ring."""
        for phone in self.phones:
            await phone.behave(behaviour)

    async def reaches_a_person(self, call: PhoneCall, since: float) -> str:
        """Demand that a waiting citizen hears an operator; return after how long, and who rang."""
        await self.behave(ANSWER)
        end = time.monotonic() + PERSON_SECONDS
        while time.monotonic() < end:
            listening = (call.hears(phone.tone_hz, within=1) for phone in self.phones)
            if any(heard.for_at_least(HEARD_SECONDS) for heard in await asyncio.gather(*listening)):
                return f"a person's voice {time.monotonic() - since:.1f} s after the kill"
            if call.state == "closed":
                break
        raise PhoneError(f"the caller who waited heard nobody ({call.state}, {call.reason})")

    async def end(self, call: PhoneCall) -> None:
        """Let the citizen hang up, and wait until no phone has a call."""
        await call.hang_up()
        await call.wait_for("closed")
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until no phone has a call."""
        await self._desks.bell.until(
            lambda: all(call.state == "closed" for phone in self.phones for call in phone.calls), 20
        )

    async def _rung(self, before: dict[str, int]) -> tuple[Phone, PhoneCall]:
        """Wait for the first phone that rings anew."""
        await self._desks.bell.until(
            lambda: any(len(phone.calls) > before[phone.user] for phone in self.phones), 25
        )
        phone = next(phone for phone in self.phones if len(phone.calls) > before[phone.user])
        return phone, phone.calls[before[phone.user]]

    async def _heard(self, dialled: Sequence[tuple[PhoneCall, int]], at_desks: Sequence[PhoneCall]) -> None:
        """Demand that each citizen heard one operator, and that operator that citizen alone."""
        for call, tone in dialled:
            theirs = [
                (phone, at_desk)
                for phone, at_desk in zip(self.phones, at_desks, strict=True)
                if (await call.heard(phone.tone_hz)).for_at_least(HEARD_SECONDS)
            ]
            if len(theirs) != 1 or not (await theirs[0][1].heard(tone)).for_at_least(HEARD_SECONDS):
                raise PhoneError(f"not heard both ways: {call.line} heard {len(theirs)} operators")

    async def _hang_up(self, citizens: Sequence[PhoneCall], at_desks: Sequence[PhoneCall]) -> None:
        await asyncio.gather(*(call.hang_up() for call in citizens))
        await asyncio.gather(*(call.wait_for("closed") for call in (*citizens, *at_desks)))


async def untouched(call: PhoneCall, tone: int, since: float) -> str:
    """Demand that a tone went on from `since` (epoch seconds) until now; return how it was heard."""
    spans, silent = await call.diary((tone,))
    gap = longest_gap(spans, since, time.time() - silent)
    if gap > GAP_SECONDS or silent > GAP_SECONDS:
        raise PhoneError(f"the talk was touched: a gap of {max(gap, silent):.2f} s")
    return f"{time.time() - since:.0f} s of talk, no gap of more than {GAP_SECONDS * 1000:.0f} ms"


def longest_gap(spans: Sequence[Span], since: float, now: float) -> float:
    """Return for how long at most, in seconds, a tone was not heard between `since` and `now`.

    Within a span nothing is missing for longer than the diary forgives: a busy machine's phones stutter.
    """
    edges = [since]
    for span in sorted(spans, key=lambda span: span.start):
        if span.end > since:
            edges += [max(span.start, since), span.end]
    edges.append(max(now, edges[-1]))
    return max(after - before for before, after in zip(edges[::2], edges[1::2], strict=True))


async def _press(call: PhoneCall, key: str, *, after_the_menu: bool) -> None:
    if await call.hears_sound() < -40:
        raise PhoneError("the menu does not speak")
    if after_the_menu:
        await call.hears_quiet()
    await call.press(key)


async def _both_hear(call: PhoneCall, phone: Phone, at_desk: PhoneCall, tone: int) -> None:
    both = await asyncio.gather(call.hears(phone.tone_hz), at_desk.hears(tone))
    if not all(heard.for_at_least(HEARD_SECONDS) for heard in both):
        raise PhoneError(f"not heard both ways: {both}")
