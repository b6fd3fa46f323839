"""One request to a model's API, whole or streamed, and its result: what the probe kinds of all vendors share.

A kind says how its vendor is asked (`ModelRequest`) and how it streams (`StreamProtocol`). The request is made once,
read within bounds, and turned into a result. Nothing is retried: a retry would hide the failure to be counted.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from probes.fingerprints.read import read_answer, read_error, read_stream_end
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.fingerprints.verdicts import STREAM
from probes.inference.prices import Price
from probes.inference.rate_limit_headers import headroom
from probes.inference.sse import Event
from probes.inference.streaming import Streamed, read_streamed
from probes.inference.streaming import streamed as stream_events
from probes.model import Check, Fault, Layer, Observation, Outcome, Timings
from probes.secret import MASK
from probes.tools import Tools, observe, ours, patience
from probes.transport.client import Transport
from probes.transport.request import Request

LARGEST = 128 * 1024
"""Bytes of an answer to one short prompt; what goes on beyond it is not what was asked for."""

NOT_MEASURED = "edge and gateway answer; inference not measured"

MODEL_GONE = "model_gone"
_GONE = re.compile(
    r"\bmodels?\b.{0,120}(not found|does not exist|not exist|decommissioned|deprecated|retired|no longer|shut down"
    r"|end of (its )?life)|(unknown|no such|invalid) model\b|model_not_found|model_decommissioned|not_found_error",
    re.IGNORECASE | re.DOTALL,
)
"""What vendors say of a model that is not there any more, within the first words of their answer."""

_NO_KEY = frozenset({Layer.ALIVE_NEEDS_AUTH, Layer.OUR_KEY, Layer.OUR_BILLING, Layer.OUR_REQUEST})


@dataclass(frozen=True, slots=True)
class Cost:
    """What one check may use at most, and its price."""

    read: int
    written: int
    price: Price

    @property
    def tokens(self) -> int:
        """Both ways together."""
        return self.read + self.written

    def usd(self, spent: tuple[int, int] | None = None) -> float:
        """US dollars for what was spent, or at most."""
        return self.price.cost(*(spent or (self.read, self.written)))


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request. `keyed`: it says who asks; `lacking`: the name of the secret that should have been in it.

    `hidden` are texts made for this call (tokens, signatures) that must not come back in what is observed. `cost` only
    where an answer costs something.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    body: bytes = field(default=b"", repr=False)
    keyed: bool = False
    lacking: str = ""
    hidden: tuple[str, ...] = field(default=(), repr=False)
    max_bytes: int = LARGEST
    model: str = ""
    slow_ms: float = 0.0
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class StreamProtocol:
    """How a vendor streams.

    `whole`: a name in every whole answer, for servers that do not stream although they were asked to. `begun`: the
    event brings something of the model. `ended`: nothing worth waiting for follows. `spent`: tokens read and written,
    as far as the event says. `refused`: why the vendor will not answer such a prompt. `listen`: reads a stream of
    another `content_type`, not of server-sent events.
    """

    whole: str
    begun: Callable[[Event], bool]
    ended: Callable[[Event], bool]
    spent: Callable[[Event], tuple[int, int] | None]
    refused: Callable[[Event], str] = lambda _event: ""
    listen: Callable[[Transport, Request], Awaitable[Streamed]] | None = None
    content_type: str = "text/event-stream"

    def heard(self, seen: Streamed) -> bool:
        """Whether the answer is such a stream."""
        said = seen.answer.headers.get("content-type", "") if seen.answer else ""
        return seen.is_stream or said.lower().startswith(self.content_type)


Shape = Callable[[bytes], str]
"""What is wrong with the body of a good answer, in a few words; nothing where it is as expected."""


async def whole(check: Check, tools: Tools, call: ModelRequest, shape: Shape) -> Observation:
    """Ask, and read the whole answer; a good one must have the shape."""
    fetched = await tools.transport.fetch(_request(check, tools, call))
    answer, error = fetched.answer, fetched.error
    if fetched.truncated:
        error = TransportError("too_large", f"the answer is larger than {call.max_bytes} bytes")
    if answer is None or (error is not None and answer.status < 400):
        reading = read_error(error or TransportError("other"))
    else:
        reading = read_answer(replace(answer, sent_key=call.keyed))
        if reading.outcome is Outcome.OK:
            wrong = shape(fetched.body)
            reading = _strange(reading, wrong) if wrong else replace(reading, layer=Layer.OK)
    reading = _keyless(_gone(reading, answer, call), answer, call)
    return _observed(check, tools, call, reading, (answer, fetched.timings))


async def streamed(check: Check, tools: Tools, call: ModelRequest, speech: StreamProtocol) -> Observation:
    """Ask for a stream, and listen until its end, its error or the deadline. Only a keyed call can cost something."""
    cost = call.cost if call.keyed else None
    if cost and not await tools.budget.allow(check, cost.tokens, cost.usd()):
        return replace(observe(check, tools, _BROKE), model=call.model)
    request = _request(check, tools, call)
    if speech.listen:
        seen = await speech.listen(tools.transport, request)
    else:
        seen = await stream_events(tools.transport, request, speech.begun, speech.ended)
    reading = _keyless(_gone(_read(seen, call, speech), seen.answer, call), seen.answer, call)
    observed = _observed(check, tools, call, reading, (seen.answer, seen.timings))
    tokens, usd = _spent(seen, speech, cost) if cost else (0, 0.0)
    return replace(observed, tokens=tokens, cost_usd=usd)


_BROKE = replace(ours("over_budget", "the day's budget is spent: not asked", Layer.OUR_QUOTA), advice="raise_budget")


def _read(seen: Streamed, call: ModelRequest, speech: StreamProtocol) -> Reading:
    answer = seen.answer
    if refusal := next(filter(None, map(speech.refused, seen.events)), ""):
        return replace(ours("refused", refusal, Layer.OUR_REQUEST), advice="check_request")
    if answer and answer.status < 300 and speech.heard(seen) and not seen.truncated:
        reading = read_stream_end(seen.events, error=seen.error, headers=answer.headers)
    else:
        reading = read_streamed(seen, sent_key=call.keyed)
    if reading.outcome is not Outcome.OK:
        return reading
    if not speech.heard(seen):
        good = answer is not None and f'"{speech.whole}"'.encode() in answer.body
        return reading if good else _strange(reading, "neither a stream nor a model's answer")
    if not all(_sound(data) for _, data in seen.events):
        return _failed(reading, "stream_malformed", "an event that is no JSON: clients break on it")
    if not any(map(speech.begun, seen.events)):
        return _failed(reading, "stream_empty", "the stream ended well and brought nothing of the model")
    return _paced(reading, seen.timings.first_token or 0.0, call.slow_ms)


def _sound(data: str) -> bool:
    """Whether an event's data is what such streams are made of: nothing, JSON, or OpenAI's end mark."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return not data.strip() or data.lstrip().startswith("[DONE]")
    return True


def _failed(reading: Reading, symptom: str, detail: str) -> Reading:
    """A stream that ended well, and failed all the same."""
    return replace(
        reading,
        outcome=STREAM.outcome,
        fault=STREAM.fault,
        layer=STREAM.layer,
        advice=STREAM.advice,
        symptom=symptom,
        detail=detail,
    )


def _paced(reading: Reading, first_token: float, slow_ms: float) -> Reading:
    if not slow_ms or first_token <= slow_ms:
        return reading
    said = f"first token after {first_token:.0f} ms, slower than {slow_ms:g} ms"
    return replace(reading, outcome=Outcome.SLOW, fault=Fault.VENDOR, symptom="slow", detail=said)


def _spent(seen: Streamed, speech: StreamProtocol, cost: Cost) -> tuple[int, float]:
    """Tokens and money: as the stream says, else what was set aside for it; nothing for what was refused."""
    if not speech.heard(seen) or seen.answer is None or seen.answer.status >= 300:
        return 0, 0.0
    told = [spent for event in seen.events if (spent := speech.spent(event))]
    return (sum(told[-1]), cost.usd(told[-1])) if told else (cost.tokens, cost.usd())


def _strange(reading: Reading, wrong: str) -> Reading:
    """Something else answers at this address: nothing follows about the vendor."""
    strange = ours("unexpected_body", wrong, Layer.OUR_REQUEST)
    return replace(strange, advice="check_request", request_id=reading.request_id, pop=reading.pop)


def _request(check: Check, tools: Tools, call: ModelRequest) -> Request:
    kept = check.interval_s < tools.transport.settings.keepalive_s
    return Request(
        url=call.url,
        timeout_s=patience(check),
        method=call.method,
        headers=call.headers,
        body=call.body,
        redirects=0,  # an API answers where it is asked; what sends us elsewhere is not it
        max_bytes=call.max_bytes,
        lane=check.id if kept else "",
    )


def _observed(
    check: Check, tools: Tools, call: ModelRequest, reading: Reading, came: tuple[Answer | None, Timings]
) -> Observation:
    answer, timings = came
    seen = observe(check, tools, reading, timings, answer.status if answer else None)
    detail, request_id, pop = seen.detail, seen.request_id, seen.pop
    for text in call.hidden:
        detail, request_id, pop = (part.replace(text, MASK) for part in (detail, request_id, pop))
    quota = headroom(answer.headers) if answer else None
    return replace(seen, detail=detail, request_id=request_id, pop=pop, model=call.model, quota=quota)


def _gone(reading: Reading, answer: Answer | None, call: ModelRequest) -> Reading:
    """A refusal because the model is not there: the check has to change, and the vendor is well by this."""
    if answer is None or answer.status not in (400, 404, 410) or not call.keyed or not call.model:
        return reading
    if not _GONE.search(answer.body[:2000].decode("utf-8", "replace")):
        return reading
    detail = f"the model {call.model} is gone, or not for this key: the check needs another one"
    gone = ours(MODEL_GONE, detail, Layer.OUR_REQUEST)
    return replace(gone, advice="change_model", request_id=reading.request_id, pop=reading.pop)


def _keyless(reading: Reading, answer: Answer | None, call: ModelRequest) -> Reading:
    """A refusal for want of a key is all a request without one can get: they live, and no more is known."""
    if answer is None or call.keyed or reading.fault is not Fault.OURS or reading.layer not in _NO_KEY:
        return reading
    in_json = answer.body.lstrip()[:1] in (b"{", b"[")
    if answer.status not in (401, 403) and not (in_json and answer.status in (400, 404, 405, 422)):
        return reading
    return replace(
        reading,
        outcome=Outcome.OK,
        fault=Fault.NONE,
        layer=Layer.ALIVE_NEEDS_AUTH,
        symptom="",
        advice="add_key",
        detail=f"{call.lacking} is not set: {NOT_MEASURED}" if call.lacking else NOT_MEASURED,
    )
