"""`groundtruth catalogue test` against a server on loopback."""

import json

from bot.cli.try_catalogue import run
from bot.settings import Component, Service, Settings, StatusPage
from tests.fakes.web import answer, paths, serve
from tests.probes.dialects.recorded import recorded


def service(name: str, url: str, *ids: str) -> Service:
    components = tuple(Component(f"{name}-{key}", name, key, page_id=key) for key in ids)
    return Service(name, name.title(), page=StatusPage(url, "betterstack"), components=components)


async def test_pages_are_tried_and_their_components_looked_for(capsys):
    """Fine, missing a component, moved, and not there."""
    routes = paths(
        {
            "/good": answer(recorded("betterstack/index.json")),
            "/moved": answer(recorded("cstate/index.json")),
        }
    )
    async with serve(routes) as site:
        services = [
            service("good", site.url("/good"), "1", "2"),
            service("partly", site.url("/good"), "1", "99"),
            service("moved", site.url("/moved"), "1"),
            service("gone", site.url("/gone"), "1"),
        ]
        assert await run(services, Settings(services=tuple(services)), as_json=True) == 1
    rows = {row["service"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["good"]["ok"], rows["good"]["claims"]) == (True, 4)
    assert rows["partly"]["missing"] == ["partly-99"]
    assert "looks like cstate now" in rows["moved"]["unreadable"]
    assert "404" in rows["gone"]["unreadable"]


async def test_all_fine_is_exit_code_0(capsys):
    """And a table for people."""
    async with serve(answer(recorded("betterstack/index.json"))) as site:
        services = [service("good", site.url(), "1")]
        assert await run(services, Settings(services=tuple(services)), as_json=False) == 0
    assert "4 components, 3 incidents" in capsys.readouterr().out
