"""The files beside the page that make the agency's page an app: one address for ever, the newest build's."""

from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ct112.web.screens.built import ROOTED, Built
from ct112.web.screens.pages import Pages


def build(folder: Path, worker: str) -> None:
    """Write a build as frontend/build.py leaves it."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    (folder / "agency-sw.js").write_text(worker)
    (folder / "agency.webmanifest").write_text("{}")
    (folder / "manifest.json").write_text('{"sources": "of the build"}')
    (folder / "index.html").unlink(missing_ok=True)
    (folder / "index.html").write_text("<!doctype html>")


async def test_they_are_asked_for_anew_and_a_new_build_replaces_them(tmp_path: Path) -> None:
    build(tmp_path, "one")
    app = web.Application()
    Pages(Built(tmp_path), ()).add_to(app)
    async with TestClient(TestServer(app)) as client:
        first = await client.get("/agency-sw.js")
        assert (first.status, await first.text()) == (200, "one")
        assert first.headers["Cache-Control"] == "no-cache"
        assert first.content_type == "text/javascript"
        assert first.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
        build(tmp_path, "two")
        assert await (await client.get("/agency-sw.js")).text() == "two"
        manifest = await client.get("/agency.webmanifest")
        assert manifest.content_type == "application/manifest+json"
        assert (await client.get("/agency-192.png")).status == 404, "not in this build"
        for name in ("manifest.json", "index.html", ".ct112-built", "agency-sw.js.gz", "..%2fagency-sw.js"):
            assert (await client.get(f"/{name}")).status == 404


def test_the_sources_have_all_of_them() -> None:
    frontend = Path(__file__).parents[2] / "frontend"
    there = {path.name for path in (frontend / "public").iterdir()}
    assert there | {"agency-sw.js"} == ROOTED
    assert (frontend / "src" / "agency" / "phone" / "sw.ts").exists()
