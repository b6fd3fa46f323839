"""Kind `claude_code_cli`: the real Claude Code asks its model one word, where it is installed and somebody pays for it.

It runs without a terminal and tells each of its own retries as an `api_retry` event: the first one is the failure that
is to be counted, and nobody waits for the tenth. https://code.claude.com/docs/en/headless
"""

import asyncio
import contextlib
import os
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from probes.fingerprints.values import Reading
from probes.inference.prices import price_of, valid_price
from probes.model import Check, Layer, Observation, Timings
from probes.options import Option, Options, texts, with_defaults
from probes.tools import Tools, observe, ours, patience
from probes.vendors.claude_api import CHEAP
from probes.vendors.claude_code_events import Session

READ, WRITTEN = 20_000, 20
"""Tokens one run may need, set aside beforehand: its instructions to the model are long."""

LARGEST, LINES = 1024 * 1024, 2000
"""Bytes and lines of output read at most."""

OPTIONS: Options = MappingProxyType(
    {
        "model": Option((str,), CHEAP, "the model it asks"),
        "arguments": Option((list,), [], "more arguments, such as --bare", texts),
        "price": Option((dict,), {}, "US dollars for a million tokens, where the table is wrong", valid_price),
    }
)

_QUIET = ("DISABLE_AUTOUPDATER=1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1")
_ITS_OWN = ("ANTHROPIC_", "CLAUDE_")
_NOT_THERE = (126, 127)


async def claude_code_cli(check: Check, tools: Tools) -> Observation:
    """Run it once. The target is its name or path; it uses its own login, or ANTHROPIC_API_KEY of our environment."""
    options = with_defaults(OPTIONS, check.options)
    if "=" in check.target or check.target.startswith("-"):
        return observe(check, tools, ours("bad_target", "the target must be a command", Layer.OUR_REQUEST))
    price = price_of(options["model"], options["price"])
    if not await tools.budget.allow(check, READ + WRITTEN, price.cost(READ, WRITTEN)):
        broke = ours("over_budget", "the day's budget is spent: Claude Code was not run", Layer.OUR_QUOTA)
        return observe(check, tools, replace(broke, advice="raise_budget"))
    session = Session()
    late = False
    code: int | None = None
    started = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(patience(check)), _running(_command(check, options, tools)) as process:
            code = await _listen(process, session)
    except TimeoutError:
        late = True
    total_ms = (asyncio.get_running_loop().time() - started) * 1000
    reading = _missing(check) if code in _NOT_THERE and not session.began else session.reading(late=late, code=code)
    told = observe(check, tools, reading, Timings(total=total_ms, first_token=session.first_token_ms(started)))
    cost = session.cost_usd if session.cost_usd is not None else price.cost(session.read, session.written)
    return replace(told, model=options["model"], tokens=session.read + session.written, cost_usd=cost)


def _missing(check: Check) -> Reading:
    return replace(ours("cli_missing", f"{check.target} is not installed here", Layer.OUR_REQUEST), advice="install")


def _command(check: Check, options: dict[str, Any], tools: Tools) -> list[str]:
    """Through `env`: Claude Code has no business with our other secrets, which stand in the environment we pass on."""
    others = [name for name in sorted(tools.secrets) if not name.startswith(_ITS_OWN)]
    hidden = [word for name in others for word in ("-u", name)]
    asked = ["-p", "Answer with one word: ready", "--output-format", "stream-json", "--verbose", "--max-turns", "1"]
    return ["env", *hidden, *_QUIET, check.target, *asked, "--model", options["model"], *options["arguments"]]


@contextlib.asynccontextmanager
async def _running(command: list[str]) -> AsyncIterator[Process]:
    """The command in an empty directory and a group of its own; nothing of the group outlives the block."""
    with tempfile.TemporaryDirectory(prefix="groundtruth-") as directory:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, cwd=directory, start_new_session=True, limit=LARGEST
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _listen(process: Process, session: Session) -> int | None:
    """Read events until they say enough; the exit code, if it came to that."""
    assert process.stdout is not None
    size = lines = 0
    while size < LARGEST and lines < LINES:
        try:
            line = await process.stdout.readline()
        except ValueError:  # longer than any line of its should be
            break
        if not line:
            return await process.wait()
        size, lines = size + len(line), lines + 1
        if session.hear(line, asyncio.get_running_loop().time()):
            return None
    session.too_much = True
    return None
