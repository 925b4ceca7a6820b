"""What `./run up` and `./run status` tell of the screens: an address and a login for each role."""

import io

from rich.console import Console

from ct112.web.access.principal import Role
from lab import logins
from lab.users import USERS

INFO = {
    "web": "http://127.0.0.1:22003",
    "users": {name: {"username": name, "password": f"secret-of-{name}"} for name in USERS},
}


def test_every_role_that_has_screens_has_a_login() -> None:
    assert {USERS[name]["role"] for name in logins.SHOWN} == set(Role) - {Role.INTEGRATION}


def test_the_address_is_one_that_browsers_trust_and_passwords_are_whole() -> None:
    told = io.StringIO()
    logins.tell(Console(file=told, width=80), INFO)
    assert "http://localhost:22003/" in told.getvalue()
    for name in logins.SHOWN:
        assert f"secret-of-{name}" in told.getvalue()


def test_a_lab_of_before_without_some_user_is_told_all_the_same() -> None:
    told = io.StringIO()
    logins.tell(Console(file=told, width=80), {**INFO, "users": {}})
    assert "http://localhost:22003/" in told.getvalue()
