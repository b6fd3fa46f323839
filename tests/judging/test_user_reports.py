"""What people say, from a command to the judge's count: hashed, once, and answered with what others say."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.judging.decisions import JudgementState
from bot.core.model.person import Person
from bot.core.model.report import Report
from bot.core.model.service import ServiceView
from bot.core.reports.surge import SurgeDetector
from bot.judging.judge import Judge, JudgeContext
from bot.judging.user_reports import UserReports
from bot.store.codec import REMEMBERED, VOICES
from bot.store.stream_rows import decode, encode
from bot.store.types import Commit
from probes.model import Observation, Outcome
from tests.support.routing import to
from tests.support.situations import API, voices
from tests.support.stores import readable

START = 1_776_000_000.0
VIEW = ServiceView("claude", "Claude", {"claude-api": "Claude API"})
SETTINGS = AssessorSettings(components=("claude-api",), interval_s=30.0)
ANN, BOB = Person("slack", "T1", "U1", "Ann"), Person("slack", "T1", "U2", "Bob")


async def rows(store) -> list[Any]:
    return [decode(raw) for _, raw in await store.read("claude")]


def reports(store, woken=None):
    return UserReports(store, (woken if woken is not None else []).append, lambda: START)


@asynccontextmanager
async def judging(store):
    """A judge at work until the block is left."""

    bench = JudgeContext("one", lambda: START + 1, to(), lambda: None)
    task = asyncio.create_task(Judge(store, VIEW, SETTINGS, bench).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def counted(store, affected):
    """The component's voices once so many are counted."""
    async with asyncio.timeout(20):
        while True:
            raw = (await store.views.assessments("claude")).get("claude-api")
            if raw and (heard := readable(VOICES.load(raw)).reports).affected == affected:
                return heard
            await asyncio.sleep(0.01)


async def test_a_report_names_nobody(store, caplog):
    """Neither id nor name nor workspace is in the row; two people of one workspace share its hash alone."""
    caplog.set_level(0)
    woken: list[str] = []
    for person in (ANN, BOB):
        await reports(store, woken).report("claude", "claude-api", person, works=False, text="logs me out")
    ann, bob = await rows(store)

    assert (ann.component, ann.works, ann.text, ann.at) == ("claude-api", False, "logs me out", START)
    assert ann.place == bob.place
    assert ann.who != bob.who
    assert not {"U1", "Ann", "T1"} & {ann.who, ann.place}
    assert woken == ["claude", "claude"]
    salt = (await store.people.salt()).decode()
    assert salt not in caplog.text
    assert "U1" not in caplog.text


async def test_every_process_knows_a_person_again(store):
    """The salt is the store's: another process makes the same hash; a forgotten salt makes everybody new."""
    for _ in range(2):
        await reports(store).report("claude", "claude-api", ANN, works=False)
    one, other = await rows(store)

    assert one.who == other.who
    assert len(await store.people.salt()) == 64


async def test_one_interaction_is_one_row(store):
    """A click that is sent three times, by two replicas, with an id of any length and shape."""
    for given in ("abc", "x" * 500, "ключ\n{}"):
        for _ in range(3):
            await reports(store).report("claude", "claude-api", ANN, False, "", given)

    assert len(await rows(store)) == 3


async def test_others_are_counted_without_the_one_who_asks(store):
    """By the judge's own count; the same person again hears the same."""
    async with judging(store):
        await store.append(
            "claude", "eu.1", 1, [encode(Observation("c", "claude", "claude-api", "eu", START, Outcome.OK))]
        )
        first = await reports(store).report("claude", "claude-api", ANN, works=False)
        await counted(store, 1)
        again = await reports(store).report("claude", "claude-api", ANN, works=False)
        second = await reports(store).report("claude", "claude-api", BOB, works=False)
        heard = await counted(store, 2)
        changed = await reports(store).report("claude", "claude-api", BOB, works=True)

    assert (first.others, first.repeated, first.text) == (
        0,
        False,
        "Thanks. You're the first to report claude-api in 15 min",
    ) or first.text == "Thanks. You're the first to report Claude API in 15 min"
    assert (again.others, again.repeated) == (0, True)
    assert again.text == "Thanks. You'd already told me. Nobody else has reported trouble with Claude API in 15 min"
    assert (second.others, second.text) == (
        1,
        "Thanks. 1 other person reports trouble with Claude API in 15 min (normally 0–1)",
    )
    assert heard.surprise < 4
    assert (changed.others, changed.repeated) == (1, False)
    assert changed.text.startswith("Thanks, noted that it works for you. 1 other person reports")


async def test_nobody_is_told_of_himself(store):
    """Where the judge is at hand and woken, too: everyone hears of those before, and of nobody else."""
    bench = JudgeContext("one", lambda: START + 1, to(), lambda: None)
    judge = Judge(store, VIEW, SETTINGS, bench)
    at_hand = UserReports(store, lambda _: judge.news.set(), lambda: START)
    task = asyncio.create_task(judge.run())
    await store.append("claude", "eu.1", 1, [encode(Observation("c", "claude", "claude-api", "eu", START, Outcome.OK))])
    heard = []
    for n in range(6):
        heard.append((await at_hand.report("claude", "claude-api", Person("slack", "T1", f"U{n}", ""), False)).others)
        await counted(store, n + 1)
    works = await at_hand.report("claude", "claude-api", Person("slack", "T1", "U9", ""), works=True)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert heard == [0, 1, 2, 3, 4, 5]
    assert (works.others, works.works) == (6, 0)


SPOKEN = {
    "changed before it is judged": "A- read A+ A- A+ A-",
    "again before it is judged": "A- A- read A- A-",
    "taken back and said again": "A+ read A- A+ read A- A-",
    "two people by turns": "A- B- read A+ B- A- B+ read B- A-",
    "another's word stays": "B- read A- A+ A- read A+ A-",
}
"""Who says what, one after another: A or B, fails (-) or works (+); `read`: the judge has read all so far."""


@pytest.mark.parametrize("platform", ["slack", "discord"])
@pytest.mark.parametrize("said", SPOKEN.values(), ids=SPOKEN)
async def test_only_other_people_are_counted_whatever_is_judged(store, platform, said):
    """A word that is changed or repeated before the judge has read it never makes its own speaker another person."""
    people = {"A": Person(platform, "T1", "1", "Ann"), "B": Person(platform, "T1", "2", "Bob")}
    clock = count(START)
    desk = UserReports(store, lambda _: None, lambda: next(clock))
    judged: dict[str, bool] = {}
    latest: dict[str, bool] = {}
    token = readable(await store.lease("claude", "one", 10_000))
    for one in said.split():
        if one == "read":
            await _judged(store, token)
            judged = dict(latest)
            continue
        who, works = one[0], one[1] == "+"
        heard = await desk.report("claude", "claude-api", people[who], works)
        others = [word for other, word in judged.items() if other != who]
        assert (heard.others, heard.works) == (others.count(False), others.count(True)), heard.text
        assert heard.repeated == (latest.get(who) == works)
        latest[who] = works


async def _judged(store, token):
    """Commit what a judge knows that has read every row so far."""
    crowd = SurgeDetector(("claude-api",))
    found = await store.read("claude")
    for row in await rows(store):
        crowd.take(row)
    state = REMEMBERED.dump(JudgementState(crowd=crowd.state())).encode()
    shown = replace(voices(API)[0], reports=crowd.reports("claude-api", START + 60))
    assert await store.commit("claude", token, Commit(found[-1][0], state, {"claude-api": VOICES.dump(shown)}))


def test_old_rows_are_read():
    """Rows without a place, of a version before this one, and rows with one."""
    assert decode(b'{"k":"r","t":5,"c":"api","w":"h","n":2}') == Report(5, "api", "h", n=2)
    row = Report(5.0, "api", "h", True, "x", place="p")
    assert decode(encode(row)) == row
