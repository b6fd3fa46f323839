"""Names that people type in commands, of one vendor and of two."""

from bot.core.commands.names import Named, Names

CLAUDE = Named("claude", "", "Claude", ("anthropic",))
WEB = Named("claude", "claude-web", "claude.ai", ("web", "chat"))
API = Named("claude", "claude-api", "Claude API", ())
CODE = Named("claude", "claude-code", "Claude Code", ("cc",))
OPENAI = Named("openai", "", "OpenAI", ())
GPT = Named("openai", "openai-api", "OpenAI API", ("gpt",))
ONE = Names([CLAUDE, WEB, API, CODE])
TWO = Names([CLAUDE, WEB, API, CODE, OPENAI, GPT])
