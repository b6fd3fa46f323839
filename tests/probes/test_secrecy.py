"""Keys appear nowhere: not in logs at their loudest, not in values, not in what is observed."""

import logging

import pytest

from probes.model import Observation, Outcome
from probes.probe import _scrubbed, look
from probes.secret import Secret
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import Fetched, Request
from tests.fakes.web import Asked, Wire, answer, cut_off, serve, silent

KEY = "swordfish.0123456789"


async def quoting(asked: Asked, wire: Wire) -> None:
    """An answer that quotes the key, as some vendors do."""
    said = f"Incorrect API key provided: {asked.headers.get('x-api-key')}".encode()
    headers = {"request-id": asked.headers.get("x-api-key", ""), "content-type": "application/json"}
    body = b'{"type":"error","error":{"type":"authentication_error","message":"' + said + b'"}}'
    await answer(body, 401, headers)(asked, wire)


@pytest.mark.parametrize("script", [quoting, silent, cut_off(), answer(b"fine")])
@pytest.mark.parametrize("spoilt", ["", "\n", "\x00"], ids=["good", "newline", "nul"])
async def test_a_key_is_nowhere(transport: Transport, make_check, caplog, script, spoilt: str) -> None:
    """Whatever the server does, and when the key itself spoils the request."""
    caplog.set_level(logging.DEBUG)
    tools = Tools(transport, "here", lambda: 0.0, secrets={"ACME_KEY": Secret(KEY + spoilt)})
    async with serve(script) as site:
        check = make_check(site.url(), timeout_s=0.3, headers={"x-api-key": "${ACME_KEY}"}, expect_text="fine")
        seen = await look(check, tools)
        assert bool(site.requests) is not bool(spoilt)
    assert KEY not in repr(seen)
    assert KEY not in repr(tools)
    assert KEY not in caplog.text


async def test_a_request_does_not_show_its_headers(transport: Transport) -> None:
    """Nor an error what it could not send."""
    request = Request("http://127.0.0.1:1/?key=" + KEY, 1, headers={"x-api-key": KEY + "\r\n"}, body=KEY.encode())
    got = await transport.fetch(request)
    assert isinstance(got, Fetched)
    assert KEY not in repr(got)
    assert KEY not in repr(request).replace(request.url, "")


async def test_a_header_that_cannot_be_sent_is_not_tried(transport: Transport) -> None:
    """The HTTP library would quote it in its error and in its log."""
    async with serve(answer(b"x")) as site:
        got = await transport.fetch(Request(site.url(), 1, headers={"x-api-key": KEY + "\n"}))
        assert got.error is not None
        assert (got.error.text, site.connections) == ("a header has characters that cannot be sent", 0)


def test_what_is_seen_is_scrubbed() -> None:
    """Whatever a fingerprint let through."""
    seen = Observation(
        "c", "s", "c", "v", 0.0, Outcome.FAILED, detail=f"wrong key {KEY}!", request_id=f"r-{KEY}", pop=KEY
    )
    scrubbed = _scrubbed(seen, {"K": Secret(KEY)})
    assert (scrubbed.detail, scrubbed.request_id, scrubbed.pop) == ("wrong key ********!", "r-********", "********")
