"""What the API answers, over the wire, from a store with an outage in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.reports.outcomes import voice
from bot.web.api.shapes import at_least
from probes.model import State
from tests.support.filled import VOICES_OF, fill
from tests.support.site import NOW, bearer, page, with_page
from tests.support.situations import API, INCIDENT


async def test_every_answer_says_how_old_it_is(store):
    """Also one that refuses."""
    await fill(store)
    async with page(store, with_page()) as client:
        for path in ("/v1/components", "/v1/incidents", "/v1/nothing", "/v1/components/x", "/v1/silences"):
            answer = (await client.get(path)).json()
            assert (answer["as_of"], answer["age_s"], answer["stale"]) == (NOW, 0, False), path


async def test_components_have_the_figures_that_are_kept(store):
    """State as of now, share with interval, page, reports; what is old is unknown and has no share."""
    await fill(store)
    async with page(store, with_page()) as client:
        found = {c["id"]: c for c in (await client.get("/v1/components")).json()["components"]}
        one = (await client.get("/v1/components/claude-api")).json()["component"]

    api, code = found["claude-api"], found["claude-code"]
    assert list(found) == list(VOICES_OF)
    assert one == api
    assert not set("\ue000\ue001") & set(api["summary"] + code["summary"]), "times are written out for programs"
    assert (api["state"], api["incident"], api["latency_ms"]) == ("partial_outage", "4F7K", 840)
    assert api["failure"] == {
        "ratio": API.rate, "low": API.low, "high": API.high, "failed": 29, "total": 160, "window_s": 720,
    }  # fmt: skip
    assert api["page"]["state"] == "operational"
    assert (api["reports"]["affected"], api["reports"]["works"]) == (7, 2)
    assert api["vantages"] is None
    assert (code["state"], code["failure"], code["latency_ms"]) == ("unknown", None, None)
    assert code["page"]["unreadable"] == "HTML, not JSON"


@pytest.mark.parametrize(
    ("component", "word", "status"),
    [
        ("claude-web", "operational", 200),
        ("claude-web", "degraded", 200),
        ("claude-api", "degraded", 503),
        ("claude-api", "partial", 200),
        ("claude-code", "partial", 503),
    ],
)
async def test_a_shell_asks_whether_it_is_good_enough(store, component, word, status):
    """By the status code alone; what is unknown never is."""
    await fill(store)
    async with page(store, with_page()) as client:
        answer = await client.get(f"/v1/components/{component}", params={"at_least": word})

    assert (answer.status_code, answer.json()["met"]) == (status, status == 200)


def test_unknown_and_maintenance_are_never_good_enough():
    assert not any(at_least(state, word) for state in (State.UNKNOWN, State.MAINTENANCE) for word in ("partial",))


async def test_incidents_and_their_timelines(store):
    """Newest first, by status; who did what only with a token."""
    await fill(store)
    async with page(store, with_page()) as client:
        (one,) = (await client.get("/v1/incidents")).json()["incidents"]
        over = (await client.get("/v1/incidents", params={"status": "resolved"})).json()["incidents"]
        told = (await client.get("/v1/incidents/4f7k")).json()
        inside = (await client.get("/v1/incidents/4F7K", headers=bearer("viewer"))).json()

    assert (one["id"], one["status"], one["worst"], one["started_at"]) == (
        "4F7K",
        "open",
        "partial_outage",
        INCIDENT.started_at,
    )
    assert over == []
    assert [line["event"] for line in told["timeline"]] == ["opened"]
    assert (told["incident"]["acknowledged"], inside["incident"]["acknowledged"]) == (None, False)


async def test_history_ledger_and_discrepancies(store):
    """As the desk has them."""
    await fill(store)
    async with page(store, with_page()) as client:
        (past,) = (await client.get("/v1/components/claude-api/history", params={"span": "7d"})).json()["history"]
        (figures,) = (await client.get("/v1/ledger")).json()["ledger"]

    assert (past["span"], past["component"], past["uptime"], past["incidents"]) == ("7d", "claude-api", None, ["4F7K"])
    assert figures["figures"][0]["ack"]["median"] == 2000


async def test_the_desk_answers_whoever_shows_a_token(store):
    """Explain, why, tips, alternatives, silences."""
    await fill(store)
    async with page(store, with_page()) as client:
        viewer = bearer("viewer")
        explained = await client.post("/v1/explain", json={"text": "529 overloaded_error"}, headers=viewer)
        why = await client.get("/v1/components/claude-api/why", headers=viewer)
        tips = await client.get("/v1/components/claude-api/tips", headers=viewer)
        others = await client.get("/v1/components/claude-api/alternatives", headers=viewer)
        should = await client.get("/v1/components/claude-api/should-i?deadline_s=45", headers=viewer)
        never = await client.get("/v1/components/claude-api/should-i?deadline_s=0", headers=viewer)
        silences = await client.get("/v1/silences", headers=viewer)
        anybody = await client.post("/v1/explain", json={"text": "529"})

    assert explained.json()["data"]["finding"]["fault"] == "vendor"
    assert why.json()["data"]["voices"]["measured"]["rate"] == API.rate
    assert tips.status_code == others.status_code == 200
    assert (should.json()["data"]["verdict"], should.json()["data"]["deadline_s"]) == ("retry", 45.0)
    assert never.status_code == 400
    assert [s["id"] for s in silences.json()["silences"]] == ["SABCD"]
    assert anybody.status_code == 401


async def test_etag_and_cors(store):
    """What one has is not sent again, whenever it was read; scripts of other sites may read, and nothing else."""
    await fill(store)
    async with page(store, with_page()) as client:
        first = await client.get("/v1/components")
        again = await client.get("/v1/components", headers={"If-None-Match": first.headers["etag"]})
        ahead = await client.options("/v1/components", headers={"Origin": "https://x.example"})
        act = await client.post("/v1/silences", json={}, headers=bearer("responder"))

    assert (again.status_code, again.content, again.headers["x-groundtruth-as-of"]) == (304, b"", f"{NOW:.3f}")
    assert first.headers["access-control-allow-origin"] == "*"
    assert (ahead.status_code, ahead.headers["access-control-allow-methods"]) == (204, "GET, HEAD")
    assert "access-control-allow-origin" not in act.headers


async def test_a_limit_each(store):
    """Each token, and each address without one, has a bucket of its own."""
    await fill(store)
    async with page(store, with_page(per_minute=3)) as client:
        codes = [(await client.get("/v1/components")).status_code for _ in range(4)]
        last = await client.get("/v1/components")
        other = await client.get("/v1/components", headers=bearer("viewer"))

    assert codes == [200, 200, 200, 429]
    assert (last.status_code, last.headers["retry-after"]) == (429, "20")
    assert last.json()["error"]["message"].startswith("more than 3 requests a minute")
    assert other.status_code == 200


async def test_services_of_ones_own_are_not_there(store):
    """For anybody they do not exist."""
    await fill(store)
    async with page(store, with_page(public=frozenset())) as client:
        paths = (
            "/v1/components/claude-api", "/v1/incidents/4F7K", "/v1/components/claude-api/history", "/route/claude-api",
            "/v1/ledger?service=claude",
        )  # fmt: skip
        assert [(await client.get(path)).status_code for path in paths] == [404] * len(paths)
        for path in ("/v1/components", "/v1/services", "/v1/incidents", "/v1/discrepancies", "/api/v2/summary.json"):
            assert "claude" not in (await client.get(path)).text
        assert (await client.get("/v1/components/claude-api", headers=bearer("viewer"))).status_code == 200


async def test_gateways_are_told_by_status_and_header(store):
    """Works, works badly, unknown: in rotation; only what is down is not."""
    await fill(store)
    async with page(store, with_page()) as client:
        well, failing, unknown = [await client.get(f"/route/claude-{name}") for name in ("web", "api", "code")]

    assert (well.status_code, well.text, "x-envoy-degraded" in well.headers) == (200, "operational\n", False)
    assert (failing.status_code, failing.headers["x-envoy-degraded"]) == (200, "true")
    assert (unknown.status_code, unknown.headers["x-groundtruth-state"]) == (200, "unknown")
    assert unknown.headers["x-envoy-degraded"] == "true"


async def test_a_statuspage_over_the_wire(store):
    """The paths that pollers know."""
    await fill(store)
    async with page(store, with_page()) as client:
        summary = (await client.get("/api/v2/summary.json")).json()
        unresolved = (await client.get("/api/v2/incidents/unresolved.json")).json()
        nothing = await client.get("/api/v2/nothing.json")

    states = {c["id"]: c["status"] for c in summary["components"]}
    assert states["claude-code"] == "unknown"
    assert summary["status"]["indicator"] == "major"
    assert [i["id"] for i in unresolved["incidents"]] == ["4F7K"]
    assert nothing.status_code == 404


@settings(max_examples=40)
@given(failed=st.integers(0, 1000), total=st.integers(0, 1000))
def test_the_voice_of_counts(failed, total):
    """Never affected by a few, never working with many failures, none of too little."""

    said = voice(failed, total)
    if said is False:
        assert failed >= 3
    if said is True:
        assert total >= 20
        assert failed * 50 <= total
