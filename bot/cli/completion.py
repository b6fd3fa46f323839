"""`groundtruth completion`: a script for the shell, made from the table of commands and their options."""

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.commands.table import COMMANDS

EXAMPLES = """\
  groundtruth completion bash > ~/.local/share/bash-completion/completions/groundtruth
  groundtruth completion zsh  > "${fpath[1]}/_groundtruth"
  groundtruth completion fish > ~/.config/fish/completions/groundtruth.fish"""


@dataclass(frozen=True, slots=True)
class Word:
    """Something to complete: an option or a choice, and what it is in a line."""

    word: str
    what: str = ""


Offers = Mapping[str, tuple[str, Sequence[Word]]]
"""A command -> what it does, and the words after it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("shell", choices=sorted(SHELLS), help="for which shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(SHELLS[args.shell](offers()))
    return 0


def offers() -> Offers:
    """Every command with its words, as its own parser has them."""
    main = importlib.import_module("bot.cli.main")  # it imports us
    found = {}
    for name, (module, summary) in sorted(main.COMMANDS.items()):
        parser = main.command(name, importlib.import_module(module))
        found[name] = (summary, (*_words(parser), *(_asked() if name == "ask" else ())))
    return found


def _asked() -> Sequence[Word]:
    """What the desk is asked, from its own table."""
    return [Word(command.name, command.summary) for command in COMMANDS.values()]


def _words(parser: argparse.ArgumentParser) -> Sequence[Word]:
    found = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no other list of them
        what = (action.help or "").replace("\n", " ")
        found += [Word(option, what) for option in action.option_strings if option.startswith("--")]
        if not action.option_strings and action.choices:
            found += [Word(str(choice)) for choice in action.choices]
    return [word for word in found if word.what != argparse.SUPPRESS]


def bash(table: Offers) -> str:
    """A function that looks for the command among the words so far."""
    cases = "\n".join(f"    {name}) words='{' '.join(w.word for w in words)}' ;;" for name, (_, words) in table.items())
    return f"""\
# bash completion of groundtruth
_groundtruth() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= words word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case $word in
      --config) ((i++)) ;;
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  case $command in
    '') words='{" ".join(table)} --config --version --help' ;;
{cases}
    *) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _groundtruth groundtruth
"""


def zsh(table: Offers) -> str:
    """The same for zsh, with what each word is."""
    commands = "\n".join(f"    {_quoted(f'{name}:{summary}')}" for name, (summary, _) in table.items())
    cases = "\n".join(
        f"    {name}) offered=({' '.join(_quoted(f'{w.word}:{w.what or w.word}') for w in words)}) ;;"
        for name, (_, words) in table.items()
    )
    return f"""\
#compdef groundtruth
_groundtruth() {{
  local -a commands offered
  local chosen= i
  commands=(
{commands}
  )
  for ((i = 2; i < CURRENT; i++)); do
    case ${{words[i]}} in
      --config) ((i++)) ;;
      -*) ;;
      *) chosen=${{words[i]}}; break ;;
    esac
  done
  case $chosen in
    '') _describe command commands; return ;;
{cases}
  esac
  _describe option offered
  _files
}}
if [[ $funcstack[1] == _groundtruth ]]; then
  _groundtruth "$@"
else
  compdef _groundtruth groundtruth
fi
"""


FISH = """\
# fish completion of groundtruth
function __groundtruth_command --description 'whether there is a command yet, or whether it is this one'
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --config
                set -q words[2]; and set -e words[1]
            case '-*'
            case '*'
                test (count $argv) -eq 0; or test $words[1] = $argv[1]
                return
        end
        set -e words[1]
    end
    return 1
end"""


def fish(table: Offers) -> str:
    """One line for each command and each of its words."""
    lines = [FISH, "complete -c groundtruth -l config -r -d 'the configuration file'"]
    lines.append("complete -c groundtruth -n 'not __groundtruth_command' -l version -d 'the version'")
    for name, (summary, words) in table.items():
        lines.append(f"complete -c groundtruth -n 'not __groundtruth_command' -f -a {name} -d {_quoted(summary)}")
        seen = f"-n '__groundtruth_command {name}'"
        for word in words:
            how = f"-l {word.word[2:]}" if word.word.startswith("--") else f"-a {word.word}"
            lines.append(f"complete -c groundtruth {seen} {how}" + (f" -d {_quoted(word.what)}" if word.what else ""))
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """In single quotes, without any of its own."""
    return "'" + " ".join(text.replace("'", "’").replace("\\", "/").split()) + "'"


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
