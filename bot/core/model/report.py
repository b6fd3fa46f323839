"""What people say and ask, as values; and the union of everything the judge reads from a service's stream."""

from dataclasses import dataclass

APPS = "apps"
"""The place of reports that apps make by the API, from counts of their own requests."""
AGENT = "agent"
"""The platform of agents: software that asks and reports by itself. What they report weighs as that of apps."""


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody says a component fails for them, or works.

    `who` is a hash, never a name, and `place` one of the workspace or guild it was said in, or `APPS`; `text` is
    hostile; `n` is how many people one row stands for. Of an app that counts, `failed` of its `total` requests failed
    since its last word.
    """

    at: float
    component: str
    who: str
    works: bool = False
    text: str = ""
    n: int = 1
    place: str = ""
    failed: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """One public post: its headline (hostile), its address (made by us), and when it was written."""

    title: str
    url: str
    at: float


@dataclass(frozen=True, slots=True)
class Public:
    """Posts about trouble at one public place in the window, how many are usual in it, and the latest of them.

    `loud`: far more than usual. Posts are no people: all of a place together count as one more voice at most.
    """

    source: str
    posts: int
    window_s: float
    usual: float = 0.0
    loud: bool = False
    latest: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class Apps:
    """What `apps` apps count of their own requests in the window: `failed` of `total`, each app's part bounded.

    `failing` of them say by their own counts that it fails; `trouble`: enough of them for anybody to believe it.
    """

    apps: int
    failed: int
    total: int
    failing: int = 0
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Reports:
    """What people say of one component: affected and fine voices in the window, and how many are usual in it.

    A person counts once, a workspace as `bot.core.reports.surge` says; `beyond` are the affected it left out.
    `surprise` is -log10 of the chance of so many in a usual window; `since` (Unix seconds) when people began to report
    trouble beyond the usual, None while they do not; `apps` what apps count, None where none does.
    """

    affected: int = 0
    works: int = 0
    window_s: float = 900.0
    usual: float = 0.0
    beyond: int = 0
    surprise: float = 0.0
    since: float | None = None
    public: tuple[Public, ...] = ()
    apps: Apps | None = None
