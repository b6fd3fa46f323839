"""Waiting for a component: how long it has been up, what ends the wait, and the exit codes."""

import asyncio
import json

import pytest

from bot.cli import wait
from bot.cli.main import main
from bot.cli.wait import Reading, WaitProgress, until_up
from bot.errors import StoreError, UserError
from probes.model import State
from tests.support.filled import fill
from tests.support.site import NOW, page, with_page


def waiting(up_s=600.0, most=0):
    """One whose words are kept."""
    told: list[str] = []
    return WaitProgress("claude-api", most, up_s, told.append), told


def test_it_has_to_be_up_for_the_whole_time():
    """Trouble, or not knowing, begins the time anew."""
    one, told = waiting()
    assert not one.take(Reading(State.OPERATIONAL, None, 1000.0))
    assert not one.take(Reading(State.OPERATIONAL, None, 1599.0))
    assert not one.take(Reading(State.UNKNOWN, 1000.0, 1600.0))
    assert not one.take(Reading(State.OPERATIONAL, None, 1700.0))
    assert not one.take(Reading(State.OPERATIONAL, None, 2299.0))
    assert one.take(Reading(State.OPERATIONAL, None, 2300.0))
    assert told == [f"claude-api: {word}\n" for word in ("operational", "unknown", "operational")]
    assert one.sentence(up=True) == "claude-api is operational for 10 min"


def test_what_was_up_before_counts():
    """It is known since when."""
    one, _ = waiting()
    assert one.take(Reading(State.OPERATIONAL, 100.0, 1000.0))


@pytest.mark.parametrize(("most", "up"), [(0, False), (1, False), (2, True)])
def test_what_counts_as_up(most, up):
    """A partial outage only where partial will do; maintenance and unknown never."""
    assert waiting(0, most)[0].take(Reading(State.PARTIAL, None, 1.0)) is up
    assert not waiting(0, most)[0].take(Reading(State.MAINTENANCE, None, 1.0))
    assert not waiting(0, most)[0].take(Reading(State.UNKNOWN, None, 1.0))


async def test_a_store_that_is_away_is_waited_for():
    """For a while."""
    answers = [StoreError("away"), Reading(State.OPERATIONAL, 0.0, 1.0)]

    async def read():
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    assert await until_up(read, waiting(0)[0], every_s=0)


async def test_the_api_is_asked(store):
    """State and age by HTTP; another server, or no such component, ends it with a sentence."""
    await fill(store)
    async with page(store, with_page()) as client:
        web = await wait._by_api(client, "claude-web")
        api = await wait._by_api(client, "claude-api")
        code = await wait._by_api(client, "claude-code")
        with pytest.raises(UserError, match="no component 'nothing'"):
            await wait._by_api(client, "nothing")

    assert (web.state, web.now) == (State.OPERATIONAL, NOW)
    assert (api.state, code.state) == (State.PARTIAL, State.UNKNOWN)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["claude-api", "--up", "soon"], "expected a duration such as 30s, 10m or 2h, not 'soon'"),
        (["nothing"], "no component is called 'nothing'"),
        (["claude-api"], "Groundtruth does not run on"),
        (["claude-api", "--url", "status.example"], "expected an address that begins with http"),
        (["claude-api", "--url", "http://x", "--token-file", "/nowhere/t"], "cannot read /nowhere/t"),
    ],
)
def test_complaints(given, said, capsys, tmp_path, monkeypatch):
    """One sentence and 2."""
    monkeypatch.chdir(tmp_path)
    assert main(["wait", *given]) == 2
    assert said in capsys.readouterr().err


def test_the_time_out_is_1(capsys, monkeypatch):
    """With where it stood."""

    async def never(read, one):
        one.take(Reading(State.MAJOR, None, 1.0))
        await asyncio.sleep(60)

    monkeypatch.setattr(wait, "until_up", never)
    assert main(["wait", "claude-api", "--url", "http://127.0.0.1:9", "--timeout", "1s", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "component": "claude-api", "up": False, "state": "major_outage", "up_s": 0.0,
    }  # fmt: skip
