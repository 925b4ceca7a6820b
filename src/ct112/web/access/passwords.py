"""Passwords: argon2id, in threads of its own, so that no guess holds the loop or all memory."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from ct112.web.access.lane import Busy

SHORTEST, LONGEST = 12, 200  # characters
MOST_WAITING = 30  # who is checked at once, or waits for it, of strangers
# OWASP's least for argon2id: 19 MiB, two passes, one lane; about 30 ms here.
HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))


class BadPassword(ValueError):
    """This password will not do; the text says why."""


def check(password: str, name: str) -> str:
    """Return the password as it is hashed. Raises BadPassword when it is too short, or too easy."""
    plain = normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise BadPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(plain)) < 5 or name.lower() in plain.lower():
        raise BadPassword("this password is too easy: no account name in it, and no few signs repeated")
    return plain


def normal(password: str) -> str:
    """Return the same password however the keyboard composed it (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """Return the hash of a password that was checked; takes about 30 ms: in a thread."""
    return HASHER.hash(password)


class Passwords:
    """Checks and hashes. Browsers known to an account have a thread of their own before strangers."""

    def __init__(self) -> None:
        """Threads start when they are needed."""
        self._strangers = ThreadPoolExecutor(1, thread_name_prefix="password-stranger")
        self._known = ThreadPoolExecutor(1, thread_name_prefix="password")
        self._waiting = 0

    async def hash(self, password: str, name: str) -> str:
        """Return the hash of a new password. Raises BadPassword."""
        plain = check(password, name)
        return await asyncio.get_running_loop().run_in_executor(self._known, hashed, plain)

    async def fits(
        self, password: str, stored: str | None, *, known: bool = False
    ) -> tuple[bool, str | None]:
        """Return whether it is the password of this hash, and a newer hash when that is due.

        Takes the same time without a hash. `known`: from a browser that has signed in before. Raises Busy.
        """
        if not known and self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += not known
        try:
            pool = self._known if known else self._strangers
            return await asyncio.get_running_loop().run_in_executor(pool, _fits, password, stored)
        finally:
            self._waiting -= not known

    def close(self) -> None:
        """End the threads."""
        for pool in (self._known, self._strangers):
            pool.shutdown(wait=False, cancel_futures=True)


@cache
def nobodys() -> str:
    """Return what is checked in place of a hash that is not there, so that it takes the same time."""
    return HASHER.hash("the password of an account that is not there")


def _fits(password: str, stored: str | None) -> tuple[bool, str | None]:
    plain = normal(password)[: LONGEST + 1].encode("utf-8", "surrogatepass")
    try:
        right, newer = HASHER.verify_and_update(plain, stored or nobodys())
    except UnknownHashError:
        return False, None
    return right and stored is not None, newer
