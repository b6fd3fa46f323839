"""One message by Apprise, in the thread that calls: needs the extra `apprise`, so it is imported when first used.

Apprise says no more than yes or no; why not, it only tells its log, which may quote addresses. What it logs in this
thread is caught and kept from all other logs.
"""

import logging
from contextvars import ContextVar

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.logger import logger as its_log

from probes.secret import Secret

_caught: ContextVar[list[str] | None] = ContextVar("caught", default=None)
_ASSET = AppriseAsset(app_id="Groundtruth", app_desc="Groundtruth", app_url="", async_mode=False)


class _Catching(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        caught = _caught.get()
        if caught is not None and len(caught) < 10:
            caught.append(record.getMessage())


its_log.handlers = [_Catching()]
its_log.setLevel(logging.WARNING)
its_log.propagate = False


def known(url: Secret) -> bool:
    """Whether Apprise knows what the address means; nothing is sent."""
    return Apprise.instantiate(url.reveal(), asset=_ASSET, suppress_exceptions=True) is not None


def send(url: Secret, title: str, body: str, kind: str) -> str:
    """Send it once: "" where it was taken, else what Apprise logged, secrets and all. `kind` is one of `NotifyType`."""
    caught: list[str] = []
    before = _caught.set(caught)
    try:
        # A new one each time: it would wait between two messages of its own, in our thread.
        one = Apprise(asset=_ASSET)
        taken = one.add(url.reveal()) and one.notify(
            body=body, title=title, notify_type=NotifyType(kind), body_format=NotifyFormat.TEXT
        )
    finally:
        _caught.reset(before)
    return "" if taken else " ".join(caught) or "it does not say why"
