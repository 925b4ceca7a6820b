"""The examples of docs/api.md, asked of a real web: what the page shows is what comes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from ct112.web import kinds
from tests.web.site import BEARER, Site, fill

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ANYTHING = "…"
EXAMPLES = re.findall(r"```http\n(.*?)\n```", PAGE.read_text(), re.DOTALL)


def parts(text: str) -> tuple[str, dict[str, str], str]:
    """Return the first line, the headers and the body of one half of an example."""
    first, *lines = text.split("\n")
    headers = {}
    while lines and (found := re.fullmatch(r"([A-Za-z-]+): (.*)", lines[0])):
        headers[found[1]] = found[2]
        lines = lines[1:]
    return first, headers, "\n".join(lines)


def wrong(shown: Any, came: Any, where: str = "") -> list[str]:
    """Return where the answer is not as the page shows it; what the page leaves out does not matter."""
    match shown:
        case "…":
            return []
        case dict() if isinstance(came, dict):
            gone = [f"{where}.{name} is not there" for name in shown if name not in came]
            return gone + [
                one
                for name in shown
                if name in came
                for one in wrong(shown[name], came[name], f"{where}.{name}")
            ]
        case list() if isinstance(came, list) and len(came) >= len(shown):
            pairs = enumerate(zip(shown, came, strict=False))
            return [one for at, (left, right) in pairs for one in wrong(left, right, f"{where}[{at}]")]
        case _:
            return [] if shown == came else [f"{where}: the page says {shown!r}, it is {came!r}"]


async def test_the_examples_are_what_comes(site: Site) -> None:
    await fill(site.store, 3)
    assert len(EXAMPLES) >= 10
    for example in EXAMPLES:
        asked, _, answered = example.partition("\n\n")
        line, headers, body = parts(asked)
        method, path = line.split(" ")
        sent = BEARER | headers | ({"Content-Type": "application/json"} if body else {})
        status, shown, told = parts(answered)
        async with site.client.request(method, encoded(path), data=body or None, headers=sent) as answer:
            came = await answer.json(content_type=None)
        assert answer.status == int(status), (line, came)
        for name, value in shown.items():
            assert answer.headers[name] == value, line
        assert wrong(json.loads(told), came) == [], line


def encoded(path: str) -> Any:
    """Return the path as it is, not encoded again."""
    return URL(path, encoded=True)


def test_every_kind_of_problem_is_on_the_page() -> None:
    text = PAGE.read_text()
    assert [kind.name for kind in kinds.ALL if f"`{kind.name}`" not in text] == []


@pytest.mark.parametrize(
    ("shown", "came"),
    [({"a": 1}, {}), ({"a": 1}, {"a": 2}), ([1, 2], [1]), ([{"a": 1}], [{"a": 2}]), ("x", "y")],
)
def test_a_page_that_says_something_else_is_seen(shown: Any, came: Any) -> None:
    assert wrong(shown, came)
