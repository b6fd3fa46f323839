"""When a component was in which state, as far back as that may still turn out otherwise. Pure.

An alert comes after the first failure, and its end is known only some time after the last one. What was counted
meanwhile is counted again then, so that an outage has the minutes from its first failure to its last.
"""

from collections.abc import Collection, Iterator
from itertools import pairwise

KEPT_MS = 86_400_000
"""How far back time is counted again."""
PIECES = 64
"""Changes of state kept; beyond these the oldest time stays as it was counted."""
NOWHERE = -1
"""The place of time in no state."""

Course = tuple[tuple[int, int], ...]
"""From when (Unix milliseconds) in which place, in order; the last one until now."""
Move = tuple[int, int, int]
"""From when until when time was in another place, and in which."""


def extended(course: Course, at: int, place: int) -> Course:
    """The course with a place from a moment on."""
    if course and course[-1][1] == place:
        return course
    return (*course, (at, place))[-PIECES:]


def turned(
    course: Course, span: tuple[int, int], now: int, which: Collection[int], place: int
) -> tuple[Course, list[Move]]:
    """The course with what is in one of `which` places within a span in `place` instead, and what that moves."""
    begin, end = max(span[0], now - KEPT_MS), span[1]
    made: list[tuple[int, int]] = []
    moves: list[Move] = []
    for start, stop, where in _pieces(course, now):
        left, right = max(start, begin), min(stop, end)
        parts = [(start, stop, where)]
        if where in which and where != place and left < right:
            moves.append((left, right, where))
            parts = [(start, left, where), (left, right, place), (right, stop, where)]
        for at, until, here in parts:
            if at < until and not (made and made[-1][1] == here):
                made.append((at, here))
    return (tuple(made[-PIECES:]), moves) if moves else (course, moves)


def _pieces(course: Course, now: int) -> Iterator[tuple[int, int, int]]:
    for (at, place), (until, _) in pairwise((*course, (now, NOWHERE))):
        if at < until:
            yield at, until, place
