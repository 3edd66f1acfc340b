"""What the bot says to a learner who leaves. Natural です・ます, within LINE's limits, as the phrasebook."""

from collections.abc import Mapping

TITLE = "すべてのデータを削除しますか"
GOES = (
    "削除すると、送ってくださった動画・声・メッセージ、コーチングの記録、プロフィール、ウェブのログインが、"
    "すべて消えます。もとには戻せません。"
)
PLAN_ENDS = "プランはすぐに終わります。お支払い済みの月の残りについて、返金はありません。"
STAYS = (
    "お支払いの記録だけは、法律にしたがって残ります。こちらの記録からはお名前を外しますが、お支払いを受け持つStripeの請求書には、"
    "発行したときのお名前などが残ります。"
)
YOUR_PHONE = "このトークの画面に見えているやりとりは、お手元のLINEで消してくださいね。"
TOO_LATE = "時間がたったので、もう一度お聞きしますね。"
KEPT = "わかりました。データはそのまま残してあります。"
DONE = (
    "すべてのデータを削除しました。これまで一緒に作ってくださって、ありがとうございました。"
    "また作りたくなったら、いつでもここに送ってくださいね。"
)

CONFIRM_LABEL = "すべて削除する"
CANCEL_LABEL = "キャンセル"

# Keys of the phrasebook.
PHRASES: Mapping[str, str] = {
    "leaving": (
        "いま、すべてのデータを削除しているところです。このままお待ちください。もう何もしていただかなくて大丈夫です。"
    ),
    "leaving_waits": (
        "削除のご希望を受け付けました。いま手続きに少し時間がかかっていますが、済みしだい、すべてのデータを消します。"
        "もう何もしていただかなくて大丈夫です。"
    ),
}


def what_goes(*, has_plan: bool, has_paid: bool) -> str:
    """What is confirmed: all of it, before anything is done."""
    parts = [GOES, *([PLAN_ENDS] if has_plan else []), *([STAYS] if has_paid else []), YOUR_PHONE]
    return "\n\n".join(parts)
