"""Mentions in the bot's own messages: where they may stand and whom they may name (LINE docs: Text message (v2))."""

from collections.abc import Collection, Iterator
from typing import Any

from simulator.line.checks import Checks
from simulator.line.errors import Problem
from simulator.line.identifiers import is_user_id

MENTION_LIMIT = 20


def check_mention(checks: Checks, mention: dict[str, Any], path: str) -> None:
    """Its shape only; the chat it goes to is another matter."""
    where = checks.at(path, "mentionee")
    mentionee = checks.object_at(mention.get("mentionee"), where)
    if mentionee is None or checks.one_of(mentionee, "type", where, ("user", "all")) != "user":
        return
    if not is_user_id(mentionee.get("userId")):
        checks.report(checks.at(where, "userId"), "invalid userId")


def mention_problems(messages: list[dict[str, Any]], members: Collection[str] | None) -> list[Problem]:
    """Of messages to a group with these members; None for any other addressee. The words are the desk's own."""
    problems = []
    for path, mentionee in _mentionees(messages):
        if members is None:
            problems.append(Problem("mentions can be used in group chats only", path))
        elif mentionee["type"] == "user" and mentionee["userId"] not in members:
            problems.append(Problem("only members of the group chat can be mentioned", path))
    return problems


def _mentionees(messages: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, message in enumerate(messages):
        if message["type"] != "textV2":
            continue
        for key, value in (message.get("substitution") or {}).items():
            if value["type"] == "mention":
                yield f"messages[{index}].substitution.{key}", value["mentionee"]
