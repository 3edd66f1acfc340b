import pytest

from knowledge_base import phrasebook
from models.user import User
from services.names import LONGEST, WISH, called, called_aloud, first_name_of


@pytest.mark.parametrize(
    ("display_name", "name"),
    [
        ("ゆうこ", "ゆうこ"),
        ("ゆうこさん", "ゆうこ"),
        ("けんくん ", "けん"),
        ("たなか様", "たなか"),
        ("Ｙｕｋｏ Ｓ", "Yuko S"),
        ("ｹﾝｼﾞ", "ケンジ"),
        ("ジャン＝ピエール", "ジャン ピエール"),
        ("Mary-Ann O'Neil", "Mary-Ann O'Neil"),
        ("🍳料理🍳好き🍳", "料理 好き"),
        ("{name}\n\t%s", "name s"),
        ("＠＿＠", phrasebook.NAMELESS),
        ("", phrasebook.NAMELESS),
        ("さん", phrasebook.NAMELESS),
        ("김민지", "김민지"),
        ("ไอซ์", "ไอซ์"),
        ("山田さん（育休中）", "山田"),
        ("【公式】ゆうこ", "ゆうこ"),
        ("ゆうこ[お休み中]", "ゆうこ"),
        ("ゆうこ《毎日お弁当》", "ゆうこ"),
        ("（ゆうこ）", "ゆうこ"),
        ("ゆうこ＠料理垢", "ゆうこ"),
        ("ゆうこ｜在宅", "ゆうこ"),
        ("ゆうこ／Yuko", "ゆうこ"),
        ("@yuko", "yuko"),
        ("✨ゆうこ✨さん", "ゆうこ"),
        ("ゆうちゃん 産休", "ゆう"),
        ("みっちゃん", "みっちゃん"),
    ],
)
def test_a_name_is_what_can_be_said_before_san(display_name: str, name: str) -> None:
    assert first_name_of(display_name) == name


@pytest.mark.parametrize(
    ("shown", "wish", "written", "aloud"),
    [
        ("ゆうこ", "", "ゆうこ", "ゆうこ"),
        ("ไอซ์", "", "ไอซ์", phrasebook.NAMELESS),
        ("ไอซ์", "アイス", "アイス", "アイス"),
        ("ゆうこ", "ไอซ์", "ไอซ์", "ゆうこ"),
        ("김민지", "", "김민지", phrasebook.NAMELESS),
        ("محمد", "", "محمد", phrasebook.NAMELESS),
        ("Ольга", "", "Ольга", phrasebook.NAMELESS),
        ("张伟", "", "张伟", phrasebook.NAMELESS),
        ("José", "", "José", "Jose"),
        ("髙橋", "", "髙橋", "髙橋"),
        ("𠮷野", "", "𠮷野", "𠮷野"),
        ("ゆうこ ไอซ์", "", "ゆうこ ไอซ์", "ゆうこ"),
        ("ゆうこ", "  （　） ", "ゆうこ", "ゆうこ"),
        ("ゆうこ", "ゆっこさん（仮）", "ゆっこ", "ゆっこ"),
        (phrasebook.NAMELESS, "", phrasebook.NAMELESS, phrasebook.NAMELESS),
    ],
)
def test_aloud_a_name_is_said_only_as_far_as_a_japanese_voice_can(
    shown: str, wish: str, written: str, aloud: str
) -> None:
    user = User(line_user_id="U1", first_name=shown, learner_profile={WISH: wish})
    assert (called(user), called_aloud(user)) == (written, aloud)


def test_no_letter_loses_its_marks_at_the_end_of_a_long_name() -> None:
    assert first_name_of("ก" * (LONGEST - 1) + "กั้") == "ก" * (LONGEST - 1)


def test_a_long_name_is_cut() -> None:
    assert first_name_of("寿" * 50) == "寿" * LONGEST
