"""The kinds of channels, by name: how each is opened from its settings. A new kind is one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from bot.channels.channel import Channel
from bot.channels.console.channel import Console


@dataclass(frozen=True, slots=True)
class Outside:
    """What the surroundings give to channels: where files may be kept, the terminal and its style, the clock."""

    state_dir: Path
    out: TextIO
    style: str
    now: Callable[[], float]


Opening = Callable[[str, Mapping[str, Any], Outside], Channel]
"""Name, the kind's own options, the surroundings; the channel is entered by whoever asked for it."""


def _console(name: str, _: Mapping[str, Any], outside: Outside) -> Channel:
    return Console(name, outside.state_dir / f"{name}.jsonl", outside.out, outside.style, outside.now)


CHANNELS: Mapping[str, Opening] = {
    "console": _console,
}
