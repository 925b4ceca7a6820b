"""Whether a node reaches the carrier. Its trunks' contacts stand in files, and so in no list of phones.

A trunk with a user is registered besides: what the carrier says to that is asked for too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ct112 import logs
from ct112.asterisk.ami import Ami, AmiError, AmiLost
from ct112.asterisk.contacts import Contacts
from ct112.core.ids import NodeName

log = logs.get("carrier")

REGISTERED = "Registered"


@dataclass(frozen=True, slots=True)
class TrunkState:
    """One trunk as a node sees it. `registered` is None when it is known by its address alone."""

    endpoint: str
    reached: bool
    registered: bool | None

    @property
    def usable(self) -> bool:
        """Return whether a call we make is worth trying there first."""
        return self.reached and self.registered is not False

    def __str__(self) -> str:
        """Say it as `/readyz` does."""
        refused = ", not registered" if self.registered is False else ""
        return f"{'answers' if self.reached else 'away'}{refused}"


class Carrier:
    """The trunks of one node. While nothing is known they count as reached: nobody is refused for that."""

    def __init__(self, node: NodeName, trunks: Sequence[str], registering: Collection[str] = ()) -> None:
        """`trunks`: the names of the endpoints; `registering`: those among them that are registered."""
        self._registering = frozenset(registering)
        self._node = node
        self._trunks = tuple(trunks)
        self._contacts = Contacts()
        self._known: frozenset[str] = frozenset()  # trunks Asterisk has told of
        self._registrations: dict[str, bool] = {}

    @property
    def reached(self) -> bool:
        """Return whether any trunk answers, as far as Asterisk knows."""
        return any(trunk.reached for trunk in self.trunks())

    def trunks(self) -> list[TrunkState]:
        """Return how each trunk is."""
        return [
            TrunkState(
                name,
                name not in self._known or self._contacts.usable(name),
                self._registrations.get(name),
            )
            for name in self._trunks
        ]

    @property
    def in_doubt(self) -> bool:
        """Return whether it is to be asked again."""
        return bool(self._known) and self._contacts.in_doubt

    async def ask(self, connection: Ami) -> None:
        """Ask how they are. Raises AmiLost; what Asterisk refuses leaves that trunk unknown."""
        self._contacts.begin_list()
        contacts, known = list[dict[str, str]](), set[str]()
        for trunk in self._trunks:
            found = await self._asked(connection, {"Action": "PJSIPShowEndpoint", "Endpoint": trunk}, trunk)
            if found is not None:
                known.add(trunk)
                contacts += [_contact(row) for row in found if row.get("event") == "ContactStatusDetail"]
        self._contacts.listed(contacts)
        self._known = frozenset(known)
        if self._registering:
            await self._ask_registrations(connection)

    async def _ask_registrations(self, connection: Ami) -> None:
        """Ask whether the carrier has us registered, where we ask it to."""
        found = await self._asked(connection, {"Action": "PJSIPShowRegistrationsOutbound"}, "")
        states = {
            row.get("objectname", ""): row.get("status") == REGISTERED
            for row in found or ()
            if row.get("event") == "OutboundRegistrationDetail"
        }
        self._registrations = {name: states.get(name, False) for name in self._registering}

    async def _asked(
        self, connection: Ami, action: dict[str, str], trunk: str
    ) -> list[dict[str, str]] | None:
        """Return what Asterisk says, keys in small letters; None when it refuses to."""
        try:
            found = await connection.send(action)
        except AmiLost:
            raise
        except AmiError as error:
            if trunk in self._known:
                log.warning("a trunk cannot be asked for", node=self._node, trunk=trunk, reason=str(error))
            return None
        return [{str(key).lower(): str(value) for key, value in message.items()} for message in found]

    def take(self, fields: Mapping[str, str]) -> None:
        """Take a ContactStatus event in, its keys in small letters."""
        if {fields.get("endpointname"), fields.get("aor")} & set(self._trunks):
            self._contacts.take(fields)

    def lose(self) -> None:
        """The link is lost: nothing is known any more."""
        self._known = frozenset()
        self._registrations = {}


def _contact(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "endpoint": row.get("endpointname", ""),
        "uri": row.get("uri", ""),
        "status": row.get("status", ""),
    }
