"""A small curriculum of one dish, and the briefs a stage would hand over."""

from typing import Any

from knowledge_base.content import DishGuide, Fault, Principle
from models.coaching import RatingAspect, RetrievedPrinciple, StructuredInput, VideoAnalysis
from pipeline.providers.ports import CoachingBrief

WET_RICE = Fault(
    code="rice_too_wet",
    name_ja="ご飯の蒸れ",
    seen="ご飯を入れたあと白い湯気がこもり、粒がしっとりしたまま動く。",
    diagnosis="ご飯の水けが抜けないまま混ぜ続けたので、炒めるより蒸した仕上がりになりました。",
    stage="加熱",
    severity=2,
    skill="moisture_control",
    principle_id="dry-rice",
    next_action="ご飯は温めてほぐし、表面の湯気が落ちついてから鍋に入れましょう。",
    success_sign="粒がはぜるパチパチという音が聞こえたら、水けが抜けています。",
    stop_cue="粒が一つずつ動くようになったら、味つけに移りましょう。",
    learner_words=["べちゃべちゃ", "べちゃっとした", "パラパラにならない"],
    aspects=[RatingAspect.TEXTURE],
)
HOT_OIL = WET_RICE.model_copy(
    update={
        "code": "oil_too_hot",
        "name_ja": "煙が出た油",
        "seen": "食材を入れる前に油から煙が立ち、台所が白っぽくかすむ。",
        "diagnosis": "油から煙が立つまで熱したので、焦げたにおいが全体に移りました。",
        "principle_id": "oil-shimmer",
        "next_action": "油がさらさらと流れ、表面に筋が見えたら、煙を待たずに食材を入れましょう。",
        "success_sign": "入れた瞬間にジュワッと高い音が立ち、煙が見えなければ成功です。",
        "stop_cue": "うっすらと煙が見えたら、すぐに鍋を火から外しましょう。",
        "learner_words": ["煙が出た", "焦げくさい"],
    }
)
SEEN = "鍋の上に、白いかすみが長く続いています。"
FAULTS = {fault.code: fault for fault in (WET_RICE, HOT_OIL)}


def principle(key: str, title: str, rule: str, why: str) -> Principle:
    return Principle(
        id=key,
        category="moisture_control",
        title=title,
        dishes=["fried-rice"],
        faults=list(FAULTS),
        source="料理の科学",
        principle=rule,
        why=why,
        senses="鍋をゆすると粒がさらさらと鳴り、湯気が薄くなって、香ばしい香りが立ちます。",
        failure="音が低いまま湯気がこもり、へらに粒がくっつきます。",
        recovery="火を強めて広げ、音が高くなるまで触らずに待ちます。",
        carries_over="焼きそばやピラフでも、水けを逃がしてから味をつけると仕上がりが変わります。",
    )


PRINCIPLES = {
    each.id: each
    for each in (
        principle(
            "dry-rice",
            "ご飯の水けを抜いてから炒める",
            "チャーハンのご飯は、温かくほぐれ、表面がさらりとした状態にしてから鍋に入れます。",
            "冷えて固まったご飯は鍋の熱を奪い、ほぐすあいだに粒がつぶれます。表面の湯気が抜けていれば、すぐに散らばります。",
        ),
        principle(
            "oil-shimmer",
            "油は煙の手前で使う",
            "油は、煙が立つ手前の、さらさらと流れるところで使います。",
            "油は熱しすぎると壊れて、焦げたにおいのもとになります。煙はその始まりの合図です。",
        ),
    )
}
DISH = DishGuide.model_validate(
    {
        "slug": "fried-rice",
        "name_ja": "チャーハン",
        "name_en": "Fried rice",
        "description_ja": "卵とご飯を合わせる一皿です。",
        "month_unlocked": 1,
        "order": 1,
        "principles": ["moisture_control"],
        "transferable_to": ["焼きそば", "ピラフ"],
        "steps": [
            {"name": "鍋を温め、油をなじませる", "looks": "油がさらさらと流れ、筋が見える"},
            {
                "name": "ご飯をほぐして広げる",
                "looks": "湯気が薄くなり、粒が離れて光る",
                "sounds": "パチパチと鳴る",
            },
            {"name": "塩を散らし、しょうゆを落とす", "looks": "しょうゆが細かく泡立つ"},
        ],
        "attempts": ["いつもの作り方で作ります。", "ご飯の水けを見ます。", "火加減を自分で決めます。"],
        "faults": list(FAULTS),
        "refinements": [
            {
                "skill": "moisture_control",
                "principle_id": "dry-rice",
                "point": "湯気の変わり目も味方にしてみましょう。",
                "next_action": "ご飯を広げたら、白い湯気が薄くなるのを見届けてから返しましょう。",
                "success_sign": "返したときに粒がはぜる軽い音がすれば成功です。",
            },
            {
                "skill": "heat_management",
                "principle_id": "oil-shimmer",
                "point": "耳でも鍋を読めるとさらに安定します。",
                "next_action": "卵を入れてから仕上げまで、音が途切れていないか聞きながら作りましょう。",
                "success_sign": "低くなった音がすぐ戻れば、熱を保てています。",
            },
        ],
        "safety": ["油から煙が立ったら、火を止めて鍋を火元から外しましょう。"],
        "start_cue": "油がさらさらと流れ、卵液を落としてジュッと鳴ったら始めましょう。",
        "stop_cue": "粒がさらさら動き、香ばしい香りが立ったら、火を止めましょう。",
        "substitutions": ["焼き豚がなければ、ハムやツナでも作れます。"],
        "allergens": ["卵", "小麦"],
        "core_foods": [],
        "usual_foods": ["egg", "wheat"],
        "cuisines": ["chinese"],
        "traits": ["quick"],
        "speech_phrases": ["チャーハン", "べちゃっと", "パラパラ", "卵", "強火"],
    }
)


def search_result(principle: Principle) -> RetrievedPrinciple:
    return RetrievedPrinciple(
        principle_id=principle.id,
        title=principle.title,
        text=principle.text,
        category=principle.category,
        score=0.9,
    )


def coaching_brief(fault: str | None = "rice_too_wet", **changes: Any) -> CoachingBrief:
    """A first cook with that fault (None: nothing wrong), but for what is `changes`."""
    number = changes.get("session_number", 1)
    refinement = DISH.refinements[(number - 1) % len(DISH.refinements)]
    lesson_principle = PRINCIPLES[FAULTS[fault].principle_id if fault else refinement.principle_id]
    analysis = VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:41",
        key_moment_seconds=41,
        diagnosis=FAULTS[fault].diagnosis if fault else "",
        fault=fault,
        evidence=SEEN if fault else "",
    )
    facts: dict[str, Any] = {
        "first_name": "美咲",
        "dish": DISH,
        "session_number": 1,
        "analysis": analysis,
        "fault": FAULTS[fault] if fault else None,
        "principles": [search_result(lesson_principle)],
        "principle": lesson_principle,
        "structured_input": StructuredInput(),
        "transcript": "",
        "self_ratings": {},
        "past_sessions": (),
        "days_since_last": None,
    }
    return CoachingBrief(**(facts | changes))
