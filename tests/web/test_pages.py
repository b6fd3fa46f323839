"""Every page on a filled store, over the wire and without a browser: sound HTML, the desk's words, nothing hidden."""

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.text.inline import utc
from bot.core.text.quoting import clean
from bot.desk.open import open_desk
from bot.settings import Channel, Settings
from bot.store.store import Store
from bot.web.assets import FOLDER
from tests.support.markup import Markup
from tests.support.site import bearer, page, with_page
from tests.support.site_world import ANN, HOSTILE, NOW, PUBLIC, SETTINGS, fill

PAGES = (
    "/", "/wall", "/s/claude", "/c/claude-api", "/c/claude-api?span=7d", "/c/claude-api?span=1y", "/c/claude-console",
    "/c/claude-api/2026-04-01", "/i/4F7K", "/i/9Q2M", "/history", "/history?month=2026-04", "/honesty",
    "/honesty/claude", "/maintenance", "/subscribe", "/login", "/embed/claude-api", "/nothing",
)  # fmt: skip
ADMIN = Asker(ANN, Role.ADMIN)
DAYS = 20
"""Days on record: enough for every branch, and quick to write."""
BARS_S = 10.0
"""So long at most a page's bars may take to be read."""


def settings(**more) -> Settings:
    site = with_page(replace(SETTINGS, channels=(Channel("slack", "slack"),)), **{"public": PUBLIC} | more)
    assert site.web is not None
    return site


@pytest.fixture
async def filled(store: Store) -> Store:
    await fill(store, DAYS)
    return store


@pytest.fixture
async def client(filled):
    async with page(filled, settings(), lambda: NOW) as client:
        yield client


async def shown(client, path, role=""):
    """A page's markup, once its bars were read."""
    until = time.monotonic() + BARS_S
    while True:
        answer = await client.get(path, headers=bearer(role) if role else {})
        if path != "/" or 'class="bar"' in answer.text or time.monotonic() > until:
            break
    return answer, Markup(answer.text)


@pytest.mark.parametrize("role", ["", "viewer"])
async def test_every_page_is_sound(client, role):
    """Tags, ids, headings, labels, names of pictures; nothing in the page that its policy forbids."""
    for path in PAGES:
        answer, markup = await shown(client, path, role)
        assert answer.status_code == (404 if path == "/nothing" else 200), path
        assert markup.wrong == [], path
        assert markup.headings[0] == 1, path
        assert markup.headings.count(1) == 1, path
        steps = zip(markup.headings, markup.headings[1:], strict=False)
        assert all(after - before <= 1 for before, after in steps), (path, markup.headings)
        assert all(one.startswith("/") for one in markup.loads), path
        assert not re.search("[\ue000-\uf8ff]", answer.text), (path, "a time or a person that nobody wrote out")
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'"), path
        assert "'unsafe" not in policy
        assert 'http-equiv="refresh"' in answer.text, "without a script a page renews itself"


async def test_every_link_of_every_page_leads_somewhere(client):
    """Followed once each; those of other sites are not."""
    seen = set()
    for path in PAGES:
        _, markup = await shown(client, path)
        base = path.partition("?")[0]
        seen |= {base + link if link.startswith("?") else link for link in markup.links}
    inside = {link.partition("#")[0] for link in seen if link.startswith("/")}
    for link in sorted(inside - {"/nothing"}):
        assert (await client.get(link)).status_code == 200, link
    assert len(inside) > 40


async def test_the_page_says_what_the_desk_says(filled):
    """State, share with interval, ages, counts: word for word."""
    desk = open_desk(filled, settings(), now=lambda: NOW)
    async with page(filled, settings(), lambda: NOW) as client:
        _, markup = await shown(client, "/", "viewer")
        answer = await desk.ask("status", ADMIN, NOW)
        told = answer.title.partition(" ")[2]
        assert f"{told[0].upper()}{told[1:]}" in markup.text
        for name in ("claude-api", "claude-code", "claude-console", "chatgpt"):
            lines = {label: text for label, text in (await desk.ask(f"status {name}", ADMIN, NOW)).lines if label}
            for voice in ("We measure", "Status page", "User reports"):
                words = utc(lines.get(voice, ""), NOW)
                words = words.partition(" ")[2] if words[:1] in set("🟢🟡🟠🔴🔵⚪") else words
                assert words in markup.text, (name, voice, words)
        history = await desk.ask("history claude-api 90d", ADMIN, NOW)
        uptime = next(text for label, text in history.lines if label == "Uptime").split(" · ")[0]
        assert f"uptime {uptime}" in markup.text
        _, component = await shown(client, "/c/claude-api", "viewer")
        for span in ("24h", "7d", "30d", "90d", "1y"):
            lines = dict((await desk.ask(f"history claude-api {span}", ADMIN, NOW)).lines)
            share = re.search(r"failed: (.*?) \(95% interval (.*?)\)", lines["Failures"])
            assert share is not None
            assert f"{share[1]} {share[2]}" in component.text, span
            assert lines["Uptime"].split(" · ")[0] in component.text


async def test_unknown_is_never_green(client):
    """A component without a result, and days nobody watched."""
    answer, _ = await shown(client, "/c/claude-console")
    assert 'class="look t-grey"' in answer.text
    assert ">unknown<" in answer.text
    days = re.findall(r'class="d-(\w+)[^>]*title="[^"]*: not measured"', answer.text)
    assert days
    assert set(days) == {"grey"}


async def test_what_is_ours_is_hidden_from_anybody(client):
    """Our own service, our people, our vantages, where messages went; with a token all of it is there."""
    for path in PAGES:
        answer, _ = await shown(client, path)
        for word in ("Ann", "Our gateway", "fra", "iad", "req_011CQ7example1", "Messages sent"):
            assert not re.search(rf"\b{word}\b", answer.text), (path, word)
    assert (await client.get("/c/gw")).status_code == (await client.get("/c/none")).status_code == 404
    assert (await client.get("/c/gw", headers=bearer("viewer"))).status_code == 200
    inside, _ = await shown(client, "/i/4F7K", "viewer")
    assert "by Ann on Slack" in inside.text
    assert "Messages sent" in inside.text


async def test_words_of_others_stay_words(client):
    """A vendor's text can neither run nor close anything."""
    for path in ("/i/4F7K", "/i/9Q2M", "/s/claude", "/c/claude-code", "/feed.atom", "/i/9Q2M/postmortem.md"):
        answer = await client.get(path)
        assert "<script>alert" not in answer.text.replace("`<script>alert(1)</script>", ""), path
        assert "\u202e" not in answer.text, path
    assert clean(HOSTILE, 300) in Markup((await client.get("/i/9Q2M")).text).text


async def test_what_is_many_things_is_counted_as_such(client):
    """ "3 with intermittent failures" is about components, never about failures."""
    _, markup = await shown(client, "/")
    assert "1 operational, 1 down, 1 with intermittent failures, 1 unknown" in markup.text


async def test_the_past_says_how_much_was_not_measured(client):
    """In figures, beside the uptime."""
    _, markup = await shown(client, "/c/claude-api")
    assert re.search(r"\d+d \d+h of 90d\b", markup.text)
    assert "Uptime leaves out maintenance and what was not measured" in markup.text


async def test_first_tokens_are_shown_where_a_check_reads_them(client):
    """By span, by day, as a chart and in the API; elsewhere nothing is said of them."""
    _, api = await shown(client, "/c/claude-api")
    _, code = await shown(client, "/c/claude-code")
    day = (await client.get("/c/claude-api/2026-04-12")).text
    (past,) = (await client.get("/v1/components/claude-api/history")).json()["history"]
    assert set(past["first_token_ms"]) == set(past["latency_ms"]) == {"p50", "p90", "p95", "p99"}
    assert past["first_token_ms"]["p50"] < past["latency_ms"]["p50"]
    assert "First token p50" in api.text
    assert "Time to the first token" in api.text
    assert "First token" in day
    assert "irst token" not in code.text


async def test_charts_of_a_day_that_is_past_do_not_end_now(client):
    """Their axis ends at midnight; that of the last 24 hours ends now."""
    past, _ = await shown(client, "/c/claude-api/2026-04-01")
    present, _ = await shown(client, "/c/claude-api")
    assert (past.text.count(">now<"), present.text.count(">now<")) == (0, 3)
    assert past.text.count(">2 Apr 00:00 UTC<") == 3


async def test_the_overview_is_small(client):
    """A few components, as it leaves the server."""
    answer, _ = await shown(client, "/")
    assert len(answer.content) < 100 * 1024
    assert answer.headers["content-encoding"] == "gzip"


async def test_feeds_have_an_entry_an_incident(client):
    """Atom and JSON; their ids stay, what has not changed is not sent again."""
    atom = await client.get("/feed.atom")
    root = ET.fromstring(atom.text)
    space = {"a": "http://www.w3.org/2005/Atom"}
    ids = [one.text for one in root.findall("a:entry/a:id", space)]
    assert ids == ["tag:groundtruth,2026:incident:claude:4F7K", "tag:groundtruth,2026:incident:claude:9Q2M"]
    assert "Ann" not in atom.text
    again = await client.get("/feed.atom", headers={"If-None-Match": atom.headers["etag"]})
    assert again.status_code == 304
    feed = (await client.get("/s/claude/feed.json")).json()
    assert [item["id"] for item in feed["items"]] == ids
    assert (await client.get("/s/openai/feed.json")).json()["items"] == []
    assert (await client.get("/s/gateway/feed.atom")).status_code == 404


async def test_badges_say_the_word_of_the_page(client):
    """As a picture, and for shields; nobody learns of what is hidden."""
    picture = await client.get("/badge/claude-api.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(picture.text).get("aria-label") == "Claude API: down"
    shield = (await client.get("/badge/claude-console.json")).json()
    assert (shield["schemaVersion"], shield["message"], shield["isError"]) == (1, "unknown", True)
    assert (await client.get("/badge/gw.svg")).status_code == 404
    assert (await client.get("/badge/gw.svg", headers=bearer("viewer"))).status_code == 200


async def test_maintenance_is_a_calendar(client):
    """Lines of 75 octets, every line ended by CR LF."""
    text = (await client.get("/maintenance.ics")).text
    assert "DTSTART:20260413T174300Z\r\nDTEND:20260413T184300Z" in text
    assert r"Database upgrade\, read only" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


async def test_only_named_sites_may_frame_a_component(filled):
    """And nothing else of the page."""
    async with page(filled, settings(frames=("https://wiki.example.com",)), lambda: NOW) as client:
        for path, frames in (("/embed/claude-api", "https://wiki.example.com"), ("/", "'none'"), ("/c/gw", "'none'")):
            assert f"frame-ancestors {frames}" in (await client.get(path)).headers["content-security-policy"]


async def test_an_announcement_stands_on_page_and_feed(filled):
    """Until it is ended or its time is over; who said it is told inside."""
    given = settings()
    desk = open_desk(filled, given, now=lambda: NOW)
    said = await desk.ask("announce 4h We move <b>tonight</b>", ADMIN, NOW)
    assert said.changed
    async with page(filled, given, lambda: NOW) as client:
        answer, markup = await shown(client, "/")
        assert "We move <b>tonight</b>" in markup.text
        assert "by Ann" not in answer.text
        assert "by Ann on Slack" in (await shown(client, "/", "viewer"))[1].text
        assert "We move &lt;b&gt;tonight" in (await client.get("/feed.atom")).text
    async with page(filled, given, lambda: NOW + 5 * 3_600) as client:
        assert "We move" not in (await client.get("/")).text
    name = json.loads(json.dumps(said.data["announcement"]))["id"]
    assert (await desk.ask(f"announce {name} end", ADMIN, NOW)).title == f"1 announcement is off the page: {name}"
    assert not (await desk.ask("announce end", ADMIN, NOW)).changed
    assert not (await desk.ask("announce 4h", ADMIN, NOW)).understood


async def test_without_a_page_there_is_nothing_to_announce_on(store):
    """It says so instead of doing nothing."""
    desk = open_desk(store, SETTINGS, now=lambda: NOW)
    assert "web.listen is not set" in (await desk.ask("announce 4h hello", ADMIN, NOW)).title


async def test_a_token_signs_a_browser_in_and_out(client):
    """The cookie shows what is inside, and is not taken for an act; a foreign form is refused."""
    assert (await client.post("/login", data={"token": "wrong"})).status_code == 403
    foreign = await client.post(
        "/login", data={"token": "viewer-token-0123456789"}, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
    right = await client.post("/login", data={"token": "viewer-token-0123456789"})
    assert right.status_code == 303
    cookie = right.headers["set-cookie"]
    assert "HttpOnly; SameSite=Strict" in cookie
    name = cookie.partition(";")[0]
    assert "Our gateway" in (await client.get("/", headers={"Cookie": name})).text
    assert "Max-Age=0" in (await client.post("/logout", headers={"Cookie": name})).headers["set-cookie"]


def _variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", block))


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance and its ratio."""

    def luminance(colour: str) -> float:
        parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_are_told_apart(theme):
    """Words 4.5 to 1 on every ground they stand on, shapes and bars 3 to 1."""
    css = Path(FOLDER / "page.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme:dark)")[:2]
    colours = _variables(light) | (_variables(dark.partition("}}")[0]) if theme == "dark" else {})
    tones = ("green", "yellow", "orange", "red", "blue", "grey")
    for ground in ("bg", "card", *(f"w-{tone}" for tone in tones)):
        for ink in ("text", "muted", *tones):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ground in ("bg", "card"):
        assert _contrast(colours["link"], colours[ground]) >= 4.5
        assert _contrast(colours["focus"], colours[ground]) >= 3
    for tone in tones:
        assert _contrast(colours[f"f-{tone}"], colours["card"]) >= 3, tone
        assert _contrast(colours["ink"], colours[tone]) >= 4.5, tone
    assert _contrast(colours["hatch-over"], colours["card"]) >= 3
