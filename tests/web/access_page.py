"""The access matrix as docs/access.md has it: printed from the table of routes.

`python -m tests.web.access_page` writes it.
"""

from pathlib import Path

from ct112.store.roles import Role
from ct112.web.routes import Public, Route
from ct112.web.table import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
HEAD = """# Who may ask what

Printed from the table of routes (`python -m tests.web.access_page`); `tests/web/test_access_matrix.py`
keeps it true, and asks every route as every role over HTTP. ● may, · gets 403 with the reason; whoever is
not signed in gets 401. *everybody* needs no sign-in. *scope*: what a token needs besides its account's role.
*audit*: the action that is noted.
How people sign in, and what the audit is: [security.md](security.md).

"""


def row(route: Route) -> str:
    """Return one line of the table."""
    if isinstance(route.roles, Public):
        may = ["everybody", *[""] * (len(Role) - 1)]
        scope = "–"
    else:
        may = ["●" if role in route.roles else "·" for role in Role]
        scope = f"`{route.resource}:{'read' if route.method == 'GET' else 'write'}`"
    cells = [f"`{route.method} {route.path}`", *may, scope, route.audit or "–"]
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """Return the whole page."""
    names = ["route", *Role, "scope", "audit"]
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    listed = sorted(TABLE, key=lambda route: (route.resource, route.path, route.method))
    return HEAD + "\n".join([*lines, *map(row, listed)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
