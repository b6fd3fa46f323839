"""The Web API's methods: arguments in, the answer's fields out, or RefusedError with Slack's code."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.slack import rules
from tests.fakes.slack.rules import RefusedError
from tests.fakes.slack.workspace import APP_ID, BOT_ID, BOT_USER, TEAM, Message, Room, Workspace

Args = Mapping[str, Any]
Method = Callable[[Workspace, Args], dict[str, Any]]
TRIGGER_S = 3.0


def _room(w: Workspace, args: Args, *, posting: bool = True) -> Room:
    name = str(args.get("channel") or "")
    if name in w.users:
        return _conversation(w, name)
    room = w.rooms.get(name)
    if room is None:
        raise RefusedError("channel_not_found")
    if posting and room.archived:
        raise RefusedError("is_archived")
    if posting and not room.member and "chat:write.public" not in w.scopes:
        raise RefusedError("not_in_channel")
    return room


def _conversation(w: Workspace, user: str) -> Room:
    return w.room(f"D{user}", user=user)


def auth_test(w: Workspace, _: Args) -> dict[str, Any]:
    return {
        "url": "https://groundtruth-test.slack.com/" if w.team == TEAM else f"https://{w.team.lower()}.slack.com/",
        "team": "Test",
        "user": "avail",
        "team_id": w.team,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def post_message(w: Workspace, args: Args) -> dict[str, Any]:
    room = _room(w, args)
    rules.message(args)
    parent = str(args.get("thread_ts") or "")
    if parent and parent not in w.heard and w.find(room.id, parent) is None:
        raise RefusedError("thread_not_found")
    said = dict(args) | {"text": str(args.get("text") or "")[: rules.POST_TEXT]}
    ts = w.ts()
    w.messages.append(Message(room.id, ts, said, parent, str(args.get("reply_broadcast", "")).lower() == "true"))
    return {"channel": room.id, "ts": ts, "message": {"ts": ts, "bot_id": BOT_ID, "app_id": APP_ID, **said}}


def post_ephemeral(w: Workspace, args: Args) -> dict[str, Any]:
    room = _room(w, args)
    rules.message(args)
    if args.get("user") not in w.users:
        raise RefusedError("user_not_in_channel")
    ts = w.ts()
    w.ephemerals.append(Message(room.id, ts, dict(args), str(args.get("thread_ts") or ""), to_user=args["user"]))
    return {"message_ts": ts}


def update(w: Workspace, args: Args) -> dict[str, Any]:
    room = _room(w, args)
    found = w.find(room.id, str(args.get("ts")))
    if found is None:
        raise RefusedError("message_not_found")
    rules.message(args, update=True)
    before = {block.get("block_id") for block in found.blocks} - {None}
    again = before & {block.get("block_id") for block in replace(found, said=dict(args)).blocks}
    assert not again, f"an edit must have fresh block ids: {again}"
    kept = {} if "metadata" in args else {"metadata": found.said.get("metadata")}
    found.said = {**kept, **args}
    found.edits += 1
    return {"channel": room.id, "ts": found.ts, "text": str(args.get("text") or "")}


def delete(w: Workspace, args: Args) -> dict[str, Any]:
    found = w.find(_room(w, args).id, str(args.get("ts")))
    if found is None:
        raise RefusedError("message_not_found")
    found.deleted = True
    return {"channel": found.channel, "ts": found.ts}


def permalink(w: Workspace, args: Args) -> dict[str, Any]:
    room = _room(w, args, posting=False)
    ts = str(args.get("message_ts"))
    if w.find(room.id, ts) is None:
        raise RefusedError("message_not_found")
    return {
        "channel": room.id,
        "permalink": f"https://groundtruth-test.slack.com/archives/{room.id}/p{ts.replace('.', '')}",
    }


def _trigger(w: Workspace, args: Args) -> None:
    began = w.triggers.pop(str(args.get("trigger_id")), None)
    if began is None:
        raise RefusedError("exchanged_trigger_id" if args.get("trigger_id") else "invalid_arguments")
    if time.monotonic() - began > TRIGGER_S:
        raise RefusedError("expired_trigger_id")


def views_open(w: Workspace, args: Args) -> dict[str, Any]:
    _trigger(w, args)
    rules.view(args["view"])
    it = {"id": f"V{w.number()}", "team_id": TEAM, "hash": str(w.number()), **args["view"]}
    w.modals.append(it)
    return {"view": it}


def views_update(w: Workspace, args: Args) -> dict[str, Any]:
    rules.view(args["view"])
    for number, it in enumerate(w.modals):
        if it["id"] == args.get("view_id"):
            w.modals[number] = {**it, **args["view"], "hash": str(w.number())}
            return {"view": w.modals[number]}
    raise RefusedError("not_found")


def views_publish(w: Workspace, args: Args) -> dict[str, Any]:
    rules.view(args["view"])
    if args.get("user_id") not in w.users:
        raise RefusedError("invalid_arguments")
    w.homes[args["user_id"]] = {"id": f"V{w.number()}", **args["view"]}
    return {"view": w.homes[args["user_id"]]}


def conversations_open(w: Workspace, args: Args) -> dict[str, Any]:
    user = str(args.get("users"))
    if user not in w.users:
        raise RefusedError("user_not_found")
    return {"channel": {"id": _conversation(w, user).id}}


def conversations_info(w: Workspace, args: Args) -> dict[str, Any]:
    room = _room(w, args, posting=False)
    return {
        "channel": {"id": room.id, "name": room.name, "is_archived": room.archived, "is_member": room.member},
    }


def users_info(w: Workspace, args: Args) -> dict[str, Any]:
    user = w.users.get(str(args.get("user")))
    if user is None:
        raise RefusedError("user_not_found")
    return {
        "user": {"id": user.id, "name": user.name, "is_admin": user.is_admin, "profile": {"display_name": user.name}}
    }


def group_users(w: Workspace, args: Args) -> dict[str, Any]:
    group = str(args.get("usergroup"))
    if group not in w.groups:
        raise RefusedError("no_such_subteam")
    return {"users": w.groups[group]}


def files_upload_url(w: Workspace, args: Args) -> dict[str, Any]:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""
    if not args.get("filename") or int(args.get("length") or 0) <= 0:
        raise RefusedError("invalid_arguments")
    name = f"F{w.number()}"
    w.uploads[name] = (int(args["length"]), b"", str(args.get("alt_txt") or ""))
    return {"file_id": name, "upload_url": f"{w.origin}/upload/{name}"}


def files_complete(w: Workspace, args: Args) -> dict[str, Any]:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal."""
    told = json.loads(args["files"]) if isinstance(args.get("files"), str) else args.get("files") or []
    room = w.rooms.get(str(args.get("channel_id") or ""))
    if room is None:
        raise RefusedError("channel_not_found")
    parent = str(args.get("thread_ts") or "")
    if parent and w.find(room.id, parent) is None:
        raise RefusedError("thread_not_found")
    for one in told:
        length, data, _ = w.uploads.get(one["id"], (0, b"", ""))
        if not data or len(data) != length:
            raise RefusedError("file_not_found")
        w.messages.append(Message(room.id, w.ts(), {"text": "", "files": [one]}, parent))
    return {"files": told}


def blocks_validate(_: Workspace, args: Args) -> dict[str, Any]:
    """https://docs.slack.dev/reference/methods/blocks.validate."""
    try:
        rules.message(json.loads(str(args["message"])))
    except RefusedError as error:
        pointed = [{"pointer": "/blocks/0", "code": "failed_constraint", "message": error.why}]
        raise RefusedError("invalid_message", errors=pointed) from error
    return {}


METHODS: Mapping[str, tuple[Method, str]] = {
    "auth.test": (auth_test, ""),
    "blocks.validate": (blocks_validate, ""),
    "chat.postMessage": (post_message, "chat:write"),
    "chat.postEphemeral": (post_ephemeral, "chat:write"),
    "chat.update": (update, "chat:write"),
    "chat.delete": (delete, "chat:write"),
    "chat.getPermalink": (permalink, ""),
    "views.open": (views_open, ""),
    "views.update": (views_update, ""),
    "views.publish": (views_publish, ""),
    "files.getUploadURLExternal": (files_upload_url, "files:write"),
    "files.completeUploadExternal": (files_complete, "files:write"),
    "conversations.open": (conversations_open, "im:write"),
    "conversations.info": (conversations_info, "channels:read"),
    "users.info": (users_info, "users:read"),
    "usergroups.users.list": (group_users, "usergroups:read"),
}
"""Each method and the scope it asks for."""
