"""Passwords typed or piped: never on the command line, where every process of the machine reads them."""

import sys

import typer

from ct112.cli.edge import CannotDo


def new_password(name: str) -> str:
    """Return a new password: typed twice on a terminal, else the first line of stdin. Raises CannotDo."""
    from ct112.web.access.passwords import BadPassword, check

    given = _typed() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    try:
        return check(given, name)
    except BadPassword as error:
        raise CannotDo(str(error)) from error


def _typed() -> str:
    typed: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    return typed
