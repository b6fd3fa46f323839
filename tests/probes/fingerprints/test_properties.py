"""What holds for any answer whatever: fingerprints are total, stable and discreet."""

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.fingerprint import line, readings
from probes.fingerprints.read import read_answer, read_error, read_stream_end
from probes.fingerprints.sanitise import DETAIL_LENGTH, ID_LENGTH, identifier, one_line
from probes.fingerprints.values import ERROR_KINDS, Answer, Reading, TransportError
from probes.model import Outcome

DATA = Path(__file__).parents[2] / "data" / "http"
SAMPLES: list[dict[str, Any]] = [
    sample for sample in json.loads((DATA / "samples.json").read_text()) if "status" in sample
]
HARMLESS = [
    sample
    for sample in SAMPLES
    if sample["status"] < 500
    and sample["expect_outcome"] != "failed"
    and "event-stream" not in sample["headers"].get("content-type", "")  # a cut stream is a failure of its own
]
FRAGMENTS = (
    *('{"error":', '{"type":"error",', '"type":"api_error"', '"message":"', '"overloaded_error"', '"code":529'),
    *('"cloudflare_error":true', '"zone":"x.y"', "}", "]", '"', "\\", "rate limit", "no api key", "invalid x-api-key"),
    *("<html>", "<title>Just a moment", "<center>nginx", "error code: 1015", "upstream connect error", "zscaler"),
    *("[DONE]", "event: error\n", "data: ", "\n\n", "\ufeff", "é", "\x00"),
)

bodies = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(lambda parts: "".join(parts).encode()),
)
HEADERS = (
    *("server", "cf-ray", "cf-mitigated", "request-id", "x-request-id", "retry-after", "date", "location"),
    *("content-type", "via", "x-cache"),
)
names = st.sampled_from(HEADERS)
values = st.one_of(
    st.text(max_size=40), st.sampled_from(["cloudflare", "nginx", "http://10.0.0.1/", "//[", "req_1", "12"])
)
answers = st.builds(
    Answer,
    status=st.one_of(st.sampled_from([200, 302, 401, 403, 429, 500, 503, 522, 529]), st.integers(-5, 99_999)),
    headers=st.dictionaries(st.one_of(names, st.text(max_size=10)), values, max_size=6),
    body=bodies,
    url=st.one_of(st.just(""), st.just("https://api.anthropic.com/v1"), st.text(max_size=20)),
    plain=st.booleans(),
    sent_key=st.sampled_from([None, True, False]),
)
secrets = st.one_of(
    st.from_regex(r"\Ask-(ant-|proj-)?[A-Za-z0-9]{20,60}\Z"),
    st.from_regex(r"\AAIza[A-Za-z0-9_-]{35}\Z"),
    st.from_regex(r"\A(gsk|xai|pplx|hf|r8)[_-][A-Za-z0-9]{20,40}\Z"),
    st.from_regex(r"\AeyJ[A-Za-z0-9_-]{20,40}\.[A-Za-z0-9_-]{20,40}\Z"),
    st.from_regex(r"\A[a-f0-9]{32,64}\Z"),
)


def bounded(reading: Reading) -> bool:
    """One short printable line, and ids that look like ids."""
    tidy = len(reading.detail) <= DETAIL_LENGTH and (not reading.detail or reading.detail.isprintable())
    return (
        tidy and len(reading.request_id) <= ID_LENGTH and len(reading.symptom) <= 60 and reading.symptom.isprintable()
    )


@settings(max_examples=400, deadline=None)
@given(answers)
def test_any_answer_has_one_bounded_reading(answer: Answer) -> None:
    """Never an exception, always the same, always fit to be kept and printed."""
    reading = read_answer(answer)
    assert reading == read_answer(answer)
    assert bounded(reading)
    assert "\n" not in line("x", reading)
    assert reading.outcome is not Outcome.FAILED or reading.symptom


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
def test_header_case_changes_nothing(sample: dict[str, Any], random: Any) -> None:
    """HTTP/2 lowers names, proxies raise them."""
    body = sample["body"].encode()
    mixed = {"".join(random.choice((c.upper(), c.lower())) for c in k): v for k, v in sample["headers"].items()}
    assert read_answer(Answer(sample["status"], mixed, body)) == read_answer(
        Answer(sample["status"], sample["headers"], body)
    )


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(HARMLESS), st.floats(0, 1))
def test_a_cut_body_never_makes_our_trouble_an_outage(sample: dict[str, Any], share: float) -> None:
    """Whatever a refusal (4xx) or success loses by truncation, it is not blamed on the vendor for it."""
    body = sample["body"].encode()
    reading = read_answer(Answer(sample["status"], sample["headers"], body[: int(len(body) * share)]))
    assert reading.outcome is not Outcome.FAILED


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([("overloaded_error", 529), ("api_error", 500), ("rate_limit_error", 429), ("timeout_error", 504)]),
    st.integers(0, 200),
    st.sampled_from(["", "\ufeff", " \r\n"]),
    st.sampled_from(["application/json", "text/html", "text/plain; charset=latin-1", ""]),
)
def test_a_type_once_read_is_kept_through_cuts_marks_and_wrong_types(
    kind: tuple[str, int], cut: int, mark: str, content_type: str
) -> None:
    """A JSON error cut anywhere behind its type, after a byte order mark, under any content type, reads the same."""
    word, status = kind
    start = mark + json.dumps({"type": "error", "error": {"type": word}})[:-2]
    whole = start + ', "message": "Something went wrong on the way"}, "request_id": "req_1"}'
    headers = {"content-type": content_type}
    told = read_answer(Answer(status, headers, whole[: len(start) + cut].encode()))
    assert (told.symptom, told.layer) == (word, read_answer(Answer(status, {}, whole.encode())).layer)


@settings(max_examples=300, deadline=None)
@given(
    secrets,
    st.sampled_from(["Incorrect key {}", "Bearer {}", "?key={}&x", "token: {}", '"x-api-key": "{}"', "<p>{}</p>"]),
)
def test_no_secret_survives_in_the_detail(secret: str, sentence: str) -> None:
    """A vendor that repeats our key does not make us repeat it."""
    told = sentence.format(secret)
    for status in (200, 401, 500):
        for body in (json.dumps({"error": {"message": told}}), told, f"<html><title>{told}</title></html>"):
            reading = read_answer(Answer(status, {"x-request-id": secret}, body.encode()))
            assert secret not in reading.detail
            assert secret[8:30] not in reading.detail
            assert not re.match(r"sk-|AIza|eyJ", reading.request_id)
    assert secret not in read_error(TransportError("other", told)).detail


@given(st.text(max_size=3000))
def test_a_line_is_one_line(text: str) -> None:
    """No control characters, no more than a glance; mark-up is taken out."""
    assert one_line("<p>All <b>is</b><script>var x</script>\n<!-- well") == "All is <!-- well"
    told = one_line(text)
    assert len(told) <= DETAIL_LENGTH
    assert told == " ".join(told.split())
    assert not told or told.isprintable()


@given(st.text(max_size=200))
def test_an_id_is_an_id_or_nothing(text: str) -> None:
    """Ids are shown to people and sent to vendors: only harmless characters pass."""
    assert re.fullmatch(r"[A-Za-z0-9_.:=+/@-]{0,128}", identifier(text))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=80)), max_size=6), st.sampled_from(sorted(ERROR_KINDS))
)
def test_any_stream_end_has_a_reading(events: list[tuple[str, str]], kind: str) -> None:
    """Garbage in a stream is a cut stream or an error, not a crash."""
    assert bounded(read_stream_end(events))
    assert bounded(read_stream_end(events, error=TransportError(kind, "x" * 5000), headers={"CF-Ray": "zz"}))


KEYS = st.sampled_from(["name", "status", "headers", "body", "error", "url"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
TREES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=6), max_leaves=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(TREES, max_size=3))
def test_any_array_of_samples_is_read(samples: list[Any]) -> None:
    """A strange sample has a line that says so; it does not end the run."""
    assert len(list(readings(json.dumps(samples).encode()))) == len(samples)
