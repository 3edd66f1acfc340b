import pytest

from knowledge_base import phrasebook
from services.names import LONGEST, first_name_of


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
    ],
)
def test_a_name_is_what_can_be_said_before_san(display_name: str, name: str) -> None:
    assert first_name_of(display_name) == name


def test_a_long_name_is_cut() -> None:
    assert first_name_of("寿" * 50) == "寿" * LONGEST
