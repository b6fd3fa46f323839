"""What must hold when things die: kill -9 at any moment, the store gone, the network gone, SIGTERM."""

import asyncio
import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from bot.demo.vendor import Vendor
from bot.store.codec import REMEMBERED
from bot.store.connect import open_store
from bot.store.stream_rows import decode
from probes.model import Observation
from tests.support.instance import Instance

pytestmark = pytest.mark.timeout(150)


@pytest.fixture
async def instance_of(tmp_path):
    """Makes instances in the test's folder, and leaves none behind."""
    made = []

    def make(vendor, **more):
        made.append(Instance(tmp_path, vendor, **more))
        return made[-1]

    yield make
    for instance in made:
        if instance.process is not None and instance.process.returncode is None:
            await instance.kill()


def server_pid(folder: Path) -> int | None:
    """The embedded server of an instance, by its command line."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in words and b"valkey-server" in words.split(b"\0")[0]:
                return int(entry.name)
    return None


async def everything(folder: Path):
    """All rows of the stream with their positions, and what the judge has taken in of them."""
    async with open_store(None, folder / "state") as store:
        rows = await store.read("claude", count=100_000)
        loaded = await store.load("claude")
        assert loaded.state is not None
        return rows, loaded, REMEMBERED.load(loaded.state)


def more_than(total, log):
    """Whether the vendor has served so many."""
    return log.total > total


def place(position: str) -> tuple[int, int]:
    """A stream position that compares."""
    time, number = position.split("-")
    return int(time), int(number)


async def test_kill_9_ten_times_during_an_outage(instance_of, tmp_path):
    """No observation counted twice or lost after it was streamed, no alert lost, no second root message."""
    moments = random.Random(7)
    async with Vendor(seed=3) as vendor:
        instance = instance_of(vendor)
        vendor.set("claude-ai", "claude-api", "claude-code", rate=0.4, kinds="http_500")
        for _ in range(10):
            await instance.start()
            await asyncio.sleep(moments.uniform(0.7, 2.6))
            await instance.kill()
        await instance.start()
        before = vendor.log.total
        await vendor.log.until(lambda log: log.total > before + 20, 30.0)
        await instance.until(lambda i: any(a["kind"] == "incident" for a in i.record if a["act"] == "root"))
        assert await instance.stop() == 0
        served = {entry.request_id for entry in vendor.log.entries}
    rows, loaded, remembered = await everything(tmp_path)
    seen = [row for _, raw in rows if isinstance(row := decode(raw), Observation)]
    ids = Counter(o.request_id for o in seen if o.request_id)

    assert len(seen) > 20
    assert max(ids.values()) == 1, "an observation was streamed twice"
    assert ids.keys() <= served
    assert remembered.counted == sum(place(at) <= place(loaded.position) for at, _ in rows), "not counted exactly once"
    assert max(Counter(instance.roots).values()) == 1, "a second root message"
    assert "Traceback" not in instance.said


async def test_the_store_killed_under_load_is_started_again_and_caught_up_with(instance_of, tmp_path):
    """What was seen meanwhile is written afterwards, once, and both are said."""
    async with Vendor(seed=3) as vendor:
        instance = instance_of(vendor, interval_s=0.1)
        await instance.start()
        await vendor.log.until(lambda log: log.total > 100, 30.0)
        async with asyncio.timeout(40):
            # As soon as one stands the next is killed, until a write has really had to wait.
            while "store is away" not in instance.said:
                if (pid := server_pid(tmp_path)) is not None:
                    os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(0.01)
        await instance.until(lambda i: "store is back" in i.said)
        assert await instance.stop() == 0
        served = [e for e in vendor.log.entries if e.request_id]
    rows, loaded, remembered = await everything(tmp_path)
    seen = [row for _, raw in rows if isinstance(row := decode(raw), Observation) and row.request_id]

    assert len({o.request_id for o in seen}) == len(seen)
    assert "the embedded store ended (-9) and is started again" in instance.said
    assert "none lost" in instance.said
    # Everything the vendor served was streamed, but for what was under way at the two ends.
    missing = {e.request_id for e in served} - {o.request_id for o in seen}
    assert len(missing) <= 12
    assert remembered.counted == sum(place(at) <= place(loaded.position) for at, _ in rows)


async def test_sigterm_ends_within_five_seconds_and_leaves_no_process(instance_of, tmp_path):
    """Even while looks hang; the embedded server goes too."""
    async with Vendor() as vendor:
        vendor.set("claude-api", rate=1.0, kinds="hang")
        instance = instance_of(vendor)
        await instance.start()
        await vendor.log.until(lambda log: log.total > 10, 30.0)
        pid = server_pid(tmp_path)
        assert pid is not None

        assert await instance.stop(5.0) == 0
        assert server_pid(tmp_path) is None


async def test_our_own_network_gone_is_no_alert(instance_of, tmp_path):
    """Vendor, page and control hosts refuse alike: nothing is said of any of them, but that we are blind."""
    async with Vendor() as vendor:
        instance = instance_of(vendor)
        await instance.start()
        await vendor.log.until(lambda log: log.total > 30, 30.0)
        await vendor.refuse(*vendor.urls)
        # Blind within the second that a control host's last word holds; then nothing is said for as long as it lasts.
        await instance.until(lambda it: "our own network fails" in it.said, within_s=4.0)
        await asyncio.sleep(4)
        await vendor.restore(*vendor.urls)
        await instance.until(lambda it: "our own network works again" in it.said, within_s=10.0)
        await vendor.refuse(*vendor.urls)
        await instance.until(lambda it: it.said.count("our own network fails") == 2, within_s=4.0)
        await asyncio.sleep(1)
        assert await instance.stop() == 0
    rows, _, _ = await everything(tmp_path)
    last = [o for _, raw in rows if isinstance(o := decode(raw), Observation) and not o.page][-10:]

    assert instance.roots == []
    assert "our own network fails" in instance.said
    assert {o.control for o in last} == {False}
    assert {o.fault.value for o in last} == {"ours"}


async def test_one_slow_check_delays_no_other(instance_of, tmp_path):
    """While one component hangs, the others are looked at as often as before."""
    async with Vendor() as vendor:
        vendor.set("claude-api", rate=1.0, kinds="hang")
        instance = instance_of(vendor, interval_s=0.2)
        await instance.start()
        await vendor.log.until(lambda log: log.total > 5, 30.0)
        before = vendor.log.count("claude-ai")
        began = asyncio.get_running_loop().time()
        await vendor.log.until(lambda log: log.count("claude-ai") >= before + 40, 30.0)
        took = asyncio.get_running_loop().time() - began
        await instance.stop()

    # Two checks every 0.2 s: forty looks are four seconds; a blocked loop would need a time-out of 2 s for each.
    assert took < 15


@pytest.mark.parametrize("breakage", ["50mb", "garbage", "wrong_shape", "html"])
async def test_a_page_that_cannot_be_read_is_unreadable_never_green(instance_of, tmp_path, breakage):
    """Whatever stands in the page's place."""
    async with Vendor() as vendor:
        vendor.page.break_(breakage, origin=True)
        instance = instance_of(vendor, interval_s=0.2)
        await instance.start()
        await instance.until(lambda i: len(i.roots) >= 1)
        assert instance.process is not None
        resident = int((Path("/proc") / str(instance.process.pid) / "statm").read_text().split()[1]) * 4096
        assert await instance.stop() == 0
    _, _, remembered = await everything(tmp_path)

    assert all(heard.unreadable for heard in remembered.heard.values())
    assert all(heard.read_at is None for heard in remembered.heard.values())
    assert "status page can't be read" in instance.record[0]["headline"]
    assert resident < 200e6
