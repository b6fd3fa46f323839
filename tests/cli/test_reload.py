"""The configuration read again while a process runs: what is put in force, what is refused, and who hears of it."""

import asyncio
import contextlib
import io
import json

import httpx
import pytest

from bot.app import Terminal, running
from bot.cli.reload import Origin, Reloader
from tests.support.platforms import until
from tests.support.sentinels import free_port

CONTROL = 'control: ["http://127.0.0.1:9/", "http://localhost:9/"]\n'
SERVICE = """\
services:
  - {id: own, name: Own, components: {gw: {name: Gateway, checks: {a: {kind: http, target: "http://127.0.0.1:9/"}}}}}
"""


class Running:
    """A process in this one, with what it told the operator and the console."""

    def __init__(self, folder):
        self.folder, self.lines = folder, []
        self.file = folder / "groundtruth.yaml"
        self.write(SERVICE)
        self.origin = Origin(str(self.file), environment={})

    def write(self, text):
        self.file.write_text(f"{text}{CONTROL}state_dir: state\nvantage: {{name: here}}\n")

    @contextlib.asynccontextmanager
    async def at_work(self):
        found = self.origin.read()
        async with running(found.settings, Terminal(io.StringIO(), "plain")) as self.running:
            self.reloader = Reloader(self.origin, found, self.running, self.lines.append)
            yield self

    @property
    def told(self):
        """What the console was told."""
        path = self.folder / "state" / "console.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    async def hears(self, text):
        await until(lambda: any(text in json.dumps(act) for act in self.told), 10.0, lambda: self.told)


@pytest.fixture
async def process(tmp_path):
    async with Running(tmp_path).at_work() as it:
        yield it


async def test_what_changed_is_put_in_force_and_said(process):
    """Key by key; the checks of the new configuration run."""
    process.write(SERVICE.replace("Gateway", "Portal").replace("gw:", "portal:"))
    await process.reloader.reload()
    assert process.lines == [
        "Configuration reloaded: + services.own.components.portal: Portal; - services.own.components.gw: Gateway."
    ]
    views = process.running.store.views
    async with asyncio.timeout(20.0):
        while "portal" not in await views.assessments("own"):  # noqa: ASYNC110  (the store tells nobody)
            await asyncio.sleep(0.02)


async def test_a_broken_file_keeps_the_old_one_and_tells(process):
    """With file and line; and when it is well again, that is told, too."""
    process.write(SERVICE + "bogus: 1\n")
    await process.reloader.reload()
    await process.hears(f"configuration not reloaded, what was in force stays in force: {process.file}:3: bogus")
    assert process.lines == []
    process.write(SERVICE)
    await process.reloader.reload()
    assert process.lines == ["Configuration read again: nothing changed."]
    await process.hears("configuration read again: nothing changed")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("state\n", "other\n"), "state_dir"),
        (("here}", "there}"), "vantage.name"),
        (("state_dir", "redis: redis://x:1\nstate_dir"), "redis"),
    ],
)
async def test_what_needs_a_restart_says_so(process, change, key):
    """And nothing of the file is put in force."""
    process.write(SERVICE.replace("Gateway", "Portal"))
    process.file.write_text(process.file.read_text().replace(*change))
    await process.reloader.reload()
    await process.hears(f"{key} cannot change while it runs: restart it, or put the former value back")


async def test_asked_for_without_a_change_it_says_so(process):
    """So that whoever sent SIGHUP knows that it was heard."""
    await process.reloader.reload(asked=True)
    await process.reloader.reload()
    assert process.lines == ["Configuration read again: nothing changed."]


async def test_open_pages_stay_open_while_the_page_says_the_same(tmp_path):
    """A change elsewhere reaches them as news; another `web:` ends them, and they find the next page at once."""
    port = await free_port()
    served = f'web: {{listen: "127.0.0.1:{port}", public: [own], title: '
    process = Running(tmp_path)
    process.write(f"{SERVICE}{served}One}}\n")
    async with process.at_work(), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        async with client.stream("GET", "/events") as stream:
            lines = stream.aiter_lines()
            assert "retry" in await anext(lines)
            process.write(f"{SERVICE.replace('Gateway', 'Portal')}{served}One}}\n")
            await process.reloader.reload()
            assert await heard(lines, "Portal")
            assert "One" in (await client.get("/")).text
            process.write(f"{SERVICE}{served}Two}}\n")
            await process.reloader.reload()
            assert not await heard(lines, "never said")
        assert "Two" in (await client.get("/")).text
        process.write(SERVICE)
        await process.reloader.reload()
        with pytest.raises(httpx.ConnectError):
            await client.get("/")


async def heard(lines, words):
    """Whether a stream says this before it ends."""
    with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError):
        async for line in lines:
            if words in line:
                return True
    return False
