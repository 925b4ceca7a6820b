"""A position's two accounts: of its softphone, and of a page in a browser."""

import pytest

from ct112.asterisk import names
from ct112.asterisk.accounts import SipAccount, accounts_of, objects
from ct112.asterisk.ari.models import Channel
from ct112.asterisk.fallback_files import _position  # what the queue writes down
from ct112.core.browser_phone import password
from tests.asterisk.test_translation import channel


def test_without_browsers_there_is_the_softphone_alone() -> None:
    assert accounts_of("pos-1", "secret-of-a-desk", "offered", browser=False) == (
        SipAccount("pos-1", "secret-of-a-desk", "offered"),
    )


def test_a_pages_account_is_beside_it_with_a_password_of_its_own() -> None:
    desk, page = accounts_of("pos-1", "secret-of-a-desk", "required", browser=True)
    assert (desk.name, page.name) == ("pos-1", "pos-1.web")
    assert desk.password not in page.password
    assert len(page.password) >= 40
    assert objects(page)["auth"]["username"] == "pos-1.web"
    endpoint = objects(page)["endpoint"]
    assert (endpoint["webrtc"], endpoint["allow"], endpoint["media_encryption"]) == (
        "yes",
        "alaw,ulaw",
        "dtls",
    )
    assert endpoint["callerid"] == "pos-1"
    assert "webrtc" not in objects(desk)["endpoint"]


def test_it_is_the_same_every_time_and_differs_by_position_and_password() -> None:
    made = [password("pos-1", "a"), password("pos-2", "a"), password("pos-1", "b")]
    assert len(set(made)) == 3
    assert password("pos-1", "a") == made[0]


@pytest.mark.parametrize("name", ["PJSIP/pos-1-00000001", "PJSIP/pos-1.web-00000001"])
def test_both_are_one_position(name: str) -> None:
    leg = Channel.model_validate(channel() | {"name": name})
    assert names.position_of(leg) == "pos-1"
    assert not names.from_trunk(leg, "trunk")
    assert _position({"member": name.rpartition("-")[0]}) == "pos-1"
