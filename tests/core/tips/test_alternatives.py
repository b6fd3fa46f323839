"""Alternatives: what is up goes first, what is unknown is never taken for up, none is better is an answer."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advice.candidates import candidates, infers
from bot.config import catalogue
from bot.config.load import from_text
from bot.core.answers.alternatives import alternatives_answer
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageStatus
from bot.core.tips.alternatives import Candidate, Option, Similarity, better, ranked
from probes.model import State
from tests.support.alternatives import ALL, BEDROCK, GATEWAY, OPENAI, at
from tests.support.situations import API, DOWN, NOW, WELL


def names(options: tuple[Option, ...]) -> list[str]:
    """Components in the order of the ranking, those not measured by their names."""
    return [option.component or option.name for option in options]


def test_same_model_first_then_inference_then_latency() -> None:
    """Among those that are up, what changes least; a front door that answers fast proves less than inference."""
    known = {
        "aws-bedrock": (
            at("bedrock-b", latency_ms=90.0),
            at("bedrock-a", latency_ms=640.0),
            at("bedrock-c", latency_ms=40.0),
        ),
        "openai": (at("openai-api", latency_ms=10.0), at("chatgpt", latency_ms=1.0)),
    }
    options = ranked(ALL, known, NOW)
    assert names(options) == ["bedrock-a", "bedrock-c", "bedrock-b", "openai-api", "A gateway of your own"]
    assert [option.live for option in options] == [True, True, True, True, False]
    assert [option.infers for option in options] == [True, False, False, False, False]


def test_state_goes_before_likeness() -> None:
    """The same model that fails goes behind another that is up; stale readings are behind what partly works."""
    known = {
        "aws-bedrock": (at("bedrock-a", DOWN), at("bedrock-b", at=NOW - 4000), at("bedrock-c", API)),
        "openai": (at("openai-api"),),
    }
    options = ranked(ALL, known, NOW)
    assert names(options) == ["openai-api", "bedrock-c", "bedrock-b", "bedrock-a", "A gateway of your own"]
    assert [option.state for option in options][2] is State.UNKNOWN


def test_most_failing_or_admitted_by_the_page_is_not_live() -> None:
    """Trouble that is suspected, or that only its page knows of yet, is no recommendation."""
    page = PageStatus(State.PARTIAL, "Elevated errors", NOW - 20)
    known = {
        "aws-bedrock": (at("bedrock-a", failed=4, total=6), replace(at("bedrock-b"), heard=page)),
        "openai": (at("openai-api"),),
    }
    options = ranked(ALL, known, NOW)
    assert names(options)[0] == "openai-api"
    assert [option.live for option in options] == [True, False, False, False]
    stale = replace(page, read_at=NOW - 4000)
    options = ranked((BEDROCK,), {"aws-bedrock": (replace(at("bedrock-b"), heard=stale),)}, NOW)
    assert options[0].live


STATES = st.sampled_from(list(State))


@given(st.lists(st.tuples(STATES, st.floats(0, 1e5), st.sampled_from(list(Similarity)), st.booleans()), max_size=8))
def test_nothing_stands_above_what_is_up(rows: list[tuple[State, float, Similarity, bool]]) -> None:
    """Whatever the states: live ones first, the unmeasured last, and a live one has fresh results."""
    wanted = [Candidate(f"c{n}", row[2], f"s{n}") for n, row in enumerate(rows)]
    known = {
        f"s{n}": (at(f"x{n}", state=state, latency_ms=ms, at=NOW - (4000 if old else 4)),)
        for n, (state, ms, _, old) in enumerate(rows)
    }
    options = ranked([*wanted, GATEWAY], known, NOW)
    assert len(options) == len(rows) + 1
    assert not any(later.live and not earlier.live for earlier, later in pairwise(options))
    assert options[-1].measured is None
    for option in options:
        assert not option.live or (option.state is State.OPERATIONAL and option.at == NOW - 4)


def test_better_only_where_it_is() -> None:
    """Nothing is better than what works, nor is what is as bad or unknown."""
    up, down = {"openai": (at("openai-api"),)}, {"openai": (at("openai-api", DOWN),)}
    assert better(ranked((OPENAI,), up, NOW), WELL, NOW) is None
    assert better(ranked((OPENAI,), up, NOW), API, NOW) is not None
    assert better(ranked((OPENAI,), down, NOW), API, NOW) is None
    assert better(ranked((OPENAI,), {}, NOW), DOWN, NOW) is None
    slow = {"openai": (at("openai-api", API),)}
    found = better(ranked((OPENAI,), slow, NOW), DOWN, NOW)
    assert found is not None
    assert not found.live


@pytest.mark.parametrize(
    ("own", "known", "title"),
    [
        (
            API,
            {"aws-bedrock": (at("bedrock-a"),)},
            "🟢 instead of Claude API (partial outage): Claude on Bedrock, Bedrock-A is up (same model)",
        ),
        (
            API,
            {"aws-bedrock": (at("bedrock-b"),)},
            (
                "🟢 instead of Claude API (partial outage): Claude on Bedrock, Bedrock-B is up "
                "(same model; front door only, inference not measured)"
            ),
        ),
        (
            WELL,
            {"aws-bedrock": (at("bedrock-a"),)},
            "🟢 Claude API is operational; 1 alternative is up too",
        ),
        (
            API,
            {"aws-bedrock": (at("bedrock-a", DOWN),)},
            ("🟠 Claude API (partial outage): no measured alternative is up (2 of 3 not monitored here, or unknown)"),
        ),
        (
            DOWN,
            {"aws-bedrock": (at("bedrock-a", API),)},
            "🟠 Claude API (major outage): no alternative is up; the least bad is Claude on Bedrock, Bedrock-A",
        ),
    ],
)
def test_titles(own: Measurement, known: dict[str, tuple[ComponentStatus, ...]], title: str) -> None:
    """The title alone says what to do."""
    assert alternatives_answer(own, "Claude", ranked(ALL, known, NOW), NOW).title == title


def test_the_table_has_evidence() -> None:
    """State with counts, age, latency, who measured; and how to have measured what is not."""
    page = PageStatus(State.OPERATIONAL, "", NOW - 20)
    known = {
        "aws-bedrock": (at("bedrock-a", latency_ms=640.0),),
        "openai": (ComponentStatus(Measurement("openai-api", "OpenAI API", State.UNKNOWN), page),),
    }
    answer = alternatives_answer(API, "Claude", ranked((*ALL, replace(OPENAI, service="gemini")), known, NOW), NOW)
    answer = answer.plainly()
    assert answer.table is not None
    assert answer.table.rows[0] == (
        "Claude on Bedrock, Bedrock-A",
        "🟢 operational, 0 of 96 failed; 4 s ago",
        "0.64 s",
        "same model, seen from fra, iad and office",
    )
    assert answer.table.rows[1][1] == "⚪ unknown, no result yet; its page says operational, 20 s ago"
    assert answer.table.rows[2][1] == "⚪ not measured here (add a service of your own under services:)"
    assert answer.table.rows[3][1] == "⚪ not measured here (add gemini under services:)"
    assert answer.lines[0] == ("Claude on Bedrock", "An AWS account.")
    assert alternatives_answer(API, "Claude", (), NOW).title == "⚪ no alternatives to Claude API are configured"


def test_hostile_names_are_harmless() -> None:
    """Names and notes of a configuration are printed on one line."""
    bad = Candidate("a\nb\x1b[31m", note="x\u202e\ny" * 400, url="https://x.example/\n", service="a\nb")
    answer = alternatives_answer(API, "Cl\naude", ranked((bad,), {}, NOW), NOW)
    assert answer.table is not None
    texts = [
        answer.title,
        *(cell for row in answer.table.rows for cell in row),
        *(t for line in answer.lines for t in line),
    ]
    assert all("\n" not in text and "\x1b" not in text and "\u202e" not in text for text in texts)


def test_the_catalogue_names_other_routes_for_claude() -> None:
    """The same model by Bedrock, Vertex, Foundry, OpenRouter; then OpenAI and Gemini; each `via` is there."""
    found = from_text(f"services: [{', '.join(catalogue.names())}]", environ={})
    offered = candidates(found)
    alike = [c.service or c.name for c in offered["claude-api"] if c.similarity is Similarity.SAME_MODEL]
    assert alike[:4] == ["aws-bedrock", "vertex-ai", "Claude in Microsoft Foundry", "openrouter"]
    other = {c.service for c in offered["claude-api"] if c.similarity is Similarity.OTHER}
    assert other == {"openai", "gemini"}
    assert "claude-api" in {c for one in offered["claude-ai"] for c in one.components}
    for service in found.services:
        for one in service.alternatives:
            assert set(one.via) <= ({c.id for c in found.service(one.service).components} if one.service else set())
            assert set(one.components) <= {c.id for c in service.components}


def test_inference_counts_only_where_a_key_asks_a_model() -> None:
    """Without keys only front doors are measured, and the candidates say so."""
    text = f"services: [{', '.join(catalogue.names())}]"
    assert not any(infers(check) for check in from_text(text, environ={}).checks())
    keyed = candidates(from_text(text, environ={"AWS_BEARER_TOKEN_BEDROCK": "x", "ANTHROPIC_API_KEY": "x"}))
    bedrock = next(c for c in keyed["claude-api"] if c.service == "aws-bedrock")
    assert "bedrock-us-east-1" in bedrock.infers
    assert "bedrock-us-west-2" not in bedrock.infers
    assert {"claude-api", "claude-code"} <= bedrock.infers
