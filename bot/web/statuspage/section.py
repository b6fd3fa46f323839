"""`/api/v2/*.json`: for whatever polls a Statuspage."""

from aiohttp import web

from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.web.api.limits import Limits
from bot.web.api.operation import READABLE
from bot.web.api.section import limited, preflights
from bot.web.replies import as_json, reply
from bot.web.routing import Call, HttpError, Route, Section
from bot.web.statuspage.documents import DOCUMENTS, NEWEST, View, document


async def _view(call: Call, standings: list[ServiceStatus], *, past: bool) -> View:
    web_ = call.site.settings.web
    assert web_ is not None
    found: list[Incident] = []
    for standing in standings:
        found += await call.site.reader.incidents(standing.service, NEWEST) if past else standing.incidents
    found.sort(key=lambda one: -one.opened_at)
    as_of = call.site.freshness(call.now).as_of
    return View(web_.title, web_.url, call.now if as_of is None else as_of, standings, found)


async def read(call: Call) -> web.Response:
    """One document."""
    name = call.request.path.removeprefix("/api/v2/").removesuffix(".json")
    standings = list(call.site.visible(call.visitor).values())
    found = document(name, await _view(call, standings, past=name == "incidents"), call.now)
    if found is None:
        raise HttpError(404, "there is no such document")
    return reply(call, as_json(found), headers=READABLE)


def statuspage(limits: Limits) -> Section:
    """The routes."""
    routes = [Route("GET", f"/api/v2/{name}.json", limited(limits, read)) for name in DOCUMENTS]
    return Section(("/api/v2",), (*routes, *preflights(routes)), fault)


def fault(_call: Call, told: HttpError) -> web.Response:
    """A fault as JSON."""
    headers = dict(READABLE) | {"Cache-Control": "no-store"}
    return web.json_response({"error": told.sentence}, status=told.status, headers=headers)
