"""`groundtruth ping`: reports over a real server, and runs a job as a shell would."""

import asyncio
import json
import os
import signal
import sys

import pytest

from bot.cli.main import main
from bot.cli.ping import Tail
from bot.store.store import Store
from probes.secret import Secret
from tests.support.jobs import KEY, SETTINGS, UUID
from tests.support.site import page as opened
from tests.support.site import with_page


@pytest.fixture
async def base(store: Store):
    """The address of a door."""
    async with opened(store, with_page(SETTINGS, ping_key=Secret(KEY))) as client:
        yield str(client.base_url).rstrip("/")


async def ran(base: str, *args: str, stop: bool = False) -> tuple[int, bytes, bytes]:
    """The command in a process of its own: exit code, output, errors."""
    command = (sys.executable, "-m", "bot", "ping", f"{base}/ping/{UUID}", *args)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=dict(os.environ))
    if stop:
        assert process.stdout is not None
        await process.stdout.readline()
        process.send_signal(signal.SIGTERM)
    out, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out, errors


async def test_a_job_is_run_and_reported(base: str, store: Store) -> None:
    """Its output passes through, its exit code is ours, its last words are kept."""
    code, out, errors = await ran(base, "--", "sh", "-c", "echo begun; echo disk full >&2; exit 3")
    assert (code, out, errors) == (3, b"begun\n", b"disk full\n")
    start, end = (await store.pings.get(UUID)).events
    assert (start.kind, end.kind, end.code) == ("start", "fail", 3)
    assert end.took_s is not None
    assert {"begun", "disk full"} == set(end.body.splitlines())


async def test_who_stops_us_stops_the_job(base: str, store: Store) -> None:
    """And the end is reported all the same."""
    code, _, _ = await ran(base, "--", "sh", "-c", "echo up; exec sleep 60", stop=True)
    assert code == 128 + signal.SIGTERM
    assert (await store.pings.get(UUID)).code == 143


async def test_a_report_that_nobody_keeps_changes_no_exit_code(store: Store) -> None:
    """A job does not fail because its monitor is away; one that cannot be run is 127."""
    code, _, errors = await ran("http://127.0.0.1:1", "--", "/no/such/program")
    assert code == 127
    assert b"ping: /no/such/program: No such file or directory" in errors
    assert errors.count(b"the report was not kept: ConnectError: no answer") == 2


@pytest.mark.parametrize(
    ("args", "kind", "code"),
    [((), "ok", None), (("--start",), "start", None), (("--fail",), "fail", None), (("--log",), "log", None),
     (("--code", "4"), "fail", 4)],
)  # fmt: skip
async def test_single_words(base: str, store: Store, args: tuple[str, ...], kind: str, code: int | None) -> None:
    """With what is to be kept."""
    given = ["ping", f"{base}/ping/{UUID}", *args, "--body", "half way"]
    assert await asyncio.to_thread(main, given) == 0
    (event,) = (await store.pings.get(UUID)).events
    assert (event.kind, event.code, event.body) == (kind, code, "half way" if kind != "x" else "")


async def test_exit_codes_say_whether_it_was_kept(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    """1: somebody answered that there is none; JSON says so too."""
    unknown = f"{base}/ping/{KEY}/unknown"
    assert await asyncio.to_thread(main, ["ping", unknown]) == 1
    assert capsys.readouterr().err == "ping: HTTP 404: not found\n"
    assert await asyncio.to_thread(main, ["ping", unknown, "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"kept": False, "answer": "HTTP 404: not found"}


def test_a_component_is_found_in_the_configuration(tmp_path, monkeypatch, capsys) -> None:
    """An unknown one is a sentence with those that are known."""
    monkeypatch.setenv("PING_KEY", KEY)
    file = tmp_path / "g.yaml"
    file.write_text(
        "services: [{id: jobs, name: Jobs, components: {backup: {name: Backup, checks: {ping: {kind: heartbeat,"
        " target: nightly, options: {every: 1h}}}}}}]\nweb: {listen: '127.0.0.1:1', ping_key: '${PING_KEY}'}\n"
    )
    monkeypatch.setattr("bot.cli.ping.PAUSE_S", 0.0)
    assert main(["--config", str(file), "ping", "report"]) == 2
    assert capsys.readouterr().err == "ping: 'report' is no heartbeat of the configuration; known: backup\n"
    assert main(["--config", str(file), "ping", "backup"]) == 2
    assert capsys.readouterr().err == "ping: ConnectError: no answer\n"


def test_the_tail_is_the_end() -> None:
    """Bounded, whatever comes."""
    tail = Tail()
    for n in range(10_000):
        tail.add(f"line {n}\n".encode())
    assert tail.text.endswith("line 9999")
    assert len(tail.text) <= 1_000
