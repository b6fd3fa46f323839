"""Settings for tests of the desk."""

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
