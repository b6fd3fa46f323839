"""The courier: what is to be said, to where it is said. One task a channel, and one place never waits for another.

A delivery is a conversation in one place: the newest edition of a root message, and the lines of its trail. Each
round claims what is due, words it now, posts or edits, and writes down how far it came. At least once: a crash between
saying and writing it down repeats the same message under the same key, and the channel lands it on the first one.
"""

import asyncio
import contextlib
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice

from bot.channels.channel import Channel
from bot.core.model.snapshot import Snapshot
from bot.delivery.channel_queue import ChannelQueue, CourierContext, DeliveryProgress
from bot.delivery.outbox_claims import CLAIM_S, OutboxClaims, claim_key
from bot.delivery.self_notices import OWN
from bot.delivery.standing import STANDING, Root, StandingRoot, last_edition, over, over_in_store
from bot.errors import DeliveryError, StoreError
from bot.store.codec import ENTRY, SNAPSHOT
from bot.store.store import Store
from bot.store.types import ClaimedDelivery
from bot.supervision import Supervisor, attempted, words

log = logging.getLogger(__name__)

DELIVER_S = 30.0
"""One call to a channel; longer than that is an ambiguous failure."""
IDLE_S, CALM_IDLE_S = 0.5, 2.0
"""How long a courier waits for news before it asks for what is due: while there was something lately, and else."""
ASIDE_S, FARTHEST = 10.0, 6
"""Between questions for what is due on a channel that is another process's, for each process that comes before."""
CALM_ROUNDS = 60
"""After so many questions without anything due all is calm: a post that waits for its turn is due within seconds."""
TRIES = 12
"""Then a delivery is put aside, with the reason, in the list of the undeliverable (after about half an hour)."""
SAID_AFTER = 4
"""Tries of one delivery in a row after which those who watch the other channels are told (some ten seconds)."""
DOUBTS = 3
"""The same for posts of which nobody knows whether they stand there already: so many may stand there at most."""
BACKOFF_S = 300.0
PAUSE_S = 60.0
"""What is the whole channel's trouble rests this long, where the channel does not say how long."""

STANDING_READ = 100
"""Messages of which the store is asked at once which edition stands; only those that changed are read."""

HELD = "sent with others in one message"
"""Why a delivery is held back, as the desk shows it."""


class Courier:
    """Delivers the notices of the services that are judged, and our own, to every open channel."""

    def __init__(
        self,
        store: Store,
        judged: Sequence[str],
        channels: Mapping[str, Channel],
        context: CourierContext,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._supervisor = supervisor or Supervisor()
        self._outbox = store.outbox
        self._judged = frozenset(judged)
        self._lines = {name: ChannelQueue(channel) for name, channel in channels.items()}
        self._claiming = OutboxClaims(store.outbox, (*judged, OWN), context.owner, context.now, context.speed)
        self._gate = context.gate
        self._now = context.now
        self._wording = context.wording
        self._trouble = context.trouble
        self._share = context.share
        self._standing = context.standing
        self._emptied = 0
        self._read = 0
        self.attempts = Counter[tuple[str, str]]()
        """Attempts of this process by (channel, outcome): delivered, failed (tried again later), given_up."""

    @property
    def names(self) -> Sequence[str]:
        """The channels that are served."""
        return tuple(self._lines)

    def wake(self) -> None:
        """Wake the couriers: there is something to deliver."""
        for line in self._lines.values():
            line.news.set()

    def regrouped(self) -> None:
        """Processes have joined or left: another one may serve a channel now."""
        for line in self._lines.values():
            line.looks_at = float("-inf")
            line.news.set()

    def state(self, name: str) -> str:
        """Why one channel rests, "" while it is served."""
        line = self._lines[name]
        return line.why if self._now() < line.rests_until else ""

    async def run(self, name: str) -> None:
        """Deliver to one channel, for ever."""
        line, idle = self._lines[name], 0
        async with asyncio.TaskGroup() as hands:
            hands.create_task(self._claiming.keep(line))
            while True:
                told = line.news.is_set()
                line.news.clear()
                try:
                    found = await self._found(line, told, IDLE_S if idle < CALM_ROUNDS else CALM_IDLE_S)
                except StoreError as error:
                    log.debug("courier of %s waits for the store: %s", name, error)
                    found = {}
                for target, claims in found.items():
                    hands.create_task(self._serve(line, target, claims))
                idle = 0 if found else idle + 1
                if found:
                    line.looks_at = float("-inf")
                    continue
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_S):
                        await line.news.wait()

    async def _found(self, line: ChannelQueue, told: bool, idle_s: float) -> dict[str, list[ClaimedDelivery]]:
        """What is due. Whose channel another process is to serve rings there, and asks only now and then."""
        name, now = line.channel.name, asyncio.get_running_loop().time()
        rank = min(FARTHEST, self._share.rank(name))
        if rank and now < line.looks_at:
            if told:
                await self._outbox.ring(name)
            return {}
        rung = line.rung
        if not rank and not self._share.alone:
            line.rung = await self._outbox.rung(name)
        if told or rung != line.rung or now >= line.looks_at:
            # The timer of the loop has some slack, and half an interval more is no harm.
            line.looks_at = now + (ASIDE_S * rank or idle_s - IDLE_S / 2)
            return await self._claiming.take(line)
        return {}

    async def round(self, name: str) -> int:
        """Deliver what is due on one channel now; the number of deliveries tried.

        Raises:
            StoreError: the store is away; what was said but not written down is repeated under the same key.
        """
        line = self._lines[name]
        found = await self._claiming.take(line)
        async with asyncio.TaskGroup() as hands:
            for target, claims in found.items():
                hands.create_task(self._serve(line, target, claims))
        return sum(map(len, found.values()))

    async def rest(self) -> None:
        """Take nothing any more, and wait until what is in hand is written down."""
        self._claiming.closed = True
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is in hand: what was said is written down."""
        for line in self._lines.values():
            while line.busy:
                line.news.clear()
                await line.news.wait()

    async def _serve(self, line: ChannelQueue, target: str, claims: Sequence[ClaimedDelivery]) -> None:
        """Deliver to one target, in turn; what another courier has claimed meanwhile is left to it."""
        try:
            for claimed in claims:
                if claim_key(claimed) in line.hands:
                    await self._one(line, claimed)
        except StoreError as error:
            log.debug("courier of %s waits for the store: %s", target, error)
        finally:
            for claimed in claims:
                line.hands.pop(claim_key(claimed), None)
            line.busy.discard(target)
            line.news.set()

    async def _one(self, line: ChannelQueue, claimed: ClaimedDelivery) -> None:
        """Deliver one; what raises something unforeseen is tried again and given up like any other that fails."""
        progress = DeliveryProgress(claimed.done_version, 0, claimed.where)
        _, error = await attempted(self._deliver(line, claimed, progress))
        if isinstance(error, StoreError):
            raise error
        if error is not None:
            await self._supervisor.broke(f"a delivery on {line.channel.name}", error)
            await self._failed(line, claimed, progress, DeliveryError(f"a bug of ours: {words(error)}"))

    async def _deliver(self, line: ChannelQueue, claimed: ClaimedDelivery, progress: DeliveryProgress) -> None:
        emptied = self._emptied
        try:
            snapshot = _read(claimed)
            if not claimed.where and await self._waits(claimed, snapshot):
                return
            await self._say(line.channel, claimed, snapshot, progress)
        except TimeoutError:
            error = DeliveryError(f"no answer within {DELIVER_S:.0f} s", ambiguous=True)
            await self._failed(line, claimed, progress, error)
        except DeliveryError as error:
            await self._failed(line, claimed, progress, error)
        else:
            calm = self._now() + line.channel.refresh_s
            stands = self._stands(claimed, snapshot, progress)
            if await self._noted(claimed, progress, calm):
                self.attempts[line.channel.name, "delivered"] += 1
                await self._reached(line, claimed)
            elif stands and self._emptied != emptied:
                # On its way while the store was emptied, and those that stood were ended without it.
                await self._end(stands)

    async def _noted(self, claimed: ClaimedDelivery, progress: DeliveryProgress, calm: float) -> bool:
        """Write down what was said; while the store fails over, for as long as the claim would last."""
        clock = asyncio.get_running_loop().time
        until = clock() + CLAIM_S
        while True:
            try:
                return await self._outbox.done(claimed, progress.version, progress.trail, progress.where, calm)
            except StoreError:
                if clock() > until or self._claiming.closed:
                    raise
            await asyncio.sleep(IDLE_S)

    def _stands(self, claimed: ClaimedDelivery, snapshot: Snapshot, progress: DeliveryProgress) -> Root | None:
        """Remember what stands on a channel and is not over, as the store may be emptied; None for what is over."""
        key = (claimed.service, claimed.id, progress.where)
        self._standing.pop((claimed.service, claimed.id, claimed.where), None)
        self._standing.pop(key, None)
        if snapshot.about is None or over(snapshot) or not progress.where:
            return None
        self._standing[key] = StandingRoot(claimed, snapshot, progress.where)
        while len(self._standing) > STANDING:
            del self._standing[next(iter(self._standing))]
        return key

    async def forget_over(self, same: Callable[[], Awaitable[bool]]) -> None:
        """Forget some of what is over because another process delivered the end, `same` being true after the reading.

        Raises StoreError.
        """
        asked = dict(islice(self._standing.items(), self._read, self._read + STANDING_READ))
        self._read = self._read + STANDING_READ if len(asked) == STANDING_READ else 0
        ended = await over_in_store(self._outbox, asked, self._now())
        # An emptied store knows none of them; that is no reason to forget them.
        if ended and await same():
            for key in ended:
                if self._standing.get(key) is asked[key]:
                    del self._standing[key]

    async def end_standing(self) -> int:
        """The store was emptied: end with a sentence what we have posted and it does not know; how many.

        Raises StoreError; what is left is ended by the next call.
        """
        self._emptied += 1
        count = sum([await self._end(key) for key in list(self._standing)])
        self.wake()
        return count

    async def _end(self, key: Root) -> bool:
        root = self._standing.get(key)
        ended = root is not None and await self._outbox.adopt(key[0], last_edition(root, self._now()), root.where)
        if ended:
            self._standing.pop(key, None)
        return ended

    async def _waits(self, claimed: ClaimedDelivery, snapshot: Snapshot) -> bool:
        """Whether a root that does not stand yet is not for now, or never for itself."""
        ruling = await self._gate(claimed, snapshot, self._now())
        if ruling.never:
            last = max((number for number, _ in claimed.trail), default=0)
            await self._outbox.done(claimed, claimed.version, last, "")
        elif ruling.held_until is not None:
            await self._outbox.hold(claimed, HELD, ruling.held_until)
        return ruling.never or ruling.held_until is not None

    async def _say(
        self, channel: Channel, claimed: ClaimedDelivery, snapshot: Snapshot, progress: DeliveryProgress
    ) -> None:
        """Root first, then the trail in its order; `progress` says how far it came if something is raised."""
        message = await self._wording(snapshot, self._now())
        late: DeliveryError | None = None
        try:
            async with asyncio.timeout(DELIVER_S):
                if not progress.where:
                    where = await channel.post(claimed.channel.partition(":")[2], message, claimed.id)
                    progress.where, progress.version = json.dumps(dict(where)), claimed.version
                elif progress.version < claimed.version:
                    where = await channel.edit(json.loads(progress.where), message)
                    progress.where, progress.version = json.dumps(dict(where)), claimed.version
        except DeliveryError as error:
            if error.later is None:
                raise
            # Edits are scarce there and posts are not: what follows need not wait for the root.
            late, progress.where = error, json.dumps(dict(error.later))
        for number, line in claimed.trail:
            async with asyncio.timeout(DELIVER_S):
                entry = ENTRY.load(line)
                if entry is not None:
                    await channel.follow(json.loads(progress.where), entry, f"{claimed.id}#{number}")
            progress.trail = number
        if late is not None:
            raise late

    async def _reached(self, line: ChannelQueue, claimed: ClaimedDelivery) -> None:
        if line.why or claimed.tries > 1:
            line.why = ""
            for what in {line.channel.name, claimed.channel}:
                await self._trouble(what, f"{what}: deliveries work again", True)

    async def _failed(
        self, line: ChannelQueue, claimed: ClaimedDelivery, progress: DeliveryProgress, error: DeliveryError
    ) -> None:
        """Write down how far it came; then later again, or never."""
        wait = error.retry_after if error.retry_after is not None else min(BACKOFF_S, 2.0 ** (claimed.tries - 1))
        doubtful = error.ambiguous and not line.channel.idempotent and not progress.where
        if doubtful and claimed.doubts + 1 >= DOUBTS - 1:
            wait = BACKOFF_S
        if error.everywhere and error.turn:
            line.rests_until = max(line.rests_until, self._now() + wait)
        elif error.everywhere:
            rest = error.retry_after if error.retry_after is not None else PAUSE_S
            await self._rest(line, str(error), rest)
            # What may stand there already is tried at ever longer intervals, so that few can.
            wait = min(BACKOFF_S, rest * 2.0 ** max(0, claimed.doubts - 1)) if doubtful else rest
        elif claimed.tries == SAID_AFTER and not error.turn:
            await self._trouble(line.channel.name, f"{line.channel.name}: deliveries fail: {error}", False)
        again = self._now() + wait
        if progress.version > claimed.done_version or progress.trail:
            # The root stands; what is missing is tried again from there.
            await self._outbox.done(claimed, progress.version, progress.trail, progress.where, again)
        elif self._hopeless(claimed, error, doubtful=doubtful):
            log.error("%s cannot be delivered: %s", claimed.id, error)
            self.attempts[line.channel.name, "given_up"] += 1
            if await self._outbox.give_up(claimed, str(error), self._now()) and claimed.service in self._judged:
                await self._trouble(claimed.channel, f"cannot post to {claimed.channel}: {error}", False)
            return
        elif error.turn:
            await self._outbox.hold(claimed, str(error), again)
        else:
            await self._outbox.retry(claimed, str(error), again, doubtful=doubtful)
        if not (error.turn or error.later):
            self.attempts[line.channel.name, "failed"] += 1
        # Waiting for a turn is no trouble, and there may be a thousand of them.
        level = logging.DEBUG if error.turn or error.later else logging.WARNING
        log.log(level, "%s is tried again in %.0f s: %s", claimed.id, wait, error)

    def _hopeless(self, claimed: ClaimedDelivery, error: DeliveryError, *, doubtful: bool) -> bool:
        if error.everywhere or (error.retry_after is not None and not error.permanent):
            return False  # whoever asks us to wait has not failed
        return error.permanent or claimed.tries >= TRIES or (doubtful and claimed.doubts + 1 >= DOUBTS)

    async def _rest(self, line: ChannelQueue, why: str, wait: float) -> None:
        """The whole channel waits; whoever watches the other channels is told once."""
        fresh = not line.why
        line.rests_until, line.why = self._now() + wait, why
        if fresh:
            await self._trouble(line.channel.name, f"{line.channel.name} does not take messages: {why}", False)


def _read(claimed: ClaimedDelivery) -> Snapshot:
    """What is to be said. Raises DeliveryError for the words of a version that we do not know."""
    snapshot = SNAPSHOT.load(claimed.body)
    if snapshot is None:
        raise DeliveryError("written by another version, and not to be read by this one", permanent=True)
    return snapshot
