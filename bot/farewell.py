"""The last word to a learner whose data is deleted: by a reply token that still lives, and else none, for nothing says
any more where to send it."""

from dataclasses import dataclass

from bot.rendering import Renderer
from bot.say.bubbles import say, text_bubble
from knowledge_base import privacy_talk
from line.accounts import LineAccounts
from line.client import LineError
from logs.logger import get_logger
from settings import ConfigurationError

log = get_logger(__name__)


@dataclass(frozen=True)
class Farewell:
    line: LineAccounts
    renderer: Renderer

    def say(self, channel: str, reply_token: str) -> None:
        words = say(text_bubble(privacy_talk.DONE))
        try:
            self.line.client(channel).reply(reply_token, self.renderer.with_senders(words))
        except (LineError, ConfigurationError) as error:
            log.info("no last word", error=type(error).__name__)  # a courtesy
