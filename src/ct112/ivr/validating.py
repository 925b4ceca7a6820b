"""What a model says against a part of a document, as problems with lines and remedies."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ct112.ivr.marked import Marked, Path
from ct112.ivr.problems import Problem, did_you_mean

MENUS_PAGE = "docs/ivr.md"


def validated(
    model: type[BaseModel],
    fields: Mapping[str, Any],
    marked: Marked,
    path: Path,
    *,
    page: str = MENUS_PAGE,
    keep: Callable[[ErrorDetails], bool] = lambda _: True,
) -> tuple[Any, list[Problem]]:
    """Return the model of what stands at `path`, None with the problems; `page` is where to read more."""
    try:
        return model.model_validate(fields), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, [_problem(model, one, marked, path, page) for one in details if keep(one)]


def _problem(model: type[BaseModel], detail: ErrorDetails, marked: Marked, path: Path, page: str) -> Problem:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    line = marked.line((*path, *loc))
    field = str(loc[-1]) if loc else ""
    within = ".".join(str(part) for part in loc if not isinstance(part, int))
    match detail["type"]:
        case "missing":
            return Problem(line=line, message=f"`{within}` is missing", remedy=f"add `{field}:`")
        case "extra_forbidden":
            known = [info.alias or name for name, info in model.model_fields.items()] if len(loc) == 1 else []
            remedy = did_you_mean(field, known) if known else f"remove it, see {page}"
            return Problem(line=line, message=f"no field `{within}` here", remedy=remedy)
        case "value_error":
            message, _, remedy = str(detail["ctx"]["error"]).partition("; ")
            return Problem(line=line, message=f"`{within}`: {message}" if within else message, remedy=remedy)
        case "dict_type" | "model_type":
            remedy = f"write what it has below it, each as `name: value`, see {page}"
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
