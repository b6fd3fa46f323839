"""The client inside the real SDKs, against a vendor on loopback that fails three times in ten.

`pip install anthropic openai pytest`, then `python -m pytest deploy/clients/python/tests`.
"""

import json
import random
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from groundtruth_client import GroundtruthMiddleware, Route, Target, Truth, transport

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")
httpx2 = pytest.importorskip("httpx2")

CALLS = 200
SAID = {
    "/v1/messages": {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
                     "stop_sequence": None, "content": [{"type": "text", "text": "hi"}],
                     "usage": {"input_tokens": 1, "output_tokens": 1}},
    "/v1/chat/completions": {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}]},
}  # fmt: skip


class Vendor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        fails = self.server.dice.random() < self.server.fails
        told = {"type": "error", "error": {"type": "overloaded_error", "message": "x"}} if fails else SAID[self.path]
        body = json.dumps(told).encode()
        self.send_response(529 if fails else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing is printed."""


@pytest.fixture
def vendors():
    """One that fails, and one that works."""
    made = []
    for fails in (0.3, 0.0):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
        server.fails, server.dice = fails, random.Random(7)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.append(server)
    yield [f"http://127.0.0.1:{server.server_port}" for server in made]
    for server in made:
        server.shutdown()
        server.server_close()


def ask(client):
    return client.messages.create(model="m", max_tokens=5, messages=[{"role": "user", "content": "x"}])


def test_the_middleware_sees_each_attempt(vendors):
    truth = Truth("http://127.0.0.1:1")
    with anthropic.Anthropic(
        api_key="k", base_url=vendors[0], max_retries=0, middleware=[GroundtruthMiddleware(truth, "claude-api")]
    ) as client:
        failed = 0
        for _ in range(CALLS):
            try:
                ask(client)
            except anthropic.APIStatusError:
                failed += 1

    assert 0.2 * CALLS < failed < 0.4 * CALLS
    assert truth._counts["claude-api"] == {"": CALLS - failed, "529": failed}


def test_a_route_over_two_clients(vendors):
    route = Route(Truth("http://127.0.0.1:1"), ["claude-api", "bedrock"])
    one, two = (anthropic.Anthropic(api_key="k", base_url=url, max_retries=0) for url in vendors)
    with one, two:
        said = [route.call({"claude-api": lambda: ask(one), "bedrock": lambda: ask(two)}) for _ in range(CALLS)]

    assert len(said) == CALLS


def test_openai_by_a_transport(vendors):
    base = "http://gateway.example/v1"
    route = Route(Truth("http://127.0.0.1:1"), ["a", "b"])
    targets = {name: Target(f"{url}/v1") for name, url in zip("ab", vendors, strict=True)}
    http = httpx2.Client(transport=transport(httpx2, route, targets, base))
    with openai.OpenAI(api_key="k", base_url=base, http_client=http, max_retries=0) as client:
        for _ in range(CALLS):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
