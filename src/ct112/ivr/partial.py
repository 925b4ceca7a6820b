"""What is right in a document that is not: so that its other mistakes are found in the same round."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ct112.core.record import ServiceClass
from ct112.ivr.links import links
from ct112.ivr.marked import Marked
from ct112.ivr.shape import DocumentShape, LanguageCode, NodeShape, QueueShape, Say

SOMEWHERE = QueueShape(type="queue", service_class=ServiceClass.EMERGENCY)
"""Where a node leads that is not right or not there: nothing is wrong with the path because of it."""
LANGUAGES: TypeAdapter[list[str]] = TypeAdapter(list[LanguageCode])
SAY: TypeAdapter[Any] = TypeAdapter(Say)


def partial(marked: Marked, shapes: Any) -> DocumentShape:
    """Return the document without what is wrong; every node in it leads somewhere."""
    document: Mapping[str, Any] = marked.value if isinstance(marked.value, dict) else {}
    good = dict(shapes) if isinstance(shapes, Mapping) else {}
    nodes = {name: node for name, node in good.items() if isinstance(node, NodeShape)}
    start = document.get("start")
    targets = {target for node in nodes.values() for _, target in links(node)}
    targets.add(start if isinstance(start, str) else "")
    zone = document.get("time_zone")
    return DocumentShape.model_construct(
        languages=_right(LANGUAGES, document.get("languages")) or [],
        time_zone=zone if isinstance(zone, str) else "Asia/Jakarta",
        start=start if isinstance(start, str) else "",
        waiting=_right(SAY, document.get("waiting")) or {},
        nodes=dict.fromkeys(sorted(targets - nodes.keys()), SOMEWHERE) | nodes,
    )


def _right(adapter: TypeAdapter[Any], value: Any) -> Any:
    """Return the value when it is right, else None."""
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None
