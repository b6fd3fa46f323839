"""The command line: which word starts which module, and how every ending looks to a shell."""

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

from bot.cli.log_redaction import hushed_errors
from bot.cli.plain_letters import with_plain_signs
from bot.config.complaints import nearest, printable
from bot.errors import GroundtruthError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "accuracy": ("bot.cli.accuracy", "how much is found, how soon, how often wrongly: beside other monitors' rules"),
    "ask": ("bot.cli.ask", "ask what is known: status, why, help"),
    "catalogue": ("bot.cli.catalogue", "the services we know; try their status pages; read a saved page"),
    "channels": ("bot.cli.channels", "the channels and their health; send a marked test"),
    "check": ("bot.cli.check", "run checks once, now, and print the results beside what the vendor says"),
    "completion": ("bot.cli.completion", "completion of commands and options for bash, zsh or fish"),
    "config": ("bot.cli.config", "check, show or describe the configuration"),
    "demo": ("bot.cli.demo", "replay an outage against a vendor on loopback, and catch it"),
    "doctor": ("bot.cli.doctor", "check that everything is in order on our side, and say what to do if not"),
    "export": ("bot.cli.export", "write a backup of the store, while everything runs"),
    "files": ("bot.cli.files", "the files that came with the program: the Slack manifest, examples, the schema"),
    "fingerprint": ("bot.cli.fingerprint", "what recorded answers mean, one JSON line each"),
    "forget": ("bot.cli.forget", "remove one person from everything that is stored"),
    "init": ("bot.cli.init", "a first configuration from a few questions; tokens are tried first"),
    "import": ("bot.cli.import_from", "convert another monitor's configuration, and list what was left out"),
    "ledger": (
        "bot.cli.ledger",
        "how late and how accurate status pages are, on record; import a vendor's history",
    ),
    "mcp": ("bot.cli.mcp", "answer an agent: an MCP server on standard input and output"),
    "ping": ("bot.cli.ping", "report that a job started, succeeded or failed; or run it and report"),
    "record": ("bot.cli.record", "write what the store holds as a trace for replay"),
    "replay": ("bot.cli.replay", "run recorded traces through the detector that runs in production"),
    "probe": ("bot.cli.probe", "run checks only, from this vantage, for the judge on a shared Redis"),
    "restore": ("bot.cli.restore", "write a backup into an empty store, of this version or an older one"),
    "routes": ("bot.cli.routes", "the routing tree, and who would be notified of what"),
    "statusline": ("bot.cli.statusline", "one component in one line, for status lines, prompts and menu bars"),
    "wait": ("bot.cli.wait", "wait until a component has been up for a while, for scripts and CI"),
    "support-bundle": ("bot.cli.support_bundle", "what others need to help: configuration, doctor, versions"),
    "run": ("bot.cli.run", "run checks, judge and notify, until stopped"),
}
"""A command's name -> its module, imported only when chosen, and what it does in a line."""

RELOADING = frozenset({"probe", "run"})
"""Commands that SIGHUP asks to read their configuration again."""

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
EXITS: Mapping[int, str] = {
    0: "done, and nothing to complain of; `run` and `probe`: stopped by SIGTERM, Ctrl-C or `--for`",
    1: "done, and the answer is no: `check`, `doctor`, `init` found something wrong, `config diff` found differences,"
    " `import` and `forget` found nothing",
    BAD_INPUT: "not done, and a sentence says why: a wrong option or configuration, an unusable store or file",
    INTERRUPTED: "stopped by Ctrl-C in the middle of its work",
    BROKEN_PIPE: "whoever read the output has gone",
}
"""Every exit code and what it means."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: its own, 2 for a sentence on stderr, 130 for Ctrl-C."""
    with_plain_signs(sys.stdout, sys.stderr)
    with hushed_errors():
        return _coded(argv)


def _coded(argv: Sequence[str] | None) -> int:
    try:
        code = _main(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except GroundtruthError as error:
        sys.stderr.write(f"{error}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more. Python flushes once again at exit, which must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


class _Version(argparse.Action):
    """Says it and ends; what it takes is imported only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.write(importlib.import_module("bot.cli.version").version() + "\n")
        parser.exit()


def _main(argv: Sequence[str]) -> int:
    parser = top()
    try:
        args = parser.parse_args(argv)
        if args.command is None:
            parser.print_help()
            return 0
        if args.command not in COMMANDS:
            close = nearest(args.command, COMMANDS)
            advice = f"did you mean {close}?" if close else "groundtruth --help lists the commands"
            parser.error(f"unknown command '{printable(args.command)}': {advice}")
        if args.command in RELOADING:
            # Before the command's own imports, which take a second.
            importlib.import_module("bot.cli.hangup").HANGUPS.hold()
        module = importlib.import_module(COMMANDS[args.command][0])
        chosen = command(args.command, module).parse_args(args.rest, argparse.Namespace(config=args.config))
    except SystemExit as end:
        # argparse's own endings: 0 after --help and --version, 2 after a complaint.
        return end.code if isinstance(end.code, int) else BAD_INPUT
    code: int = module.run(chosen)
    return code


def top() -> argparse.ArgumentParser:
    """The parser of what stands before the command's own arguments."""
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:{width}}  {summary}" for name, (_, summary) in sorted(COMMANDS.items()))
    parser = argparse.ArgumentParser(
        "groundtruth",
        usage="groundtruth [--config FILE] COMMAND ...",
        description="Measures the AI services you depend on, and alerts before their status pages do.",
        epilog=f"commands (more: groundtruth COMMAND --help):\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--config", metavar="FILE", help="default: $GROUNDTRUTH_CONFIG, else groundtruth.yaml here")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version, the build and what it speaks")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def command(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """The parser of one command; its help ends with the module's examples."""
    summary = COMMANDS[name][1]
    parser = argparse.ArgumentParser(
        f"groundtruth {name}",
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"examples:\n{module.EXAMPLES.rstrip()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help="the configuration file")
    module.arguments(parser)
    return parser
