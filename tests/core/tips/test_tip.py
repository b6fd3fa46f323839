"""Tips: what a file may say, and the ones that come with the package: reachable, and every known workaround covered."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advice.library import recipes, tips
from bot.core.model.severity import TROUBLE
from bot.core.tips.selection import Circumstances, best
from bot.core.tips.tip import COMMON, FILE, STEP, Act, When, parse
from probes.model import Fault, Layer, State
from tests.support.options import NOW, failing, live

GOOD = """---
components: claude-*
layers: capacity, dns
unless: tls
when: part, slow
codes: 529
models: *opus*
states: partial_outage
faults: vendor
platforms: slack
needs: aws-bedrock
does: retry
avoids: sign-in-again
recipe: backoff
topic: retry
rank: 10
source: https://example.com/retries
checked: 2026-11-22
---

retry later

Because it helps.

## Steps

1. Wait.

## Limits

Few.
"""
FACTS = {
    ("529 / one model", "--fallback-model"): ("claude-code-fallback-model", "fallback-model"),
    ("529 / one model", "/model"): ("claude-code-fallback-model", "/model"),
    ("500s everywhere", "CLAUDE_CODE_USE_BEDROCK"): ("bedrock", "CLAUDE_CODE_USE_BEDROCK=1"),
    ("500s everywhere", "CLAUDE_CODE_USE_VERTEX"): ("vertex", "CLAUDE_CODE_USE_VERTEX=1"),
    ("500s everywhere", "CLAUDE_CODE_USE_FOUNDRY"): ("foundry", "CLAUDE_CODE_USE_FOUNDRY=1"),
    ("gateway at hand", "ANTHROPIC_BASE_URL"): ("gateway", "ANTHROPIC_AUTH_TOKEN"),
    ("gateway at hand", "OpenRouter"): ("openrouter", "ANTHROPIC_BASE_URL"),
    ("login broken", "stay logged in"): ("stay-logged-in", "log out nowhere"),
    ("login broken", "API key"): ("claude-code-login-broken", "ANTHROPIC_API_KEY"),
    ("short blips", "try again"): ("claude-code-continue", "continue"),
    ("short blips", "CLAUDE_CODE_MAX_RETRIES"): ("claude-code-more-retries", "CLAUDE_CODE_MAX_RETRIES"),
    ("short blips", "no retry storms"): ("no-tight-loop", "Stop sending"),
    ("not urgent", "Message Batches"): ("batch", "batch"),
    ("not urgent", "prompt caching"): ("prompt-caching", "cache_control"),
    ("not urgent", "save drafts"): ("save-your-draft", "into a file"),
    ("issue", "honouring retry-after"): ("honour-retry-after", "retry-after"),
    ("issue", "web down, API up"): ("web-down-api-up", "API key"),
    ("issue", "API down, web up"): ("api-down-web-up", "claude.ai"),
    ("issue", "529 is not quota"): ("overloaded-is-not-quota", "concurrency"),
    ("issue", "quota on 429"): ("own-quota", "retry-after"),
    ("issue", "status of others"): ("status-of-others", "report"),
}
"""Every row of the vendors' workaround table, and what the issue asks for besides: the tip, and words it must have."""


def test_a_good_file():
    """Conditions, step, why, steps and limits are each where they belong."""
    tip = parse("later", GOOD)

    assert (tip.text, tip.more, tip.steps, tip.limits) == ("retry later", "Because it helps.", "1. Wait.", "Few.")
    assert (set(tip.components), set(tip.models), set(tip.platforms)) == ({"claude-*"}, {"*opus*"}, {"slack"})
    assert (set(tip.layers), set(tip.unless)) == ({Layer.CAPACITY, Layer.DNS}, {Layer.TLS})
    assert (set(tip.when), set(tip.codes), tip.needs) == ({When.PART, When.SLOW}, {529}, "aws-bedrock")
    assert (set(tip.states), set(tip.faults)) == ({State.PARTIAL}, {Fault.VENDOR})
    assert (set(tip.does), set(tip.avoids)) == ({Act.RETRY}, {Act.SIGN_IN_AGAIN})
    assert (tip.topic, tip.recipe, tip.rank) == ("retry", "backoff", 10)
    assert (tip.source, tip.checked) == ("https://example.com/retries", date(2026, 11, 22))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\ncomponents", "components", "expected --- on the first line"),
        ("---\n\nretry later\n", "\nretry later\n---\n", "'', expected a line `key: value`"),
        (GOOD[GOOD.index("---\n\nretry") :], "", "expected --- after the conditions"),
        ("rank:", "colour:", "'colour: 10', expected a line `key: value` with a key of components, layers, unless"),
        ("rank: 10\n", "", "no rank, expected topic, rank, source, checked"),
        ("topic: retry\n", "", "no topic, expected topic, rank, source, checked"),
        ("rank: 10\n", "rank: 10\nrank: 11\n", "rank stands twice, expected once"),
        ("rank: 10", "rank: first", "rank: 'first', expected a whole number below 1000"),
        ("rank: 10", "rank: -1", "rank: '-1', expected a whole number below 1000"),
        ("capacity, dns", "capacity, mars", "layers: 'mars', expected some of ok, "),
        ("capacity, dns", "", "layers: '', expected some of ok, "),
        ("unless: tls", "unless: moon", "unless: 'moon', expected some of ok, "),
        ("part, slow", "never", "when: 'never', expected some of part, all, slow"),
        ("codes: 529", "codes: 99", "codes: '99', expected HTTP status codes"),
        ("claude-*", "Claude API", "components: 'Claude API', expected ids"),
        ("aws-bedrock", "a b", "needs: 'a b', expected the id of a service or component"),
        ("does: retry", "does: panic", "does: 'panic', expected some of retry, "),
        ("https://example.com/retries", "hearsay", "source: 'hearsay', expected an https address or"),
        ("2026-11-22", "20261122", "checked: '20261122', expected a day like 2026-11-22"),
        ("2026-11-22", "2026-13-01", "checked: '2026-13-01', expected a day like 2026-11-22"),
        ("\nretry later\n\nBecause it helps.\n", "", "no text, expected the step as one line"),
        ("## Steps", "## Stages", "expected ## Steps and then ## Limits"),
        ("1. Wait.\n", "", "expected ## Steps and then ## Limits, with words under each"),
        ("Few.\n", "", "expected ## Steps and then ## Limits, with words under each"),
        ("retry later", "x" * (STEP + 1), f"the step has {STEP + 1} characters, expected at most {STEP}"),
        ("retry later", "retry\x1b[2J", "the step has a character that cannot be printed"),
        ("it helps", "x" * FILE, f"characters, expected at most {FILE}"),
    ],
)
def test_a_bad_file(old, new, said):
    """Whatever is wrong is told with the file and what was expected instead."""
    assert old in GOOD
    with pytest.raises(ValueError, match=r"^tips/later\.md: ") as caught:
        parse("later", GOOD.replace(old, new))

    assert said in str(caught.value)


lines = st.sampled_from([*GOOD.splitlines(), "layers: ", "rank: 9" * 40, "when:part", "checked: 2026-W01-1", ""])


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.lists(st.one_of(lines, st.text(max_size=20))).map("\n".join)))
def test_any_text_is_a_tip_or_a_complaint(text):
    """Nothing else comes of a file, whatever is in it."""
    try:
        tip = parse("any", text)
    except ValueError as error:
        assert str(error).startswith("tips/any.md: ")  # noqa: PT017
    else:
        assert tip.text.isprintable()
        assert 0 < len(tip.text) <= STEP
        assert tip.steps
        assert tip.limits


@pytest.mark.parametrize("tip", tips(), ids=lambda tip: tip.name)
def test_each_tip_of_the_package(tip):
    """It says why, how, how far, whence it is and since when that is known; its recipe is there."""
    assert tip.source == COMMON or tip.source.startswith("https://")
    assert tip.checked >= date(2026, 10, 8)
    assert tip.more
    assert tip.steps.startswith("1. ")
    assert tip.limits
    assert not tip.recipe or {r.language for r in recipes() if r.name == tip.recipe} == {"python", "typescript", "curl"}


@pytest.mark.parametrize("tip", tips(), ids=lambda tip: tip.name)
def test_each_tip_can_be_met(tip):
    """There are circumstances in which it is among the three."""
    options = [[], [failing("elsewhere")]] if not tip.needs else [[live(tip.needs)]]
    whens = tuple(tip.when) or (None, *When)
    layers = tuple(tip.layers) or ("", *(layer for layer in Layer if layer not in tip.unless))
    components = tuple(word.replace("*", "claude") for word in tip.components) or ("", "other")
    named = product(components, layers, whens, tuple(tip.codes) or (None,), tuple(tip.states or TROUBLE))
    rest = [word.replace("*", "x") for word in tip.models] or [""]
    fault = next(iter(tip.faults), "")
    assert any(
        tip in [advised.tip for advised in best(tips(), at, have, NOW)]
        for component, layer, when, code, state in named
        for model, platform, have in product(rest, tuple(tip.platforms) or ("",), options)
        for at in (
            Circumstances(component, layer, when, state, "", code, model, platform),
            Circumstances(component, layer, when, state, fault, code, model, platform),
        )
    )


def test_there_are_enough_and_none_twice():
    """At least thirty, each with words of its own but for a retry that is said twice."""
    assert len(tips()) >= 30
    assert len({tip.text for tip in tips()}) >= len(tips()) - 3


@pytest.mark.parametrize(("row", "found"), FACTS.items(), ids=" ".join)
def test_every_workaround_is_there(row, found):
    """The tip exists and has the words without which it would be no help."""
    (tip,) = [tip for tip in tips() if tip.name == found[0]]

    assert found[1] in f"{tip.text}\n{tip.more}\n{tip.steps}\n{tip.limits}", row
