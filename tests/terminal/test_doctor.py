"""`groundtruth doctor`: each finding by itself, with a vendor's control hosts as the network."""

import asyncio
import json

import pytest
import yaml

from bot.cli import main
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
    """Five findings, all good, with what was found."""
    code, found = await doctor()

    assert code == 0
    assert {name: f["health"] for name, f in found.items()} == dict.fromkeys(
        ("configuration", "catalogue", "store", "network", "clock"), "ok"
    )
    assert "append-only file on" in found["store"]["sentence"]


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
