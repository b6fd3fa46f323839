"""Every parser of bytes from outside, fed with garbage and with broken real things: it answers, or says no, in time.

A part of `make test` with few examples; `make fuzz` takes `FUZZ_EXAMPLES` of them, with new ones at each run.
"""

import argparse
import contextlib
import copy
import json
import os
import string
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.cli import import_from
from bot.config import document
from bot.core.commands.parser import parse
from bot.core.replay import trace
from bot.core.routing import matchers, regex
from bot.core.text.durations import seconds_of
from bot.core.text.redaction import redacted
from bot.errors import GroundtruthError
from bot.explain.curl import from_curl
from bot.explain.explain import finding
from bot.explain.paste import read as pasted
from bot.store.archive import read_line
from bot.store.codec import INCIDENT, REMEMBERED, SNAPSHOT, UnknownKeyError
from bot.store.connect import client, masked
from bot.store.store import parse_info
from bot.store.stream_rows import decode
from bot.web.pages.markdown import html
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.registry import DIALECTS, Dialect
from probes.fingerprints.read import read_answer
from probes.fingerprints.streams import events_of, read_end
from probes.fingerprints.values import Answer
from tests.support.monitors import BLACKBOX, CSV, GATUS, MONITORS, NOTIFICATIONS, PROMETHEUS, UPPTIME
from tests.support.named import TWO as NAMES

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
LONGEST_S = 2.0
"""One input must be read within this time, also on a busy machine: a rule that backtracks takes minutes."""

WORDS = st.sampled_from([
    "status", "components", "id", "k", "o", "t", "data:", "event: error", "<rss>", "<item>", "&x;", "<!ENTITY a 'b'>",
    "{{", "]]", "\\ud800", "a" * 3_000, "(" * 500, "[" * 2_000, "<" * 1_000, "- &a [*a, *a]",
    "!!python/object:os.system", "\x1b]0;x\x07", "\u202e", "\x00", "-----BEGIN PRIVATE KEY-----", "https://a:b@c/",
    "Bearer ", "xoxb-", "2026-13-45T99:99:99Z", "1e999", "-0", "NaN", "\r\n", "=", "~", ",", '"', "'",
])  # fmt: skip
SCRAPS = st.lists(WORDS | st.text(max_size=20), max_size=12).map("".join)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SCRAPS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
).map(lambda value: json.dumps(value, default=str))
TEXTS = SCRAPS | DOCUMENTS
BYTES = st.binary(max_size=300) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
WRONG = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["", "x", [], {}, ["x"], {"a": ["x"]}, "http://[::1", "db:postgres", "5s", "2xx", "9" * 5_000, "-1"]
    )
    | st.text(string.printable, max_size=8)
)
"""What somebody may have written where something else is expected."""
IMPORTED = {
    "gatus": [GATUS],
    "blackbox": [BLACKBOX, PROMETHEUS],
    "kuma": [json.dumps({"version": "1.23.0", "monitorList": MONITORS, "notificationList": NOTIFICATIONS})],
    "upptime": [UPPTIME],
}
CALM = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)


def _page(dialect: Dialect, raw: bytes) -> object:
    return dialect.read(raw, {})


def _answer(raw: bytes) -> object:
    return read_answer(Answer(503, {"content-type": "text/html", "retry-after": "x"}, raw))


OF_BYTES: dict[str, tuple[Callable[[bytes], object], tuple[type[Exception], ...]]] = {
    **{f"page: {name}": (partial(_page, one), (NotUnderstoodError,)) for name, one in DIALECTS.items()},
    "row of the stream": (decode, ()),
    "configuration": (lambda raw: document.read(raw, "f"), (GroundtruthError,)),
    "an answer": (_answer, ()),
    "curl": (from_curl, (GroundtruthError,)),
}
OF_TEXT: dict[str, tuple[Callable[[str], object], tuple[type[Exception], ...]]] = {
    # Where people use it an unknown key is passed over; tests are stricter.
    "state": (REMEMBERED.load, (UnknownKeyError,)),
    "incident": (INCIDENT.load, (UnknownKeyError,)),
    "snapshot": (SNAPSHOT.load, (UnknownKeyError,)),
    "line of a backup": (lambda text: read_line(text, 1), (GroundtruthError,)),
    "question": (lambda text: parse(text, NAMES), ()),
    "pasted error": (pasted, ()),
    "error explained": (finding, ()),
    "secrets": (redacted, ()),
    "stream of events": (lambda text: read_end(events_of(text), None, {}), ()),
    "address of the store": (client, (GroundtruthError,)),
    "address shown": (masked, ()),
    "duration": (seconds_of, ()),
    "matcher": (matchers.matcher, (ValueError, GroundtruthError)),
    "regular expression": (regex.pattern, (ValueError, GroundtruthError)),
    "words of a page": (html, ()),
}


def _broken(document: Any, wrong: Any, places: list[int]) -> Any:
    """A document with something wrong at each of these places, counted over all of its values."""
    document = copy.deepcopy(document)
    for place in places:
        spots = list(_spots(document))
        table, key = spots[place % len(spots)]
        table[key] = copy.deepcopy(wrong)
    return document


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _spots(value[key])


def _imported(source: str, folder: Path, texts: list[str]) -> None:
    """The whole command, as somebody runs it: to the YAML and the list of what was not taken."""
    files = [folder / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
    import_from.run(argparse.Namespace(source=source, files=[str(file) for file in files], env=None))


def _timed(work: Callable[[Any], object], given_: object, allowed: tuple[type[Exception], ...]) -> None:
    began = time.process_time()
    with contextlib.suppress(*allowed):
        work(given_)
    assert time.process_time() - began < LONGEST_S


@pytest.mark.parametrize("name", OF_BYTES)
def test_bytes(name: str) -> None:
    """No error but its own, and none that takes long."""
    work, allowed = OF_BYTES[name]

    @CALM
    @given(BYTES)
    def fuzz(raw: bytes) -> None:
        _timed(work, raw, allowed)

    fuzz()


@pytest.mark.parametrize("name", OF_TEXT)
def test_texts(name: str) -> None:
    """The same for what came as text."""
    work, allowed = OF_TEXT[name]

    @CALM
    @given(TEXTS)
    def fuzz(text: str) -> None:
        _timed(work, text, allowed)

    fuzz()


@pytest.mark.parametrize("source", IMPORTED)
def test_imported_files(source: str, tmp_path: Path) -> None:
    """Files of other monitors with anything at any place, and garbage."""
    documents = [yaml.safe_load(text) for text in IMPORTED[source]]

    @CALM
    @given(WRONG, st.lists(st.integers(0, 1000), min_size=1, max_size=3))
    def fuzz(wrong: Any, places: list[int]) -> None:
        texts = [yaml.safe_dump(_broken(one, wrong, places)) for one in documents]
        _timed(partial(_imported, source, tmp_path), texts, (GroundtruthError,))

    @CALM
    @given(TEXTS)
    def garbage(text: str) -> None:
        _timed(partial(_imported, source, tmp_path), [text] * len(documents), (GroundtruthError,))

    fuzz()
    garbage()


@CALM
@given(
    st.lists(st.sampled_from([CSV, ",", "\n", '"', "http://[::1", "x:y", "\x00", "a" * 140_000]) | TEXTS, max_size=6)
)
def test_imported_lists(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    """CSV with anything in it."""
    folder = tmp_path_factory.getbasetemp()
    _timed(partial(_imported, "statuscake-csv", folder), ["".join(parts)], (GroundtruthError,))


@CALM
@given(DOCUMENTS)
def test_documents(text: str) -> None:
    """Traces of others, and the server's own words about itself."""
    _timed(lambda raw: trace.read(json.loads(raw)), text, (GroundtruthError, ValueError, KeyError, TypeError))
    found = json.loads(text)
    if isinstance(found, dict):
        _timed(
            lambda info: parse_info({k: v for k, v in info.items() if k != "used_memory"}),
            found,
            (ValueError, TypeError),
        )


@CALM
@given(
    st.lists(st.sampled_from(["a", "b", "(a+)+", "(a|a)*", ".*", "[ab]{1,9}", "$", "x?" * 9]), max_size=6).map("".join),
    st.text("ab!", max_size=4_000),
)
def test_expressions_of_routes_run_in_bounded_time(expression: str, text: str) -> None:
    """Whatever somebody writes into a route, and whatever a vendor writes into a name."""
    try:
        matches = regex.pattern(expression)
    except (ValueError, GroundtruthError):
        return
    _timed(matches, text, ())
