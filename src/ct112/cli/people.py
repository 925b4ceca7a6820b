"""What the commands about positions and operators share: who is where now, secrets."""

import sys
from typing import Any

import typer

from ct112.cli.edge import loaded

STATES = {
    "off_duty": "paused",
    "ringing": "rings",
    "on_call": "in a call",
    "wrap_up": "wrap-up",
    "resting": "resting: did not take a call",
}
NOTHING_REGISTERED = "not registered: no calls"
NOBODY = "–"


def live_positions() -> tuple[dict[str, dict[str, Any]], str]:
    """Return what the running ct112 says of each position; else why it does not."""
    from ct112.cli.live import Silent, ask

    try:
        status, answer = ask(loaded(), "positions")
    except Silent as error:
        return {}, str(error)
    if status != 200:
        return {}, f"ct112 answers {status}: {answer.get('detail', 'see its log')}"
    return {one["position"]: one for one in answer["positions"]}, ""


def say_silent(why: str) -> None:
    """Say that what was shown is not how it is now."""
    if why:
        typer.echo(f"as last written; phones and talks are not known: {why}", err=True)


def state_of(now: dict[str, Any]) -> str:
    """Return what a position's operator does now, in words."""
    reason = now.get("reason")
    state = STATES.get(now["state"], now["state"])
    return f"paused: {reason}" if reason and state == "paused" else str(state)


def written_state(ready: bool, reason: str | None) -> str:
    """Return what an operator did when it was written last."""
    if ready:
        return "ready"
    return f"paused: {reason}" if reason else "paused"


def phone_of(now: dict[str, Any] | None) -> str:
    """Return how a position's phone is."""
    if now is None:
        return "not known"
    if now["refused_by"]:
        return f"no account: refused by Asterisk {', '.join(now['refused_by'])}, see ct112's log"
    return f"registered ({', '.join(now['registered_at'])})" if now["registered_at"] else NOTHING_REGISTERED


def from_stdin() -> str:
    """Return a secret's line from standard input."""
    return sys.stdin.readline().rstrip("\r\n")
