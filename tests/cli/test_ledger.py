"""`groundtruth ledger`: a vendor's history taken in, and shown as figures, JSON and CSV."""

import argparse
import csv
import io
import json

import pytest

from bot.cli import ledger
from bot.core.answers.ledger import table
from bot.core.model.ledger import LedgerEntry, Source
from bot.errors import UserError

TABLE = """incident_id,posted_utc,impact_start_utc,impact_end_utc,resolved_utc,impact,components
1,2026-01-28T13:20:00Z,2026-01-28T13:00:00Z,2026-01-28T14:00:00Z,2026-01-28T14:42:00Z,minor,Claude API
2,2026-04-01T00:10:00Z,2026-04-01T00:00:00Z,2026-04-01T01:00:00Z,2026-04-01T01:30:00Z,major,claude.ai|Claude API
"""


@pytest.fixture
def config(tmp_path):
    """A configuration with a state directory of its own and no server running."""
    file = tmp_path / "groundtruth.yaml"
    file.write_text(f"state_dir: {tmp_path / 'state'}\n")
    return str(file)


def ran(config, *words):
    """The exit code of the command."""
    parser = argparse.ArgumentParser()
    ledger.arguments(parser)
    args = parser.parse_args(words)
    args.config = config
    return ledger.run(args)


def test_taken_in_and_shown(config, tmp_path, capsys):
    """Without a Groundtruth that runs: by the file's name or --service, once however often, as the vendor's word."""
    file = tmp_path / "claude_2026.csv"
    file.write_text(TABLE)
    assert ran(config, "import", str(file)) == 0
    assert ran(config, "import", "--service", "claude", str(file)) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("2 rows of Claude, 2 of them new, as the vendor states them")
    assert told[1].endswith("2 rows of Claude, 0 of them new, as the vendor states them")

    assert ran(config, "show", "claude") == 0
    shown = capsys.readouterr().out
    assert "median 15 min, p90 19 min (2 cases by the vendor's own statements)" in shown
    assert "lower bound" in shown

    assert ran(config, "show", "claude", "--json") == 0
    [told] = json.loads(capsys.readouterr().out)
    assert [f["slice"] for f in told["figures"]] == ["", "claude-ai", "claude-api", "2026Q1", "2026Q2"]
    assert [row["source"] for row in told["rows"]] == ["stated", "stated"]

    assert ran(config, "show", "claude", "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["components"], row["ack_s"], row["closing_s"]) for row in rows] == [
        ("claude-api", "1200.0", "2520.0"),
        ("claude-ai|claude-api", "600.0", "1800.0"),
    ]


def test_nothing_on_record(config, capsys):
    """Said in words, with the way to begin, and by the exit code."""
    assert ran(config, "show", "openai") == 1
    assert "nothing in the ledger of OpenAI yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("claude_x.csv", "a,b\n1,2\n", "expected Statuspage"),
        ("unknown.csv", TABLE, "say so with --service"),
        ("claude_y.json", "{", "not JSON"),
    ],
)
def test_what_cannot_be_taken_in(config, tmp_path, name, content, said):
    """One sentence, and nothing is written."""
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(UserError, match=said):
        ran(config, "import", str(file))
    with pytest.raises(UserError, match="cannot read"):
        ran(config, "import", str(tmp_path / "missing.csv"))


def test_the_page_s_own_record_tells_whose_it_is(config, tmp_path, capsys):
    """Statuspage's `incidents.json` names its page."""
    update = {"created_at": "2026-04-13T15:40:43Z", "body": "x"}
    record = {"page": {"url": "https://status.claude.com"}, "incidents": [{"id": "i", "incident_updates": [update]}]}
    file = tmp_path / "incidents.json"
    file.write_text(json.dumps(record))
    assert ran(config, "import", str(file)) == 0
    assert "1 rows of Claude, 1 of them new" in capsys.readouterr().out


def test_no_cell_is_a_formula():
    """A vendor's words cannot run in a spreadsheet."""
    row = LedgerEntry("claude", ("=HYPERLINK(1)",), Source.STATED, "@x", impact="-1", page_posted_at=-5.0)
    [_, line] = csv.reader(io.StringIO(table([row])))
    assert line[2:5] == ["'@x", "'=HYPERLINK(1)", "'-1"]
    assert line[10] == "-5.0"
