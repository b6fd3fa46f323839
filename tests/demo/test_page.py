"""The status page: the recorded words at the recorded minutes, on the wire as Statuspage sends them."""

import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest

from bot.demo.page import stamp
from bot.demo.scenario_files import load
from bot.demo.vendor import Vendor
from tests.support.clock import Clock

API = "/api/v2"


IDS = {"claude-ai": "rwppv331jlwc", "claude-api": "k8w3r06qmzrp", "claude-code": "yyzkbfz2thpt"}


async def summary(web: httpx.AsyncClient, vendor: Vendor) -> dict[str, Any]:
    answer = await web.get(vendor.url("page") + f"{API}/summary.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def states(document: dict[str, Any]) -> dict[str, str]:
    return {c["id"]: c["status"] for c in document["components"]}


@pytest.mark.parametrize(
    ("clock_time", "web_state", "code_state", "indicator", "updates"),
    [
        ("15:17:00", "operational", "operational", "none", 0),
        ("15:40:43", "operational", "operational", "none", 0),
        ("15:40:43.659", "major_outage", "operational", "major", 1),
        ("15:58:13.317", "major_outage", "operational", "major", 2),
        ("16:16:54.582", "major_outage", "operational", "major", 2),
        ("16:16:54.583", "major_outage", "partial_outage", "major", 3),
        ("16:35:58.061", "major_outage", "partial_outage", "major", 3),
        ("16:35:58.062", "operational", "operational", "none", 0),
    ],
)
async def test_the_page_of_13_april(
    web: httpx.AsyncClient, clock_time: str, web_state: str, code_state: str, indicator: str, updates: int
):
    """Each component turns at the recorded millisecond; Claude API never does; resolved incidents leave the summary."""
    story = load("april-13")
    clock = Clock(story.begins)
    async with Vendor(story, speed=1, clock=clock) as vendor:
        clock.at = story.time(clock_time)
        page = await summary(web, vendor)
    assert states(page)[IDS["claude-ai"]] == web_state
    assert states(page)[IDS["claude-code"]] == code_state
    assert states(page)[IDS["claude-api"]] == "operational"
    assert page["status"]["indicator"] == indicator
    assert sum(len(i["incident_updates"]) for i in page["incidents"]) == updates


async def test_the_incident_of_13_april_is_the_vendors_own_record(web: httpx.AsyncClient):
    """Ids, times and transitions of the last update are those of the recording."""
    story = load("april-13")
    clock = Clock(story.begins)
    async with Vendor(story, speed=1, clock=clock) as vendor:
        clock.at = story.ends
        found = (await web.get(vendor.url("page") + f"{API}/incidents/6jd2m42f8mld.json")).json()["incident"]
        assert (await web.get(vendor.url("page") + f"{API}/incidents/none.json")).status_code == 404
    assert found["name"] == "Claude.ai down"
    assert (found["impact"], found["status"]) == ("critical", "resolved")
    assert found["created_at"] == "2026-04-13T15:40:43.567Z"
    assert found["started_at"] == "2026-04-13T15:40:43.562Z"
    assert found["resolved_at"] == "2026-04-13T16:35:58.062Z"
    assert [u["created_at"][11:23] for u in found["incident_updates"]] == [
        "16:35:58.062",
        "16:16:54.583",
        "15:58:13.317",
        "15:40:43.659",
    ]
    code = found["incident_updates"][1]["affected_components"][3]
    assert code == {
        "code": IDS["claude-code"],
        "name": "Claude Code",
        "old_status": "operational",
        "new_status": "partial_outage",
    }


async def test_the_traps_of_15_april(web: httpx.AsyncClient):
    """An open incident over green components, and an update dated back by seventeen minutes."""
    story = load("april-15")
    clock = Clock(story.begins)
    async with Vendor(story, speed=1, clock=clock) as vendor:
        clock.at = story.time("14:53:03")
        page = await summary(web, vendor)
        assert set(states(page).values()) == {"operational"}
        assert page["status"]["description"] == "All Systems Operational"
        assert [i["id"] for i in page["incidents"]] == ["f00h6l76tsjs"]
        clock.at = story.time("15:58")
        page = await summary(web, vendor)
    latest = page["incidents"][0]["incident_updates"][0]
    assert latest["created_at"] == "2026-04-15T15:57:22.460Z"
    assert latest["display_at"] == "2026-04-15T15:40:22.000Z"
    assert states(page)[IDS["claude-api"]] == "operational"


async def test_a_story_at_speed_shows_the_time_it_is_played(web: httpx.AsyncClient, clock: Clock):
    """Posts carry the clock of the performance: 23:43 of story at 85 to one is 16.7 seconds after the start."""
    async with Vendor(load("april-13"), clock=clock) as vendor:
        clock.at = vendor.began + 17
        page = await summary(web, vendor)
    posted = page["incidents"][0]["incident_updates"][0]["created_at"]
    assert posted == stamp(vendor.began + (23 * 60 + 43.659) / 85)


async def test_unchanged_pages_answer_304(web: httpx.AsyncClient, clock: Clock):
    """The ETag holds while nothing changes, whatever the time, and weak or listed tags match."""
    async with Vendor(clock=clock) as vendor:
        url = vendor.url("page") + f"{API}/summary.json"
        tag = (await web.get(url)).headers["etag"]
        clock.at += 3600
        for sent in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
            same = await web.get(url, headers={"if-none-match": sent})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        vendor.page.set("claude-api", "partial_outage")
        changed = await web.get(url, headers={"if-none-match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag
        assert vendor.log.kinds("page") == {"ok": 2, "not_modified": 4}


async def test_posts_by_hand(web: httpx.AsyncClient, clock: Clock):
    """An editor opens, updates and resolves; the backdated start shows, the creation stays true."""
    async with Vendor(clock=clock) as vendor:
        name = vendor.page.post("Elevated errors", {"claude-api": "major_outage"}, impact="major", backdated_s=600)
        clock.at += 60
        vendor.page.post(
            incident=name, status="monitoring", body="A fix is in.", states={"claude-api": "degraded_performance"}
        )
        page = await summary(web, vendor)
        incident = page["incidents"][0]
        assert (incident["name"], incident["impact"], incident["status"]) == ("Elevated errors", "major", "monitoring")
        assert incident["started_at"] == stamp(clock.at - 660)
        first = incident["incident_updates"][-1]
        assert (first["display_at"], first["created_at"]) == (stamp(clock.at - 660), stamp(clock.at - 60))
        assert incident["monitoring_at"] == stamp(clock.at)
        assert [c["id"] for c in incident["components"]] == [IDS["claude-api"]]
        assert page["status"]["indicator"] == "minor"
        vendor.page.resolve(name)
        page = await summary(web, vendor)
        assert page["incidents"] == []
        assert set(vendor.page.states().values()) == {"operational"}
        history = (await web.get(vendor.url("page") + f"{API}/incidents.json")).json()["incidents"]
        assert history[0]["resolved_at"] == stamp(clock.at)
        unresolved = await web.get(vendor.url("page") + f"{API}/incidents/unresolved.json")
        assert unresolved.json()["incidents"] == []


async def test_an_update_may_name_no_component(web: httpx.AsyncClient, clock: Clock):
    """Such incidents leave every component green and say null, as real ones do."""
    async with Vendor(clock=clock) as vendor:
        vendor.page.post("Something", {})
        page = await summary(web, vendor)
    assert page["incidents"][0]["incident_updates"][0]["affected_components"] is None
    assert page["status"]["indicator"] == "none"


async def test_unknown_words_are_refused(clock: Clock):
    """A component, state or incident that is not there is an error for the editor."""
    async with Vendor(clock=clock) as vendor:
        with pytest.raises(KeyError):
            vendor.page.set("claude-cli", "major_outage")
        with pytest.raises(ValueError, match="broken"):
            vendor.page.set("claude-api", "broken")
        with pytest.raises(KeyError):
            vendor.page.post(incident="none")
        with pytest.raises(ValueError, match="a bit"):
            vendor.page.break_("a bit")


async def test_feeds_tell_the_same(web: httpx.AsyncClient):
    """Atom and RSS are well-formed and name the incident, with hostile text escaped."""
    story = load("april-13")
    clock = Clock(story.begins)
    async with Vendor(story, speed=1, clock=clock) as vendor:
        clock.at = story.ends
        vendor.page.post("</title><script> & co", body="<!channel> & @everyone")
        atom = (await web.get(vendor.url("page") + "/history.atom")).content
        rss = (await web.get(vendor.url("page") + "/history.rss")).content
    name = "{http://www.w3.org/2005/Atom}"
    titles = [e.text for e in ET.fromstring(atom).iter(f"{name}title")]
    assert titles[1:] == ["</title><script> & co", "Claude.ai down"]
    dates = [e.text for e in ET.fromstring(rss).iter("pubDate")]
    assert dates[1] == "Mon, 13 Apr 2026 15:40:43 +0000"
