"""The rules that we ship hold with promtool, and every query of rules and dashboard names what we export."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.web.metrics.families import FAMILIES

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES, DASHBOARD = DEPLOY / "prometheus", DEPLOY / "grafana" / "dashboard.json"
SAMPLES = {sample: family for family in FAMILIES.values() for sample in family.samples}
BUILT_IN = {"instance", "le"}

promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool here (Debian: prometheus)")


@promtool
@pytest.mark.parametrize("asked", [["check", "rules", "rules.yaml"], ["test", "rules", "rules-test.yaml"]])
def test_promtool_agrees(asked):
    done = subprocess.run(["promtool", *asked], cwd=RULES, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def rules():
    """Every rule."""
    return [rule for group in yaml.safe_load((RULES / "rules.yaml").read_text())["groups"] for rule in group["rules"]]


def queries():
    """Every query of the dashboard and of the rules, with where it stands."""
    board = json.loads(DASHBOARD.read_text())
    for panel in board["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]
    yield from ((rule.get("alert") or rule["record"], rule["expr"]) for rule in rules())


@pytest.mark.parametrize(("where", "query"), list(queries()), ids=[where for where, _ in queries()])
def test_every_query_names_what_is_exported(where, query):
    """Metrics, and the labels in their braces and in `by`."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    named = re.findall(r"\bgroundtruth[\w:]+", query)

    assert named, where
    assert all(name in SAMPLES or name in recorded for name in named)
    labels = {label for name in named if name in SAMPLES for label in SAMPLES[name].labels}
    if not recorded & set(named):
        inside = re.findall(r'(\w+)\s*(?:=~|!=|!~|=)\s*"', query)
        grouped = [w.strip() for found in re.findall(r"\b(?:by|without) \(([^)]*)\)", query) for w in found.split(",")]
        assert set(inside) | set(grouped) <= labels | BUILT_IN, query


def test_every_metric_is_on_the_dashboard():
    """What nobody can see is not worth its series."""
    shown = {name for _, query in queries() for name in re.findall(r"\bgroundtruth[\w:]+", query)}

    assert {family.name for family in FAMILIES.values() if not shown & set(family.samples)} == set()


def test_the_dashboard_is_whole():
    """Panels have ids of their own, do not overlap, and ask the chosen data source."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    taken = set[tuple[int, int]]()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])

    assert len({panel["id"] for panel in panels}) == len(panels)
