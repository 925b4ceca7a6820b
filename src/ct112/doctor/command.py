"""The command: gathers the checks for the settings, runs them side by side, prints them."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import asdict
from typing import Annotated

import typer

from ct112 import settings
from ct112.asterisk.ami import connect
from ct112.asterisk.ami_nodes import QUEUE
from ct112.doctor import checks
from ct112.doctor.checks import Answer, Ari, Check, checked
from ct112.prompts.library import PromptLibrary
from ct112.reading import StoreSource, compile_live
from ct112.settings import NodeSettings, Settings
from ct112.store import Store

SIGNS = {True: "✓", None: "!", False: "✗"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Say what must be true before going live, and what to do where it is not."""
    try:
        found = settings.load()
    except settings.SettingsError as error:
        typer.echo(f"✗ settings  {error}", err=True)
        raise typer.Exit(1) from error
    results = asyncio.run(run_checks(found))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in results], indent=2))
    else:
        for one in results:
            typer.echo(f"{SIGNS[one.ok]} {one.name:<28} {one.detail}")
            if one.remedy:
                typer.echo(f"  → {one.remedy}")
    if any(one.ok is False for one in results):
        raise typer.Exit(1)


async def run_checks(found: Settings) -> list[Check]:
    """Return all checks, in a fixed order."""
    work: list[Awaitable[Check]] = [
        checked("python", "install Python 3.11 or later", checks.python_version),
        checked("host name resolves", "put this machine's name into /etc/hosts", checks.host_name),
        checked("disk", "free space, or move CT112_STATE_DIR", lambda: checks.disk(found.state_dir)),
        checked("database migrated", "start PostgreSQL; then: ct112 db upgrade", lambda: _database(found)),
        checked("prompts", "start ct112, or correct CT112_PROMPT_BASE_URL", lambda: _prompts(found)),
    ]
    if not found.nodes:
        work.append(checked("nodes", "set CT112_NODES, see docs/runbook.md", _no_nodes))
    for node in found.nodes:
        work += _of_node(node, found)
    return list(await asyncio.gather(*work))


def _of_node(node: NodeSettings, found: Settings) -> list[Awaitable[Check]]:
    ari = Ari(node.ari_url, node.ari_user, node.ari_password.get_secret_value())
    trunk, application, name = found.trunk_endpoint, found.application, node.name
    return [
        checked(f"{name}: ARI, version", "start Asterisk ≥ 22.10.1; see CT112_NODES", ari.version),
        checked(f"{name}: modules", "render its configuration: ct112 asterisk render", ari.modules),
        checked(f"{name}: clock", "let both machines use the same NTP servers", ari.clock),
        checked(f"{name}: application", "start ct112: ct112 serve", lambda: ari.application(application)),
        checked(f"{name}: trunk", "the carrier answers no OPTIONS: ask them", lambda: ari.trunk(trunk)),
        checked(f"{name}: phones", "register a position's softphone", lambda: ari.phones(trunk)),
        checked(f"{name}: AMI, fallback queue", "see CT112_NODES; ct112 operator add", lambda: _queue(node)),
    ]


async def _queue(node: NodeSettings) -> Answer:
    """AMI can be reached, and the fallback queue has somebody to ring."""
    secret = node.ami_password.get_secret_value()
    connection = await connect(node.ami_host, node.ami_port, node.ami_user, secret, lambda _event: None)
    try:
        found = await connection.send({"Action": "QueueStatus", "Queue": QUEUE})
    finally:
        connection.close()
    members = [one for one in found if "QueueMember" in one.values()]
    return bool(members), f"{len(members)} members"


async def _database(found: Settings) -> Answer:
    if not found.database_url:
        return False, "CT112_DATABASE_URL is not set"
    store = await Store.create(found.database_url)
    try:
        return await store.migrated(), f"at {await store.schema_version()}"
    finally:
        await store.close()


async def _prompts(found: Settings) -> Answer:
    store = await Store.create(found.database_url or "")
    try:
        live = (await StoreSource(store).known()).ivr
    finally:
        await store.close()
    folder = found.state_dir / "prompts"
    library = PromptLibrary(folder, found.recordings_dir)
    limit = found.ivr_emergency_limit_seconds
    document = await asyncio.to_thread(compile_live, live, library, limit)
    return await checks.prompts(folder, sorted(document.prompt_keys()), found.prompts_url())


async def _no_nodes() -> Answer:
    return False, "CT112_NODES is empty"
