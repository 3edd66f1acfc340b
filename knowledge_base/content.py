"""The shapes of what Moment teaches; `catalogue` reads the files into them."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from models.coaching import RatingAspect


class Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)


class Signal(StrEnum):
    """What can be read off footage without a model: the offline analyst looks for these."""

    FLAMES = "flames"  # open fire over the pan
    SMOKE = "smoke"  # bluish-grey haze that grows over the pan
    STEAM = "steam"  # white haze: water leaving, the surface is not searing
    CHARRING = "charring"  # food turning near-black
    WEAK_SIZZLE = "weak_sizzle"  # little sound after an addition: the pan was not hot
    BROWNED_EARLY = "browned_early"  # food went brown before the next thing was added
    NO_BROWNING = "no_browning"  # the surface is still pale at the end
    RESTLESS = "restless"  # the pan or the food is never left alone
    IDLE = "idle"  # nobody touches the pan for long


class Fault(Content):
    """A thing that goes wrong, in words a learner can see, hear, smell or feel. No measurements."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_ja: str
    seen: str  # what is seen or heard when it happens
    diagnosis: str  # one sentence for the coaching text: what happened and what it led to
    stage: str  # the part of the cook it belongs to, e.g. 下ごしらえ・加熱・仕上げ
    severity: int = Field(ge=1, le=3)
    skill: str  # the skill it breaks, a key of skills.yaml
    principle_id: str
    next_action: str  # the one thing to try next time
    success_sign: str  # how to tell that it worked
    stop_cue: str = ""  # when to stop doing it
    learner_words: list[str]  # how learners put it, for matching memos
    aspects: list[RatingAspect]  # ratings it lowers
    signals: list[Signal] = Field(default_factory=list)
    opposites: list[str] = Field(default_factory=list)  # codes: what its advice, followed too far, leads to


class Step(Content):
    name: str
    looks: str
    sounds: str = ""


class Refinement(Content):
    """What to reach for when nothing wrong was seen."""

    skill: str
    principle_id: str
    point: str  # what could be still better, as an invitation
    next_action: str
    success_sign: str


class Cuisine(StrEnum):
    JAPANESE = "japanese"
    WESTERN = "western"
    CHINESE = "chinese"
    ITALIAN = "italian"
    ETHNIC = "ethnic"


class Trait(StrEnum):
    """What makes a dish fit one learner better than another."""

    QUICK = "quick"
    SLOW = "slow"
    LIGHT = "light"
    DEEP_FRIED = "deep_fried"
    RAW_BY_HAND = "raw_by_hand"  # raw meat is kneaded, wrapped or coated with the hands
    TWO_BURNERS = "two_burners"
    GRILLED = "grilled"  # best under a fish grill


class DishGuide(Content):
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name_ja: str
    name_en: str
    description_ja: str
    month_unlocked: int = Field(ge=1)
    order: int
    principles: list[str]  # skills, keys of skills.yaml
    transferable_to: list[str]
    steps: list[Step]
    attempts: list[str] = Field(min_length=3, max_length=3)  # what attempt 1, 2, 3 concentrate on
    faults: list[str]  # codes, likeliest first
    refinements: list[Refinement] = Field(min_length=1)
    safety: list[str]
    start_cue: str
    stop_cue: str
    substitutions: list[str]
    allergens: list[str]
    core_foods: list[str]  # without which it is another dish; keys of foods.yaml
    usual_foods: list[str]  # mostly in it, but can be left out or replaced
    cuisines: list[Cuisine] = Field(min_length=1)
    traits: list[Trait]
    speech_phrases: list[str]  # words a learner may say, for speech recognition


class Principle(Content):
    """One Markdown file: front matter and the sections below."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    category: str  # the skill, a key of skills.yaml
    title: str
    dishes: list[str]
    faults: list[str]
    learner_words: list[str] = Field(default_factory=list)  # what learners call it, for finding it
    source: str
    principle: str  # ## 原則
    why: str  # ## なぜ
    senses: str  # ## 見る・聞く・かぐ・触る
    failure: str  # ## 失敗のサイン
    recovery: str  # ## 立て直し
    carries_over: str  # ## ほかの料理へ

    @property
    def passage(self) -> str:
        """What is embedded: the rule and learners' words for it are found better than the whole text, in
        half the time."""
        return f"{self.title}\n{self.principle}\n{'、'.join(self.learner_words)}"

    @property
    def text(self) -> str:
        """What is shown to the coach."""
        return "\n".join(
            (
                self.title,
                self.principle,
                self.why,
                self.senses,
                self.failure,
                self.recovery,
                self.carries_over,
            )
        )
