"""`groundtruth doctor`: each finding by itself, with a vendor's control hosts as the network."""

import asyncio
import json
import time

import pytest
import yaml

from bot.cli.main import main
from bot.demo.vendor import Vendor


@pytest.fixture
async def vendor():
    """A healthy vendor, whose control hosts stand for the network."""
    async with Vendor() as started:
        yield started


@pytest.fixture
def doctor(vendor, tmp_path, capsys):
    """Run the command; its exit code and the findings by name."""

    async def run(**more):
        file = tmp_path / "groundtruth.yaml"
        file.write_text(yaml.safe_dump(vendor.configuration() | {"state_dir": str(tmp_path / "state")} | more))
        code = await asyncio.to_thread(main, ["--config", str(file), "doctor", "--json"])
        return code, {found["name"]: found for found in json.loads(capsys.readouterr().out)}

    return run


async def test_everything_in_order(doctor):
    """Six findings, all good, with what was found."""
    code, found = await doctor()

    assert code == 0
    assert {name: f["health"] for name, f in found.items()} == dict.fromkeys(
        ("configuration", "catalogue", "store", "budget", "network", "clock"), "ok"
    )
    assert "append-only file on" in found["store"]["sentence"]


async def test_the_budget_of_the_day(doctor, redis_url, store):
    """Used of allowed, by service; once something was refused it is a warning that says how long."""
    await store.purse.reserve("claude", (1_200, 0.0123), (100_000, 0.05))
    _, found = await doctor(redis=redis_url)
    assert found["budget"]["health"] == "ok"
    assert found["budget"]["sentence"] == "Claude: 1,200 of 100,000 tokens, $0.0123 of $0.05 today (UTC)"

    assert not await store.purse.reserve("claude", (1_200, 0.0123), (1_300, 0.05))
    _, found = await doctor(redis=redis_url)
    assert found["budget"]["health"] == "warning"
    assert "Spent: Claude (1 check left out)" in found["budget"]["sentence"]


async def test_vantages_that_were_heard_of(doctor, redis_url, store):
    """A vantage is fine while its word is fresh, and a warning when it has been silent, or speaks what nobody reads."""
    await store.vantages.put("eu", json.dumps({"at": time.time() - 10, "waiting": 3, "skipped": 2}), time.time())
    await store.vantages.put("us", json.dumps({"at": time.time() - 600}), time.time())
    await store.vantages.put("odd", "[]", time.time())
    _, found = await doctor(redis=redis_url)

    health = {name: found[f"vantage {name}"]["health"] for name in ("eu", "us", "odd")}
    assert health == {"eu": "ok", "us": "warning", "odd": "warning"}
    assert "3 results waiting, 2 checks left out" in found["vantage eu"]["sentence"]


async def test_no_network(vendor, doctor):
    """Both control hosts refuse: bad, exit 1, and the clock cannot be compared."""
    await vendor.refuse("control-1", "control-2")
    code, found = await doctor()

    assert (code, found["network"]["health"], found["clock"]["health"]) == (1, "bad", "warning")


async def test_half_a_network_is_a_warning(vendor, doctor):
    """One control host is enough to judge by."""
    await vendor.refuse("control-1")
    code, found = await doctor()

    assert (code, found["network"]["health"]) == (0, "warning")


async def test_a_store_out_of_reach(doctor):
    """A Redis that is not there is named without its password."""
    code, found = await doctor(redis="redis://127.0.0.1:1/0")

    assert (code, found["store"]["health"]) == (1, "bad")
    assert "127.0.0.1" in found["store"]["sentence"]


async def test_a_broken_configuration_ends_the_rest(doctor):
    """The complaints are the finding."""
    code, found = await doctor(servces=["claude"])

    assert (code, found["configuration"]["health"]) == (1, "bad")
    assert "services" in found["configuration"]["sentence"]


async def test_what_readiness_and_chat_know_doctor_knows(doctor, redis_url, store):
    """Late checks, losses, a wrong clock, a blind vantage and a channel in trouble: warnings, each in a sentence."""
    word = {"at": time.time(), "lost": 7, "late": ["claude-api/message"], "skew": 40.0, "sight": "blind"}
    await store.vantages.put("eu", json.dumps(word), time.time())
    channel = {"name": "slack", "ok": False, "sentence": "Slack refuses the token", "at": time.time()}
    await store.health.put("eu/slack", json.dumps(channel))
    code, found = await doctor(redis=redis_url)

    assert code == 0
    assert "7 results lost" in found["vantage eu"]["sentence"]
    assert "claude-api/message" in found["checks of eu"]["sentence"]
    assert found["clock of vantage eu"]["sentence"].startswith("differs +40.0 s from the store's: set the clock")
    assert found["network of eu"]["sentence"].startswith("blind")
    assert found["channel slack"]["sentence"].startswith("Slack refuses the token")
    ill = ("checks of eu", "clock of vantage eu", "network of eu", "channel slack")
    assert {found[name]["health"] for name in ill} == {"warning"}
