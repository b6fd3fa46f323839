"""The judge: stream of results in, one fenced commit out. All thinking is in `bot.core.judging.judgement`."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.core.detection.assessment import AssessorSettings
from bot.core.health.breaks import Begin, Breaks
from bot.core.incidents.escalation import Calls, nobody
from bot.core.incidents.silence_expiry import answered
from bot.core.judging.decisions import Decisions, JudgementState
from bot.core.judging.judgement import Judgement
from bot.core.ledger.accuracy import usual_lag
from bot.core.model.action import ActionRequest
from bot.core.model.incident import Incident
from bot.core.model.report import Report
from bot.core.model.service import About, ServiceView
from bot.core.model.stream import StreamRow
from bot.core.routing.notices import Notice
from bot.core.routing.tree import ActiveRoutes, PreviousRecipients, addressed
from bot.core.sharing import Share
from bot.errors import StoreError
from bot.judging.progress import KEEP_S, ROWS, JudgingProgress
from bot.judging.salvage import salvaged, unsaid
from bot.store.codec import (
    ABOUT,
    ABOUT_FIELD,
    DISCREPANCY,
    DONE,
    DOSSIER,
    ENTRY,
    EXPLANATION,
    INCIDENT,
    LEDGER_ENTRY,
    OUTCOME,
    PLAN,
    REMEMBERED,
    SNAPSHOT,
    VOICES,
)
from bot.store.keys import DELIVERIES_KEPT, INCIDENTS_KEPT
from bot.store.set_aside import SET_ASIDE, noted
from bot.store.store import Store
from bot.store.stream_rows import decode
from bot.store.types import Commit, DeliveryWrite, IncidentWrite, LedgerWrite, OutcomeWrite, RecordWrite, Renewal, Token
from bot.supervision import attempted
from probes.model import Observation

log = logging.getLogger(__name__)

LEASE_MS = 10_000
ASKS = 0.4
"""For this share of its length a lease is asked for: longer than until the next try."""
ASIDE, FARTHEST = 1.0, 6
"""Lengths of a lease, for each process that comes before this one, between tries at a service that is another's."""
IDLE_S = 0.5
"""How long the judge waits for news before it lets time pass for a service by itself."""
CALM_IDLE_S = 1.0
"""The same while all is well and written a moment ago."""
TOGETHER, APART_S = 10, 0.05
"""So many judges of a process look for news at the same moments, in one round trip; the next ones this much later."""
WRITES_APART_S = 0.5
"""What calm services write at least every `KEEP_S` is spread by so much from one judge to the next."""
LONG_S, RESTS, REST_S = 0.03, 5.0, 1.0
"""Settling that takes so long is followed by `RESTS` times that of rest, `REST_S` at most."""


@dataclass(frozen=True, slots=True)
class JudgeContext:
    """What one judge needs beside the service: who it is, the clock, the routes in force, and whom to tell.

    `calls` are the escalations and reminders that the routes want for an incident. `turn` numbers the judges of one
    process. `share` says which services this process is to have, if it can.
    """

    owner: str
    now: Callable[[], float]
    routes: Callable[[], Awaitable[ActiveRoutes]]
    said: Callable[[], None]
    lease_ms: int = LEASE_MS
    calls: Calls = nobody
    turn: int = 0
    share: Share = field(default_factory=Share)


class Judge:
    """Judges one service while it holds the service's lease, which comes home to the process that is to have it.

    `news` is set when rows may have come, `regrouped` when processes have joined or left.
    """

    def __init__(self, store: Store, service: ServiceView, settings: AssessorSettings, context: JudgeContext) -> None:
        self._store = store
        self._service = service
        self._settings = settings
        self._context = context
        self._breaks = Breaks()
        self.news, self.regrouped = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Take the lease, judge until it is lost, and again, for ever; a store that is away is waited for."""
        wait_s = self._aside_s()
        while True:
            await self._wait_turn(wait_s)
            try:
                token = await self._taken()
                if token is not None:
                    await self._hold_and_release(token)
                wait_s = max(self._aside_s(), self._context.lease_ms / 4000 if token is None else 0.0)
            except StoreError as error:
                # What was decided and perhaps not written is forgotten, and decided again from what is written.
                log.debug("judge of %s waits for the store: %s", self._service.id, error)
                wait_s = IDLE_S

    def _aside_s(self) -> float:
        """How long this process leaves a free lease to those that come before it."""
        return min(FARTHEST, self._context.share.rank(self._service.id)) * ASIDE * self._context.lease_ms / 1000

    async def _taken(self) -> Token | None:
        """The lease, if it can be had: the process that is to have it asks for it, and waits for no dead one."""
        share, length_ms = self._context.share, self._context.lease_ms
        home = share.settled and share.mine(self._service.id)
        asks_ms = round(ASKS * length_ms) if home and not share.alone else 0
        living = share.members if home else ()
        return await self._store.lease(self._service.id, self._context.owner, length_ms, asks_ms, living)

    async def _wait_turn(self, wait_s: float) -> None:
        """Wait so long, or until this process becomes the one that is to have the service."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while True:
                    await self.regrouped.wait()
                    self.regrouped.clear()
                    if self._context.share.mine(self._service.id):
                        return

    async def _hold_and_release(self, token: Token) -> None:
        try:
            await self._hold(token)
        finally:
            # Another judge need not wait for the lease to run out.
            with contextlib.suppress(StoreError):
                await self._store.release(self._service.id, token)

    async def _hold(self, token: Token) -> None:
        """Judge until the lease is lost. It is the server's to count, so no clock that people set counts here."""
        clock, primary = asyncio.get_running_loop().time, self._store.changes
        held, renewed = await self._begun(Begin.AS_WRITTEN), clock()
        while True:
            self.news.clear()
            rows = await self._store.read(self._service.id, held.position, held.at_once)
            full = len(rows) == held.at_once
            commit, error = await attempted(self._judged(held, rows, full=full))
            if error is not None:
                await self._broke(held, rows, error)
            elif self._store.changes != primary:
                raise StoreError("another primary of the store took over: what was read of the one before is forgotten")
            elif commit is not None:
                if not await self._store.commit(self._service.id, token, commit):
                    await self._passed(token, clock() - renewed)
                    return
                self._written(held, commit)
            if clock() - renewed >= self._context.lease_ms / 3000:
                if not await self._kept(token):
                    return
                renewed = clock()
            if error is None and not full:
                await self._wait(CALM_IDLE_S if held.calm and held.waiting else IDLE_S, held.took_s)

    def _written(self, held: JudgingProgress, commit: Commit) -> None:
        held.unseen = 0
        if commit.state is not None:
            held.written(self._context.now(), commit.id)
            self._breaks.went_well()
        if commit.deliveries:
            self._context.said()

    async def _kept(self, token: Token) -> bool:
        """Keep the lease; False where it is another's, or the process asks for it that is to have it."""
        kept = await self._store.renew(self._service.id, token, self._context.lease_ms)
        if kept is Renewal.WANTED:
            log.info("%s is left to the process that is to judge it", self._service.id)
        return kept is Renewal.KEPT

    async def _judged(self, held: JudgingProgress, rows: Sequence[tuple[str, bytes]], *, full: bool) -> Commit | None:
        """Judge these rows; the commit that says what follows, None where nothing need be written yet.

        Raises whatever the rules raise, and StoreError: nothing of it is written then.
        """
        if held.judgement is None:
            seen, begins = await self._informed(), await self._remembered(held)
            held.judgement = Judgement(seen, self._settings, begins, self._context.calls)
        judgement, held.took_s = held.judgement, 0.0
        until = await self._take(judgement, [(at, decode(raw)) for at, raw in held.fed(rows)], full=full)
        may_wait = held.may_wait(self._context.now())
        held.calm = may_wait and judgement.calm(until)
        if held.calm:
            return None
        clock = asyncio.get_running_loop().time
        began = clock()
        decisions = judgement.settle(until, whole=not may_wait)
        held.took_s = clock() - began
        if not decisions.whole and not decisions.eventful:
            # The state is written with what is decided, and every ten seconds: until then the rows can be read again.
            return self._figures(held, judgement, decisions) if held.unseen and decisions.voices else None
        if not (held.waiting or decisions.eventful or held.must_write(self._context.now())):
            return None
        routes = await self._context.routes() if decisions.notices else ActiveRoutes()
        return self._commit(held, judgement, decisions, routes)

    async def _broke(self, held: JudgingProgress, rows: Sequence[tuple[str, bytes]], error: Exception) -> None:
        """Judging these rows raised `error`: find the row that does it, set it aside, and go on from what is written.

        Of several rows half as many are judged next time, until one is left. What was judged well is written each
        time, so that a search is short. A state that breaks again and again is begun afresh.
        """
        if isinstance(error, StoreError):
            raise error
        if len(rows) > 1:
            held.again(await self._store.load(self._service.id), len(rows) // 2)
            return
        position, raw = rows[0] if rows else (held.position, b"")
        log.error("%s: what cannot be judged is set aside at %s", self._service.id, position, exc_info=error)
        held.put_aside(noted(self._context.now(), position, raw, error), row=bool(rows))
        how = self._breaks.again(self._context.now())
        if how is not Begin.AS_WRITTEN:
            log.error("judging %s fails again and again: it begins %s", self._service.id, how.value)
        await asyncio.sleep(self._breaks.wait_s)
        held.again(await self._store.load(self._service.id), ROWS, how)

    async def _begun(self, how: Begin) -> JudgingProgress:
        """To judge on from what is written; the judgement itself is made with the first rows."""
        # Judges that begin together need not write together ever after.
        ago = self._context.turn * WRITES_APART_S % KEEP_S
        loaded = await self._store.load(self._service.id)
        newest = await self._store.views.newest(self._service.id)
        if newest and _moment(newest) < _moment(loaded.position):
            log.warning(
                "%s is judged until %s, and its stream ends at %s: the store has lost rows; new ones are judged on",
                self._service.id, loaded.position, newest,
            )  # fmt: skip
        return JudgingProgress(loaded, how, self._context.now() - ago)

    async def _passed(self, token: Token, unrenewed_s: float) -> None:
        """The lease is another's; one that ran out while this process was suspended is no news, and comes with all."""
        if await self._store.renew(self._service.id, token, self._context.lease_ms):
            log.warning("the store has lost what was last judged of %s: it is judged again", self._service.id)
            return
        level = logging.INFO if unrenewed_s * 1000 > self._context.lease_ms else logging.WARNING
        log.log(level, "another judge now judges %s", self._service.id)

    async def _informed(self) -> ServiceView:
        """The service with the page's usual lag as the ledger has it, where that has enough to tell."""
        lag = usual_lag(LEDGER_ENTRY.load_all(await self._store.views.ledger(self._service.id)))
        return replace(self._service, usual_lag_s=lag) if lag else self._service

    async def _take(self, judgement: Judgement, rows: Sequence[tuple[str, StreamRow | None]], *, full: bool) -> float:
        """Feed the rows; the time to settle at: while catching up (`full`) the rows still to come are not missing."""
        now = self._context.now()
        for _, row in rows:
            match row:
                case Observation():
                    judgement.see(row)
                case Report():
                    judgement.report(row)
                case ActionRequest():
                    # The clock of the place it came from may be ahead of ours.
                    judgement.command(replace(row, at=min(row.at, now)), await self._past(judgement, row))
        last = rows[-1][1].at if full and rows and rows[-1][1] is not None else now
        return min(last, now)

    async def _past(self, judgement: Judgement, command: ActionRequest) -> Incident | None:
        """The incident a command names, where it is over and so only in the store."""
        name = command.args[0].upper() if command.args else ""
        body = None if judgement.knows(name) else await self._store.views.incident(self._service.id, name)
        return INCIDENT.load(body)

    async def _wait(self, idle_s: float, took_s: float) -> None:
        """Until there may be news; a service whose settling took long leaves the others their time first."""
        if took_s > LONG_S:
            await asyncio.sleep(min(REST_S, RESTS * took_s))
        phase = self._context.turn // TOGETHER * APART_S
        now = asyncio.get_running_loop().time() - phase
        try:
            async with asyncio.timeout_at(now - now % idle_s + idle_s + phase):
                await self.news.wait()
        except TimeoutError:
            return

    async def _remembered(self, held: JudgingProgress) -> JudgementState | None:
        loaded, service = held.loaded, self._service.id
        if loaded.lost:
            log.warning("%d check results of %s were cut before they were judged", loaded.lost, service)
        if held.how is Begin.FROM_NOTHING or (loaded.state is None and held.how is Begin.AS_WRITTEN):
            return None
        if held.how is Begin.AS_WRITTEN and loaded.state is not None:
            kept = REMEMBERED.load(loaded.state)
            if kept is not None:
                return await self._reconciled(kept)
            log.error("the stored state of %s cannot be read; its open incidents are kept", service)
        views = self._store.views
        known, said = await views.incidents(service, INCIDENTS_KEPT), await views.deliveries(service, DELIVERIES_KEPT)
        return salvaged(loaded.state, known, said, self._context.now())

    async def _reconciled(self, kept: JudgementState) -> JudgementState:
        """Where the store has lost what was to be said of an open incident, it is said again."""
        if not kept.incidents.keys() & kept.told.keys():
            return kept
        said = await self._store.views.deliveries(self._service.id, DELIVERIES_KEPT)
        lost = unsaid(kept, said)
        if lost:
            log.warning("the store has lost messages of %s: they are sent again: %s", self._service.id, ", ".join(lost))
        return replace(kept, told={**kept.told, **lost})

    def _commit(
        self, held: JudgingProgress, judgement: Judgement, decisions: Decisions, routes: ActiveRoutes
    ) -> Commit:
        deliveries = tuple(write for notice in decisions.notices for write in self._writes(judgement, notice, routes))
        rollups, dossiers = judgement.take(self._context.now())
        state = judgement.state()
        return replace(
            self._figures(held, judgement, decisions),
            state=REMEMBERED.dump(state).encode(),
            incidents=tuple(IncidentWrite(i.id, i.opened_at, INCIDENT.dump(i)) for i in decisions.incidents),
            deliveries=deliveries,
            log=(
                *(DISCREPANCY.dump(d) for d in decisions.discrepancies),
                *(DONE.dump(done) for done in decisions.outcomes),
            ),
            ledger=tuple(LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in decisions.ledger),
            outcomes=tuple(
                OutcomeWrite(d.command.id, OUTCOME.dump(d.outcome)) for d in decisions.outcomes if d.command.id
            ),
            records=tuple(RecordWrite(i, DOSSIER.dump(d)) for i, d in dossiers.items()),
            rollups=rollups,
            rolled_at=state.rolled.counted_to,
            aside=tuple(SET_ASIDE.dump(one) for one in held.aside),
        )

    def _figures(self, held: JudgingProgress, judgement: Judgement, decisions: Decisions) -> Commit:
        """What people see of the components, and what probers do; of those left out, what is there stays."""
        now = self._context.now()
        about = About(now, judgement.service.usual_lag_s, judgement.others, judgement.stands(now))
        return Commit(
            position=held.position,
            state=None,
            assessments={c: VOICES.dump(v) for c, v in decisions.voices.items()}
            | {f"why:{c}": EXPLANATION.dump(e) for c, e in decisions.explanations.items()}
            | {ABOUT_FIELD: ABOUT.dump(about)},
            attention={c: PLAN.dump(p) for c, p in decisions.plans.items()},
            whole=decisions.whole,
            after=held.committed,
        )

    def _writes(self, judgement: Judgement, notice: Notice, routes: ActiveRoutes) -> list[DeliveryWrite]:
        """The notice on its way to everybody who hears of it; whom it goes to is part of the judgement's state."""
        now, body = self._context.now(), SNAPSHOT.dump(notice.snapshot)
        lines = [(line.to, ENTRY.dump(line)) for line in notice.trail]
        if notice.to:
            to = answered(notice.to, routes)
        else:
            to = addressed(
                notice.snapshot, routes, self._service.labels, now, PreviousRecipients(notice.told, notice.also)
            )
        judgement.went(notice.subject, {address.target: address.held_until for address in to})
        return [
            DeliveryWrite(
                notice.subject,
                address.target,
                notice.edition,
                body,
                notice.urgent,
                tuple(line for whose, line in lines if not whose or address.target in whose),
                due_at=now,
                held_until=address.held_until,
                over=notice.over,
                begins=notice.begins,
                by=address.by,
            )
            for address in to
        ]


def _moment(position: str) -> tuple[int, int]:
    """A position of a stream that compares."""
    ms, _, number = position.partition("-")
    return int(ms), int(number)
