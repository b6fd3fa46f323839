"""The courier: what is to be said, to where it is said. One task a channel, and one place never waits for another.

A delivery is a conversation in one place: the newest edition of a root message, and the lines of its trail. Each
round claims what is due, words it now, posts or edits, and writes down how far it came. At least once: a crash between
saying and writing it down repeats the same message under the same key, and the channel lands it on the first one.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from pydantic import TypeAdapter

from bot.channels.channel import Channel
from bot.core.incident import Entry, Snapshot
from bot.errors import DeliveryError, StoreError
from bot.line import Line, Office, Progress
from bot.own import OWN
from bot.store.store import Store
from bot.store.values import Claimed
from bot.store.values import Courier as Claimant

log = logging.getLogger(__name__)

CLAIM_S = 60.0
"""A courier that died holding a claim is followed by another after this long."""
DELIVER_S = 30.0
"""One call to a channel; longer than that is an ambiguous failure."""
AT_ONCE = 32
"""Places of one channel served at the same time."""
IDLE_S = 0.5
TRIES = 12
"""Then a delivery is put aside, with the reason, in the list of the undeliverable (after about half an hour)."""
SAID_AFTER = 4
"""Tries of one delivery in a row after which those who watch the other channels are told (some ten seconds)."""
DOUBTS = 3
"""The same for posts of which nobody knows whether they stand there already: so many may stand there at most."""
BACKOFF_S = 300.0
PAUSE_S = 60.0
"""What is the whole channel's trouble rests this long, where the channel does not say how long."""

SNAPSHOT = TypeAdapter(Snapshot)
ENTRY = TypeAdapter(Entry)


class Courier:
    """Delivers the notices of the services that are judged, and our own, to every open channel."""

    def __init__(self, store: Store, judged: Sequence[str], channels: Mapping[str, Channel], office: Office) -> None:
        self._outbox = store.outbox
        self._services = (*judged, OWN)
        self._judged = frozenset(judged)
        self._lines = {name: Line(channel) for name, channel in channels.items()}
        self._claimant = Claimant(office.owner, CLAIM_S, AT_ONCE)
        self._now = office.now
        self._wording = office.wording
        self._trouble = office.trouble

    @property
    def names(self) -> Sequence[str]:
        """The channels that are served."""
        return tuple(self._lines)

    def wake(self) -> None:
        """There is something to deliver."""
        for line in self._lines.values():
            line.news.set()

    def state(self, name: str) -> str:
        """Why one channel rests, "" while it is served."""
        line = self._lines[name]
        return line.why if self._now() < line.rests_until else ""

    async def run(self, name: str) -> None:
        """Deliver to one channel, for ever."""
        line = self._lines[name]
        async with asyncio.TaskGroup() as hands:
            while True:
                line.news.clear()
                try:
                    found = await self._claim(name)
                except StoreError as error:
                    log.debug("courier of %s waits for the store: %s", name, error)
                    found = {}
                for target, claims in found.items():
                    hands.create_task(self._serve(line, target, claims))
                if found:
                    continue
                try:
                    async with asyncio.timeout(IDLE_S):
                        await line.news.wait()
                except TimeoutError:
                    continue

    async def round(self, name: str) -> int:
        """Deliver what is due on one channel now; the number of deliveries tried.

        Raises:
            StoreError: the store is away; what was said but not written down is repeated under the same key.
        """
        found = await self._claim(name)
        async with asyncio.TaskGroup() as hands:
            for target, claims in found.items():
                hands.create_task(self._serve(self._lines[name], target, claims))
        return sum(map(len, found.values()))

    async def _claim(self, name: str) -> dict[str, list[Claimed]]:
        """What is due, by target; those are busy from now on."""
        line, found = self._lines[name], list[Claimed]()
        if len(line.busy) >= AT_ONCE or self._now() < line.rests_until:
            return {}
        # After a rest one delivery tries whether it is over.
        claimant = replace(self._claimant, at_once=1) if line.why else self._claimant
        for service in self._services:
            found += await self._outbox.claim(service, name, claimant, self._now(), line.busy)
            if found and line.why:
                break
        found.sort(key=lambda claimed: claimed.channel)
        by_target = {target: list(claims) for target, claims in groupby(found, lambda claimed: claimed.channel)}
        line.busy.update(by_target)
        return by_target

    async def _serve(self, line: Line, target: str, claims: Sequence[Claimed]) -> None:
        """Deliver to one target, in turn; what would outlive its claim is left to the next round."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            for claimed in claims:
                if clock() - began > CLAIM_S - DELIVER_S:
                    break
                await self._deliver(line, claimed)
        except StoreError as error:
            log.debug("courier of %s waits for the store: %s", target, error)
        finally:
            line.busy.discard(target)
            line.news.set()

    async def _deliver(self, line: Line, claimed: Claimed) -> None:
        progress = Progress(claimed.done_version, 0, claimed.where)
        try:
            await self._say(line.channel, claimed, progress)
        except TimeoutError:
            error = DeliveryError(f"no answer within {DELIVER_S:.0f} s", ambiguous=True)
            await self._failed(line, claimed, progress, error)
        except DeliveryError as error:
            await self._failed(line, claimed, progress, error)
        else:
            calm = self._now() + line.channel.refresh_s
            if await self._outbox.done(claimed, progress.version, progress.trail, progress.where, calm):
                await self._reached(line, claimed)

    async def _say(self, channel: Channel, claimed: Claimed, progress: Progress) -> None:
        """Root first, then the trail in its order; `progress` says how far it came if something is raised."""
        message = await self._wording(SNAPSHOT.validate_json(claimed.body), self._now())
        async with asyncio.timeout(DELIVER_S):
            if not progress.where:
                where = await channel.post(claimed.channel.partition(":")[2], message, claimed.id)
                progress.where, progress.version = json.dumps(dict(where)), claimed.version
            elif progress.version < claimed.version:
                where = await channel.edit(json.loads(progress.where), message)
                progress.where, progress.version = json.dumps(dict(where)), claimed.version
        for number, line in claimed.trail:
            async with asyncio.timeout(DELIVER_S):
                await channel.follow(json.loads(progress.where), ENTRY.validate_json(line), f"{claimed.id}#{number}")
            progress.trail = number

    async def _reached(self, line: Line, claimed: Claimed) -> None:
        if line.why or claimed.tries > 1:
            line.why = ""
            for what in {line.channel.name, claimed.channel}:
                await self._trouble(what, f"{what}: deliveries work again", True)

    async def _failed(self, line: Line, claimed: Claimed, progress: Progress, error: DeliveryError) -> None:
        """Write down how far it came; then later again, or never."""
        wait = error.retry_after if error.retry_after is not None else min(BACKOFF_S, 2.0 ** (claimed.tries - 1))
        doubtful = error.ambiguous and not line.channel.lands and not progress.where
        if doubtful and claimed.doubts + 1 >= DOUBTS - 1:
            wait = BACKOFF_S
        if error.everywhere:
            rest = error.retry_after if error.retry_after is not None else PAUSE_S
            await self._rest(line, str(error), rest)
            # What may stand there already is tried at ever longer intervals, so that few can.
            wait = min(BACKOFF_S, rest * 2.0 ** max(0, claimed.doubts - 1)) if doubtful else rest
        elif claimed.tries == SAID_AFTER:
            await self._trouble(line.channel.name, f"{line.channel.name}: deliveries fail: {error}", False)
        again = self._now() + wait
        if progress.version > claimed.done_version or progress.trail:
            # The root stands; what is missing is tried again from there.
            await self._outbox.done(claimed, progress.version, progress.trail, progress.where, again)
        elif self._hopeless(claimed, error, doubtful=doubtful):
            log.error("%s cannot be delivered: %s", claimed.id, error)
            if await self._outbox.give_up(claimed, str(error), self._now()) and claimed.service in self._judged:
                await self._trouble(claimed.channel, f"cannot post to {claimed.channel}: {error}", False)
            return
        else:
            await self._outbox.retry(claimed, str(error), again, doubtful=doubtful)
        log.warning("%s is tried again in %.0f s: %s", claimed.id, wait, error)

    def _hopeless(self, claimed: Claimed, error: DeliveryError, *, doubtful: bool) -> bool:
        if error.everywhere:
            return False
        return error.permanent or claimed.tries >= TRIES or (doubtful and claimed.doubts + 1 >= DOUBTS)

    async def _rest(self, line: Line, why: str, wait: float) -> None:
        """The whole channel waits; whoever watches the other channels is told once."""
        fresh = not line.why
        line.rests_until, line.why = self._now() + wait, why
        if fresh:
            await self._trouble(line.channel.name, f"{line.channel.name} does not take messages: {why}", False)
