"""The checks of one Asterisk node, asked over plain HTTP and AMI as an outsider would."""

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp

from ct112.asterisk.ami import AmiError, AmiLost, connect
from ct112.asterisk.ami_nodes import QUEUE
from ct112.asterisk.carrier import REGISTERED
from ct112.doctor.checks import Answer, Trouble
from ct112.settings import NodeSettings

NEWEST_NEEDED = (22, 10, 1)
MODULES = (
    "res_ari_channels",
    "res_ari_bridges",
    "res_ari_events",
    "res_stasis_playback",
    "res_pjsip",
    "res_pjsip_outbound_registration",
    "res_geolocation",
    "res_http_media_cache",
    "res_security_log",
    "app_queue",
    "app_stasis",
)


class Ari:
    """Asks one node."""

    def __init__(self, node: NodeSettings) -> None:
        """Nothing is asked yet."""
        self._url = node.ari_url
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(node.ari_user, node.ari_password.get_secret_value())
        }

    async def get(self, path: str) -> Any:
        """Return the parsed answer. Raises Trouble."""
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers) as session,
                session.get(f"{self._url}/{path}") as answer,
            ):
                if answer.status in (401, 403):
                    remedy = "compare user and password in CT112_NODES with the node's ari.conf"
                    raise Trouble(f"ARI refuses user or password ({answer.status})", remedy)
                if answer.status != 200:
                    raise Trouble(f"status {answer.status}", "see Asterisk's log")
                return await answer.json()
        except aiohttp.ClientConnectionError as error:
            remedy = "start Asterisk there; else correct the node's address in CT112_NODES"
            raise Trouble(f"nothing answers at {self._url}", remedy) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Trouble(f"{self._url} is no ARI", "correct ari_url in CT112_NODES") from error

    async def version(self) -> Answer:
        """Asterisk is new enough: older ones have known holes."""
        found = str((await self.get("asterisk/info"))["system"]["version"])
        digits = found.partition("+")[0].partition("~")[0]
        return tuple(int(part) for part in digits.split(".")) >= NEWEST_NEEDED, found

    async def clock(self) -> Answer:
        """Asterisk's clock and ours agree within a second."""
        theirs = (await self.get("asterisk/ping"))["timestamp"]
        apart = abs(datetime.fromisoformat(theirs).timestamp() - time.time())
        return apart < 1, f"{apart:.2f} s apart"

    async def modules(self) -> Answer:
        """The modules we need are running."""
        running = {one["name"].removesuffix(".so") for one in await self.get("asterisk/modules")}
        missing = [name for name in MODULES if name not in running]
        return not missing, f"missing: {', '.join(missing)}" if missing else f"{len(running)} running"

    async def application(self, name: str) -> Answer:
        """ct112 is registered."""
        return name in {one["name"] for one in await self.get("applications")}, name

    async def trunk(self, name: str) -> Answer:
        """The carrier answers OPTIONS. A warning: some never do, and their calls come all the same."""
        state = next(
            (one["state"] for one in await self.get("endpoints/PJSIP") if one["resource"] == name), None
        )
        if state is None:
            raise Trouble(
                f"there is no endpoint {name}", "ct112 asterisk render, or set CT112_TRUNK_ENDPOINT"
            )
        return True if state == "online" else None, str(state)

    async def phones(self, positions: Collection[str]) -> Answer:
        """At least one operator's phone is registered; a warning, since phones come and go."""
        states = {one["resource"]: one["state"] for one in await self.get("endpoints/PJSIP")}
        online = sorted(name for name in positions if states.get(name) == "online")
        return True if online else None, ", ".join(online) or "none registered"

    async def accounts(self, positions: Collection[str]) -> Answer:
        """Every position has its SIP account."""
        found = {one["resource"] for one in await self.get("endpoints/PJSIP")}
        missing = sorted(set(positions) - found)
        return not missing, f"without: {', '.join(missing)}" if missing else f"{len(positions)} accounts"


async def registrations(node: NodeSettings) -> Answer:
    """Every trunk that wants us registered has us."""
    found = await _asked(node, {"Action": "PJSIPShowRegistrationsOutbound"})
    states = {
        one.get("ObjectName", ""): one.get("Status", "")
        for one in found
        if "OutboundRegistrationDetail" in one.values()
    }
    said = ", ".join(f"{trunk}: {state}" for trunk, state in sorted(states.items()))
    return all(state == REGISTERED for state in states.values()), said or "no trunk wants any"


async def queue(node: NodeSettings) -> Answer:
    """AMI can be reached, and the fallback queue has somebody to ring."""
    found = await _asked(node, {"Action": "QueueStatus", "Queue": QUEUE})
    members = [one for one in found if "QueueMember" in one.values()]
    return bool(members), f"{len(members)} members"


async def _asked(node: NodeSettings, action: Mapping[str, str]) -> Sequence[Mapping[str, str]]:
    """Return what the node says to an action of AMI; what it refuses is nothing."""
    secret = node.ami_password.get_secret_value()
    try:
        connection = await connect(node.ami_host, node.ami_port, node.ami_user, secret, lambda _event: None)
    except (AmiError, OSError) as error:
        remedy = "compare ami_… in CT112_NODES with the node's manager.conf"
        raise Trouble(f"no AMI at {node.ami_host}:{node.ami_port} ({error})", remedy) from error
    try:
        return await connection.send(action)
    except AmiLost:
        raise
    except AmiError:
        return []
    finally:
        connection.close()
