"""Which checks there are and which needs which: one cause has one ✗, what it hides is not asked."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from ct112.backup.places import MARKER
from ct112.core.reserved import reserved
from ct112.doctor import access, agencies, certificates, checks, processes
from ct112.doctor.asterisk import Ari, queue, registrations
from ct112.doctor.checks import Answer, Check, Trouble, checked, not_asked
from ct112.doctor.database import database_trouble
from ct112.prompts.library import PromptLibrary
from ct112.serve.known import Known
from ct112.serve.sources import StoreSource, compile_live
from ct112.settings import NodeSettings, Settings, origin, strangers
from ct112.store import Store, StoreUnavailable, kept_aside, schema
from ct112.worker import backup_age

Work = Callable[[], Awaitable[Answer]]
Plan = Sequence[tuple[str, str, Work]]
"""Checks by name, each with its remedy."""
LEAST_TOKEN = 16
OLD_HOURS = 26  # as the alarm BackupOld
BESIDE = "see its log; live away: the same CT112_CONTROL_TOKEN for serve and web, and CT112_SERVE_URL"


class Examination:
    """Looks at everything the settings name."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is asked yet."""
        self._settings = settings
        self._known: Known | None = None

    async def run(self) -> list[Check]:
        """Return all checks, in a fixed order."""
        settings = self._settings
        telephone = processes.serve(settings)
        first: Plan = [
            ("settings", "correct it; a token: openssl rand -base64 24", self._names),
            ("python", "install Python 3.11 or later", checks.python_version),
            ("host name resolves", "put this machine's name into /etc/hosts", checks.host_name),
            ("disk", "free space, or move CT112_STATE_DIR", partial(checks.disk, settings.state_dir)),
            ("packet filter", "nft -f /etc/asterisk/ct112.nft (docs/security.md)", checks.packet_filter),
            ("certificates", certificates.REMEDY, partial(certificates.certificates, settings)),
            ("set aside", "read them and the log; of the spool: ct112 spool replay", self._aside),
            ("backup", "ct112 backup DIR, every night (docs/backup.md)", self._backup),
            ("database migrated", "ct112 db upgrade", self._database),
            (telephone.title, "see its log", partial(processes.telephone, telephone)),
        ]
        found = await _all(first)
        database, service = found[-2], found[-1]
        away = [one.name for one in (database, service) if one.ok is False]
        found += await self._beside(database, service)
        found += await self._access(database)
        prompts = "start ct112 serve, or correct CT112_PROMPT_BASE_URL"
        found += await _unless(away, [("prompts", prompts, self._prompts)])
        if not settings.nodes:
            return [*found, Check("nodes", False, "CT112_NODES is empty", "ct112 asterisk render writes it")]
        for node in await asyncio.gather(*(self._node(node, away) for node in settings.nodes)):
            found += node
        return found

    async def _node(self, node: NodeSettings, away: list[str]) -> list[Check]:
        """Return the checks of a node: only whether it answers when it does not."""
        ari, name, settings = Ari(node), node.name, self._settings
        reached = await checked(f"{name}: ARI, version", "install Asterisk 22.10.1 or later", ari.version)
        gone = [reached.name] if reached.ok is False and "nothing answers" in reached.detail else []
        cause = gone or ([reached.name] if reached.ok is False else [])
        render = "ct112 asterisk render, then restart Asterisk"
        positions = [position.name for position in self._known.positions] if self._known else []
        own: Plan = [
            (f"{name}: modules", render, ari.modules),
            (f"{name}: clock", "let both machines use the same NTP servers", ari.clock),
            *(
                (
                    f"{name}: {trunk.replace('-', ' ', 1)}",
                    "the carrier answers no OPTIONS: ask them",
                    partial(ari.trunk, trunk),
                )
                for trunk in settings.trunk_endpoints
            ),
        ]
        ours: Plan = [
            (f"{name}: application", "see serve's log", partial(ari.application, settings.application)),
            (f"{name}: SIP accounts", "see serve's log for why", partial(ari.accounts, positions)),
            (f"{name}: phones", "register a position's softphone", partial(ari.phones, positions)),
        ]
        fallback: Plan = [
            (f"{name}: AMI, fallback queue", "ct112 position add", partial(queue, node)),
            (
                f"{name}: registrations",
                "compare user, domain and password in asterisk.toml with the carrier's letter",
                partial(registrations, node),
            ),
        ]
        return [
            reached,
            *await _unless(cause, own),
            *await _unless(cause or away, ours),
            *await _unless(gone, fallback),
        ]

    async def _names(self) -> Answer:
        token, unknown = self._settings.api_token, strangers()
        if unknown:
            return None, f"no such setting: {', '.join(unknown)}"
        if token is not None and len(token.get_secret_value()) < LEAST_TOKEN:
            why = f"CT112_API_TOKEN has less than {LEAST_TOKEN} characters: it can be guessed"
            return None, why
        return True, f"from {origin()}"

    async def _backup(self) -> Answer:
        """Return how old the last backup is; a restore that was interrupted comes first."""
        state = self._settings.state_dir
        if (state / MARKER).exists():
            raise Trouble(
                "a restore was begun here and not ended: what was erased may be there again",
                f"see {state / MARKER}, then ct112 restore DIR --replace",
            )
        last = backup_age.read(state)
        if not last.at:
            return None, "none was ever made on this machine"
        hours = (time.time() - last.at) / 3600
        return True if hours < OLD_HOURS else None, f"{hours:.0f} h old, {last.bytes / 1e6:.1f} MB"

    async def _database(self) -> Answer:
        """The database answers, has our tables, and every position in it can be used."""
        address = self._settings.database_url
        if not address:
            raise Trouble(
                "CT112_DATABASE_URL is not set", "CT112_DATABASE_URL=postgresql://USER:PASSWORD@HOST/NAME"
            )
        store = await Store.create(address)
        try:
            async with store.transaction() as connection:
                if not await schema.is_newest(connection):
                    return False, f"at {await schema.version(connection)}"
            self._known = await StoreSource(store).known()
        except StoreUnavailable as error:
            why, _, remedy = database_trouble(error, address).partition(": ")
            raise Trouble(why, remedy) from error
        finally:
            await store.close()
        trunk = self._settings.trunk_endpoint
        bad = [one.name for one in self._known.positions if reserved(one.name, trunk)]
        if bad:
            remedy = "ct112 position remove, and add one of another name"
            raise Trouble(f"positions with names of Asterisk's own: {', '.join(bad)}", remedy)
        return True, f"at {await _head()}"

    async def _aside(self) -> Answer:
        """Nothing was set aside because it could not be written; a warning: somebody should look at it."""
        settings = self._settings
        kept = await asyncio.to_thread(kept_aside, settings.spool_path, settings.fallback_dirs.values())
        return None if kept else True, "; ".join(
            f"{one.count} {one.kind} at {one.path}" for one in kept
        ) or "nothing"

    async def _beside(self, database: Check, serve: Check) -> list[Check]:
        """Return the lines of the processes calls do without; what others' lines say is not repeated."""
        known = {"database": database, "live": serve}
        away = [part for part, line in known.items() if line.ok is False]
        both = (processes.web(self._settings), processes.worker(self._settings))
        return await _all([(one.title, BESIDE, partial(processes.beside, one, away)) for one in both])

    async def _access(self, database: Check) -> list[Check]:
        """Return the lines of accounts and audit; they need the database."""
        address, key = self._settings.database_url or "", self._settings.audit_key_path
        plan: Plan = [
            (
                "accounts",
                "ct112 account add NAME admin; disable what is over",
                partial(access.admins, address),
            ),
            ("audit", "docs/security.md", partial(access.audit, address, key)),
            (
                "agencies",
                "ct112 agencies show CODE --yaml, fill in ways, contacts and shifts, ct112 agencies set",
                partial(agencies.reached, address, self._settings.zone),
            ),
            ("routing", "ct112 routing check, docs/routing.md", partial(agencies.rules, address)),
        ]
        return await _unless([database.name] if database.ok is False else [], plan)

    async def _prompts(self) -> Answer:
        settings = self._settings
        folder = settings.state_dir / "prompts"
        library = PromptLibrary(folder, settings.recordings_dir)
        live = self._known.ivr if self._known else None
        limit = settings.ivr_emergency_limit_seconds
        document = await asyncio.to_thread(compile_live, live, library, limit)
        return await checks.prompts(folder, sorted(document.prompt_keys()), settings.prompts_url())


async def _head() -> str:
    from ct112.store import migrate

    return await asyncio.to_thread(migrate.head)


async def _all(plan: Plan) -> list[Check]:
    """Run checks side by side."""
    return list(await asyncio.gather(*(checked(name, remedy, work) for name, remedy, work in plan)))


async def _unless(causes: Sequence[str], plan: Plan) -> list[Check]:
    """Run checks; when there is a cause for which they cannot hold, name that instead."""
    if causes:
        return [not_asked(name, f"see '{causes[0]}'") for name, _, _ in plan]
    return await _all(plan)
