"""Which node leads to which, and where that is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from ct112.ivr.marked import Marked, Path
from ct112.ivr.problems import Problem, did_you_mean
from ct112.ivr.shape import (
    AnnounceShape,
    InformationShape,
    LanguageShape,
    MenuShape,
    NodeShape,
    QueueShape,
    ScheduleShape,
)


def links(node: NodeShape) -> Iterator[tuple[Path, str]]:
    """Yield every way out of a node: the field it is written in, and the node it leads to."""
    yield from idle_links(node)
    if isinstance(node, MenuShape):
        for key, target in node.choices.items():
            yield ("choices", key), target


def idle_links(node: NodeShape) -> Iterator[tuple[Path, str]]:
    """Yield the ways taken without a choice: nothing pressed, or only wrong keys."""
    match node:
        case MenuShape():
            yield ("silence",), node.silence
            yield ("invalid",), node.invalid
        case ScheduleShape():
            yield ("open",), node.open
            yield ("closed",), node.closed
        case AnnounceShape() | InformationShape() | LanguageShape():
            yield ("next",), node.next
        case QueueShape():
            return


def unknown_targets(marked: Marked, shapes: Any) -> list[Problem]:
    """Return a problem for every way that leads to a node the document does not have."""
    document = marked.value if isinstance(marked.value, dict) else {}
    names, start = document.get("nodes"), document.get("start")
    if not isinstance(names, dict):
        return []
    found: list[tuple[Path, str]] = [(("start",), start)] if isinstance(start, str) else []
    for name, node in _good(shapes).items():
        found += [(("nodes", name, *path), target) for path, target in links(node)]
    return [
        Problem(
            line=marked.line(path),
            message=f"`{path[-1]}` leads to '{target}', and there is no such node",
            remedy=did_you_mean(target, names),
        )
        for path, target in found
        if target not in names
    ]


def _good(shapes: Any) -> Mapping[str, NodeShape]:
    """Return the nodes whose shape is right; a document may have others."""
    if not isinstance(shapes, Mapping):
        return {}
    return {name: node for name, node in shapes.items() if isinstance(node, NodeShape)}
