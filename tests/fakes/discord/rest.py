"""The fake's REST: the endpoints that a bot of alerts uses."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.discord import shapes
from tests.fakes.discord.limits import plain_json
from tests.fakes.discord.people import People
from tests.fakes.discord.rules import Refused, check, check_commands, check_message
from tests.fakes.discord.world import Message, World

BODY: web.RequestKey[Any] = web.RequestKey("body", object)
"""The request's JSON."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """Handlers of one world."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people = world, people

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Method, path template, handler."""
        channel, message = "/channels/{channel}", "/channels/{channel}/messages"
        app, hook = "/applications/{app}", "/webhooks/{app}/{token}"
        return [
            ("GET", "/users/@me", self.me),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/users/@me/guilds", self.guilds),
            ("POST", "/users/@me/channels", self.direct),
            ("GET", "/guilds/{guild}", self.guild),
            ("GET", "/guilds/{guild}/roles", self.roles),
            ("GET", "/guilds/{guild}/members/{user}", self.member),
            ("GET", channel, self.channel),
            ("POST", message, self.create),
            ("GET", message, self.latest),
            ("GET", message + "/{message}", self.read),
            ("PATCH", message + "/{message}", self.edit),
            ("POST", message + "/{message}/threads", self.thread),
            ("PUT", app + "/commands", self.sync),
            ("PUT", app + "/guilds/{guild}/commands", self.sync),
            ("POST", "/interactions/{id}/{token}/callback", self.callback),
            ("POST", hook, self.followup),
            ("PATCH", hook + "/messages/{message}", self.original),
        ]

    async def me(self, _: web.Request) -> web.Response:
        return plain_json({**shapes.user(self.world.bot), "bot": True, "verified": True})

    async def application(self, _: web.Request) -> web.Response:
        told: dict[str, Any] = {
            "id": self.world.application,
            "name": self.world.bot.name,
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "owner": shapes.user(self.world.bot),
            "team": None,
            "verify_key": "00",
            "rpc_origins": [],
            "flags": self.world.flags,
        }
        if self.world.interactions_url:
            told["interactions_endpoint_url"] = self.world.interactions_url
        return plain_json(told)

    async def guilds(self, _: web.Request) -> web.Response:
        here = [{"id": self.world.guild, "name": "Anvil Works", "owner": False, "permissions": "0", "features": []}]
        return plain_json(here if self.world.in_guild else [])

    async def direct(self, request: web.Request) -> web.Response:
        """The one conversation with a person."""
        made = self.world.direct(str(request[BODY]["recipient_id"]))
        return plain_json({"id": made.id, "type": 1, "last_message_id": None, "recipients": []})

    async def guild(self, request: web.Request) -> web.Response:
        self._of_guild(request)
        return plain_json(shapes.guild(self.world))

    async def roles(self, request: web.Request) -> web.Response:
        self._of_guild(request)
        return plain_json(list(self.world.roles.values()))

    async def member(self, request: web.Request) -> web.Response:
        self._of_guild(request)
        if request.match_info["user"] != self.world.bot.id:
            raise Refused(404, 10007, "Unknown Member")
        return plain_json(shapes.member(self.world.bot))

    def _of_guild(self, request: web.Request) -> None:
        if request.match_info["guild"] != self.world.guild or not self.world.in_guild:
            raise Refused(404, 10004, "Unknown Guild")

    async def channel(self, request: web.Request) -> web.Response:
        return plain_json(shapes.channel(self.world, self.world.need(request.match_info["channel"])))

    async def create(self, request: web.Request) -> web.Response:
        check_message(request[BODY], new=True)
        return self._told(self.world.create(request.match_info["channel"], request[BODY]))

    async def read(self, request: web.Request) -> web.Response:
        channel = self.world.need(request.match_info["channel"], "READ_MESSAGE_HISTORY")
        return self._told(self.world.find(channel, request.match_info["message"]))

    async def latest(self, request: web.Request) -> web.Response:
        """The newest first; a nonce is not told."""
        channel = self.world.need(request.match_info["channel"], "READ_MESSAGE_HISTORY")
        newest = channel.messages[::-1][: int(request.query.get("limit", "50"))]
        told = [shapes.message(self.world, one) for one in newest]
        return plain_json([{k: v for k, v in one.items() if k != "nonce"} for one in told])

    async def edit(self, request: web.Request) -> web.Response:
        check_message(request[BODY], new=False)
        channel, message = request.match_info["channel"], request.match_info["message"]
        return self._told(self.world.edit(channel, message, request[BODY]))

    async def thread(self, request: web.Request) -> web.Response:
        body = request[BODY]
        check(iter([] if 1 <= len(body["name"]) <= 100 else ["name: Must be between 1 and 100 in length."]))
        check(iter([] if body.get("auto_archive_duration") in (60, 1440, 4320, 10080, None) else ["duration"]))
        made = self.world.thread(request.match_info["channel"], request.match_info["message"], body)
        return plain_json(shapes.channel(self.world, made), 201)

    async def sync(self, request: web.Request) -> web.Response:
        check_commands(request[BODY])
        self.world.syncs += 1
        fixed = {"application_id": self.world.application, "version": "1", "default_member_permissions": None}
        self.world.commands = [{**fixed, "id": self.world.id(), **one} for one in request[BODY]]
        return plain_json(self.world.commands)

    async def callback(self, request: web.Request) -> web.Response:
        told = self.people.answer(request.match_info["id"], request.match_info["token"], request[BODY])
        wanted = request.query.get("with_response", "") in ("1", "true", "True")
        return plain_json(told) if wanted else web.Response(status=204)

    async def followup(self, request: web.Request) -> web.Response:
        return self._told(self.people.followup(request.match_info["token"], request[BODY]))

    async def original(self, request: web.Request) -> web.Response:
        return self._told(self.people.original(request.match_info["token"], request[BODY]))

    def _told(self, message: Message) -> web.Response:
        return plain_json(shapes.message(self.world, message))
