"""The answer to a pasted error: what it means, whose it is, whether others see it, what to do. Pure.

Nothing of the pasted text is repeated but what was recognised: a status, an error word, an id.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.core.answers.alternatives import title as instead
from bot.core.answers.answer import Answer
from bot.core.answers.corroboration import Agreement, ComponentMatch, Context, ErrorQuery, verdict, witnesses
from bot.core.answers.status import we_see
from bot.core.messages.error_meanings import ADVICE, WHOSE, means
from bot.core.messages.layers import do_now
from bot.core.messages.sources import page_says, people_say
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.text.durations import duration
from bot.core.text.layers import LAYER
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, counted, listed
from bot.core.text.redaction import secret
from bot.core.text.symptoms import called, present, symptom
from probes.model import NETWORK_LAYERS, Fault, Layer

LOOKED_AT: Final = (
    "HTTP status, error words of the vendors, pages of edges and gateways, network error codes, messages of SDKs and "
    "of Claude Code, request ids"
)
_TITLE_WHOSE: Final = {
    Fault.VENDOR: "the vendor's fault",
    Fault.EDGE: "the vendor's edge",
    Fault.OURS: "on your side",
    Fault.UNKNOWN: "not clear from this alone",
    Fault.NONE: "nobody's fault",
}
_SEEN: Final = {
    Agreement.SAME: "we see it too",
    Agreement.TROUBLE: "we see other trouble",
    Agreement.WELL: "we do not see it",
    Agreement.UNKNOWN: "we have no fresh result",
    Agreement.NOBODY: "",
}
_THEIRS: Final = frozenset({Fault.VENDOR, Fault.EDGE})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a pasted text turned out to be; `known` is False where no rule knows it.

    `status` is None where none was stated; `word` is the symptom as the text writes it, "" where the word is ours;
    `service` and `component` are the catalogue's ids of whom it points at; `giver` is whose form the request id has;
    `secrets` are kinds found, never the secrets. `means` and `do` are the sentences of a known message, "" where the
    layer, symptom and advice have to say it.
    """

    known: bool
    form: str = ""
    fault: Fault = Fault.UNKNOWN
    layer: Layer = Layer.UNKNOWN
    symptom: str = ""
    word: str = ""
    advice: str = "unknown"
    status: int | None = None
    retry_after: float | None = None
    request_id: str = ""
    giver: str = ""
    service: str = ""
    component: str = ""
    secrets: tuple[str, ...] = ()
    means: str = ""
    do: str = ""


def explanation(finding: Finding, context: Context, now: float) -> Answer:
    """The whole answer."""
    found = witnesses(
        context,
        (finding.service, finding.component),
        ErrorQuery(
            finding.symptom, finding.layer if finding.known else "", finding.status, finding.fault is Fault.OURS
        ),
        now,
    )
    agreed = verdict(found)
    lines = [*secret(finding.secrets), *_told(finding, agreed), *_others(finding, found, context, now)]
    lines += do_now(_steps(finding, found, context))
    lines += _id(finding, context)
    return Answer(
        title=_title(finding, found, context),
        at=now,
        lines=tuple(lines),
        understood=finding.known or bool(finding.request_id or finding.secrets),
        data={"at": now, "finding": asdict(finding), "others": agreed.value, "components": _components(found)},
    )


def name(finding: Finding) -> str:
    """What it is called: "HTTP 529 overloaded_error", "reset"."""
    word = clean(finding.word, 40) or symptom(finding.symptom) if finding.symptom else ""
    word = "" if finding.symptom.startswith(("other", "http_")) else word.replace("cf ", "Cloudflare ")
    if finding.status is None or re.fullmatch(r"Cloudflare \d+", word):
        return word or clean(finding.form, 40) or "this"
    return f"HTTP {finding.status} {word.removesuffix(f' {finding.status}')}".strip()


def _title(finding: Finding, found: Sequence[ComponentMatch], context: Context) -> str:
    warning = f"revoke the {listed(finding.secrets)} you pasted · " if finding.secrets else ""
    if not finding.known:
        if finding.request_id and (ours := _own(finding, context)):
            return f"{warning}request id of one of our own failed requests: why {ours.component} tells more"
        if finding.request_id:
            return f"{warning}{finding.giver} request id: it names one request, not what happened to it"
        return f"{warning}unknown error: nothing in it matches an error we know"
    agreed = verdict(found)
    whose = _TITLE_WHOSE[finding.fault]
    if finding.fault is Fault.UNKNOWN and finding.layer in NETWORK_LAYERS:
        whose = {
            Agreement.WELL: "probably on your side",
            Agreement.SAME: "probably the vendor's",
            Agreement.TROUBLE: "perhaps the vendor's",
        }.get(agreed, whose)
    at = f"{called(found[0].voices.measured)}: " if found else ""
    seen = f"; {at}{_SEEN[agreed]}" if _SEEN[agreed] and finding.fault is not Fault.NONE else ""
    return f"{warning}{name(finding)}: {_short(finding)}; {whose}{seen}"


def _short(finding: Finding) -> str:
    if finding.advice == "check_gateway":
        return "a gateway in between gives this answer"
    if finding.layer is Layer.UNKNOWN:
        return finding.means or means(finding.layer, finding.symptom)
    return LAYER[finding.layer]


def _told(finding: Finding, agreed: Agreement) -> list[tuple[str, str]]:
    if not finding.known:
        return [("Checked", f"{LOOKED_AT}: none found" if not finding.request_id else "an id and nothing else")]
    layer = finding.layer.replace("_", " ")
    said = means(finding.layer, finding.symptom, finding.advice)
    lines = [("Means", said if finding.advice == "check_gateway" else finding.means or said), ("Layer", layer)]
    whose = WHOSE[finding.fault]
    if finding.fault is Fault.UNKNOWN and finding.layer in NETWORK_LAYERS:
        whose += ": " + {
            Agreement.WELL: "we reach it, so check your own network first",
            Agreement.SAME: "we see the same, so it is probably theirs",
            Agreement.TROUBLE: "we measure trouble there, so it may be theirs",
        }.get(agreed, "try another host: if that fails too, it is your network")
    elif finding.fault is Fault.OURS and agreed in (Agreement.SAME, Agreement.TROUBLE):
        whose = "yours by its form; but we measure trouble there now, so wait before you change anything"
    elif finding.fault in _THEIRS and agreed is Agreement.WELL:
        whose += ", though we do not see it: a single error, one model, or one place"
    return [*lines, ("Whose", whose)]


def _others(finding: Finding, found: Sequence[ComponentMatch], context: Context, now: float) -> list[tuple[str, str]]:
    if not found:
        return [("Others", _nobody(finding, context, now))]
    lines: list[tuple[str, str]] = []
    for witness in found:
        measured = witness.voices.measured
        kinds = [(symptom(word), n) for word, n in measured.symptoms]
        what = f" ({counted(kinds)})" if kinds and measured.failed and not measured.slow else ""
        lines.append(("We measure" if not lines else "", f"{called(measured)}: {we_see(measured, now)}{what}"))
    about = [witness.voices for witness in found if witness.standing == found[0].standing]
    if found[0].standing.page_url:
        lines.append(("Status page", page_says(about, now)))
    return [*lines, ("User reports", people_say(about))]


def _nobody(finding: Finding, context: Context, now: float) -> str:
    every = [voices.measured for standing in context.standings for voices in standing.voices]
    ill = [called(one) for one in every if present(one, now) in TROUBLE]
    service = clean(context.service or finding.service, 60)
    if service:
        return f"not measured here (add {service} under services:)"
    if not every:
        return "nothing is measured here yet"
    trouble = f"{listed(ill)} {'is' if len(ill) == 1 else 'are'}" if ill else "none is known to be"
    measured = number(len(every), "component", "components")
    return f"it names no service; of the {measured} measured here {trouble} in trouble"


def _steps(finding: Finding, found: Sequence[ComponentMatch], context: Context) -> list[str]:
    if not finding.known:
        return ["paste the whole error: status, body, the last line of the trace"] if not finding.secrets else []
    first = finding.do or ADVICE[finding.advice]
    steps = [first] if first else []
    if finding.retry_after:
        steps.append(f"the answer asks to wait {duration(finding.retry_after)}")
    component = found[0].voices.measured.component if found else ""
    if finding.fault in _THEIRS:
        live = next((option for option in context.options.get(component, ()) if option.live), None)
        if live is not None:
            steps.append(f"{instead(live)} is up")
        incidents = found[0].standing.incidents if found else ()
        if incidents:
            steps.append(f"follow incident {clean(incidents[0].id, 20)}")
        elif component and found[0].agreement is not Agreement.SAME:
            steps.append(f"report it: report {component}")
    return steps


def _id(finding: Finding, context: Context) -> list[tuple[str, str]]:
    if not finding.request_id:
        return []
    shown = clean(finding.request_id, 60)
    if ours := _own(finding, context):
        return [("Request id", f"{shown}: one of our own failed requests to {called(ours)}")]
    whose = f" ({finding.giver})" if finding.giver else ""
    return [("Request id", f"{shown}{whose}: for the vendor's support, who alone can look it up")]


def _own(finding: Finding, context: Context) -> Measurement | None:
    """The component whose probe made the request of that id."""
    every = (voices.measured for standing in context.standings for voices in standing.voices)
    return next((measured for measured in every if finding.request_id in measured.request_ids), None)


def _components(found: Sequence[ComponentMatch]) -> list[dict[str, str]]:
    return [{"component": w.voices.measured.component, "agreement": w.agreement.value} for w in found]
