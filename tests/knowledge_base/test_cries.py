"""What is called out at a stove, as a recogniser writes it: most cries are known, and the talk of a kitchen is none. The
sentences are others than those that the signs were measured by."""

import pytest

from knowledge_base.intents.cries import Cry, cry_of

CRIES = {
    Cry.SMOKE: (
        "煙が",
        "煙煙煙",
        "お母さん煙",
        "けむたい、窓窓",
        "うわ台所じゅう煙",
        "ちょ、焦げて煙が",
        "オーブンから煙出とる",
        "トースターが煙吹いてる",
        "煙で前が見えん",
        "煙上がっちゅう",
        "煙すごいんですけどどうしたらいいですか",
    ),
    Cry.FIRE: (
        "うわあ火",
        "火が火が",
        "服に火が",
        "あかん火ついた",
        "ぎゃあ燃える燃える",
        "燃えよる燃えよる",
        "めっちゃ燃えとるやん",
        "やばい火が消えん",
        "鍋つかみ燃えてもうた",
        "火が天井まで上がってる",
        "お父さん火事",
    ),
    Cry.CUT: (
        "うわ血",
        "血、血、血",
        "切ってしもた",
        "切った、やばい、血",
        "いてててて切った",
        "いったーい指",
        "おかん手切った",
        "爪ごといった",
        "人差し指そいじゃった",
        "切れちゃった指",
        "グラス割れて手切れた血出てる",
    ),
    Cry.BURN: (
        "あつっ",
        "アッチッチ",
        "あちあち",
        "熱ーい",
        "やけどしたとよ",
        "手がジュッて",
        "油はねた痛い",
        "お湯ひっくり返した子供に",
        "取っ手つかんじゃった熱い",
        "腕がオーブンに当たった",
        "蒸気で手やった",
    ),
    Cry.COLLAPSE: (
        "倒れた",
        "人が倒れとる",
        "お父さんが動かん",
        "お父さん、お父さん返事して",
        "ねえ起きてよ起きて",
        "息しとらん",
        "目開けて目開けてよ",
        "夫がぐったりして",
        "あ、ふらふらする",
        "ろれつが回ってない",
        "突然バタンって倒れて",
    ),
    Cry.CHOKING: (
        "喉に餅が",
        "のど、のど",
        "団子つまった助けて",
        "じいちゃんが餅詰まらせた",
        "パンが喉につっかえた",
        "赤ちゃんが何か飲んで息してない",
        "背中叩いて背中",
        "おばあちゃんが喉押さえてる",
        "顔が青い、飴なめてた",
        "息できん喉",
    ),
    Cry.GAS: (
        "一酸化炭素の警報が鳴りっぱなし",
        "ガス漏れの警報器鳴った",
        "ガスガス",
        "ガスくさっ",
        "ガス匂うで",
        "火消えとるのにガス出とる",
        "元栓からシューシュー言ってる",
        "なんか臭いガスかな",
        "つまみ開いたままで火消えてる",
        "なんか変な臭いがするコンロから",
        "一酸化炭素かもしれん頭痛い",
    ),
    Cry.ALLERGIC_REACTION: (
        "じんましん出た",
        "かゆいかゆい",
        "唇腫れてきた",
        "首にぶつぶつが",
        "喉が狭くなってきた",
        "ヒューヒュー言いよる",
        "卵アレルギーなのに食べちゃった",
        "カニ食べたら首かゆくなってきた",
        "息子が顔パンパンに腫れて",
    ),
    Cry.POISONING: (
        "洗剤飲んだ",
        "ハイター飲んでもうた",
        "これ洗剤や飲んでしもた",
        "電池食べた子供が",
        "タバコ食った",
        "何食べたの出して出して",
        "酢とハイター混ぜちゃった",
        "塩素のにおいで目が痛い",
        "フグ食べて口しびれる",
        "水仙だったニラじゃなかった食べた",
    ),
}
ORDINARY = (
    # 切る, 血
    *(
        "きゅうり切ったよ",
        "ねぎ切れた",
        "みじん切りできた",
        "スイッチ切った",
        "パンの耳切った",
        "胸肉切った",
        "息切れするわ階段",
    ),
    *(
        "手を切らないように気をつけて",
        "包丁で手切ったことある",
        "指切りげんまん嘘ついたら",
        "血液型なに",
        "レバーの血出てきた",
    ),
    # 火, 煙
    *(
        "火をつけました",
        "火が弱いみたい",
        "やる気に火がついた",
        "ろうそくの火消して",
        "花火見に行こうよ",
        "火見ててお母さん",
    ),
    *(
        "煙突見えるね",
        "煙が出てきたら入れるの",
        "煙が出るくらい熱するんですか",
        "湯気で前が見えない",
        "もくもくの雲",
    ),
    # 熱い
    *(
        "お茶熱い",
        "熱いから気をつけて",
        "はふはふ熱っ",
        "あっちー今日",
        "あっち行ってて",
        "余熱ってなに",
        "手で持って焼いた",
    ),
    *("油が跳ねて掃除大変", "上手に焼けた", "味噌汁飲む人", "やけどに気をつけて"),
    # 倒れる, 動かない, 返事
    *(
        "自転車倒れた",
        "疲れた倒れそう",
        "ミキサー動かない",
        "動かないでじっとして",
        "起きて朝だよ",
        "返事まだ来ない",
    ),
    *("パパまだ起きてこない", "味噌汁が泡吹いてる", "熱中症に気をつけて", "ドラマで人が刺された"),
    # 喉, 詰まる
    *(
        "喉渇いた",
        "排水口詰まってる",
        "ピーマンに肉詰まった",
        "お餅喉に詰まらせないでね",
        "卵の殻が取れない",
        "食べ過ぎて苦しい",
    ),
    # ガス, におい
    *(
        "ガス代高いなあ",
        "ガスの火つけた",
        "玉ねぎの匂いがする",
        "いい匂いがすごい",
        "シューって言ってる圧力鍋",
    ),
    # アレルギー, かゆい
    *(
        "卵アレルギーの子が来るんだけど",
        "蚊に刺されたかゆい",
        "お父さんぶつぶつ言ってる",
        "生地ぶつぶつしてる",
    ),
    # 飲む, 毒
    *(
        "牛乳飲んじゃった",
        "最後の一個食べちゃった",
        "洗剤足りない",
        "毒舌だなあ",
        "舌しびれる麻婆豆腐だ",
        "タバコ吸ってくる",
    ),
    # Called out, and no danger.
    *(
        "やばいおいしい",
        "助けて宿題わかんない",
        "きゃーかわいい",
        "どうしよう焦げちゃった",
        "あっ落とした",
        "痛いの痛いの飛んでけ",
    ),
)


@pytest.mark.parametrize(
    ("cry", "words"), [(cry, words) for cry, all_words in CRIES.items() for words in all_words]
)
def test_a_cry_is_known(cry: Cry, words: str) -> None:
    assert cry_of(words, is_whole=True) is cry


def test_the_talk_of_a_kitchen_is_no_cry() -> None:
    assert [words for words in ORDINARY if cry_of(words, is_whole=True)] == []


def test_no_beginning_of_it_is_one_while_it_is_being_said() -> None:
    begun = [words[:length] for words in ORDINARY for length in range(1, len(words) + 1)]
    assert [words for words in begun if cry_of(words, is_whole=False)] == []


@pytest.mark.parametrize(
    ("begun", "whole"),
    [
        ("火が", "火が強いですか"),
        ("煙が出た", "煙が出たら入れるんですか"),
        ("倒れそう", "倒れそうなくらい眠い"),
        ("熱い", "熱いうちに混ぜるの"),
        ("切った", "切った野菜はどこに置くの"),
    ],
)
def test_what_may_go_on_as_another_sentence_waits_for_its_end(begun: str, whole: str) -> None:
    assert cry_of(begun, is_whole=False) is None
    assert cry_of(begun, is_whole=True) is not None
    assert cry_of(whole, is_whole=True) is None


@pytest.mark.parametrize(
    ("words", "cry"),
    [
        ("煙がすごくて前が見えません", Cry.SMOKE),
        ("火事です火事です", Cry.FIRE),
        ("指を切っちゃったんですけど血が止まらないんです", Cry.CUT),
    ],
)
def test_what_can_become_nothing_else_does_not_wait(words: str, cry: Cry) -> None:
    begun = (words[:length] for length in range(1, len(words)))
    assert {each for part in begun if (each := cry_of(part, is_whole=False))} == {cry}


@pytest.mark.parametrize("part", ["あ", "うわっ", "やばい", "煙が", "ー", "お母さん", "痛い", "食べ", "がす"])
def test_a_long_row_of_the_same_is_read_at_once(part: str) -> None:
    """Not each of the ways is tried in which it can be put together."""
    cry_of(part * 80 + "塩", is_whole=False)
