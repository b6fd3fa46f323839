"""From one answer, or none, to outcome, fault, layer, symptom and advice: pure, total, never raises.

The order of tests is the order in which things stand between us and the app: captive portal or proxy, robot check,
edge, the vendor's own JSON, gateway, and what the bare status may mean. Each is a table in
`probes.fingerprints`: a new rule is a row there, a vendor's new error word a word in `words.py`.
"""

from collections.abc import Iterable, Mapping

from probes.fingerprints.answer import hear
from probes.fingerprints.edges import read_edge
from probes.fingerprints.evidence import write
from probes.fingerprints.gateways import read_gateway
from probes.fingerprints.middleboxes import read_between
from probes.fingerprints.statuses import read_status
from probes.fingerprints.streams import read_end
from probes.fingerprints.success import read_success
from probes.fingerprints.transport import read
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.fingerprints.vendors import read_vendor

STEPS = (read_between, read_edge, read_vendor, read_success, read_gateway)


def read_answer(answer: Answer) -> Reading:
    """Read one HTTP answer."""
    heard = hear(answer)
    for step in STEPS:
        if found := step(heard):
            return write(found, heard)
    return write(read_status(heard), heard)


def read_error(error: TransportError, control: bool | None = True) -> Reading:
    """Read a request that got no answer.

    `control`: whether control hosts answered. The default reads as "they did", so that a network failure is the
    vendor's or the edge's; False makes it ours and inconclusive; None (nobody asked them) leaves the doubtful kinds
    inconclusive. A look whose reading is in `NETWORK_LAYERS` asks its control hosts, then reads again with their word.
    """
    return read(error, control=control)


def read_stream_end(
    events: Iterable[tuple[str, str]], *, error: TransportError | None = None, headers: Mapping[str, str] | None = None
) -> Reading:
    """Read how a server-sent-event stream that began with 200 ended: `events` are (event name or "", data) pairs.

    Give at least the last few events and every one that may be an error; `error` is what cut the stream, if anything
    did; `headers` are the answer's, for request id and place.
    """
    return read_end(events, error, headers or {})
