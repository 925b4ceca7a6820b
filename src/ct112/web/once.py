"""Requests that make something, sent again: the same Idempotency-Key gets the first answer."""

import hashlib
import re
import uuid
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from ct112.store import Connection, idempotency
from ct112.store.idempotency import KeptAnswer
from ct112.web import kinds
from ct112.web.access.principal import Principal
from ct112.web.problems import FieldProblem, Place, Problem

HEADER = "Idempotency-Key"
FORM = re.compile(r"[!-~]{1,100}", re.ASCII)
KEPT = ("Content-Type", "ETag", "Location")
ASKS = uuid.UUID("7b0c37a4-5d2c-4f0e-9c39-0f4a5d1f8e11")


@dataclass(frozen=True, slots=True)
class Once:
    """A key of its owner, and the digest of the request it came with."""

    owner: str
    key: str
    digest: bytes

    def ask_id(self) -> uuid.UUID:
        """Return the id of the ask of the floor: the floor gives its first answer again."""
        return uuid.uuid5(ASKS, f"{self.owner}\n{self.key}")


def once(request: web.Request, who: Principal, body: BaseModel | None) -> Once | None:
    """Return what makes this request the same as another; None without a key. Raises Problem.

    A secret in the body (SecretStr) is no part of it: a digest of a short PIN would tell the PIN.
    """
    given = request.headers.getall(HEADER, [])
    if not given:
        return None
    if len(given) > 1 or not FORM.fullmatch(given[0]):
        raise _problem(kinds.INVALID, "is no key", "send one of 1 to 100 printable characters, as a UUID")
    said = "" if body is None else body.model_dump_json()
    asked = "\n".join((request.method, request.raw_path, said)).encode("utf-8", "surrogateescape")
    return Once(who.name, given[0], hashlib.sha256(asked).digest())


async def first_answer(connection: Connection, asked: Once) -> web.Response | None:
    """Return the first answer to this key; None: this is the first. Raises Problem."""
    try:
        kept = await idempotency.claim(connection, asked.owner, asked.key, asked.digest)
    except idempotency.KeyReused:
        raise _problem(
            kinds.KEY_REUSED, "came with another request before", "send a new key for another thing"
        ) from None
    except idempotency.KeyBusy:
        raise _problem(
            kinds.CONFLICT, "is being worked on", "send the same again in a second", {"Retry-After": "1"}
        ) from None
    if kept is None:
        return None
    headers = {"Cache-Control": "no-store"} | kept.headers
    return web.Response(body=kept.body.encode(), status=kept.status, headers=headers)


async def keep(connection: Connection, asked: Once, answer: web.Response) -> None:
    """Keep the answer in the transaction that made what it tells of."""
    body = answer.body.decode() if isinstance(answer.body, bytes) else ""
    headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    kept = KeptAnswer(status=answer.status, headers=headers, body=body)
    await idempotency.keep(connection, asked.owner, asked.key, kept)


def _problem(kind: kinds.Kind, message: str, remedy: str, headers: dict[str, str] | None = None) -> Problem:
    wrong = FieldProblem(place=Place.HEADER, field=HEADER, message=message, remedy=remedy)
    return Problem(kind, f"{HEADER} {message}: {remedy}", fields=[wrong], headers=headers)
