"""The words of the rich menus: on their tiles, and what answers a tap. Each label, typed, does what its tile does."""

CHAT_BAR = "メニュー"

DISHES = "料理を選ぶ"
DISHES_FIRST = "まずは、ここから"
DISHES_AGAIN = "今日つくる一皿"
PROGRESS = "まだ？"
PROGRESS_CAPTION = "いまの進みぐあい"
RECORD = "きろく"
RECORD_CAPTION = "これまでの歩み"
ASK = "質問する"
PLAN = "プラン"
PROFILE = "プロフィール"
GUIDE = "使い方"
WITH_PERSON = "コーチがお返事します"
WITH_PERSON_CAPTION = "いまは、人のコーチが読んでいます"

ASK_ANYTHING = "はい、なんでも聞いてください。「塩はいつ入れますか」のように、このまま文字で送るか、声で話してくださいね。"
