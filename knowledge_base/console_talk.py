"""What a learner reads of a coach who is a person, and what the console says to a coach when something does not go on."""

from collections.abc import Mapping

from models.chat import Attachment

SOMEBODY = "ほかのコーチ"

# What the AI is told stays out of the thread's words: it would take such a line for something it has said.
RETURNED = "ここからは、またAIコーチがお答えします。料理の動画も、質問も、いつでもどうぞ。"


def taken_by(name: str) -> str:
    """The line at the beginning: from now on a person speaks."""
    return f"ここからは、コーチの{name}（人間のスタッフ）がお話しします。"


# Of what a coach sends, where words stand for it: a video's message has none.
ATTACHMENTS: Mapping[Attachment, str] = {Attachment.PHOTO: "［写真］", Attachment.VOICE: "［音声］"}
SHOWN = "送ってくださった動画を見ながら、気づいたところを声でお話ししました。"
FILM_GONE = "［動画は削除されました］"
VIDEO_ANEW = "直した内容で、解説の動画も作りなおしました。"


def corrected_by(name: str) -> str:
    """Before a coaching card that a person has put right."""
    return f"コーチの{name}です。先ほどのコーチングを、こちらで見なおして直しました。こちらを見てくださいね。"


def sender_name(name: str) -> str:
    """Beside each bubble of theirs; the AI's is「AIコーチ」."""
    return f"コーチ {name}"


# Keys of the phrasebook.
PHRASES: Mapping[str, str] = {
    f"console.{key}": words
    for key, words in {
        "sign_in_again": "ログインの期限が切れました。もう一度ログインしてください。",
        "no_coach": "このLINEアカウントは、コーチとして登録されていません。招待リンクから入るか、管理者に連絡してください。",
        "sign_in_failed": "LINEでのログインを確認できませんでした。もう一度お試しください。",
        "sign_in_denied": "LINEでのログインがキャンセルされました。続けるときは、もう一度ログインしてください。",
        "sign_in_closed": "LINEログインがまだ設定されていません。管理者に連絡してください。",
        "line_away": "いまLINEに確認できません。少しおいてから、もう一度お試しください。",
        "invitation_over": "この招待リンクは使えません。使用済みか、期限が切れています。管理者に新しいリンクを頼んでください。",
        "account_taken": "このLINEアカウントは、別のコーチが使っています。",
        "name_unfit": "名前は1〜16文字で、一行で書いてください。「LINE」という語は使えません。",
        "name_taken": "同じ名前のコーチがいます。生徒が見分けられる名前にしてください。",
        "coach_unknown": "このコーチは見つかりません。すでに外されています。",
        "admin_sees_all": "管理者は、担当の生徒だけに限れません。",
        "own_access": "自分自身の権限は変えられません。ほかの管理者に頼んでください。",
        "admins_only": "このページは管理者だけが開けます。",
        "not_found": "見つかりませんでした。削除されたか、あなたの担当ではありません。",
        "not_from_here": "この操作は受け付けられませんでした。ページを開き直して、もう一度お試しください。",
        "taken": "ほかのコーチが対応中です。",
        "not_taken": "このスレッドは、だれも引き受けていません。",
        "moved": "書いているあいだに、新しいメッセージが届きました。",
        "words_unfit": "1〜2000文字で書いてください。",
        "summary_too_long": "申し送りは1000文字までです。",
        "footage_gone": "動画の保存期間が過ぎていて、もう作れません。生徒は料理を選びなおせます（回数には数えません）。",
        "draft_gone": "この下書きは、もうありません。送られたか、取り消されています。",
        "attachment_unfit": "送れませんでした。写真はJPEG・PNGで20MBまで、声は3分まで、動画はMP4・MOV・WebMで3分、200MBまでです。",
        "clip_gone": "この動画は、もう見られません。生徒が取り消したか、保存の期間が過ぎました。",
        "demonstration_gone": "この収録は、もうありません。取り消されたか、元の動画が削除されました。",
        "demonstration_sent": "この収録は、もう送られています。",
        "recording_unfit": "収録を受け取れませんでした。声が入っているか、3分以内かを確かめて、もう一度お試しください。",
        "review_over": "このコーチングは、もう送られています。直すと、訂正として届きます。",
        "correction_unfit": "直した文に、送れないところがあります。",
        "correction_late": "ほかのコーチが先に直したか、コーチングがなくなりました。開き直して、もう一度お試しください。",
        "finding_gone": "AIの見立てが新しくなりました。ページを読み直して、もう一度確かめてください。",
        "verdict_unfit": "本当の失敗を選ぶか、何が違うかを500文字までで書いてください。",
        "already_told": "できあがったものが、もう生徒に届いたか、届くところです。ここからは作りなおせません。",
        "stage_at_work": "いま動いています。終わってから、もう一度お試しください。",
        "day_unfit": "今日から1年以内の日を選んでください。",
        "export_not_made": "データのファイルは、まだできていないか、期限が切れています。",
        "name_differs": "名前が一致しません。表示されているとおりに入力してください。削除していません。",
        "filter_name_unfit": "名前は1〜20文字で、一行で書いてください。",
        "too_many_filters": "保存できる絞り込みは12個までです。使わないものを消してください。",
        "not_understood": "入力を読み取れませんでした。確かめて、もう一度お試しください。",
    }.items()
}
