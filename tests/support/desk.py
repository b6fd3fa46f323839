"""Settings for tests of the desk."""

from typing import Any

from bot.core.answers.answer import Answer
from bot.desk.desk import Desk
from bot.settings import Component, Lag, Service, Settings, StatusPage

CLAUDE = Service(
    id="claude",
    name="Claude",
    nicknames=("anthropic",),
    page=StatusPage("https://status.example/api", page_url="https://status.example", usual_lag=Lag(900, 3240)),
    components=(
        Component("claude-web", "claude", "claude.ai"),
        Component("claude-api", "claude", "Claude API"),
        Component("claude-code", "claude", "Claude Code"),
    ),
)


SETTINGS = Settings((CLAUDE,))


class PlainDesk:
    """A desk whose answers are read in a terminal: times in UTC."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, *question: Any) -> Answer:
        """As the desk's, read."""
        return (await self._desk.ask(*question)).plainly()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)
