"""Two drills of the composed installation: begun again from a backup on an empty host, and encrypted."""

import asyncio
import shutil
import ssl
import urllib.request
from pathlib import Path

from lab.containers.calls import Callers
from lab.containers.city import CARRIER, READY_SECONDS, City
from lab.phones import Phones
from lab.processes import wait_until
from lab.steps import StepFailed

INSIDE = "/var/lib/ct112/backup"
AUTHORITY = "/etc/ct112/tls/ca.crt"
IN = f"""\
tar -C backup -c . | docker-compose run --rm -T --no-deps serve \\
    sh -c 'mkdir -m 700 {INSIDE} && tar -C {INSIDE} --no-same-owner -x'
"""
"""As docs/install.md says, but for the hyphen of compose 1.29."""
RECORDS = "SELECT id, ani, outcome, operator, position, ended_at FROM call_record ORDER BY id"


def backed_up(city: City) -> list[list[str]]:
    """Take a backup out of the containers; return the records there were."""
    shutil.rmtree(city.folder / "backup", ignore_errors=True)
    city.inside("serve", "ct112", "backup", "--with-secrets", INSIDE)
    city.engine.docker("cp", f"{city.identity('serve')}:{INSIDE}", str(city.folder / "backup"))
    city.inside("serve", "rm", "-r", INSIDE)
    return city.rows(RECORDS)


def restored(city: City) -> None:
    """Bring up an installation where there is none, and let it begin again from the backup."""
    city.down()
    city.up()
    city.wait_ready()
    city.compose("stop", "serve", "web", "worker")
    city.engine.run(["bash", "-c", IN], cwd=city.folder)
    for command in (("backup", "verify", INSIDE), ("restore", "--replace", INSIDE)):
        city.compose("run", "--rm", "-T", "--no-deps", "serve", "ct112", *command)
    city.compose("run", "--rm", "-T", "--no-deps", "serve", "rm", "-r", INSIDE)
    city.up()
    city.wait_ready()


def encrypted(city: City) -> Path:
    """Make certificates, name them in `.env`, bring that up; return the authority's certificate."""
    city.compose(*["run", "--rm", "-T", "--no-deps", "configuration", "ct112", "tls", "init", "127.0.0.1"])
    with (city.folder / ".env").open("a", encoding="utf-8") as file:
        file.write(
            "CT112_WEB_TLS_CERTIFICATE=/etc/ct112/tls/web.pem\n"
            "CT112_ASTERISK_TLS_CERTIFICATE=/etc/ct112/tls/asterisk.crt\n"
            "CT112_PHONE_ENCRYPTION=required\n"
        )
    city.up()
    city.compose("restart", "serve", "web", "worker", "asterisk")
    city.wait_ready(("serve", "worker"))
    authority = city.folder / "ca.crt"
    authority.write_text(city.inside("serve", "cat", AUTHORITY), "utf-8")
    return authority


async def call_encrypted(city: City, passwords: dict[str, str], authority: Path) -> str:
    """Have a call answered by a softphone that speaks TLS and SRTP alone; return what was seen."""
    web = await asyncio.to_thread(_asked_over_tls, city.ports.web, authority)
    async with Phones("127.0.0.1", authority) as desks, Phones(CARRIER) as carrier:
        callers = Callers(city, carrier, desks, passwords, encrypted=True)
        await callers.register()
        call, _, _, _ = await callers.talk()
        await callers.end(call)
    return f"web says {web} over HTTPS; answered and heard over TLS and SRTP"


def _asked_over_tls(port: int, authority: Path) -> int:
    """Wait until web answers who trusts the authority and no other; return how. Raises StepFailed."""
    said: list[int | str] = [""]

    def well() -> bool:
        said[0] = _status(port, authority)
        return said[0] == 200

    if not wait_until(well, READY_SECONDS, 0.2):
        raise StepFailed(f"web over HTTPS: {said[0]}", "see its log")
    return 200


def _status(port: int, authority: Path) -> int | str:
    trust = ssl.create_default_context(cafile=str(authority))
    url = f"https://127.0.0.1:{port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=5, context=trust) as answer:
            status: int = answer.status
            return status
    except OSError as error:
        return str(error)
