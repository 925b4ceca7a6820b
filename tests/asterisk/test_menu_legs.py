"""Which leg is a menu call's: by its id alone, and nobody else's whatever a node is called."""

import pytest

from ct112.asterisk import names

NAME = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("given", [f"menu-{NAME}", f"menu-{NAME}.p1", f"menu-{NAME}."])
def test_its_leg_and_its_playbacks(given: str) -> None:
    assert names.menu_call_of(given) == NAME


@pytest.mark.parametrize(
    "given",
    [
        "menu-1764164073.12",
        "menu-",
        "",
        f"menu-{NAME}0",
        f"menu-{NAME}-1",
        f"op-menu-{NAME}",
        f"xmenu-{NAME}",
    ],
)
def test_a_callers_leg_at_a_node_called_menu_is_none(given: str) -> None:
    assert names.menu_call_of(given) is None
