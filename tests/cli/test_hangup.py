"""SIGHUP while a process starts, and on platforms that have none of it."""

import asyncio
import os
import signal
import subprocess
import sys

from bot.cli.hangup import Hangups

HOLDING = """
import os, signal, sys
from bot.cli import main
main.importlib.import_module("bot.cli.run").run = lambda args: os.kill(os.getpid(), signal.SIGHUP) or 0
sys.exit(main.main(["run"]))
"""
WITHOUT = """
import sys, signal
sys.modules["termios"] = None
del signal.SIGHUP
import bot.cli.reload, bot.cli.hangup
print(bot.cli.hangup.SIGHUP, bot.cli.hangup.terminal_is_gone())
bot.cli.hangup.Hangups().hold()
"""


def python(text):
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)


async def test_one_that_comes_before_anybody_listens_is_kept():
    heard: list[str] = []
    before, hangups = signal.getsignal(signal.SIGHUP), Hangups()
    try:
        hangups.hold()
        os.kill(os.getpid(), signal.SIGHUP)
        assert heard == []
        with hangups.passed_to(lambda: heard.append("kept")):
            assert heard == ["kept"]
            os.kill(os.getpid(), signal.SIGHUP)
            async with asyncio.timeout(5.0):
                while len(heard) < 2:  # noqa: ASYNC110  (the signal arrives in the loop's next rounds)
                    await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGHUP)
        assert len(heard) == 2
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_command_line_holds_it_before_the_command_starts():
    assert python(HOLDING).returncode == 0


def test_a_platform_without_terminals_and_signals():
    found = python(WITHOUT)
    assert (found.returncode, found.stdout, found.stderr) == (0, "None False\n", "")
