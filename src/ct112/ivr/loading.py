"""From YAML to a draft whose shape is right; every mistake becomes a problem with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ct112.ivr.links import unknown_targets
from ct112.ivr.marked import Marked, Path, Value, read
from ct112.ivr.partial import partial
from ct112.ivr.problems import IvrError, Problem, did_you_mean
from ct112.ivr.shape import NODE_TYPES, DocumentShape, NodeShape


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
    nodes, problems = _nodes(marked, marked.value.get("nodes"))
    shape, more = _validated(DocumentShape, {**marked.value, "nodes": nodes}, marked, ())
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
        shape, found = _validated(NODE_TYPES[kind], fields, marked, ("nodes", name))
        problems += found
        if isinstance(shape, tuple(NODE_TYPES.values())):
            shapes[name] = cast(NodeShape, shape)
    return shapes or value, problems


def _unknown_type(marked: Marked, name: str, kind: Value) -> Problem:
    line = marked.line(("nodes", name, "type"))
    if isinstance(kind, str):
        return Problem(line=line, message=f"no type '{kind}'", remedy=did_you_mean(kind, NODE_TYPES))
    remedy = "write `type:` and one of " + ", ".join(sorted(NODE_TYPES))
    return Problem(line=line, message=f"node '{name}' has no type", remedy=remedy)


def _validated(
    model: type[BaseModel], fields: Mapping[str, Any], marked: Marked, path: Path
) -> tuple[Any, list[Problem]]:
    try:
        return model.model_validate(fields), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        if not path:  # the nodes were looked at one by one already
            details = [detail for detail in details if not _of_a_node(detail)]
        return None, [_problem(model, detail, marked, path) for detail in details]


def _of_a_node(detail: ErrorDetails) -> bool:
    loc = detail["loc"]
    return len(loc) > 2 and loc[0] == "nodes" and loc[2] != "[key]"


def _problem(model: type[BaseModel], detail: ErrorDetails, marked: Marked, path: Path) -> Problem:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    line = marked.line((*path, *loc))
    field = str(loc[-1]) if loc else ""
    within = ".".join(str(part) for part in loc if not isinstance(part, int))
    match detail["type"]:
        case "missing":
            return Problem(line=line, message=f"`{within}` is missing", remedy=f"add `{field}:`")
        case "extra_forbidden":
            known = [info.alias or name for name, info in model.model_fields.items()] if len(loc) == 1 else []
            remedy = did_you_mean(field, known) if known else "remove it, see docs/ivr.md"
            return Problem(line=line, message=f"no field `{within}` here", remedy=remedy)
        case "value_error":
            message, _, remedy = str(detail["ctx"]["error"]).partition("; ")
            return Problem(line=line, message=f"`{within}`: {message}" if within else message, remedy=remedy)
        case "dict_type" | "model_type":
            remedy = "write what it has below it, each as `name: value`, see docs/ivr.md"
            return Problem(line=line, message=f"`{within}` does not fit", remedy=remedy)
        case "list_type":
            remedy = "write it as a list: [one, another]"
            return Problem(line=line, message=f"`{within}` does not fit", remedy=remedy)
        case _:
            return Problem(line=line, message=f"`{within}` does not fit", remedy=_plain(detail["msg"]))


def _plain(message: str) -> str:
    """Return pydantic's sentence as something to do."""
    return message[:1].lower() + message[1:].removesuffix(".").replace("Input should", "it should").replace(
        "input should", "it should"
    )
