"""The addresses of the screens: all give the same page, which draws what its address says."""

import re
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from ct112.web.screens.built import ROOTED, Built
from ct112.web.screens.policy import COMMON, WORKER_POLICY, new_nonce, policy

SCREENS = ("console", "wallboard", "supervisor", "menu", "admin", "agency", "account")
PLACEHOLDER = b"CT112-NONCE"  # vite.config.ts has the same
FOREVER = "public, max-age=31536000, immutable"  # a file's name has the digest of what is in it
UNBUILT = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>112</title></head><body>
<h1>Layar belum dibangun</h1>
<p>Telepon dan API berjalan seperti biasa. Pasang paket ct112 yang lengkap, atau dari pohon sumber jalankan
<code>./run up</code> (atau <code>python frontend/build.py</code>), lalu muat ulang halaman ini.</p>
<h1 lang="en">The screens are not built</h1>
<p lang="en">Telephones and API work as always. Install ct112's whole wheel, or in its source tree run
<code>./run up</code> (or <code>python frontend/build.py</code>), then load this page again.</p>
</body></html>
"""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """Answers browsers."""

    def __init__(self, built: Built, phones: tuple[str, ...]) -> None:
        """`phones`: where a page's phone finds the nodes."""
        self._built = built
        self._phones = phones

    def add_to(self, app: web.Application) -> None:
        """Add the addresses of all screens, of those in them, and of their files."""
        for path in ("/", "/login", *(f"/{name}" for name in SCREENS)):
            app.router.add_get(path, self.page)
        for name in SCREENS:
            app.router.add_get(f"/{name}/{{rest:.*}}", self.page)
        app.router.add_get("/assets/{name}", self.asset)
        for name in sorted(ROOTED):
            app.router.add_get(f"/{{name:{re.escape(name)}}}", self.rooted)

    async def page(self, _request: web.Request) -> web.Response:
        """Answer with the page, under a policy of its own."""
        return self._page(200)

    async def asset(self, request: web.Request) -> web.Response:
        """Answer with a file of the build, gzipped where the browser takes it."""
        asset = self._built.asset(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        headers = {hdrs.CACHE_CONTROL: FOREVER, hdrs.VARY: hdrs.ACCEPT_ENCODING}
        body = asset.body
        if asset.packed is not None and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            body = asset.packed
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        charset = "utf-8" if asset.content_type.startswith("text/") else None
        return web.Response(body=body, headers=headers, content_type=asset.content_type, charset=charset)

    async def rooted(self, request: web.Request) -> web.Response:
        """Answer with a file beside the page; asked for anew each time, so that a new build replaces it."""
        asset = self._built.rooted(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        headers = {hdrs.CACHE_CONTROL: "no-cache", "Content-Security-Policy": WORKER_POLICY}
        charset = "utf-8" if asset.content_type.startswith("text/") else None
        return web.Response(
            body=asset.body, headers=headers, content_type=asset.content_type, charset=charset
        )

    @web.middleware
    async def strangers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Show who typed an address that is none of ours a page that says so, not JSON."""
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if not _typed(request):
                raise
            return self._page(404)

    def _page(self, status: int) -> web.Response:
        nonce, index = new_nonce(), self._built.index()
        body = UNBUILT.encode() if index is None else index.replace(PLACEHOLDER, nonce.encode())
        headers = COMMON | {
            "Content-Security-Policy": policy(nonce, self._phones),
            hdrs.CACHE_CONTROL: "no-store",  # a nonce is of one answer
        }
        status = 503 if index is None else status
        return web.Response(
            body=body, status=status, headers=headers, content_type="text/html", charset="utf-8"
        )


def _typed(request: web.Request) -> bool:
    """Return whether a person's browser asks for a page."""
    page = "text/html" in request.headers.get(hdrs.ACCEPT, "")
    return page and request.method in ("GET", "HEAD") and not request.path.startswith(("/api/", "/assets/"))
