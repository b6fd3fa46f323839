"""Every recorded and every written sample reads as what it is."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli.fingerprint import readings
from probes.fingerprints.read import read_answer, read_error, read_stream_end
from probes.fingerprints.streams import events_of
from probes.fingerprints.values import ERROR_KINDS, Answer, Reading, TransportError
from probes.model import NETWORK_LAYERS, Fault, Layer, Outcome

DATA = Path(__file__).parents[2] / "data" / "http"
RECORDED: list[dict[str, Any]] = json.loads((DATA / "fingerprints.json").read_text())
SAMPLES: list[dict[str, Any]] = json.loads((DATA / "samples.json").read_text())

CLOUDFLARE = {"server": "cloudflare", "cf-ray": "8f00000000000000-FRA"}
OVERLOADED = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}'


def read(sample: dict[str, Any]) -> Reading:
    ((_, reading),) = readings(json.dumps([sample]).encode())
    return reading


def answer(status: int, body: str = "", **headers: str) -> Reading:
    return read_answer(Answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, body.encode()))


@pytest.mark.parametrize("sample", RECORDED, ids=[s["name"] for s in RECORDED])
def test_recorded_answers_give_the_recorded_layer(sample: dict[str, Any]) -> None:
    """The recordings' own vocabulary is what comes out."""
    assert read(sample).layer == sample["expect_layer"]


@pytest.mark.parametrize("sample", SAMPLES, ids=[s["name"] for s in SAMPLES])
def test_samples_give_layer_fault_and_outcome(sample: dict[str, Any]) -> None:
    """Error bodies of vendors, edges, gateways, proxies and portals are told apart."""
    reading = read(sample)
    assert (reading.layer, reading.fault, reading.outcome) == (
        sample["expect_layer"],
        sample["expect_fault"],
        sample["expect_outcome"],
    )


def test_every_reading_that_counts_has_a_symptom_and_advice() -> None:
    """Nothing that may become an alarm is nameless, and a success gives no advice."""
    for sample in (*RECORDED, *SAMPLES):
        reading = read(sample)
        assert bool(reading.symptom) == (reading.outcome is not Outcome.OK), sample["name"]
        assert (reading.advice == "none") == (reading.outcome is Outcome.OK or reading.layer is Layer.EDGE_BOT_BLOCK)


def test_evidence_is_kept_with_a_failure() -> None:
    """Request id, place, wait and hash are there to be shown to the vendor."""
    reading = answer(529, OVERLOADED, **CLOUDFLARE, request_id="req_2", Retry_After="7")
    assert (reading.request_id, reading.pop, reading.retry_after) == ("req_2", "FRA", 7.0)
    assert reading.detail == "Overloaded"
    assert len(reading.body_hash) == 16
    assert answer(529, OVERLOADED).request_id == "req_1"


def test_retry_after_on_a_success_means_nothing() -> None:
    """The vendor sends it with healthy answers too."""
    reading = answer(200, '{"type":"message","content":[]}', retry_after="31", request_id="req_3")
    assert (reading.outcome, reading.retry_after) == (Outcome.OK, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "999999999"}, 86_400.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and dates (by the answer's own clock); rubbish is no wait."""
    assert read_answer(Answer(429, headers)).retry_after == seconds


def test_a_key_that_was_sent_decides_what_a_bare_401_means() -> None:
    """Without a key they are alive; with one, the key is in question."""
    body = b'{"detail":"Unauthorized"}'
    assert read_answer(Answer(401, {}, body)).layer is Layer.ALIVE_NEEDS_AUTH
    assert read_answer(Answer(401, {}, body, sent_key=True)).layer is Layer.OUR_KEY
    assert read_answer(Answer(401, {}, b"", sent_key=True)).layer is Layer.OUR_KEY
    assert read_answer(Answer(401, {}, b'{"message":"invalid key"}', sent_key=False)).layer is Layer.ALIVE_NEEDS_AUTH


def test_a_web_page_is_a_portal_only_where_json_was_due() -> None:
    """A target that may answer with a page is not said to be behind a captive portal."""
    page = b"<!doctype html><title>Welcome</title><p>Our guest wifi login, and scheduled maintenance of old blogs."
    assert read_answer(Answer(200, {}, page)).layer is Layer.CAPTIVE_PORTAL
    assert read_answer(Answer(200, {}, page + b" " * 2000, plain=True)).outcome is Outcome.OK


def test_a_zone_that_was_asked_is_the_target_and_any_other_a_gateway_in_between() -> None:
    """Cloudflare names whom it speaks for."""
    body = b'{"cloudflare_error":true,"error_code":522,"status":522,"zone":"gw.example.org"}'
    asked = read_answer(Answer(522, CLOUDFLARE, body, url="https://gw.example.org/v1"))
    between = read_answer(Answer(522, CLOUDFLARE, body, url="https://api.anthropic.com/v1/messages"))
    assert (asked.outcome, asked.fault) == (Outcome.FAILED, Fault.VENDOR)
    assert (between.outcome, between.fault, between.advice) == (Outcome.INCONCLUSIVE, Fault.OURS, "check_gateway")


def test_the_more_telling_of_two_numbers_is_the_symptom() -> None:
    """Cloudflare's 530 only says that a 1xxx follows."""
    page = "<title>api.x.ai | 530: unknown</title><div id=cf-error-details>Error code 530, Error 1016</div>"
    assert answer(530, page, **CLOUDFLARE).symptom == "cf_1016"


def test_words_in_a_successful_answer_are_not_errors() -> None:
    """A model may well speak of overloaded errors and challenges."""
    text = json.dumps({"id": "m", "content": [{"text": 'Just a moment... {"type":"error"} <html>Zscaler</html>'}]})
    assert answer(200, text, **CLOUDFLARE).outcome is Outcome.OK


@pytest.mark.parametrize("kind", sorted(ERROR_KINDS))
def test_control_hosts_decide_about_a_missing_answer(kind: str) -> None:
    """Silent control hosts make it ours; nobody's word leaves it open; nothing is theirs when it cannot be."""
    alone, unasked, silent = (read_error(TransportError(kind, "x"), control=c) for c in (True, None, False))
    assert silent.fault in (Fault.OURS, Fault.UNKNOWN)
    assert silent.outcome is Outcome.INCONCLUSIVE
    assert unasked.outcome is Outcome.INCONCLUSIVE or kind == "read_timeout"
    assert read_error(TransportError(kind, "x")) == alone
    if alone.outcome is Outcome.FAILED:
        assert alone.layer in NETWORK_LAYERS
        assert alone.fault in (Fault.VENDOR, Fault.EDGE)


def test_an_unheard_of_kind_of_error_is_unknown() -> None:
    """A total function has an answer for it."""
    reading = read_error(TransportError("sunspots", "sk-ant-123 flare\nup"))
    assert (reading.outcome, reading.layer, reading.symptom) == (Outcome.INCONCLUSIVE, Layer.UNKNOWN, "other")
    assert reading.detail == "[hidden] flare up"


def test_a_stream_that_fails_after_its_200_failed() -> None:
    """The error event is the reading, with what it names."""
    reading = read_stream_end(events_of((DATA / "anthropic_stream_error_midway.sse").read_text()), headers=CLOUDFLARE)
    assert (reading.outcome, reading.layer, reading.symptom) == (Outcome.FAILED, Layer.CAPACITY, "overloaded_error")
    assert (reading.request_id, reading.pop) == ("req_011C0000000000000000000", "FRA")


def test_a_stream_without_an_end_was_cut() -> None:
    """Neither the last event nor [DONE] came."""
    cut = events_of((DATA / "anthropic_stream_truncated.sse").read_text())
    assert read_stream_end(cut).symptom == "stream_cut"
    assert read_stream_end([]).symptom == "stream_empty"
    assert read_stream_end(cut, error=TransportError("read_timeout", "silence")).symptom == "stream_stalled"


@pytest.mark.parametrize(
    ("events", "layer"),
    [
        ([("message_stop", '{"type":"message_stop"}')], Layer.OK),
        ([("", '{"choices":[{"delta":{},"finish_reason":"stop"}]}'), ("", "[DONE]")], Layer.OK),
        ([("", '{"choices":[{"delta":{},"finish_reason":"stop"}]}')], Layer.STREAM),
        ([("", '{"candidates":[{"content":{},"finishReason":"STOP"}]}')], Layer.OK),
        ([("", '{"candidates":[{"content":{}}]}')], Layer.STREAM),
        ([("", '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}')], Layer.CAPACITY),
        ([("", '{"error":{"code":400,"message":"Token limit reached"},"choices":[]}'), ("", "[DONE]")], Layer.STREAM),
        ([("error", '{"type":"error","error":{"type":"rate_limit_error","message":"limit"}}')], Layer.OUR_QUOTA),
        ([("error", "")], Layer.STREAM),
        ([("throttlingException", '{"message":"Too many requests"}')], Layer.OUR_QUOTA),
        ([("response.completed", '{"type":"response.completed","response":{"error":null}}')], Layer.OK),
        ([("", '{"choices":[{"delta":{"content":"{\\"error\\":{\\"type\\":\\"x\\"}}"}}]}'), ("", "[DONE]")], Layer.OK),
    ],
)
def test_each_dialect_of_streams_has_its_end_and_its_errors(events: list[tuple[str, str]], layer: Layer) -> None:
    """Messages, chat completions, responses, Gemini, Bedrock."""
    assert read_stream_end(events).layer is layer
