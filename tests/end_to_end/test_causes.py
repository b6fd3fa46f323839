"""Several services fail at once behind one edge: said once by real processes, kept true, ended, through kill -9."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.cli import ask
from bot.config.load import load
from bot.errors import StoreError, UserError
from tests.fakes.web import answer, serve
from tests.support.instance import Instance

pytestmark = pytest.mark.timeout(120)

RAY = {"server": "cloudflare", "cf-ray": "8f1b2c3d4e5f6a7b-FRA"}
BROKEN = answer(b"error code: 522", 522, {**RAY, "content-type": "text/plain"})


class Vendors:
    """Vendors on loopback behind one edge, and one that is not; each fails from the moment the test says so."""

    def __init__(self, names, elsewhere=("oak",)):
        self.ill = set()
        self.names = (*names, *elsewhere)
        self.elsewhere = set(elsewhere)
        self.urls = {}

    def script(self, name):
        fine = answer(b"{}", 200, {"server": "gws"} if name in self.elsewhere else RAY)

        async def script(asked, wire):
            await (BROKEN if name in self.ill else fine)(asked, wire)

        return script

    @asynccontextmanager
    async def serving(self):
        """All of them answer inside."""
        async with AsyncExitStack() as stack:
            self.sites = {name: await stack.enter_async_context(serve(self.script(name))) for name in self.names}
            self.urls = {name: site.url() for name, site in self.sites.items()}
            yield self

    async def asked(self, times):
        """Wait until each was asked so often."""
        for site in self.sites.values():
            async with asyncio.timeout(20), site.changed:
                while len(site.requests) < times:
                    await site.changed.wait()

    def configuration(self, interval_s, timeout_s):
        """What Groundtruth is told of them."""
        services = [
            {
                "id": name,
                "name": name.title(),
                "components": {
                    f"{name}-{part}": {
                        "name": f"{name.title()} {part}",
                        "checks": {"front": {"kind": "http", "target": url, "timeout": timeout_s}},
                    }
                    for part in ("api", "web")
                },
            }
            for name, url in self.urls.items()
        ]
        urls = list(self.urls.values())
        return {
            "services": services,
            "control": [urls[0], urls[0].replace("127.0.0.1", "localhost")],
            "intervals": {"checks": interval_s, "control": 1.0},
            "courtesy": {"per_second": 1000},
            "community": False,
        }


def causes(instance):
    """The messages about common causes, by key, as they stand now."""
    return {act["key"]: act for act in instance.record if "cause@" in act["key"] and act["act"] in {"root", "edit"}}


def says(instance, *words):
    """Whether the only one says all of this."""
    found = causes(instance)
    return len(found) == 1 and all(word in next(iter(found.values()))["headline"] for word in words)


async def asked(instance, question):
    """The desk's answer, as soon as its store is there."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await ask.asked(load(str(instance.file), {}), question)
            except (StoreError, UserError):
                await asyncio.sleep(0.1)


async def told(instance, question):
    """What a person is told, by label."""
    return dict(reversed((await asked(instance, question)).lines))


async def test_vendors_behind_one_edge_are_said_to_be_once(tmp_path):
    """Real processes and answers: one message beside theirs, through kill -9, shown to whoever asks, and its end."""
    async with Vendors(["alder", "birch", "cedar"]).serving() as vendors:
        instance = Instance(tmp_path, vendors, interval_s=0.2)
        await instance.start()
        await vendors.asked(10)
        vendors.ill = {"alder", "birch", "cedar"}
        await instance.until(lambda one: says(one, "services fail at once, all behind Cloudflare"))
        await instance.kill()
        await instance.start()
        await instance.until(lambda one: says(one, "3 services fail at once, all behind Cloudflare"))
        status, why = await told(instance, "status"), await told(instance, "why cedar-api")
        incidents = (await asked(instance, "incidents")).data["incidents"]
        about = await told(instance, f"incident {incidents[0]['id']}")
        for one in incidents[1:]:
            assert (await asked(instance, f"resolve {one['id']} seen")).changed
        await instance.until(lambda one: says(one, "Only ", " still fails; 3 services failed at once for "))
        assert await instance.stop() == 0

    assert len(incidents) == 3, "two components of one vendor are one incident"
    line = status["At once"]
    assert line.startswith("3 services fail at once, all behind Cloudflare: ")
    assert line == why["At once"] == about["At once"]
    assert "Oak" not in line
    assert [act["act"] for act in instance.record if "cause@" in act["key"]].count("root") == 1
    assert "Traceback" not in instance.said
