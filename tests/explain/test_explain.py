"""Pasted errors explained: what they mean, whose they are, whether others see them, and never a secret repeated."""

import json
import logging
import re
import string
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.core.answers.answer import Answer
from bot.core.answers.corroboration import Context
from bot.core.messages.error_meanings import ADVICE, WHOSE, means
from bot.core.model.status import ServiceStatus
from bot.core.text.layers import LAYER
from bot.core.tips.alternatives import ranked
from bot.explain.explain import explained, finding
from bot.explain.json_objects import objects_in
from probes.fingerprints import edges, error_messages, gateways, middlebox_rules, transport, verdicts
from probes.fingerprints.error_codes import GENERIC, SPECIFIC
from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.rules import Row
from probes.fingerprints.values import ERROR_KINDS, TransportError
from probes.fingerprints.values import Answer as Response
from probes.fingerprints.verdicts import Verdict
from probes.model import Fault, Layer, State
from tests.support.alternatives import ALL, at
from tests.support.secrets import SECRETS
from tests.support.situations import API, CODE, INCIDENT, NOW, WELL, stood, voices

DATA = Path(__file__).parents[1] / "data"
PASTED: list[dict[str, str]] = yaml.safe_load((DATA / "pasted" / "samples.yaml").read_text())
HTTP: list[dict[str, Any]] = json.loads((DATA / "http" / "samples.json").read_text())
WHOLE = [s for s in HTTP if s.get("status") and not {"error", "url", "sent_key", "plain"} & set(s)]
"""Those of which a pasted answer shows all there is."""
ROWS: list[Row] = [
    row
    for table in (
        middlebox_rules.CHALLENGES,
        middlebox_rules.PROXIES,
        middlebox_rules.PORTALS,
        edges.OTHERS,
        gateways.GATEWAYS,
        error_messages.SENTENCES,
    )
    for row in table
]
NOWHERE = Context()
BUSY = replace(API, symptoms=(("overloaded_error", 27), ("http_500", 2)), layer=Layer.CAPACITY)
SICK = Context((ServiceStatus("claude", "Claude", voices(BUSY, CODE), (INCIDENT,), page_url="https://status.example"),))
FINE = Context((ServiceStatus("claude", "Claude", voices(WELL)),))
OVERLOADED = (
    'anthropic.APIStatusError: Error code: 529 - {"type":"error","error":{"type":"overloaded_error",'
    '"message":"Overloaded"},"request_id":"req_011CSample000000000000001"}'
)


def said(answer: Answer) -> dict[str, str]:
    """The lines by label; those without one go on with the one before."""
    return {label: stood(answer.lines, label) for label, _ in answer.lines if label}


def everything(answer: Answer) -> str:
    """All that an answer would show or hand on, in one text."""
    return f"{asdict(answer)!r} {json.dumps(dict(answer.data), ensure_ascii=False)}"


@pytest.mark.parametrize("sample", PASTED, ids=lambda sample: sample["text"][:60])
def test_what_people_paste(sample: dict[str, str]) -> None:
    """Fault, layer and, where the text tells, the component."""
    found = finding(sample["text"])
    assert (found.known, found.fault, found.layer) == (True, sample["fault"], sample["layer"])
    assert found.secrets == ()
    if "component" in sample:
        assert found.component == sample["component"]
    answer = explained(sample["text"], NOWHERE, NOW)
    assert answer.understood
    assert said(answer)["Means"]
    assert len(answer.title) < 200


def test_there_are_enough_of_them() -> None:
    """Each once."""
    assert len(PASTED) >= 80
    assert len({sample["text"] for sample in PASTED}) == len(PASTED)


@pytest.mark.parametrize("sample", WHOLE, ids=[sample["name"] for sample in WHOLE])
def test_a_pasted_answer_reads_as_the_probe_reads_it(sample: dict[str, Any]) -> None:
    """Every recorded answer, as `curl -i` shows it, comes to the recorded fault and layer: one set of rules."""
    body = sample.get("body") or ""
    shown = body if isinstance(body, str) else json.dumps(body)
    headers = "".join(f"{name}: {value}\r\n" for name, value in (sample.get("headers") or {}).items())
    found = finding(f"HTTP/1.1 {sample['status']} X\r\n{headers}\r\n{shown}")
    assert (found.fault, found.layer) == (sample["expect_fault"], sample["expect_layer"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symptom)
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_row_is_answered(row: Row, data: st.DataObject) -> None:
    """An answer that a row was written for, pasted, has the fault that the probes give it."""
    plain = st.characters(min_codepoint=32, max_codepoint=126)
    page = data.draw(st.from_regex(row.page, alphabet=plain)) if row.page else ""
    head = data.draw(st.from_regex(row.head, alphabet=plain)).strip().splitlines() if row.head else []
    lines = [line.strip() for line in head if re.fullmatch(r"[\w-]+:.*", line.strip())]
    status = next(status for status in (*range(400, 600), 200) if status in row.status)
    headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = f"<html>{page}</html>" if not row.loose else page
    text = f"HTTP/1.1 {status} X\n" + "".join(f"{name}: {value}\n" for name, value in headers.items()) + "\n" + body
    found = finding(text)
    assume(not found.secrets)
    assert found.fault == read_answer(Response(status, headers, body.strip().encode())).fault
    assert said(explained(text, NOWHERE, NOW))["Whose"].startswith(WHOSE[found.fault])


@pytest.mark.parametrize(("word", "verdict"), [*SPECIFIC.items(), *GENERIC.items()], ids=lambda value: str(value)[:40])
def test_every_error_word_is_answered(word: str, verdict: Verdict) -> None:
    """A vendor's error word in its JSON, with the status the probes would see: the probes' own reading."""
    body = json.dumps({"error": {"type": word, "message": "it failed"}})
    status = 500 if verdict.fault is Fault.VENDOR else 400
    found = finding(f"Error code: {status} - {body}")
    assert (found.known, found.fault) == (True, read_answer(Response(status, {}, body.encode())).fault)
    assert found.fault is verdict.fault


@pytest.mark.parametrize("kind", sorted(ERROR_KINDS))
def test_every_missing_answer_is_answered(kind: str) -> None:
    """Each kind of transport error has a meaning, an advice and words for whose it is."""
    for control in (None, True, False):
        reading = read_error(TransportError(kind, kind), control=control)
        assert means(reading.layer, reading.symptom)
        assert reading.advice in ADVICE
        assert reading.fault in WHOSE


def test_every_layer_and_advice_has_its_words() -> None:
    """Nothing that a fingerprint can say is without a sentence."""
    assert set(LAYER) == set(Layer)
    advice = {value.advice for value in vars(verdicts).values() if isinstance(value, Verdict)}
    assert advice <= set(ADVICE)
    assert all(means(layer, "") for layer in Layer)
    assert transport.named("java.net.UnknownHostException: x").kind == "dns"


def test_others_see_it() -> None:
    """The title says so; figures, page and people stand below; an incident to follow."""
    answer = explained(OVERLOADED, SICK, NOW)
    assert answer.title == (
        "HTTP 529 overloaded_error: out of capacity, not your quota; the vendor's fault; Claude API: we see it too"
    )
    lines = said(answer)
    assert lines["We measure"].startswith("Claude API: 🟠 intermittent failures, about 18%")
    assert "overloaded error ×27" in lines["We measure"]
    assert lines["Status page"].startswith("Claude API operational")
    assert lines["User reports"] == "7 reports in 10 min (normally 0–1)"
    assert "follow incident 4F7K" in lines["Do now"]
    assert lines["Request id"].startswith("req_011CSample000000000000001 (Anthropic)")
    assert answer.data["others"] == "same"


def test_others_do_not_see_it() -> None:
    """Then it is said, and what would tell others."""
    answer = explained(OVERLOADED, FINE, NOW)
    assert answer.title.endswith("the vendor's fault; Claude API: we do not see it")
    assert "report it: report claude-api" in said(answer)["Do now"]
    stale = Context((ServiceStatus("claude", "Claude", voices(replace(WELL, at=NOW - 4000))),))
    assert explained(OVERLOADED, stale, NOW).title.endswith("we have no fresh result")
    other = explained(OVERLOADED.replace("529", "500").replace("overloaded_error", "api_error"), SICK, NOW)
    assert other.title.endswith("we see it too")  # HTTP 500 is among the failures
    assert said(explained("openai 429 rate_limit_exceeded", FINE, NOW))["Others"] == (
        "not measured here (add openai under services:)"
    )


def test_a_missing_answer_is_weighed_by_what_we_see() -> None:
    """Alone it cannot be told whose it is; that we reach the vendor, or do not, tells more."""
    text = "connect ECONNREFUSED api.anthropic.com:443"
    assert "probably on your side; Claude API: we do not see it" in explained(text, FINE, NOW).title
    cut = replace(API, symptoms=(("refused", 29),), layer=Layer.TCP)
    theirs = Context((ServiceStatus("claude", "Claude", voices(cut)),))
    assert "probably the vendor's; Claude API: we see it too" in explained(text, theirs, NOW).title
    assert "not clear from this alone" in explained(text, NOWHERE, NOW).title


def test_ours_amid_trouble() -> None:
    """When everything there fails, a refused key may be theirs after all: nothing is to be changed in haste."""
    text = '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'
    assert (
        "wait before you change anything" in said(explained(text, Context((*SICK.standings,), "claude"), NOW))["Whose"]
    )
    assert said(explained(text, Context((*FINE.standings,), "claude"), NOW))["Whose"] == "yours, not the vendor's"


def test_bare_words_find_who_has_them() -> None:
    """Without a name, the components that show the same are named; without any, that is said."""
    assert explained("overloaded", SICK, NOW).title.endswith("Claude API: we see it too")
    assert "it names no service" in said(explained("overloaded", FINE, NOW))["Others"]


@pytest.mark.parametrize(
    "text", ["", "   ", "my cat sat on the mat", "{}", "[]", "<", "42", "\x00\x1b[31m", "ok", "200 ms"]
)
def test_what_is_not_known_is_said_to_be(text: str) -> None:
    """Honestly, with what was looked at."""
    answer = explained(text, FINE, NOW)
    assert not answer.understood
    assert answer.title == "unknown error: nothing in it matches an error we know"
    assert "none found" in said(answer)["Checked"]


def test_request_ids() -> None:
    """An id alone names a request; one of ours is known."""
    answer = explained("req_011CSample000000000000001", FINE, NOW)
    assert answer.title == "Anthropic request id: it names one request, not what happened to it"
    assert answer.understood
    ours = explained(API.request_ids[0], Context((ServiceStatus("claude", "Claude", voices(API)),)), NOW)
    assert ours.title == "request id of one of our own failed requests: why claude-api tells more"


def test_a_secret_is_told_of_and_not_repeated() -> None:
    """What kind, where to revoke it, and that the message is to go."""
    answer = explained("curl -H 'x-api-key: sk-ant-api03-abcdefgh12345678' gave 401", FINE, NOW)
    assert answer.title.startswith("revoke the ")
    assert "platform.claude.com" in said(answer)["Secret"]
    assert "delete your message" in said(answer)["Secret"]
    assert "abcdefgh" not in everything(answer)


FRAMES = (
    "{}",
    "API Error: 401 {}",
    '{{"type":"error","error":{{"type":"{}","message":"{}"}},"request_id":"{}"}}',
    '{{"error":{{"code":"{}","message":"bad","status":"{}"}}}}',
    "HTTP/1.1 401 X\nrequest-id: {}\nx-api-key: {}\nserver: {}\n\n{}",
    "<html><title>{} | 522: {}</title>{}</html>",
    'event: error\ndata: {{"type":"error","error":{{"type":"{}"}}}}',
    "botocore: {} ThrottlingException {}",
    "https://x:{}@api.anthropic.com/ ECONNRESET {}",
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.text(max_size=30), secret=SECRETS, frame=st.sampled_from(FRAMES), after=st.text(max_size=30))
def test_no_secret_in_an_answer_or_a_log(
    before: str, secret: str, frame: str, after: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever it stands in whatever form of error: not in title, lines, data, nor in any log record."""
    text = before + frame.replace("{{", "{").replace("}}", "}").replace("{}", secret) + after
    pieces = [
        secret[i : i + 12] for i in range(len(secret) - 11) if not re.fullmatch(r"[-A-Z \n]*", secret[i : i + 12])
    ]
    assume(not any(piece in before or piece in after for piece in pieces))
    with caplog.at_level(logging.DEBUG):
        answer = explained(text, SICK, NOW)

    shown = everything(answer) + caplog.text + repr(finding(text))
    assert not any(piece in shown for piece in pieces)
    assert said(answer)["Secret"]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=400), st.text(alphabet=string.printable, max_size=400), st.binary(max_size=300)))
def test_any_text_has_a_harmless_answer(text: str | bytes) -> None:
    """Whatever is pasted: an answer of one-line texts, JSON-able, no error."""
    pasted = text if isinstance(text, str) else text.decode("latin-1")
    answer = explained(pasted, SICK, NOW)
    json.dumps(dict(answer.data))
    for shown in (answer.title, *(part for line in answer.lines for part in line)):
        assert "\n" not in shown
        assert len(shown) < 700


def test_hostile_names_in_an_error_are_harmless() -> None:
    """What the text calls its error is shown only if it is a plain word."""
    answer = explained('{"error":{"type":"<!channel>","message":"@everyone overloaded"},"code":529}', FINE, NOW)
    assert "<!channel>" not in everything(answer)
    assert "@everyone" not in everything(answer)


HOSTILE = (
    "{", '{"', '{"error":', "{'a': '", "'", '"', "{a=", "{error={", "a:", "\\", "<title>", "<h1>", "<", "data: \n",
    "HTTP/1.1 200\n", "HTTP/1.1 200\n\n", "< HTTP/2 500\n", "500 ", "API Error: ", "Error: ", "E", "ECONN", "event:",
    "request ", "Timeout", " ", "\n", "<title>1", "status", "error code: ", "req_01", "x", "x.", "aB1", "model ",
    "rate-limit ", "1", "server: ", "upstream connect error ", "connection ", "ray id:",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    """Four times the text takes at most some four times as long, with room for a busy machine: no backtracking."""

    def taken(length: int) -> float:
        text = (piece * length)[:length]
        return min(_timed(text) for _ in range(3))

    assert taken(20_000) < 12 * taken(5_000) + 0.1


def test_a_huge_text_is_cut() -> None:
    """What lies beyond 20,000 characters is not read: a megabyte costs what the first page costs."""
    assert min(_timed("x " * 500_000) for _ in range(3)) < 10 * min(_timed("x " * 10_000) for _ in range(3)) + 0.1
    assert not finding("x " * 20_000 + OVERLOADED).known


def _timed(text: str) -> float:
    begun = time.perf_counter()
    explained(text, SICK, NOW)
    return time.perf_counter() - begun


def test_an_alternative_that_is_up_is_named() -> None:
    """With its live state, and only then."""
    live = ranked(ALL, {"aws-bedrock": (at("bedrock-a"),)}, NOW)
    down = ranked(ALL, {"aws-bedrock": (at("bedrock-a", state=State.MAJOR),)}, NOW)
    assert (
        "Claude on Bedrock, Bedrock-A is up"
        in said(explained(OVERLOADED, replace(SICK, options={"claude-api": live}), NOW))["Do now"]
    )
    assert "Bedrock" not in said(explained(OVERLOADED, replace(SICK, options={"claude-api": down}), NOW))["Do now"]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("502 Bad Gateway", "HTTP 502 gateway: the gateway cannot reach the application; the vendor's fault"),
        ("Error 1020", "Cloudflare 1020: the edge takes you for a robot or blocks you; not clear from this alone"),
        ("error code: 524", "Cloudflare 524: the edge cannot reach the servers behind it; the vendor's fault"),
        ("ECONNRESET", "reset: no connection; not clear from this alone"),
        ("500", "HTTP 500: an error inside their service; the vendor's fault"),
        ("botocore ThrottlingException", "ThrottlingException: your rate limit or quota is used up; on your side"),
        ('HTTP/1.1 200 OK\n\n{"id":"msg_01x","content":[]}', "HTTP 200: it worked; nobody's fault"),
        ("5-hour limit reached ∙ resets 3pm", "plan limit: your rate limit or quota is used up; on your side"),
        ("This organization has been disabled.", "organisation disabled: your plan, credit or rights; on your side"),
    ],
)
def test_titles(text: str, begins: str) -> None:
    """One glance: what, what it means, whose."""
    assert explained(text, NOWHERE, NOW).title.startswith(begins)


def test_ones_own_error_is_not_mixed_with_others_trouble() -> None:
    """A bare 404 has nothing to do with what fails elsewhere."""
    assert "trouble" not in explained("404", SICK, NOW).title


def test_only_the_end_of_a_long_log_is_the_error() -> None:
    """What was quoted pages before the last lines is not what failed."""
    assert not finding("once we were overloaded\n" + "still running\n" * 400).known
    assert finding("still running\n" * 400 + "overloaded\n").known


@pytest.mark.parametrize(
    ("text", "said_of"),
    [
        (
            "x {'error': {'type': 'a', 'message': \"isn't 'code': 1\"}}",
            '{"error": {"type": "a", "message": "isn\'t \'code\': 1"}}',
        ),
        (
            "{ type: 'error', error: { message: 'a \"b\"' } }",
            '{ "type": "error", "error": { "message": "a \\"b\\"" } }',
        ),
        ("{type=error, error={message=Bad, worse}}", '{"type":"error", "error":{"message":"Bad", worse}}'),
        ('{"error": "as: it is"} rest', '{"error": "as: it is"}'),
        ('{"error": "the first"} then {"error": {"code": "the last"}}', '{"error": {"code": "the last"}}'),
        ('{"error": "cut', '{"error": "cut'),
        ("json={'model': 'x'}", ""),
    ],
)
def test_objects_of_other_languages(text: str, said_of: str) -> None:
    """Python, JavaScript and Java print their objects each in their way."""
    assert [body for _, body in objects_in(text)][-1:] == ([said_of] if said_of else [])
