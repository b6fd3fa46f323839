"""A receiver of what Apprise sends."""

from aiohttp import web

from tests.fakes.outlet import World

WAY_IN = "s3cret-way-in-of-the-room"


class Room(World):
    """Takes Apprise's own JSON and Mattermost's; `said` is title and text of each message."""

    def __init__(self):
        super().__init__()
        self.said = []

    def do(self, asked):
        body = asked.body
        self.said.append((body.get("title", ""), body.get("message") or body.get("text", "")))
        return web.Response(text="ok")

    @property
    def titles(self):
        return [title for title, _ in self.said]

    @property
    def json_url(self):
        return self.url.replace("http:", "json:") + f"/{WAY_IN}"
