"""The catalogue: each file alone, all of them together, and the way they travel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.advice.library import recipes, tips
from bot.config import catalogue
from bot.config.load import from_text

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "deploy" / "examples").glob("*.yaml"))
SECRETS = {"GATEWAY_KEY": "x", "SLACK_BOT_TOKEN": "xoxb-x", "SLACK_APP_TOKEN": "xapp-x", "DISCORD_TOKEN": "x"}


@pytest.mark.parametrize("name", catalogue.names())
def test_each_service_alone(name):
    """A file is named by its id, needs no secret, and says something of each component."""
    found = from_text(f"services: [{name}]", environ={})
    (service,) = found.services

    assert service.id == name
    assert all(component.page_id or component.checks for component in service.components)
    assert all(a.service in ("", *catalogue.names()) for a in service.alternatives)


def test_all_services_together():
    """Ids, names and nicknames mean one thing in the whole catalogue."""
    found = from_text(f"services: [{', '.join(catalogue.names())}]", environ={})

    assert len(found.services) == len(catalogue.names())


def test_claude_needs_no_key():
    """The default checks send nothing secret and keep the page's ids of 2026."""
    found = from_text("services: [claude]", environ={})

    assert found.secrets == {}
    assert {c.id: c.page_id for c in found.components()} == {
        "claude-ai": "rwppv331jlwc",
        "claude-api": "k8w3r06qmzrp",
        "claude-code": "yyzkbfz2thpt",
    }
    switched = "services: [{id: claude, components: {claude-console: {enabled: true}}}]"
    assert {c.id: c.page_id for c in from_text(switched, environ={}).components()}["claude-console"] == "0qbwn08sd68x"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_the_examples_are_good(file):
    """What the deployment folder shows can be used as it is."""
    assert from_text(file.read_text(), environ=SECRETS).services


def test_an_unknown_service():
    """There is no entry for a name that is not on the shelf, or that would leave it."""
    assert catalogue.entry("nosuch") is None
    assert catalogue.entry("../catalogue/claude") is None


def test_the_wheel_holds_the_catalogue_and_the_tips(tmp_path):
    """The package works outside the checkout: every file of the catalogue, every tip and recipe is in it."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=50)
    (wheel,) = tmp_path.glob("*.whl")

    names = set(zipfile.ZipFile(wheel).namelist())

    assert {f"probes/catalogue/{name}.yaml" for name in catalogue.names()} <= names
    assert {f"bot/tips/{tip.name}.md" for tip in tips()} <= names
    assert {f"bot/recipes/{one.language}/{one.file}" for one in recipes()} <= names
