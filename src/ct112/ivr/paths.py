"""Where the paths of a document lead: whoever presses nothing, or the wrong key, must reach a person."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ct112.core.ivr_run import MOST_VISITS
from ct112.core.record import ServiceClass
from ct112.ivr.links import idle_links, links
from ct112.ivr.loading import Draft
from ct112.ivr.marked import Path
from ct112.ivr.problems import Problem
from ct112.ivr.shape import KEYS, LanguageShape, MenuShape, NodeShape, QueueShape, Say

Ways = Callable[[NodeShape], Iterator[tuple[Path, str]]]

MOST_IDLE_VISITS = MOST_VISITS - 10  # nodes a silent caller may pass; the run gives up at MOST_VISITS


def path_problems(draft: Draft) -> list[Problem]:
    """Return all problems of a draft; warnings are not fatal. In one that is not whole, those of the rest."""
    problems = [*_keys(draft), *_languages(draft), *_time_zone(draft)]
    if draft.whole:  # else a path may lead through what is left out
        problems += _unreachable(draft)
    circles = list(_circles(draft))
    return [*problems, *circles, *([] if circles else _idle_ends(draft))]


def _keys(draft: Draft) -> Iterator[Problem]:
    for name, node in draft.shape.nodes.items():
        for key in node.choices if isinstance(node, MenuShape) else ():
            if key not in tuple(KEYS):
                yield Problem(
                    line=draft.line("nodes", name, "choices", key),
                    message=f"'{key}' is not a key of a telephone",
                    remedy='use one of 0-9, "*" or "#"',
                )


def _languages(draft: Draft) -> Iterator[Problem]:
    known = draft.shape.languages
    if not known:
        return
    yield from _texts(draft, draft.shape.waiting, "waiting")
    for name, node in draft.shape.nodes.items():
        for field in ("say", "again"):
            say: Say | None = getattr(node, field, None)
            if say is not None:
                yield from _texts(draft, say, "nodes", name, field)
        if isinstance(node, LanguageShape) and node.language not in known:
            yield Problem(
                line=draft.line("nodes", name, "language"),
                message=f"the language '{node.language}' is not one of the document's",
                remedy=f"add it to `languages:`, or use {' or '.join(known)}",
            )


def _texts(draft: Draft, say: Say, *path: str) -> Iterator[Problem]:
    for language in draft.shape.languages:
        if language not in say:
            yield Problem(
                line=draft.line(*path),
                message=f"nothing is said in the language '{language}'",
                remedy=f"add `{language}:` and its text",
            )
    for language in say:
        if language not in draft.shape.languages:
            yield Problem(
                line=draft.line(*path, language),
                message=f"the language '{language}' is not one of the document's",
                remedy="add it to `languages:`, or remove the text",
            )


def _time_zone(draft: Draft) -> Iterator[Problem]:
    try:
        ZoneInfo(draft.shape.time_zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # misspelled, a path, or unknown
        yield Problem(
            line=draft.line("time_zone"),
            message=f"no time zone '{draft.shape.time_zone}'",
            remedy="use for example Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT)",
        )


def _unreachable(draft: Draft) -> Iterator[Problem]:
    nodes = draft.shape.nodes
    reached = _reach(nodes, draft.shape.start, links)
    for name in nodes:
        if name not in reached:
            yield Problem(
                line=draft.line("nodes", name),
                message=f"no path leads to node '{name}'",
                remedy="lead one there, or remove it",
                fatal=False,
            )


def _circles(draft: Draft) -> Iterator[Problem]:
    """Find the circles an idle caller would stay in; each is reported once, at its first line."""
    done: set[str] = set()
    for start in draft.shape.nodes:
        trail: list[str] = []
        yield from _circles_from(draft, start, trail, done)


def _circles_from(draft: Draft, name: str, trail: list[str], done: set[str]) -> Iterator[Problem]:
    if name in trail:
        circle = trail[trail.index(name) :]
        waits = any(isinstance(draft.shape.nodes[one], MenuShape) for one in circle)
        who = "a caller who chooses nothing" if waits else "every caller"
        yield Problem(
            line=min(draft.line("nodes", one) or 0 for one in circle),
            message=f"{who} goes round for ever: {' → '.join([*circle, name])}",
            remedy="lead one of these to a queue",
        )
    if name in trail or name in done:
        return
    for target in dict.fromkeys(target for _, target in idle_links(draft.shape.nodes[name])):
        yield from _circles_from(draft, target, [*trail, name], done)
    done.add(name)


def _idle_ends(draft: Draft) -> Iterator[Problem]:
    """Find where idle callers do not become an emergency; only for documents without circles."""
    nodes, start = draft.shape.nodes, draft.shape.start
    unasked = _idle_reach(nodes, start)
    if _idle_visits(nodes, start, {}) > MOST_IDLE_VISITS:
        yield Problem(
            line=draft.line("start"),
            message=f"an idle caller passes more than {MOST_IDLE_VISITS} nodes",
            remedy="shorten the path to the first queue",
        )
    if _is_other_queue(nodes[start]):
        yield _not_emergency(draft, ("start",), start, fatal=True)
    for name, node in nodes.items():
        for path, target in idle_links(node):
            if name in unasked and _is_other_queue(nodes[target]):
                yield _not_emergency(draft, ("nodes", name, *path), target, fatal=True)
            elif name not in unasked and isinstance(node, MenuShape):
                for other in sorted(_other_queues(nodes, target)):
                    yield _not_emergency(draft, ("nodes", name, *path), other, fatal=False)


def _not_emergency(draft: Draft, path: Path, queue: str, *, fatal: bool) -> Problem:
    return Problem(
        line=draft.line(*path),
        message=f"a caller who presses nothing, or a wrong key, ends in '{queue}', not in an emergency queue",
        remedy="lead them to a queue with `class: emergency`; they may not be able to choose",
        fatal=fatal,
    )


def _idle_reach(nodes: dict[str, NodeShape], start: str) -> set[str]:
    """Return the nodes an idle caller can come to from `start`."""
    return _reach(nodes, start, idle_links)


def _reach(nodes: dict[str, NodeShape], start: str, ways: Ways) -> set[str]:
    """Return the nodes that can be come to from `start` by these ways."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [target for _, target in ways(nodes[name])]
    return reached


def _idle_visits(nodes: dict[str, NodeShape], name: str, known: dict[str, int]) -> int:
    """Return the most nodes an idle caller passes from `name` on; a menu counts once a try."""
    if name not in known:
        node = nodes[name]
        here = node.tries if isinstance(node, MenuShape) else 1
        further = (_idle_visits(nodes, target, known) for _, target in idle_links(node))
        known[name] = here + max(further, default=0)
    return known[name]


def _other_queues(nodes: dict[str, NodeShape], start: str) -> set[str]:
    return {name for name in _idle_reach(nodes, start) if _is_other_queue(nodes[name])}


def _is_other_queue(node: NodeShape) -> bool:
    return isinstance(node, QueueShape) and node.service_class is not ServiceClass.EMERGENCY
