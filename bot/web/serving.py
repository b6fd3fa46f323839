"""The page and the API put together: one reader, one table, one listener. Imported only where they are asked for."""

import asyncio
import contextlib
import importlib
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

from bot.desk.desk import Desk
from bot.process import Process
from bot.store.pings import OPEN_EVERY_S
from bot.supervision import Supervisor
from bot.web.agent_check import agent_check_open
from bot.web.alive import alive
from bot.web.api.limits import Limits
from bot.web.api.section import api
from bot.web.application import Application
from bot.web.flags import ofrep
from bot.web.gateways import gateways
from bot.web.lines import lines
from bot.web.listener import WebListener
from bot.web.metrics.scraper import Deliveries, Scraper
from bot.web.metrics.section import metrics_section
from bot.web.pages.live import Live
from bot.web.pages.renderer import PageRenderer
from bot.web.pages.section import pages
from bot.web.pasts import Pasts
from bot.web.pings import pings
from bot.web.routing import Table
from bot.web.site import Site
from bot.web.statuspage.section import statuspage

if TYPE_CHECKING:
    from bot.web.agents import AgentEndpoint

log = logging.getLogger(__name__)

BEHIND_S = 2.0
"""The first reading may take so long before the page opens without it."""


def table(renderer: PageRenderer, live: Live, scraper: Scraper, agents: "AgentEndpoint | None" = None) -> Table:
    """Everything that is answered; the pages come last, theirs is every other path."""
    assert renderer.site.settings.web is not None
    limits = Limits(renderer.site.settings.web.per_minute)
    programs = [api(scraper.discrepancies, limits), statuspage(limits), gateways(limits), lines(limits), ofrep(limits)]
    programs += [pings(renderer.site.settings, renderer.site.process.store.pings, limits)]
    programs += [metrics_section(scraper), *([agents.section(limits)] if agents is not None else [])]
    return Table((alive(), *programs, pages(renderer, live)))


@contextlib.asynccontextmanager
async def served(
    process: Process, desk: Desk, supervisor: Supervisor, deliveries: Deliveries = dict
) -> AsyncIterator[int]:
    """The page and the API answer inside, and nobody listens afterwards. Raises UserError where they cannot listen."""
    listener = WebListener()
    try:
        async with answering(process, desk, supervisor, listener, deliveries) as port:
            yield port
    finally:
        await listener.close()


@contextlib.asynccontextmanager
async def answering(
    process: Process, desk: Desk, supervisor: Supervisor, listener: WebListener, deliveries: Deliveries
) -> AsyncIterator[int]:
    """This configuration answers at the door inside; its port. Raises UserError where it cannot listen."""
    settings = process.settings.web
    assert settings is not None
    site = Site(process)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BEHIND_S):
            await site.first()
    scraper, pasts, live = Scraper(process, site, deliveries), Pasts(site), listener.news_of(site, settings)
    agents = None
    if settings.agents is not None:
        # The protocol's library, spared where no agent asks.
        agents = importlib.import_module("bot.web.agents").AgentEndpoint(site, settings)
    application = Application(table(PageRenderer(site, pasts), live, scraper, agents), site, desk, process.now)
    workers = {"page": site.run, "page's past": pasts.run, "page's news": live.run, "metrics": scraper.run}
    if site.settings.heartbeats():
        workers["pings"] = partial(process.every, OPEN_EVERY_S, process.store.pings.door_open)
    if agents is not None:
        workers["agents"] = agents.run
    if settings.otlp is not None:
        export = importlib.import_module("bot.web.metrics.export")  # an HTTP client, spared where nothing is sent
        workers["metrics export"] = export.OtlpExport(process, site, scraper, settings.otlp).run
    running = [asyncio.create_task(supervisor.keep(name, run), name=name) for name, run in workers.items()]
    try:
        port = await listener.open(settings, application.answer, live)
        log.info("the page is at http://%s:%d/", settings.listen.rpartition(":")[0], port)
        async with agent_check_open(site):
            yield port
    finally:
        listener.rest()
        for task in running:
            task.cancel()
