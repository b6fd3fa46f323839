"""People's acts on their way to the judge: appended once under their id, then the judge's verdict is waited for."""

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from bot.core.model.action import ActionRequest, ActionResult
from bot.errors import StoreError
from bot.store.codec import OUTCOME
from bot.store.store import Store
from bot.store.stream_rows import encode
from probes.redaction import without_secrets

log = logging.getLogger(__name__)

WAIT_S = 0.9
"""How long a person waits for the judge; platforms want a word within a second."""
LOOKS_S = (0.005, 0.01, 0.02, 0.04)
"""Pauses between attempts for the verdict; the last one repeats."""

UNREADABLE = ActionResult(ok=False, text="done by a newer version; see the incident's timeline")
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,80}")


class ActionQueue:
    """The one way in which people change things. `wake` tells the judge of a service, if it is in this process."""

    def __init__(self, store: Store, wake: Callable[[str], None]) -> None:
        self._store = store
        self._wake = wake

    async def submit(self, service: str, command: ActionRequest) -> ActionResult | None:
        """Do it, once for each `command.id`; None when it is noted and the judge has not come to it yet.

        `command.args` are canonical ids: an incident's, a component's or the service's; for `silence` and
        `maintenance` then the duration ("90m", "2h", "1d", or "end" for maintenance) and the words of the reason.

        Secrets in the words are taken out before they are kept, whoever sends them.

        Raises:
            StoreError: the store is away; nothing is known to be noted, and the same id may be tried again.
        """
        args = (*command.args[:1], *map(without_secrets, command.args[1:]))
        request = replace(command, id=_named(command.id), args=args)
        noted = False
        try:
            async with asyncio.timeout(WAIT_S):
                await self._store.append(service, f"act.{request.id}", 1, [encode(request)])
                noted = True
                self._wake(service)
                return await self._verdict(service, request.id)
        except TimeoutError:
            if not noted:
                raise StoreError(f"no answer within {WAIT_S:.1f} s") from None
            log.info("the judge of %s did not reach action %s within %.1f s", service, request.id, WAIT_S)
            return None

    async def _verdict(self, service: str, act: str) -> ActionResult:
        looks = 0
        while True:
            try:
                body = await self._store.views.outcome(service, act)
                if body is not None:
                    return OUTCOME.load(body) or UNREADABLE
            except StoreError as error:
                # It is noted already; what became of it can be asked again.
                log.debug("the verdict on act %s waits for the store: %s", act, error)
            await asyncio.sleep(LOOKS_S[min(looks, len(LOOKS_S) - 1)])
            looks += 1


def _named(act: str) -> str:
    """An id that fits a key and a row: a new one where there is none."""
    if _PLAIN.fullmatch(act):
        return act
    return hashlib.sha256(act.encode("utf-8", "replace")).hexdigest()[:32] if act else uuid4().hex
