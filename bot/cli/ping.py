"""`groundtruth ping`: reports that a job started, succeeded or failed; or runs the job and reports on it."""

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

import httpx

from bot.config.load import load
from bot.errors import UserError
from bot.settings import Settings

EXAMPLES = """\
  groundtruth ping backup                              the job of this component, or of this UUID or slug, succeeded
  groundtruth ping backup --start                      it has started
  groundtruth ping backup --fail --body "disk full"    it failed, and this is why
  groundtruth ping backup -- /usr/local/bin/backup     run it: report its start, exit code, length and last output
  groundtruth ping https://status.example.com/ping/3f1c9b64-8c1e-4f4e-9d57-0d3a3f6a2b11 -- make nightly
Exit code: that of the job that was run, whatever becomes of the report (127: no such program, 128 and the signal's
number where one ended it); without a job 0 it was kept, 1 no such heartbeat, 2 nobody answers."""

TRIES, PAUSE_S, ANSWER_S = 3, 1.0, 10.0
LEFT_S = 1.0
"""The last output of a job that has ended may take so long."""
TAIL = 1_000
"""Characters of a job's last output that are sent."""
NO_PROGRAM, BY_SIGNAL = 127, 128
NOT_FOUND, BUSY = 404, 429
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("id", help="a component, the UUID or slug of a heartbeat, or its whole address")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--start", action="store_const", const="start", dest="word", help="a run has started")
    what.add_argument("--fail", action="store_const", const="fail", dest="word", help="it failed")
    what.add_argument("--log", action="store_const", const="log", dest="word", help="only keep the body")
    what.add_argument("--code", type=_code, dest="word", metavar="CODE", help="it ended with this exit code")
    parser.add_argument("--run", type=_run, metavar="UUID", help="which run, where several overlap")
    parser.add_argument("--body", default="", help="what to keep with it")
    parser.add_argument("--url", help="where Groundtruth answers; that of the configuration if absent")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON (without a job)")
    parser.add_argument("job", nargs="*", metavar="-- JOB", help="a program with its arguments, to run and report on")


def _code(text: str) -> str:
    if not text.isascii() or not text.isdecimal() or int(text) > 255:
        raise argparse.ArgumentTypeError(f"expected an exit code from 0 to 255, not {text[:40]!r}")
    return str(int(text))


def _run(text: str) -> str:
    if not UUID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"expected a UUID, not {text[:60]!r}")
    return text


def run(args: argparse.Namespace) -> int:
    """Report, or run the job and report."""
    address = _address(args)
    if args.job:
        if args.word is not None:
            raise UserError("ping: expected no --start, --fail, --log or --code with a job: it says so itself")
        return _watched(address, args.job, args.run or str(uuid.uuid4()))
    kept = report(address, args.word or "", args.run or "", args.body)
    if args.json:
        sys.stdout.write(json.dumps({"kept": kept.ok, "answer": kept.said}) + "\n")
    elif not kept.ok:
        sys.stderr.write(f"ping: {kept.said}\n")
    return 0 if kept.ok else 1 if kept.refused else 2


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a report was kept; `refused`: somebody answered, and did not take it."""

    ok: bool
    said: str
    refused: bool = False


def report(address: str, word: str, run_id: str = "", body: str = "") -> Kept:
    """Send one word of a job; tried again where nobody answers, or not now."""
    url = f"{address}/{word}" if word else address
    said = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_S * attempt)
        try:
            answer = httpx.post(
                url, params={"rid": run_id} if run_id else None, content=body[-TAIL:].encode(), timeout=ANSWER_S
            )
        except httpx.HTTPError as error:
            said = f"{type(error).__name__}: no answer"
            continue
        if answer.is_success:
            return Kept(ok=True, said=answer.text[:200])
        said = f"HTTP {answer.status_code}: {answer.text[:200]}"
        if answer.status_code < 500 and answer.status_code != BUSY:
            return Kept(ok=False, said=said, refused=True)
    return Kept(ok=False, said=said)


def _watched(address: str, job: list[str], run_id: str) -> int:
    """Run the job and report on it; its exit code, whatever becomes of the reports."""
    _tell(report(address, "start", run_id))
    began, tail = time.monotonic(), Tail()
    try:
        code = _ended(job, tail)
    except OSError as error:
        sys.stderr.write(f"ping: {job[0]}: {error.strerror or error}\n")
        code = NO_PROGRAM
        tail.add(f"{job[0]}: {error.strerror}".encode())
    sys.stdout.flush()
    body = tail.text or f"no output; took {time.monotonic() - began:.1f} s"
    _tell(report(address, str(code), run_id, body))
    return code


def _tell(kept: Kept) -> None:
    if not kept.ok:
        sys.stderr.write(f"ping: the report was not kept: {kept.said}\n")


class Tail:
    """The last output of a job, both streams together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = b""

    def add(self, chunk: bytes) -> None:
        """More of it."""
        with self._lock:
            self._kept = (self._kept + chunk)[-4 * TAIL :]

    @property
    def text(self) -> str:
        """The last `TAIL` characters."""
        return self._kept.decode("utf-8", "replace").strip()[-TAIL:]


def _ended(job: list[str], tail: Tail) -> int:
    """The exit code of the job. Raises OSError where it cannot be run."""
    # The caller's own command line, as a shell would run it.
    process = subprocess.Popen(job, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
    with _passed_on(process):
        assert process.stdout is not None
        assert process.stderr is not None
        pairs = ((process.stdout, 1), (process.stderr, 2))
        copies = [threading.Thread(target=_copy, args=(*pair, tail), daemon=True) for pair in pairs]
        for copy in copies:
            copy.start()
        code = process.wait()
        for copy in copies:
            # What the job left running may hold its output open for ever.
            copy.join(LEFT_S)
    return code if code >= 0 else BY_SIGNAL - code


def _copy(source: IO[bytes], to: int, tail: Tail) -> None:
    """Everything to our own stream as it comes; a reader of ours that is gone keeps no job from its end."""
    while chunk := os.read(source.fileno(), 65_536):
        tail.add(chunk)
        with contextlib.suppress(OSError):
            while chunk:
                chunk = chunk[os.write(to, chunk) :]


@contextlib.contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Inside, who asks us to stop asks the job; we wait for it, and report."""
    asked = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {one: signal.signal(one, lambda number, _: process.send_signal(number)) for one in asked}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _address(args: argparse.Namespace) -> str:
    """The address of the heartbeat. Raises UserError."""
    given: str = args.id
    if given.startswith(("http://", "https://")):
        return given.rstrip("/")
    if args.url and UUID.fullmatch(given):
        return f"{args.url.rstrip('/')}/ping/{given}"
    settings = load(args.config)
    base = (args.url or _base(settings)).rstrip("/")
    jobs = settings.heartbeats()
    found = [check for check in jobs if given in {check.target, check.component, check.id}]
    if len({check.target for check in found}) != 1:
        known = ", ".join(sorted({check.component for check in jobs})) or "none is configured"
        raise UserError(f"ping: {given!r} is no heartbeat of the configuration; known: {known}")
    target = found[0].target
    if UUID.fullmatch(target):
        return f"{base}/ping/{target}"
    key = settings.web.ping_key if settings.web else None
    if key is None:
        raise UserError(f"ping: {given!r} has a slug, and web.ping_key is not set here; give its whole address")
    return f"{base}/ping/{key.reveal()}/{quote(target)}"


def _base(settings: Settings) -> str:
    """Where the page answers: here, or where people find it."""
    web = settings.web
    if web is None:
        raise UserError("ping: expected web: in the configuration, or --url: pings come in there")
    host, _, port = web.listen.rpartition(":")
    anywhere = host.strip("[]") in {"0.0.0.0", "::"}  # noqa: S104 - what is listened at, not where we listen
    return web.url or f"http://{'127.0.0.1' if anywhere else host}:{port}"
