"""The time of a story, running at the story's speed: handed to everything whose clock is an argument."""

import json
import time
from collections.abc import Callable

from bot.demo.scenario import Story


class StoryClock:
    """Unix seconds of the story. It stands at the beginning until `start`.

    Whatever measures by it keeps its usual figures (quiet for twelve minutes, a vendor that is late by fifteen) while
    an hour passes in a minute; a vendor that plays at speed 1 by it posts at the recorded times to the millisecond.
    `real` gives seconds that never go back.
    """

    def __init__(self, story: Story, real: Callable[[], float] = time.monotonic) -> None:
        self._story, self._real = story, real
        self._started: float | None = None

    def __call__(self) -> float:
        return self._story.begins + self.elapsed_s * self._story.speed

    @property
    def elapsed_s(self) -> float:
        """Real seconds since the start."""
        return 0.0 if self._started is None else self._real() - self._started

    def start(self) -> None:
        """Start the clock."""
        self._started = self._real()

    def left_s(self, at: float) -> float:
        """Real seconds until a time of the story, 0 when it has passed."""
        return max(0.0, (at - self()) / self._story.speed)


CLOCK = "clock"
"""The note in the store by which others know that its times are a story's."""


def note_of(story: Story, machine: float) -> str:
    """What another process must know to tell the story's time; it starts at `machine` (Unix seconds)."""
    return json.dumps({"machine": machine, "begins": story.begins, "ends": story.ends, "speed": story.speed})


def time_by(note: str, machine: float) -> float | None:
    """The story's time at `machine` (Unix seconds), its end once it is over; None where the note is none of a story."""
    try:
        kept = json.loads(note)
        played = kept["begins"] + max(0.0, machine - kept["machine"]) * kept["speed"]
        return float(min(played, kept["ends"]))
    except (ValueError, TypeError, KeyError):
        return None
