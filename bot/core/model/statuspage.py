"""What a vendor's status page says: its state, its posts, its maintenance windows."""

from dataclasses import dataclass

from probes.model import State


@dataclass(frozen=True, slots=True)
class PageMention:
    """An open entry of a page that no component's state shows.

    `who` is another vendor whose page it is ("": the vendor's own); `since` our first sight of it, `posted_at` the
    page's own time.
    """

    words: str
    since: float
    posted_at: float | None = None
    who: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """One window (Unix seconds) in which the vendor means to work on a component, in its words.

    `seen_at` is our first reading of it as it is; `named`: the page names this component, not only the page as a whole.
    `endless`: the page states no end, and `until` is only how long it excuses trouble.
    """

    id: str
    title: str
    since: float
    until: float
    seen_at: float
    named: bool = True
    endless: bool = False


@dataclass(frozen=True, slots=True)
class PageStatus:
    """The page's word on one component: its state, the vendor's words, when read, and since when it says so.

    `posted_at` and `started_at` are the page's own times of this trouble; `mention` an open incident that it marks on
    no component; `works` its maintenance windows, under way or to come; `gone`: the page can be read and lists
    the component no longer, which `unreadable` says in words.
    """

    state: State = State.UNKNOWN
    words: str = ""
    read_at: float | None = None
    since: float | None = None
    posted_at: float | None = None
    unreadable: str = ""
    url: str = ""
    started_at: float | None = None
    mention: PageMention | None = None
    works: tuple[MaintenanceWindow, ...] = ()
    gone: bool = False


PAGE_STALE_AFTER_S = 300.0
