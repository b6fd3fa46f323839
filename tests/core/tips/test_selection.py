"""Which tips are shown: at most three, none against another, none that sends people where it fails."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advice.library import recipes, tips
from bot.core.answers.tips import tips_answer
from bot.core.commands.table import RECIPES
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.inline import utc
from bot.core.tips.selection import Circumstances, best, circumstances, contradict, for_each, usable
from bot.core.tips.tip import COMMON, Act, Tip, When
from probes.model import Fault, Layer, State
from tests.support.options import NOW, admitted, failing, grown_old, live, stale, unmeasured
from tests.support.situations import API, WEB, voices

GENERAL = ("backoff", "another-route", "postpone")
HOPELESS = ("no-tight-loop", "another-route", "postpone")
CONNECTIONS = ("fresh-connection", "own-network-connections", "another-route")
CERTIFICATES = ("own-network", "keep-certificate-checks", "another-route")
PARTLY = {
    "": GENERAL,
    "nonsense": GENERAL,
    Layer.APP_BACKEND: GENERAL,
    Layer.EDGE_TO_ORIGIN: ("edge-to-origin", "backoff", "another-route"),
    Layer.GATEWAY_TO_APP: ("gateway-envoy", "backoff", "another-route"),
    Layer.CAPACITY: ("honour-retry-after", "another-model", "lower-concurrency"),
    Layer.STREAM: ("broken-off-is-failed", "retry-a-broken-stream", "shorter-answers"),
    Layer.NO_ANSWER: ("timeout-and-fresh-connection", "backoff", "another-route"),
    Layer.DNS: ("own-network", "after-the-time-to-live", "another-route"),
    Layer.TCP: CONNECTIONS,
    Layer.TLS: CERTIFICATES,
    Layer.OUR_QUOTA: ("own-quota",),
    Layer.OUR_BILLING: ("own-billing",),
}
WHOLLY = {
    "": HOPELESS,
    "nonsense": HOPELESS,
    Layer.APP_BACKEND: HOPELESS,
    Layer.STREAM: HOPELESS,
    Layer.NO_ANSWER: HOPELESS,
    Layer.TCP: HOPELESS,
    Layer.CAPACITY: ("another-model", "another-route", "postpone"),
    Layer.DNS: ("own-network", "another-route", "postpone"),
    Layer.TLS: CERTIFICATES,
}
TIP = Tip("a", "a", "a", 10, COMMON, date(2026, 11, 22))
AT = Circumstances(when=When.PART)
API_PART = Circumstances("claude-api", Layer.APP_BACKEND, When.PART)
API_ALL = Circumstances("claude-api", Layer.APP_BACKEND, When.ALL)
WEB_ALL = Circumstances("claude-ai", "", When.ALL)
CODE_PART = Circumstances("claude-code", Layer.APP_BACKEND, When.PART)
CODE_529 = Circumstances("claude-code", Layer.CAPACITY, When.PART, code=529)
ONE_MODEL = Circumstances("elsewhere", when=When.PART, model="claude-opus-4-7")
SEEN = API.at or 0.0
MAKERS = (live, failing, stale, unmeasured, admitted, grown_old)
NAMED = sorted({tip.needs for tip in tips() if tip.needs} | {"elsewhere"})


def names(at, options=(), of=None):
    """The names of what is shown."""
    return tuple(advised.tip.name for advised in best(of or tips(), at, options, NOW))


@pytest.mark.parametrize(
    ("when", "layer", "wanted"),
    [
        *((When.PART, layer, wanted) for layer, wanted in PARTLY.items()),
        *((When.ALL, layer, wanted) for layer, wanted in WHOLLY.items()),
        *((When.SLOW, layer, ("longer-timeouts", "stream-when-slow", "postpone")) for layer in ("", Layer.APP_BACKEND)),
    ],
)
def test_what_is_shown(when, layer, wanted):
    """For each place the trouble may sit, the steps that were found good, in their order."""
    assert names(Circumstances(layer=layer, when=when)) == wanted


@pytest.mark.parametrize(
    ("at", "options", "wanted"),
    [
        (API_PART, [live("aws-bedrock")], ("backoff", "bedrock", "postpone")),
        (API_PART, [failing("aws-bedrock")], ("backoff", "postpone", "keep-request-ids")),
        (API_ALL, [live("openai-api")], ("no-tight-loop", "other-vendor-openai", "batch")),
        (API_ALL, [live("claude-ai")], ("no-tight-loop", "api-down-web-up", "batch")),
        (WEB_ALL, [live("claude-api")], ("no-tight-loop", "save-your-draft", "web-down-api-up")),
        (CODE_PART, [], ("claude-code-continue", "another-route", "stay-logged-in")),
        (CODE_529, [], ("overloaded-is-not-quota", "claude-code-fallback-model", "honour-retry-after")),
        (Circumstances("claude-api", Layer.OUR_KEY, code=401), [live("aws-bedrock")], ("own-key",)),
        (Circumstances("claude-api", state=State.OPERATIONAL), [], ("only-you", "prepare-a-route")),
        (Circumstances("claude-api", state=State.UNKNOWN), [], ("state-unknown",)),
        (Circumstances("claude-api", state=State.MAINTENANCE), [], ("maintenance-wait",)),
        (ONE_MODEL, [], ("one-model-fails", "backoff", "another-route")),
    ],
)
def test_what_is_shown_to_whom(at, options, wanted):
    """By component, code, model and state, and by what is up meanwhile."""
    assert names(at, options) == wanted


def test_the_most_specific_goes_first():
    """The code before the layer before the general, whatever the ranks; among equals the lower rank, then the name."""
    code = replace(TIP, name="code", text="1", topic="1", rank=99, codes=frozenset({529}))
    layers = [
        replace(TIP, name=f"l{r}", text=f"l{r}", topic=f"l{r}", rank=r, layers=frozenset({Layer.DNS})) for r in (90, 80)
    ]
    general = [replace(TIP, name=f"g{n}", text=f"g{n}", topic=f"g{n}", rank=1) for n in (2, 1)]
    every = [*general, *layers, code]

    assert names(replace(AT, layer=Layer.DNS, code=529), of=every) == ("code", "l80", "l90")
    assert names(replace(AT, layer=Layer.TCP), of=every) == ("g1", "g2")
    assert len(best(every, replace(AT, layer=Layer.DNS), most=1)) == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"when": frozenset({When.SLOW})},
        {"layers": frozenset({Layer.TCP})},
        {"unless": frozenset({Layer.DNS})},
        {"codes": frozenset({500})},
        {"components": frozenset({"other-*"})},
        {"models": frozenset({"*opus*"})},
        {"platforms": frozenset({"slack"})},
        {"states": frozenset({State.MAJOR})},
        {"faults": frozenset({Fault.OURS})},
        {"needs": "aws-bedrock"},
    ],
)
def test_each_condition_holds_back(condition):
    """A tip of which one condition does not hold is not shown, whatever else does."""
    at = Circumstances("claude-api", Layer.DNS, When.PART, code=529)

    assert names(at, of=[TIP]) == ("a",)
    assert names(at, of=[replace(TIP, **condition)]) == ()


def test_what_is_ours_gets_no_vendor_tips():
    """Our own quota is nothing that another route's tips are for; a fault that is stated goes before the layer's."""
    at = Circumstances("claude-api", Layer.OUR_QUOTA, When.PART)

    assert names(at, of=[TIP]) == ()
    assert names(replace(at, fault=Fault.VENDOR), of=[TIP]) == ("a",)


def test_no_contradiction_and_one_a_topic():
    """The first of two that contradict stays; of one topic the first."""
    does = replace(TIP, does=frozenset({Act.RETRY}))
    avoids = replace(TIP, name="b", text="b", topic="b", avoids=frozenset({Act.RETRY}), rank=11)
    same = replace(TIP, name="c", text="c", rank=12)

    assert names(AT, of=[does, avoids, same]) == ("a",)
    assert names(AT, of=[replace(does, rank=20), avoids]) == ("b",)


everywhere = st.builds(
    Circumstances,
    component=st.sampled_from(["", "claude-ai", "claude-api", "claude-code", "openai-api", "chatgpt", "x", "*", "[a-"]),
    layer=st.one_of(st.sampled_from(["", *Layer]), st.text(max_size=5)),
    when=st.sampled_from([None, *When]),
    state=st.sampled_from(State),
    fault=st.sampled_from(["", *Fault]),
    code=st.one_of(st.none(), st.sampled_from([401, 403, 429, 500, 504, 522, 529]), st.integers()),
    model=st.one_of(st.sampled_from(["", "claude-opus-4-7", "claude-haiku-4-5"]), st.text(max_size=5)),
    platform=st.sampled_from(["", "slack", "discord", "console", "terminal"]),
)
some_options = st.lists(st.builds(lambda make, name: make(name), st.sampled_from(MAKERS), st.sampled_from(NAMED)))


@settings(max_examples=600, deadline=None)
@given(everywhere, some_options)
def test_any_circumstances(at, options):
    """At most three; no two against each other or on one topic; none that sends people where it is not measured up."""
    shown = best(tips(), at, options, NOW)

    assert len(shown) <= 3
    assert len({advised.tip.topic for advised in shown}) == len(shown)
    assert not any(contradict(a.tip, b.tip) for a in shown for b in shown if a is not b)
    for advised in shown:
        if advised.tip.needs or advised.option:
            assert advised.option is not None
            assert usable(advised.option, NOW)
            assert advised.option.state is State.OPERATIONAL
            assert advised.option.at is not None
            assert NOW - advised.option.at <= 300
            assert "up" in advised.said()
            assert "probed 20 s ago" in utc(advised.said(), NOW)
    assert best(tips(), at, options, NOW) == shown


@pytest.mark.parametrize("make", [failing, stale, unmeasured, admitted, grown_old])
@pytest.mark.parametrize("needs", NAMED)
def test_nobody_is_sent_where_it_fails(make, needs):
    """Failing, stale, not measured, admitted by its own page, or known too long ago: never shown."""
    at = [Circumstances(c, "", w) for c in ("claude-ai", "claude-api", "claude-code", "openai-api") for w in When]
    shown = [advised for one in at for advised in best(tips(), one, [make(needs)], NOW)]

    assert not [advised.tip.name for advised in shown if advised.tip.needs or advised.option]


def test_circumstances_of_what_was_measured():
    """The worst in trouble leads; codes come from the commonest symptom; what is stale is unknown."""
    at = circumstances([ComponentStatus(API)], SEEN + 1, platform="slack")

    assert at == Circumstances("claude-api", Layer.APP_BACKEND, When.PART, State.PARTIAL, "", 500, "", "slack")
    assert circumstances([ComponentStatus(replace(API, rate=0.97, low=0.9, high=0.99))], SEEN + 1).when is When.ALL
    assert circumstances([ComponentStatus(API)], SEEN + 1, slow=True).when is When.SLOW
    assert circumstances([ComponentStatus(API)], SEEN + 9999).state is State.UNKNOWN
    assert circumstances([ComponentStatus(API)], SEEN + 9999, trouble=True).state is State.PARTIAL
    assert circumstances([], NOW).state is State.UNKNOWN


def test_the_answer_has_all_one_needs():
    """Steps, limits, source, live state and code in three languages; the data can be JSON."""
    at = Circumstances("claude-api", Layer.APP_BACKEND, When.PART)
    options = [live("aws-bedrock")]
    answer = tips_answer(at, tips(), options, NOW, recipes(), "Claude API", code="code")
    brief = tips_answer(at, tips(), options, NOW, recipes(), "Claude API")
    alone = tips_answer(at, tips(), options, NOW, recipes(), "Claude API", code="backoff")

    assert answer.title == "🟠 3 tips for Claude API (partial outage)"
    step = dict(brief.plainly().lines)["2."]
    assert step.startswith("The aws-bedrock is up (front door only, probed 20 s ago): switch to it")
    assert [tip["name"] for tip in answer.data["tips"]] == ["backoff", "bedrock", "postpone"]
    assert answer.data["tips"][1]["live"]["state"] == "The aws-bedrock is up (front door only, probed 20 s ago)"
    for word in ("1. Wait a random time", "Limits: At one failure in three", "Source: <https://code.claude.com/"):
        assert word in answer.text
    for fence in ("```python\n", "```typescript\n", "```bash\n"):
        assert fence in answer.text
        assert fence in alone.text
    assert answer.footer == "code: backoff, in Python, TypeScript, curl"
    assert brief.data == answer.data


def test_tips_fit_a_phone():
    """Three lines each at most, none of them code; a button shows the rest of each that has any."""
    at = Circumstances("claude-api", Layer.APP_BACKEND, When.PART)
    brief = tips_answer(at, tips(), [live("aws-bedrock")], NOW, recipes(), "Claude API")

    assert brief.text == ""
    assert len(brief.lines) <= 9
    assert all(len(text) <= 260 for _, text in brief.lines)
    said = [(action.label, action.subject) for action in brief.actions]
    assert said[0] == ("Show code: backoff", "claude-api backoff")
    assert said[-1] == ("Steps and limits", "claude-api code")
    assert {recipe.name for recipe in recipes()} == set(RECIPES)


def test_no_tip_is_an_answer():
    """Where nothing fits it is said."""
    answer = tips_answer(replace(AT, fault=Fault.OURS), [TIP], [], NOW)

    assert answer.title == "🟠 no tip for everything (partial outage)"
    assert answer.lines == ()
    assert answer.text == ""


def test_a_mixed_incident_gives_each_component_its_own_step():
    """Whom a step is for stands beside it; what is for all of them has no name."""
    every = [
        replace(TIP, name="web", text="web", topic="web", components=frozenset({"claude-web"})),
        replace(TIP, name="api", text="api", topic="api", components=frozenset({"claude-api"})),
        replace(TIP, name="wait", text="wait", topic="wait", rank=90),
    ]
    now = SEEN + 1

    said = [(who, advised.tip.name) for who, advised in for_each(every, voices(API, WEB), (), now)]

    assert said == [(("Claude API",), "api"), (("claude.ai",), "web"), ((), "wait")]
    assert [(who, a.tip.name) for who, a in for_each(every, voices(API), (), now)] == [((), "api"), ((), "wait")]
