"""Where each phone can be reached: its contacts, by URI. Pure.

ContactStatus is about one contact, not about the phone. A softphone that died and registers from another
port is first `Reachable` (the new contact) and then `Removed` (the old one, when it was unreachable).
"""

import re
from collections.abc import Iterable, Mapping

Fields = Mapping[str, str]
"""An AMI event, its keys in small letters."""

USABLE = frozenset({"Reachable", "NonQualified", "Created", "Updated", "Avail", "NonQual", "Unknown"})
UNUSABLE = frozenset({"Unreachable", "Unavail", "Removed"})
REMOVED = "Removed"
LONGEST = 512  # characters of a URI that tell it from others
USER = re.compile(r"<?sips?:([A-Za-z0-9-]{1,64})@")
MOST_CONTACTS = 16  # of one endpoint; an account of ours has one


class Contacts:
    """The contacts of each endpoint, as listed and as heard since. `in_doubt`: to be listed again."""

    def __init__(self) -> None:
        """Know of none; the first list is still to be read."""
        self._usable: dict[str, dict[str, bool]] = {}
        self._heard: list[Fields] | None = None
        self.in_doubt = True

    def begin_list(self) -> None:
        """A list is asked for: what is heard from now on is newer than it."""
        self._heard = []
        self.in_doubt = False

    def listed(self, contacts: Iterable[Fields]) -> None:
        """Take the list (ContactList events) in, and then what was heard while it was made."""
        heard, self._heard = self._heard or [], None
        self._usable.clear()
        for contact in contacts:
            if contact.get("endpoint"):
                self._put(contact["endpoint"], contact.get("uri", ""), contact.get("status", ""))
        for event in heard:
            self.take(event)

    def take(self, event: Fields) -> str:
        """Take a ContactStatus event in; return the endpoint it is about ("" when it does not say)."""
        if self._heard is not None:
            self._heard.append(event)
        endpoint = event.get("endpointname") or event.get("aor", "")
        uri, status = event.get("uri", ""), event.get("contactstatus", "")
        if not endpoint or not uri or status not in USABLE | UNUSABLE:
            self.in_doubt = True
        elif status == REMOVED:
            self._remove(endpoint, uri)
        else:
            self._put(endpoint, uri, status)
        return endpoint

    def usable(self, endpoint: str) -> bool:
        """Return whether any contact of the endpoint can be reached, as far as Asterisk knows."""
        return any(self._usable.get(endpoint, {}).values())

    def newest(self, endpoint: str) -> str:
        """Return the user part of the newest contact in reach; "" when there is none, or a strange one."""
        usable = [uri for uri, can_be in self._usable.get(endpoint, {}).items() if can_be]
        found = USER.match(usable[-1]) if usable else None
        return found[1] if found else ""

    def _put(self, endpoint: str, uri: str, status: str) -> None:
        contacts = self._usable.setdefault(endpoint, {})
        if len(contacts) < MOST_CONTACTS or uri[:LONGEST] in contacts:
            contacts[uri[:LONGEST]] = status in USABLE

    def _remove(self, endpoint: str, uri: str) -> None:
        """A removal that we cannot follow, or that leaves the phone without a contact, is asked about."""
        contacts = self._usable.get(endpoint, {})
        if contacts.pop(uri[:LONGEST], None) is None or not any(contacts.values()):
            self.in_doubt = True
