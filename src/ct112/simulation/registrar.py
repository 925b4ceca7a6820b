"""Which softphones an Asterisk knows: contacts by URI, and what AMI tells of each of them."""

from collections.abc import Callable

from ct112.simulation.engine import Engine

REACHABLE, UNREACHABLE, NOT_ASKED = "Reachable", "Unreachable", "NonQualified"
LISTED = {REACHABLE: "Avail", UNREACHABLE: "Unavail", NOT_ASKED: "NonQual"}
SOON = (0.0001, 0.05)
QUALIFIED = (1.0, 30.0)  # seconds until a contact nobody answers at is found out


class Registrar:
    """Contacts by position and URI with their status; `hear` is told of each change, as AMI tells it."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Know nobody."""
        self._name = name
        self._engine = engine
        self.contacts: dict[str, dict[str, str]] = {}
        self.listeners: list[Callable[[dict[str, str]], None]] = []

    def register(self, position: str, uri: str) -> None:
        """A phone registers; an older contact of its account goes, sooner or later in AMI's order."""
        there = self.contacts.setdefault(position, {})
        old = [one for one in there if one != uri]
        there.clear()
        there[uri] = REACHABLE
        told = [(uri, REACHABLE), *((one, "Removed") for one in old)]
        if self._engine.chance(0.3):
            told.reverse()
        for number, (one, status) in enumerate(told):
            self._tell(position, one, status, number)

    def unregister(self, position: str, uri: str) -> None:
        """A phone goes in good order."""
        if self.contacts.get(position, {}).pop(uri, None) is not None:
            self._tell(position, uri, "Removed", 0)

    def died(self, position: str, uri: str) -> None:
        """A phone is off and said nothing: after a while it is found to be unreachable, or not at all."""

        def found_out() -> None:
            if uri in self.contacts.get(position, {}):
                self.contacts[position][uri] = UNREACHABLE
                self._tell(position, uri, UNREACHABLE, 0)

        self._engine.after(self._engine.between(QUALIFIED), found_out)

    def restarted(self) -> None:
        """Contacts outlive a restart, what was known of them does not."""
        self.listeners.clear()
        for there in self.contacts.values():
            for uri in there:
                there[uri] = NOT_ASKED

    def contact(self, position: str) -> str | None:
        """Return whom a call to this position goes to."""
        return next(iter(self.contacts.get(position, {})), None)

    def listed(self) -> list[dict[str, str]]:
        """Return what PJSIPShowContacts lists."""
        return [
            {
                "Event": "ContactList",
                "ObjectType": "contact",
                "ObjectName": f"{position};@{uri}",
                "Endpoint": position,
                "AOR": position,
                "Uri": uri,
                "Status": LISTED[status],
            }
            for position, there in self.contacts.items()
            for uri, status in there.items()
        ]

    def _tell(self, position: str, uri: str, status: str, number: int) -> None:
        event = {
            "Event": "ContactStatus",
            "URI": uri,
            "ContactStatus": status,
            "AOR": position,
            "EndpointName": position,
        }

        self._engine.note("contact", f"{self._name} {position} {uri[-5:]} {status}")

        def tell() -> None:
            for listener in list(self.listeners):
                listener(event)

        self._engine.after(0.001 * number + self._engine.between(SOON) * (number == 0), tell)
