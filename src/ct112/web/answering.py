"""What a handler returned, as HTTP."""

from aiohttp import hdrs, web
from pydantic import BaseModel

from ct112.web import versions
from ct112.web.body import JSON
from ct112.web.routes import Media, Reply, Route


def response(route: Route, answer: object) -> web.Response:
    """Return the answer; one with a version has its ETag. Raises TypeError for another's model."""
    found = _response(route, answer)
    for cookie in answer.cookies if isinstance(answer, Media | Reply) else ():
        found.headers.add(hdrs.SET_COOKIE, cookie)
    return found


def _response(route: Route, answer: object) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if isinstance(answer, Media):
        headers |= {"Content-Type": answer.content_type} | answer.headers
        return web.Response(body=answer.body, status=answer.status, headers=headers)
    status = route.status
    if isinstance(answer, Reply):
        status, headers, answer = answer.status, headers | answer.headers, answer.body
    model = route.answers[status]
    if model is None and answer is None:
        return web.Response(status=status, headers=headers)
    if model is None or not isinstance(answer, model):
        raise TypeError(f"{route.operation} answered with another model than its own")
    headers |= {"Content-Type": JSON} | _tag(answer)
    return web.Response(body=answer.model_dump_json().encode(), status=status, headers=headers)


def _tag(answer: BaseModel) -> dict[str, str]:
    version = getattr(answer, "version", None)
    return {"ETag": versions.tag(version)} if isinstance(version, int) else {}
