"""Reading a prompt as a model would: headed sections, labelled lines, fenced words."""

import re
from dataclasses import dataclass

# How the sections of a coaching prompt begin; one ends where the next begins.
HEADINGS = (
    "How the dish goes",
    "What is known to go wrong",
    "What this learner was asked",
    "What they were asked",
    "What the learner said",
    "What they ask",
    "How they feel",
    "Since then the learner",
    "Weigh your finding",
    "You have watched",
    "The codes you may use",
    "What was seen and heard",
    "The fault it comes down to",
    "The principles",
    "Earlier attempts",
    "What is known about",
    "Safety lines",
    "Write it so",
    "Think step by step",
    "The coaching text",
    "The scene shown",
    "The question",
    "The dish they last",
    "The conversation so far",
    "The learner is called",
)
FENCE = re.compile(r"⟦([^⟧]*)⟧")
CLOCK = re.compile(r"(?<![\d:])(\d{1,3}):([0-5]\d)(?![\d:])")
_PRINCIPLE = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\]")
_BULLET = re.compile(r"^\s*(?:[-*・]|\d+[.)])\s*")


@dataclass(frozen=True)
class Principle:
    id: str
    text: str


@dataclass(frozen=True)
class Prompt:
    text: str

    def section(self, heading: str) -> str:
        """What stands under a heading, "" when it isn't there."""
        start = self.text.find(heading)
        if start < 0:
            return ""
        body = self.text[start + len(heading) :]
        ends = [at for each in HEADINGS if (at := body.find(f"\n{each}")) >= 0]
        return body[: min(ends, default=len(body))]

    def after_label(self, *labels: str) -> str:
        """The rest of the first line that begins with one of the labels and a colon."""
        for label in labels:
            pattern = re.escape(label).replace(r"\ ", "[ _]")
            match = re.search(rf"(?im)^[\s\-*・\"]*{pattern}\"?\s*[:：]\s*\"?(.+?)\"?,?\s*$", self.text)
            if match and _says_something(match[1]):
                return match[1].strip()
        return ""

    def fence(self, heading: str) -> str:
        """The learner's words that follow a heading."""
        start = self.text.find(heading)
        match = FENCE.search(self.text, start) if start >= 0 else None
        return match[1].strip() if match and _says_something(match[1]) else ""

    def fences(self, heading: str) -> list[str]:
        """Everything fenced in a section, in its order; "" where nothing was said."""
        return [
            words.strip() if _says_something(words) else "" for words in FENCE.findall(self.section(heading))
        ]

    def bullets(self, heading: str) -> list[str]:
        """The Japanese lines of a section, without what leads them."""
        lines = (_BULLET.sub("", line).strip() for line in self.section(heading).splitlines())
        return [line for line in lines if re.search(r"[ぁ-んァ-ン一-龥]", line)]

    def principles(self) -> list[Principle]:
        """Each "[id]" with the text up to the next one."""
        section = self.section("The principles") or self.text
        marks = list(_PRINCIPLE.finditer(section))
        ends = [mark.start() for mark in marks[1:]] + [len(section)] if marks else []
        return [
            Principle(mark[1], section[mark.end() : end].strip())
            for mark, end in zip(marks, ends, strict=True)
        ]

    def about(self, code: str) -> str:
        """What a line says of a code it begins with."""
        match = re.search(rf"(?m)^[\s\-*・\d.\[(`]*{re.escape(code)}\b[^:：\n]*[:：]\s*(.+)$", self.text)
        return match[1].strip() if match else ""

    def first_clock(self, *headings: str) -> str:
        """The first MM:SS in the sections."""
        for heading in headings:
            match = CLOCK.search(self.section(heading))
            if match:
                return match[0]
        return ""

    def attempt(self) -> int:
        match = re.search(r"attempt (\d)", self.text)
        return int(match[1]) if match else 1


def _says_something(words: str) -> bool:
    return words.strip() not in ("", "(nothing)", "none", "null", "None")
