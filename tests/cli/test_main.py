"""The command line: every ending as a shell sees it."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from bot.channels.registry import CHANNELS
from bot.cli.main import COMMANDS, command, main
from bot.config import catalogue
from bot.config.load import from_text
from bot.errors import StoreError

ROOT = Path(__file__).parents[2]
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """No configuration of the developer's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GROUNDTRUTH_CONFIG", raising=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps_with_examples(name, capsys):
    """--help succeeds and ends with the command's examples, which name the command itself."""
    module = importlib.import_module(COMMANDS[name][0])

    assert main([name, "--help"]) == 0

    out = capsys.readouterr().out
    assert out.rstrip().endswith(module.EXAMPLES.rstrip())
    assert f"groundtruth {name}" in module.EXAMPLES


@pytest.mark.parametrize("argv", [[], ["--help"]])
def test_help_lists_every_command(argv, capsys):
    """With nothing to do it says what it can do."""
    assert main(argv) == 0

    out = capsys.readouterr().out
    for name, (_, summary) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(summary)}$", out, re.MULTILINE)


def test_help_is_quick():
    """The list of commands imports none of them."""
    code = "import sys; from bot.cli.main import main; main(['--help']); sys.exit('pydantic' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)

    assert ended.returncode == 0


def test_version(capsys):
    """The name and the number, the build, and the versions of what is written and spoken."""
    assert main(["--version"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"groundtruth \d+\.\d+\.\d+\S* \((from a checkout|build [0-9a-f]{7,} of \d{4}-\d\d-\d\d)\)", first
    )
    assert re.fullmatch(r"store keys \d+, detector state \d+, webhook \d+, Python 3\.\d+\.\d+\S*", second)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["confg"], "unknown command 'confg': did you mean config?"),
        (["zzzzzz"], "unknown command 'zzzzzz': groundtruth --help lists the commands"),
        (["\x1b[31m"], r"unknown command '\x1b[31m'"),
        (["config", "chek"], "invalid choice"),
        (["config", "check", "--jsn"], "unrecognized arguments: --jsn"),
        (["--confi", "x", "config", "check"], "--confi"),
    ],
)
def test_what_is_not_understood(argv, expected, capsys):
    """A sentence on stderr, exit code 2, and nothing that steers the terminal."""
    assert main(argv) == 2

    err = capsys.readouterr().err
    assert expected in err
    assert "\x1b" not in err


@pytest.mark.parametrize("argv", [["--config", "g.yaml", "config", "check"], ["config", "check", "--config", "g.yaml"]])
def test_the_configuration_file_before_or_after(argv, tmp_path, capsys):
    """--config is understood in both places."""
    (tmp_path / "g.yaml").write_text("vantage: {name: seen}")

    assert main(argv) == 0
    assert "from vantage seen" in capsys.readouterr().out


def test_check_says_what_is_watched(capsys):
    """A good configuration: ok, its services, components and checks."""
    assert main(["config", "check"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("ok: defaults\n")
    assert "claude.ai (claude-ai): site, login" in out


def test_check_says_all_that_is_wrong(tmp_path, capsys):
    """A bad one: each complaint on its line of stderr, nothing on stdout."""
    (tmp_path / "groundtruth.yaml").write_text("servises: [claude]\nredis: http://x\n")

    assert main(["config", "check"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(":")[:3] for line in err.splitlines()] == [
        ["groundtruth.yaml", "1", " servises"],
        ["groundtruth.yaml", "2", " redis"],
    ]


CHANGED = """
services:
  - id: claude
    page: {timeout: 5s, usual_lag: null}
    components:
      claude-ai: null
      claude-code: {enabled: false}
      claude-api:
        checks:
          hello: null
          models: {interval: 5m, options: {headers: {x-api-key: "${KEY}"}}}
          off: {kind: http, target: "https://x.example", options: {headers: {y: "Bearer ${NONE?}"}}}
redis: ${STORE}
channels: {console: {kind: console}}
"""


@pytest.mark.parametrize("style", [[], ["--json"]])
def test_show_is_a_file_that_says_the_same(style, tmp_path, monkeypatch, capsys):
    """What `config show` prints gives the same settings again, and holds no secret."""
    environ = {"KEY": SECRET, "STORE": f"redis://:{SECRET}@h"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "groundtruth.yaml").write_text(CHANGED)

    assert main(["config", "show", *style]) == 0

    out = capsys.readouterr().out
    assert SECRET not in out
    assert "${KEY}" in out
    assert from_text(out, "f", environ) == from_text(CHANGED, "f", environ)


def test_schema_describes_the_users_file(capsys):
    """Known services by name, every key with its type, nothing required that the catalogue fills in."""
    assert main(["config", "schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    enum = schema["properties"]["services"]["items"]["anyOf"][0]
    assert enum == {"enum": list(catalogue.names())}
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["ServicePart"]["required"] == ["id"]
    (components,) = schema["$defs"]["ServicePart"]["properties"]["components"]["patternProperties"].values()
    assert {"type": "null"} in components["anyOf"]
    assert "expect_status" in schema["$defs"]["CheckPart"]["properties"]["options"]["properties"]
    for file in (ROOT / "deploy" / "examples").glob("*.yaml"):
        assert yaml.safe_load(file.read_text()).keys() <= schema["properties"].keys()


def test_the_example_of_both_platforms_is_good(monkeypatch, capsys):
    """`config check` takes it as it is, and names what is missing where a secret is not set."""
    file = str(ROOT / "deploy" / "examples" / "slack-and-discord.yaml")
    for name, value in {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "DISCORD_TOKEN": "a.b.c"}.items():
        monkeypatch.setenv(name, value)

    assert main(["--config", file, "config", "check"]) == 0
    assert "channels: slack, discord" in capsys.readouterr().out
    monkeypatch.delenv("DISCORD_TOKEN")
    assert main(["--config", file, "config", "check"]) == 2
    assert "channels.discord.token: expected DISCORD_TOKEN or DISCORD_TOKEN_FILE" in capsys.readouterr().err


def _takes(schema, part, value):
    """Whether a value is one that the schema describes, as far as channels need it."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in part:
        return any(_takes(schema, one, value) for one in part["anyOf"])
    if "const" in part or "enum" in part:
        return value in part.get("enum", [part.get("const")])
    match value:
        case dict():
            known, others = part.get("properties", {}), part.get("additionalProperties", True)
            return all(name in value for name in part.get("required", ())) and all(
                _takes(schema, known[key], child) if key in known else others and _takes(schema, others, child)
                for key, child in value.items()
            )
        case list():
            return part["type"] == "array" and all(_takes(schema, part["items"], child) for child in value)
    types = {bool: "boolean", int: "integer", str: "string"}
    return part["type"] == types[type(value)] and bool(re.search(part.get("pattern", ""), str(value)))


def test_schema_describes_the_channels_own_keys(capsys):
    """Each kind has its keys; the example fits, another kind's key or a secret in the file does not."""
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    kinds = {part["title"]: part for part in schema["$defs"]["ChannelPart"]["anyOf"]}
    for name, kind in CHANNELS.items():
        assert set(kinds[name]["properties"]) == {"kind", "enabled", *kind.options}
    channels = yaml.safe_load((ROOT / "deploy" / "examples" / "slack-and-discord.yaml").read_text())["channels"]

    def fits(given):
        return _takes(schema, schema["$defs"]["ChannelPart"], given)

    for given in channels.values():
        assert fits(given)
        assert not fits(given | {"colour": "red"})
        assert not fits(given | {"token": "xoxb-1"})
        assert not fits(given | {"kind": "console"})
    assert fits({"kind": "console"})
    assert not fits(channels["slack"] | {"guild": 7})
    assert fits(channels["discord"] | {"guild": 7})


class Ending:
    """A command that ends as it is told to; stands in the table for a test."""

    EXAMPLES = "groundtruth ending"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def arguments(self, parser):
        """No arguments."""

    def run(self, args):
        """End."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [(StoreError("the store is away"), 2, "the store is away\n"), (KeyboardInterrupt(), 130, "\n")],
)
def test_endings(error, code, said, monkeypatch, capsys):
    """An error for people is its sentence; Ctrl-C is 130; neither has a traceback."""
    monkeypatch.setitem(cast("dict[str, Any]", sys.modules), "ending", Ending(error))
    monkeypatch.setitem(cast("dict[str, tuple[str, str]]", COMMANDS), "ending", ("ending", "end"))

    assert main(["ending"]) == code
    assert capsys.readouterr().err == said


def test_a_reader_who_leaves():
    """`groundtruth ... | head -1`: no traceback, the customary code."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "config", "schema"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), said) == (141, b"")


def test_no_colour_where_nobody_sees_it(capsys):
    """What is piped has no escape codes."""
    main(["config", "check"])
    main(["--help"])

    assert "\x1b" not in capsys.readouterr().out


def test_a_parser_for_each_command():
    """Every command takes --config, and options are not abbreviated."""
    for name, (module, _) in COMMANDS.items():
        assert "--config" in command(name, importlib.import_module(module)).format_help()


def test_a_run_that_cannot_begin_says_one_sentence(tmp_path):
    """It does not claim to watch what it never watched."""
    (tmp_path / "groundtruth.yaml").write_text(f"services: [claude]\nredis: unix://{tmp_path}/none.sock\n")

    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--for", "1"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "nobody answers there" in ended.stderr
