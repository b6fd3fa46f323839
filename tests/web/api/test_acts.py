"""Acts by the API: through the judge like everybody's, under the token's role, on record with the token's name."""

import pytest

from bot.core.model.action import ActionRequest
from bot.core.model.report import APPS, Report
from bot.desk.act_limits import PER_MINUTE
from bot.store.codec import ABOUT, ABOUT_FIELD, DEED
from bot.store.stream_rows import decode
from tests.support.filled import fill
from tests.support.scene import Scene, events
from tests.support.site import bearer, page, with_page


@pytest.fixture
def scene(store):
    """A store with nothing in it yet."""
    return Scene(store)


async def audited(store):
    """What is on record: who, what, and what became of it."""
    return [(d.by.platform, d.by.name, d.command, d.outcome) for d in DEED.load_all(await store.audit.latest(9))]


async def test_an_acknowledgement_is_judged_and_audited(scene, store):
    """Once for each Idempotency-Key; a viewer may not, and that is on record too."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        name = await scene.outage()
        async with page(store, with_page(), now=lambda: scene.now) as client:
            path, key = f"/v1/incidents/{name}/acknowledgement", {"Idempotency-Key": "k1"}
            refused = await client.post(path, headers=bearer("viewer"))
            done = await client.post(path, headers=bearer("responder") | key)
            again = await client.post(path, headers=bearer("responder") | key)
            other = await client.post(path, headers=bearer("admin"))
            freed = await client.delete(path, headers=bearer("admin"))
            nothing = await client.post("/v1/incidents/ZZZZ/acknowledgement", headers=bearer("responder"))
            odd = await client.post("/v1/incidents/%20x/acknowledgement", headers=bearer("responder"))

    assert (refused.status_code, nothing.status_code, odd.status_code) == (403, 404, 404)
    assert (done.status_code, done.json()["ok"], done.json()["incident"]) == (200, True, name)
    assert again.json()["message"] == done.json()["message"]
    assert (other.status_code, other.json()["ok"]) == (409, False)
    assert (freed.status_code, freed.json()["ok"]) == (200, True)
    incident = await scene.incident(name)
    (line,) = events(incident, "acknowledged")
    assert "responder" in line.text
    deeds = await audited(store)
    assert ("api", "responder", "ack", "done") in deeds
    assert ("api", "admin", "release", "done") in deeds


async def test_too_many_acts_are_asked_to_wait(scene, store):
    """One holder changes so many things a minute; reading goes on."""
    async with page(store, with_page(), now=lambda: scene.now) as client:
        path, responder = "/v1/incidents/4F7K/acknowledgement", bearer("responder")
        codes = [(await client.post(path, headers=responder)).status_code for _ in range(PER_MINUTE)]
        beyond = await client.post(path, headers=responder)
        read = await client.get("/v1/incidents", headers=responder)
    assert set(codes) == {404}
    assert (beyond.status_code, beyond.headers["retry-after"], read.status_code) == (429, "2", 200)


async def test_a_silence_is_held_and_ended(scene, store):
    """By target and length; what is no length is refused before anything is done."""
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        await scene.outage()
        async with page(store, with_page(), now=lambda: scene.now) as client:
            responder = bearer("responder")
            wrong = await client.post(
                "/v1/silences", json={"what": "claude-api", "duration": "soon"}, headers=responder
            )
            unknown = await client.post("/v1/silences", json={"what": "nothing", "duration": "2h"}, headers=responder)
            body = {"what": "claude-api", "duration": "2h", "reason": "known, vendor is on it"}
            done = await client.post("/v1/silences", json=body, headers=responder)
            name = done.json()["message"]
            (held,) = [s.silence for s in (await scene_silences(scene)) if not s.silence.work]
            ended = await client.delete(f"/v1/silences/{held.id}", headers=responder)
            gone = await client.delete("/v1/silences/S0000", headers=responder)

    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert (done.status_code, done.json()["ok"]) == (200, True), name
    assert (held.target, held.reason) == ("claude-api", "known, vendor is on it")
    assert (ended.status_code, ended.json()["ok"], gone.status_code) == (200, True, 404)
    assert [(who, what) for _, who, what, _ in await audited(store)] == [
        ("responder", "unsilence"), ("responder", "silence"),
    ]  # fmt: skip


async def scene_silences(scene):
    """Those that the judge keeps."""
    about = ABOUT.load((await scene.store.views.assessed("claude", [ABOUT_FIELD])).get(ABOUT_FIELD))
    return about.silences if about else ()


async def reported(store):
    """The reports in the stream."""
    rows = [decode(raw) for _, raw in await store.read("claude")]
    return [row for row in rows if isinstance(row, Report)]


async def test_outcomes_are_voices_of_apps(store):
    """Counts are written once in a while, without an app's own mistakes; nothing of it is kept but a hash."""
    await fill(store)
    counts = [
        {"component": "claude-api", "total": 410, "failed": 70, "codes": {"529": 60, "401": 10}},
        {"component": "claude-web", "total": 400, "failed": 0},
        {"component": "claude-code", "total": 4, "failed": 1},
    ]
    async with page(store, with_page()) as client:
        first = await client.post("/v1/outcomes", json={"outcomes": counts}, headers=bearer("viewer"))
        again = await client.post("/v1/outcomes", json={"outcomes": counts}, headers=bearer("viewer"))
        impossible = [{"component": "claude-api", "total": 1, "failed": 2}]
        wrong = await client.post("/v1/outcomes", json={"outcomes": impossible}, headers=bearer("viewer"))
        more = [{"component": "claude-api", "total": 9, "failed": 2, "codes": {"529": 3}}]
        beyond = await client.post("/v1/outcomes", json={"outcomes": more}, headers=bearer("viewer"))
        nobody = await client.post("/v1/outcomes", json={"outcomes": counts})

    assert [one["voice"] for one in first.json()["outcomes"]] == ["affected", "works", "none"]
    assert [one["voice"] for one in again.json()["outcomes"]] == ["affected", "works", "none"]
    assert [one["why"] for one in again.json()["outcomes"]] == ["noted with your next report"] * 3
    assert (wrong.status_code, beyond.status_code, nobody.status_code) == (400, 400, 401)
    rows = await reported(store)
    assert [(row.component, row.works, row.failed, row.total, row.place) for row in rows] == [
        ("claude-api", False, 60, 400, APPS), ("claude-web", True, 0, 400, APPS), ("claude-code", True, 1, 4, APPS),
    ]  # fmt: skip
    assert all("viewer" not in row.who for row in rows)
    assert not any(isinstance(decode(raw), ActionRequest) for _, raw in await store.read("claude"))


async def test_a_cookie_does_not_act(store):
    """What another site could send in a reader's name is refused."""
    await fill(store)
    async with page(store, with_page()) as client:
        answer = await client.post("/v1/incidents/4F7K/acknowledgement", headers={"Cookie": "groundtruth=x"})
    assert answer.status_code == 401
