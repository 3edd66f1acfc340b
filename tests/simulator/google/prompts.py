"""Prompts as a caller might render them, after the templates in knowledge_base/voice."""

ANALYSIS = """Watch and listen to this video of someone cooking チャーハン. It lasts 00:31 (MM:SS) and may be a time-lapse.

How the dish goes when it goes well, in order, with what each step looks and sounds like:

1. 鍋を温め、油をなじませる: 油がさらさらと流れ、表面にゆらゆらと筋が見える。まだほとんど音はしない
2. 卵を入れる: ふちがふくらみ、中央は黄色くとろりと揺れている。入れた瞬間にジュワッと鳴る

What is known to go wrong with it, likeliest first (code: what is seen or heard):

pan_not_hot: 最初の食材を入れても音がほとんど立たず、まわりに水がにじみます。
oil_smoking: 食材を入れる前に油から煙が立ち、台所が白っぽくかすみます。

What the learner said about it, and how they rated it themselves. It tells where to look:

⟦$memo⟧

見た目: 3 of 5

Think step by step.

1. List the cooking events in order.
"""

COACHING = """Write the coaching text for this learner's attempt $attempt of three at チャーハン.

The learner is called:

⟦ゆうこ⟧

What was seen and heard in the video:

00:02 油がさらさらと流れている (pan_temp: correct)
00:18 油から煙が立つ (pan_temp: too_high)
key moment: 00:18
fault: $fault
diagnosis: 油を煙が立つまで熱しました。

The fault it comes down to, with what is known about it (none: nothing wrong was found):

$known

The principles you may teach from. Refer to no others, and name the ones you used:

[smoke-is-the-limit] ## 原則

煙は、油が分解しはじめた合図です。180度を超えると早く進みます。煙の手前で止めると、香りが保たれます。

[listen-to-the-pan] 音は、水けが抜ける様子を教えてくれます。

What the learner said:

⟦煙が出てしまいました。温度はどうすればわかりますか。⟧

What they ask, each between marks of its own:

⟦温度はどうすればわかりますか。⟧

How they feel, and how they rate the dish themselves:

⟦少し不安⟧

Earlier attempts, oldest first, and days since the last one:

$history

$days

Safety lines of this dish:

ご飯は出しっぱなしにせず、冷蔵にしたものを温めて使いましょう。
油から煙が立ったら、すぐ火を止め、おさまるまで離れずに待ちましょう。

Write it so:

- Praise: one concrete act.
"""

FAULT = """name: 油の熱しすぎ
seen: 食材を入れる前に油から煙が立ち、台所が白っぽくかすみます。
diagnosis: 食材を入れる前に油を煙が立つまで熱してしまい、苦みにつながりました。
next action: 煙を待たず、油の表面にゆらゆらと筋が見えたところで最初の食材を入れましょう。
success sign: 煙もつんとしたにおいもなく、入れた瞬間だけ元気な音が立てば、ちょうどよい熱さです。
stop cue: 煙が立ったら火を止め、鍋を動かさずに、煙がおさまるまで見守りましょう。"""

REFINEMENT = """fault: none
refinement: 火加減は落ちついていますので、耳でも鍋を読めるとさらに安定します。
next action: 強い火のままでよいかを音で決め、途切れたら音が戻るまで待ちましょう。"""

NARRATION = """Write what the coach says aloud over this learner's own footage, attempt 1 at チャーハン.

The learner is called:

⟦ゆうこ⟧

The coaching text they have already received:

praise: ゆうこさん、手もとがよく見えましたね。
problem: 油を煙が立つまで熱してしまい、苦みにつながりました。動画の00:18のあたりに映っています。
skill: 煙は、油が分解しはじめた合図です。
next action: 煙を待たず、油の表面にゆらゆらと筋が見えたところで最初の食材を入れましょう。

The scene shown in the second part, at 00:18, and what is seen and heard there:

食材を入れる前に油から煙が立ち、台所が白っぽくかすみます。

- Part one runs over the whole cook.
"""

RECONSIDERATION = """You have watched this cook of チャーハン, which lasts 00:31 (MM:SS), and found this:

00:18 油から煙が立つ (pan_temp: too_high)
key moment: 00:18
fault: oil_smoking
diagnosis: 油を煙が立つまで熱しました。
evidence: 油から煙が立っています。
confidence: medium

What is known to go wrong with the dish, likeliest first (code: what is seen or heard):

pan_not_hot: 最初の食材を入れても音がほとんど立ちません。
oil_smoking: 食材を入れる前に油から煙が立ちます。
"""

ANSWERS = """A learner asks you something in the chat. Answer it.

The learner is called:

⟦ゆうこ⟧

The question:

⟦$question⟧

The principles nearest to the question. Teach from these:

[smoke-is-the-limit] 煙は、油が分解しはじめた合図です。煙の手前で止めると、香りが保たれます。

The conversation so far, oldest first, and earlier sessions:

(nothing)
"""
