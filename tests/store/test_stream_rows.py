import json
import math
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.action import ActionRequest
from bot.core.model.report import Report
from bot.core.model.stream import StreamRow
from bot.store import stream_rows
from bot.store.row_fields import LINE, TEXT, WORD
from bot.store.stream_rows import ARGS, CLAIMS, INCIDENTS, decode, encode
from probes.model import (
    Claim,
    Fault,
    Layer,
    Observation,
    Outcome,
    Page,
    PublicMention,
    State,
    Timings,
    VendorIncident,
)

words, lines, texts = st.text(max_size=WORD), st.text(max_size=LINE), st.text(max_size=TEXT)
times = st.integers(0, 4_000_000_000_000).map(lambda ms: ms / 1000)
tenths = st.integers(0, 1_000_000).map(lambda n: n / 10)
phases = st.none() | tenths
shares = st.integers(0, 10_000).map(lambda n: n / 10_000)
money = st.integers(0, 10**12).map(lambda n: n / 10**9)
incidents = st.builds(
    VendorIncident, words, lines, words, words, st.lists(words, max_size=3).map(tuple),
    st.none() | times, st.none() | times, st.none() | times, lines, st.booleans(),
    st.lists(st.tuples(words, times), max_size=3).map(tuple),
)  # fmt: skip
claims = st.builds(Claim, words, lines, st.sampled_from(State))
pages = st.builds(
    Page, lines, st.lists(claims, max_size=3).map(tuple), st.lists(incidents, max_size=3).map(tuple),
    texts, texts, st.booleans(),
)  # fmt: skip
observations = st.builds(
    Observation, words, words, words, words, times, st.sampled_from(Outcome), st.sampled_from(Fault),
    st.sampled_from(Layer), words, st.none() | st.integers(0, 999), st.builds(Timings, *[phases] * 6), words, words,
    words, texts, st.none() | st.booleans(), st.none() | pages,
    words, st.none() | shares, st.integers(0, 10**9), money,
)  # fmt: skip
reports = st.builds(Report, times, words, words, st.booleans(), texts, st.integers(0, 1000))
commands = st.builds(ActionRequest, times, words, st.lists(texts, max_size=5).map(tuple), words, words)
rows: st.SearchStrategy[StreamRow] = observations | reports | commands

SEEN = Observation("api-http", "claude", "claude-api", "local", 1_776_094_260.123, Outcome.OK, status=200)


@given(rows)
def test_what_is_read_is_what_was_written(row: StreamRow) -> None:
    """Every row of bounded text comes back the same."""
    assert decode(encode(row)) == row


@given(st.builds(replace, observations, at=st.floats(0, 4e9), timings=st.builds(Timings, *[st.floats(0, 1e7)] * 6)))
def test_numbers_keep_what_is_worth_keeping(row: Observation) -> None:
    """Times are read back to the millisecond, durations to the tenth of one, and a second writing changes nothing."""
    back = decode(encode(row))
    assert isinstance(back, Observation)
    assert back.at == pytest.approx(row.at, abs=0.0006)
    assert back.timings.total == pytest.approx(row.timings.total, abs=0.06)
    assert back.timings.first_token == pytest.approx(row.timings.first_token, abs=0.06)
    assert encode(back) == encode(row)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("koitcvflyhmqeadnpuwxsbgr"), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_garbage_is_none_and_never_an_exception(raw: bytes) -> None:
    """Whatever stands in the stream, the judge goes on."""
    decode(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"null", b"[]", b"{}", b'{"k":"z"}', b'{"k":"o"}', b'{"k":"o","t":"now"}', b'{"k":"o","t":NaN}',
     b'{"k":"o","t":1,"p":[]}', b'{"k":"o","t":1,"c":7}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_row_is_none(raw: bytes) -> None:
    """Wrong kinds, wrong types and broken JSON are not understood, which the caller can count."""
    assert decode(raw) is None


def test_a_newer_version_is_understood_carefully() -> None:
    """Unknown fields are ignored; unknown words never become green or the vendor's fault."""
    fields = {"k": "o", "t": 5, "o": "wobbly", "f": "moon", "l": "warp", "zz": 1, "m": [1, 2, 3, 4, 5, 6, 7]}
    fields["p"] = {"u": "x", "c": [["a", "A", "sparkling", "more"]], "new": {}}
    row = decode(json.dumps(fields).encode())
    assert isinstance(row, Observation)
    assert (row.outcome, row.fault, row.layer) == (Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.UNKNOWN)
    assert row.page is not None
    assert row.page.claims == (Claim("a", "A", State.UNKNOWN),)


def test_hostile_lengths_are_cut() -> None:
    """A page of endless words, claims and incidents becomes a bounded row, as does an endless command."""
    long = "é" * 100_000
    incident = VendorIncident(long, long, long, long, (long,) * 9, url=long)
    page = Page(long, (Claim(long, long, State.MAJOR),) * 9_999, (incident,) * 9_999, long, long)
    raw = encode(replace(SEEN, detail=long, symptom=long, request_id=long, page=page))
    back = decode(raw)
    assert isinstance(back, Observation)
    assert back.page is not None
    assert (len(back.page.claims), len(back.page.incidents)) == (CLAIMS, INCIDENTS)
    assert (len(back.detail), len(back.symptom)) == (TEXT, WORD)
    assert back.detail.endswith("…")
    assert len(raw) < 1_000_000
    assert len(encode(ActionRequest(1.0, "silence", (long,) * 999, long, long))) < 3 * TEXT * (ARGS + 1)


def test_an_ordinary_observation_is_small() -> None:
    """The stream's size depends on it: under 160 bytes with everything an HTTP check finds."""
    usual = replace(SEEN, timings=Timings(1.23, 4.56, 7.89, 123.456, 130.1), request_id="req_011CSHoEeqs5C35K2UUqR7Fy")
    assert len(encode(usual)) < 160


def test_what_a_model_cost_is_kept() -> None:
    """Model, headroom, tokens and the thousandths of a cent of one token; figures that are none are left out."""
    paid = replace(SEEN, model="claude-haiku-4-5", quota=0.99876, tokens=11, cost_usd=0.0000125)
    assert decode(encode(paid)) == replace(paid, quota=0.9988)
    assert decode(encode(replace(SEEN, quota=math.inf, cost_usd=math.nan))) == SEEN
    assert len(encode(paid)) - len(encode(SEEN)) < 60


def test_a_time_that_is_none_is_refused() -> None:
    """Not-a-number as a time would sit in the stream where no reader can place it."""
    with pytest.raises(ValueError, match="not a time"):
        encode(replace(SEEN, at=math.nan))


def test_broken_text_is_still_written() -> None:
    """A lone surrogate from somebody's page is replaced, not raised."""
    row = decode(encode(replace(SEEN, detail="a\udc80b")))
    assert isinstance(row, Observation)
    assert row.detail == "a?b"


def test_each_kind_has_a_decoder() -> None:
    """Nobody adds a kind of row without a way to read it."""
    assert {json.loads(encode(row))["k"] for row in (SEEN, Report(1, "c", "w"), ActionRequest(1, "ack"))} == set(
        stream_rows._DECODERS
    )


def test_every_field_of_a_result_is_kept() -> None:
    """A field that is left out of the stream would never reach the judge, such as the end of a certificate."""
    given: dict[str, Any] = {
        "check": "a", "service": "s", "component": "c", "vantage": "v", "at": 5.0, "outcome": Outcome.FAILED,
        "fault": Fault.EDGE, "layer": Layer.TLS, "symptom": "y", "status": 503,
        "timings": Timings(1, 2, 3, 4, 5, 6), "request_id": "r", "pop": "FRA", "advice": "wait", "detail": "d",
        "control": True, "page": Page("https://x.example"), "model": "m", "quota": 0.5, "tokens": 7, "cost_usd": 0.25,
        "mentions": (PublicMention("hackernews", "1", 4.0, "t", "https://y.example"),), "edge": "cloudflare",
        "expires_at": 1_800_000_000.0, "warn_days": 14.0,
    }  # fmt: skip
    row = Observation(**given)
    assert given.keys() == {field.name for field in fields(Observation)}
    assert decode(encode(row)) == row
