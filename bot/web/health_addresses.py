"""The two addresses, `/livez` and `/readyz`. Imported only where they are asked for: aiohttp takes 10 MiB."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.http.server import Bounds, HttpServer


def health_server(listen: str, why_not: Callable[[], Awaitable[list[str]]]) -> HttpServer:
    """A server, to be opened, that says whether we live, and by `why_not` whether we are ready."""

    async def lives(_request: web.BaseRequest) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.BaseRequest) -> web.Response:
        why = await why_not()
        return web.json_response({"ready": not why, "why": why}, status=503 if why else 200)

    return HttpServer(
        listen, "readiness", {("GET", "/livez"): lives, ("GET", "/readyz"): ready}, Bounds(1024, at_once=50)
    )
