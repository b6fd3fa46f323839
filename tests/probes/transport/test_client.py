"""The transport against servers that behave, more or less: phases, bodies, redirects, connections."""

import asyncio
import gzip
import zlib

import pytest

from probes.transport.client import Transport
from probes.transport.errors import BrokenError
from probes.transport.request import Request, TransportSettings
from tests.fakes.web import Asked, Wire, answer, cut_off, drip, endless, head, in_turn, paths, serve, silent


async def test_an_answer_comes_with_its_phases(transport: Transport) -> None:
    """A plain request by name tells DNS, connecting and first byte apart, and no TLS."""
    async with serve(answer(b'{"message":"hello"}', headers={"X-Request-Id": "r1"})) as site:
        got = await transport.fetch(Request(site.url("/hello?key=secret", host="localhost"), 5))
    assert got.error is None
    assert got.answer is not None
    assert (got.answer.status, got.body, got.answer.headers["x-request-id"]) == (200, b'{"message":"hello"}', "r1")
    assert got.answer.url == site.url("/hello", host="localhost")
    times = got.timings
    assert None not in (times.dns, times.connect, times.first_byte, times.total)
    assert times.tls is None
    assert (times.dns or 0) + (times.connect or 0) + (times.first_byte or 0) <= (times.total or 0)


async def test_a_lane_uses_its_connection_again(transport: Transport) -> None:
    """Within a lane the second request needs no DNS and no connecting; another lane has its own connection."""
    async with serve(answer(b"x")) as site:
        first = await transport.fetch(Request(site.url(), 5, lane="a"))
        again = await transport.fetch(Request(site.url(), 5, lane="a"))
        other = await transport.fetch(Request(site.url(), 5, lane="b"))
        assert (first.reused, again.reused, other.reused) == (False, True, False)
        assert again.timings.connect is None
        assert site.connections == 2


async def test_without_a_lane_nothing_is_kept(transport: Transport) -> None:
    """A request without a lane closes its connection behind it."""
    async with serve(answer(b"x")) as site:
        await transport.fetch(Request(site.url(), 5))
        await site.all_closed()
        assert site.requests[0].headers["connection"] == "close"


async def test_leaving_closes_kept_connections() -> None:
    """The end of the transport is the end of its connections."""
    async with serve(answer(b"x")) as site:
        async with Transport() as transport:
            await transport.fetch(Request(site.url(), 5, lane="a"))
            assert site.open == 1
        await site.all_closed()


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 4"], ids=["silently", "in the middle"])
async def test_a_fresh_connection_that_breaks_counts(transport: Transport, before: bytes) -> None:
    """A connection cut on its first request is a failure, asked once."""
    async with serve(cut_off(before)) as site:
        got = await transport.fetch(Request(site.url(), 5, lane="a"))
        assert got.error is not None
        assert got.error.kind == "reset"
        assert len(site.requests) == 1


async def test_a_stale_connection_is_tried_again_on_a_fresh_one(transport: Transport) -> None:
    """A kept connection that the server drops as we ask again is nobody's failure."""

    async def once_per_connection(asked: Asked, wire: Wire) -> None:
        if asked.nth:
            wire.cut()
        else:
            await wire.send(head(200, length=2) + b"ok")

    async with serve(once_per_connection) as site:
        await transport.fetch(Request(site.url(), 5, lane="a"))
        got = await transport.fetch(Request(site.url(), 5, lane="a", method="POST", body=b"data"))
        assert (got.error, got.body, got.reused) == (None, b"ok", False)
        assert [asked.body for asked in site.requests] == [b"", b"data", b"data"]


async def test_an_answer_that_broke_off_is_not_asked_again(transport: Transport) -> None:
    """On a reused connection too: once a byte of the answer came, its breaking is the server's."""

    async def breaks(asked: Asked, wire: Wire) -> None:
        if asked.nth:
            await wire.send(b"HTTP/1.1 20")
            wire.writer.close()
        else:
            await wire.send(head(200, length=2) + b"ok")

    async with serve(breaks) as site:
        await transport.fetch(Request(site.url(), 5, lane="a"))
        got = await transport.fetch(Request(site.url(), 5, lane="a"))
        assert got.error is not None
        assert len(site.requests) == 2


async def test_an_unasked_answer_on_an_idle_connection_is_not_taken_for_ours(transport: Transport) -> None:
    """Servers say 408 on an idle connection before they close it."""

    idle = asyncio.Event()
    told = asyncio.Event()

    async def talkative(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, length=2) + b"ok")
        await idle.wait()
        await wire.send(head(408, length=0))
        told.set()

    async with serve(talkative) as site:
        first = await transport.fetch(Request(site.url(), 5, lane="a"))
        idle.set()
        await told.wait()
        for _ in range(10):  # loop turns, in which the client's end reads it
            await asyncio.sleep(0)
        second = await transport.fetch(Request(site.url(), 5, lane="a"))
    assert first.answer is not None
    assert second.answer is not None
    assert (first.answer.status, second.answer.status) == (200, 200)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (silent, "read_timeout"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"x-drop: 1\r\n"), "read_timeout"),
        (drip(head(200), b"x"), "read_timeout"),
    ],
    ids=["silent", "slow headers", "slow body"],
)
async def test_slowness_ends_with_the_deadline(transport: Transport, script, kind: str) -> None:
    """A server that says nothing, or too slowly, ends in one error, on time, with nothing left open."""
    async with serve(script) as site:
        got = await transport.fetch(Request(site.url(), 0.3, lane="a"))
        assert got.error is not None
        assert got.error.kind == kind
        assert 290 < (got.timings.total or 0) < 2000
        await site.all_closed()


async def test_headers_are_kept_when_the_body_breaks_off(transport: Transport) -> None:
    """Both are given: what was answered, and that its body never came whole."""
    async with serve(cut_off(head(500, {"request-id": "r9"}, length=100) + b"abc")) as site:
        got = await transport.fetch(Request(site.url(), 5))
    assert got.answer is not None
    assert (got.answer.status, got.body, got.answer.headers["request-id"]) == (500, b"abc", "r9")
    assert got.error is not None
    assert got.error.kind == "reset"


async def test_an_endless_body_is_cut_at_its_bound(transport: Transport) -> None:
    """No more than the bound is kept, and the connection is closed."""
    async with serve(endless) as site:
        got = await transport.fetch(Request(site.url(), 5, max_bytes=100_000, lane="a"))
        assert got.truncated
        assert len(got.body) == 100_000
        await site.all_closed()


async def test_a_body_of_exactly_the_bound_is_whole(transport: Transport) -> None:
    """The bound itself is allowed."""
    async with serve(answer(b"x" * 1000)) as site:
        got = await transport.fetch(Request(site.url(), 5, max_bytes=1000))
    assert (len(got.body), got.truncated) == (1000, False)


async def test_a_gzip_bomb_stays_small(transport: Transport) -> None:
    """One MiB of a bomb is a gigabyte unpacked: reading stops at the bound."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(64)) + packer.flush()
    async with serve(answer(bomb, headers={"content-encoding": "gzip"})) as site:
        got = await transport.fetch(Request(site.url(), 5, max_bytes=200_000))
    assert got.truncated
    assert len(got.body) == 200_000


async def test_bytes_on_the_wire_are_bounded_too(transport: Transport) -> None:
    """Endless gzip members that unpack to nothing."""
    nothing = gzip.compress(b"") * 1000

    async def empties(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, {"content-encoding": "gzip"}))
        while True:
            await wire.send(nothing)

    async with serve(empties) as site:
        got = await transport.fetch(Request(site.url(), 5, max_bytes=100_000))
        assert (got.truncated, got.body, got.error) == (True, b"", None)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello " * 50_000)),
        ("gzip", gzip.compress(b"hello " * 20_000) + gzip.compress(b"hello " * 30_000)),
        ("gzip", gzip.compress(b"hello " * 50_000) + b"\0\0\0"),
        ("deflate", zlib.compress(b"hello " * 50_000)),
        ("deflate", zlib.compress(b"hello " * 50_000)[2:-4]),
        ("identity", b"hello " * 50_000),
    ],
    ids=["gzip", "two members", "padded", "deflate", "bare deflate", "identity"],
)
async def test_encoded_bodies_are_read(transport: Transport, encoding: str, packed: bytes) -> None:
    """What we offer to read, we read."""
    async with serve(answer(packed, headers={"Content-Encoding": encoding})) as site:
        got = await transport.fetch(Request(site.url(), 5))
    assert got.error is None
    assert got.body == b"hello " * 50_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_a_body_that_cannot_be_decoded_says_so(transport: Transport, encoding: str) -> None:
    """Garbage under an encoding's name, or an encoding we did not ask for."""
    async with serve(answer(b"this is not it", headers={"content-encoding": encoding})) as site:
        got = await transport.fetch(Request(site.url(), 5))
    assert got.answer is not None
    assert got.error is not None
    assert got.error.kind == "decode"


@pytest.mark.parametrize("count", [300, 10_000])
async def test_headers_without_end_are_a_protocol_error(transport: Transport, count: int) -> None:
    """Too many headers are refused, whether they fit the bound in bytes or not."""
    headers = {f"x-header-number-{n}": "value" for n in range(count)}
    async with serve(answer(b"x", headers=headers)) as site:
        got = await transport.fetch(Request(site.url(), 5))
        assert got.error is not None
        assert got.error.kind == "protocol"
        await site.all_closed()


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"\xff\xfe\x00\x01" * 100, b"HTTP/1.1 abc\r\n\r\n"])
async def test_what_is_not_http_is_a_protocol_error(transport: Transport, said: bytes) -> None:
    """Another protocol behind the port, or garbage."""
    async with serve(cut_off(said)) as site:
        got = await transport.fetch(Request(site.url(), 5))
    assert got.error is not None
    assert got.error.kind in ("protocol", "reset")


async def test_bytes_that_are_no_text_pass(transport: Transport) -> None:
    """Invalid UTF-8 in headers and body is nobody's crash."""
    async with serve(cut_off(head(200, {"x-name": "caf\xe9\xff"}, length=4) + b"\xff\xfe\x80\x00")) as site:
        got = await transport.fetch(Request(site.url(), 5))
    assert got.answer is not None
    assert got.body == b"\xff\xfe\x80\x00"
    assert got.answer.headers["x-name"] == "caf\xe9\xff"


async def test_redirects_are_followed(transport: Transport) -> None:
    """To the page they lead to, within their limit."""
    script = paths({"/": answer(status=302, headers={"location": "/there"}), "/there": answer(b"here")})
    async with serve(script) as site:
        got = await transport.fetch(Request(site.url(), 5, lane="a"))
        as_it_is = await transport.fetch(Request(site.url(), 5, redirects=0))
    assert got.answer is not None
    assert (got.body, got.answer.url) == (b"here", site.url("/there"))
    assert as_it_is.answer is not None
    assert as_it_is.answer.status == 302


@pytest.mark.parametrize(
    "location", ["/", "file:///etc/passwd", "http://[", "http:///", "http://" + "a" * 70_000, "http://xn--\xff/"]
)
async def test_redirects_that_lead_nowhere_end(transport: Transport, location: str) -> None:
    """A loop, another scheme, an address that is none: one error, and not one request too many."""
    async with serve(answer(status=302, headers={"location": location})) as site:
        got = await transport.fetch(Request(site.url(), 5, redirects=3))
        assert got.error is not None
        assert got.error.kind in ("redirects", "dns")
        assert len(site.requests) <= 4


async def test_headers_stay_at_home_when_a_redirect_leads_elsewhere(transport: Transport) -> None:
    """Keys go to the origin they were meant for and to no other."""
    async with (
        serve(answer(b"mine now")) as thief,
        serve(in_turn(answer(status=307, headers={"location": "/2"}), _to(thief.url("/")))) as site,
    ):
        headers = {"X-Api-Key": "sk-secret-1", "Authorization": "Bearer sk-secret-2", "accept": "text/x"}
        got = await transport.fetch(Request(site.url(), 5, headers=headers, lane="a"))
        assert got.body == b"mine now"
        assert [asked.headers.get("x-api-key") for asked in site.requests] == ["sk-secret-1", "sk-secret-1"]
        assert "sk-secret" not in repr(thief.requests[0])
        assert thief.requests[0].headers["accept"] == "text/x"


async def test_data_stays_at_home_too(transport: Transport) -> None:
    """A body is not sent on to another origin; after 303 there is none to send."""
    async with serve(answer(b"x")) as other:
        for status, sent_on in ((307, 0), (303, 1)):
            async with serve(_to(other.url(), status)) as site:
                await transport.fetch(Request(site.url(), 5, method="POST", body=b"data"))
                assert len(other.requests) == sent_on
        assert (other.requests[0].method, other.requests[0].body) == ("GET", b"")


def _to(location: str, status: int = 302):
    return answer(status=status, headers={"location": location})


async def test_a_stream_gives_pieces_as_they_come(transport: Transport) -> None:
    """The first piece is there while the server still holds the second back."""
    go_on = asyncio.Event()

    async def two_events(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, {"transfer-encoding": "chunked"}) + b"5\r\none\n\n\r\n")
        await go_on.wait()
        await wire.send(b"5\r\ntwo\n\n\r\n0\r\n\r\n")

    pieces = []
    async with serve(two_events) as site, transport.stream(Request(site.url(), 5)) as flow:
        assert flow.status == 200
        async for piece in flow.chunks(1000):
            pieces.append(piece)
            go_on.set()
        assert flow.timings().first_byte is not None
    assert b"".join(pieces) == b"one\n\ntwo\n\n"


async def test_a_stream_that_hangs_breaks_on_time(transport: Transport) -> None:
    """The deadline holds inside the block, and comes out of it as BrokenError."""
    async with serve(drip(head(200), b"x")) as site:
        with pytest.raises(BrokenError) as broken:
            await _all_of(transport, Request(site.url(), 0.2))
        assert broken.value.error.kind == "read_timeout"
        await site.all_closed()


async def _all_of(transport: Transport, request: Request) -> None:
    async with transport.stream(request) as flow:
        async for _ in flow.chunks(1000):
            pass


async def test_cancelling_leaves_nothing_open(transport: Transport) -> None:
    """A cancelled request is cancelled, not translated, and its connection closed."""
    async with serve(silent) as site:
        task = asyncio.create_task(transport.fetch(Request(site.url(), 30, lane="a")))
        await site.asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await site.all_closed()


async def test_cancelling_twice_leaves_nothing_open(transport: Transport) -> None:
    """Two deadlines close together cancel a request, and again while it cleans up; at whatever step it is."""
    async with serve(silent) as site:
        for turns in range(30):
            task = asyncio.create_task(transport.fetch(Request(site.url(), 30, lane=f"{turns}")))
            for _ in range(turns):
                await asyncio.sleep(0)
            for _ in range(4):
                task.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(task, return_exceptions=True)
        await transport.fetch(Request(site.url(), 0.1))  # what was connected has been accepted then
        await site.all_closed()


async def test_the_user_agent_is_the_configured_one() -> None:
    """Vendors can tell who asks."""
    async with Transport(TransportSettings(user_agent="groundtruth/1 (+mail)")) as transport, serve(answer()) as site:
        await transport.fetch(Request(site.url(), 5))
        assert site.requests[0].headers["user-agent"] == "groundtruth/1 (+mail)"
