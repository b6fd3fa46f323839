"""A clock that the test sets."""

AT = 1_776_094_260.0
"""Where it stands unless the test says otherwise, Unix seconds."""


class Clock:
    """Unix seconds, moved by hand; `tick` moves it by so much at every reading."""

    def __init__(self, at: float = AT, tick: float = 0.0) -> None:
        self.at, self.tick = at, tick

    def __call__(self) -> float:
        self.at += self.tick
        return self.at
