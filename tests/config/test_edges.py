"""Which edge network is in front of what: from an answer's headers to what the judge knows of a component."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.detection.assessment import AssessorSettings
from bot.core.judging.edges import CHECKS, edges, noted
from bot.core.judging.judgement import Judgement
from bot.core.model.service import ServiceView
from bot.store.row_fields import WORD
from bot.store.stream_rows import decode, encode
from probes.fingerprints.read import read_answer
from probes.fingerprints.values import Answer
from probes.model import Fault, Layer, Observation, Outcome


def seen(n, edge="", outcome=Outcome.OK, check="front", **how):
    """One look, ten seconds after the one before."""
    return Observation(check, "claude", "api", "here", 10_000.0 + 10 * n, outcome, edge=edge, **how)


@pytest.mark.parametrize(
    ("headers", "edge"),
    [
        ({"Server": "cloudflare", "CF-RAY": "8f1b2c3d4e5f6a7b-FRA"}, "cloudflare"),
        ({"Via": "1.1 abc.cloudfront.net (CloudFront)"}, "cloudfront"),
        ({"Server": "Google Frontend"}, "google"),
        ({"X-Azure-Ref": "0abc"}, "azure front door"),
        ({"Server": "nginx"}, ""),
    ],
)
@pytest.mark.parametrize("status", [200, 503])
def test_an_answer_says_which_edge_it_came_through(headers, edge, status):
    """Good or bad."""
    assert read_answer(Answer(status, headers, b"{}")).edge == edge


@given(st.text(max_size=WORD))
def test_the_stream_keeps_it(edge):
    """Whatever it is called."""
    assert decode(encode(seen(0, edge))) == seen(0, edge)


def test_a_failure_without_an_answer_has_the_edge_that_answered_before():
    """A connection that fails bears no mark; in good times every edge is known, in bad ones that of what fails."""
    judgement = Judgement(ServiceView("claude", "Claude", {"api": "API"}), AssessorSettings(("api",), 10.0))
    for n in range(60):
        judgement.see(seen(2 * n, "cloudflare"))
        judgement.see(seen(2 * n + 1, "google", check="other"))
    assert judgement.settle(11_200.0).voices["api"].measured.edges == ("cloudflare", "google")
    restarted = Judgement(judgement.service, AssessorSettings(("api",), 10.0), judgement.state())
    for n in range(120, 180):
        restarted.see(seen(n, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.TCP, symptom="reset"))
    measured = restarted.settle(11_800.0).voices["api"].measured
    assert (measured.edges, measured.layer) == (("cloudflare",), Layer.TCP)


def test_what_is_kept_is_bounded():
    """By checks, whatever the stream says."""
    kept: dict[str, dict[str, str]] = {}
    for n in range(10 * CHECKS):
        noted(kept, seen(n, f"edge{n}", check=f"check{n}"))
    assert len(kept["api"]) == CHECKS
    assert len(edges(kept["api"], ())) == CHECKS
