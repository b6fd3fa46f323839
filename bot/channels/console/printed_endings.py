"""Which ends were printed: an edit of one that says nothing new is not printed again."""

MOST = 200


class PrintedEndings:
    """The headlines of the latest ends, by the key of their root."""

    def __init__(self) -> None:
        self._headlines: dict[str, str] = {}

    def printed(self, key: str, headline: str) -> bool:
        """Whether this end was printed with this headline before; it counts as printed from now on."""
        if self._headlines.get(key) == headline:
            return True
        self._headlines[key] = headline
        for oldest in list(self._headlines)[:-MOST]:
            del self._headlines[oldest]
        return False
