"""One service in a judge's hands between two commits: the judgement, and how far in the stream it has come."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.health.breaks import Begin, SetAside
from bot.core.judging.judgement import Judgement
from bot.store.types import LoadedState

ROWS = 500
"""Rows judged at once."""
KEEP_S = 10.0
"""The state is written at least this often while nothing is decided, so that a restart repeats little."""
UNWRITTEN = 5_000
"""Rows judged that wait to be written, at most, however calm they are."""

Raw = tuple[str, bytes]
"""A position in the stream, and the row that stands there."""


@dataclass(slots=True)
class JudgingProgress:
    """`position` is behind the last row fed, of which `waiting` are not written yet; `at_once` rows are read at once.

    `took_s` is how long (seconds) the last settling took, `calm` whether there was none, as all is well; `committed` is
    the id of the last commit. Of the rows that wait, `unseen` are in no figures yet that were written.
    What was set aside is passed over when it is read again, and written with the commit whose position is behind it.
    """

    loaded: LoadedState
    how: Begin
    written_at: float
    at_once: int = ROWS
    position: str = ""
    waiting: int = 0
    judgement: Judgement | None = None
    unseen: int = 0
    took_s: float = 0.0
    calm: bool = False
    committed: str = ""
    _rows: dict[str, SetAside] = field(default_factory=dict)
    _passed: list[str] = field(default_factory=list)
    _states: list[SetAside] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.position, self.committed = self.loaded.position, self.loaded.commit

    @property
    def aside(self) -> list[SetAside]:
        """What is to be written with the next commit."""
        return [*self._states, *(self._rows[at] for at in self._passed)]

    def fed(self, rows: Iterable[Raw]) -> list[Raw]:
        """Those of `rows` to be judged: they count as fed from now on, those set aside as passed over."""
        every = list(rows)
        self._passed += [at for at, _ in every if at in self._rows]
        self.position = every[-1][0] if every else self.position
        self.waiting += len(every)
        self.unseen += len(every)
        return [(at, raw) for at, raw in every if at not in self._rows]

    def may_wait(self, now: float) -> bool:
        """Whether what was fed need not be written yet, if it was calm."""
        return self.at_once == ROWS and self.waiting < UNWRITTEN and not self.must_write(now)

    def must_write(self, now: float) -> bool:
        """Whether the state has not been written for long, or something was set aside."""
        return bool(self._passed or self._states) or not 0 <= now - self.written_at < KEEP_S

    def written(self, now: float, commit: str) -> None:
        """Everything fed so far is written, by this commit."""
        for at in self._passed:
            del self._rows[at]
        self._passed, self._states = [], []
        self.written_at, self.waiting, self.unseen, self.committed = now, 0, 0, commit
        self.at_once, self.how = min(ROWS, 2 * self.at_once), Begin.AS_WRITTEN

    def put_aside(self, one: SetAside, *, row: bool) -> None:
        """Never judge this row again; without a row it was the state that broke."""
        if row:
            self._rows[one.position] = one
        else:
            self._states = [*self._states, one][-1:]

    def again(self, loaded: LoadedState, at_once: int, how: Begin = Begin.AS_WRITTEN) -> None:
        """Begin again from what is written, with so many rows; a way to begin stays until something is written.

        Where the state was at fault the rows set aside may have been innocent: they are judged again.
        """
        if how is not Begin.AS_WRITTEN:
            self._states, self._rows = [*self._states, *self._rows.values()][-1:], {}
            self.how = how
        self.loaded, self.at_once, self.judgement = loaded, at_once, None
        self.position, self.waiting, self.unseen, self._passed = loaded.position, 0, 0, []
        self.committed = loaded.commit
