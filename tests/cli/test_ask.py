"""`groundtruth ask` against a store: printed for people and for machines."""

import argparse
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli import ask
from bot.core.answers.answer import Answer, Table
from bot.errors import UserError
from bot.settings import Component, Service, Settings
from probes.secret import Secret

CLAUDE = Service("claude", "Claude", components=(Component("claude-api", "claude", "Claude API"),))


def parsed(*words: str) -> argparse.Namespace:
    """What the command line makes of these words."""
    parser = argparse.ArgumentParser()
    ask.arguments(parser)
    return parser.parse_args(words)


async def test_it_answers_from_the_store(redis_url, tmp_path):
    """A question goes through the desk to the store that runs."""
    settings = Settings((CLAUDE,), redis=Secret(redis_url), state_dir=tmp_path)
    answer = await ask.asked(settings, "status claude-api")
    assert answer.title.startswith("⚪ 1 of 1 component unknown: Claude API")


async def test_nobody_to_ask_is_said_in_a_sentence(tmp_path):
    """Without a running Groundtruth there is no answer, and no server is started for the question."""
    with pytest.raises(UserError):
        await ask.asked(Settings((CLAUDE,), state_dir=tmp_path), "status")
    assert not list(tmp_path.rglob("*.aof"))


def test_words_need_no_quotes():
    """`ask why claude-api` and `ask "why claude-api"` are the same question."""
    assert " ".join(parsed("why", "claude-api").question) == " ".join(parsed("why claude-api").question)
    assert parsed("--json").json


def test_what_is_shown_is_plain_and_whole():
    """Into a pipe: no markup is interpreted, nothing wrapped, every part there."""
    out = io.StringIO()
    answer = Answer("title [bold]", 1.0, (("We measure", "x" * 300),), Table(("a", "b"), (("1", "[red]2"),)), "foot")
    ask.show(answer, Console(file=out, markup=False, emoji=False, highlight=False))
    lines = out.getvalue().splitlines()
    assert lines[0] == "title [bold]"
    assert "[red]2" in lines[2]
    assert lines[3].endswith("x" * 300)
    assert lines[4] == "foot"


def test_json_is_the_data_behind_it(monkeypatch, redis_url, tmp_path, capsys):
    """`--json` prints what a machine needs, and the exit code says whether we understood."""
    config = Path(tmp_path) / "groundtruth.yaml"
    config.write_text(f"services: [claude]\nredis: {redis_url}\nstate_dir: {tmp_path}\n")
    args = parsed("--json", "status")
    args.config = str(config)
    assert ask.run(args) == 0
    said = json.loads(capsys.readouterr().out)
    assert [s["service"] for s in said["services"]] == ["claude"]
    args.question = ["xyzzy"]
    assert ask.run(args) == 1
    assert json.loads(capsys.readouterr().out)["misunderstood"]["nearest"] == "help"
