"""Automated responses: real programs and a real webhook, done once and taken back once, whatever dies in between."""

import asyncio
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.app import Terminal, running
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.channels.response.options import read
from bot.channels.response.payload import ResponsePayload
from bot.config.load import from_text
from bot.core.model.action import ActionRequest
from bot.core.model.card import CardFacts
from bot.delivery.routes import tree_of
from bot.demo.vendor import Vendor
from bot.errors import DeliveryError, StoreError, UserError
from bot.store.stream_rows import encode
from probes.model import State
from probes.secret import Secret
from tests.fakes.outlet import Fault, World, said, serving
from tests.support.contract import CARD
from tests.support.outlets import Mute
from tests.support.platforms import ALL, until

NOW = 1_776_094_260.0
SECRET = "0123456789abcdef0123"
SCHEMA = Path(__file__).parents[2] / "deploy" / "webhook" / "response.json"
BAD = replace(CARD, facts=CardFacts("claude", ("claude-api",), State.MAJOR))
OVER = replace(BAD, closed=True)


class Hook(World):
    """A receiver that keeps every order."""

    def __init__(self):
        super().__init__()
        self.orders = []

    def do(self, asked):
        self.orders.append(ResponsePayload.model_validate_json(asked.raw))
        return said(200, {"ok": True})


class Timeline:
    """Where accounts of it go, each once by its id; `away` as a store is."""

    def __init__(self):
        self.lines: dict[str, ActionRequest] = {}
        self.away = False

    async def __call__(self, service, command):
        if self.away:
            raise StoreError("away")
        assert service == "claude"
        self.lines.setdefault(command.id, command)

    @property
    def told(self):
        return [command.args[1] for command in self.lines.values()]


@pytest.fixture
def timeline():
    return Timeline()


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def program(tmp_path, name, body):
    """A program of Python, in a file of its own."""
    file = tmp_path / name
    file.write_text(f"#!{sys.executable}\nimport json, os, signal, subprocess, sys, time\n{body}\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def switch(tmp_path, log):
    """A program that writes down what it is asked and what it sees."""
    return program(
        tmp_path,
        "switch",
        f"order = json.load(sys.stdin)\n"
        f"open({str(log)!r}, 'a').write(json.dumps([sys.argv[1:], order, dict(os.environ)]) + '\\n')\n"
        f"print('switched', sys.argv[1])",
    )


def runs(log):
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def opens(store, tmp_path, timeline):
    def opened(name="fallback", *, trial=False, now=lambda: NOW, **options):
        out = io.StringIO()
        fixed = (tmp_path, out, "plain", now, Mute(), store.notes, store.leases, "me")
        return CHANNELS["response"].opened(name, options, ChannelContext(*fixed, trial=trial, acts=timeline))

    return opened


async def test_done_once_and_taken_back_once(opens, switch, log, timeline):
    """However often the card is brought up to date, and by whichever replica."""
    given = {"run": [switch, "on"], "reverse": [switch, "off"], "env": {"FLAG_TOKEN": Secret("t0ken-of-the-flags")}}
    async with opens(**given) as one, opens(**given) as other:
        where = await one.post("", BAD, "k1")
        for channel in (one, other):
            await channel.edit(where, BAD)
            await channel.post("", BAD, "k1")
        for channel in (other, one):
            await channel.edit(where, OVER)
        assert one.health()[0]
    done, undone = runs(log)
    assert (done[0], undone[0]) == (["on"], ["off"])
    assert (done[1]["action"], undone[1]["action"]) == ("do", "undo")
    assert done[1]["incident"]["components"] == ["claude-api"]
    assert done[2]["FLAG_TOKEN"] == "t0ken-of-the-flags"
    assert set(done[2]) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {"PATH", "LANG", "FLAG_TOKEN"}
    assert timeline.told == [
        'fallback: run "switch on": done, "switched on"',
        'fallback: run "switch off": done, "switched off"',
    ]


@pytest.mark.parametrize(
    ("options", "card"),
    [
        ({"on": "major_outage"}, replace(BAD, facts=CardFacts("claude", (), State.PARTIAL))),
        ({}, replace(BAD, facts=CardFacts("claude", (), State.DEGRADED))),
        ({}, replace(BAD, facts=CardFacts("claude", (), State.UNKNOWN))),
        ({}, replace(BAD, facts=replace(BAD.facts, silenced=True))),
        ({"on": "acknowledged"}, BAD),
        ({}, replace(BAD, kind="discrepancy")),
        ({}, replace(BAD, kind="notice")),
        ({}, OVER),
    ],
)
async def test_what_it_leaves_alone(opens, switch, log, timeline, options, card):
    """Too mild, silenced, not acknowledged, no incident, or over before it began: nothing is done or taken back."""
    async with opens(run=[switch, "on"], reverse=[switch, "off"], **options) as channel:
        where = await channel.post("", card, "k1")
        await channel.edit(where, replace(card, closed=True))
    assert runs(log) == []
    assert timeline.told == []


async def test_when_it_gets_worse_or_is_acknowledged(opens, switch, log):
    """The transition may come later than the incident."""
    mild = replace(BAD, facts=CardFacts("claude", (), State.DEGRADED))
    async with (
        opens(run=[switch, "worse"]) as worse,
        opens("ack", on="acknowledged", run=[switch, "taken"]) as taken,
    ):
        for channel in (worse, taken):
            where = await channel.post("", mild, "k1")
            await channel.edit(where, replace(mild, facts=replace(BAD.facts, acknowledged=True)))
    assert [argv for argv, *_ in runs(log)] == [["worse"], ["taken"]]


async def test_interrupted_it_is_unknown_and_not_run_again(opens, tmp_path, log, timeline):
    """Its process dies between beginning and writing down; the next one says so, and takes it back at the end."""
    slow = program(tmp_path, "slow", f"open({str(log)!r}, 'a').write('[[\"began\"]]\\n')\ntime.sleep(60)")
    back = program(tmp_path, "back", f"open({str(log)!r}, 'a').write('[[\"back\"]]\\n')")
    given = {"run": [slow], "reverse": [back], "timeout_s": 20}
    async with opens(**given) as dying:
        task = asyncio.create_task(dying.post("", BAD, "k1"))
        await until(lambda: runs(log))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with opens(**given) as next_one:
        where = await next_one.post("", BAD, "k1")
        assert not next_one.health()[0]
        await next_one.edit(where, OVER)
    assert [names for (names,) in runs(log)] == [["began"], ["back"]]
    assert timeline.told[0] == 'fallback: run "slow": began, and was interrupted; nobody knows whether it ran'
    assert timeline.told[1].endswith('back": done')


async def test_the_account_is_written_though_the_store_was_away(opens, switch, log, timeline):
    """It was done; the next try only tells of it."""
    timeline.away = True
    async with opens(run=[switch, "on"]) as channel:
        with pytest.raises(StoreError):
            await channel.post("", BAD, "k1")
        timeline.away = False
        await channel.post("", BAD, "k1")
    assert len(runs(log)) == 1
    assert timeline.told == ['fallback: run "switch on": done, "switched on"']


async def test_too_long_ends_it_and_all_that_it_started(opens, tmp_path, log, timeline):
    """Also what holds its output open."""
    child = program(tmp_path, "child", f"open({str(log)!r}, 'a').write(str(os.getpid()))\ntime.sleep(60)")
    hang = program(
        tmp_path,
        "hang",
        f"subprocess.Popen([{child!r}])\n"
        f"while not os.path.exists({str(log)!r}): time.sleep(0.01)\nprint('waiting', flush=True)\ntime.sleep(60)",
    )
    async with opens(run=[hang], timeout_s=2.0) as channel:
        await channel.post("", BAD, "k1")
        assert "not done within 2 s" in channel.health()[1]
    assert timeline.told == ['fallback: run "hang": failed: not done within 2 s, so it was ended, "waiting"']
    pid = int(log.read_text())
    await until(lambda: not alive(pid), what=lambda: f"{pid} lives on")


def alive(pid):
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


async def test_what_it_says_is_bounded_and_harmless(opens, tmp_path, timeline):
    """Megabytes, control characters, and our own secrets in it."""
    loud = program(
        tmp_path,
        "loud",
        "sys.stdout.write('x' * 10_000_000 + '\\n')\n"
        "print('\\x1b[31m<!channel> token=' + os.environ['TOKEN'] + '\\u202e', flush=True)\nsys.exit(3)",
    )
    async with opens(run=[loud], env={"TOKEN": Secret("s3cret-of-the-flags")}) as channel:
        await channel.post("", BAD, "k1")
    (told,) = timeline.told
    assert told.startswith('fallback: run "loud": failed: exit code 3, ')
    assert "s3cret" not in told
    assert told.isprintable()
    assert len(told) < 300


async def test_tried_again_as_often_as_is_said(opens, tmp_path, log, timeline):
    """A failure is told once, after the last try."""
    weak = program(tmp_path, "weak", f"open({str(log)!r}, 'a').write('[1]\\n')\nsys.exit(1)")
    async with opens(run=[weak], tries=3) as channel:
        for _ in range(2):
            with pytest.raises(DeliveryError) as refused:
                await channel.post("", BAD, "k1")
            assert refused.value.retry_after
            assert not timeline.told
        await channel.post("", BAD, "k1")
        await channel.post("", BAD, "k1")
    assert len(runs(log)) == 3
    assert timeline.told == ['fallback: run "weak": failed: exit code 1']


async def test_only_so_often_an_hour(opens, switch, log, timeline):
    """What was not done is not taken back; what was done is, whatever the hour has seen."""
    async with opens(run=[switch, "on"], reverse=[switch, "off"], per_hour=2) as channel:
        wheres = [await channel.post("", BAD, f"k{n}") for n in range(4)]
        for where in wheres:
            await channel.edit(where, OVER)
    assert [argv for argv, *_ in runs(log)] == [["on"], ["on"], ["off"], ["off"]]
    assert timeline.told[2:4] == ['fallback: did not run "switch on": 2 an hour are allowed'] * 2


async def test_a_dry_run_only_says_so(opens, switch, log, timeline):
    """In the timeline, with its reverse; by hand, in the answer."""
    async with opens(run=[switch, "on"], reverse=[switch, "off"], dry_run=True) as channel:
        where = await channel.post("", BAD, "k1")
        await channel.edit(where, OVER)
    assert timeline.told == [
        'fallback: would run "switch on" (dry run)',
        'fallback: would run "switch off" (dry run)',
    ]
    async with opens(run=[switch, "on"], trial=True) as channel:
        where = await channel.post("", CARD, "k2")
        assert channel.last_response() == 'fallback would run "switch on"'
    assert runs(log) == []
    assert len(timeline.told) == 2


async def test_a_webhook(opens, timeline):
    """Signed, with the same key for each try, and sent the other way at the end."""
    async with serving(Hook) as fake:
        fake.faults = [Fault(status=500)]
        async with opens(url=Secret(f"{fake.url}/flags"), secret=Secret(SECRET), tries=2) as channel:
            with pytest.raises(DeliveryError):
                await channel.post("", BAD, "k1")
            where = await channel.post("", BAD, "k1")
            await channel.edit(where, OVER)
        keys = [asked.headers["idempotency-key"] for asked in fake.requests]
        assert keys[0] == keys[1] != keys[2]
        assert all(asked.headers["x-groundtruth-signature"].startswith("v1=") for asked in fake.requests)
        assert [order.action for order in fake.orders] == ["do", "undo"]
    assert timeline.told == [
        "fallback: call its webhook to act: done, it answers 200",
        "fallback: call its webhook to take it back: done, it answers 200",
    ]


def test_the_published_schema_is_that_of_the_program():
    """What a receiver can rely on; the fake reads every order by it."""
    assert json.loads(SCHEMA.read_text()) == ResponsePayload.model_json_schema(mode="serialization")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "run: expected a program, or a webhook"),
        ({"run": ["true"], "url": Secret("https://x.example/")}, "one of them"),
        ({"url": Secret("https://x.example/")}, "secret: expected one of at least 16"),
        ({"url": Secret("https://x.example/"), "secret": Secret(SECRET), "reverse": ["true"]}, "beside run"),
        ({"run": ["no-such-program-anywhere"]}, "is none here"),
        ({"run": ["echo", Secret("t0ken")]}, "expected no secret in an argument"),
        ({"run": "echo on"}, "run"),
        ({"run": ["true"], "timeout_s": 60}, "timeout_s"),
        ({"run": ["true"], "on": "sometimes"}, "on"),
        ({"run": ["true"], "env": {"A B": "x"}}, "env"),
    ],
)
def test_wrong_options_are_one_sentence_each(given, words):
    with pytest.raises(UserError) as refused:
        read("fallback", given)
    assert words in str(refused.value)
    assert "t0ken" not in str(refused.value)


@pytest.fixture
async def vendor():
    async with Vendor() as one:
        yield one


async def test_from_the_outage_to_the_flag_and_back(vendor, switch, log, tmp_path):
    """The whole of it: the vendor fails, the switch is thrown, the timeline says so; then it is thrown back."""
    wanted = vendor.configuration(interval_s=0.2, timeout_s=1.0)
    wanted |= {"state_dir": str(tmp_path / "state")}
    wanted["channels"] = {
        "fallback": {"kind": "response", "run": [switch, "on"], "reverse": [switch, "off"], "per_hour": 1},
    }
    settings = from_text(yaml.safe_dump(wanted), "the configuration", {})
    assert tree_of(settings).pace_of("fallback").at_once > 10**6, "none of them is told together with others"
    async with running(settings, Terminal(io.StringIO(), "plain")) as opened:
        vendor.set(*ALL, rate=1.0, kinds="http_500")
        await until(lambda: runs(log), 30.0)
        (order,) = [order for _, order, _ in runs(log)]
        incident = order["incident"]["subject"]
        await told(opened, incident, "switched on")
        vendor.follow()
        await opened.store.append("claude", "act.end", 1, [ended(incident)])
        await until(lambda: len(runs(log)) == 2, 30.0)
        await told(opened, incident, "switched off")
    assert [argv for argv, *_ in runs(log)] == [["on"], ["off"]]


def ended(incident):
    """Somebody calls it over."""
    return encode(ActionRequest(0.0, "resolve", (incident,), "test::me", id="end"))


async def told(opened, incident, words):
    """Wait until the incident's record has a line with these words."""
    body = ""
    async with asyncio.timeout(15):
        while words not in (body := await opened.store.views.incident("claude", incident) or ""):  # noqa: ASYNC110  (the store)
            await asyncio.sleep(0.02)
    return body


async def test_a_program_sees_nothing_of_ours_but_its_orders(opens, tmp_path, log, monkeypatch):
    """Arguments are the configuration's alone, whatever a vendor writes; of the environment only what is configured."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-ours")
    nosy = program(
        tmp_path,
        "nosy",
        f"json.dump([sys.argv[1:], dict(os.environ)], open({str(log)!r}, 'w'))",
    )
    evil = replace(BAD, headline="; rm -rf / $(id) `id` --force\n")
    async with opens(run=[nosy, "--flag", "on"], env={"TOKEN": Secret("s3cret-of-the-flags")}) as channel:
        await channel.post("", evil, "k1")
    arguments, seen = json.loads(log.read_text())
    assert arguments == ["--flag", "on"]
    assert seen.keys() - {"LC_CTYPE", "PWD", "SHLVL", "_"} == {"PATH", "LANG", "TOKEN"}
