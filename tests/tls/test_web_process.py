"""`ct112 web` over HTTPS as a process of its own: a session, a renewal, the machine's own commands."""

import asyncio
import time
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner

from ct112.cli import live
from ct112.cli import tls as cli_tls
from ct112.doctor import processes
from ct112.doctor.checks import Trouble
from ct112.settings import Settings
from ct112.store import Store
from ct112.store.roles import Role
from ct112.tls.bundle import read_chain
from ct112.tls.files import WEB, TlsFolder
from tests.processes.running import TOKEN, Process, running
from tests.tls.made import server as certificate
from tests.tls.made import trusting, written
from tests.web.people import PASSWORD, add

pytestmark = pytest.mark.real
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def folder_of(path: Path) -> TlsFolder:
    """Run `ct112 tls init` on a folder."""
    made = TlsFolder(path / "tls")
    done = CliRunner().invoke(cli_tls.app, ["init", "112.example.id", "--dir", str(made.path)])
    assert done.exit_code == 0, done.output
    return made


def settings(web: Process, folder: TlsFolder) -> Settings:
    """The settings of a command on the same machine."""
    port = int(web.url.rpartition(":")[2])
    return Settings(_env_file=None, web_port=port, web_tls_certificate=folder.pem(WEB), api_token=TOKEN)


async def answering(web: Process, session: aiohttp.ClientSession) -> None:
    """Wait until it answers over HTTPS."""
    web.url = web.url.replace("http:", "https:")
    end = time.monotonic() + 15
    while True:
        assert web.process.returncode is None, await web.said()
        try:
            async with session.get(f"{web.url}/healthz") as answer:
                assert answer.status == 200
                return
        except aiohttp.ClientConnectionError:
            assert time.monotonic() < end
            await asyncio.sleep(0.1)


def browser(folder: TlsFolder, path: Path) -> aiohttp.ClientSession:
    """A browser on a desk on which the authority is installed."""
    trust = trusting(read_chain(folder.authority), path)
    jar = aiohttp.CookieJar(unsafe=True)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust), cookie_jar=jar)


async def test_a_session_over_https_outlives_a_renewal(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    """The cookie is Secure: the jar sends it back over HTTPS alone, as browsers do."""
    await add(store, "ani", Role.SUPERVISOR)
    folder = folder_of(tmp_path)
    ours = {"CT112_WEB_TLS_CERTIFICATE": str(folder.pem(WEB)), "CT112_WEB_HSTS_SECONDS": "600"}
    async with running("web", database_url, tmp_path, **ours) as web, browser(folder, tmp_path) as session:
        await answering(web, session)
        body = {"username": "ani", "password": PASSWORD}
        async with session.post(f"{web.url}/api/v1/session", json=body) as answer:
            assert answer.status == 200, await answer.text()
            assert answer.headers["Strict-Transport-Security"] == "max-age=600"
        async with session.get(f"{web.url}/api/v1/session") as answer:
            assert (await answer.json())["name"] == "ani"
        before = read_chain(folder.pem(WEB)).leaf
        await asyncio.to_thread(CliRunner().invoke, cli_tls.app, ["renew", "--dir", str(folder.path)])
        assert read_chain(folder.pem(WEB)).leaf != before
        await _until_taken_up(settings(web, folder))
        async with session.get(f"{web.url}/api/v1/session") as answer:
            assert (await answer.json())["name"] == "ani"
        _, text = await _get(session, f"{web.url}/metrics")
        end = read_chain(folder.pem(WEB)).end.timestamp()
        line = 'ct112_certificate_end_timestamp_seconds{certificate="web"} '
        assert float(text.partition(line)[2].partition("\n")[0]) == end


async def _until_taken_up(found: Settings) -> None:
    """Wait until who takes only the renewed certificate is answered."""
    end = time.monotonic() + 10
    while True:
        try:
            ready, parts = await processes.web(found).parts()
        except Trouble:
            assert time.monotonic() < end
            await asyncio.sleep(0.2)
        else:
            assert ready
            assert {part["name"]: part["ok"] for part in parts}["certificate"]
            return


async def _get(session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with session.get(url) as answer:
        return answer.status, await answer.text()


async def test_the_machines_own_commands_ask_over_https(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    ours = {"CT112_WEB_TLS_CERTIFICATE": str(folder.pem(WEB))}
    async with running("web", NOWHERE, tmp_path, **ours) as web, browser(folder, tmp_path) as session:
        await answering(web, session)
        async with session.get(f"{web.url}/healthz") as answer:
            assert "Strict-Transport-Security" not in answer.headers, "only where it is asked for"
        found = settings(web, folder)
        status, problem = await asyncio.to_thread(live.ask, found, "calls")
        assert (status, problem["title"]) == (503, "database away")
        another = found.model_copy(
            update={"web_tls_certificate": written(tmp_path / "another.pem", certificate())}
        )
        with pytest.raises(live.Silent):
            await asyncio.to_thread(live.ask, another, "calls")
        with pytest.raises(Trouble, match="has another certificate"):
            await processes.web(another).parts()
        code, said = await web.leave()
        assert code == 0, said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"CT112_WEB_TLS_CERTIFICATE": "/nowhere/web.pem"}, "/nowhere/web.pem is not there"),
        ({"CT112_WEB_TLS_KEY": "/nowhere/web.key"}, "without CT112_WEB_TLS_CERTIFICATE"),
        ({"CT112_WEB_TLS_CERTIFICATE": "/etc/hostname"}, "no certificate in PEM"),
    ],
)
async def test_web_does_not_start_without_the_tls_it_was_told_of(
    tmp_path: Path, variables: dict[str, str], said: str
) -> None:
    async with running("web", NOWHERE, tmp_path, **variables) as web:
        text = await web.said()
        assert web.process.returncode == 2
        assert said in text
        assert "Traceback" not in text
