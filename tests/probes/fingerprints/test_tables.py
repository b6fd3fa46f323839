"""The tables themselves: every rule can be read, and none hides another."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.cli.fingerprint import readings
from probes.fingerprints import edges, error_messages, gateways, middlebox_rules, verdicts
from probes.fingerprints.error_codes import GENERIC, SPECIFIC
from probes.fingerprints.rules import Row
from probes.fingerprints.verdicts import Verdict
from probes.model import Fault, Outcome

DATA = Path(__file__).parents[2] / "data" / "http"
ROWS: list[Row] = [
    row
    for table in (
        middlebox_rules.PORTALS,
        middlebox_rules.PROXIES,
        middlebox_rules.CHALLENGES,
        edges.OTHERS,
        gateways.GATEWAYS,
        error_messages.SENTENCES,
    )
    for row in table
]
VERDICTS = [value for value in vars(verdicts).values() if isinstance(value, Verdict)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symptom)
def test_every_row_is_a_rule(row: Row) -> None:
    """It compiles, asks for something in lower case, and its symptom is a short stable word."""
    re.compile(row.page)
    re.compile(row.head)
    assert row.page or row.head
    literal = re.sub(r"\\.|\[[^]]*\]", "", row.page + row.head)
    assert literal == literal.lower()
    assert re.fullmatch(r"[a-z][a-z_]*(_\{\})?", row.symptom)


def test_words_are_as_they_are_compared() -> None:
    """Lower case, and no word in both tables: which one would win is then not a question."""
    assert all(word == word.lower() for word in (*SPECIFIC, *GENERIC))
    assert not set(SPECIFIC) & set(GENERIC)


def test_only_failures_blame_and_only_the_vendor_or_its_edge() -> None:
    """Outcome and fault belong together in every verdict."""
    for verdict in VERDICTS:
        assert (verdict.outcome is Outcome.FAILED) == (verdict.fault in (Fault.VENDOR, Fault.EDGE)), verdict
        assert (verdict.outcome is Outcome.OK) == (verdict.fault is Fault.NONE), verdict
    assert not [twin for twin, times in Counter(VERDICTS).items() if times > 1]


def test_the_samples_reach_every_layer_an_answer_can_have() -> None:
    """No layer of the table is without an example."""
    reached = {reading.layer for _, reading in readings((DATA / "samples.json").read_bytes())}
    assert {verdict.layer for verdict in VERDICTS} <= reached


def test_sample_names_are_unique() -> None:
    """A failing test names one sample."""
    names = Counter(sample["name"] for sample in json.loads((DATA / "samples.json").read_text()))
    assert [name for name, times in names.items() if times > 1] == []
