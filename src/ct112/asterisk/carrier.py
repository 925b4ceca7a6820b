"""Whether a node reaches the carrier. Its contact stands in a file, and so in no list of registered ones."""

from collections.abc import Mapping

from ct112 import logs
from ct112.asterisk.ami import Ami, AmiError, AmiLost
from ct112.asterisk.contacts import Contacts
from ct112.core.ids import NodeName

log = logs.get("carrier")


class Carrier:
    """The trunk of one node. While nothing is known it counts as reached: nobody is refused for that."""

    def __init__(self, node: NodeName, trunk: str) -> None:
        """`trunk` is the endpoint's name."""
        self._node = node
        self._trunk = trunk
        self._contacts = Contacts()
        self._known = False

    @property
    def reached(self) -> bool:
        """Return whether a contact of the trunk answers, as far as Asterisk knows."""
        return not self._known or self._contacts.usable(self._trunk)

    @property
    def in_doubt(self) -> bool:
        """Return whether it is to be asked again."""
        return self._known and self._contacts.in_doubt

    async def ask(self, connection: Ami) -> None:
        """Ask how it is. Raises AmiLost; what Asterisk refuses leaves it unknown."""
        self._contacts.begin_list()
        try:
            found = await connection.send({"Action": "PJSIPShowEndpoint", "Endpoint": self._trunk})
        except AmiLost:
            raise
        except AmiError as error:
            if self._known:
                log.warning("the trunk cannot be asked for", node=self._node, reason=str(error))
            self._known = False
            return
        rows = [{str(key).lower(): str(value) for key, value in message.items()} for message in found]
        self._contacts.listed(_contact(row) for row in rows if row.get("event") == "ContactStatusDetail")
        self._known = True

    def take(self, fields: Mapping[str, str]) -> None:
        """Take a ContactStatus event in, its keys in small letters."""
        if self._trunk in (fields.get("endpointname"), fields.get("aor")):
            self._contacts.take(fields)

    def lose(self) -> None:
        """The link is lost: nothing is known any more."""
        self._known = False


def _contact(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "endpoint": row.get("endpointname", ""),
        "uri": row.get("uri", ""),
        "status": row.get("status", ""),
    }
