"""From what was streamed to a recorded world in the format `replay` reads. Pure.

A slot between two results is filled with the earlier one, for at most two intervals: beyond that it is unknown, and
the letter says so. Results of several checks in one slot become one letter, a failure before a success.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Any

from bot.core.replay.trace import AT_MOST_SLOTS, FORMAT, LETTERS, NO_DATA, QUIET
from probes.model import Layer, Observation, Outcome

SLOT_S = 5.0

FAILED = {
    Layer.CAPACITY: "9",
    Layer.GATEWAY_TO_APP: "3",
    Layer.EDGE_OR_GATEWAY: "3",
    Layer.EDGE_TO_ORIGIN: "2",
    Layer.STREAM: "m",
    Layer.NO_ANSWER: "t",
    Layer.TCP: "c",
    Layer.TLS: "c",
    Layer.DNS: "d",
}
UNCLEAR = {
    Layer.OUR_QUOTA: "q",
    Layer.OUR_KEY: "a",
    Layer.ALIVE_NEEDS_AUTH: "a",
    Layer.EDGE_BOT_BLOCK: "b",
    Layer.OUR_NETWORK: "t",
}


def letter(seen: Observation) -> str:
    """The trace's letter for one result."""
    if seen.outcome in (Outcome.OK, Outcome.SLOW):
        return QUIET
    if seen.outcome is Outcome.FAILED and seen.layer not in UNCLEAR:
        return FAILED.get(seen.layer, "5")
    return UNCLEAR.get(seen.layer, NO_DATA)


@dataclass(slots=True)
class StreamRecording:
    """One stream's results: letters and latencies by slot."""

    letters: dict[int, str] = field(default_factory=dict)
    latency_ms: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class RunRecorder:
    """What has been noted so far, by slot since `start`."""

    start: float
    slots: int
    strips: dict[str, StreamRecording] = field(default_factory=dict)
    blind: dict[str, set[int]] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)

    def note(self, seen: Observation, page_ids: Mapping[str, str]) -> None:
        """Take in one result."""
        slot = int((seen.at - self.start) // SLOT_S)
        if seen.page is not None:
            _turn(self.pages, slot, seen, page_ids)
            return
        _note(self.strips.setdefault(f"{seen.vantage}/{seen.component}", StreamRecording()), slot, seen)
        if seen.control is False:
            self.blind.setdefault(seen.vantage, set()).add(slot)


def recorded(name: str, rows: Iterable[Observation], interval_s: float, page_ids: Mapping[str, str]) -> dict[str, Any]:
    """The trace of these results, ready for JSON.

    Args:
        name: what the recording is called.
        rows: what was seen of one service.
        interval_s: how often each component is checked.
        page_ids: the vendor's id of each of our components, to keep what the page said.

    Raises:
        ValueError: there is nothing to record, or it spans more than a trace can hold.
    """
    looks = sorted(rows, key=lambda seen: seen.at)
    if not any(seen.page is None for seen in looks):
        raise ValueError("no results to record")
    start = looks[0].at // SLOT_S * SLOT_S
    tape = RunRecorder(start, int((looks[-1].at - start) // SLOT_S) + 1)
    if tape.slots > AT_MOST_SLOTS:
        raise ValueError("the results span more time than a trace can hold")
    for seen in looks:
        tape.note(seen, page_ids)
    return {"format": FORMAT, "name": name, "interval_s": interval_s, **_laid_out(tape, interval_s)}


def _laid_out(tape: RunRecorder, interval_s: float) -> dict[str, Any]:
    strips, slots = tape.strips, tape.slots
    every = max(1, round(interval_s / SLOT_S))
    return {
        "slot_s": SLOT_S,
        "slots": slots,
        "start": datetime.fromtimestamp(tape.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "components": sorted({stream.partition("/")[2] for stream in strips}),
        "vantages": sorted({stream.partition("/")[0] for stream in strips}),
        "offset_slots": {stream: min(strip.letters) % every for stream, strip in strips.items()},
        "legend": {key: meaning[3] or "ok" for key, meaning in LETTERS.items()} | {NO_DATA: "no data"},
        "seen": {stream: _filled(strip.letters, slots, every) for stream, strip in strips.items()},
        "control": {v: "".join("t" if s in marks else QUIET for s in range(slots)) for v, marks in tape.blind.items()},
        "latency_ms": {stream: _paced(strip, slots, every) for stream, strip in strips.items()},
        "page": tape.pages,
        "reports": [],
    }


def _note(strip: StreamRecording, slot: int, seen: Observation) -> None:
    mark, before = letter(seen), strip.letters.get(slot, NO_DATA)
    if (before in (NO_DATA, QUIET) and mark != NO_DATA) or before == NO_DATA:
        strip.letters[slot] = mark
    if seen.timings.total is not None and mark == QUIET:
        strip.latency_ms[slot] = round(seen.timings.total, 1)


def _turn(pages: list[dict[str, Any]], slot: int, seen: Observation, page_ids: Mapping[str, str]) -> None:
    """Keep what the page says whenever it says something new."""
    said = {claim.id: claim.state.value for claim in seen.page.claims} if seen.page else {}
    states = {component: said[theirs] for component, theirs in page_ids.items() if theirs in said}
    if states and (not pages or pages[-1]["states"] != states):
        pages.append({"slot": slot, "states": states})


def _filled(letters: Mapping[int, str], slots: int, every: int) -> str:
    hold, last, since, filled = 2 * every, NO_DATA, 0, []
    for slot in range(slots):
        if slot in letters:
            last, since = letters[slot], slot
        filled.append(last if slot - since < hold else NO_DATA)
    return "".join(filled)


def _paced(strip: StreamRecording, slots: int, every: int) -> list[float | None]:
    """One latency for each scheduled look: the latest of its interval, None where none was measured."""
    offset = min(strip.letters) % every
    paced: list[float | None] = [None] * max(0, ceil((slots - offset) / every))
    for slot in sorted(strip.latency_ms):
        place = (slot - offset) // every
        if 0 <= place < len(paced):
            paced[place] = strip.latency_ms[slot]
    return paced
