"""`groundtruth catalogue` without the network: list, show, parse."""

import argparse
import io
import json
import sys
from typing import Any

import pytest

from bot.cli import catalogue
from bot.config import catalogue as shelf
from bot.errors import UserError
from tests.probes.dialects.recorded import FOLDER, recorded


def ran(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    catalogue.arguments(parser)
    return catalogue.run(parser.parse_args(argv, argparse.Namespace(config=None)))


def parsed(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    code = ran("parse", *argv)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {**found, "code": code}


def test_parse_prints_claims_and_incidents(capsys):
    """States are our words, times the vendor's own in UTC or null."""
    found = parsed(capsys, "--dialect", "google", str(FOLDER / "google/open.json"))
    assert found["code"] == 0
    assert found["claims"][0] == {
        "id": "Z0FZJAMvEB4j3NbCJs6B",
        "name": "Vertex Gemini API (formerly Generative AI)",
        "state": "partial_outage",
    }
    assert found["incidents"][0] == {
        "id": "openIncidentAaaaaaaa",
        "name": "Vertex Gemini API: elevated errors",
        "status": "SERVICE_DISRUPTION",
        "impact": "SERVICE_DISRUPTION",
        "components": ["Z0FZJAMvEB4j3NbCJs6B", "sdXM79fz1FS6ekNpu37K"],
        "posted_at": "2026-04-15T15:19:00Z",
        "posted_by_component": {},
        "started_at": "2026-04-15T14:00:00Z",
        "resolved_at": None,
        "url": "https://status.cloud.google.com/incidents/openIncidentAaaaaaaa",
        "maintenance": False,
    }


def test_parse_keeps_milliseconds(capsys, tmp_path):
    """As exact as the vendor was."""
    body = recorded("incident_io/summary.json").replace(b"2026-07-09T18:05:00Z", b"2026-07-09T18:05:00.583Z")
    (tmp_path / "page.json").write_bytes(body)
    found = parsed(capsys, "--dialect", "incident.io", str(tmp_path / "page.json"))
    assert found["incidents"][0]["posted_at"] == "2026-07-09T18:05:00.583Z"


def test_parse_of_a_page_that_is_not_understood(capsys):
    """Exit code 1, no claims, and the reason."""
    found = parsed(capsys, "--dialect", "statuspage", str(FOLDER / "betterstack/index.json"))
    assert (found["code"], found["dialect"], found["claims"]) == (1, "atlassian", [])
    assert found["unreadable"].endswith("looks like betterstack now: set dialect: betterstack")


def test_parse_by_service_uses_the_catalogue_s_options(capsys):
    """Which regions are asked for stands there."""
    found = parsed(capsys, "--service", "aws-bedrock", str(FOLDER / "aws/empty.json"))
    assert found["dialect"] == "aws"
    assert {claim["state"] for claim in found["claims"]} == {"operational"}


def test_parse_with_options(capsys):
    """Options given by hand."""
    path = str(FOLDER / "google/open.json")
    found = parsed(capsys, "--dialect", "google", "--options", '{"products": {"x": "X"}}', path)
    assert found["claims"] == [{"id": "x", "name": "X", "state": "operational"}]


def test_parse_reads_standard_input(capsys, monkeypatch):
    """- is a pipe."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"status": "operational"}')))
    assert parsed(capsys, "--dialect", "openstatus", "-")["claims"][0]["state"] == "operational"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["parse", "x.json"], "give --dialect"),
        (["parse", "--dialect", "no\nsuch", "x.json"], "no dialect"),
        (["parse", "--dialect", "google", "/no/such/file"], "cannot read"),
        (["parse", "--dialect", "google", "--options", "{", "x"], "not JSON"),
        (["parse", "--dialect", "google", "--options", "[]", "x"], "object"),
        (["parse", "--service", "deepseek", "x"], "give --dialect"),
        (["show", "opnai"], "did you mean openai"),
        (["show", "../etc"], "no service"),
    ],
)
def test_mistakes_are_said_in_a_sentence(argv, words):
    """No traceback for a typing error."""
    with pytest.raises(UserError, match=words):
        ran(*argv)


def test_list_has_a_line_for_every_service(capsys):
    """Piped, each stands on one line."""
    assert ran("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(shelf.names())


def test_list_for_machines(capsys):
    """At least twenty services whose pages we read, each component known to its page."""
    assert ran("list", "--json") == 0
    services = json.loads(capsys.readouterr().out)
    with_page = [service for service in services if service["page"]]
    assert len(with_page) >= 20
    assert all(any(c["page_id"] for c in service["components"]) for service in with_page)


def test_show(capsys):
    """One service with its page, fallbacks, ids and what can stand in."""
    assert ran("show", "openai") == 0
    out = capsys.readouterr().out
    assert "read as incident_io from https://status.openai.com/proxy/status.openai.com" in out
    assert "on its page 01JMXBRMFE6N2NNT7DG6XZQ6PW" in out
    assert "instead: Azure OpenAI" in out
    assert ran("show", "deepseek", "--json") == 0
    assert json.loads(capsys.readouterr().out)["page"] is None
