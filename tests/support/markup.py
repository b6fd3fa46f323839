"""A page's HTML as a test reads it: what is open, what is named, what it loads, its headings and its words."""

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "img", "input", "br", "use", "rect", "path", "circle"})


class Markup(HTMLParser):
    """One page. `wrong` are sentences on what no page may have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._named: list[str] = []
        self._labels: set[str] = set()
        self._inputs: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self._open]
        self.wrong += [f"id {one} twice" for one in set(self.ids) if self.ids.count(one) > 1]
        self.wrong += [f"{one} names nothing" for one in self._named if one not in self.ids]
        self.wrong += [f"{one} has no label" for one in self._inputs if one not in self._labels]

    def handle_starttag(self, tag, attrs):  # noqa: C901 - a list of what no page may have
        given = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self.wrong += [f"{name} in <{tag}>" for name in given if name == "style" or name.startswith("on")]
        self._named += [n for a in ("aria-labelledby", "aria-describedby") for n in (given.get(a) or "").split()]
        if tag == "img" and "alt" not in given:
            self.wrong.append("an img without alt")
        if tag == "svg" and not (given.get("aria-hidden") or given.get("aria-label")):
            self.wrong.append("an svg without a name")
        if tag == "script" and "src" not in given:
            self.wrong.append("a script in the page")
        if tag == "label":
            self._labels.add(given.get("for", ""))
        if tag == "input":
            self._inputs.append(given.get("id", "?"))
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag in {"script", "img"} or (tag == "link" and given.get("rel") in {"stylesheet", "icon"}):
            self.loads.append(given.get("src") or given.get("href") or "")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words of it."""
        return " ".join(" ".join(self.words).split())
