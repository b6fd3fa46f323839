"""Requests to the page as a whole: who is let in, what is refused, and how; on a real store over the wire."""

import pytest

from bot.settings import Proxy
from bot.web.routing import HttpError, Route, Section, Table
from bot.web.visitors import Visitors, cookie
from tests.support.site import NOW, TOKENS, bearer, page, with_page


async def nobody(call):
    raise AssertionError


def table():
    def fault(call, told: HttpError):
        raise AssertionError

    routes = (Route("GET", "/c/{component}", nobody), Route("POST", "/c/{component}/ack", nobody))
    return Table((Section(("/v1",), (Route("GET", "/v1/x", nobody),), fault), Section(("/",), routes, fault)))


def test_the_table_finds_routes_by_method_and_path():
    """HEAD is GET; a name is one part of a path, decoded."""
    found = table().find("HEAD", "/c/claude%20api")
    assert (found.route.path, found.params) == ("/c/{component}", {"component": "claude api"})
    assert table().find("GET", "/c/a/ack").allowed == ("POST",)
    assert table().find("GET", "/c/a/b/ack").route is None
    assert table().find("GET", "/v1/nothing").section.prefixes == ("/v1",)
    assert table().find("GET", "/nothing").section.prefixes == ("/",)


async def test_faults_are_told_with_their_status(store):
    """Nothing there, another method, an unknown token."""
    async with page(store, with_page()) as client:
        assert (await client.get("/nothing")).status_code == 404
        answer = await client.post("/")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert (await client.get("/", headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await client.get("/", headers=bearer("viewer"))).status_code == 200


async def test_a_page_one_has_is_not_sent_again(store):
    """304 by ETag."""
    async with page(store, with_page()) as client:
        first = await client.get("/")
        again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def visitor(settings, headers=None, cookies=None, peer="192.0.2.1", now=NOW):
    return Visitors(settings.web).of(headers or {}, cookies or {}, peer, now)


def test_a_session_ends_with_its_time_and_with_its_token():
    """And nobody can make one."""
    web = with_page().web
    assert web is not None
    session = Visitors(web).session(TOKENS[1], NOW)
    inside = visitor(with_page(), cookies={"groundtruth": session})
    assert (inside.role, inside.name, inside.inside, inside.bearer) == ("responder", "responder", True, False)
    assert not visitor(with_page(), cookies={"groundtruth": session}, now=NOW + 15 * 86_400).inside
    assert not visitor(with_page(tokens=TOKENS[:1]), cookies={"groundtruth": session}).inside
    forged = session.replace("responder|", "admin|", 1)
    assert not visitor(with_page(), cookies={"groundtruth": forged}).inside
    assert "HttpOnly; SameSite=Strict; Secure" in cookie(session, secure=True)


@pytest.mark.parametrize(("peer", "inside"), [("10.1.2.3", True), ("192.0.2.1", False), ("", False)])
def test_only_the_proxy_may_say_who_somebody_is(peer, inside):
    """Anybody can send a header."""
    settings = with_page(proxy=Proxy("X-User", ("10.0.0.0/8",), "responder"))
    found = visitor(settings, {"X-User": "ann@example.com"}, peer=peer)
    assert (found.inside, found.name) == (inside, "ann@example.com" if inside else "")


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": b"groundtruth=responder|1|\xc3\xa9\xff"},
        {"cookie": b"groundtruth=responder|\xd9\xa3|x"},
        {"authorization": b"Bearer \xff\xfe"},
        {"authorization": b"Bearer " + b"x" * 5_000},
        {"x-user": b"\xff\x1b[2J"},
    ],
)
async def test_bytes_that_are_no_text_let_nobody_in_and_break_nothing(store, headers, caplog):
    """A session or token of any bytes is only a wrong one: never a fault of ours, never a traceback."""
    settings = with_page(public=frozenset(), proxy=Proxy("X-User", ("10.0.0.0/8",), "responder"))
    async with page(store, settings) as client:
        answer = await client.get("/", headers=headers)
    assert answer.status_code in {200, 400, 401}
    assert "Claude API" not in answer.text
    assert not caplog.records
