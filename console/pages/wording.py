"""How the console writes times, states and speakers."""

from datetime import datetime, timedelta

from knowledge_base import thread_words
from models.base import JAPAN, utc_now

WEEKDAYS = "月火水木金土日"


class Words:
    """What the templates of threads call, beside the words themselves."""

    needs = thread_words.NEEDS
    filters = thread_words.FILTERS
    states = thread_words.STATES
    speakers = thread_words.SPEAKERS
    fates = thread_words.FATES
    consents = thread_words.CONSENTS

    def at(self, moment: datetime) -> str:
        """Of today the time alone."""
        local, today = moment.astimezone(JAPAN), utc_now().astimezone(JAPAN).date()
        if local.date() == today:
            return local.strftime("%H:%M")
        year = "" if local.year == today.year else f"{local.year}/"
        return f"{year}{local.month}/{local.day}（{WEEKDAYS[local.weekday()]}） {local:%H:%M}"

    def day(self, moment: datetime) -> str:
        local = moment.astimezone(JAPAN)
        return f"{local.year}/{local.month}/{local.day}（{WEEKDAYS[local.weekday()]}）"

    def ago(self, moment: datetime) -> str:
        """How long it is since."""
        passed = max(utc_now() - moment, timedelta())
        if passed < timedelta(minutes=1):
            return "1分未満"
        if passed < timedelta(hours=1):
            return f"{passed // timedelta(minutes=1)}分"
        if passed < timedelta(days=2):
            return f"{passed // timedelta(hours=1)}時間"
        return f"{passed.days}日"


WORDS = Words()
