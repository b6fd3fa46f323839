"""A state written by an earlier release is read: what it did not keep begins with its default."""

import json

from bot.core.detection.assessor import Assessor
from tests.support.results import START, assessor, failing, fed, look, quiet

OLDER = {"streams": 11, "run": 4, "usual": 7, "pending": 9, "spells": 8, "severity": 10}
"""How many fields each part had in release 498a98f."""


def as_before(state):
    """The same state as that release would have written it."""
    old = json.loads(json.dumps({k: v for k, v in state.items() if k not in {"fields", "groups", "next_s"}}))
    old["version"] = 1
    old["spells"] = old["spells"][: OLDER["spells"]]
    old["streams"] = [stream[: OLDER["streams"] - 1] for stream in old["streams"]]
    for stream in old["streams"]:
        stream[8] = stream[8][: OLDER["run"]]
        stream[9] = stream[9][: OLDER["usual"]]
        for part in (2, 3):
            stream[9][part] = stream[9][part][: OLDER["pending"]]
    for course in [*old["courses"].values(), *old["vantages"].values(), *old["slow"].values()]:
        course[3] = course[3][: OLDER["severity"]]
    old["waiting"] = [row[:9] for row in old["waiting"]]
    return old


def test_a_state_of_the_release_before_goes_on():
    """With an incident open: it is still open, is closed by what follows, and the next one is found."""
    judge = assessor()
    fed(judge, quiet(6))
    at = START + 6 * 3600
    assert [s.event for s in fed(judge, failing(0.4, 10, at))][:1] == ["opened"]
    judge.see(look(at + 600, failed=True))
    read = Assessor(judge.settings, as_before(judge.dump()))
    assert read.episodes.standing == judge.episodes.standing
    assert read.episodes.groups == {"api": judge.episodes.standing["api"]}
    steps = fed(read, quiet(1, at + 605, every=5))
    assert [s.event for s in steps if s.event != "changed"] == ["resolved"]
    assert [s.event for s in fed(read, [look(at + 5000 + n * 5, True) for n in range(60)])][:1] == ["opened"]
