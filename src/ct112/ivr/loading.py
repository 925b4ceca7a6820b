"""From YAML to a draft whose shape is right; every mistake becomes a problem with its line."""

from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import ErrorDetails

from ct112.ivr.links import unknown_targets
from ct112.ivr.marked import Marked, Value, read
from ct112.ivr.partial import partial
from ct112.ivr.problems import IvrError, Problem, did_you_mean
from ct112.ivr.shape import MOST_NODES, NODE_TYPES, DocumentShape, NodeShape
from ct112.ivr.validating import validated


@dataclass(frozen=True, slots=True)
class Draft:
    """A document of the right shape. `warnings`: what might be meant otherwise."""

    name: str
    source: str
    shape: DocumentShape
    marked: Marked
    warnings: tuple[Problem, ...] = ()
    whole: bool = True  # False: what was wrong is left out, or led to an emergency queue of its own

    def line(self, *path: str | int) -> int | None:
        """Return the line of a part of the document."""
        return self.marked.line(path)

    def to_json(self) -> dict[str, Any]:
        """Return the document as stored in the database, next to its source."""
        return self.shape.model_dump(mode="json", by_alias=True, exclude_none=True)


def drafted(text: str, *, name: str) -> tuple[Draft, list[Problem]]:
    """Return the draft of all that is right in `text`, and what is not; its paths are not checked yet.

    Raises IvrError when there is no document at all.
    """
    marked = read(text, name=name)
    if not isinstance(marked.value, dict):
        remedy = "begin with `start:` and `nodes:`, see docs/ivr.md"
        raise IvrError(name, [Problem(line=1, message="there is no document here", remedy=remedy)])
    written = marked.value.get("nodes")
    if isinstance(written, dict) and len(written) > MOST_NODES:
        raise IvrError(name, [_too_many(marked, len(written))])  # its paths are too long to be followed
    nodes, problems = _nodes(marked, written)
    shape, more = validated(
        DocumentShape, {**marked.value, "nodes": nodes}, marked, (), keep=lambda one: not _of_a_node(one)
    )
    problems = [*marked.problems, *problems, *more, *unknown_targets(marked, nodes)]
    whole = not problems and shape is not None
    return Draft(name, text, shape if whole else partial(marked, nodes), marked, whole=whole), problems


def _nodes(marked: Marked, value: Value) -> tuple[Any, list[Problem]]:
    """Return the nodes that are right; their type decides which fields they may have."""
    if not isinstance(value, dict) or not value:
        return value, []
    shapes: dict[str, NodeShape] = {}
    problems: list[Problem] = []
    for name, fields in value.items():
        kind = fields.get("type") if isinstance(fields, dict) else None
        if not isinstance(fields, dict) or not isinstance(kind, str) or kind not in NODE_TYPES:
            problems.append(_unknown_type(marked, name, kind))
            continue
        shape, found = validated(NODE_TYPES[kind], fields, marked, ("nodes", name))
        problems += found
        if isinstance(shape, tuple(NODE_TYPES.values())):
            shapes[name] = cast(NodeShape, shape)
    return shapes or value, problems


def _too_many(marked: Marked, count: int) -> Problem:
    remedy = f"leave {MOST_NODES} at most; nobody on the telephone follows more"
    return Problem(line=marked.line(("nodes",)), message=f"the menu has {count} nodes", remedy=remedy)


def _unknown_type(marked: Marked, name: str, kind: Value) -> Problem:
    line = marked.line(("nodes", name, "type"))
    if isinstance(kind, str):
        return Problem(line=line, message=f"no type '{kind}'", remedy=did_you_mean(kind, NODE_TYPES))
    remedy = "write `type:` and one of " + ", ".join(sorted(NODE_TYPES))
    return Problem(line=line, message=f"node '{name}' has no type", remedy=remedy)


def _of_a_node(detail: ErrorDetails) -> bool:
    """Return whether it is of a node: they were looked at one by one already."""
    loc = detail["loc"]
    return len(loc) > 2 and loc[0] == "nodes" and loc[2] != "[key]"
