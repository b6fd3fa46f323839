"""`groundtruth demo`: the whole path on the day that it is told about."""

import json

import pytest

from bot.cli import demo
from bot.demo.scenario_files import load
from bot.store.codec import DISCREPANCY, INCIDENT
from bot.store.connect import open_store

pytestmark = pytest.mark.timeout(120)


async def test_april_13_is_caught_before_the_page_admits_it(tmp_path, capsys):
    """One incident on all three components, the page compared one by one, and the story told at the end."""
    story = load("april-13").paced(170)

    assert await demo.play(story, 13, tmp_path, "json") == 0

    said = capsys.readouterr()
    acts = [json.loads(line) for line in said.out.splitlines()]
    async with open_store(None, tmp_path) as store:
        incidents = INCIDENT.load_all(await store.views.incidents("claude", 10))
        editions = DISCREPANCY.load_all(reversed(await store.views.timeline("claude", 200)))
    outcomes = {(r.component, r.outcome) for r in editions if r.closed_at}
    [incident] = [i for i in incidents if i.kind == "failures"]

    assert incident.components == ("claude-ai", "claude-api", "claude-code")
    assert story.time("15:31") < incident.opened_at < story.time("15:40:43") < (incident.page_first_at or 0)
    assert incident.resolved_at is not None
    assert incident.resolved_at > story.time("16:19")
    assert ("claude-api", "never admitted") in outcomes
    assert {component for component, outcome in outcomes if outcome == "page now agrees"} >= {
        "claude-ai",
        "claude-code",
    }
    assert [a["event"] for a in acts if a.get("subject") == incident.id].count("root") == 1
    assert "We led the page by" in said.err


async def test_a_quiet_day_is_quiet(tmp_path, capsys):
    """No failures: nothing is said, and the exit code says that nothing was caught."""
    story = load("april-13")
    quiet = type(story)(story.name, story.title, story.begins, story.begins + 600, 85.0)

    assert await demo.play(quiet, 1, tmp_path, "json") == 1
    assert capsys.readouterr().out == ""
