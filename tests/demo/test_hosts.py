"""What each host says on the wire, when well and when not."""

import json

import httpx
import pytest

from bot.demo.scenario import FAILURES, Kind
from bot.demo.vendor import Vendor

KEY = {"x-api-key": "sk-ant-test"}


ASKED = {"model": "claude-haiku-4-5", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}


CHAT = {"model": "gpt-5-mini", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    """The events of an SSE body."""
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_healthy_vendor(web: httpx.AsyncClient):
    """Every host answers as the real one does, with the edge's marks and nobody else's."""
    async with Vendor() as vendor:
        site = await web.get(vendor.url("claude-ai") + "/")
        assert (site.status_code, site.headers["server"]) == (200, "cloudflare")
        assert site.headers["cf-ray"].endswith("-FRA")
        assert "text/html" in site.headers["content-type"]
        for host, path in (
            ("claude-api", "/api/hello"),
            ("claude-login", "/v1/oauth/hello"),
            ("claude-login", "/api/hello"),
            ("claude-ai", "/v1/oauth/hello"),
        ):
            assert (await web.get(vendor.url(host) + path)).json() == {"message": "hello"}
        assert (await web.get(vendor.url("claude-downloads") + "/")).status_code == 200
        for control in ("control-1", "control-2"):
            assert (await web.get(vendor.url(control) + "/")).status_code == 204
        assert httpx.URL(vendor.url("control-1")).host != httpx.URL(vendor.url("control-2")).host


async def test_nothing_names_the_library_that_serves_it(web: httpx.AsyncClient):
    """No header of any answer, good or bad, says Python or aiohttp."""
    async with Vendor() as vendor:
        for host, url in vendor.urls.items():
            for path in ("/", "/nothing", "/api/v2/summary.json"):
                answer = await web.get(url + path)
                assert "ython" not in str(answer.headers), host
                assert "aiohttp" not in str(answer.headers) + answer.text, host
        large = await web.post(vendor.url("claude-api") + "/v1/messages", content=b"x" * 3_000_000)
        assert large.status_code == vendor.log.entries[-1].status == 413
        assert "ython" not in str(large.headers)


async def test_models_need_a_key(web: httpx.AsyncClient):
    """401 as JSON without one, the list with one, 401 with a wrong one where only one is good."""
    async with Vendor(key="good") as vendor:
        url = vendor.url("claude-api") + "/v1/models"
        without = await web.get(url)
        assert without.status_code == 401
        assert without.json()["error"] == {"type": "authentication_error", "message": "x-api-key header is required"}
        assert without.json()["request_id"] == without.headers["request-id"]
        assert (await web.get(url, headers={"x-api-key": "bad"})).json()["error"]["message"] == "invalid x-api-key"
        good = await web.get(url, headers={"x-api-key": "good"})
        assert good.json()["data"][0]["type"] == "model"
        bearer = await web.get(vendor.url("openai") + "/v1/models", headers={"authorization": "Bearer good"})
        assert bearer.json()["object"] == "list"
        assert vendor.log.kinds("claude-api") == {"needs_key": 2, "ok": 1}
        assert "good" not in repr(vendor.log.entries)


async def test_messages_whole(web: httpx.AsyncClient):
    """A message, its usage and the headers that readers of limits look for."""
    async with Vendor() as vendor:
        answer = await web.post(vendor.url("claude-api") + "/v1/messages", json=ASKED, headers=KEY)
        counted = await web.post(vendor.url("claude-api") + "/v1/messages/count_tokens", json=ASKED, headers=KEY)
    body = answer.json()
    assert (body["type"], body["stop_reason"], body["usage"]["output_tokens"]) == ("message", "max_tokens", 1)
    assert answer.headers["anthropic-ratelimit-requests-remaining"] == "999"
    assert counted.json()["input_tokens"] == body["usage"]["input_tokens"]


async def test_messages_streamed(web: httpx.AsyncClient):
    """All events in their order, ended by message_stop."""
    async with Vendor() as vendor:
        answer = await web.post(
            vendor.url("claude-api") + "/v1/messages", json=ASKED | {"stream": True, "max_tokens": 99}, headers=KEY
        )
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    names = [name for name, _ in events(answer.text)]
    assert names[:3] == ["message_start", "content_block_start", "ping"]
    assert set(names[3:-3]) == {"content_block_delta"}
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert all(name == data["type"] for name, data in events(answer.text))


async def test_streams_break_after_a_200(web: httpx.AsyncClient):
    """An error event, a neat end without message_stop, a dropped connection: each after a 200."""
    async with Vendor() as vendor:
        url = vendor.url("claude-api") + "/v1/messages"
        vendor.next("claude-api", "sse_error", "sse_cut", "sse_abort")
        broken = await web.post(url, json=ASKED | {"stream": True}, headers=KEY)
        name, data = events(broken.text)[-1]
        assert (broken.status_code, name) == (200, "error")
        assert "message_stop" not in broken.text
        assert data["error"] == {"details": None, "type": "overloaded_error", "message": "Overloaded"}
        cut = await web.post(url, json=ASKED | {"stream": True}, headers=KEY)
        assert cut.status_code == 200
        assert "content_block_delta" in cut.text
        assert "message_stop" not in cut.text
        with pytest.raises(httpx.RemoteProtocolError):
            await web.post(url, json=ASKED | {"stream": True}, headers=KEY)
        assert [s.status for s in vendor.log.entries] == [200, 200, 200]


async def test_stream_failures_of_what_is_no_stream(web: httpx.AsyncClient):
    """An overload is a 529 there, a cut half a body."""
    async with Vendor() as vendor:
        vendor.next("claude-api", "sse_error", "sse_cut")
        assert (await web.get(vendor.url("claude-api") + "/api/hello")).status_code == 529
        with pytest.raises(httpx.RemoteProtocolError):
            await web.get(vendor.url("claude-api") + "/api/hello")


async def test_chat_completions(web: httpx.AsyncClient):
    """The OpenAI-compatible API: whole, streamed to [DONE], broken in the stream."""
    async with Vendor() as vendor:
        url = vendor.url("openai") + "/v1/chat/completions"
        bearer = {"authorization": "Bearer sk-test"}
        whole = await web.post(url, json=CHAT, headers=bearer)
        assert whole.json()["choices"][0]["finish_reason"] == "length"
        assert whole.headers["x-request-id"].startswith("req_")
        streamed = await web.post(url, json=CHAT | {"stream": True}, headers=bearer)
        blocks = streamed.text.strip().split("\n\n")
        assert blocks[-1] == "data: [DONE]"
        assert json.loads(blocks[1].removeprefix("data: "))["choices"][0]["delta"] == {"content": "Hello"}
        vendor.next("openai", "sse_error", "quota_429")
        broken = await web.post(url, json=CHAT | {"stream": True}, headers=bearer)
        assert "error" in json.loads(broken.text.strip().split("\n\n")[-2].removeprefix("data: "))
        quota = await web.post(url, json=CHAT, headers=bearer)
        assert (quota.status_code, quota.json()["error"]["code"]) == (429, "insufficient_quota")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 50_000, 400),
        (b"{}", 400),
        (json.dumps(ASKED | {"messages": []}).encode(), 400),
        (json.dumps(ASKED | {"max_tokens": 0}).encode(), 400),
        (json.dumps(ASKED | {"max_tokens": True}).encode(), 400),
        (json.dumps(ASKED | {"model": "gpt-1"}).encode(), 404),
        (json.dumps({k: v for k, v in ASKED.items() if k != "max_tokens"}).encode(), 400),
    ],
)
async def test_wrong_requests_are_the_clients_fault(web: httpx.AsyncClient, body: bytes, status: int):
    """400 and 404 with the vendor's error types, counted apart from failures."""
    async with Vendor() as vendor:
        answer = await web.post(vendor.url("claude-api") + "/v1/messages", content=body, headers=KEY)
        assert answer.status_code == status
        assert answer.json()["type"] == "error"
        assert vendor.log.kinds() == {"bad_request": 1}


STATUS = {
    Kind.HTTP_500: 500,
    Kind.OVERLOADED_529: 529,
    Kind.EMPTY_500: 500,
    Kind.NGINX_502: 502,
    Kind.ENVOY_503: 503,
    Kind.CLOUDFLARE_522: 522,
    Kind.SSE_ERROR: 529,
    Kind.QUOTA_429: 429,
    Kind.THROTTLED_429: 429,
    Kind.EDGE_429: 429,
    Kind.UNAUTHORIZED_401: 401,
    Kind.FORBIDDEN_403: 403,
    Kind.CHALLENGE_403: 403,
}


@pytest.mark.parametrize("host", ["claude-api", "openai", "claude-ai"])
async def test_every_kind_of_failure(web: httpx.AsyncClient, host: str):
    """Each kind has its status on each dialect, and the log says what was sent."""
    assert set(FAILURES) == set(STATUS) | {Kind.RESET, Kind.HANG, Kind.SSE_CUT, Kind.SSE_ABORT}
    async with Vendor() as vendor:
        path = {"claude-ai": "/"}.get(host, "/v1/models")
        vendor.next(host, *STATUS)
        for kind, status in STATUS.items():
            answer = await web.get(vendor.url(host) + path, headers=KEY)
            expected = 503 if (host, status) == ("openai", 529) else status  # 529 is Anthropic's own
            served = vendor.log.entries[-1]
            assert (served.kind, served.status, answer.status_code) == (str(kind), expected, expected)
            assert served.ray == answer.headers.get("cf-ray", "")


async def test_the_texts_that_fingerprints_go_by(web: httpx.AsyncClient):
    """The words and headers by which a reader tells the layers apart."""
    async with Vendor() as vendor:
        url = vendor.url("claude-api") + "/api/hello"
        vendor.next("claude-api", "http_500", "envoy_503", "cloudflare_522", "challenge_403", "quota_429", "empty_500")
        failed = await web.get(url)
        assert failed.json()["error"]["type"] == "api_error"
        assert failed.json()["request_id"] == failed.headers["request-id"] == vendor.log.entries[-1].request_id
        assert "upstream connect error or disconnect/reset before headers" in (await web.get(url)).text
        assert (await web.get(url)).json()["cloudflare_error"] is True
        challenge = await web.get(url)
        assert (challenge.headers["cf-mitigated"], "Just a moment..." in challenge.text) == ("challenge", True)
        assert (await web.get(url)).headers["anthropic-ratelimit-requests-remaining"] == "0"
        assert (await web.get(url)).content == b""
