"""A console from its settings."""

from collections.abc import Mapping
from typing import Any

from bot.channels.console.channel import Console
from bot.channels.registry import Outside


def opened(name: str, _: Mapping[str, Any], outside: Outside) -> Console:
    """The terminal, with its record beside the state."""
    return Console(name, outside.state_dir / f"{name}.jsonl", outside.out, outside.style, outside.now)
