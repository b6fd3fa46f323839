"""What one uses every day: completion, log options, files, the support bundle, exit codes, a first configuration."""

import asyncio
import json
import logging
import subprocess
import tarfile
from pathlib import Path

import pytest

from bot.cli import completion, init
from bot.cli.log_redaction import AsJson, levels
from bot.cli.main import COMMANDS, EXITS, main
from bot.config.load import load
from bot.errors import UserError
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.support.stores import readable

DOCS = Path(__file__).parents[2] / "deploy" / "docs"
KEY = "sk-ant-api03-" + "a" * 40


def completed(script, *words):
    """What bash would offer for a line."""
    line = " ".join(f"'{word}'" for word in words)
    shown = 'printf "%s\\n" "${COMPREPLY[@]}"'
    program = "\n".join((script, f"COMP_WORDS=({line})", f"COMP_CWORD={len(words) - 1}", "_groundtruth", shown))
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_bash_completes_commands_options_and_choices(capsys):
    """From the table of commands and their parsers."""
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    assert set(completed(script, "groundtruth", "")) >= set(COMMANDS)
    assert completed(script, "groundtruth", "--config", "x", "con") == ["config"]
    assert set(completed(script, "groundtruth", "config", "")) >= {"check", "show", "diff", "schema", "--json"}
    assert completed(script, "groundtruth", "run", "--log-") == ["--log-json"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_has_every_command(shell, capsys):
    """Whether each shell reads it is tried by `make check-package`, which says which shells are not there."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)


def test_every_command_is_offered():
    """With every option that its help has."""
    assert completion.offers().keys() == COMMANDS.keys()


def test_levels_by_area():
    """One for the rest, others by area; what is none is said."""
    assert levels("") == (logging.WARNING, {})
    assert levels("info,channels.slack=debug") == (logging.INFO, {"channels.slack": logging.DEBUG})
    for wrong in ("loud", "delivry=info", "delivery=loud"):
        with pytest.raises(UserError, match="--log: unknown"):
            levels(wrong)


def test_a_json_line_has_no_secret():
    """Neither in its message nor in its traceback."""
    try:
        int(KEY)
    except ValueError as error:
        record = logging.LogRecord(
            "bot.store.client", logging.ERROR, "f", 1, "key %s", (KEY,), (type(error), error, error.__traceback__)
        )
    line = AsJson().format(record)
    fields = json.loads(line)
    assert (fields["level"], fields["area"]) == ("error", "store.client")
    assert "Traceback" in fields["traceback"]
    assert KEY not in line


def test_files_that_come_with_it(capsys):
    """By name and path."""
    assert main(["files", "slack-manifest"]) == 0
    assert "display_information" in capsys.readouterr().out
    assert main(["files", "examples/on-call.yaml"]) == 0
    assert main(["files"]) == 0
    assert "slack/manifest.yaml" in capsys.readouterr().out
    assert main(["files", "slack-manifst"]) == 2
    assert "did you mean slack-manifest?" in capsys.readouterr().err
    assert main(["files", "../../pyproject.toml"]) == 2


def test_a_folder_of_files_is_written_whole(tmp_path, capsys):
    """With its hidden files, and what a shell runs marked as such; never over what is there."""
    to = tmp_path / "plugin"
    assert main(["files", "claude-code", "--to", str(to)]) == 0
    source = DOCS.parent / "claude-code"
    expected = {path.relative_to(source): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    assert {path.relative_to(to): path.read_bytes() for path in to.rglob("*") if path.is_file()} == expected
    assert (to / "bin" / "groundtruth-line").stat().st_mode & 0o111
    assert main(["files", "claude-code", "--to", str(to)]) == 2
    assert main(["files", "slack-manifest", "--to", str(tmp_path / "x")]) == 2
    assert "expected one of the folders" in capsys.readouterr().err


def test_exit_codes_are_in_the_docs():
    """One table."""
    text = (DOCS / "command-line.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("| ") and line[2].isdecimal()] == [
        f"| {code} | {meaning} |" for code, meaning in EXITS.items()
    ]


def test_a_support_bundle_has_no_secret(tmp_path, monkeypatch, capsys):
    """Configuration, doctor, versions and the last lines of a log, for its owner alone."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    config = tmp_path / "groundtruth.yaml"
    service = "{id: own, name: Own, components: {gw: {name: G, checks: {a: {kind: tcp, target: '127.0.0.1:9'}}}}}"
    config.write_text(f"services: [{service}]\ncontrol: ['http://127.0.0.1:9/', 'http://localhost:9/']\nstate_dir: s\n")
    log = tmp_path / "log"
    log.write_text(f"first\nuses {KEY}\n")
    bundle = tmp_path / "bundle.tar.gz"
    assert main(["--config", str(config), "support-bundle", str(bundle), "--logs", str(log)]) == 0
    assert bundle.stat().st_mode & 0o777 == 0o600
    with tarfile.open(bundle) as archive:
        parts = {e.name: readable(archive.extractfile(e)).read().decode() for e in archive}
    assert parts.keys() == {"versions.json", "config.yaml", "doctor.txt", "log.txt"}
    assert KEY not in "".join(parts.values())
    assert json.loads(parts["versions.json"])["libraries"]["redis"]
    assert "target: 127.0.0.1:9" in parts["config.yaml"]
    assert parts["log.txt"].startswith("first\n")
    assert parts["doctor.txt"]


async def begun(folder, monkeypatch, url, token=BOT_TOKEN):
    """`init` against our Slack, in a thread as a process would run it."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", token)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    words = ["init", "--services", "claude,openai", "--slack", "C1", "--slack-api-url", url, "--folder", str(folder)]
    return await asyncio.to_thread(main, words)


async def test_init_tries_tokens_and_writes_both_files(tmp_path, monkeypatch, capsys):
    """What it writes is a good configuration, tokens stand in .env alone, and nothing is overwritten."""
    async with slack() as fake:
        fake.workspace.room("C1")
        assert await begun(tmp_path, monkeypatch, fake.url, "xoxb-0-wrong-token") == 1
        assert list(tmp_path.iterdir()) == []
        assert await begun(tmp_path, monkeypatch, fake.url) == 0
    out = capsys.readouterr().out
    assert "groundtruth --config" in out
    text, env = (tmp_path / "groundtruth.yaml").read_text(), (tmp_path / ".env").read_text()
    assert BOT_TOKEN not in text + out
    assert f"SLACK_BOT_TOKEN={BOT_TOKEN}" in env
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    found = load(str(tmp_path / "groundtruth.yaml"), {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN})
    assert ([s.id for s in found.services], [c.name for c in found.channels]) == (
        ["claude", "openai"],
        ["console", "slack"],
    )
    assert main(["init", "--services", "claude", "--folder", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_init_knows_the_catalogue(tmp_path, capsys):
    """A slip of the pen is one sentence."""
    assert main(["init", "--services", "claud", "--folder", str(tmp_path)]) == 2
    assert "did you mean claude?" in capsys.readouterr().err
    assert init.InitOptions(("claude",), {}).text().count("\n") > 5
