"""The commands, from their two tables: what is asked in chat and by `groundtruth ask`, and what the terminal has."""

import argparse
import importlib
from collections.abc import Iterator

from bot.cli.main import COMMANDS as TERMINAL
from bot.cli.main import command as parser_of
from bot.core.commands.table import COMMANDS as CHAT
from tests.docs.pages import table


def chat() -> str:
    """One row a command of the desk."""
    rows = []
    for one in CHAT.values():
        also = f" Also: {', '.join(f'`{alias}`' for alias in one.aliases)}." if one.aliases else ""
        rows.append((f"`{one.usage}`", str(one.role), f"{_sentence(one.summary)}{also}", f"`{one.example}`"))
    return table(("command", "role", "what it does", "example"), rows)


def terminal() -> str:
    """One section a word of the command line: what it does, its options, its examples."""
    return "\n\n".join(_section(name) for name in sorted(TERMINAL))


def _section(name: str) -> str:
    module = importlib.import_module(TERMINAL[name][0])
    parser = parser_of(name, module)
    rows = list(_options(parser, ""))
    parts = [f"### `groundtruth {name}`", _sentence(TERMINAL[name][1])]
    if rows:
        parts.append(table(("option", "meaning"), rows))
    return "\n\n".join([*parts, f"```text\n{module.EXAMPLES.rstrip()}\n```"])


def _options(parser: argparse.ArgumentParser, prefix: str) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from _options(below, f"{prefix}{name} ")
        elif action.dest not in {"help", "config"} and action.help is not argparse.SUPPRESS:
            yield f"`{prefix}{_written(action)}`", _sentence((action.help or "").replace("%%", "%"))


def _written(action: argparse.Action) -> str:
    """How an option is typed."""
    choices = "|".join(map(str, action.choices or ()))
    value = choices or str(action.metavar or action.dest.upper())
    if not action.option_strings:
        name = choices or str(action.metavar or action.dest)
        return f"[{name}]" if action.nargs in {"?", "*"} else name
    return action.option_strings[-1] + (f" {value}" if action.nargs != 0 else "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith((".", "?")) else ".") if text else ""
