"""What people read uses the project's words: one word a thing, the same in messages, logs, help, keys and pages."""

import ast
import re

import pytest

from tests.docs.pages import DOCS, README, ROOT

RETIRED = {
    r"\b(?:a|no|one|each|every|of|paid|[0-9]+|our|more) looks?\b(?! (?:like|at)\b)": "what a check does is a check",
    r"\blooks? (?:failed|fail|arrive|arrived|left out)\b": "a check fails, its result arrives",
    r"\blook(?:ing)? from\b": "checks run at a vantage",
    r"\bobservations?\b": "a check has a result",
    r"\bsightings?\b": "a check has a result",
    r"\bdisagree(?:ments?|d)\b": "page and measurement have a discrepancy",
    r"\b[Aa]part since\b": "page and measurement have a discrepancy",
    r"\bnever acknowledged the trouble\b": "people acknowledge; a page admits",
    r"\bunacknowledged for\b": "people acknowledge; a page admits",
    r"\breport[ -]cards?\b": "the paper after an incident is the postmortem",
    r"\bpost-incident report\b": "the paper after an incident is the postmortem",
    r"\breports? by people\b": "what a person says is a user report",
    r"\bhand(?:s|ed|ing)? (?:it |an incident )?back\b": "who acknowledged an incident releases it",
    r"\bsaid \(edition\b": "a message is posted and updated",
    r"\bis news again\b": "I'll post again",
    r"\bnone is better\b": "no measured alternative is up",
    r"\bapplication or what is behind it\b": "the vendor's backend",
    r"\boutlets?\b": "messages go to a channel",
    r"\bhush(?:ed)?\b": "a silence, or quiet hours",
    r"\bannounced work\b": "a maintenance window",
    r"\bwindows? of maintenance\b": "a maintenance window",
    r"\bhears of anything\b": "nobody is alerted",
    r"\bitself is not measured\b": "inferred, not measured",
    r"\bbuy nothing\b": "don't buy more",
    r"\bwritten twice, first\b": "given twice, first on line",
    r"\bnothing escalates by\b": "without a route that uses it a policy does nothing",
}
"""Retired words, and what the thing is called."""
KEPT = {
    "report-card",  # the command's former name, which is still understood
    "disagreements",  # the former key of a postmortem's data, written until 1.0
    "handed back",  # an event in the timelines of incidents on record
}
"""Literals that machines read."""
MENTIONED = re.compile(
    r"(?i)\b(?:alias|also):? .{0,20}`report-card`|report-cards/"
    r"|`Observation`|\bmodel\.py +Observation\b|-> Observation\b"
)
"""Where a page may name an old word: as an alias, as the class in the code, in a path."""
FOLDERS = ("bot", "probes")
PROSE = sorted({README, *DOCS.glob("*.md"), *(ROOT / "bot/tips").glob("*.md"), *(ROOT / "deploy/examples").glob("*")})


def literals(path):
    """Every text in the code that is no docstring, with its line; a text of a template as one."""
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def retired(text):
    """The retired words in a text, each with what to say."""
    return [f"{found[0]!r}: {why}" for word, why in RETIRED.items() if (found := re.search(word, text, re.IGNORECASE))]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_of_the_program_has_a_retired_word(folder):
    """Messages, answers, help, logs, descriptions of keys; a channel, a log and a page say the same word."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {complaint}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in literals(path)
        if text not in KEPT
        for complaint in retired(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_no_page_has_a_retired_word(path):
    """The docs, the tips, the examples; an alias may be named as one."""
    lines = (MENTIONED.sub("", line) for line in path.read_text().splitlines())
    found = [f"{number}: {one}" for number, line in enumerate(lines, 1) for one in retired(line)]
    assert found == []


@pytest.mark.parametrize("word", RETIRED)
def test_each_rule_finds_its_word(word):
    """A rule that matches nothing would guard nothing."""
    said = {
        "1% of looks fail by themselves", "no look arrived", "look from here", "two observations", "a sighting",
        "three disagreements", "Apart since", "never acknowledged the trouble", "unacknowledged for 5 min",
        "a report card", "the post-incident report", "2 reports by people", "Hand back", "said (edition 7)",
        "it is news again once", "none is better", "the vendor's application or what is behind it", "an outlet",
        "hushed", "announced work", "a window of maintenance", "nobody hears of anything",
        "that itself is not measured", "buy nothing", "written twice, first on line 3", "nothing escalates by it",
    }  # fmt: skip
    assert any(re.search(word, text, re.IGNORECASE) for text in said)
