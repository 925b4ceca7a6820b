"""A small AMI server that can misbehave: it stays silent, drops its clients, or sends what it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
USER, PASSWORD = "ct112", "a password for tests"


class FakeAmi:
    """Answers Login, Ping and the lists; remembers every action."""

    def __init__(self) -> None:
        self.port = 0
        self.actions: list[dict[str, str]] = []
        self.mute: set[str] = set()  # actions that get no answer
        self.contacts: dict[str, str] = {}  # endpoint: status
        self.written: dict[str, str] = {}  # an endpoint with a contact in a file, a trunk: its status
        self.registrations: dict[str, str] = {}  # a trunk that wants one: its status
        self.refused: dict[str, list[dict[str, str]]] = {}  # action: what it is answered with instead
        self.members: list[str] = []
        self._writers: set[asyncio.StreamWriter] = set()

    def names(self) -> list[str]:
        """What was asked, in order."""
        return [action["Action"] for action in self.actions]

    def send(self, **fields: str) -> None:
        """Send an event to everyone."""
        for writer in self._writers:
            writer.write(_message(fields))

    def contact(self, phone: str, status: str, port: int = 5060, uri: str = "") -> None:
        """Send a ContactStatus, and remember it for the next list (of one a phone, without its `uri`)."""
        if status == "Removed":
            self.contacts.pop(phone, None)
        else:
            self.contacts[phone] = status
        self.send(
            Event="ContactStatus",
            EndpointName=phone,
            AOR=phone,
            URI=uri or uri_of(phone, port),
            ContactStatus=status,
        )

    def drop(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        self._writers.add(writer)
        writer.write(GREETING)
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                self.actions.append(action)
                if action["Action"] not in self.mute:
                    for fields in self.answer(action):
                        writer.write(_message({**fields, "ActionID": action["ActionID"]}))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def answer(self, action: dict[str, str]) -> list[dict[str, str]]:
        """Return the messages an action is answered with."""
        if action["Action"] in self.refused:
            return self.refused[action["Action"]]
        match action["Action"]:
            case "Login" if (action["Username"], action["Secret"]) != (USER, PASSWORD):
                return [{"Response": "Error", "Message": "Authentication failed"}]
            case "PJSIPShowContacts" if not self.contacts:
                return [{"Response": "Error", "Message": "No Contacts found"}]
            case "PJSIPShowContacts":
                found = [
                    {"Event": "ContactList", "Endpoint": name, "Uri": uri_of(name), "Status": status}
                    for name, status in self.contacts.items()
                ]
                return _list(found, "ContactListComplete")
            case "PJSIPShowEndpoint" if action["Endpoint"] in self.written:
                uri, status = uri_of(action["Endpoint"]), self.written[action["Endpoint"]]
                row = {"Event": "ContactStatusDetail", "EndpointName": action["Endpoint"]}
                return _list([row | {"URI": uri, "Status": status}], "EndpointDetailComplete")
            case "PJSIPShowEndpoint":
                return [{"Response": "Error", "Message": "Unable to retrieve endpoint"}]
            case "PJSIPShowRegistrationsOutbound":
                registered = [
                    {"Event": "OutboundRegistrationDetail", "ObjectName": name, "Status": status}
                    for name, status in self.registrations.items()
                ]
                return _list(registered, "OutboundRegistrationDetailComplete")
            case "QueueStatus":
                return _list(
                    [{"Event": "QueueMember", "Location": one} for one in self.members], "QueueStatusComplete"
                )
            case "QueueAdd":
                return [{"Response": "Success", "Message": "Added interface to queue"}]
            case "Refused":
                return [{"Response": "Error", "Message": "no"}]
            case _:
                return [{"Response": "Success"}]


def uri_of(phone: str, port: int = 5060) -> str:
    """Return the contact a phone registers."""
    return f"sip:{phone}@192.0.2.1:{port}"


def _list(events: list[dict[str, str]], end: str) -> list[dict[str, str]]:
    return [
        {"Response": "Success", "EventList": "start", "Message": "will follow"},
        *events,
        {"Event": end, "EventList": "Complete"},
    ]


def _message(fields: dict[str, str]) -> bytes:
    return ("".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode()


@asynccontextmanager
async def running() -> AsyncIterator[FakeAmi]:
    """A fake on a free port of loopback."""
    ami = FakeAmi()
    server = await asyncio.start_server(ami.serve, "127.0.0.1", 0)
    ami.port = server.sockets[0].getsockname()[1]
    try:
        yield ami
    finally:
        server.close()
        ami.drop()
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool], what: str, within: float = 20.0) -> None:
    """Wait until it holds; fails after `within` seconds."""
    end = asyncio.get_running_loop().time() + within
    while not holds():
        assert asyncio.get_running_loop().time() < end, what
        await asyncio.sleep(0.01)
