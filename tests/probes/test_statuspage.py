"""Kind `statuspage`: polite, patient with nobody, and never green when it could not read."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from probes.model import Check, Fault, Outcome, Page, State
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import TransportSettings
from tests.fakes.web import Asked, Script, Wire, answer, cut_off, drip, endless, head, serve, silent
from tests.support.tls import server_tls

RECORDINGS = Path(__file__).parent.parent / "data" / "status-pages"
GREEN = (RECORDINGS / "atlassian_green.json").read_bytes()
JSON = {"content-type": "application/json"}


def with_etag(body: bytes, etag: str) -> Script:
    """A page that knows ETags."""

    async def script(asked: Asked, wire: Wire) -> None:
        if asked.headers.get("if-none-match") == etag:
            await wire.send(head(304, {"etag": etag}))
        else:
            await answer(body, headers=JSON | {"etag": etag})(asked, wire)

    return script


async def test_a_page_is_read(tools: Tools, make_check) -> None:
    """Claims by component id, in an observation of no component."""
    async with serve(answer(GREEN, headers=JSON)) as site:
        seen = await look(make_check(site.url("/api/v2/summary.json"), "statuspage"), tools)
    assert (seen.outcome, seen.component, seen.service) == (Outcome.OK, "", "acme")
    assert seen.page is not None
    assert (seen.page.unreadable, seen.page.url) == ("", site.url("/api/v2/summary.json"))
    assert {claim.state for claim in seen.page.claims} == {State.OPERATIONAL}


async def test_an_unchanged_page_is_not_sent_again(tools: Tools, make_check) -> None:
    """The second look offers the ETag, and 304 gives the same claims, said to be unchanged."""
    async with serve(with_etag(GREEN, '"v1"')) as site:
        check = make_check(site.url(), "statuspage")
        first, second = await look(check, tools), await look(check, tools)
    assert first.page is not None
    assert second.page is not None
    assert (first.page.unchanged, second.page.unchanged) == (False, True)
    assert second.page.claims == first.page.claims
    assert (second.status, second.outcome) == (304, Outcome.OK)


async def test_a_page_without_etag_is_asked_by_date(tools: Tools, make_check) -> None:
    """Last-Modified does where there is no ETag."""
    stamp = "Mon, 13 Apr 2026 15:40:43 GMT"
    async with serve(answer(GREEN, headers=JSON | {"last-modified": stamp})) as site:
        check = make_check(site.url(), "statuspage")
        await look(check, tools)
        await look(check, tools)
        assert [asked.headers.get("if-modified-since") for asked in site.requests] == [None, stamp]


async def test_304_without_a_page_is_unreadable(tools: Tools, make_check) -> None:
    """Nothing unchanged can follow from nothing."""
    async with serve(answer(status=304)) as site:
        seen = await look(make_check(site.url(), "statuspage"), tools)
    assert seen.page is not None
    assert (seen.page.unreadable, seen.outcome) == ("HTTP 304", Outcome.INCONCLUSIVE)


async def test_a_page_that_breaks_is_not_remembered_as_green(tools: Tools, make_check) -> None:
    """After a good look, a bad one is unreadable, not yesterday's claims."""
    async with serve(with_etag(GREEN, '"v1"')) as site:
        await look(make_check(site.url(), "statuspage"), tools)
        port = site.port
    async with serve(answer(b"<html>", headers={"content-type": "text/html"}), port=port) as site:
        seen = await look(make_check(site.url(), "statuspage"), tools)
    assert seen.page is not None
    assert seen.page.unreadable == "an HTML page instead of JSON"
    assert seen.page.claims == ()


WAF = {"x-amzn-waf-action": "challenge"}
BAD: dict[str, Script] = {
    "forbidden": answer(b"<html>Just a moment...", 403, {"cf-mitigated": "challenge", "server": "cloudflare"}),
    "method": answer(b"", 405),
    "challenge": answer(b"", 202, WAF),
    "html": answer(b"<!doctype html><html></html>", headers={"content-type": "text/html"}),
    "empty": answer(b""),
    "garbage": answer(b"\xff\xfe\x00garbage" * 100),
    "cut": answer(GREEN[: len(GREEN) // 2], headers=JSON),
    "list": answer(b"[]", headers=JSON),
    "other shape": answer(b'{"status":"ok"}', headers=JSON),
    "no components": answer(b'{"components":[]}', headers=JSON),
    "deep": answer(b"[" * 500_000, headers=JSON),
    "huge": answer(b'{"components":[' + b" " * 9_000_000 + b"]}", headers=JSON),
    "endless": endless,
    "broken": cut_off(head(200, length=100) + b"{"),
    "dropped": cut_off(),
    "silent": silent,
    "slow": drip(head(200), b" "),
    "server error": answer(b"", 500),
    "bomb": answer(b"\x1f\x8bnot gzip", headers={"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_page_that_cannot_be_read_is_never_green(tools: Tools, make_check, name: str) -> None:
    """It says why, claims nothing, and counts against nobody."""
    async with serve(BAD[name]) as site:
        seen = await look(make_check(site.url(), "statuspage", timeout_s=0.5), tools)
    assert seen.page is not None
    assert seen.page.unreadable
    assert (seen.page.claims, seen.page.incidents) == ((), ())
    assert (seen.outcome, seen.fault in (Fault.UNKNOWN, Fault.OURS)) == (Outcome.INCONCLUSIVE, True)
    assert seen.symptom not in ("", "probe_error")


@pytest.mark.parametrize("name", ["forbidden", "method", "challenge", "html", "huge", "silent"])
async def test_fallbacks_are_tried_in_order(tools: Tools, make_check, name: str) -> None:
    """The first address that can be read is the page, and says which it was."""
    async with serve(BAD[name]) as bad, serve(BAD["html"]) as worse, serve(answer(GREEN)) as good:
        check = make_check(bad.url(), "statuspage", timeout_s=1.5, fallbacks=[worse.url(), good.url()])
        seen = await look(check, tools)
        assert (len(bad.requests), len(worse.requests), len(good.requests)) == (1, 1, 1)
    assert seen.page is not None
    assert (seen.page.url, seen.page.unreadable, seen.outcome) == (good.url(), "", Outcome.OK)


async def test_when_no_address_can_be_read_the_first_ones_reason_counts(tools: Tools, make_check) -> None:
    """It is the page people would open."""
    async with serve(BAD["method"]) as first, serve(BAD["html"]) as second:
        seen = await look(make_check(first.url(), "statuspage", fallbacks=[second.url()]), tools)
    assert seen.page is not None
    assert (seen.page.unreadable, seen.page.url, seen.status) == ("HTTP 405", first.url(), 405)


@pytest.mark.parametrize(("name", "reason"), [("challenge", "HTTP 202"), ("forbidden", "HTTP 403")])
async def test_a_challenge_is_named(tools: Tools, make_check, name: str, reason: str) -> None:
    """A page behind a test for browsers says so, whatever its status code."""
    async with serve(BAD[name]) as site:
        seen = await look(make_check(site.url(), "statuspage"), tools)
    assert seen.page is not None
    assert seen.page.unreadable == f"{reason}, a challenge only a browser can pass"


async def test_a_page_that_moved_says_where_to_and_what_to_change(tools: Tools, make_check) -> None:
    """Another platform's answer is named, with the line of the configuration that reads it."""
    body = (RECORDINGS / "betterstack" / "index.json").read_bytes()
    async with serve(answer(body, headers=JSON)) as site:
        seen = await look(make_check(site.url(), "statuspage"), tools)
    assert seen.page is not None
    assert seen.page.unreadable.endswith("looks like betterstack now: set dialect: betterstack")


async def test_a_wrong_certificate_is_unreadable(make_check) -> None:
    """As on 14 August 2026."""
    tls = server_tls(trustme.CA().issue_cert("127.0.0.1"))
    async with Transport(TransportSettings()) as transport, serve(answer(GREEN), tls=tls) as site:
        seen = await look(make_check(site.url(), "statuspage"), Tools(transport, "here", lambda: 0.0))
    assert seen.page is not None
    assert "certificate" in seen.page.unreadable


async def test_a_page_of_fifty_megabytes_is_not_taken_in(tools: Tools, make_check) -> None:
    """Reading stops at the bound; the server is cut off in the middle."""
    sent = 0

    async def huge(_asked: Asked, wire: Wire) -> None:
        nonlocal sent
        await wire.send(head(200, JSON, 50_000_000))
        while sent < 50_000_000:
            await wire.send(b" " * 100_000)
            sent += 100_000

    async with serve(huge) as site:
        seen = await look(make_check(site.url(), "statuspage"), tools)
        await site.all_closed()
    assert seen.page is not None
    assert seen.page.unreadable == "the page is larger than 8388608 bytes"
    assert sent < 30_000_000


async def test_the_page_of_a_day_changes_as_it_did(tools: Tools, make_check) -> None:
    """Green, then one component red with its incident: seen as the page tells it."""
    red = (RECORDINGS / "atlassian_incident.json").read_bytes()
    bodies = asyncio.Queue[bytes]()
    for body in (GREEN, red):
        bodies.put_nowait(body)

    async def next_one(asked: Asked, wire: Wire) -> None:
        body = bodies.get_nowait()
        await answer(body, headers={"etag": json.dumps(len(body))})(asked, wire)

    async with serve(next_one) as site:
        check = make_check(site.url(), "statuspage")
        pages = [(await look(check, tools)).page for _ in range(2)]
    assert [len(page.incidents) for page in pages if page] == [0, 1]


ASKED = {"api": "cmapi0000002", "code": "cmcode000003"}
SINCE = "stale: by its own stamp it stands still since 2026-05-04 10:12 UTC"
STAMP = datetime(2026, 5, 4, 10, 12, 31, tzinfo=UTC).timestamp()


async def seen_at(days: float, transport: Transport, check: Check, script: Script | None = None) -> Page:
    """The page as read that long after its own stamp."""
    tools = Tools(transport, "here", lambda: STAMP + days * 86_400)
    async with serve(script or answer(GREEN, headers=JSON)) as site:
        observation = await look(replace(check, target=site.url()), tools)
    assert observation.page is not None
    return observation.page


async def test_a_page_that_names_nothing_we_asked_for_is_unreadable(transport: Transport, make_check) -> None:
    """It is another page, or its ids have changed: never empty and green. One id that it names is enough."""
    strange = await seen_at(1, transport, make_check("", "statuspage", components={"api": "k8w3r06qmzrp"}))
    assert strange.unreadable == "names none of the components asked for: k8w3r06qmzrp"
    assert strange.claims == ()
    mine = await seen_at(1, transport, make_check("", "statuspage", components={**ASKED, "new": "k8w3r06qmzrp"}))
    assert (mine.unreadable, len(mine.claims)) == ("", 3)


@pytest.mark.parametrize(("days", "options", "said"), [
    (119, {}, ""),
    (121, {}, f"{SINCE}, longer than 120 days"),
    (121, {"still_days": 200}, ""),
    (3, {"still_days": 2.5}, f"{SINCE}, longer than 2.5 days"),
])  # fmt: skip
async def test_a_page_that_stands_still_is_stale(
    transport: Transport, make_check, days: float, options: dict[str, float], said: str
) -> None:
    """A copy that nobody keeps any more answers for years, and would be green for as long."""
    page = await seen_at(days, transport, make_check("", "statuspage", components=ASKED, options=options))
    assert page.unreadable == said


async def test_an_unchanged_page_grows_stale(transport: Transport, make_check) -> None:
    """304 says that nothing changed: that, too, may go on for too long."""
    check, now = make_check("", "statuspage"), [STAMP]
    async with serve(with_etag(GREEN, '"v1"')) as site:
        tools = Tools(transport, "here", lambda: now[0])
        first = await look(replace(check, target=site.url()), tools)
        now[0] += 130 * 86_400
        second = await look(replace(check, target=site.url()), tools)
    assert first.page is not None
    assert second.page is not None
    assert (first.page.unreadable, second.page.unreadable[:6], second.status) == ("", "stale:", 304)


OLD = "stale: an answer of 2 h ago, by its Age header"


@pytest.mark.parametrize(("age", "said"), [("60", ""), ("7200", OLD), ("x", "")])
async def test_a_page_kept_too_long_on_the_way_is_stale(transport: Transport, make_check, age: str, said: str) -> None:
    """Something on the way still serves what it once had."""
    page = await seen_at(0, transport, make_check("", "statuspage"), answer(GREEN, headers=JSON | {"age": age}))
    assert page.unreadable == said


async def test_a_stream_that_never_ends_is_read_by_its_first_event(transport: Transport, make_check) -> None:
    """Nobody waits for its end."""
    first = (RECORDINGS / "hund" / "live.txt").read_bytes()

    async def script(asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, {"content-type": "text/event-stream"}) + first)
        await silent(asked, wire)

    began = time.monotonic()
    page = await seen_at(0, transport, make_check("", "statuspage", dialect="hund", timeout_s=20.0), script)
    assert (page.unreadable, len(page.claims)) == ("", 3)
    assert time.monotonic() - began < 10
