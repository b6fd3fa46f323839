"""What runs in CI of others: the script, the action's own step, the property in a JUnit report."""

import asyncio
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import yaml

from tests.support.filled import fill
from tests.support.site import page, with_page

CI = Path(__file__).parents[2] / "deploy" / "ci"


async def ran(*command: object, cwd: Path | None = None, **environ: object) -> tuple[int, str]:
    """The exit code and what was printed."""
    env = {"PATH": os.environ["PATH"]} | {name: str(value) for name, value in environ.items()}
    process = await asyncio.create_subprocess_exec(*map(str, command), stdout=-1, stderr=-2, env=env, cwd=cwd)
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_the_script_goes_on_or_says_why_not(store):
    """Works; fails; unknown is not usable; not there; nobody answers."""
    await fill(store)
    async with page(store, with_page()) as http:

        async def gate(component, **more):
            return await ran("sh", CI / "gate.sh", component, GROUNDTRUTH_URL=http.base_url, **more)

        assert (await gate("claude-web"))[0] == 0
        code, said = await gate("claude-api")
        assert (code, said.startswith("skipped: claude-api is not usable now (")) == (75, True)
        code, said = await gate("claude-api", GROUNDTRUTH_MODE="wait", GROUNDTRUTH_TIMEOUT=0)
        assert (code, "was not usable within 0 s" in said) == (75, True)
        assert (await gate("claude-api", GROUNDTRUTH_AT_LEAST="partial"))[0] == 0
        assert (await gate("claude-code"))[0] == 75
        assert (await gate("nothing"))[0] == 2
        assert (await gate("claude-web", GROUNDTRUTH_TOKEN="no-such-token-0123456789"))[0] == 2
        assert (await gate("../x"))[0] == 2
    code, said = await gate("claude-api")
    assert (code, said) == (0, "claude-api: Groundtruth does not answer; going on without it\n")


async def test_the_action_runs_its_step(store, tmp_path):
    """As GitHub does: inputs to the environment, outputs from the file; a job that should be skipped does not fail."""
    await fill(store)
    action = yaml.safe_load((CI / "github" / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    async with page(store, with_page()) as http:
        given = {name: one.get("default", "") for name, one in action["inputs"].items()}
        given |= {"component": "claude-api", "url": str(http.base_url)}
        env = {name: given[value.strip("${} ").removeprefix("inputs.")] for name, value in step["env"].items()}
        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        code, _ = await ran(step["shell"], "-e", "-c", step["run"], GITHUB_ACTION_PATH=CI / "github", **env, **files)
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())

    assert (code, outputs["usable"], outputs["state"]) == (0, "false", "partial_outage")
    assert set(outputs) == set(action["outputs"])
    assert outputs["reason"] in files["GITHUB_STEP_SUMMARY"].read_text()


async def test_the_junit_report_has_the_state_at_the_time_of_failure(store, tmp_path):
    """Of a test that failed, not of one that passed."""
    await fill(store)
    (tmp_path / "test_it.py").write_text("def test_bad():\n    assert 0\n\ndef test_good():\n    pass\n")
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "pytest_groundtruth",
        "-p",
        "no:cacheprovider",
        "--junitxml=r.xml",
    )
    async with page(store, with_page()) as http:
        code, said = await ran(
            *command, cwd=tmp_path, PYTHONPATH=CI, GROUNDTRUTH_URL=http.base_url,
            GROUNDTRUTH_COMPONENTS="claude-api,nothing", PYTEST_DISABLE_PLUGIN_AUTOLOAD=1,
        )  # fmt: skip
    assert code == 1, said
    cases = {case.get("name"): case for case in ET.parse(tmp_path / "r.xml").iter("testcase")}
    (found,) = cases["test_bad"].iter("property")
    assert found.attrib == {"name": "groundtruth", "value": "claude-api: partial_outage; nothing: not watched"}
    assert list(cases["test_good"].iter("property")) == []
