"""A vendor that misbehaves on request: HTTP servers on loopback, a status page, a script, a log of all it served."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo import page_server
from bot.demo.configuration import configuration
from bot.demo.edge import Marks
from bot.demo.hosts import HOSTS, OTHER, DemoRequest, Host, answer, asked
from bot.demo.reply import transmit
from bot.demo.request_log import Log, ServedRequest
from bot.demo.scenario import QUIET, Behaviour, Decision, Kind, Step, Story, decide
from bot.demo.scenario_files import behaviour, identity
from bot.demo.seeded_random import TroubleIntervals
from bot.demo.server import Listener
from bot.demo.statuspage import StatusPage, due_at

COMPONENTS = tuple(dict.fromkeys(host.component for host in HOSTS))
PAGES = ("page", "page-origin")
MOST_QUEUED = 10_000


class Vendor:
    """All servers of one vendor: `async with Vendor(load("april-13")) as vendor: ... vendor.url("claude-api")`.

    `story` plays from the moment of entering, at its own speed or at `speed` story seconds to the second. `clock` gives
    Unix seconds: the page's times and the story's progress come from it. The n-th request to a path is answered the
    same way in every run with the same seed, as far as its time falls into the same part of the script. `key` is the
    only API key that is good; empty accepts any.
    """

    def __init__(
        self,
        story: Story = QUIET,
        *,
        seed: int = 0,
        speed: float | None = None,
        clock: Callable[[], float] = time.time,
        key: str = "",
    ) -> None:
        self.story = story.paced(speed) if speed is not None else story
        self.log = Log()
        self._seed, self._clock, self._key = seed, clock, key
        self._overrides: dict[str, Step] = {}
        self._next: dict[str, deque[Kind]] = {name: deque(maxlen=MOST_QUEUED) for name in COMPONENTS}
        self._ordinals: Counter[tuple[str, str]] = Counter()
        self._spells: dict[str, tuple[Step, TroubleIntervals]] = {}
        self._stack = AsyncExitStack()
        self._listeners: dict[str, Listener] = {}

    async def __aenter__(self) -> Self:
        self.began = self._clock()
        posts = due_at(self.story.posts, self.story.begins, self.began, self.story.speed)
        self.page = StatusPage(identity(), posts, self.began, self._clock)
        async with AsyncExitStack() as stack:
            for host in HOSTS:
                # Two names, because control hosts have to be unrelated.
                name = "localhost" if host.name == "control-2" else "127.0.0.1"
                software = "nginx" if host.dialect == "control" else "cloudflare"
                await self._open(stack, host.name, Listener(partial(self._serve, host), software, name))
            for page in PAGES:
                await self._open(stack, page, Listener(partial(self._serve_page, page), "AtlassianEdge"))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack, name: str, listener: Listener) -> None:
        stack.push_async_callback(listener.close)
        await listener.open()
        self._listeners[name] = listener

    def url(self, host: str) -> str:
        """The address of a host, without a slash at the end. Raises KeyError."""
        return self._listeners[host].url

    @property
    def urls(self) -> dict[str, str]:
        """The addresses of all hosts."""
        return {name: listener.url for name, listener in self._listeners.items()}

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, by the clock."""
        return self._clock() - self.began

    @property
    def now(self) -> float:
        """The time in the story, Unix seconds."""
        return self.story.begins + self.elapsed_s * self.story.speed

    def set(self, *components: str, **changes: Any) -> None:
        """Change how components behave from now on (`rate=0.3, kinds="reset"`), until `follow`.

        What is not mentioned stays as it is. Raises KeyError for an unknown component, ValueError for a wrong figure.
        """
        for component in components:
            current = self._step(component).behaviour
            self._overrides[component] = Step(self.now, (component,), behaviour(changes, over=current))

    def follow(self, *components: str) -> None:
        """Let components (all if none is named) do what the story says again, and forget answers lined up by `next`."""
        for component in components or COMPONENTS:
            self._overrides.pop(component, None)
            self._next[component].clear()

    def next(self, component: str, *kinds: Kind | str) -> None:
        """Answer the next requests to a component so, one after the other, before anything else decides."""
        self._next[component].extend(Kind(kind) for kind in kinds)

    def behaviour(self, component: str) -> Behaviour:
        """How a component behaves now. Raises KeyError."""
        return self._step(component).behaviour

    async def refuse(self, *hosts: str) -> None:
        """Refuse connections to hosts and drop those there are, as if nothing listened there."""
        for host in hosts:
            await self._listeners[host].refuse()

    async def restore(self, *hosts: str) -> None:
        """Take connections again (all hosts if none is named), on the same ports."""
        for host in hosts or tuple(self._listeners):
            await self._listeners[host].restore()

    def configuration(self, interval_s: float = 0.5, timeout_s: float = 2.0) -> dict[str, Any]:
        """The configuration file, as a mapping, that watches this vendor instead of the real Claude."""
        return configuration(self.urls, interval_s, timeout_s)

    def _step(self, component: str) -> Step:
        if component not in self._next:
            raise KeyError(f"the vendor has no component {component!r}, only {', '.join(COMPONENTS)}")
        return self._overrides.get(component) or self.story.step(component, self.now)

    def _decide(self, host: Host, request: DemoRequest, path: str, ordinal: int) -> Decision:
        step = self._step(host.component)
        queued = self._next[host.component]
        key = (self._seed, host.name, path, ordinal)
        decision = decide(step.behaviour, path, request.model, bad=self._bad(host.component, step), key=key)
        if queued:
            return Decision(queued.popleft(), decision.wait_ms, decision.first_token_ms)
        return decision

    def _bad(self, component: str, step: Step) -> bool:
        spell_s = step.behaviour.spell_s
        if not spell_s:
            return False
        if component not in self._spells or self._spells[component][0] != step:
            words = (self._seed, component, step.at)
            self._spells[component] = (step, TroubleIntervals(step.behaviour.rate, spell_s, *words))
        return self._spells[component][1].bad(self.now - step.at)

    async def _serve(self, host: Host, request: web.Request) -> web.StreamResponse:
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            where = (host.component, host.name, request.method, OTHER)
            await self.log.add(ServedRequest(self._clock(), *where, str(Kind.BAD_REQUEST), error.status))
            raise
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        ask = asked(request.method, request.path, request.headers.get("x-api-key", bearer), raw)
        path = ask.path if any(ask.path == known for _, known in host.routes) else OTHER
        self._ordinals[host.name, path] += 1
        ordinal = self._ordinals[host.name, path]
        decision = self._decide(host, ask, path, ordinal)
        marks = Marks.of(host.zone, self._clock(), self._seed, host.name, path, ordinal)
        good_key = bool(ask.key) and self._key in {"", ask.key}
        kind, reply = answer(host, ask, decision, marks, good_key=good_key)
        request_id = marks.request_id if marks.request_id in reply.headers.values() else ""
        ray = marks.ray if "cf-ray" in reply.headers else ""
        where = (host.component, host.name, ask.method, path)
        await self.log.add(ServedRequest(marks.at, *where, str(kind), reply.status, request_id, ray, ask.model[:80]))
        await asyncio.sleep(decision.wait_ms / 1000)
        return await transmit(request, reply)

    async def _serve_page(self, name: str, request: web.Request) -> web.StreamResponse:
        how = self.page.broken if name == "page" else self.page.origin_broken
        reading = page_server.answer(self.page, request, how)
        known = request.path if reading.status != 404 else OTHER
        served = ServedRequest(self._clock(), "page", name, request.method, known, reading.kind, reading.status)
        await self.log.add(served)
        return await reading.send(request)
