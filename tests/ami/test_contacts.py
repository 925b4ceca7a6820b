"""A phone is registered while any of its contacts can be reached, whatever was said last about another."""

import pytest

from ct112.asterisk.contacts import MOST_CONTACTS, Contacts, Fields

OLD, NEW = "sip:pos-1@192.0.2.1:40000", "sip:pos-1@192.0.2.1:50000"


def status(uri: str, status: str, endpoint: str = "pos-1") -> Fields:
    return {"event": "ContactStatus", "endpointname": endpoint, "uri": uri, "contactstatus": status}


def row(uri: str, status: str, endpoint: str = "pos-1") -> Fields:
    return {"event": "ContactList", "endpoint": endpoint, "uri": uri, "status": status}


@pytest.fixture
def contacts() -> Contacts:
    """A phone with one contact that could be reached, listed."""
    contacts = Contacts()
    contacts.begin_list()
    contacts.listed([{"response": "Success"}, row(OLD, "Reachable"), {"event": "ContactListComplete"}])
    assert contacts.usable("pos-1")
    assert not contacts.in_doubt
    return contacts


def test_a_phone_that_died_and_came_back_from_another_port_is_registered(contacts: Contacts) -> None:
    contacts.take(status(OLD, "Unreachable"))
    assert not contacts.usable("pos-1")
    for event in (status(NEW, "NonQualified"), status(NEW, "Reachable"), status(OLD, "Removed")):
        assert contacts.take(event) == "pos-1"
        assert contacts.usable("pos-1")
    assert not contacts.in_doubt


def test_the_last_contact_removed_is_the_end_and_is_asked_about(contacts: Contacts) -> None:
    contacts.take(status(OLD, "Removed"))
    assert not contacts.usable("pos-1")
    assert contacts.in_doubt


@pytest.mark.parametrize(
    "event",
    [
        status("", "Removed"),
        status(OLD, "SomethingNew"),
        status(NEW, "Removed"),
        {"event": "ContactStatus", "uri": OLD, "contactstatus": "Removed"},
    ],
)
def test_what_cannot_be_followed_changes_nothing_and_is_asked_about(
    contacts: Contacts, event: Fields
) -> None:
    contacts.take(event)
    assert contacts.in_doubt
    assert contacts.usable("pos-1")
    contacts.begin_list()
    assert not contacts.in_doubt


def test_what_is_heard_while_the_list_is_made_is_newer_than_it(contacts: Contacts) -> None:
    contacts.begin_list()
    contacts.take(status(NEW, "Reachable"))
    contacts.take(status(OLD, "Removed"))
    contacts.take(status("sip:pos-2@192.0.2.1", "Reachable", "pos-2"))
    contacts.listed([row(OLD, "Unreachable"), row("sip:pos-2@192.0.2.1", "Unreachable", "pos-2")])
    assert contacts.usable("pos-1")
    assert contacts.usable("pos-2")


def test_a_new_list_replaces_all(contacts: Contacts) -> None:
    contacts.begin_list()
    contacts.listed([row(NEW, "Unreachable"), {"event": "ContactList"}])
    assert not contacts.usable("pos-1")


def test_no_number_of_contacts_fills_the_memory(contacts: Contacts) -> None:
    for port in range(10_000):
        contacts.take(status(f"sip:pos-1@192.0.2.1:{port}" + "x" * 5000, "Unreachable"))
    contacts.take(status(OLD, "Unreachable"))
    assert not contacts.usable("pos-1")
    assert len(contacts._usable["pos-1"]) == MOST_CONTACTS


def test_the_newest_contact_in_reach_says_which_page_it_is() -> None:
    contacts = Contacts()
    old, new = "sip:one@127.0.0.1:4000;transport=ws", "sip:two@127.0.0.1:5000;transport=ws"
    assert contacts.newest("pos-1") == ""
    contacts.take(status(old, "Reachable"))
    contacts.take(status(new, "NonQualified"))
    assert contacts.newest("pos-1") == "two"
    contacts.take(status(new, "Removed"))
    assert contacts.newest("pos-1") == "one"
    contacts.take(status(old, "Unreachable"))
    assert contacts.newest("pos-1") == ""


@pytest.mark.parametrize("uri", ["", "sip:127.0.0.1", "sip:a b@h", "sip:é@h", f"sip:{'x' * 65}@h", "tel:1@h"])
def test_a_contact_with_a_strange_user_part_is_no_page(uri: str) -> None:
    contacts = Contacts()
    contacts.take(status(uri, "Reachable"))
    assert contacts.newest("pos-1") == ""
