"""What the console shows: live on a terminal, lines in a pipe, JSON for machines; and when its terminal misbehaves."""

import asyncio
import io
import json
import os
import re
import threading
from dataclasses import replace

import pytest

from bot.channels.console.above_region import above
from bot.channels.console.channel import Console
from bot.channels.console.writer_thread import Scribe
from bot.core.model.card import Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from tests.support.contract import CARD, HOSTILE

AT = 1_776_094_260.0
DONE = replace(CARD, headline="🟢 Claude API: resolved after 12 min", tone=Colour.GREEN, closed=True)


@pytest.fixture
def console(tmp_path):
    """A console on the given stream."""

    def make(out, style="auto"):
        return Console("console", tmp_path / "console.jsonl", out, style, lambda: AT)

    return make


@pytest.fixture
def terminal():
    """A real pseudo-terminal: the stream to write to, and a function that ends it and gives what was written."""
    ours, theirs = os.openpty()
    out = os.fdopen(theirs, "w", encoding="utf-8")
    seen = bytearray()

    def drain():
        while True:
            try:
                data = os.read(ours, 65_536)
            except OSError:
                return
            if not data:
                return
            seen.extend(data)

    reader = threading.Thread(target=drain)
    reader.start()

    def ended() -> str:
        if not out.closed:
            out.close()
        reader.join(10)
        return seen.decode()

    yield out, ended
    ended()
    os.close(ours)


async def night(console: Console) -> None:
    """An incident from its first alert to its end."""
    async with console:
        where = await console.post("", CARD, "k1")
        await console.edit(where, replace(CARD, headline=CARD.headline.replace("18%", "12–23%")))
        await console.follow(where, TimelineEntry(AT, "changed", "Claude Code fails too"), "k1#1")
        await console.edit(where, replace(CARD, headline="🟠 Claude: on two components"))
        console.above("a line of the log\n")
        await console.edit(where, DONE)


async def test_plain_lines_tell_the_news_once(console):
    """In full at the start and the end, one line when the headline changes, nothing for counters."""
    out = io.StringIO()
    await night(console(out))
    assert out.getvalue().splitlines() == [
        "15:31:00 UTC 🟠 Claude API: intermittent failures, about 18% of requests",
        "   We measure  29 of 160 requests failed in 12 min",
        '   Status page "All Systems Operational"',
        "   Since 15:31 UTC",
        "   15:31:00 UTC  changed: Claude Code fails too",
        "15:31:00 UTC 🟠 Claude: on two components",
        "a line of the log",
        "15:31:00 UTC 🟢 Claude API: resolved after 12 min",
        "   We measure  29 of 160 requests failed in 12 min",
        '   Status page "All Systems Operational"',
        "   Since 15:31 UTC",
    ]


async def test_an_end_is_printed_once(console):
    """However often the message is edited afterwards; another headline is news."""
    out = io.StringIO()
    async with (it := console(out)):
        where = await it.post("", CARD, "k1")
        await it.edit(where, DONE)
        await it.edit(where, replace(DONE, footer="updated later"))
        await it.edit(where, replace(DONE, headline=f"{DONE.headline} at last"))
    assert [line.partition(" UTC ")[2] for line in out.getvalue().splitlines() if "🟢" in line] == [
        DONE.headline,
        f"{DONE.headline} at last",
    ]


async def test_json_lines_are_all_json(console):
    """One object a line with its event, and no line of the log among them."""
    out = io.StringIO()
    await night(console(out, "json"))
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["event"] for one in said] == ["root", "edit", "trail", "edit", "closed"]
    assert {one["key"] for one in said} == {"k1"}
    assert said[0]["lines"][0] == ["We measure", "29 of 160 requests failed in 12 min"]
    assert said[2]["text"] == "Claude Code fails too"


async def test_a_terminal_is_live_and_left_clean(console, terminal, monkeypatch):
    """In colour, redrawn in place, its cursor never left hidden, the end printed for good."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out, ended = terminal
    await night(console(out))
    seen = ended()
    assert "\x1b[1A" in seen
    assert "\x1b[1;38;5;208m" in seen
    drawn = seen.index("We measure")
    assert seen.rfind("\x1b[?25h", 0, drawn) > seen.rfind("\x1b[?25l", 0, drawn), "a kill now leaves no cursor"
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l")
    assert "resolved after 12 min" in seen
    assert seen.index("a line of the log") < seen.index("resolved")


async def test_no_colour_where_none_is_wanted(console, terminal, monkeypatch):
    """NO_COLOR is honoured: emoji and words carry it all."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    out, ended = terminal
    await night(console(out))
    assert not re.search(r"\x1b\[[0-9;]*(3[0-9]|38;5;[0-9]+)m", ended())


async def test_a_dumb_terminal_gets_plain_lines(console, terminal, monkeypatch):
    """A terminal that cannot move its cursor is never asked to."""
    monkeypatch.setenv("TERM", "dumb")
    out, ended = terminal
    await night(console(out))
    assert "\x1b" not in ended()


async def test_hostile_text_steers_no_terminal(console, terminal, monkeypatch):
    """No escape sequence, direction mark or markup of somebody else reaches the terminal."""
    monkeypatch.setenv("TERM", "xterm-256color")
    out, ended = terminal
    async with console(out) as live:
        where = await live.post("", replace(CARD, headline=HOSTILE, lines=((HOSTILE, HOSTILE),)), "k1")
        await live.follow(where, TimelineEntry(AT, HOSTILE, HOSTILE), "k1#1")
    seen = ended()
    assert "\x1b[2J" not in seen
    assert "\x1b]0;" not in seen
    assert "\u202e" not in seen
    assert "[red]markup[/red]" in seen


async def test_letters_a_stream_lacks_are_replaced(console):
    """An ASCII stream loses the emoji and keeps the words."""
    raw = io.BytesIO()
    async with console(io.TextIOWrapper(raw, "ascii"), "plain") as plain:
        await plain.post("", CARD, "k1")
        assert b"? Claude API: intermittent failures" in raw.getvalue()


async def test_a_repeat_after_a_crash_is_shown_again_and_recorded_as_an_edit(console, tmp_path):
    """Recorded, killed before it was shown, delivered again: the terminal gets it, the record keeps one root."""
    async with console(io.StringIO(), "plain") as before:
        await before.post("", CARD, "k1")
        await before.follow({"key": "k1"}, TimelineEntry(AT, "changed", "more"), "k1#1")
    out = io.StringIO()
    async with console(out, "plain") as after:
        await after.post("", CARD, "k1")
        await after.follow({"key": "k1"}, TimelineEntry(AT, "changed", "more"), "k1#1")
    assert CARD.headline in out.getvalue()
    assert "changed: more" in out.getvalue()
    acts = [json.loads(line)["act"] for line in (tmp_path / "console.jsonl").read_text().splitlines()]
    assert acts == ["root", "trail", "edit"]


async def test_a_terminal_that_is_gone_is_a_permanent_failure(console, tmp_path):
    """It cannot be said there any more, and the courier is told so; the record has it."""
    out = io.StringIO()
    async with console(out, "plain") as plain:
        out.close()
        with pytest.raises(DeliveryError) as raised:
            await plain.post("", CARD, "k1")
    assert raised.value.permanent
    assert json.loads((tmp_path / "console.jsonl").read_text())["act"] == "root"


async def test_a_stuck_terminal_holds_nobody_up():
    """A pause key or a full pipe ends in an error that says so, while the event loop goes on."""
    scribe, stuck = Scribe("test", wait_s=0.05), threading.Event()
    ran: list[int] = []

    def wait() -> None:
        stuck.wait(10)

    with pytest.raises(DeliveryError, match="does not take text") as raised:
        await scribe.do(wait)
    assert raised.value.ambiguous
    stuck.set()
    async with asyncio.timeout(5):
        while not ran:
            try:
                await scribe.do(lambda: ran.append(1))
            except DeliveryError:
                continue
    scribe.stop()


def screen_of(written: str) -> list[str]:
    """The lines that a terminal shows, scrollback included, after what was written to it."""
    lines, row = [""], 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\x1b[2K":
            lines[row] = ""
        elif re.fullmatch(r"\x1b\[\d*A", part):
            row -= int(part[2:-1] or 1)
        elif part[0] not in "\x1b\r":
            lines[row] += part
    return [line.rstrip() for line in lines if line.strip()]


async def test_what_is_said_beside_the_messages_leaves_no_ghosts(console, terminal):
    """The log and the narration go above the region, whose lines stand once; half a line waits for its end."""
    out, ended = terminal
    beside = above(out)
    async with console(out, "live") as live:
        beside.write("before\n")
        await live.post("", CARD, "k1")
        print("a line of the log\nand another", file=beside)
        beside.write("half a ")
        await live.edit({"key": "k1"}, replace(CARD, headline="🟠 Claude API: worse"))
        beside.write("line\n")
        await live.edit({"key": "k1"}, DONE)
        beside.write("the end\n")
    shown = screen_of(ended())

    for text in ("before", "a line of the log", "and another", "half a line", "the end"):
        assert [line for line in shown if text in line] == [text]
    assert not any("worse" in line for line in shown)
    assert sum(DONE.headline in line for line in shown) == 1
    assert not any("──" in line for line in shown)


async def test_the_rule_above_the_region_is_one_line(console, terminal, monkeypatch):
    """Two columns are left free at the right, for the rule as well."""
    monkeypatch.setenv("COLUMNS", "80")
    out, ended = terminal
    async with console(out, "live") as live:
        await live.post("", CARD, "k1")

    assert [len(line) for line in screen_of(ended()) if "──" in line] == [78]
