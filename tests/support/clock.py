"""A clock that the test sets."""


class Clock:
    """Unix seconds, moved by hand."""

    def __init__(self, now: float = 1_776_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
