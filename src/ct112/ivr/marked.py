"""YAML into plain values that remember their lines.

Every scalar stays text: YAML's own ideas (`no` is false, `16:00` is 960, `1` is a number) would surprise
whoever writes a menu, and the models know what they want.
"""

from dataclasses import dataclass, field

import yaml

from ct112.ivr.problems import IvrError, Problem
from ct112.ivr.syntax import syntax_problem

Value = str | None | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]

LARGEST_TEXT = 256 * 1024  # characters
DEEPEST = 12  # a document needs seven


@dataclass(slots=True)
class Marked:
    """The values, and for each path the line (from 1) where it begins."""

    value: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int | None:
        """Return the line of `path`, or of the nearest thing around it."""
        while path not in self.lines:
            if not path:
                return None
            path = path[:-1]
        return self.lines[path]


def read(text: str, *, name: str) -> Marked:
    """Return the values in `text`, their lines, and doubled keys as problems. Raises IvrError."""
    if len(text) > LARGEST_TEXT:
        raise IvrError(name, [Problem(line=None, message="the document is too large", remedy="shorten it")])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise IvrError(name, [syntax_problem(text, error)]) from error
    except RecursionError as error:
        raise IvrError(name, [_too_deep(None)]) from error
    marked = Marked()
    if root is not None:
        marked.value = _Reader(marked).value(root, ())
    return marked


class _Reader:
    """Walks the YAML nodes once."""

    def __init__(self, marked: Marked) -> None:
        self._marked = marked
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Value:
        line = node.start_mark.line + 1
        self._marked.lines.setdefault(path, line)
        if len(path) > DEEPEST:
            self._marked.problems.append(_too_deep(line))
            return None
        if not isinstance(node, yaml.ScalarNode) and id(node) in self._seen:
            self._problem(line, "a part is used twice through an alias (*)", "write the part out again")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(line, "a key is not a single word", "write `key: value`")
                continue
            key = str(key_node.value)
            if key in result:
                first = self._marked.lines[(*path, key)]
                self._problem(line, f"'{key}' stands twice, first on line {first}", "remove one of them")
                continue
            self._marked.lines[(*path, key)] = line
            result[key] = self.value(value_node, (*path, key))
        return result

    def _problem(self, line: int, message: str, remedy: str) -> None:
        self._marked.problems.append(Problem(line=line, message=message, remedy=remedy))


def _scalar(node: yaml.Node) -> str | None:
    text = str(node.value)
    unquoted = getattr(node, "style", None) is None
    return None if unquoted and text in ("", "~", "null") else text


def _too_deep(line: int | None) -> Problem:
    return Problem(line=line, message="too many levels inside one another", remedy="check the indentation")
