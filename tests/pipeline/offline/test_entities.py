"""Realistic memos, most without marks, as speech recognition writes them."""

import pytest

from knowledge_base.catalogue import load
from models.coaching import StructuredInput
from pipeline.providers.offline.dialects import spoken_words, standard_text
from pipeline.providers.offline.entities import extract_entities
from pipeline.providers.offline.lexicon import EMOTIONS, NEGATIVE, SCALES, VAGUE
from pipeline.providers.offline.morphology import words

MEMOS = [
    (
        "今日はチャーハンを作りました米がべちゃっとしたのと卵が焦げちゃったのでどうすればパラパラになるのか知りたいです",
        ["米がべちゃっとした", "卵が焦げちゃった"],
        ["どうすればパラパラになるのか知りたいです"],
        "",
    ),
    (
        "ちょっと火が強すぎたかもしれません あと塩を入れるタイミングっていつがいいんですか",
        ["ちょっと火が強すぎた"],
        ["塩を入れるタイミングっていつがいいんですか"],
        "",
    ),
    ("うまくいかなかったけど楽しかったです", ["うまくいかなかった"], [], "楽しい"),
    ("なんで固くなったんだろう 悔しいです", [], ["なんで固くなったんだろう"], "悔しい"),
    ("なんか全体的に油っぽくてべちゃべちゃでした", ["全体的に油っぽくて", "べちゃべちゃでした"], [], ""),
    ("卵がちょっと固かったかなと思います", ["卵がちょっと固かった"], [], ""),
    ("焦げなかったのはよかったです", [], [], "満足"),
    (
        "表面は焦げたのに中は生でした火が通ってなかったんですけど火加減がわからないです",
        ["表面は焦げた", "中は生でした", "火が通ってなかった", "火加減がわからないです"],
        [],
        "",
    ),
    (
        "くっついてしまってうまく返せませんでしたコツを教えてください",
        ["くっついてしまってうまく返せませんでした"],
        ["コツを教えてください"],
        "",
    ),
    ("えっと今日は二回目です でもちょっと味が薄かったかな", ["ちょっと味が薄かった"], [], ""),
    ("塩っていつ入れればいいのかな", [], ["塩っていつ入れればいいのかな"], ""),
    ("バタバタして焦りました もっと香ばしくしたかったです", ["もっと香ばしくしたかったです"], [], "焦り"),
    (
        "ソースが分離しちゃって水っぽくなりましたなぜでしょう",
        ["ソースが分離しちゃって", "水っぽくなりました"],
        ["なぜでしょう"],
        "",
    ),
    ("味が薄かったし水っぽかったです", ["味が薄かった", "水っぽかったです"], [], ""),
    ("美味しすぎて全部食べちゃいました", [], [], ""),
    ("皮がパリッとしませんでした", ["皮がパリッとしませんでした"], [], ""),
    ("もう少し早く火を止めればよかったです", ["もう少し早く火を止めればよかったです"], [], ""),
    (
        "油がはねるのが怖いんですけどどうしたらいいですか",
        [],
        ["油がはねるのが怖いんですけどどうしたらいいですか"],
        "不安",
    ),
    (
        "お肉が硬くなっちゃったんですよね。何が悪かったのかなあ。",
        ["お肉が硬くなっちゃった"],
        ["何が悪かったのかなあ"],
        "",
    ),
    ("今日のはすごく美味しくできました嬉しいです", [], [], "嬉しい"),
    # content before trouble is none; after it, it is
    ("おいしかったです。でも皮がべちゃっとしました", ["皮がべちゃっとしました"], [], ""),
    ("皮がべちゃっとしたけど味はよかったです", ["皮がべちゃっとした"], [], ""),
    # another's feelings, and another's deed
    ("夫は喜んでましたが味が濃かったです", ["味が濃かったです"], [], ""),
    ("娘が切るの楽しいって言ってました", [], [], ""),
    ("友達は失敗したけどわたしはうまくいきました", [], [], "満足"),
    # denied, feared, supposed, of another day, a property
    ("べちゃっとしてなくて、困ったことはなかったです", [], [], ""),
    ("焦げるのが怖くて弱火にしました", [], [], "不安"),
    ("焦げたら嫌なので早めに止めました", [], [], ""),
    ("前回は焦げましたが今回は焦げませんでした", [], [], ""),
    ("冷たいフライパンから始めるのがコツですね", [], [], ""),
    ("失敗したと思ったけどおいしかったです", [], [], "満足"),
    ("失敗したと思ったけど香りはよかったです", ["失敗したと思った"], [], ""),
    # what runs on is divided, what failed for it is not
    (
        "玉ねぎが焦げて人参が硬くてお肉はパサパサでした",
        ["玉ねぎが焦げて", "人参が硬くて", "お肉はパサパサでした"],
        [],
        "",
    ),
    # dialects, as they were said
    ("焦げてしもたわ どないしたらええんやろ", ["焦げてしもた"], ["どないしたらええんやろ"], ""),
    ("なんでやろ、卵が破れてまうねん", ["卵が破れてまう"], ["なんでやろ"], ""),
    ("火ぃ通ってへんかった どうしよ", ["火ぃ通ってへんかった"], ["どうしよ"], ""),
    ("味の濃ゆか どげんしたらよか？", ["味の濃ゆか"], ["どげんしたらよか"], ""),
]


@pytest.mark.parametrize(
    ("memo", "issues", "questions", "feeling"), MEMOS, ids=[memo[0][:12] for memo in MEMOS]
)
def test_reads_issues_questions_and_mood_off_a_memo(
    memo: str, issues: list[str], questions: list[str], feeling: str
) -> None:
    structured_input, _ = extract_entities(memo)

    assert structured_input.identified_issues == issues
    assert structured_input.questions == questions
    assert structured_input.emotional_state == feeling


@pytest.mark.parametrize("memo", ["", "   \n"])
def test_an_empty_memo_says_nothing(memo: str) -> None:
    assert extract_entities(memo)[0] == StructuredInput()


@pytest.mark.parametrize("memo", ["。", "！？", "…", "🍳🍳", "ab", "か", "ない"])
def test_odd_memos_are_read_without_an_error(memo: str) -> None:
    structured_input, _ = extract_entities(memo)

    assert structured_input.identified_issues == []


def test_each_word_of_the_lists_is_one_that_the_dictionary_can_give() -> None:
    """A list that holds かたい would never find 固い."""
    lists = {"NEGATIVE": NEGATIVE, "VAGUE": VAGUE, "SCALES": SCALES, **EMOTIONS}
    dead = {
        name: [word for word in entries if word not in {each.lemma for each in words(word)}]
        for name, entries in lists.items()
    }
    assert {name: entries for name, entries in dead.items() if entries} == {}


def test_a_dialects_words_keep_their_places() -> None:
    memo = "肉かとうてあかんかった ベチョッとしてもうた"
    assert "".join(each.said for each in spoken_words(memo)) == memo


def test_standard_words_are_not_taken_for_dialect() -> None:
    for principle in load().principles.values():
        text = principle.text.replace("油はね", "")
        assert standard_text(text) == text
