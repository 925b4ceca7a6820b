"""Real SIP phones in a process of their own: `python -m lab.phone_process --address 127.0.0.1`.

The SIP stack exists once a process, so each network address gets a process. It is driven by JSON lines: the
answer to a command `{"id": 7, "do": "call", …}` on standard input is `{"id": 7, …}` on standard output, with
an "error" when it failed; events such as `{"event": "established", "line": "…", "at": …}` come in between.
When standard input ends (the parent left, however), calls are hung up and the process ends. `lab.phones` is
the other side.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from baresip import Account, BaresipError, Call, Config, RegistrationError, Runtime, StackEvent, UserAgent

from lab.carrier import Gateway, open_gateway
from lab.phone_line import Line, as_json

HOME = "127.0.0.1"
"""The address the SIP stack itself uses."""
LEAVE_SECONDS = 4.0

Json = dict[str, Any]


class Handset:
    """A registered phone: who it is and what it does when it rings. `agents`: one for each exchange."""

    def __init__(self, user: str, behaviour: Json, tone_hz: int) -> None:
        self.agents: list[UserAgent] = []
        self.user = user
        self.behaviour = behaviour
        self.tone_hz = tone_hz
        self.lines: list[Line] = []

    def busy(self) -> bool:
        """Say whether a call rings or talks here."""
        return any(not line.closed for line in self.lines)


class PhoneProcess:
    """Carries out the commands; each `do_…` method is one, its parameters are the command's."""

    def __init__(self, address: str, authority: str = "") -> None:
        self._address = address
        self._authority = authority
        self._runtime = Runtime(command_timeout=10)
        self._port = 0
        self._handsets: dict[str, Handset] = {}
        self._agents: dict[str, UserAgent] = {}
        self._lines: dict[str, Line] = {}
        self._gateways: dict[str, Gateway] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the SIP stack on a free port."""
        self._port = _free_port()
        extra = f"sip_listen {HOME}:{self._port}\nsip_transports udp\nrtp_ports 40000-49998\n"
        if self._authority:
            extra = extra.replace("transports udp", "transports udp,tls")
            extra += f"sip_cafile {self._authority}\nsip_verify_server yes\nmodule srtp.so\n"
        await self._runtime.start(
            Config(net_interface=HOME, max_concurrent_calls=None, extra_config_text=extra)
        )
        say({"event": "started", "address": self._address, "port": self._port})

    async def close(self) -> None:
        """Hang up, take the registrations back and stop; whatever fails is left behind."""
        await asyncio.gather(*(line.end() for line in self._lines.values() if not line.closed))
        leaving = [_unregister(handset, 1) for handset in self._handsets.values()]
        await asyncio.gather(*leaving, return_exceptions=True)  # the registrar may be gone
        for gateway in self._gateways.values():
            gateway.close()
        with contextlib.suppress(BaresipError):
            await self._runtime.close()

    async def handle(self, command: Json) -> None:
        """Carry one command out and say how it went."""
        number, name = command.pop("id"), command.pop("do")
        try:
            answer = await getattr(self, f"do_{name}")(**command) or {}
        except RegistrationError as error:
            answer = {"error": str(error), "status": error.status}
        except Exception as error:  # noqa: BLE001 - whatever it was, the parent must learn it
            answer = {"error": f"{name}: {error!r}"}
        say({"id": number, **answer})

    async def do_register(
        self,
        user: str,
        password: str,
        domain: str,
        behaviour: Json,
        tone_hz: int,
        also: bool,
        encrypted: bool = False,
    ) -> None:
        """Register a phone with digest authentication; it then behaves as told when it rings.

        Without a domain it registers nowhere and is called at the process's own port. `also`: the phone is
        there already and registers at one more exchange; a call of one makes it busy for the other.
        `encrypted`: over TLS, its sound over SRTP or not at all.
        """
        account = Account(
            user=user,
            domain=domain or HOME,
            password=password,
            reg_interval=60 if domain else 0,
            transport="tls" if encrypted else "udp",
            extra_params=("mediaenc=srtp-mand",) if encrypted else (),
        )
        agent = await UserAgent.create(self._runtime, account)
        handset = self._handsets[user] if also else Handset(user, behaviour, tone_hz)
        agent.on_incoming(lambda call: self._on_incoming(handset, call))
        if domain:
            await agent.register(timeout=5)
        handset.agents.append(agent)
        self._handsets[user] = handset

    async def do_unregister(self, user: str) -> None:
        """Take a phone's registrations back."""
        await _unregister(self._handsets[user], 5)

    async def do_behave(self, user: str, behaviour: Json) -> None:
        """Change what a phone does when it rings."""
        self._handsets[user].behaviour = behaviour

    async def do_call(
        self, line: str, uri: str, exchange: str, caller: str, tone_hz: int, headers: dict[str, str]
    ) -> None:
        """Call `uri`. `caller` is the whole From address, for example `"Budi" <sip:0811@127.0.0.1>`."""
        agent = await self._agent_for(caller, exchange)
        with self._listening() as early:
            call = await agent.dial(uri, headers=headers)
        dialled = self._lines[line] = Line(call, tone_hz, self._teller(line))
        for event in early:
            if event.call == call.handle:
                dialled.take(event)

    async def do_answer(self, line: str) -> None:
        """Pick up a ringing call."""
        await self._lines[line].call.answer()

    async def do_hang_up(self, line: str) -> None:
        """End a call, whatever its state."""
        await self._lines[line].end()

    async def do_dtmf(self, line: str, digits: str, gap_ms: int) -> None:
        """Press keys, sent as RFC 4733 events."""
        await self._lines[line].call.send_dtmf(digits, gap_ms)

    async def do_hold(self, line: str, held: bool) -> None:
        """Put a call on hold, or take it back."""
        call = self._lines[line].call
        await (call.hold() if held else call.resume())

    async def do_tone(self, line: str, hz: int) -> None:
        """Send another tone; 0 is silence."""
        self._lines[line].set_tone(hz)

    async def do_hear(self, line: str, hz: float, seconds: float, within: float) -> Json:
        """Listen from now on."""
        return as_json(await self._lines[line].hear(hz, seconds, within))

    async def do_sound(self, line: str, level: float, within: float, quiet: bool) -> Json:
        """Wait for any sound at all, or for the end of it."""
        return {"level": max(await self._lines[line].sound(level, within, quiet), -120.0)}

    async def do_heard(self, line: str, hz: float) -> Json:
        """Look back over all that was received."""
        return as_json(self._lines[line].heard(hz))

    async def do_diary(self, line: str, tones: list[int]) -> Json:
        """Look into the diary of a call: which of these tones was heard when."""
        spans, silent = self._lines[line].diary(tuple(tones))
        return {"spans": [[span.hz, span.start, span.end, span.seconds] for span in spans], "silent": silent}

    async def do_record(self, line: str, path: str) -> None:
        """Write what was received to a file: 8 kHz, 16 bit, mono, no header."""
        recording = self._lines[line].recording()
        await asyncio.to_thread(lambda: _write(path, recording))

    @contextlib.contextmanager
    def _listening(self) -> Iterator[list[StackEvent]]:
        """Collect the stack's events: a call hears only those after `dial` has gone on, and a busy machine
        lets the refusal come before that.
        """
        events: list[StackEvent] = []
        hear = events.append
        self._runtime.subscribe(hear)
        try:
            yield events
        finally:
            self._runtime.unsubscribe(hear)

    async def _agent_for(self, caller: str, exchange: str) -> UserAgent:
        """Return the agent for a From address; beyond our own address it goes through the gateway."""
        key = f"{caller} {exchange}"
        if key not in self._agents:
            parameters = "regint=0;answermode=manual;audio_codecs=pcma,pcmu;dtmfmode=rtpevent"
            if self._address != HOME:
                gateway = await self._gateway_to(exchange)
                parameters += f';outbound="sip:{self._address}:{gateway.port}"'
            self._agents[key] = await UserAgent.create(self._runtime, f"{caller};{parameters}")
        return self._agents[key]

    async def _gateway_to(self, exchange: str) -> Gateway:
        if exchange not in self._gateways:
            host, _, port = exchange.rpartition(":")
            gateway = await open_gateway(self._address, (HOME, self._port), (host, int(port)))
            self._gateways[exchange] = gateway
        return self._gateways[exchange]

    def _on_incoming(self, handset: Handset, call: Call) -> None:
        name = f"{handset.user}-{next(self._numbers)}"
        busy = handset.busy()
        line = Line(call, handset.tone_hz, self._teller(name))
        self._lines[name] = line
        handset.lines.append(line)
        details = {"phone": handset.user, "peer": call.peer or "", "sip_call_id": call.call_id or ""}
        self._teller(name)("busy" if busy else "incoming", **details)
        behaviour = {"kind": "decline"} if busy else handset.behaviour
        task = asyncio.create_task(_react(line, behaviour), name=f"phone-{name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _teller(self, line: str) -> Any:
        return lambda what, **details: say({"event": what, "line": line, **details})


async def _unregister(handset: Handset, seconds: float) -> None:
    """Take the registrations back; raises the error of the last exchange only when no exchange took it."""
    leaving = [agent.unregister(timeout=seconds) for agent in handset.agents]
    results = await asyncio.gather(*leaving, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors and len(errors) == len(results):
        raise errors[-1]


async def _react(line: Line, behaviour: Json) -> None:
    """Do with a ringing call what was asked for: answer, decline or let it ring."""
    await asyncio.sleep(behaviour.get("after", 0.0))
    with contextlib.suppress(BaresipError):  # the caller may have left meanwhile
        if behaviour["kind"] == "answer" and not line.closed:
            await line.call.answer()
        elif behaviour["kind"] == "decline":
            await line.call.reject()


def say(message: Json) -> None:
    """Write one line to the parent; nothing to do when it is gone."""
    if "event" in message:
        message["at"] = time.time()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOME, 0))
        port: int = probe.getsockname()[1]
        return port


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)


def _read_commands(loop: asyncio.AbstractEventLoop, inbox: asyncio.Queue[Json | None]) -> None:
    """Own thread: hand the commands over, and see to it that the process ends after the last one."""
    for text in sys.stdin:
        loop.call_soon_threadsafe(inbox.put_nowait, json.loads(text))
    loop.call_soon_threadsafe(inbox.put_nowait, None)
    threading.Event().wait(LEAVE_SECONDS)
    os._exit(1)  # the SIP stack hangs; nobody waits for us any more


async def serve(address: str, authority: str) -> None:
    """Run until standard input ends."""
    phones = PhoneProcess(address, authority)
    await phones.start()
    inbox: asyncio.Queue[Json | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_read_commands, args=(loop, inbox), daemon=True).start()
    running: set[asyncio.Task[None]] = set()
    while (command := await inbox.get()) is not None:
        task = asyncio.create_task(phones.handle(command), name="phone-command")
        running.add(task)
        task.add_done_callback(running.discard)
    await phones.close()


def main() -> None:
    """Parse the address and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default=HOME, help="where SIP comes from, for example 127.0.0.2")
    parser.add_argument("--authority", default="", help="file of the authority that TLS is checked by")
    logging.basicConfig(level=logging.CRITICAL)
    parser.add_argument(
        "--tries", type=int, default=3, help="a port found free may be taken by the time it is used"
    )
    arguments = parser.parse_args()
    try:
        asyncio.run(serve(arguments.address, arguments.authority))
    except BaresipError as error:
        if "already in use" not in str(error) or arguments.tries < 2:
            raise
        again = [
            "-m",
            "lab.phone_process",
            "--address",
            arguments.address,
            "--authority",
            arguments.authority,
            "--tries",
            str(arguments.tries - 1),
        ]
        os.execv(sys.executable, [sys.executable, *again])
    sys.stdout.flush()
    os._exit(0)  # the SIP library's own teardown at exit has been seen to abort


if __name__ == "__main__":
    main()
