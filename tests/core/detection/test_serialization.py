"""A state of an assessor is read by the names of its fields, whatever their order and however many there are."""

import json
import random

import pytest

from bot.core.detection import serialization
from bot.core.detection.assessor import Assessor
from bot.core.detection.stream_filter import Stream
from tests.support.results import START, assessor, failing, fed, look, quiet


@pytest.fixture(scope="module")
def judge():
    made = assessor()
    fed(made, quiet(6))
    at = START + 6 * 3600
    fed(made, failing(0.4, 10, at))
    made.see(look(at + 600, failed=True))
    return made


def dumped(judge):
    return json.loads(json.dumps(judge.dump()))


def altered(state, columns_of):
    """The same state as a version would write it whose fields are others, or stand elsewhere.

    `columns_of(name, columns)` are the fields that version has.
    """
    changed = {name: columns_of(name, columns.split()) for name, columns in state["fields"].items()}
    nested = {"run": "run", "usual": "baseline", "pending": "pending", "held": "pending", "severity": "severity"}
    nested |= {"closing": "recovery"}

    def row(name, values):
        named = dict(zip(state["fields"][name].split(), values, strict=True))
        inside = nested | ({"pending": ""} if name == "latency" else {})
        named |= {field: row(inside[field], v) for field, v in named.items() if inside.get(field)}
        if name == "latency":
            named["medians"] = {k: row("median", v) for k, v in named["medians"].items()}
        return [named.get(field, "new") for field in changed[name]]

    state = dict(state)
    state["spells"] = row("bursts", state["spells"])
    state["streams"] = [row("stream", v) for v in state["streams"]]
    state["waiting"] = [row("sample", v) for v in state["waiting"]]
    for part, name in (("courses", "disturbance"), ("vantages", "disturbance"), ("slow", "disturbance"),
                       ("paces", "latency"), ("hearings", "reports"), ("watched", "watched")):  # fmt: skip
        state[part] = {k: row(name, v) for k, v in state[part].items()}
    state["fields"] = {name: " ".join(columns) for name, columns in changed.items()}
    return state


def test_what_is_read_is_what_was_written(judge):
    state = dumped(judge)
    assert state["waiting"]
    assert state["courses"]
    assert dumped(Assessor(judge.settings, state)) == state


def test_fields_may_stand_in_any_order(judge):
    """A field that is moved in its class means what it meant."""
    state, order = dumped(judge), random.Random(3)
    moved = altered(state, lambda _, columns: order.sample(columns, len(columns)))
    assert moved != state
    assert dumped(Assessor(judge.settings, moved)) == state


def test_a_field_that_was_not_written_has_its_default(judge):
    state = dumped(judge)
    older = altered(state, lambda name, columns: [c for c in columns if (name, c) != ("stream", "entry")])
    read = Assessor(judge.settings, older)
    assert {s.entry for s in read.episodes.detector.streams.values()} == {Stream("", "", "").entry}
    assert read.episodes.standing == judge.episodes.standing


def test_a_field_nobody_knows_is_passed_over_but_not_here(judge, monkeypatch):
    """A newer release is gone back from without a word lost; in tests it is a field renamed by mistake."""
    state = dumped(judge)
    newer = altered(state, lambda name, columns: [*columns, "mood"] if name == "disturbance" else columns)
    with pytest.raises(serialization.UnknownFieldError, match=r"disturbance\.mood"):
        Assessor(judge.settings, newer)
    monkeypatch.setattr(serialization, "STRICT", False)
    assert dumped(Assessor(judge.settings, newer)) == state


def test_a_version_nobody_knows_begins_with_the_priors(judge):
    read = Assessor(judge.settings, dumped(judge) | {"version": 99})
    assert not read.episodes.standing
    assert not read.episodes.detector.streams


def test_every_dataclass_of_a_state_is_listed(judge):
    """None is written whose fields have no names."""
    assert serialization.FIRST_VERSION.keys() == serialization.KEPT.keys()
    with pytest.raises(KeyError):
        serialization.packed(object())
