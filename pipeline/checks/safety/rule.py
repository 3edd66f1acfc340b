"""One way in which words make light of a hazard."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.checks.safety import claims

# After a sign: that it is not done, or is gone, is the right advice.
NOT_DONE = "ず(?:に|、|と|$)|(?<![と少])な(?:い|く(?!らい|な[るっり])|け|し(?!る|の?か))|ません|避け|控え(?!め)|やめ|では?なく|じゃなく|の代わり|以外|より|抜い"
GONE = "なくな|消え|消し|透明|透きと|除い|のぞ|待って"
BARE, BAREST = 40, 12  # characters
_IS_NEEDED = "(?![^、。]{0,9}(?:ほど(?:の|で)|までも|必要(?:は|も)|ことは))"
_TAKES = re.compile("[このそ][のれ]|まま|食べ|召し上が|いただ|楽し|味わ|出し|盛|混ぜ|切り分け|具材|使")
_GOES_ON = re.compile("(?:が|けれども?|けど|ので|から|し)。$")
_OWN_TOPIC = re.compile("(?<!^これ)(?<!^それ)(?<![れらにでと分回])は(?!い(?:、|$))")


@dataclass(frozen=True)
class Rule:
    """Unsafe is what names all `subjects` and a `sign`, and after the sign makes a claim that no `mends` puts right.

    A sign that `excused_by` follows is none. `exempt` names what the rule is not about, in the same breath;
    `unless_about` also where it was named before.
    """

    family: str
    subjects: Sequence[str]
    sign: str
    is_claim: Callable[[str, int], bool] = claims.advises
    mends: str = ""
    exempt: str = ""
    unless_about: str = ""
    excused_by: str = NOT_DONE

    def is_broken_by(self, before: str, statement: str) -> bool:
        """Whether the statement makes such a claim: of itself; or of what was named before it, where it names no topic
        of its own and allows something ("then it is fine"), or hardly says more than what to do."""
        if self.unless_about and re.search(self.unless_about, before + statement):
            return False
        if self._is_claimed(statement, 0):
            return True
        if not before or _OWN_TOPIC.search(statement) or len(statement) > BARE:
            return False
        is_answer = (
            claims.allows(statement, 0)
            or _GOES_ON.search(before)
            or _TAKES.search(statement)
            or len(statement) <= BAREST
        )
        return bool(is_answer) and self._is_claimed(before + statement, len(before))

    @cached_property
    def _subjects(self) -> Sequence[re.Pattern[str]]:
        return [re.compile(subject) for subject in self.subjects]

    @cached_property
    def _sign(self) -> re.Pattern[str]:
        end = f"(?![^、。]{{0,9}}?(?:{self.excused_by}))" if self.excused_by else ""
        return re.compile(f"(?:{self.sign}){end}")

    def _is_claimed(self, words: str, start: int) -> bool:
        """Whether the words name all of it and, from `start` on, claim something after a sign."""
        if not all(subject.search(words) for subject in self._subjects):
            return False
        signs = list(self._sign.finditer(words))
        if not signs or (self.exempt and re.search(self.exempt, claims.without_omissions(words))):
            return False
        if not self.is_claim(words, max(signs[0].start(), start)):
            return False
        return not (
            self.mends
            and re.search(
                rf"(?:{self.mends}){_IS_NEEDED}", claims.without_omissions(words[signs[-1].end() :])
            )
        )
