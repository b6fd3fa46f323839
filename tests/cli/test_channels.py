"""`groundtruth channels`: the list, and a marked test that is triggered and resolved over the wire."""

import asyncio
import json

import pytest
import yaml

from bot.cli.main import main
from tests.fakes.outlet import Fault, serving
from tests.fakes.pagerduty import ROUTING_KEY, WEBHOOK_SECRET, PagerDuty


@pytest.fixture
async def fake():
    async with serving(PagerDuty) as world:
        yield world


@pytest.fixture
def ran(fake, tmp_path, monkeypatch, capsys):
    """Run the command on a configuration with a pager and a console: exit code, stdout, stderr."""
    monkeypatch.setenv("KEY", ROUTING_KEY)
    monkeypatch.setenv("BACK", WEBHOOK_SECRET)
    back = {"listen": "127.0.0.1:1", "secret": "${BACK}"}
    pager = {"kind": "pagerduty", "routing_key": "${KEY}", "url": fake.url, "webhook": back}
    given = {"state_dir": str(tmp_path / "state"), "channels": {"pager": pager, "console": {"kind": "console"}}}
    file = tmp_path / "groundtruth.yaml"
    file.write_text(yaml.safe_dump(given))

    async def run(*words):
        code = await asyncio.to_thread(main, ["--config", str(file), "channels", *words])
        said = capsys.readouterr()
        assert ROUTING_KEY not in said.out + said.err
        return code, said.out, said.err

    return run


async def test_triggered_and_resolved(ran, fake):
    code, out, _ = await ran("test", "pager")
    assert code == 0
    sent, ended = out.splitlines()
    (alert,) = fake.alerts
    assert sent.startswith(f"pager: the test was sent, as {alert.key}; PagerDuty answers 202: ")
    assert ended.startswith("pager: the test was ended; PagerDuty answers 202: ")
    assert [e["event_action"] for e in alert.events] == ["trigger", "resolve"]
    assert alert.events[0]["payload"]["severity"] == "info"
    assert "Test from Groundtruth, please ignore" in alert.summary


async def test_refused(ran, fake):
    """Said with the status, and exit 1; what was triggered and not resolved is said too."""
    fake.faults = [Fault(401, "no")]
    code, out, _ = await ran("test", "pager", "--json")
    (step,) = json.loads(out)["steps"]
    assert (code, step["ok"], step["what"]) == (1, False, "sent")
    assert "401" in step["sentence"]
    fake.always = None
    assert (await ran("test", "pager"))[0] == 0


async def test_a_console_and_a_name_that_is_none(ran, tmp_path):
    code, out, _ = await ran("test", "console")
    assert code == 0
    assert "Test from Groundtruth, please ignore" in out
    assert not (tmp_path / "state" / "console.jsonl").exists()
    code, _, err = await ran("test", "pagr")
    assert code == 2
    assert "did you mean pager?" in err


async def test_the_list(ran):
    code, out, _ = await ran()
    assert code == 0
    assert "pagerduty" in out
    assert "no process speaks there" in out
    code, out, _ = await ran("--json")
    assert [one["targets"] for one in json.loads(out)] == [["console"], ["pager"]]
