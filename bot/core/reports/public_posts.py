"""What is written in public about trouble with one service: posts told apart, how many are usual, which place is loud.

A post counts once, by when it was written, for `WINDOW_S`; each place has its own usual number by component. Posts are
no people: anybody may write many, so all of a loud place together are one voice more (`bot.core.reports.surge`). Pure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

from bot.core.model.report import Post, Public
from bot.core.stats.seasonal import Baseline, surprise
from probes.model import PublicMention

WINDOW_S = 1800.0
KNOWN_S = 7200.0
"""A post is remembered so long, so that it is not taken for a new one when it is found again."""
POSTS, SOURCES, SHOWN = 200, 8, 3
"""Most posts and places remembered of one service, and posts shown of one place."""
LOUD, LOUD_POSTS = 3.0, 3
"""A place is loud with so many posts at least, as many as come once in a thousand usual windows."""
PRIOR = 0.5
"""Posts an hour at one place on one component before anything is known."""
IN_TROUBLE = 0.1
"""What a post of troubled times is worth as one of the usual."""


@dataclass(frozen=True, slots=True)
class Found:
    """A post of one place about some components (none: all); `learned` once it counted towards the usual."""

    source: str
    post: Post
    components: tuple[str, ...] = ()
    learned: bool = False


@dataclass(frozen=True, slots=True)
class PublicPostState:
    """Everything that decides the future: posts by place and id, the usual by place and component, and the places."""

    found: Mapping[str, Found] = field(default_factory=dict)
    usual: Mapping[str, Baseline] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


class PublicPosts:
    """The public places that speak of one service."""

    def __init__(self, components: Collection[str], talk: PublicPostState) -> None:
        self._components = tuple(components)
        self.talk = talk

    def take(self, mentions: Iterable[PublicMention], at: float) -> None:
        """Take in posts found at `at`; those known, from the future or too old to tell of the present are left out."""
        found, sources = dict(self.talk.found), list(self.talk.sources)
        for m in mentions:
            key = f"{m.source}/{m.id}"
            if key in found or len(found) >= POSTS or not isfinite(m.at) or not at - KNOWN_S < m.at <= at + 60.0:
                continue
            if m.source not in sources:
                if len(sources) >= SOURCES:
                    continue
                sources.append(m.source)
            found[key] = Found(m.source, Post(m.title, m.url, min(m.at, at)), m.components)
        self.talk = replace(self.talk, found=found, sources=tuple(sources))

    def settle(self, now: float, troubled: Collection[str]) -> None:
        """Let time pass: posts that left the window are learned as usual, those of troubled times hardly at all."""
        talk = self.talk
        if not talk.found:
            return
        usual, found = dict(talk.usual), {}
        for key, one in talk.found.items():
            old = one.post.at <= now - WINDOW_S
            if old and not one.learned:
                for component in one.components or self._components:
                    if component in self._components:
                        weight = IN_TROUBLE if component in troubled else 1.0
                        name = f"{one.source}/{component}"
                        usual[name] = usual.get(name, Baseline()).begun(one.post.at).learn(one.post.at, weight)
            if one.post.at > now - KNOWN_S:
                found[key] = replace(one, learned=True) if old and not one.learned else one
        self.talk = replace(talk, found=found, usual=usual)

    def voices(self, component: str, now: float) -> tuple[Public, ...]:
        """Each place that speaks of a component now."""
        if not self.talk.found:
            return ()
        return tuple(v for source in self.talk.sources if (v := self._voice(source, component, now)).posts)

    def _voice(self, source: str, component: str, now: float) -> Public:
        posts = sorted(
            (
                one.post
                for one in self.talk.found.values()
                if one.source == source
                and one.post.at > now - WINDOW_S
                and (not one.components or component in one.components)
            ),
            key=lambda post: (-post.at, post.url),
        )
        usual = self.talk.usual.get(f"{source}/{component}", Baseline()).usual(now, WINDOW_S, PRIOR)
        loud = len(posts) >= LOUD_POSTS and surprise(len(posts), usual) >= LOUD
        return Public(source, len(posts), WINDOW_S, round(usual, 3), loud, tuple(posts[:SHOWN]))
