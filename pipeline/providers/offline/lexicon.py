"""The words that rules look for, in Sudachi's normalized form (かたい, 固い and 硬い are all 固い)."""


def lemmas(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIVE = lemmas(
    """焦げる 焦げ 焦がす べちゃ べちゃべちゃ びちゃびちゃ べたべた べたつく べとべと べとつく ぐちゃぐちゃ ぐちゃ
    ねちょねちょ ねばねば どろどろ くっ付く こびり付く 張り付く 固い 硬い かちかち ごわごわ ぱさつく ぱさぱさ ぼそぼそ
    水っぽい 油っぽい 粉っぽい 脂っこい 油っこい 生焼け 半生 生煮え 生臭い 臭い 臭み 薄い 濃い しょっぱい 塩辛い 苦い えぐい
    酸っぱい まずい 不味い ぬるい 冷める 縮む 縮まる 崩れる 煮崩れる 破れる 割れる 千切れる 分離 だま ダマ むら ムラ
    斑 溢れる こぼす 零す 零れる 燃える 跳ねる 飛び散る 弱い 物足りない 失敗 残念 難しい 苦手 大変 忘れる 間違える
    遅れる 遅い 慌てる 重い ぎとぎと ふにゃふにゃ べろべろ 伸びる しつこい もたつく 手間取る 余る 溶ける 漏れる
    焼き過ぎ 炒め過ぎ 煮過ぎ 入れ過ぎ 茹で過ぎ 駄目 微妙 今一 いまいち 今一つ バラバラ ばらばら"""
)
JOYS = lemmas("美味しい 旨い 楽しい 良い 嬉しい 凄い 綺麗 食べる 笑う 感動 完食 褒める")
NEGATIONS = frozenset(("ない", "無い", "ず", "ぬ"))
DEPENDENT_VERBS = frozenset(("為る", "成る", "居る"))
REGRETS = frozenset(("仕舞う", "ちゃう", "じゃう"))
# Where one of these is negated, nothing went wrong (わからない, 問題なく).
NO_HOPES = lemmas("分かる 知る 思う 心配 問題 自信 知れる 事 初めて")
INTERROGATIVES = lemmas(
    "何 何故 何で いつ 何時 どう 如何 どれ どの どこ 何処 どんな どちら 何方 どうして どのくらい"
)
ASKING = lemmas("教える 知る 聞く 気 アドバイス 質問 分かる")

EMOTIONS = {
    "嬉しい": lemmas("嬉しい 喜ぶ 感動"),
    "楽しい": lemmas("楽しい 楽しむ わくわく 面白い"),
    "悔しい": lemmas("悔しい 残念 惜しい"),
    "不安": lemmas("不安 心配 怖い 恐い 自信"),
    "焦り": lemmas("焦る 慌てる ばたばた テンパる あたふた"),
    "落ち込み": lemmas("落ち込む 凹む がっかり ショック 悲しい 辛い 泣く"),
    "疲れ": lemmas("疲れる 大変 しんどい へとへと ぐったり"),
    "満足": lemmas("満足 大満足 上出来"),
}
NEEDS_NEGATION = frozenset(("自信",))  # 自信がない is a worry, 自信がついた is none
CONTENT = "満足"
CONTENT_SIGNS = lemmas("美味しい 旨い 良い 綺麗 最高 完璧 成功 バッチリ ばっちり 上手")

# Verbs that say how another ended (焦げてしまった, 味が濃くなった), and words of degree: they are in every second remark,
# so that two remarks have nothing in common by having them.
AUXILIARIES = lemmas("為る 成る 居る 有る 仕舞う ちゃう じゃう 遣る 言う 物 事 こと もの")
DEGREES = lemmas("一寸 ちょっと 少し 少々 若干 やや とても 凄い 凄く かなり 大分 随分 結構 割と")

# Words that say nothing about what a question is about.
EMPTY = (
    AUXILIARIES
    | DEGREES
    | lemmas("過ぎる みたい")
    | INTERROGATIVES
    | lemmas(
        """為る 成る 居る 有る 出来る 良い 時 事 物 方 こつ 教える 知る 聞く 気 タイミング 目安 感じ 所 何 今 今日 今回 次 次回 前 前回 為
        料理 理由 方法 やり方 遣り方 上手 美味しい 旨い 下さる 欲しい 思う 言う 分かる 見る 作る 悪い 行く 来る 無い ちょっと 一寸 もっと もう 少し
        作り方 場合 ポイント 問題 質問 失敗 代わり 代用 材料 合図 途中 最初 一番 多分 例えば 合う 大丈夫 使う 使える 始める 始まる 止める 止め時 立て直す
        入れる 加える 入る そう こう 侭 やめどき 止めどき 辞め時 やめ時 一度 又 今日は 今晩は 何方 どっち 明日 幾ら 他 どれ どんな 必要 先 後 どの位 位 様"""
    )
)
