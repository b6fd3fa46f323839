"""`/route/<component>`: whether a gateway should send requests there. For Envoy, Traefik, Kong and the like."""

from aiohttp import web

from bot.core.answers.traffic import Traffic, traffic
from bot.core.text.symptoms import present
from bot.web.api import lookups
from bot.web.api.limits import Limits
from bot.web.api.section import limited
from bot.web.replies import TEXT
from bot.web.routing import Call, HttpError, Route, Section


async def route(call: Call) -> web.Response:
    """200 while it works, 200 with `x-envoy-degraded` while it works badly or nobody knows, 503 while it is down.

    What is unknown stays in rotation for want of better: where we are blind, a gateway must not lose its traffic.
    """
    _, voices = lookups.component(call)
    state = present(voices.measured, call.now)
    share = traffic(state)
    headers = {"Cache-Control": "no-store", "Content-Type": TEXT, "X-Groundtruth-State": state.value}
    if share is Traffic.SPARING:
        headers["x-envoy-degraded"] = "true"
    return web.Response(status=503 if share is Traffic.NONE else 200, text=f"{state.value}\n", headers=headers)


def gateways(limits: Limits) -> Section:
    """The route."""
    return Section(("/route",), (Route("GET", "/route/{component}", limited(limits, route)),), fault)


def fault(_call: Call, told: HttpError) -> web.Response:
    """A fault in a line."""
    headers = {"Cache-Control": "no-store", "Content-Type": TEXT}
    return web.Response(status=told.status, text=f"{told.sentence}\n", headers=headers)
