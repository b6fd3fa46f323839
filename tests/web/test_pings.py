"""`/ping/...`: the paths and answers of Healthchecks, over a real server and store."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from bot.store.store import Store
from probes.secret import Secret
from tests.support.jobs import KEY, SETTINGS, UUID
from tests.support.site import bearer, page, with_page

OTHER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the door."""
    async with page(store, with_page(SETTINGS, ping_key=Secret(KEY))) as asking:
        yield asking


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        ("", "ok", None), ("/", "ok", None), ("/start", "start", None), ("/fail", "fail", None),
        ("/log", "log", None), ("/0", "ok", 0), ("/3", "fail", 3), ("/255", "fail", 255),
    ],
)  # fmt: skip
async def test_every_path_is_kept_before_it_is_answered(
    client: httpx.AsyncClient, store: Store, method: str, path: str, kind: str, code: int | None
) -> None:
    """Each word, by each method."""
    answer = await client.request(method, f"/ping/{UUID}{path}")
    assert answer.status_code == 200
    assert answer.text == ("" if method == "HEAD" else "OK")
    (event,) = (await store.pings.get(UUID)).events
    assert (event.kind, event.code) == (kind, code)


@pytest.mark.parametrize("path", ["", "/start", "/7"])
async def test_a_slug_needs_the_key(client: httpx.AsyncClient, store: Store, path: str) -> None:
    """With it the slug is a heartbeat; with another there is none, nor by UUID through the key."""
    assert (await client.get(f"/ping/{KEY}/weekly-report{path}")).text == "OK"
    assert len((await store.pings.get("weekly-report")).events) == 1
    for wrong in (f"/ping/{KEY[:-1]}/weekly-report{path}", f"/ping/{KEY}/unknown{path}", f"/ping/{KEY}/{UUID}{path}"):
        answer = await client.get(wrong)
        assert (answer.status_code, answer.text) == (404, "not found")
    assert len((await store.pings.get("weekly-report")).events) == 1


async def test_nothing_is_created_by_a_ping(client: httpx.AsyncClient) -> None:
    """Healthchecks' `?create=1` is told where heartbeats come from."""
    answer = await client.get(f"/ping/{KEY}/unknown?create=1")
    assert answer.status_code == 404
    assert answer.text == "not found: a heartbeat is added in the configuration here, a ping creates none"


async def test_what_is_no_word_is_refused(client: httpx.AsyncClient, store: Store) -> None:
    """Exit codes end at 255, runs are UUIDs, other UUIDs are unknown; nothing of it is kept."""
    for path, status, said in (
        (f"/ping/{UUID}/256", 400, "invalid url format"),
        (f"/ping/{UUID}/pause", 400, "invalid url format"),
        (f"/ping/{UUID}?rid=1", 400, "invalid uuid format"),
        (f"/ping/{OTHER}", 404, "not found"),
        ("/ping/weekly-report", 404, "not found"),
    ):
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (status, said), path
    assert not (await store.pings.get(UUID)).events


async def test_a_body_of_any_size_is_taken_and_cut(client: httpx.AsyncClient, store: Store) -> None:
    """A job that pipes in its whole log has reported all the same; upper case and runs count as they are."""
    answer = await client.post(f"/ping/{UUID.upper()}/fail?rid={OTHER}", content=b"disk \xff full\n" + b"x" * 3_000_000)
    assert (answer.status_code, answer.headers["Ping-Body-Limit"]) == (200, "1000")
    body = (await store.pings.get(UUID)).body
    assert body.startswith("disk \ufffd full\nxxx")
    assert len(body) == 1_000


async def test_one_job_cannot_report_without_end(client: httpx.AsyncClient) -> None:
    """Others are not held up by it."""
    statuses = [(await client.get(f"/ping/{UUID}")).status_code for _ in range(121)]
    assert statuses[:120] == [200] * 120
    assert statuses[120] == 429
    assert (await client.get(f"/ping/{KEY}/weekly-report")).status_code == 200


async def test_the_evidence_has_the_account_of_the_job(client: httpx.AsyncClient) -> None:
    """For those inside, quoted; nobody else reads what a job sent."""
    await client.post(f"/ping/{UUID}/3", content=b"disk full")
    inside = await client.get("/c/backup", headers=bearer("viewer"))
    assert "the last run failed with exit code 3: &#34;disk full&#34;" in inside.text
    outside = await client.get("/c/backup")
    assert "disk full" not in outside.text
    assert UUID not in inside.text + outside.text


async def test_without_a_key_there_are_no_slugs(store: Store) -> None:
    """An empty key opens nothing."""
    settings = replace(SETTINGS, services=SETTINGS.services)
    async with page(store, with_page(settings)) as asking:
        assert (await asking.get("/ping//weekly-report")).status_code == 404
        assert (await asking.get("/ping/None/weekly-report")).status_code == 404
