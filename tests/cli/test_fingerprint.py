"""`groundtruth fingerprint` reads arrays, `curl -i` output and event streams, and complains in one sentence."""

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import fingerprint as command
from bot.cli.fingerprint import readings
from bot.errors import UserError
from bot.explain.curl import from_curl

DATA = Path(__file__).parents[1] / "data" / "http"
ERROR = '{"type":"error","error":{"type":"api_error","message":"Internal server error"},"request_id":"req_1"}'


def told(data: bytes | str) -> list[tuple[str, str, str]]:
    """(name, outcome, layer) of everything in the input."""
    raw = data.encode() if isinstance(data, str) else data
    return [(name, str(reading.outcome), str(reading.layer)) for name, reading in readings(raw)]


def invoke(argv: list[str]) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(argv))


def test_a_file_gives_one_json_line_per_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, outcome, fault, layer and advice, in that order, each line for itself."""
    assert invoke([str(DATA / "fingerprints.json")]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    recorded = json.loads((DATA / "fingerprints.json").read_text())
    assert [row["name"] for row in rows] == [sample["name"] for sample in recorded]
    assert [row["layer"] for row in rows] == [sample["expect_layer"] for sample in recorded]
    assert list(rows[0])[:5] == ["name", "outcome", "fault", "layer", "advice"]


def test_standard_input_is_read_when_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As at the end of a pipe."""
    raw = f"HTTP/2 500 \r\nserver: cloudflare\r\nrequest-id: req_1\r\n\r\n{ERROR}".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert invoke([]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["name"], row["layer"], row["request_id"]) == ("http_500", "app_backend", "req_1")


@pytest.mark.parametrize(
    "before",
    [
        "",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.1 301 Moved\r\nLocation: https://x.y/\r\nServer: nginx\r\n\r\nHTTP/1.0 100 Go on\n\n",
        "\ufeff\r\n",
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_the_last_answer_of_curl_counts(before: str, end: str) -> None:
    """Redirects, tunnels and interim answers come before it."""
    head = ("HTTP/1.1 529 ", "Server: cloudflare", "cf-ray: 9a1b2c3d4e5f6071-AMS", "Set-Cookie: a=1", "set-cookie: b=2")
    raw = before + end.join(head) + end + end + ERROR.replace("api_error", "overloaded_error")
    assert told(raw) == [("http_529", "failed", "capacity")]


def test_an_answer_without_headers_or_body_is_an_answer() -> None:
    """As `curl -I` prints it, or a server that says no more."""
    answer = from_curl(b"HTTP/2 204 \r\n\r\n")
    assert (answer.status, dict(answer.headers), answer.body, answer.http_version) == (204, {}, b"", "2")
    assert from_curl(b"HTTP/1.1 500 Oops\nServer: x").headers == {"server": "x"}


@pytest.mark.parametrize(
    ("sample", "layer"),
    [
        ({"status": 500, "body": json.loads(ERROR)}, "app_backend"),
        ({"status": "500", "body": {"string": ERROR}}, "app_backend"),
        ({"status_code": 500, "headers": [["Content-Type", "application/json"]], "text": ERROR}, "app_backend"),
        ({"status": 403, "headers": [{"name": "CF-Mitigated", "value": "challenge"}]}, "edge_bot_block_inconclusive"),
        ({"status": 403, "headers": {"CF-Mitigated": ["challenge"]}, "body": None}, "edge_bot_block_inconclusive"),
        ({"status": 529, "body_base64": "AAAA"}, "capacity"),
        ({"error": "dns", "control": True}, "dns"),
        ({"error": {"kind": "refused", "text": "x"}}, "tcp"),
        ({"transport": {"code": "ENOTFOUND", "message": "getaddrinfo"}, "control": False}, "our_network"),
        ({"status": 200, "headers": {"content-type": "text/event-stream"}, "body": "data: {}\n\n"}, "stream"),
        ({"status": None}, "unknown"),
        ("nothing", "unknown"),
    ],
)
def test_samples_may_be_written_in_several_ways(sample: Any, layer: str) -> None:
    """As recorders, HAR files and people write them; an unreadable one is only itself unknown."""
    assert [row[2] for row in told(json.dumps([sample, {"status": 529}]))] == [layer, "capacity"]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ("curl: (6) Could not resolve host: api.anthropic.com\n", ("curl", "inconclusive", "dns")),
        ('event: error\ndata: {"type":"error","error":{"type":"api_error"}}\n\n', ("stream", "failed", "app_backend")),
        ('{"name":"one","status":529}', ("one", "failed", "capacity")),
        ('{"name":"a","status":529}\n{"name":"b","status":529}\n', ("a", "failed", "capacity")),
        ('{"samples":[{"name":"in","status":529}]}', ("in", "failed", "capacity")),
        ('[{"name":"wide","status":529}]'.encode("utf-16"), ("wide", "failed", "capacity")),
    ],
)
def test_other_inputs_are_recognised(data: bytes | str, row: tuple[str, str, str]) -> None:
    """A client's error, a stream, one answer, one answer a line, an array in an envelope, another encoding."""
    assert told(data)[0] == row


@pytest.mark.parametrize("data", ["", "  \n", "hello", '"text"', "12", "[" * 100_000])
def test_what_is_no_recording_is_refused_in_one_sentence(data: str) -> None:
    """A person's mistake, not a traceback."""
    with pytest.raises(UserError) as refusal:
        told(data)
    assert str(refusal.value).endswith(".")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path is in the sentence."""
    with pytest.raises(UserError, match=r"gone\.json"):
        invoke([str(tmp_path / "gone.json")])
