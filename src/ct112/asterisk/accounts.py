"""Operators' SIP accounts, pushed over ARI into Asterisk's own database, where they outlive restarts."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ct112 import logs, metrics
from ct112.asterisk.ari import AriError, Refused, asterisk_config
from ct112.asterisk.ari.models import ENDPOINTS
from ct112.asterisk.wire import Wire
from ct112.core import browser_phone
from ct112.core.ids import NodeName
from ct112.core.reserved import reserved

log = logs.get("accounts")

CLASS = "res_pjsip"
MADE_BY = "from-position"  # the context of every endpoint we make: how ours are told from others
SECONDS = 10.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


Encryption = Literal["off", "offered", "required"]
"""Of the sound (SRTP): not at all, with phones that take it, or no call with one that does not."""


@dataclass(frozen=True, slots=True)
class SipAccount:
    """A position's account: of its softphone under the position's name, or of a page in a browser."""

    position: str
    password: str = field(repr=False)
    encryption: Encryption = "off"
    browser: bool = False

    @property
    def name(self) -> str:
        """Return the SIP user name."""
        return browser_phone.account(self.position) if self.browser else self.position


def accounts_of(
    position: str, sip_password: str, encryption: Encryption, *, browser: bool
) -> Sequence[SipAccount]:
    """Return the accounts of a position; `browser`: one for a page too, which has a password of its own."""
    desk = SipAccount(position, sip_password, encryption)
    if not browser:
        return (desk,)
    return (desk, SipAccount(position, browser_phone.password(position, sip_password), browser=True))


def objects(account: SipAccount) -> Mapping[str, Mapping[str, str]]:
    """Return the sorcery objects of an account, in the order they have to be made."""
    name = account.name
    return {
        "auth": {"auth_type": "userpass", "username": name, "password": account.password},
        "aor": {
            "max_contacts": "1",
            "remove_existing": "yes",
            "qualify_frequency": "30",
            "qualify_timeout": "3.0",
            "default_expiration": "120",
            "minimum_expiration": "30",
            "maximum_expiration": "3600",
        },
        "endpoint": {
            "aors": name,
            "auth": name,
            "context": MADE_BY,
            "callerid": account.position,
            "disallow": "all",
            "allow": "alaw,ulaw",
            "dtmf_mode": "rfc4733",
            "direct_media": "no",
            "rtp_symmetric": "yes",
            "rewrite_contact": "yes",
            "force_rport": "yes",
            "device_state_busy_at": "1",
            "allow_transfer": "no",
            "allow_subscribe": "no",
            "rtp_timeout": "30",  # a phone that died in a talk: the caller gets another operator
            "rtp_timeout_hold": "900",
            "language": "id",
            **(_WEBRTC if account.browser else _sound(account.encryption)),
        },
    }


_WEBRTC = {
    "webrtc": "yes",  # and with it a certificate made at each start, proved by its fingerprint in the SDP
    "media_encryption": "dtls",
    "dtls_setup": "actpass",
    "ice_support": "yes",
    "use_avpf": "yes",
    "rtcp_mux": "yes",
    "rtp_timeout": "5",  # a page sends sound all the time, muted too: one that is silent so long is gone
}


def _sound(encryption: Encryption) -> Mapping[str, str]:
    return {
        "media_encryption": "no" if encryption == "off" else "sdes",
        "media_encryption_optimistic": "yes" if encryption == "offered" else "no",
    }


class AccountKeeper:
    """Keeps one node's accounts what they should be. What goes wrong costs accounts, never calls."""

    def __init__(self, node: NodeName, trunk: str) -> None:
        """`trunk` is the endpoint that is no account of ours."""
        self.refused: set[str] = set()  # accounts that Asterisk does not take
        self._node = node
        self._trunk = trunk
        self._wanted: Sequence[SipAccount] = ()
        self._changed = asyncio.Event()

    def want(self, accounts: Sequence[SipAccount]) -> None:
        """Want these accounts, and no others, from now on."""
        self._wanted = tuple(accounts)
        self.refused &= {account.name for account in accounts}
        self._changed.set()

    async def keep(self, connection: Wire) -> None:
        """Keep them right for as long as the connection lives; tries again later what did not work."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            self._changed.clear()
            if await self._try(connection):
                pause = FIRST_PAUSE_SECONDS
                await self._changed.wait()
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # wait_for of Python 3.11 may swallow a cancellation
                        await self._changed.wait()
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _try(self, connection: Wire) -> bool:
        """Push the accounts once; return whether all of them are right."""
        refused: set[str] = set()
        try:
            changed = await push(connection, self._wanted, keep=self._trunk, refused=refused)
        except AriError as error:
            log.warning("SIP accounts not brought up to date", node=self._node, reason=str(error))
        except Exception:
            log.exception("SIP accounts not brought up to date", node=self._node)
        else:
            if changed:
                log.info("SIP accounts brought up to date", node=self._node, objects=changed)
            self.refused = refused & {account.name for account in self._wanted}
            return not self.refused  # why it refused may pass: a phone without its account is never rung
        metrics.link_errors.labels(node=self._node, link="accounts").inc()
        return False


async def push(
    connection: Wire, accounts: Sequence[SipAccount], *, keep: str, refused: set[str] | None = None
) -> int:
    """Make Asterisk's accounts what they should be; return how many objects were written or deleted.

    Objects that are right already are left alone, so phones stay registered. `keep` is the trunk. A refusal
    is logged and costs that account only; `refused` then has its name. Raises Disconnected or
    RequestTimeout.
    """
    changed = 0
    for account in accounts:
        made: list[bool | None] = [None]  # a reserved name would take the carrier's place, or another's
        if not reserved(account.position, keep):
            made = [
                await _make_right(connection, kind, account.name, fields)
                for kind, fields in objects(account).items()
            ]
        changed += sum(one is True for one in made)
        if refused is not None:
            (refused.add if None in made else refused.discard)(account.name)
    wanted = {account.name for account in accounts} | {keep}
    found = ENDPOINTS.validate_python(await connection.fetch(asterisk_config.endpoints("PJSIP"), SECONDS))
    for name in sorted({endpoint.resource for endpoint in found} - wanted):
        changed += await _remove(connection, name)
    return changed


async def _make_right(connection: Wire, kind: str, name: str, fields: Mapping[str, str]) -> bool | None:
    """Return whether something was written; None when Asterisk refused it."""
    if await _is_right(connection, kind, name, fields):
        return False
    try:
        await connection.ask(asterisk_config.put(CLASS, kind, name, fields), SECONDS)
    except Refused as error:
        log.warning("a SIP account was refused", position=name, kind=kind, reason=error.reason)
        return None
    return True


async def _is_right(connection: Wire, kind: str, name: str, fields: Mapping[str, str]) -> bool:
    try:
        values = _values(await connection.ask(asterisk_config.get(CLASS, kind, name), SECONDS))
    except Refused:
        return False
    return all(_same(values.get(key), value) for key, value in fields.items())


def _values(answer: Any) -> dict[str, str]:
    """Return an object's values by attribute; what does not fit is left out."""
    rows = answer if isinstance(answer, list) else []
    return {str(row.get("attribute")): str(row.get("value")) for row in rows if isinstance(row, dict)}


def _same(there: str | None, wanted: str) -> bool:
    """Compare values the way Asterisk writes them back: booleans in words, codecs in brackets."""
    if there is None:
        return wanted == "all"  # `disallow` is an order, not a value
    plain = there.strip("()").replace("|", ",").replace('"', "").replace("<", "").replace(">", "").strip()
    truth = {"true": "yes", "false": "no"}
    if truth.get(plain, plain) == wanted:
        return True
    try:
        return float(plain) == float(wanted)
    except ValueError:
        return False


async def _remove(connection: Wire, name: str) -> int:
    """Delete an account of ours that nobody needs any more."""
    try:
        values = _values(await connection.ask(asterisk_config.get(CLASS, "endpoint", name), SECONDS))
    except Refused:
        return 0
    if values.get("context") != MADE_BY:
        return 0  # not ours
    for kind in ("endpoint", "aor", "auth"):
        try:
            await connection.ask(asterisk_config.delete(CLASS, kind, name), SECONDS)
        except Refused as error:
            log.warning("a SIP account was not removed", position=name, kind=kind, reason=error.reason)
    return 1
