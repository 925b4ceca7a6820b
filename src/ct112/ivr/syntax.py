"""What is wrong with a text that is not YAML: where it begins to be wrong, and what to do."""

import yaml
from yaml.reader import ReaderError

from ct112.ivr.problems import Problem

SIGN = 'put * and & and texts that begin with a sign into quotes, for example "*"'
INDENTATION = "check the indentation, the colons and the quotes here and in the line before"


def syntax_problem(text: str, error: yaml.YAMLError) -> Problem:
    """Return what the parser found in `text`, at the line to be changed."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        sign = error.character if isinstance(error.character, int) else ord(error.character[:1])
        return _problem(line, f"character U+{sign:04X}", "remove the invisible character")
    what = str(getattr(error, "problem", None) or "not readable")
    here = _line(getattr(error, "problem_mark", None))
    began = _line(getattr(error, "context_mark", None))
    quote = _open_quote(text, here or 0)
    if quote is not None:
        return _problem(
            quote, "a quote opens here and is not closed in its line", "close it in the same line"
        )
    return _problem(*_where_and_remedy(what, str(getattr(error, "context", "")), here, began), what=what)


def _where_and_remedy(
    what: str, context: str, here: int | None, began: int | None
) -> tuple[int | None, str, str]:
    if "'\\t'" in what:
        return here, what, "a tab stands here: use spaces"
    if "alias" in context or "anchor" in context or "cannot start any token" in what:
        return here, what, SIGN
    if "flow sequence" in context or "flow mapping" in context:
        sign = "[ … ]" if "sequence" in context else "{ … }"
        return began, what, f"the brackets {sign} that open here are not closed"
    if "mapping values are not allowed" in what:
        return here, what, "put a text that has a colon into quotes; else " + INDENTATION
    return here, what, INDENTATION


def _open_quote(text: str, here: int) -> int | None:
    """Return the line of the last quoted text that goes over its line's end into the mistake."""
    opened: int | None = None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                spans = token.end_mark.line > token.start_mark.line and token.end_mark.line + 2 >= here
                opened = token.start_mark.line + 1 if spans else None
    except yaml.YAMLError as error:
        if "quoted scalar" in str(getattr(error, "context", "")):
            return _line(getattr(error, "context_mark", None))
    return opened


def _line(mark: yaml.Mark | None) -> int | None:
    return None if mark is None else mark.line + 1


def _problem(line: int | None, message: str, remedy: str, what: str = "") -> Problem:
    return Problem(line=line, message=f"this is not YAML ({what or message})", remedy=remedy)
