"""`groundtruth init`: a first configuration, from a few questions or flags, with tokens that were tried."""

import argparse
import asyncio
import getpass
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.channels.registry import CHANNELS
from bot.config import catalogue
from bot.config.complaints import nearest, printable
from bot.config.load import from_text, secret
from bot.core.health.signs import HealthSign
from bot.errors import ConfigError, UserError
from bot.settings import Settings

EXAMPLES = """\
  groundtruth init                                                  asks what it needs to know
  groundtruth init --services claude,openai                         asks nothing: the console alone
  groundtruth init --services claude --slack C0123ABCD              with SLACK_BOT_TOKEN and SLACK_APP_TOKEN set
  groundtruth init --services claude --discord 112233445566778899   with DISCORD_TOKEN set
Tokens are tried before anything is written, and nothing is posted. They go to .env, never into the YAML."""

TOKENS: Mapping[str, Mapping[str, str]] = {
    "slack": {
        "SLACK_BOT_TOKEN": "OAuth & Permissions, Bot User OAuth Token (xoxb-...)",
        "SLACK_APP_TOKEN": "Basic Information, App-Level Tokens, scope connections:write (xapp-...)",
    },
    "discord": {"DISCORD_TOKEN": "Developer Portal, Bot, Reset Token"},
}
"""A channel's kind -> the secrets it needs, and where they come from."""


LIKE_TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-1", "SLACK_APP_TOKEN": "xapp-1-1", "DISCORD_TOKEN": "a.b.c"}
"""What passes for tokens while only channel ids are looked at."""


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What the configuration shall say; `places` are channel ids by the kind of channel, `urls` other addresses."""

    services: tuple[str, ...]
    places: Mapping[str, tuple[str, ...]]
    redis: str = ""
    urls: Mapping[str, Mapping[str, str]] | None = None

    def text(self) -> str:
        """The YAML, with a word about each part."""
        lines = [
            "# Groundtruth. Every key: deploy/docs/configuration.md, or `groundtruth config schema` for your editor.",
            "# `groundtruth catalogue list` shows the services that are known; a service of your own goes here, too.",
            f"services: [{', '.join(self.services)}]",
            "",
            "# Where the state is kept: an embedded server in .groundtruth, or a Redis or Valkey that processes share.",
            f"redis: {self.redis}" if self.redis else "# redis: redis://localhost:6379/0",
            "",
            "# Where messages go. ${NAME} is read from the environment, or from the file that NAME_FILE names.",
            "channels:",
            "  console: {kind: console}",
        ]
        for kind, ids in self.places.items():
            lines += [f"  {kind}:", f"    kind: {kind}", *self._keys(kind), f"    channels: [{', '.join(ids)}]"]
        return "\n".join([*lines, "", *ROUTES]) + "\n"

    def _keys(self, kind: str) -> list[str]:
        keys = {"slack": ["token: ${SLACK_BOT_TOKEN}", "app_token: ${SLACK_APP_TOKEN}"]}
        own = keys.get(kind, ["token: ${DISCORD_TOKEN}"])
        urls = (self.urls or {}).get(kind, {})
        return [f"    {key}" for key in [*own, *(f"{name}: {url}" for name, url in urls.items() if url)]]


ROUTES = (
    "# Who gets what; every channel gets everything without routes (deploy/docs/routing.md).",
    "# routes:",
    "#   - {match: [service=claude], to: [slack]}",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--services", metavar="IDS", help="what to watch, separated by commas; asks no questions")
    for kind in TOKENS:
        parser.add_argument(
            f"--{kind}", metavar="IDS", default="", help=f"channel ids in {kind.title()}, separated by commas"
        )
        parser.add_argument(f"--{kind}-api-url", metavar="URL", default="", help="a proxy or compatible server")
    parser.add_argument("--discord-gateway-url", metavar="URL", default="", help="the gateway of that server")
    parser.add_argument("--redis", metavar="URL", default="", help="a Redis or Valkey (default: the embedded store)")
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write (default: here)")


def run(args: argparse.Namespace) -> int:
    """Ask, try, write; 1 where a token does not work."""
    file, env = args.folder / "groundtruth.yaml", args.folder / ".env"
    for path in (file, env):
        if path.exists():
            raise UserError(f"{path} is there already: name another place with --folder, or move it away")
    try:
        wanted = _asked(args) if args.services is None and sys.stdin.isatty() else _given(args)
        tokens = {name: _token(name, args) for kind in wanted.places for name in TOKENS[kind]}
    except EOFError:
        raise UserError("the questions were not answered: nothing was written") from None
    settings = from_text(wanted.text(), str(file), dict(tokens), args.folder)
    problems = asyncio.run(_tried(settings))
    if problems:
        sys.stderr.write("nothing was written: fix this first, and try again\n")
        return 1
    _write(env, _env(wanted, tokens), 0o600)
    try:
        _write(file, wanted.text(), 0o644)
    except UserError:
        env.unlink()
        raise
    sys.stdout.write(f"{file} and {env} are written. Next:\n  set -a; . {_typed(env)}; set +a\n")
    sys.stdout.write(f"  groundtruth --config {_typed(file)} run\n")
    return 0


def _typed(path: Path) -> str:
    """A path as any shell takes it: `.` looks for a bare name in PATH, and a space needs quotes."""
    return shlex.quote(str(path if path.parent != Path() else f"./{path}"))


def _given(args: argparse.Namespace) -> InitOptions:
    places = {kind: _words(getattr(args, kind)) for kind in TOKENS if getattr(args, kind)}
    return InitOptions(_known(_words(args.services or "claude")), places, args.redis, _urls(args))


def _urls(args: argparse.Namespace) -> dict[str, dict[str, str]]:
    found = {kind: {"api_url": getattr(args, f"{kind}_api_url")} for kind in TOKENS}
    found["discord"]["gateway_url"] = args.discord_gateway_url
    return found


def _asked(args: argparse.Namespace) -> InitOptions:
    """The same, from questions."""
    services = _repeated(
        "Which services (separated by commas)? [claude] ", lambda text: _known(_words(text or "claude"))
    )
    places = {}
    for kind in TOKENS:
        asked = f"Channel ids in {kind.capitalize()}, separated by commas (empty: none): "
        ids = _repeated(asked, partial(_ids, kind))
        if ids:
            places[kind] = ids
    return InitOptions(services, places, args.redis, _urls(args))


def _ids(kind: str, text: str) -> tuple[str, ...]:
    """Ids of channels that our reader takes. Raises UserError with what it expects."""
    ids = _words(text)
    for name in ids:
        if not name.isalnum():
            raise UserError(f"expected the ids of channels, not {printable(name)}")
    try:
        from_text(InitOptions(("claude",), {kind: ids} if ids else {}).text(), "ids", LIKE_TOKENS)
    except ConfigError as error:
        raise UserError(error.complaints[0].split(": ", 2)[2]) from None
    return ids


def _repeated(question: str, read: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    while True:
        try:
            return read(input(question))
        except UserError as error:
            sys.stderr.write(f"{error}\n")


def _known(services: tuple[str, ...]) -> tuple[str, ...]:
    known = catalogue.names()
    for name in services:
        if name not in known:
            close = nearest(name, known)
            advice = f"did you mean {close}?" if close else "`groundtruth catalogue list` shows them"
            raise UserError(f"unknown service '{printable(name)}': {advice}")
    return services


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _token(name: str, args: argparse.Namespace) -> str:
    """A token from the environment, or typed unseen. Raises UserError where nobody can be asked."""
    found = secret(name)
    if not found and args.services is None and sys.stdin.isatty():
        where = next(tokens[name] for tokens in TOKENS.values() if name in tokens)
        found = getpass.getpass(f"{name} ({where}): ").strip()
    if not found:
        raise UserError(f"expected {name} in the environment")
    return found


async def _tried(settings: Settings) -> list[HealthSign]:
    """Ask each platform whether the tokens work, and say so; those that do not."""
    bad = []
    for channel in settings.channels:
        for sign in await CHANNELS[channel.kind].examined(channel.name, channel.options):
            word = "ok  " if sign.ok else "note" if sign.mild else "BAD "
            sys.stdout.write(f"{word} {sign.name}: {sign.sentence}\n")
            bad += [sign] if word == "BAD " else []
    return bad


def _env(wanted: InitOptions, tokens: Mapping[str, str]) -> str:
    lines = ["# Secrets of groundtruth.yaml; keep this file out of version control."]
    for kind, names in TOKENS.items():
        for name, where in names.items():
            lines += [f"# {where}", f"{name}={tokens[name]}" if kind in wanted.places else f"# {name}="]
    lines += ["# Checks of the API itself, a few tokens each; left out without it.", "# ANTHROPIC_API_KEY="]
    return "\n".join(lines) + "\n"


def _write(file: Path, text: str, mode: int) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
            out.write(text)
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror})") from None
