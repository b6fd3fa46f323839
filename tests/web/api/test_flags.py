"""States as flags, by the paths and shapes of OFREP 0.3.0."""

import pytest

from tests.support.filled import fill
from tests.support.site import page, with_page

AT = "/ofrep/v1/evaluate/flags"
PREFER = (("chat", ("claude-api", "claude-web")), ("code", ("claude-code",)))


async def test_one_flag_at_a_time(store):
    """What fails in part is not usable; what is unknown has no value, so that the app's own default counts."""
    await fill(store)
    async with page(store, with_page(prefer=PREFER)) as client:

        async def value(key):
            answer = await client.post(f"{AT}/{key}", json={"context": {"targetingKey": "x"}})
            assert (answer.status_code, answer.json()["key"]) == (200, key)
            return answer.json().get("value"), answer.json()["reason"], answer.json().get("variant")

        found = [await value(f"claude-{name}.usable") for name in ("web", "api", "code")]
        assert found == [
            (True, "TARGETING_MATCH", "on"),
            (False, "TARGETING_MATCH", "off"),
            (None, "DEFAULT", "unknown"),
        ]
        assert await value("claude-api.state") == ("partial_outage", "TARGETING_MATCH", "partial_outage")
        assert (await value("claude-code.state"))[0] == "unknown"
        assert (await value("route.chat"))[0] == "claude-web"
        assert await value("route.code") == (None, "DEFAULT", "unknown")


async def test_all_flags_at_once(store):
    """With an ETag: 304 while nothing has changed."""
    await fill(store)
    async with page(store, with_page(prefer=PREFER)) as client:
        first = await client.post(AT, json={"context": {}})
        again = await client.post(AT, json={"context": {}}, headers={"If-None-Match": first.headers["ETag"]})
    told = {flag["key"]: flag for flag in first.json()["flags"]}

    assert {"claude-web.usable", "claude-web.state", "route.chat"} <= set(told)
    assert told["route.chat"]["metadata"] == {"component": "claude-web", "state": "operational"}
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "PARSE_ERROR"),
        (b"[" * 60_000, "PARSE_ERROR"),
        (b"[]", "INVALID_CONTEXT"),
        (b'{"context": 1}', "INVALID_CONTEXT"),
    ],
)
async def test_a_request_that_is_none(store, body, code):
    """In the protocol's own words."""
    async with page(store, with_page()) as client:
        for path in (AT, f"{AT}/claude-api.usable"):
            answer = await client.post(path, content=body)
            assert (answer.status_code, answer.json()["errorCode"]) == (400, code)


async def test_a_flag_that_is_not_there(store):
    """One that the asker may not see neither."""
    await fill(store)
    async with page(store, with_page(public=frozenset(), prefer=PREFER)) as client:
        for key in ("nothing", "claude-api.usable", "claude-api"):
            answer = await client.post(f"{AT}/{key}", json={})
            assert (answer.status_code, answer.json()["errorCode"]) == (404, "FLAG_NOT_FOUND")
        assert (await client.post(AT, json={})).json()["flags"][0] == {
            "key": "route.chat",
            "metadata": {},
            "reason": "DEFAULT",
            "variant": "unknown",
        }
        assert (await client.get(AT)).status_code == 405
        assert (await client.options(AT)).headers["Access-Control-Allow-Methods"] == "POST"
