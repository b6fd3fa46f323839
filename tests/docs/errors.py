"""What errors.md says of error messages, from the tables that `explain` reads."""

from collections.abc import Iterable

from bot.core.messages.error_meanings import ADVICE, WHOSE
from bot.core.text.layers import LAYER
from bot.explain.messages.lookup import EVERY
from bot.explain.messages.message import Message
from probes.fingerprints.error_codes import GENERIC, SPECIFIC
from probes.model import Layer
from tests.docs.pages import table

TAIL = ("Meaning", "Whose", "What to do")


def messages() -> str:
    """One section for each program or vendor that says them."""
    by_speaker: dict[str, list[Message]] = {}
    for message in EVERY:
        by_speaker.setdefault(message.said_by, []).append(message)
    return "\n\n".join(
        f"### {speaker[0].upper()}{speaker[1:]}\n\n{table(('Message', *TAIL), [_row(one) for one in said])}"
        for speaker, said in by_speaker.items()
    )


def words() -> str:
    """One row for each thing that the vendors' error words can mean."""
    rows: dict[tuple[Layer, str], list[str]] = {}
    whose = {}
    for verdicts in (SPECIFIC, GENERIC):
        for word, verdict in verdicts.items():
            rows.setdefault((verdict.layer, verdict.advice), []).append(word)
            whose[verdict.layer, verdict.advice] = WHOSE[verdict.fault]
    return table(
        ("Word", *TAIL),
        [
            (", ".join(_quoted(sorted(said))), LAYER[layer], whose[layer, advice], ADVICE[advice])
            for (layer, advice), said in rows.items()
        ],
    )


def _row(message: Message) -> tuple[str, ...]:
    verdict = message.verdict
    return (
        "<br>".join(_quoted(message.forms)),
        message.means,
        WHOSE[verdict.fault],
        message.do or ADVICE[verdict.advice],
    )


def _quoted(forms: Iterable[str]) -> Iterable[str]:
    return (f"`{form.replace('`', chr(39))}`" for form in forms)
