"""What people write in public: searched politely, trusted never, no evidence about anybody."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.detection.classification import classified
from probes.community.keywords import named, troubled
from probes.community.polling import EVERY_S, LONGEST_REST_S, REST_S, TITLE
from probes.model import Fault, Outcome
from probes.probe import look
from probes.tools import Tools
from tests.fakes.web import Script, answer, cut_off, endless, in_turn, serve, silent

NOW = 1_776_094_868.0  # 13 April 2026, 15:41:08 UTC
WORDS = {"": ["Claude", "anthropic"], "claude-ai": ["claude.ai"], "claude-code": ["Claude Code", "cc"]}
JSON = {"content-type": "application/json"}


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def given(tools: Tools, clock: Clock) -> Tools:
    return replace(tools, now=clock, memory={})


def told(value: Any, status: int = 200, **headers: str) -> Script:
    return answer(json.dumps(value).encode(), status, JSON | {k.replace("_", "-"): v for k, v in headers.items()})


def story(title: Any = "Claude.ai down", number: Any = "47753643", at: Any = NOW) -> dict[str, Any]:
    return {"objectID": number, "title": title, "created_at_i": at, "url": "https://evil.example/"}


def issue(title: Any = "API Error: 500", number: Any = 48611, at: Any = "2026-04-13T15:40:00Z") -> dict[str, Any]:
    return {"number": number, "title": title, "created_at": at, "html_url": "https://evil.example/"}


def searching(make_check, site, kind="hackernews", **options):
    found = {"query": "claude", "words": WORDS} if kind == "hackernews" else {}
    return make_check(site.url("/search"), kind, interval_s=600, **found | options)


async def test_stories_of_trouble(given: Tools, make_check) -> None:
    """Those that name the service and tell of trouble, with an address of our own; no evidence of anything."""
    hits = [story(), story("Claude Code is great", "2"), story("My cat is down", "3"), story("Claude 500s", "4")]
    async with serve(told({"hits": hits})) as site:
        seen = await look(searching(make_check, site), given)
        [asked] = site.requests

    assert asked.target.startswith("/search?query=claude&tags=story&hitsPerPage=50")
    assert asked.headers["user-agent"].startswith("groundtruth")
    assert [(m.id, m.components) for m in seen.mentions] == [("47753643", ("claude-ai",)), ("4", ())]
    assert seen.mentions[0].url == "https://news.ycombinator.com/item?id=47753643"
    assert (seen.outcome, seen.fault, seen.component) == (Outcome.INCONCLUSIVE, Fault.UNKNOWN, "")
    assert classified(seen) is None


async def test_issues_of_trouble(given: Tools, make_check) -> None:
    """Of one repository, about the components it stands for."""
    items = [issue(), issue("Feature: dark mode", 2), issue("API Error: 529 overloaded_error", 3)]
    options = {"repository": "anthropics/claude-code", "components": ["claude-code"]}
    async with serve(told({"items": items})) as site:
        seen = await look(searching(make_check, site, "github_issues", **options), given)
        [asked] = site.requests

    assert asked.target.startswith("/search?q=repo%3Aanthropics%2Fclaude-code+is%3Aissue&sort=created")
    assert [m.url for m in seen.mentions] == [
        f"https://github.com/anthropics/claude-code/issues/{n}" for n in (48611, 3)
    ]
    assert seen.mentions[0].components == ("claude-code",)
    assert seen.mentions[0].at == NOW - 68


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("hackernews", {"hits": [story(number=n) for n in ("", "12a", "1" * 40, None, "../x", "١٢", {"a": 1})]}),
        ("hackernews", {"hits": [story(title=t) for t in (None, 5, ["Claude down"], True)]}),
        ("hackernews", {"hits": [story(at=t) for t in (None, "x", True, 10**400, NOW + 9e6, NOW - 9e3, -1e300)]}),
        ("hackernews", {"hits": ["Claude down", 5, None, [story()]]}),
        ("hackernews", {"hits": {"0": story()}}),
        ("hackernews", [story()]),
        ("github_issues", {"items": [issue(number=n) for n in (0, -5, True, "48611", 10**12, None, 1.5)]}),
        (
            "github_issues",
            {"items": [issue(at=t) for t in ("", "soon", 5, None, "9999-12-31T23:59:59-23:59", "x" * 900)]},
        ),
        ("github_issues", {"items": "API Error: 500"}),
    ],
)
async def test_strange_answers_hold_no_posts(given: Tools, make_check, kind: str, body: Any) -> None:
    async with serve(told(body)) as site:
        more = {"repository": "a/b"} if kind == "github_issues" else {}
        seen = await look(searching(make_check, site, kind, **more), given)

    assert seen.mentions == ()
    assert seen.symptom != "probe_error"


async def test_headlines_are_bounded_and_one_line(given: Tools, make_check) -> None:
    """Marks, control characters and secrets are gone; what is left is text, to be quoted by the wording."""
    title = "Claude down \x1b[2J\n<script>x</script> sk-ant-api03-abcdefgh <!channel> " + "A" * 900
    async with serve(told({"hits": [story(title)]})) as site:
        [seen] = (await look(searching(make_check, site), given)).mentions

    assert len(seen.title) <= TITLE
    assert seen.title.isprintable()
    assert "sk-ant" not in seen.title
    assert "<script>" not in seen.title


@pytest.mark.parametrize(
    "script",
    [
        answer(b"", 500),
        answer(b"<html>hotel</html>", 200),
        answer(b"[" * 100_000, 200),
        answer(b"", 302, {"location": "https://evil.example/"}),
        told({"message": "rate limit"}, 403),
        endless,
        cut_off(),
        silent,
    ],
)
async def test_what_cannot_be_read_is_left_alone(given: Tools, clock: Clock, make_check, script: Script) -> None:
    """No evidence, no noise, no second request before a rest that grows."""
    async with serve(script) as site:
        check = replace(searching(make_check, site), timeout_s=1.0 if script is silent else 10.0)
        seen = await look(check, given)
        assert (seen.outcome, seen.fault, seen.symptom, seen.mentions) == (
            Outcome.INCONCLUSIVE,
            Fault.UNKNOWN,
            "unread",
            (),
        )
        clock.now += REST_S - 1
        assert (await look(check, given)).symptom == "resting"
        clock.now += 2
        await look(check, given)
        assert len(site.requests) == 2
        clock.now += 2 * REST_S - 1
        assert (await look(check, given)).symptom == "resting"


async def test_nobody_sends_us_elsewhere(given: Tools, make_check) -> None:
    """A redirect is not followed, not even to a list of posts."""
    async with (
        serve(told({"hits": [story()]})) as other,
        serve(answer(b"", 302, {"location": other.url("/search")})) as site,
    ):
        seen = await look(searching(make_check, site), given)
        assert other.requests == []
    assert (seen.symptom, seen.mentions) == ("unread", ())


async def test_never_more_often_than_five_minutes(given: Tools, clock: Clock, make_check) -> None:
    """Whatever the interval says."""
    async with serve(told({"hits": []})) as site:
        for _ in range(50):
            await look(searching(make_check, site), given)
            clock.now += 6
        assert len(site.requests) == 2
    assert EVERY_S == 300


async def test_nothing_new_is_asked_for_by_tag(given: Tools, clock: Clock, make_check) -> None:
    async with serve(in_turn(told({"hits": [story()]}, etag='W/"7"'), answer(b"", 304))) as site:
        first = await look(searching(make_check, site), given)
        clock.now += 600
        second = await look(searching(make_check, site), given)
        assert site.requests[1].headers["if-none-match"] == 'W/"7"'

    assert (len(first.mentions), second.symptom, second.mentions) == (1, "unchanged", ())


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        (429, {"retry_after": "3600"}, 3600),
        (503, {"retry_after": "Mon, 13 Apr 2026 16:41:08 GMT"}, 3600),
        (429, {"retry_after": "99999999"}, LONGEST_REST_S),
        (429, {"retry_after": "soon"}, REST_S),
        (200, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(NOW) + 1800)}, 1800),
        (200, {"x_ratelimit_remaining": "5", "x_ratelimit_reset": str(int(NOW) + 1800)}, 300),
        (403, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9" * 12}, LONGEST_REST_S),
    ],
)
async def test_what_they_say_of_the_rate_is_honoured(
    given: Tools, clock: Clock, make_check, status: int, headers: dict[str, str], wait_s: float
) -> None:
    async with serve(told({"items": []}, status, **headers)) as site:
        check = searching(make_check, site, "github_issues", repository="a/b")
        await look(check, given)
        clock.now += wait_s * 0.95 - 2
        assert (await look(check, given)).symptom == "resting"
        clock.now += wait_s * 0.05 + 4
        await look(check, given)
        assert len(site.requests) == 2


@pytest.mark.parametrize("repository", ["", "claude", "a/b/c", "../../x", "a/b?x", "a b/c", "a/b+is:pr"])
async def test_repositories_are_two_names(given: Tools, make_check, repository: str) -> None:
    """Nothing else becomes part of a question."""
    seen = await look(make_check("http://127.0.0.1:9", "github_issues", repository=repository), given)
    assert (seen.fault, seen.symptom) == (Fault.OURS, "no_repository")


@pytest.mark.parametrize(
    "title",
    [
        "Claude.ai down", "Is Claude down?", "Claude API outage", "API Error: 500", "Anthropic API returns 529s",
        "ChatGPT is not working", "Claude isn’t working", "Claude overloaded again", "Claude Störung",
        "Claude en panne", "Claude no funciona", "Claude não funciona", "Claude не работает", "Claude 落ちてる",
        "Claude 宕机了", "클로드 장애", "HTTP 503 from the Messages API", "Claude won't load", "DOWN",
    ],
)  # fmt: skip
def test_words_of_trouble(title: str) -> None:
    assert troubled(title)


@pytest.mark.parametrize(
    "title",
    [
        "Claude breaks down a poem", "Slow down, Claude", "Download Claude", "Claude: a countdown", "A $500 plan",
        "Claude costs 500.50", "500% faster", "Claude and Markdown", "Drill-down reports with Claude", "1500 prompts",
        "Claude runs downtown", "Claude is working", "Anthropic raises 529M", "Notworking", "",
    ],
)  # fmt: skip
def test_words_of_something_else(title: str) -> None:
    assert not troubled(title)


def test_who_is_named() -> None:
    """Whole names, components before the service; two letters are no name."""
    assert named("claude code is down", WORDS) == ("claude-code",)
    assert named("CLAUDE down", WORDS) == ()
    assert named("Claudette down", WORDS) is None
    assert named("cc down", WORDS) is None
    assert named("claude.ai and Claude Code down", WORDS) == ("claude-ai", "claude-code")
