"""Tips: what a file may say, which of them are shown, and the ones that come with the package."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advice import tips
from bot.core.words.tips import COMMON, FILE, STEP, Tip, When, best, parse
from probes.model import Layer

GOOD = """---
layers: capacity, dns
unless: tls
when: part, slow
rank: 10
source: https://example.com/retries
checked: 2026-11-22
---

retry later

Because it helps.
"""
GENERAL = ("backoff", "another-route", "postpone")
HOPELESS = ("no-tight-loop", "another-route", "postpone")
CONNECTIONS = ("fresh-connection", "own-network-connections", "another-route")
CERTIFICATES = ("own-network", "keep-certificate-checks", "another-route")
PARTLY = {
    "": GENERAL,
    "nonsense": GENERAL,
    Layer.APP_BACKEND: GENERAL,
    Layer.EDGE_TO_ORIGIN: GENERAL,
    Layer.CAPACITY: ("honour-retry-after", "another-model", "lower-concurrency"),
    Layer.STREAM: ("broken-off-is-failed", "retry-a-broken-stream", "shorter-answers"),
    Layer.NO_ANSWER: ("timeout-and-fresh-connection", "backoff", "another-route"),
    Layer.DNS: ("own-network", "after-the-time-to-live", "another-route"),
    Layer.TCP: CONNECTIONS,
    Layer.TLS: CERTIFICATES,
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
TIP = Tip("a", "a", frozenset(), frozenset(), frozenset({When.PART}), 10, COMMON, date(2026, 11, 22))


def test_a_good_file():
    """Conditions, step and prose are each where they belong."""
    assert parse("later", GOOD) == Tip(
        name="later",
        text="retry later",
        layers=frozenset({Layer.CAPACITY, Layer.DNS}),
        unless=frozenset({Layer.TLS}),
        when=frozenset({When.PART, When.SLOW}),
        rank=10,
        source="https://example.com/retries",
        checked=date(2026, 11, 22),
        more="Because it helps.",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\nlayers", "layers", "expected --- on the first line"),
        ("---\n\nretry later\n", "\nretry later\n---\n", "'', expected a line `key: value`"),
        ("---\n\nretry later\n\nBecause it helps.\n", "", "expected --- after the conditions"),
        ("rank:", "colour:", "'colour: 10', expected a line `key: value` with a key of layers, unless, when"),
        ("rank: 10\n", "", "no rank, expected when, rank, source, checked"),
        ("rank: 10\n", "rank: 10\nrank: 11\n", "rank stands twice, expected once"),
        ("rank: 10", "rank: first", "rank: 'first', expected a whole number below 1000"),
        ("rank: 10", "rank: -1", "rank: '-1', expected a whole number below 1000"),
        ("capacity, dns", "capacity, mars", "layers: 'mars', expected some of ok, "),
        ("capacity, dns", "", "layers: '', expected some of ok, "),
        ("unless: tls", "unless: moon", "unless: 'moon', expected some of ok, "),
        ("part, slow", "never", "when: 'never', expected some of part, all, slow"),
        ("https://example.com/retries", "hearsay", "source: 'hearsay', expected an https address or"),
        ("2026-11-22", "20261122", "checked: '20261122', expected a day like 2026-11-22"),
        ("2026-11-22", "2026-13-01", "checked: '2026-13-01', expected a day like 2026-11-22"),
        ("retry later\n\nBecause it helps.\n", "", "no text, expected the step as one line"),
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
        assert tip.when


def test_those_that_name_the_layer_go_first():
    """Named before general, whatever the ranks; among equals the lower rank."""
    named = [replace(TIP, text=f"named {r}", rank=r, layers=frozenset({Layer.DNS})) for r in (90, 80)]
    general = [replace(TIP, text=f"general {r}", rank=r) for r in (2, 1)]

    assert best([*general, *named], Layer.DNS, When.PART) == ("named 80", "named 90", "general 1")
    assert best([*general, *named], Layer.TCP, When.PART) == ("general 1", "general 2")
    assert best([*general, *named], Layer.DNS, When.PART, most=1) == ("named 80",)


def test_what_does_not_fit_is_not_shown():
    """Not at another time, not for a layer it is no use for, and nothing twice."""
    assert best([TIP], Layer.DNS, When.SLOW) == ()
    assert best([replace(TIP, unless=frozenset({Layer.DNS}))], Layer.DNS, When.PART) == ()
    assert best([TIP, replace(TIP, name="b")], Layer.DNS, When.PART) == ("a",)


@pytest.mark.parametrize("tip", tips(), ids=lambda tip: tip.name)
def test_each_tip_of_the_package(tip):
    """It says whence it is and since when that is known, can be shown at all, and is explained."""
    assert tip.source == COMMON or tip.source.startswith("https://")
    assert tip.checked >= date(2026, 11, 22)
    assert any(tip.text in best(tips(), layer, when) for layer in Layer for when in tip.when)
    assert tip.more


@pytest.mark.parametrize(
    ("when", "layer", "names"),
    [
        *((When.PART, layer, names) for layer, names in PARTLY.items()),
        *((When.ALL, layer, names) for layer, names in WHOLLY.items()),
        *((When.SLOW, layer, ("longer-timeouts", "stream-when-slow", "postpone")) for layer in ("", *Layer)),
    ],
)
def test_what_is_shown(when, layer, names):
    """For each place the trouble may sit, the three steps that were found good, in their order."""
    said = {tip.name: tip.text for tip in tips()}

    assert best(tips(), layer, when) == tuple(said[name] for name in names)
