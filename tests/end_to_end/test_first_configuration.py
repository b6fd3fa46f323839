"""`groundtruth init` as a person meets it: on a terminal, with questions, against both platforms; and what is printed
next works as printed, in a plain shell."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes.discord.server import discord
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.support.terminal import CTRL_C, CTRL_D, terminal

PROGRAM = str(Path(sys.executable).with_name("groundtruth"))
CLEAN = {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "DISCORD_TOKEN": "", "PYTHONUNBUFFERED": "1"}
CHANNEL = "C0123ABCD"


async def test_questions_tokens_and_the_next_command(tmp_path) -> None:
    """A slip of the pen is asked again; tokens are typed unseen, tried at both platforms, and only then kept."""
    folder = tmp_path / "my bot"
    folder.mkdir()
    async with slack() as team, discord(time.time) as guild:
        team.workspace.room(CHANNEL)
        place = guild.world.channel("alerts")
        urls = [
            "--slack-api-url",
            team.url,
            "--discord-api-url",
            guild.api_url,
            "--discord-gateway-url",
            guild.gateway_url,
        ]

        def person() -> str:
            with terminal([PROGRAM, "init", *urls], folder, CLEAN) as screen:
                screen.sees("Which services (separated by commas)? [claude] ")
                screen.types("claud\n")
                screen.sees("did you mean claude?")
                screen.types("claude,openai\n")
                screen.sees("Channel ids in Slack")
                screen.types("#general\n")
                screen.sees("expected the ids of channels, not #general")
                screen.types(f"{CHANNEL}\n")
                screen.sees("Channel ids in Discord")
                screen.types(f"{place.id}\n")
                for name, token in (
                    ("SLACK_BOT_TOKEN", BOT_TOKEN),
                    ("SLACK_APP_TOKEN", APP_TOKEN),
                    ("DISCORD_TOKEN", guild.world.token),
                ):
                    screen.sees(f"{name} (")
                    screen.types(f"{token}\n")
                screen.sees("groundtruth --config")
                assert screen.ends() == 0, screen.shown
                return screen.shown

        shown = await asyncio.to_thread(person)
        assert "BAD" not in shown
        for token in (BOT_TOKEN, APP_TOKEN, guild.world.token):
            assert token not in shown
            assert token in (folder / ".env").read_text()
        lines = shown.replace("\r", "").partition("Next:\n")[2].strip().splitlines()
        words = (
            "\n".join(lines)
            .replace("groundtruth --config", f"exec '{PROGRAM}' --config")
            .replace(" run", " config check")
        )
        done = await asyncio.to_thread(
            subprocess.run, ["/bin/sh", "-c", words], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "slack" in done.stdout


QUESTIONS = (
    "Which services",
    "Channel ids in Slack",
    "Channel ids in Discord",
    "SLACK_BOT_TOKEN (",
    "SLACK_APP_TOKEN (",
)
ANSWERS = ("claude\n", f"{CHANNEL}\n", "\n", f"{BOT_TOKEN}\n")


@pytest.mark.parametrize(
    ("number", "key", "code"), [*((n, CTRL_C, 130) for n in range(len(QUESTIONS))), (1, CTRL_D, 2)]
)
def test_whoever_leaves_at_a_question_leaves_nothing_behind(tmp_path, number, key, code) -> None:
    """Ctrl-C ends it with 130, Ctrl-D with one sentence."""
    with terminal([PROGRAM, "init"], tmp_path, CLEAN) as screen:
        for question, answer in zip(QUESTIONS[:number], ANSWERS, strict=False):
            screen.sees(question)
            screen.types(answer)
        screen.sees(QUESTIONS[number])
        screen.types(key)
        assert screen.ends() == code, screen.shown
        assert "Traceback" not in screen.shown
    assert list(tmp_path.iterdir()) == []
