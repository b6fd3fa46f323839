"""The page of known messages, `deploy/docs/errors.md`, made of the table that `explain` reads."""

from collections.abc import Iterable
from typing import Final

from bot.core.messages.error_meanings import ADVICE, SHORT, WHOSE
from bot.explain.messages.lookup import EVERY
from bot.explain.messages.message import Message
from probes.fingerprints.error_codes import GENERIC, SPECIFIC
from probes.model import Layer

PATH: Final = "deploy/docs/errors.md"
COMMAND: Final = "python -m tests.docs errors"
_HEAD: Final = f"""# Error messages: what they mean, whose they are, what to do

`explain` reads these messages wherever they stand in a pasted text. `…` stands for what varies. Before them it reads
what kept a request from its answer (DNS, TCP, TLS, proxy, pool), after them the vendors' error words below, HTTP
statuses and the pages of gateways. Made by `{COMMAND}` from `bot/pasted/messages/`: change it there.
"""


def page() -> str:
    """The whole page as Markdown."""
    by_speaker: dict[str, list[Message]] = {}
    for message in EVERY:
        by_speaker.setdefault(message.said_by, []).append(message)
    parts = [_HEAD]
    for speaker, messages in by_speaker.items():
        parts.append(f"## {speaker[0].upper()}{speaker[1:]}\n")
        parts.append("| Message | Meaning | Whose | What to do |\n| --- | --- | --- | --- |")
        parts += [_row(message) for message in messages]
        parts.append("")
    parts.append("## Error words of the vendors\n")
    parts.append("| Word | Meaning | Whose | What to do |\n| --- | --- | --- | --- |")
    parts += _words()
    return "\n".join(parts) + "\n"


def _row(message: Message) -> str:
    verdict = message.verdict
    said = "<br>".join(_quoted(message.forms))
    return f"| {said} | {message.means} | {WHOSE[verdict.fault]} | {_cell(message.do or ADVICE[verdict.advice])} |"


def _words() -> list[str]:
    """One row for each thing that words can mean."""
    rows: dict[tuple[Layer, str], list[str]] = {}
    whose = {}
    for table in (SPECIFIC, GENERIC):
        for word, verdict in table.items():
            rows.setdefault((verdict.layer, verdict.advice), []).append(word)
            whose[verdict.layer, verdict.advice] = WHOSE[verdict.fault]
    return [
        f"| {', '.join(_quoted(sorted(words)))} | {SHORT[layer]} | {whose[layer, advice]} | {_cell(ADVICE[advice])} |"
        for (layer, advice), words in rows.items()
    ]


def _quoted(forms: Iterable[str]) -> Iterable[str]:
    return (f"`{_cell(form.replace('`', chr(39)))}`" for form in forms)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
