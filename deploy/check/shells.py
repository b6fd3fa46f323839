"""Completion as a person has it: the script where the shell looks for it, a beginning typed on a terminal, and TAB."""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from parts import PROGRAM, ROOT, FailedError, SkippedError, run

sys.path.append(str(ROOT))
from tests.support.terminal import terminal

TYPED = {
    "groundtruth sup": "groundtruth support-bundle",
    "groundtruth config sch": "groundtruth config schema",
    "groundtruth --config a.yaml doc": "groundtruth --config a.yaml doctor",
    "groundtruth ask silences": "groundtruth ask silences",
    "groundtruth ask subsc": "groundtruth ask subscri",
    "groundtruth run --log-j": "groundtruth run --log-json",
}
"""What is typed before TAB -> what stands in the line then."""
PLACES = {
    "bash": ".local/share/bash-completion/completions/groundtruth",
    "zsh": "functions/_groundtruth",
    "fish": ".config/fish/completions/groundtruth.fish",
}
STARTS = {
    "bash": (
        ["bash", "--norc", "-i"],
        "bind 'set enable-bracketed-paste off'; . ~/.local/share/bash-completion/completions/groundtruth",
    ),
    "zsh": (["zsh", "-f", "-i"], "fpath=(~/functions $fpath); autoload -U compinit; compinit -u -D"),
    "fish": (["fish", "-i"], "set -g fish_greeting"),
}


def check() -> list[str]:
    """What each shell made of it. Raises FailedError."""
    here = [shell for shell in STARTS if shutil.which(shell)]
    gone = [shell for shell in STARTS if shell not in here]
    for shell in here:
        with tempfile.TemporaryDirectory() as home:
            _tried(shell, Path(home))
    if len(here) < 2:
        raise SkippedError(f"{', '.join(gone)} are not on this machine")
    said = [f"{', '.join(here)} complete {len(TYPED)} beginnings: commands, options, choices, questions"]
    return said + [f"not tried, not on this machine: {', '.join(gone)}"] * bool(gone)


def _tried(shell: str, home: Path) -> None:
    place = home / PLACES[shell]
    place.parent.mkdir(parents=True)
    place.write_text(run(PROGRAM, "completion", shell))
    run(shell, "-n", place)
    environ = {"HOME": str(home), "PS1": "> ", "TERM": "dumb", "PATH": f"{PROGRAM.parent}:/usr/bin:/bin"}
    for beginning, whole in TYPED.items():
        _typed(shell, home, environ, (beginning, whole))


def _typed(shell: str, home: Path, environ: Mapping[str, str], words: tuple[str, str]) -> None:
    """Type a beginning and TAB in a shell that has just been started, so that the first TAB works too."""
    (name, *options), setup = STARTS[shell]
    with terminal([shutil.which(name) or name, *options], home, environ) as screen:
        screen.types(f"{setup}; echo re''ady\n")
        screen.sees("ready\r\n")
        beginning, whole = words
        screen.types(f"{beginning}\t")
        try:
            screen.sees(whole.removeprefix(beginning) or beginning, 15.0)
        except AssertionError as error:
            raise FailedError(f"{shell}: {beginning}<TAB> does not become {whole}: {error}") from None
        finally:
            screen.types("\x15exit\n")
