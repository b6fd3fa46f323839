"""`groundtruth check` against a vendor that can misbehave."""

import asyncio
import json

import pytest
import yaml

from bot.cli.main import main
from bot.demo.vendor import Vendor


@pytest.fixture
async def vendor():
    """A healthy vendor."""
    async with Vendor() as started:
        yield started


@pytest.fixture
def check(vendor, tmp_path, capsys):
    """Run the command beside the vendor; its exit code and what it printed."""

    async def run(*args):
        file = tmp_path / "groundtruth.yaml"
        file.write_text(yaml.safe_dump(vendor.configuration(timeout_s=1.0) | {"vantage": {"name": "here"}}))
        code = await asyncio.to_thread(main, ["--config", str(file), "check", *args])
        return code, capsys.readouterr()

    return run


async def test_all_fine(check):
    """Exit 0, every component by name, and the page's word beside it."""
    code, said = await check()

    assert code == 0
    assert all(name in said.out for name in ("claude.ai", "Claude API", "Claude Code", "operational"))


async def test_trouble_is_exit_1_and_says_what(vendor, check):
    """A failing component is named with its symptom; the others stay fine."""
    vendor.set("claude-api", rate=1.0, kinds="http_500")
    code, said = await check("--json")
    looks = {look["component"]: look for look in json.loads(said.out)}

    assert code == 1
    assert (looks["claude-api"]["verdict"], looks["claude-ai"]["verdict"]) == ("trouble", "fine")
    assert {seen["layer"] for seen in looks["claude-api"]["we_see"]} == {"app_backend"}
    assert looks["claude-api"]["they_say"]["state"] == "operational"


async def test_our_own_network_is_exit_2(vendor, check):
    """When the control hosts refuse too, nothing is said of the vendor."""
    await vendor.refuse(*vendor.urls)
    code, said = await check("claude-api")

    assert code == 2
    assert "own network" in said.out


async def test_one_component_by_nickname_or_beginning(check):
    """ "api" is enough, and only that is looked at."""
    code, said = await check("api", "--json")

    assert code == 0
    assert [look["component"] for look in json.loads(said.out)] == ["claude-api"]


async def test_an_unknown_component_gets_the_nearest(check):
    """One sentence, exit 2."""
    code, said = await check("claude-apo")

    assert code == 2
    assert said.err == 'no component "claude-apo": did you mean claude-api?\n'
