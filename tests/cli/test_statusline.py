"""The line of status lines and prompts: the same from the program and from the script, from one cached file."""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from aiohttp import web

from bot.cli import cached_line
from bot.cli.main import COMMANDS, main
from tests.docs.pages import ROOT
from tests.support.filled import fill
from tests.support.site import bearer, page, with_page

SCRIPT = ROOT / "deploy" / "claude-code" / "bin" / "groundtruth-line"
RECORDED = Path(__file__).parent / "stop_failures.jsonl"
"""Inputs of the hook StopFailure, both of its forms."""
BODY = """groundtruth-line 1
state {state}
line {line}
name Claude
wrong {wrong}
detail Claude API, as measured: {line}.
advice It is not only you.
"""
ORANGE = BODY.format(state="partial_outage", line="🟠 Claude ~18% failing", wrong="yes")
GREEN = BODY.format(state="operational", line="🟢 Claude operational", wrong="no")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where the cached file of claude-api is; nothing is asked for without an address."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GROUNDTRUTH_URL", raising=False)
    folder = tmp_path / ".cache" / "groundtruth"
    folder.mkdir(parents=True)
    return folder / "line-claude-api"


def cached(cache, text, age=1.0):
    """Put it there as if it had been read so long ago; not asked for again while the test looks."""
    now = int(time.time())
    cache.write_text(f"{now - int(age)}\n{text}")
    cache.with_name("line-claude-api.asked-at").write_text(f"{now}\n")
    cache.with_name("line-claude-api.asked").touch()


async def script(*words, given=b"", **environ):
    """What the script prints, with nothing but a shell's tools; it always ends well."""
    ran = await asyncio.create_subprocess_exec(
        *("sh", str(SCRIPT), *words),
        env={"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], **environ},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await asyncio.wait_for(ran.communicate(given), 30)
    assert (ran.returncode, complaints) == (0, b"")
    return out.decode()


@pytest.mark.parametrize(
    ("text", "age", "line"),
    [
        (ORANGE, 1, "🟠 Claude ~18% failing"),
        (GREEN, 80, "🟢 Claude operational"),
        (GREEN, 91, "⚪ Claude unknown"),
        (GREEN, -60, "⚪ Claude unknown"),
        (GREEN, 10**9, "⚪ Claude unknown"),
    ],
)
async def test_what_is_old_is_never_green(cache, capsys, text, age, line):
    """The program and the script say the same, also of a clock that was set back."""
    cached(cache, text, age)
    assert await script() == f"{line}\n"
    assert cached_line.shown(()) == 0
    assert capsys.readouterr().out == f"{line}\n"


@pytest.mark.parametrize("text", ["", "x", "groundtruth-line 2\nline 🟢 x\n", "\x00\xff", "groundtruth-line 1\n"])
async def test_a_file_of_another_form_is_none(cache, text):
    """Cut off, of another version, garbage."""
    cached(cache, text)
    assert await script() == "⚪ claude-api unknown\n"
    assert cached_line.shown(()) is None


async def test_what_stands_in_the_file_is_printed_and_nothing_else(cache, tmp_path):
    """No shell reads it, and it never breaks the JSON of a hook."""
    evil = f'$(touch {tmp_path}/x) `touch {tmp_path}/x` %s%n "}},{{" \\ end'
    cached(cache, ORANGE.replace("It is not only you.", evil).replace("Claude API, as", evil))
    assert evil in await script("details")
    assert await script("start") == ""
    assert json.loads(await script("failure", given=b'{"error":"overloaded"}'))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("control", ["\x1b[2J", "\x07", "\r", "\x7f", "\t"])
async def test_no_control_character_comes_out(cache, control):
    """What has one is left out: a terminal would obey it, and JSON refuses it."""
    evil = ORANGE.replace("🟠 Claude", f"🟠 {control}Claude").replace("It is not", f"It {control}is not")
    cached(cache, evil)
    for words in ("line", "details", "start", "failure"):
        said = await script(words, given=b'{"error":"overloaded"}')
        assert control not in said
        if words in {"start", "failure"} and said:
            json.loads(said)


@pytest.mark.parametrize("token", ['a"\nurl = "http://127.0.0.1:1/', "a\nurl=x", "a\\", 'a"b', "a b", "é"])
async def test_what_is_no_token_is_not_sent(cache, tmp_path, token):
    """It stands in curl's configuration, where a quote or a line break begins other options."""
    curl = tmp_path / "bin" / "curl"
    curl.parent.mkdir()
    curl.write_text(f"#!/bin/sh\ncat >>{tmp_path}/asked\n")
    curl.chmod(0o755)
    path, url = f"{curl.parent}:/usr/bin:/bin", "http://127.0.0.1:1"
    await script("details", PATH=path, GROUNDTRUTH_URL=url, GROUNDTRUTH_TOKEN=token)
    assert not (tmp_path / "asked").exists()
    await script("details", PATH=path, GROUNDTRUTH_URL=url, GROUNDTRUTH_TOKEN="aA1-._~+/=")
    assert (tmp_path / "asked").read_text() == 'header = "Authorization: Bearer aA1-._~+/="\n'


async def test_a_session_starts_with_context_only_while_something_is_wrong(cache):
    """Nothing is said of what works, and nothing of what nobody knows."""
    cached(cache, ORANGE)
    said = json.loads(await script("start"))["hookSpecificOutput"]
    assert said["hookEventName"] == "SessionStart"
    assert "🟠 Claude ~18% failing" in said["additionalContext"]
    for text, age in ((GREEN, 1), (ORANGE, 100), ("", 1)):
        cached(cache, text, age)
        assert await script("start") == ""


@pytest.mark.parametrize(
    "line", RECORDED.read_text().splitlines(), ids=lambda line: json.loads(line).get("error", "old")
)
async def test_a_failed_turn_is_told_in_one_line(cache, line):
    """What is one's own is called so; of the rest it is said whether others see it. It stands in the status line."""
    cached(cache, ORANGE)
    told = json.loads(await script("failure", given=line.encode()))["systemMessage"]
    error = json.loads(line).get("error") or json.loads(line)["error_type"]
    own = {"authentication_failed", "oauth_org_not_allowed", "billing_error", "invalid_request", "model_not_found",
           "max_output_tokens"}  # fmt: skip
    assert ("yours" in told) is (error in own)
    assert ("It is not only you." in told) is (error not in own)
    assert (await script()).startswith("🟠 Claude ~18% failing · ")


async def test_it_is_read_from_a_running_page(cache, store):
    """By curl, with a token where it is hidden; the program writes the same file."""
    await fill(store)
    async with page(store, with_page(public=frozenset())) as client:
        answer = await client.get("/line/claude-api", headers=bearer("viewer"))
        url, token = str(client.base_url), bearer("viewer")["Authorization"].removeprefix("Bearer ")
        assert (await client.get("/line/claude-api")).status_code == 404
        shown = await script("details", GROUNDTRUTH_URL=url, GROUNDTRUTH_TOKEN=token)
        assert cache.read_text().partition("\n")[2].strip() == answer.text.strip()
        assert cache.stat().st_mode & 0o077 == 0
        cache.unlink()
        assert await script("details", GROUNDTRUTH_URL=url) == "⚪ claude-api unknown\n"
        assert not cache.exists()
    assert shown.splitlines()[0] == "🟠 Claude ~18% failing"
    assert shown.splitlines()[1].startswith("Claude API, as measured: intermittent failures, about 18%")


@contextlib.asynccontextmanager
async def listening(answer):
    """A server of one answer to everything; its address and the bodies it was sent."""
    got = []

    async def take(request):
        got.append((request.path, dict(request.headers), await request.text()))
        return await answer()

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", got
    finally:
        await runner.cleanup()


async def test_a_server_that_hangs_holds_nobody_up(cache):
    """Curl's own limit ends it; the turn goes on without an answer."""

    async def never():
        await asyncio.sleep(3_600)

    async with listening(never) as (url, _):
        assert await script("start", GROUNDTRUTH_URL=url) == ""
        told = await script("failure", given=b'{"error":"overloaded"}', GROUNDTRUTH_URL=url)
    assert "Nobody knows whether others see it" in told


@pytest.mark.parametrize("allowed", ["yes", ""])
async def test_failures_are_reported_as_counts_where_that_is_allowed(cache, allowed):
    """Each turn once, with what failed for the service's reasons; what is one's own is neither."""

    async def well():
        return web.json_response({})

    cached(cache, ORANGE)
    async with listening(well) as (url, got):
        environ = {"GROUNDTRUTH_URL": url, "GROUNDTRUTH_REPORT": allowed, "GROUNDTRUTH_TOKEN": "secret"}
        await script("failure", given=b'{"error":"billing_error"}', **environ)
        for words, given in ((("failure",), b'{"error":"overloaded"}'), (("worked",), b"{}")):
            before = len(got)
            await script(*words, given=given, **environ)
            for _ in range(400 if allowed else 3):
                if len(got) > before:
                    break
                await asyncio.sleep(0.02)
    sent = [(path, json.loads(body)["outcomes"]) for path, _, body in got]
    each = [("/v1/outcomes", [{"component": "claude-api", "total": 1, "failed": failed}]) for failed in (1, 0)]
    assert sent == (each if allowed else [])
    assert all(headers["Authorization"] == "Bearer secret" for _, headers, _ in got)


def test_a_cached_line_needs_none_of_the_program(cache):
    """What it imports is what it takes: no parser of arguments, no configuration, no libraries."""
    cached(cache, ORANGE)
    code = "import sys; sys.argv = ['groundtruth', 'statusline']; from bot.__main__ import main; main();"
    code += " print(sorted(name for name in sys.modules if name.startswith(('bot', 'probes', 'argparse', 'pydantic'))))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30, cwd=ROOT)
    assert ran.stdout == "🟠 Claude ~18% failing\n['bot', 'bot.__main__', 'bot.cli', 'bot.cli.cached_line']\n"


def test_the_program_says_what_it_cannot_ask(cache, monkeypatch, capsys):
    """With --refresh alone: a status line shows that nothing is known."""
    monkeypatch.setenv("GROUNDTRUTH_URL", "http://127.0.0.1:9")
    assert main(["statusline", "--refresh"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.startswith("http://127.0.0.1:9: cannot be reached")) == ("", True)
    assert main(["statusline"]) == 0
    assert capsys.readouterr().out == "⚪ claude-api unknown\n"
    assert main(["statusline", "no such"]) == 2


def test_the_plugin_names_what_there_is():
    """Its version is the program's, its hooks run the script with words it knows, its server is a command of ours."""
    plugin = SCRIPT.parents[1]
    manifest = json.loads((plugin / ".claude-plugin" / "plugin.json").read_text())
    assert manifest["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    known = set(re.findall(r"^(\w+)\)", SCRIPT.read_text().rpartition("case ")[2], re.MULTILINE))
    events = json.loads((plugin / "hooks" / "hooks.json").read_text())["hooks"]
    commands = [hook["command"] for groups in events.values() for group in groups for hook in group["hooks"]]
    assert set(events) == {"StopFailure", "Stop", "SessionStart"}
    for command in commands:
        program, word = command.removeprefix('sh "${CLAUDE_PLUGIN_ROOT}/').split('" ')
        assert (plugin / program).samefile(SCRIPT)
        assert word in known
    server = json.loads((plugin / ".mcp.json").read_text())["mcpServers"]["groundtruth"]
    assert server["command"] == "groundtruth"
    assert server["args"][0] in COMMANDS
