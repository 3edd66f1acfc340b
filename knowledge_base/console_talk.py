"""What a learner reads of a coach who is a person, and what a coach reads where something can't be done."""

SOMEBODY = "ほかのコーチ"

# What the AI is told stays out of the thread's words: it would take such a line for something it has said.
RETURNED = "ここからは、またAIコーチがお答えします。料理の動画も、質問も、いつでもどうぞ。"


def taken_by(name: str) -> str:
    """The line at the beginning: from now on a person speaks."""
    return f"ここからは、コーチの{name}（人間のスタッフ）がお話しします。"


def sender_name(name: str) -> str:
    """Beside each bubble of theirs; the AI's is「AIコーチ」."""
    return f"コーチ {name}"
