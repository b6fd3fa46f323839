"""A story's time runs at its speed, and a vendor by it posts at the recorded times."""

import httpx

from bot.demo.clock import StoryClock
from bot.demo.scenario_files import load
from bot.demo.vendor import Vendor
from tests.support.clock import Clock


def test_it_stands_until_started_and_then_runs_at_the_storys_speed():
    """85 seconds of 13 April pass in one."""
    story, real = load("april-13"), Clock(1000.0)
    clock = StoryClock(story, real)
    real.at += 5
    assert clock() == story.begins
    assert clock.left_s(story.time("15:31")) * 85 == 14 * 60
    clock.start()
    real.at += 10
    assert clock() == story.begins + 850
    assert clock.elapsed_s == 10
    assert clock.left_s(story.begins) == 0


async def test_a_vendor_by_it_keeps_the_record(web: httpx.AsyncClient):
    """Played in a minute, the post of claude.ai still reads 15:40:43.659."""
    story, real = load("april-13"), Clock(1000.0)
    clock = StoryClock(story, real)
    async with Vendor(story, speed=1, clock=clock) as vendor:
        clock.start()
        real.at += 20
        page = (await web.get(vendor.url("page") + "/api/v2/summary.json")).json()
        assert vendor.behaviour("claude-api").rate == 0.25
    update = page["incidents"][0]["incident_updates"][0]
    assert update["created_at"] == "2026-04-13T15:40:43.659Z"
