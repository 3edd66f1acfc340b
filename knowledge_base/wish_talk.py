"""What the bot says to a learner who wishes to cook another dish, or none today. Natural です・ます, as the phrasebook."""

ANOTHER = "わかりました。今日は別の料理にしましょう。どれを作りますか。"
UNKNOWN = (
    "ごめんなさい、その料理は、まだこちらではお教えしていません。いま一緒に練習できるのは、下の料理です。"
)
NOT_TODAY = (
    "わかりました。また作りたくなったときに、いつでもここから続けられます。今日はゆっくりしてくださいね。"
)


def locked(dish: str, month: int) -> str:
    return f"{dish}は、プランの{month}か月目から選べるようになります。楽しみにしていてくださいね。いまは、下の料理からどうぞ。"
