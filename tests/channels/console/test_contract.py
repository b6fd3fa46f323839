"""The console keeps the contract of all channels, in each of its styles."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.console.channel import Console
from tests.support.contract import ChannelContract


class TestConsole(ChannelContract):
    """Looked at through its durable record, as a restarted process would."""

    path: Path

    @pytest.fixture(params=["plain", "json", "live"])
    async def channel(self, request, tmp_path):
        self.path = tmp_path / "console.jsonl"
        async with Console("console", self.path, io.StringIO(), request.param, lambda: 1_776_094_260.0) as console:
            yield console

    def acts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def roots(self, key: str) -> int:
        return sum(act["act"] == "root" and act["key"] == key for act in self.acts())

    def trail(self, key: str) -> list[str]:
        return [act["text"] for act in self.acts() if act["act"] == "trail" and act["root"] == key]

    def headline(self, key: str) -> str:
        return [str(act["headline"]) for act in self.acts() if act["key"] == key and act["act"] != "trail"][-1]
