"""The checks of ct112's own processes: which one is away, and what to do."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from ct112.doctor.checks import Answer, Trouble
from ct112.settings import Settings
from ct112.tls.pinning import client_context
from ct112.tls.problems import TlsError

OF_THE_NODES = frozenset({"ari", "ami", "trunk", "phones", "accounts", "database"})
"""Parts of serve's /readyz that have a line of their own."""


@dataclass(frozen=True, slots=True)
class Process:
    """One of the three: its command, and where it is asked."""

    name: str
    url: str
    certificate: Path | None = None  # of one that speaks HTTPS

    @property
    def title(self) -> str:
        """Return the name of its line, which is its command too."""
        return f"ct112 {self.name}"

    async def parts(self) -> tuple[bool, list[dict[str, Any]]]:
        """Return whether it is ready, and its parts. Raises Trouble when it does not answer."""
        url = f"{self.url}/readyz"
        try:
            trust = True if self.certificate is None else client_context(self.certificate)
            async with aiohttp.ClientSession() as session, session.get(url, ssl=trust) as answer:
                body = await answer.json(content_type=None)
            return bool(body["ready"]), list(body["parts"])
        except TlsError as error:
            raise Trouble(str(error), "ct112 tls show") from error
        except aiohttp.ClientSSLError as error:
            why = f"{url} has another certificate than {self.certificate}, or an ended one"
            raise Trouble(why, f"ct112 tls show; see the log of {self.title}") from error
        except aiohttp.ClientConnectionError as error:
            raise Trouble(f"it does not answer at {url}", f"start it: {self.title}") from error
        except (aiohttp.ClientError, ValueError, KeyError, TypeError, OSError) as error:
            setting = f"CT112_{self.name.upper()}_PORT"
            raise Trouble(f"what answers at {url} is not {self.title}", f"correct {setting}") from error


def serve(settings: Settings) -> Process:
    """Return the telephone."""
    return Process("serve", settings.serve_local_url())


def web(settings: Settings) -> Process:
    """Return screens and API."""
    return Process("web", settings.web_local_url(), settings.web_tls_certificate)


def worker(settings: Settings) -> Process:
    """Return who keeps house."""
    return Process("worker", settings.worker_local_url())


async def telephone(process: Process) -> Answer:
    """Serve runs, and would handle calls."""
    ready, parts = await process.parts()
    bad = _said(part for part in parts if not part["ok"] and part["name"] not in OF_THE_NODES)
    return (None if ready and bad else ready), bad or "ready"


async def beside(process: Process, away: Collection[str]) -> Answer:
    """Web or worker runs, and has what it needs; `away`: its parts that have a line of their own today.

    When the database has one, all it says waits for that.
    """
    _, parts = await process.parts()
    if "database" in away:
        return True, "runs"
    bad = _said(part for part in parts if not part["ok"] and part["name"] not in away)
    return (not bad), bad or "ready"


def _said(parts: Any) -> str:
    return "; ".join(f"{part['name']}: {part['detail']}" for part in parts)
