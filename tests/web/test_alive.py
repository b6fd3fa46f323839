"""The page's own health address, which others' troubles do not touch."""

from tests.support.site import page, with_page


async def test_it_answers_while_the_page_does(store):
    """Everybody may ask, a proxy's HEAD too; nothing is kept by caches."""
    async with page(store, with_page()) as client:
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert answer.json()["serving"] is True
        assert (await client.head("/healthz")).status_code == 200
        assert (await client.post("/healthz")).status_code == 405
