"""Nothing half raw is advised where small children, a pregnancy, old age or an illness is at the table."""

from dataclasses import replace

import pytest

from knowledge_base.profile import NOTHING_TOLD, Profile
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.checks.eaters import half_raw_violations
from pipeline.providers.ports import ProviderRefused
from tests.pipeline.checks.kitchen import brief, coaching, question

INFANT = Profile(vulnerable_eaters=("infant",))


@pytest.mark.parametrize(
    "text",
    [
        "卵は半熟で仕上げましょう。",
        "半熟くらいがいちばんおいしいです。",
        "中心がレアのまま切り分けましょう。",
        "赤みを残してよいのは、かたまり肉だけです。",
        "生卵を落として食べてください。",
        "卵は半生でも大丈夫です。",
        "卵をとろとろのうちに火を止めてください。",
        "黄身をとろりと残して仕上げましょう。",
        "中はほんのりピンクのまま引き上げてください。",
        "ひき肉は少し赤いうちに火を止めましょう。",
        "鶏肉は中が桜色で止めましょう。",
        "温泉卵をのせてください。",
        "仕上げに卵黄を落としましょう。",
        "刺身で召し上がってください。",
        "中を赤く残しましょう。",
        "半熟で止めて、大人も子どもも楽しみましょう。",
        "黄身をとろりと残して火を止めましょう。",
        "卵は七分どおりで火から下ろしてください。",
        "温泉卵をのせてみましょう。",
        "目玉焼きは黄身を固めずに仕上げましょう。",
        "ローストビーフのように中を赤く残しましょう。",
        "白身だけ固まったら、すぐ皿に取りましょう。",
        "鶏肉は中がしっとり桜色で止めましょう。",
        "半熟のうちにご飯をのせてください。",
        "レアに仕上げて、肉汁を残しましょう。",
        "黄身がとろっと流れるくらいで上げましょう。",
        "たたきにして、中は生のままでどうぞ。",
        "芯にほんのり赤みを置いて、休ませてください。",
        "卵は固まりきらないところで火から下ろしましょう。",
        "ポーチドエッグをのせて、崩しながら召し上がってください。",
        "卵黄をからめて食べると、まろやかです。",
        "豚肉はうっすら桃色で火を止めると、やわらかいです。",
        "鮭は中を半生に仕上げましょう。",
        "半熟がおいしいので、お子さんにもぜひどうぞ。",
        "表面だけ焼いて、中は生っぽさを残しましょう。",
        "スクランブルエッグはまだ液が残るくらいで皿に移しましょう。",
        "ステーキは断面がロゼ色になるのが理想です。",
        "すき焼きは、溶いた生の卵につけてどうぞ。",
        "ゆで卵は黄身がねっとりする手前で引き上げましょう。",
        "中がまだ冷たいくらいで火から外すと、しっとりします。",
        "サーモンは表面だけさっとあぶって、お召し上がりください。",
        "月見うどんにして、黄身を崩しながら食べてみましょう。",
    ],
)
def test_half_raw_food_is_not_advised_to_them(text: str) -> None:
    assert half_raw_violations(text, INFANT)
    assert half_raw_violations(text, NOTHING_TOLD) == []


@pytest.mark.parametrize(
    "text",
    [
        "卵は半熟にせず、中まで固めましょう。",
        "半熟の卵は避けてください。",
        "生卵は使わないでください。",
        "赤みが残らないように、中心まで火を通しましょう。",
        "赤みが残っていないことを確かめましょう。",
        "レアではなく、中までしっかり焼きましょう。",
        "半熟で火を止めていましたね。",
        "半熟の卵は好きですか。",
        "レアな部位もあります。",
        "卵が固まりはじめたら、火を止めましょう。",
        "半熟は避けて、固めに仕上げましょう。",
        "卵は中まで固めてください。",
        "レアチーズケーキではなく、焼きプリンにしましょう。",
        "ピンク色が消えるまで焼いてください。",
        "黄身まで固まるのを待って、火を止めましょう。",
        "中心の赤みがなくなるまで、弱めの火で焼きましょう。",
        "玉ねぎがとろとろになるまで煮ましょう。",
        "とろりとしたあんをからめましょう。",
        "ピンク色が消えたら裏返しましょう。",
        "大人の分だけ半熟にして、お子さんの分は中まで固めましょう。",
        "とろみがついたら火を止めましょう。",
        "ソースがとろりとしてきたら、卵が固まるまで火を通しましょう。",
        "にんじんは赤い色が鮮やかなうちに火を止めましょう。",
        "桜色の器に盛りましょう。",
        "トマトの赤みを残して、火を止めましょう。",
        "卵の黄身までしっかり固めて仕上げましょう。",
        "赤みが見えたら、もう一度火にかけましょう。",
    ],
)
def test_what_warns_of_it_or_only_tells_of_it_passes(text: str) -> None:
    assert half_raw_violations(text, INFANT) == []


def test_both_the_text_and_an_answer_are_held_to_it() -> None:
    with pytest.raises(ProviderRefused, match="half raw"):
        check_coaching(coaching(next_action="卵は半熟で火を止めましょう。"), brief(profile=INFANT))
    with pytest.raises(ProviderRefused, match="half raw"):
        check_answer("半熟でも大丈夫です。", replace(question(), profile=INFANT))
